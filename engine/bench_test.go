package engine_test

import (
	"testing"

	. "tollgate/engine"
	"tollgate/risk"
)

// holding is a Desk that holds 2 and a quote to move its mark.
func holding(t testing.TB) (*Desk, *Quote) {
	r := newRig(t, risk.Limits{}, wide)
	r.submit(1, market(Buy, 2))
	r.fills(1, 2, 0, 1001)
	return r.d, &Quote{At: r.now, Bid: 1000, Ask: 1001, Last: NoPrice, BidSize: 5, AskSize: 5, LastSize: UnknownQty, Volume: UnknownQty}
}

func BenchmarkDeskQuote(b *testing.B) {
	d, q := holding(b)
	b.ReportAllocs()
	for b.Loop() {
		q.At++
		q.Bid ^= 1
		d.Step(q)
	}
}

func TestDeskQuoteDoesNotAllocate(t *testing.T) {
	d, q := holding(t)
	if n := testing.AllocsPerRun(1000, func() {
		q.At++
		q.Bid ^= 1
		d.Step(q)
	}); n != 0 {
		t.Errorf("one quote allocates %v times, want 0", n)
	}
}
