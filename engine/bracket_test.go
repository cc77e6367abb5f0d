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

func TestBracketGrowsWithItsEntry(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.protected()
	r.worst(4, 0) // of the OCO group one counts
	r.fills(1, 2, 1, 990)
	for i, q := range r.sends[3:] {
		if q.Kind != ChangeOrder || q.Order != OrderID(2+i) || q.Terms.Qty != 3 {
			t.Fatalf("resize %d: %+v", i, q)
		}
	}
	r.last(5, ChangeOrder, ClassProtect)
	r.fills(1, 1, 0, 990) // while the changes are out
	r.last(5, ChangeOrder, ClassProtect)
	r.changed(2, 3, NoPrice, 980)
	if q := r.last(6, ChangeOrder, ClassProtect); q.Order != 2 || q.Terms.Qty != 4 {
		t.Fatalf("the stop was not brought up to the last fill: %+v", q)
	}
}

func TestBracketTargetFills(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.protected()
	r.says(1, Cancelled)
	r.fills(3, 1, 0, 1020)
	r.says(2, Cancelled)
	r.holds(0, 0)
	r.last(4-1, PlaceOrder, ClassProtect)
}

func TestBracketReducedByTheVenue(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.entry()
	r.fills(1, 4, 0, 990)
	r.says(2, Accepted)
	r.says(3, Accepted)
	r.fills(3, 1, 3, 1020)
	sent := len(r.sends)
	r.worst(3, -1) // the stop at its old size until the venue says
	r.changed(2, 3, NoPrice, 980)
	for _, q := range r.sends[sent:] {
		if q.Kind == PlaceOrder || q.Order != 2 {
			t.Fatalf("after the venue reduced the stop: %+v", q)
		}
	}
	r.changed(2, 3, NoPrice, 980)
	r.fills(2, 3, 0, 980)
	r.says(3, Cancelled)
	r.holds(0, 0)
}

func TestChildRejectedClosesTheRest(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.entry()
	r.fills(1, 4, 0, 990)
	r.says(3, Accepted)
	r.says(2, Rejected)
	if q := r.last(4, CancelOrder, ClassCancel); q.Order != 3 {
		t.Fatalf("cancelled %d, want the target", q.Order)
	}
	r.fills(3, 1, 3, 1020) // the cancel loses a race to one contract
	r.says(3, Cancelled)
	q := r.last(5, PlaceOrder, ClassFlatten)
	if q.Terms.Qty != 3 || q.Terms.Side != Sell || q.Terms.Type != Market {
		t.Fatalf("closing order %+v, want to sell 3 at market", q.Terms)
	}
	r.fills(q.Order, 3, 0, 1000)
	r.holds(0, 0)
}

func TestEntryGoneFreesTheReserve(t *testing.T) {
	for _, k := range []ReportKind{Cancelled, Rejected, Expired} {
		r := newRig(t, risk.Limits{MaxWorking: 3}, wide)
		r.entry()
		r.submit(9, limit(Buy, 1, 990))
		r.denied(risk.MaxWorking)
		r.says(1, k)
		r.holds(0, 0)
		r.last(1, PlaceOrder, ClassEntry)
	}
}

func TestBracketTooManyForTheLimit(t *testing.T) {
	r := newRig(t, risk.Limits{MaxWorking: 2}, wide)
	r.bracket(1, limit(Buy, 4, 990), 980, 1020)
	r.denied(risk.MaxWorking)
	r.holds(0, 0)
	r.bracket(5, limit(Buy, 4, 990), 980, NoPrice)
	r.last(1, PlaceOrder, ClassEntry)
}

func TestNewChildrenWhenTheEntryGoesOn(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.protected()
	r.fills(3, 1, 0, 1020)
	r.says(2, Cancelled)
	r.fills(1, 3, 0, 990)
	r.last(5, PlaceOrder, ClassProtect)
	a, b := r.sends[3], r.sends[4]
	if a.Terms.Qty != 3 || b.Terms.Qty != 3 || a.Terms.OCO == r.sends[1].Terms.OCO || a.Terms.OCO != b.Terms.OCO {
		t.Fatalf("new children %+v and %+v", a.Terms, b.Terms)
	}
	r.holds(3, 2)
}

func TestLateFillOfAnEntryIsProtected(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.entry()
	r.says(1, Cancelled)
	r.holds(0, 0)
	r.fills(1, 4, 0, 990)
	r.last(3, PlaceOrder, ClassProtect)
	r.holds(4, 2)
}

func (r *rig) long(q Qty) {
	r.t.Helper()
	r.submit(1, market(Buy, q))
	r.fills(1, q, 0, 1001)
	r.holds(q, 0)
}
