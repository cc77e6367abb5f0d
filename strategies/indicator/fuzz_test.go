package indicator

import (
	"encoding/binary"
	"math"
	"testing"
)

// FuzzIndicators feeds any float64 whatsoever: nothing panics, and what is Ready is
// finite.
func FuzzIndicators(f *testing.F) {
	add := func(xs ...float64) {
		var b []byte
		for _, x := range xs {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		f.Add(b, uint8(2))
	}
	add(1, 2, 3, 4, 5, 6, 7, 8)
	add(0, 0, 0, 0, 0, 0, 0, 0)
	add(nan, math.Inf(1), math.Inf(-1), MaxInput, -MaxInput, 1e300, 5e-324, -5e-324, 1, 1)
	add(1e15, -1e15, 1e15, -1e15, 1e-300, 1e-310, 0, 5e-324, 2e-308, 1e15)
	f.Fuzz(func(t *testing.T, data []byte, n uint8) {
		set := subjects(2 + int(n%30))
		for len(data) >= 8 {
			x := math.Float64frombits(binary.LittleEndian.Uint64(data))
			data = data[8:]
			b := &Bar{High: x + 1, Low: x - 1, Close: x, Volume: math.Abs(x), Session: int(math.Float64bits(x) & 1)}
			for _, s := range set {
				s.update(b)
				checkLines(t, &s)
			}
		}
	})
}

func checkLines(t *testing.T, s *subject) {
	for j, l := range s.lines() {
		if l.Ready == math.IsNaN(l.V) || math.IsInf(l.V, 0) {
			t.Fatalf("%s line %d: %+v", s.name, j, *l)
		}
	}
}
