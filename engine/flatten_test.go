package engine_test

import (
	"testing"

	. "tollgate/engine"
	"tollgate/risk"
)

func TestFlattenWithNothing(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.flatten()
	r.last0()
	r.submit(1, market(Buy, 1)) // it is over at once
	r.last(1, PlaceOrder, ClassEntry)
}

func TestFlattenWaitsForCancels(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.long(3)
	r.submit(2, limit(Sell, 1, 1010))
	r.submit(3, limit(Buy, 2, 990))
	r.says(2, Accepted)
	r.says(3, Accepted)
	r.flatten()
	r.last(5, CancelOrder, ClassCancel)
	r.submit(4, market(Buy, 1))
	r.denied(Flattening)
	r.says(3, Cancelled)
	r.last(5, CancelOrder, ClassCancel)
	r.fills(2, 1, 0, 1010) // filled before its cancel came
	if q := r.last(6, PlaceOrder, ClassFlatten); q.Terms.Qty != 2 || q.Terms.Side != Sell {
		t.Fatalf("closing order %+v, want to sell 2", q.Terms)
	}
	r.fills(4, 1, 1, 1000)
	r.last(6, PlaceOrder, ClassFlatten) // the rest is still working
	r.says(4, Cancelled)
	if q := r.last(7, PlaceOrder, ClassFlatten); q.Terms.Qty != 1 {
		t.Fatalf("second closing order %+v, want 1", q.Terms)
	}
	r.fills(5, 1, 0, 1000)
	r.holds(0, 0)
	r.submit(6, market(Buy, 1))
	r.last(8, PlaceOrder, ClassEntry)
}

func TestFlattenGivesUp(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.long(3)
	r.flatten()
	for n := range 3 {
		id := r.last(2+n, PlaceOrder, ClassFlatten).Order
		r.says(id, Rejected)
	}
	r.last(4, PlaceOrder, ClassFlatten)
	if d := r.told[len(r.told)-1].Denial; d == nil || d.Code != Flattening || d.Limit != "3" || d.Value != "3" {
		t.Fatalf("giving up was told as %+v", d)
	}
	r.flatten() // asking again begins anew
	r.last(5, PlaceOrder, ClassFlatten)
}

func TestFlattenCancelsAgain(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.submit(1, limit(Buy, 1, 990))
	r.says(1, Accepted)
	r.flatten()
	for n := range 8 {
		r.says(1, CancelRejected)
		r.last(3+n, CancelOrder, ClassCancel)
	}
	r.says(1, CancelRejected)
	r.last(10, CancelOrder, ClassCancel)
	if d := r.told[len(r.told)-1].Denial; d == nil || d.Code != Flattening || d.Limit != "8" {
		t.Fatalf("giving up was told as %+v", d)
	}
}

func TestFlattenWaitsForTheUnknown(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.long(1)
	r.submit(2, limit(Sell, 1, 1010))
	r.says(2, Lost)
	r.worst(1, 0)
	r.flatten()
	r.last(3, CancelOrder, ClassCancel)
	r.says(2, Cancelled)
	r.last(4, PlaceOrder, ClassFlatten)
}
