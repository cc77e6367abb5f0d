package engine_test

import (
	"testing"

	. "tollgate/engine"
	"tollgate/risk"
)

func TestSubmitAcceptFill(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.submit(1, market(Buy, 3))
	q := r.last(1, PlaceOrder, ClassEntry)
	r.says(q.Order, Accepted)
	r.fills(q.Order, 1, 2, 1001)
	if o := r.told[0].Order; o.State != PartFilled || r.told[0].Fill.Qty != 1 {
		t.Fatalf("after a part fill: %+v", o)
	}
	r.worst(3, 1)
	r.fills(q.Order, 2, 0, 1001)
	r.holds(3, 0)
	r.submit(2, market(Sell, 3))
	r.last(2, PlaceOrder, ClassExit)
	r.submit(3, market(Sell, 1)) // the position is spoken for
	r.last(3, PlaceOrder, ClassEntry)
}

func TestDenialSendsNothing(t *testing.T) {
	r := newRig(t, risk.Limits{MaxPosition: risk.ByInstrument{"ES": 2}}, wide)
	r.submit(1, market(Buy, 3))
	if d := r.denied(risk.MaxPosition); d.Limit != "2" || d.Value != "3" {
		t.Errorf("denial %+v, want limit 2, value 3", d)
	}
	r.last0()
	r.submit(2, market(Buy, 2))
	r.last(1, PlaceOrder, ClassEntry)
}

func (r *rig) last0() {
	r.t.Helper()
	if len(r.sends) != 0 {
		r.t.Fatalf("something was sent: %+v", r.sends)
	}
}

func TestRepeatsAndGaps(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.submit(1, market(Buy, 1))
	r.seq = 0
	r.submit(1, market(Buy, 1))
	if len(r.told) != 0 || len(r.sends) != 1 {
		t.Fatalf("a repeat was not dropped: %+v", r.told)
	}
	r.seq = 2
	r.submit(3, market(Buy, 1))
	if d := r.denied(SequenceGap); d.Limit != "2" || d.Value != "3" {
		t.Errorf("gap: %+v", d)
	}
	r.seq = 1
	r.submit(2, market(Buy, 1))
	r.last(2, PlaceOrder, ClassEntry)
}

func TestCancel(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.submit(1, limit(Buy, 2, 990))
	id := r.last(1, PlaceOrder, ClassEntry).Order
	r.says(id, Accepted)
	r.withdraw(1)
	r.last(2, CancelOrder, ClassCancel)
	r.withdraw(1) // under way already
	r.worst(2, 0)
	r.says(id, Cancelled)
	r.holds(0, 0)
	r.withdraw(1)
	r.denied(NotOpen)
	r.withdraw(99)
	r.denied(UnknownRef)
	r.last(2, CancelOrder, ClassCancel)
}

func TestCancelLosesTheRace(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.submit(1, limit(Buy, 2, 990))
	r.says(1, Accepted)
	r.withdraw(1)
	r.fills(1, 2, 0, 990)
	r.says(1, CancelRejected)
	r.holds(2, 0)
	if r.d.Ignored() != 0 {
		t.Errorf("%d events ignored, want none", r.d.Ignored())
	}
}

func TestLateFillIsBooked(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.submit(1, limit(Buy, 2, 990))
	r.says(1, Accepted)
	r.says(1, Cancelled)
	r.fills(1, 2, 0, 990)
	r.holds(2, 0)
	if o := r.told[0].Order; o.State != Dead || o.Filled != 2 {
		t.Errorf("after a late fill: %+v", o)
	}
}

func TestOverfillIsBooked(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.submit(1, limit(Buy, 2, 990))
	r.fills(1, 3, 1, 990)
	r.holds(3, 1)
	r.worst(4, 3) // what the venue says is open counts
	r.fills(1, 1, 0, 990)
	r.holds(4, 0)
}

func TestUnknownOrdersAreCounted(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.fills(77, 1, 0, 1000)
	r.submit(1, limit(Buy, 2, 990))
	r.fills(1, 0, 2, 990)
	r.fills(1, 1, -1, 990)
	r.fills(1, 1, 1, NoPrice)
	r.says(1, ReportKind(200))
	r.holds(0, 1)
	if r.d.Ignored() != 5 {
		t.Errorf("%d events counted as senseless, want 5", r.d.Ignored())
	}
}

func TestChange(t *testing.T) {
	r := newRig(t, risk.Limits{MaxPosition: risk.ByInstrument{"ES": 5}}, wide)
	r.submit(1, limit(Buy, 2, 990))
	r.amend(1, 3, NoPrice)
	r.denied(OrderPending)
	r.says(1, Accepted)
	r.amend(1, 6, NoPrice)
	r.denied(risk.MaxPosition)
	r.worst(2, 0)
	r.amend(1, 5, 991)
	if q := r.last(2, ChangeOrder, ClassEntry); q.Terms.Qty != 5 || q.Terms.Limit != 991 {
		t.Fatalf("change asks for %+v", q.Terms)
	}
	r.worst(5, 0)
	r.submit(4, market(Buy, 1))
	r.denied(risk.MaxPosition)
	r.says(1, ChangeRejected)
	r.worst(2, 0)
	r.amend(1, 1, NoPrice)
	r.worst(2, 0) // until it is confirmed the larger counts
	r.changed(1, 1, 990, NoPrice)
	r.worst(1, 0)
}

func TestEndedOrdersAreForgotten(t *testing.T) {
	r := newRig(t, risk.Limits{}, risk.BudgetConfig{Rate: 1_000_000_000, Burst: 1000})
	const n = 10_000
	for i := range n {
		r.now += sec
		r.submit(Ref(1+i), limit(Buy, 1, 990))
		r.says(r.sends[len(r.sends)-1].Order, Cancelled)
	}
	known := 0
	for i := range n {
		r.amend(Ref(1+i), 2, NoPrice)
		if r.told[0].Denial.Code == NotOpen {
			known++
		} else {
			r.denied(UnknownRef)
		}
	}
	if known != 1024 {
		t.Errorf("%d ended orders are remembered, want 1024", known)
	}
	r.holds(0, 0)
}

// entry submits a bracketed buy of 4 with stop 980 and target 1020 and accepts it.
func (r *rig) entry() {
	r.t.Helper()
	r.bracket(1, limit(Buy, 4, 990), 980, 1020)
	r.last(1, PlaceOrder, ClassEntry)
	r.says(1, Accepted)
	r.holds(0, 3) // itself and two in reserve
}

func (r *rig) protected() {
	r.t.Helper()
	r.entry()
	r.fills(1, 1, 3, 990)
	r.last(3, PlaceOrder, ClassProtect)
	stop, target := r.sends[1].Terms, r.sends[2].Terms
	if stop.Type != StopMarket || stop.Stop != 980 || target.Type != Limit || target.Limit != 1020 ||
		stop.Side != Sell || target.Side != Sell || stop.Qty != 1 || target.Qty != 1 || stop.OCO == 0 || stop.OCO != target.OCO {
		r.t.Fatalf("children %+v and %+v", stop, target)
	}
	r.holds(1, 3)
	r.says(2, Accepted)
	r.says(3, Accepted)
}
