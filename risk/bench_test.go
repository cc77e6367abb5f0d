package risk

import (
	"testing"
	"time"

	"tollgate/engine"
)

// BenchmarkJudge is one entry that passes every rule, with five orders open.
func BenchmarkJudge(b *testing.B) {
	x := newDesk(b)
	x.quote(dec, 1000, 1001, engine.NoPrice)
	for range 5 {
		x.order(dec, engine.Buy, 1)
	}
	wide := ByInstrument{"ES": 1000}
	g := New(Limits{wide, wide, 100, wide, time.Hour, false, engine.Dollars(1000)}, DefaultBudget)
	r := entry(terms(dec, engine.Buy, 1, 1000))
	r.At = x.now
	b.ReportAllocs()
	for b.Loop() {
		r.At += second
		x.now = r.At
		if r.At%(3000*second) == 0 {
			x.quote(dec, 1000, 1001, engine.NoPrice)
		}
		if _, d := g.Judge(x.d.Book(), &r); d != nil {
			b.Fatal(d)
		}
	}
}
