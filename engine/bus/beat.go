package bus

import (
	"encoding/binary"
	"fmt"

	"tollgate/engine"
)

// Beat is a worker's heartbeat. It is made between two events, so a worker that
// hangs in a script does not beat.
type Beat struct {
	At     engine.Time // by the worker's clock
	Done   uint64      // number of the newest message of the feed that is finished; 0 = none yet
	Hash   engine.Hash // of its Runner's commands so far
	Gaps   uint64      // times it had to ask for the state anew
	Synced bool        // its strategies hear events; false = it waits for the state
	Last   bool        // it has ended in order, no more will come
}

const beatSize = 33

// AppendBeat appends the binary form of a heartbeat to b.
func AppendBeat(b []byte, beat *Beat) []byte {
	for _, n := range []uint64{uint64(beat.At), beat.Done, uint64(beat.Hash), beat.Gaps} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	flags := byte(0)
	if beat.Synced {
		flags |= 1
	}
	if beat.Last {
		flags |= 2
	}
	return append(b, flags)
}

// ParseBeat reads what AppendBeat wrote.
func ParseBeat(b []byte) (Beat, error) {
	if len(b) != beatSize || b[beatSize-1] > 3 {
		return Beat{}, fmt.Errorf("bus: not a heartbeat: %d bytes", len(b))
	}
	n := func(i int) uint64 { return binary.BigEndian.Uint64(b[8*i:]) }
	flags := b[beatSize-1]
	return Beat{
		At: engine.Time(n(0)), Done: n(1), Hash: engine.Hash(n(2)), Gaps: n(3),
		Synced: flags&1 != 0, Last: flags&2 != 0,
	}, nil
}
