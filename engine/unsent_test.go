package engine_test

import (
	"testing"

	. "tollgate/engine"
	"tollgate/risk"
)

func (r *rig) unsent(q Request) {
	r.t.Helper()
	r.step(&Unsent{At: r.now, Request: q})
}

// TestUnsent: what the broker did not take goes out again, once, unless it has become
// pointless or its end was asked for.
func TestUnsent(t *testing.T) {
	// open has a bracketed entry filled, so that order 2 is a stop and 3 a target.
	open := func(t *testing.T) (*rig, *risk.Budget) {
		r, b := patient(t, risk.Limits{}, tight(20, 0))
		r.bracket(1, limit(Buy, 2, 990), 980, 1020)
		r.fills(1, 2, 0, 990)
		return r, b
	}
	refill := func(r *rig) { r.now += 100 * sec; r.step(&LinkChange{At: r.now, State: LinkUp}) }
	t.Run("a stop", func(t *testing.T) {
		r, b := open(t)
		b.Drain(r.now + sec)
		stop := r.sends[1]
		r.unsent(stop)
		r.says(3, Accepted)
		r.worst(2, 0)
		if len(r.sends) != 3 {
			t.Fatalf("sent without a token: %+v", r.sends)
		}
		r.fire()
		if again := r.last(4, PlaceOrder, ClassProtect); again.Terms != stop.Terms || again.Order != stop.Order {
			t.Errorf("%+v after %+v", again, stop)
		}
		refill(r)
		r.last(4, PlaceOrder, ClassProtect)
	})
	t.Run("a stop whose position was closed", func(t *testing.T) {
		r, b := open(t)
		b.Drain(r.now + sec)
		r.unsent(r.sends[1])
		r.fills(3, 2, 0, 1020)
		refill(r)
		r.holds(0, 0)
		r.last(3, PlaceOrder, ClassProtect)
	})
	t.Run("a stop that was to end", func(t *testing.T) {
		r, b := open(t)
		r.withdraw(2)
		r.last(4, CancelOrder, ClassCancel)
		b.Drain(r.now + sec)
		r.unsent(r.sends[1])
		if o, _ := r.d.Order(2); o.State != Dead {
			t.Errorf("it is %v", o.State)
		}
		r.says(2, CancelRejected) // the broker has no such order
		refill(r)
		r.last(4, CancelOrder, ClassCancel)
	})
	t.Run("while the link is down", func(t *testing.T) {
		r, _ := open(t)
		r.unsent(r.sends[1]) // at once
		r.last(4, PlaceOrder, ClassProtect)
		r.step(&LinkChange{At: r.now, State: LinkDown, Reason: "cut"})
		r.unsent(r.sends[3])
		r.last(4, PlaceOrder, ClassProtect)
		refill(r)
		r.last(5, PlaceOrder, ClassProtect)
	})
	t.Run("a change", func(t *testing.T) {
		r, b := patient(t, risk.Limits{}, tight(20, 0))
		r.bracket(1, limit(Buy, 2, 990), 980, NoPrice)
		r.fills(1, 1, 1, 990)
		r.says(2, Accepted)
		r.fills(1, 1, 0, 990)
		grown := r.last(3, ChangeOrder, ClassProtect)
		b.Drain(r.now + sec)
		r.unsent(grown)
		r.withdraw(2) // takes it back
		refill(r)
		r.last(4, CancelOrder, ClassCancel)
	})
	t.Run("a change of an order that is to end", func(t *testing.T) {
		r, _ := patient(t, risk.Limits{}, tight(20, 0))
		r.bracket(1, limit(Buy, 2, 990), 980, NoPrice)
		r.fills(1, 1, 1, 990)
		r.says(2, Accepted)
		r.fills(1, 1, 0, 990)
		grown := r.last(3, ChangeOrder, ClassProtect)
		r.withdraw(2)
		r.unsent(grown)
		r.last(4, CancelOrder, ClassCancel)
		if o, _ := r.d.Order(2); o.Leaves() != 1 {
			t.Errorf("it counts %d", o.Leaves())
		}
	})
	t.Run("a cancel", func(t *testing.T) {
		r, _ := patient(t, risk.Limits{}, tight(20, 0))
		r.submit(1, limit(Buy, 1, 990))
		r.says(1, Accepted)
		r.withdraw(1)
		r.unsent(r.last(2, CancelOrder, ClassCancel))
		r.says(1, CancelRejected)
		r.unsent(r.last(3, CancelOrder, ClassCancel)) // nobody wants it any more
		r.last(3, CancelOrder, ClassCancel)
	})
	t.Run("one cancel for all", func(t *testing.T) {
		r, _ := patient(t, risk.Limits{}, tight(20, 0))
		for ref := range Ref(2) {
			r.submit(ref+1, limit(Buy, 1, 990))
			r.says(OrderID(ref+1), Accepted)
		}
		r.step(&ModeChange{At: r.now, Mode: Killed})
		r.unsent(r.last(3, CancelOrders, ClassCancel))
		r.last(4, CancelOrders, ClassCancel)
	})
	t.Run("an entry", func(t *testing.T) {
		r, _ := patient(t, risk.Limits{}, tight(20, 0))
		r.submit(1, limit(Buy, 1, 990))
		r.unsent(r.sends[0])
		if r.d.Ignored() != 1 || len(r.sends) != 1 {
			t.Errorf("%d ignored, %d sent", r.d.Ignored(), len(r.sends))
		}
	})
}

// TestAnOrderThatIsToEnd: a cancel that waits to be sent makes an order one that is to
// end, also when it turns out to be there after all, or an earlier cancel is refused.
func TestAnOrderThatIsToEnd(t *testing.T) {
	for name, way := range map[string]func(r *rig){
		"lost and found": func(r *rig) {
			r.step(&LinkChange{At: r.now, State: LinkDown, Reason: "cut"})
			r.says(1, Lost)
			r.withdraw(1)
			r.says(1, Accepted)
		},
		"refused once": func(r *rig) {
			r.says(1, Accepted)
			r.withdraw(1)
			r.step(&LinkChange{At: r.now, State: LinkDown, Reason: "cut"})
			r.unsent(r.sends[1])
			r.says(1, CancelRejected) // of another one, by somebody else
			r.sends = r.sends[:1]
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := patient(t, risk.Limits{}, tight(20, 0))
			r.submit(1, limit(Buy, 1, 990))
			way(r)
			if o, _ := r.d.Order(1); o.State != CancelPending {
				t.Errorf("it is %v", o.State)
			}
			r.step(&LinkChange{At: r.now, State: LinkUp})
			r.last(2, CancelOrder, ClassCancel)
			r.amend(1, 2, NoPrice)
			r.denied(OrderPending)
			r.last(2, CancelOrder, ClassCancel)
		})
	}
}
