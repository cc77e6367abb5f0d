package engine_test

import (
	"errors"
	"testing"

	. "tollgate/engine"
	"tollgate/risk"
)

func unlimited(t testing.TB) *rig { return newRig(t, risk.Limits{}, wide) }

func (r *rig) want(side Side, qty Qty, kind OrderType, limit Price) {
	r.t.Helper()
	r.intent(Intent{Kind: Submit, Ref: Ref(r.seq + 100), StopLoss: NoPrice, Target: NoPrice, Terms: Terms{Side: side, Qty: qty, Type: kind, Limit: limit, Stop: NoPrice}})
}

func (r *rig) report(id OrderID, k ReportKind, more Report) {
	r.t.Helper()
	more.At, more.Order, more.Kind = r.now, id, k
	r.step(&more)
}

// TestNothingIsSentWhileTheLinkIsDown: what strategies want is denied, what protects
// and closes waits and goes out when the link is back.
func TestNothingIsSentWhileTheLinkIsDown(t *testing.T) {
	r := unlimited(t)
	r.want(Buy, 2, Market, NoPrice)
	r.report(1, Filled, Report{Qty: 2, Price: 1000})
	r.want(Buy, 1, Limit, 990)
	r.report(2, Accepted, Report{})
	r.step(&LinkChange{At: r.now, State: LinkDown, Reason: "cut"})
	sent := len(r.sends)
	r.want(Buy, 1, Market, NoPrice)
	r.denied(LinkIsDown)
	r.want(Sell, 1, Market, NoPrice)
	r.denied(LinkIsDown)
	r.intent(Intent{Kind: Amend, Ref: 102, Terms: Terms{Limit: 991, Stop: NoPrice}})
	r.intent(Intent{Kind: Flatten})
	if len(r.sends) != sent {
		t.Fatalf("sent %+v", r.sends[sent:])
	}
	r.step(&LinkChange{At: r.now, State: LinkUp})
	if len(r.sends) != sent+1 || r.sends[sent].Kind != CancelOrder {
		t.Fatalf("sent %+v", r.sends[sent:])
	}
	r.report(2, Cancelled, Report{})
	if len(r.sends) != sent+2 || r.sends[sent+1].Class != ClassFlatten {
		t.Fatalf("sent %+v", r.sends[sent:])
	}
}

func TestModes(t *testing.T) {
	r := unlimited(t)
	r.want(Buy, 2, Market, NoPrice)
	r.report(1, Filled, Report{Qty: 2, Price: 1000})
	r.step(&ModeChange{At: r.now, Mode: ReduceOnly, Reason: "unexplained"})
	r.want(Buy, 1, Market, NoPrice)
	r.denied(risk.ReduceOnly)
	r.want(Sell, 3, Market, NoPrice) // turns the position around: an entry
	r.denied(risk.ReduceOnly)
	r.want(Sell, 1, Market, NoPrice)
	if n := len(r.sends); n != 2 {
		t.Fatalf("an exit was not let through: %+v", r.told)
	}
	r.report(4, Filled, Report{Qty: 1, Price: 1000})
	r.step(&ModeChange{At: r.now, Mode: Killed, Reason: "enough"})
	if n := len(r.sends); n != 3 || r.sends[2].Class != ClassFlatten || r.sends[2].Terms.Qty != 1 {
		t.Fatalf("a kill sent %+v", r.sends[2:])
	}
	r.report(5, Filled, Report{Qty: 1, Price: 1000})
	r.want(Sell, 1, Market, NoPrice)
	r.denied(risk.IsKilled)
	if got := r.d.Book().Mode(); got != Killed || r.d.Book().ModeReason() != "enough" {
		t.Error(got)
	}
	r.step(&ModeChange{At: r.now, Mode: Active})
	r.want(Sell, 1, Market, NoPrice)
	if len(r.sends) != 4 {
		t.Error("resumed, and denied")
	}
}

// TestAdoption: what others did counts against the limit, belongs to nobody's
// strategy, and only a kill touches it.
func TestAdoption(t *testing.T) {
	r := newRig(t, risk.Limits{MaxPosition: risk.ByInstrument{"ES": 3}}, wide)
	terms := Terms{Side: Buy, Qty: 2, Type: Limit, Limit: 990, Stop: NoPrice}
	r.step(&Adoption{At: r.now, Terms: terms, Filled: 1, Notional: 990, Open: true, Cause: "by hand"})
	r.step(&Adoption{At: r.now, Terms: Terms{Side: Buy, Qty: 3, Limit: NoPrice, Stop: NoPrice}, Filled: 3, Notional: 2995, Cause: "found"})
	if held := r.d.Book().Held(0); held != 4 {
		t.Fatalf("%d held", held)
	}
	if long, _ := r.d.Book().Worst(0); long != 5 {
		t.Fatalf("worst case %d", long)
	}
	who, ok := r.d.Find(Manual, 0)
	if h := r.d.Holding(who); !ok || h.Position != 4 || h.Cost != r.d.Book().Instrument(0).Value(2995+990, 1) || r.d.Holding(0).Position != 0 {
		t.Fatalf("holding %+v", h)
	}
	r.want(Buy, 1, Market, NoPrice)
	r.denied(risk.MaxPosition)
	r.intent(Intent{Kind: Flatten})
	r.step(&Recall{At: r.now, Flatten: true})
	if len(r.sends) != 0 {
		t.Fatalf("somebody else's order was touched: %+v", r.sends)
	}
	for _, bad := range []Adoption{
		{Terms: Terms{Instrument: 77, Side: Buy, Qty: 1}, Open: true},
		{Terms: Terms{Side: Buy, Qty: 0}, Open: true},
		{Terms: Terms{Side: Buy, Qty: MaxQty + 1}, Open: true},
		{Terms: Terms{Side: Buy, Qty: 1}, Filled: 2},
		{Terms: Terms{Side: Buy, Qty: 1}},
		{Terms: Terms{Qty: 1}, Open: true},
	} {
		was := r.d.Ignored()
		bad.At = r.now
		if r.step(&bad); r.d.Ignored() != was+1 || len(r.told) != 0 {
			t.Errorf("taken: %+v", bad)
		}
	}
	r.step(&ModeChange{At: r.now, Mode: Killed})
	if len(r.sends) != 1 || r.sends[0].Kind != CancelOrder || r.sends[0].Order != 1 {
		t.Fatalf("a kill sent %+v", r.sends)
	}
}

// TestFundsMoveTheBalanceAlone: what the session made stays what it was.
func TestFundsMoveTheBalanceAlone(t *testing.T) {
	r := unlimited(t)
	r.want(Buy, 1, Market, NoPrice)
	r.report(1, Filled, Report{Qty: 1, Price: 1004, Fee: Dollars(2)})
	was := r.d.Book().SessionPnL()
	r.step(&Funds{At: r.now, Cash: Dollars(7)})
	b := r.d.Book()
	if b.Balance().Cash != Dollars(7) || b.SessionPnL() != was || was >= 0 || b.Balance().Equity >= Dollars(7) {
		t.Errorf("%+v, session %v, was %v", b.Balance(), b.SessionPnL(), was)
	}
}

func TestSnapshotTellsWhereAStrategyStands(t *testing.T) {
	r := unlimited(t)
	r.intent(Intent{Kind: Submit, Ref: 7, StopLoss: 900, Target: NoPrice, Terms: Terms{Side: Buy, Qty: 1, Limit: NoPrice, Stop: NoPrice}})
	r.report(1, Filled, Report{Qty: 1, Price: 1000})
	var s *Snapshot
	for _, c := range r.d.Step(&Resync{At: r.now, Strategy: 0}) {
		s = c.(*Snapshot)
	}
	if s == nil || s.Intents != 1 || s.Updates != r.news[0] || s.Ref != 9 || s.Holding.Position != 1 || len(s.Orders) != 1 || s.Orders[0].Ref != 8 {
		t.Fatalf("%+v", s)
	}
	if got := r.d.Step(&Resync{At: r.now, Strategy: 9}); len(got) != 0 || r.d.Ignored() != 1 {
		t.Error("an unknown strategy was answered")
	}
}

// TestEntriesMayWaitForATokenForAWhile: just long enough they go out, a moment
// longer they are denied; a newer change replaces the older, a cancel removes both.
func TestEntriesMayWaitForATokenForAWhile(t *testing.T) {
	r := newRig(t, risk.Limits{}, risk.BudgetConfig{Rate: 1, Burst: 1})
	r.cfg.EntryWait = 2 * 1e9
	r.d = NewDesk(r.cfg)
	r.d.Join(Member{Name: "a"})
	r.want(Buy, 1, Limit, 990) // takes the token
	r.want(Buy, 2, Limit, 991)
	r.want(Buy, 3, Limit, 992)
	r.want(Buy, 4, Limit, 993)
	if len(r.sends) != 1 || r.told[0].Denial != nil {
		t.Fatalf("sent %+v, told %+v", r.sends, r.told)
	}
	r.intent(Intent{Kind: Withdraw, Ref: 102}) // the third never leaves
	for range 3 {
		r.now += sec
		r.ring()
	}
	var ids []OrderID
	for _, s := range r.sends {
		ids = append(ids, s.Order)
	}
	if len(ids) != 3 || ids[1] != 2 || ids[2] != 4 {
		t.Fatalf("sent %v", ids)
	}
	for range 4 {
		r.want(Buy, 1, Limit, 980)
	}
	var told []Update
	for range 3 {
		r.now += sec
		r.ring()
		told = append(told, r.told...)
	}
	if n := len(r.sends); n != 6 || len(told) != 1 || told[0].Denial == nil || told[0].Denial.Code != Throttled {
		t.Fatalf("%d sent, told %+v", n, told)
	}
}

// ring hands over the timers that are due and keeps the updates of all of them.
func (r *rig) ring() {
	r.t.Helper()
	var told []Update
	defer func() { r.told = told }()
	for i := 0; i < len(r.timers); i++ {
		if x := r.timers[i]; x.At <= r.now && x.At != 0 {
			r.timers[i].At = 0
			r.step(&TimerFired{At: r.now, ID: x.ID})
			told = append(told, r.told...)
		}
	}
}

func TestChangesThatWaitAreReplaced(t *testing.T) {
	r := newRig(t, risk.Limits{}, risk.BudgetConfig{Rate: 1, Burst: 1})
	r.cfg.EntryWait = 5 * 1e9
	r.d = NewDesk(r.cfg)
	r.d.Join(Member{Name: "a"})
	r.want(Buy, 1, Limit, 990)
	r.report(1, Accepted, Report{})
	for _, p := range []Price{991, 992, 993} {
		r.intent(Intent{Kind: Amend, Ref: 100, Terms: Terms{Limit: p, Stop: NoPrice}})
		if len(r.told) != 0 {
			t.Fatalf("told %+v", r.told)
		}
	}
	r.now += sec
	r.ring()
	if len(r.sends) != 2 || r.sends[1].Kind != ChangeOrder || r.sends[1].Terms.Limit != 993 {
		t.Fatalf("sent %+v", r.sends)
	}
	r.report(1, Changed, Report{Leaves: 1, Limit: 993, Stop: NoPrice})
	r.intent(Intent{Kind: Amend, Ref: 100, Terms: Terms{Limit: 994, Stop: NoPrice}})
	r.intent(Intent{Kind: Withdraw, Ref: 100})
	r.now += 2 * sec
	r.ring()
	r.ring()
	if len(r.sends) != 3 || r.sends[2].Kind != CancelOrder {
		t.Fatalf("sent %+v", r.sends)
	}
}

// FuzzRestoreState: damaged states are refused or make a desk that works.
func FuzzRestoreState(f *testing.F) {
	r := unlimited(f)
	r.intent(Intent{Kind: Submit, Ref: 7, StopLoss: 900, Target: 1100, Terms: Terms{Side: Buy, Qty: 3, Limit: NoPrice, Stop: NoPrice}})
	r.report(1, Filled, Report{Qty: 1, Price: 1000, Leaves: 2})
	f.Add(r.d.AppendState(nil))
	f.Add(NewDesk(r.cfg).AppendState(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := NewDesk(r.cfg)
		if err := d.RestoreState(b); err != nil {
			if !errors.Is(err, ErrMessage) {
				t.Fatal(err)
			}
			return
		}
		d.Step(&ModeChange{At: sec, Mode: Killed})
		d.Step(&Quote{At: 2 * sec, Bid: 1, Ask: 2, Last: 1})
		d.Step(&LinkChange{At: 2 * sec, State: LinkUp})
		for id := range OrderID(5) {
			d.Step(&Report{At: 3 * sec, Order: id, Kind: Cancelled})
		}
	})
}
