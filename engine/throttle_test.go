package engine_test

import (
	"testing"

	. "tollgate/engine"
	"tollgate/risk"
)

func tight(n, reserve int64) risk.BudgetConfig {
	return risk.BudgetConfig{Rate: 1, Burst: n, Reserve: reserve}
}

func TestThrottledEntryIsDenied(t *testing.T) {
	r := newRig(t, risk.Limits{}, tight(3, 2))
	r.submit(1, limit(Buy, 1, 990))
	r.submit(2, limit(Buy, 1, 990))
	d := r.denied(Throttled)
	if d.Retry != r.now+sec || len(r.timers) != 0 {
		t.Fatalf("retry at %v with timers %v, want one second later and none", d.Retry, r.timers)
	}
	r.now = d.Retry - 1
	r.submit(3, limit(Buy, 1, 990))
	r.denied(Throttled)
	r.now = d.Retry
	r.submit(4, limit(Buy, 1, 990))
	r.last(2, PlaceOrder, ClassEntry)
}

func TestCancelsWaitForTheirTimer(t *testing.T) {
	r := newRig(t, risk.Limits{}, tight(3, 0))
	for ref := Ref(1); ref <= 3; ref++ {
		r.submit(ref, limit(Buy, 1, 990))
		r.says(OrderID(ref), Accepted)
	}
	r.withdraw(2)
	r.withdraw(1)
	r.withdraw(1)
	r.last(3, PlaceOrder, ClassEntry)
	if len(r.timers) != 1 || r.timers[0].At != r.now+sec {
		t.Fatalf("timers %+v, want one in a second", r.timers)
	}
	r.fire()
	if q := r.last(4, CancelOrder, ClassCancel); q.Order != 2 || q.At != r.now {
		t.Fatalf("first out was %+v, want the cancel of 2, now", q)
	}
	r.submit(4, market(Buy, 1)) // must not overtake what waits
	r.denied(Throttled)
	r.fire()
	if q := r.last(5, CancelOrder, ClassCancel); q.Order != 1 || len(r.timers) != 2 {
		t.Fatalf("second out was %+v with %d timers set, want the cancel of 1 and no third timer", q, len(r.timers))
	}
}

func TestAMootCancelIsDropped(t *testing.T) {
	r := newRig(t, risk.Limits{}, tight(1, 0))
	r.submit(1, limit(Buy, 1, 990))
	r.says(1, Accepted)
	r.withdraw(1)
	r.fills(1, 1, 0, 990)
	r.fire()
	r.last(1, PlaceOrder, ClassEntry)
	r.submit(2, limit(Buy, 1, 990)) // the token was not spent
	r.last(2, PlaceOrder, ClassEntry)
}

func TestProtectionWaitsAndGoesFirst(t *testing.T) {
	r := newRig(t, risk.Limits{}, tight(2, 0))
	r.submit(9, limit(Buy, 1, 900))
	r.says(1, Accepted)
	r.bracket(1, limit(Buy, 1, 990), 980, NoPrice)
	r.says(2, Accepted)
	r.withdraw(9)
	r.fills(2, 1, 0, 990)
	r.last(2, PlaceOrder, ClassEntry)
	r.worst(2, 0) // the child counts though it waits
	r.fire()
	r.last(3, PlaceOrder, ClassProtect)
	r.fire()
	r.last(4, CancelOrder, ClassCancel)
}

func TestQueueIsBounded(t *testing.T) {
	r := newRig(t, risk.Limits{}, tight(300, 0))
	for ref := Ref(1); ref <= 300; ref++ {
		r.submit(ref, limit(Buy, 1, 990))
		r.says(OrderID(ref), Accepted)
	}
	for ref := Ref(1); ref <= 256; ref++ {
		r.withdraw(ref)
		if len(r.told) != 0 {
			t.Fatalf("cancel %d was refused: %+v", ref, r.told)
		}
	}
	r.withdraw(257)
	r.denied(Throttled)
	if o := r.told[0].Order; o.State != Working {
		t.Errorf("the order whose cancel was refused is %s, want working", o.State)
	}
}
