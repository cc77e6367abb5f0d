package bus

import (
	"math"
	"testing"

	"tollgate/engine"
)

func TestBeats(t *testing.T) {
	for _, b := range []Beat{
		{},
		{At: engine.NoTime, Done: math.MaxUint64, Hash: math.MaxUint64, Gaps: 1, Synced: true},
		{At: 1, Done: 2, Hash: 3, Gaps: 4, Last: true},
		{Synced: true, Last: true},
	} {
		back, err := ParseBeat(AppendBeat(nil, &b))
		if err != nil || back != b {
			t.Errorf("%+v came back as %+v, %v", b, back, err)
		}
	}
	good := AppendBeat(nil, &Beat{})
	for _, bad := range [][]byte{nil, good[:beatSize-1], append(good[:beatSize:beatSize], 0), append(good[:beatSize-1:beatSize-1], 4)} {
		if _, err := ParseBeat(bad); err == nil {
			t.Errorf("%d bytes were taken for a heartbeat", len(bad))
		}
	}
}
