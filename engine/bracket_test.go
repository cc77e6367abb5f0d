package engine_test

import (
	"testing"

	. "tollgate/engine"
	"tollgate/risk"
)

// TestAClosingOrderCountsWhatItsBracketStillHasToClose: the entry fills on while
// the order that replaces its refused stop is under way. What that order does not
// cover will be asked for after it, and counts from now on.
func TestAClosingOrderCountsWhatItsBracketStillHasToClose(t *testing.T) {
	r := newRig(t, risk.Limits{MaxPosition: risk.ByInstrument{"ES": 4}}, wide)
	r.bracket(1, limit(Sell, 3, 1000), 1020, NoPrice)
	r.fills(1, 1, 2, 1000)
	r.says(2, Rejected)
	r.last(3, PlaceOrder, ClassFlatten)
	r.fills(1, 2, 0, 1000)
	r.worst(0, -3)
	r.submit(2, limit(Buy, 5, 1000)) // with the three to close, this may come to five
	r.denied(risk.MaxPosition)
	r.submit(3, limit(Buy, 4, 1000))
	r.fills(3, 1, 0, 1000)
	if q := r.last(5, PlaceOrder, ClassFlatten); q.Terms.Qty != 2 {
		t.Errorf("the rest is closed by %+v", q)
	}
	r.worst(4, -2)
}
