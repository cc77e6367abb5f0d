package engine_test

import (
	"testing"
	"time"

	. "tollgate/engine"
	"tollgate/risk"
)

// patient is a rig whose entries may wait two seconds for a token; the budget is
// the test's, to drain as somebody else would.
func patient(t testing.TB, l risk.Limits, c risk.BudgetConfig) (*rig, *risk.Budget) {
	b := risk.NewBudget(c)
	r := newRig(t, risk.Limits{}, wide)
	r.cfg.Gate, r.cfg.EntryWait = risk.Sharing(l, &b), 2*time.Second
	r.d = NewDesk(r.cfg)
	r.d.Join(Member{Name: "a"})
	r.step(&Quote{At: r.now, Bid: 1000, Ask: 1001, Last: NoPrice, BidSize: 5, AskSize: 5, LastSize: UnknownQty, Volume: UnknownQty})
	return r, &b
}

// TestAnEntryIsNeverSentAfterItsWait: tokens that come later than the wait are not
// for it, and the strategy hears of the end at its time.
func TestAnEntryIsNeverSentAfterItsWait(t *testing.T) {
	for _, x := range []struct {
		name  string
		again Time // when the budget begins to fill again, after the entry was wanted
		sent  bool
	}{
		{"in time", sec - 1, true},
		{"at its end", sec, true},
		{"too late", sec + 1, false},
		{"far too late", 60 * sec, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			r, b := patient(t, risk.Limits{}, tight(1, 0))
			b.Drain(r.now + x.again)
			r.submit(1, limit(Buy, 1, 990))
			wanted := r.now
			r.fire()
			if r.now > wanted+2*sec {
				t.Fatalf("the timer rang %v after the wait", r.now-wanted-2*sec)
			}
			if x.sent {
				r.last(1, PlaceOrder, ClassEntry)
				return
			}
			if o := r.told[0].Order; r.denied(Throttled) != nil && o.State != Refused {
				t.Errorf("the order is %s", o.State)
			}
			r.now += 100 * sec
			r.step(&LinkChange{At: r.now, State: LinkUp})
			if len(r.sends) != 0 {
				t.Errorf("sent %+v", r.sends)
			}
		})
	}
}

// TestALateTimerSendsNoOldEntry: the shell may hand timers over late.
func TestALateTimerSendsNoOldEntry(t *testing.T) {
	r, _ := patient(t, risk.Limits{}, tight(1, 0))
	r.submit(1, limit(Buy, 1, 990))
	r.submit(2, limit(Buy, 1, 991))
	r.now += 2*sec + 1
	r.ring()
	r.denied(Throttled)
	r.last(1, PlaceOrder, ClassEntry)
}

// TestTheLinkEndsTheWait: what strategies wanted is denied when the link goes down,
// and what protects stays.
func TestTheLinkEndsTheWait(t *testing.T) {
	r, _ := patient(t, risk.Limits{}, tight(2, 0))
	r.submit(1, limit(Buy, 1, 990))
	r.says(1, Accepted)
	r.submit(2, limit(Buy, 1, 991))
	r.says(2, Accepted)
	r.submit(3, limit(Buy, 1, 992))
	r.amend(1, 0, 993)
	r.withdraw(2)
	r.step(&LinkChange{At: r.now, State: LinkDown, Reason: "cut"})
	if len(r.told) != 2 || r.told[0].Order.ID != 3 || r.told[0].Order.State != Refused || r.told[1].Order.ID != 1 || r.told[1].Order.State != Working {
		t.Fatalf("told %+v", r.told)
	}
	for _, u := range r.told {
		if u.Denial == nil || u.Denial.Code != LinkIsDown {
			t.Errorf("told %+v", u)
		}
	}
	if n := r.d.Book().OpenOrders(); n != 2 {
		t.Errorf("%d orders are open", n)
	}
	r.now += 100 * sec
	r.ring()
	r.step(&LinkChange{At: r.now, State: LinkUp})
	if q := r.last(3, CancelOrder, ClassCancel); q.Order != 2 {
		t.Errorf("sent %+v", q)
	}
}

// TestARestoredDeskSendsNoOldEntry: an entry that waited when the program stopped
// does not go out the next morning.
func TestARestoredDeskSendsNoOldEntry(t *testing.T) {
	r, _ := patient(t, risk.Limits{}, tight(1, 0))
	r.submit(1, limit(Buy, 1, 990))
	r.submit(2, limit(Buy, 1, 991))
	state := r.d.AppendState(nil)
	r.d = NewDesk(r.cfg)
	if err := r.d.RestoreState(state); err != nil {
		t.Fatal(err)
	}
	r.now += 8 * 3600 * sec
	r.step(&LinkChange{At: r.now, State: LinkDown, Reason: "connecting"})
	r.step(&LinkChange{At: r.now, State: LinkUp})
	if len(r.sends) != 1 {
		t.Errorf("sent %+v", r.sends[1:])
	}
}

// TestAWaitingOrderCountsOnce: it stands in the book while it waits, and is judged
// again when its turn comes: its size and its place must not count twice.
func TestAWaitingOrderCountsOnce(t *testing.T) {
	for _, x := range []struct {
		name string
		l    risk.Limits
		sent int
	}{
		{"position, inside", risk.Limits{MaxPosition: risk.ByInstrument{"ES": 3}}, 2},
		{"orders, inside", risk.Limits{MaxWorking: 2}, 2},
	} {
		t.Run(x.name, func(t *testing.T) {
			r, _ := patient(t, x.l, tight(1, 0))
			r.submit(1, limit(Buy, 1, 990))
			r.submit(2, limit(Buy, 2, 990))
			r.fire()
			if len(r.sends) != x.sent {
				t.Errorf("%d sent, told %+v", len(r.sends), r.told)
			}
		})
	}
}

// TestAWaitingBracketCountsOnce: the children's places are in reserve already.
func TestAWaitingBracketCountsOnce(t *testing.T) {
	r, _ := patient(t, risk.Limits{MaxWorking: 4, MaxPosition: risk.ByInstrument{"ES": 3}}, tight(1, 0))
	r.submit(1, limit(Buy, 1, 990))
	r.bracket(2, limit(Buy, 2, 990), 980, 1100)
	r.fire()
	r.last(2, PlaceOrder, ClassEntry)
}

// TestAWaitingOrderIsJudgedAgain: the limits hold at its turn, too.
func TestAWaitingOrderIsJudgedAgain(t *testing.T) {
	r, _ := patient(t, risk.Limits{MaxPosition: risk.ByInstrument{"ES": 3}}, tight(1, 0))
	r.submit(1, limit(Buy, 1, 990))
	r.submit(2, limit(Buy, 2, 990))
	r.fills(1, 2, 0, 990) // one more than was asked for
	r.fire()
	r.denied(risk.MaxPosition)
	r.last(1, PlaceOrder, ClassEntry)
}

// TestWhatProtectsGoesBeforeWhatWaits: a queue full of what a strategy wants has
// room for every cancel.
func TestWhatProtectsGoesBeforeWhatWaits(t *testing.T) {
	r, _ := patient(t, risk.Limits{}, tight(3, 0))
	for ref := Ref(1); ref <= 3; ref++ {
		r.submit(ref, limit(Buy, 1, 990))
		r.says(OrderID(ref), Accepted)
	}
	for ref := Ref(4); ref <= 259; ref++ {
		if r.submit(ref, limit(Buy, 1, 990)); r.told[0].Denial != nil {
			t.Fatalf("entry %d was refused: %+v", ref, r.told[0])
		}
	}
	r.submit(260, limit(Buy, 1, 990))
	r.denied(Throttled)
	r.withdraw(2)
	if o := r.told[0].Order; r.denied(Throttled) != nil && o.ID != 259 {
		t.Fatalf("order %d made room", o.ID)
	}
	r.now += sec
	r.ring()
	if q := r.last(4, CancelOrder, ClassCancel); q.Order != 2 {
		t.Errorf("sent %+v", q)
	}
}

// TestTheDesksOwnChangeIsNotRewritten: a bracket's child that waits to be resized
// keeps what protects it.
func TestTheDesksOwnChangeIsNotRewritten(t *testing.T) {
	r, _ := patient(t, risk.Limits{}, tight(2, 0))
	r.bracket(1, limit(Buy, 2, 990), 980, NoPrice)
	r.fills(1, 1, 1, 990)
	r.says(2, Accepted)
	r.fills(1, 1, 0, 990) // the stop must grow, and waits
	r.amend(2, 5, NoPrice)
	r.denied(OrderPending)
	r.fire()
	if q := r.last(3, ChangeOrder, ClassProtect); q.Terms.Qty != 2 {
		t.Errorf("sent %+v", q)
	}
}

// TestARewrittenChangeTakesItsNewPlace: a wish that has become an entry goes after
// the exits that wait.
func TestARewrittenChangeTakesItsNewPlace(t *testing.T) {
	r, b := patient(t, risk.Limits{}, risk.BudgetConfig{Rate: 1000, Burst: 3})
	r.submit(1, market(Buy, 2))
	r.fills(1, 2, 0, 1000)
	r.submit(2, limit(Sell, 1, 1010))
	r.says(2, Accepted)
	b.Drain(r.now + sec)
	r.amend(2, 0, 1011)
	r.submit(3, limit(Sell, 1, 1020))
	r.amend(2, 3, NoPrice) // turns the position around
	r.now += sec + 10_000_000
	r.ring()
	if n := len(r.sends); n != 4 || r.sends[2].Order != 3 || r.sends[3].Class != ClassEntry || r.sends[3].Terms.Limit != 1011 || r.sends[3].Terms.Qty != 3 {
		t.Fatalf("sent %+v", r.sends[2:])
	}
}

// TestAWaitingExitOpensNothing: a stop was faster, and the exit would turn the position.
func TestAWaitingExitOpensNothing(t *testing.T) {
	for name, stopped := range map[string]bool{"in time": false, "the stop was faster": true} {
		t.Run(name, func(t *testing.T) {
			r, b := patient(t, risk.Limits{}, tight(3, 0))
			r.bracket(1, market(Buy, 2), 980, 1100)
			r.fills(1, 2, 0, 1000)
			r.now += 10 * sec
			sent := len(r.sends)
			b.Drain(r.now + sec)
			r.submit(10, limit(Sell, 2, 1010))
			if len(r.sends) != sent {
				t.Fatalf("sent %+v", r.sends[sent:])
			}
			if stopped {
				r.fills(2, 2, 0, 980)
			}
			r.fire()
			var exits int
			for _, q := range r.sends[sent:] {
				if q.Kind == PlaceOrder {
					exits++
				}
			}
			if exits != 1 && !stopped || exits != 0 && stopped {
				t.Errorf("sent %+v", r.sends[sent:])
			}
			if stopped {
				r.denied(Outlived)
			}
		})
	}
}

// TestAnExitWhosePositionIsGone: a resting exit may be moved as long as it closes
// something; after that a new price for it would open a position.
func TestAnExitWhosePositionIsGone(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.bracket(1, limit(Buy, 1, 1000), 980, NoPrice)
	r.fills(1, 1, 0, 1000)
	r.says(2, Accepted)
	r.submit(3, limit(Sell, 1, 1010))
	exit := r.last(3, PlaceOrder, ClassExit)
	r.says(exit.Order, Accepted)
	r.step(&ModeChange{At: r.now, Mode: ReduceOnly, Reason: "a drill"})
	r.amend(3, 0, 1009)
	r.last(4, ChangeOrder, ClassExit)
	r.changed(exit.Order, 1, 1009, NoPrice)
	r.fills(2, 1, 0, 980)
	r.amend(3, 0, 979)
	r.denied(risk.ReduceOnly)
	if o, _ := r.d.Order(exit.Order); len(r.sends) != 4 || o.State != Working || o.Leaves() != 1 {
		t.Errorf("%d sends, the order is %v of %d", len(r.sends), o.State, o.Leaves())
	}
}

// TestAChangeOfAnExitWaitedTooLong: likewise when the position goes while the change
// waits for its token.
func TestAChangeOfAnExitWaitedTooLong(t *testing.T) {
	r, b := patient(t, risk.Limits{}, tight(20, 0))
	r.bracket(1, limit(Buy, 1, 1000), 980, NoPrice)
	r.fills(1, 1, 0, 1000)
	r.says(2, Accepted)
	r.submit(3, limit(Sell, 1, 1010))
	r.says(3, Accepted)
	r.step(&ModeChange{At: r.now, Mode: ReduceOnly, Reason: "a drill"})
	b.Drain(r.now + sec/2)
	r.amend(3, 0, 979)
	r.fills(2, 1, 0, 980)
	r.fire()
	r.denied(risk.ReduceOnly)
	r.last(3, PlaceOrder, ClassExit)
}
