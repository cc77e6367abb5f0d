package engine_test

import (
	"testing"

	. "tollgate/engine"
)

// threeResting has a strategy's limit order working at the broker, and one placed by hand.
func threeResting(t *testing.T) *rig {
	r := unlimited(t)
	r.want(Buy, 1, Limit, 990)
	r.report(1, Accepted, Report{})
	r.step(&Adoption{At: r.now, Terms: Terms{Side: Buy, Qty: 1, Type: Limit, Limit: 980, Stop: NoPrice}, Open: true, Cause: "by hand"})
	r.want(Buy, 1, Limit, 985)
	r.report(3, Accepted, Report{})
	return r
}

func (r *rig) kinds(from int) (list []RequestKind) {
	for _, q := range r.sends[from:] {
		list = append(list, q.Kind)
	}
	return list
}

// TestAKillCancelsInOneCall: what was adopted is to end as well, so one call covers all.
func TestAKillCancelsInOneCall(t *testing.T) {
	r := threeResting(t)
	r.step(&ModeChange{At: r.now, Mode: Killed})
	if k := r.kinds(2); len(k) != 1 || k[0] != CancelOrders || r.sends[2].Terms.Instrument != AllInstruments || r.sends[2].Class != ClassCancel {
		t.Fatalf("sent %v: %+v", k, r.sends[2:])
	}
	for id := OrderID(1); id <= 3; id++ {
		if o, ok := r.d.Order(id); !ok || o.State != CancelPending {
			t.Errorf("order %d: %+v", id, o)
		}
	}
	// One went, one did not: that one is asked for by itself.
	r.report(1, Cancelled, Report{})
	r.report(2, Cancelled, Report{})
	r.report(3, CancelRejected, Report{})
	if k := r.kinds(3); len(k) != 1 || k[0] != CancelOrder || r.sends[3].Order != 3 {
		t.Errorf("sent %v", k)
	}
}

// TestAKillWithoutALinkCancelsInOneCall when the link is back.
func TestAKillWithoutALinkCancelsInOneCall(t *testing.T) {
	r := threeResting(t)
	r.step(&LinkChange{At: r.now, State: LinkDown})
	r.step(&ModeChange{At: r.now, Mode: Killed})
	if k := r.kinds(2); len(k) != 0 {
		t.Fatalf("sent %v", k)
	}
	r.step(&LinkChange{At: r.now, State: LinkUp})
	if k := r.kinds(2); len(k) != 1 || k[0] != CancelOrders {
		t.Errorf("sent %v", k)
	}
}

// TestNoCallForAllWhenOneOrderIsToLive: the order that closes a position must not be
// caught by it, and without a kill nobody asked for the end of all.
func TestNoCallForAllWhenOneOrderIsToLive(t *testing.T) {
	t.Run("a closing order", func(t *testing.T) {
		r := threeResting(t)
		r.report(1, Filled, Report{Qty: 1, Price: 990})
		r.step(&Adoption{At: r.now, Terms: Terms{Side: Buy, Qty: 1, Type: Limit, Limit: 970, Stop: NoPrice}, Open: true, Cause: "by hand"})
		r.report(3, Cancelled, Report{})
		r.intent(Intent{Kind: Flatten})
		from := len(r.sends)
		if q := r.sends[from-1]; q.Kind != PlaceOrder || q.Class != ClassFlatten {
			t.Fatalf("sent %+v", q)
		}
		r.step(&ModeChange{At: r.now, Mode: Killed}) // two orders by hand, and the one that closes
		if k := r.kinds(from); len(k) != 2 || k[0] != CancelOrder || k[1] != CancelOrder {
			t.Errorf("sent %v: the closing order would be cancelled as well", k)
		}
	})
	t.Run("no kill", func(t *testing.T) {
		r := threeResting(t)
		r.step(&LinkChange{At: r.now, State: LinkDown})
		r.intent(Intent{Kind: CancelAll})
		r.step(&LinkChange{At: r.now, State: LinkUp})
		if k := r.kinds(2); len(k) != 2 || k[0] != CancelOrder || k[1] != CancelOrder {
			t.Errorf("sent %v", k)
		}
	})
}

// TestAKillOfOneOrderIsOneCancel: there is nothing to save.
func TestAKillOfOneOrderIsOneCancel(t *testing.T) {
	r := unlimited(t)
	r.want(Buy, 1, Limit, 990)
	r.report(1, Accepted, Report{})
	r.step(&ModeChange{At: r.now, Mode: Killed})
	if k := r.kinds(1); len(k) != 1 || k[0] != CancelOrder {
		t.Errorf("sent %v", k)
	}
}

// TestAKillStaysFlat: a late fill of an order that was taken for ended is closed; what a
// person does after the kill is not.
func TestAKillStaysFlat(t *testing.T) {
	r := unlimited(t)
	r.want(Buy, 2, Limit, 990)
	r.report(1, Accepted, Report{})
	r.step(&ModeChange{At: r.now, Mode: Killed})
	r.report(1, Cancelled, Report{})
	if k := r.kinds(1); len(k) != 1 {
		t.Fatalf("sent %v", k)
	}
	r.report(1, Filled, Report{Qty: 2, Price: 990}) // it filled before the cancel came
	if q := r.sends[len(r.sends)-1]; len(r.sends) != 3 || q.Class != ClassFlatten || q.Terms.Side != Sell || q.Terms.Qty != 2 {
		t.Fatalf("sent %+v", r.sends[2:])
	}
	r.report(2, Filled, Report{Qty: 2, Price: 989})
	r.step(&Adoption{At: r.now, Terms: Terms{Side: Buy, Qty: 3, Limit: NoPrice, Stop: NoPrice}, Filled: 3, Notional: 2970, Cause: "by hand"})
	if len(r.sends) != 3 {
		t.Errorf("sent %+v", r.sends[3:])
	}
	r.step(&ModeChange{At: r.now, Mode: Killed}) // said again, it is everything
	if q := r.sends[len(r.sends)-1]; len(r.sends) != 4 || q.Terms.Qty != 3 {
		t.Errorf("sent %+v", r.sends[3:])
	}
}
