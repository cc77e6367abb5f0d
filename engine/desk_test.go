package engine_test

import (
	"testing"

	"github.com/shopspring/decimal"

	. "tollgate/engine"
	"tollgate/risk"
)

const sec = Time(1_000_000_000)

// rig drives a Desk with events and keeps what it answers. It checks what holds
// for every step: sends carry a covering permit, updates have no gaps.
type rig struct {
	t      testing.TB
	d      *Desk
	cfg    DeskConfig
	now    Time
	seq    uint64
	news   [4]uint64 // by strategy: the last update
	sends  []Request
	told   []Update // of the last step
	timers []SetTimer
}

var wide = risk.BudgetConfig{Rate: 1_000_000, Burst: 1_000_000}

func universe(t testing.TB) *Universe {
	u := NewUniverse()
	if _, err := u.Add("ES 12-26", es()); err != nil {
		t.Fatal(err)
	}
	return u
}

func es() Spec { return Spec{Root: "ES", Tick: 250_000_000, PointValue: decimal.New(50, 0)} }

func newRig(t testing.TB, l risk.Limits, b risk.BudgetConfig) *rig {
	r := &rig{t: t, now: sec, cfg: DeskConfig{Universe: universe(t), Gate: risk.New(l, b), Cash: Dollars(100_000)}}
	r.d = NewDesk(r.cfg)
	r.d.Join(Member{Name: "a"})
	r.step(&Quote{At: r.now, Bid: 1000, Ask: 1001, Last: NoPrice, BidSize: 5, AskSize: 5, LastSize: UnknownQty, Volume: UnknownQty})
	return r
}

func (r *rig) step(e Event) {
	r.t.Helper()
	r.told = nil
	for _, c := range r.d.Step(e) {
		switch c := c.(type) {
		case *Send:
			q, err := c.Request()
			if err != nil {
				r.t.Fatalf("a send without a permit that covers it: %v", err)
			}
			r.sends = append(r.sends, q)
		case *Update:
			if r.news[c.Strategy]++; c.Seq != r.news[c.Strategy] {
				r.t.Fatalf("update %d came where %d was due", c.Seq, r.news[c.Strategy])
			}
			r.told = append(r.told, *c)
		case *SetTimer:
			r.timers = append(r.timers, *c)
		}
	}
}

func (r *rig) intent(i Intent) {
	r.t.Helper()
	r.seq++
	i.At, i.Seq = r.now, r.seq
	r.step(&i)
}

func market(s Side, q Qty) Terms {
	return Terms{Side: s, Type: Market, Qty: q, Limit: NoPrice, Stop: NoPrice}
}

func limit(s Side, q Qty, p Price) Terms {
	return Terms{Side: s, Type: Limit, Qty: q, Limit: p, Stop: NoPrice}
}

func (r *rig) submit(ref Ref, t Terms) {
	r.t.Helper()
	r.intent(Intent{Kind: Submit, Ref: ref, Terms: t, StopLoss: NoPrice, Target: NoPrice})
}

func (r *rig) bracket(ref Ref, t Terms, stop, target Price) {
	r.t.Helper()
	r.intent(Intent{Kind: Submit, Ref: ref, Terms: t, StopLoss: stop, Target: target})
}

func (r *rig) amend(ref Ref, q Qty, p Price) {
	r.t.Helper()
	r.intent(Intent{Kind: Amend, Ref: ref, Terms: Terms{Qty: q, Limit: p, Stop: NoPrice}})
}

func (r *rig) withdraw(ref Ref) { r.t.Helper(); r.intent(Intent{Kind: Withdraw, Ref: ref}) }
func (r *rig) flatten()         { r.t.Helper(); r.intent(Intent{Kind: Flatten}) }

func (r *rig) says(id OrderID, k ReportKind) {
	r.t.Helper()
	r.step(&Report{At: r.now, Order: id, Kind: k, Limit: NoPrice, Stop: NoPrice})
}

func (r *rig) fills(id OrderID, q, leaves Qty, p Price) {
	r.t.Helper()
	r.step(&Report{At: r.now, Order: id, Kind: Filled, Qty: q, Leaves: leaves, Price: p, Limit: NoPrice, Stop: NoPrice})
}

func (r *rig) changed(id OrderID, leaves Qty, limit, stop Price) {
	r.t.Helper()
	r.step(&Report{At: r.now, Order: id, Kind: Changed, Leaves: leaves, Limit: limit, Stop: stop})
}

// fire brings the newest timer back.
func (r *rig) fire() {
	r.t.Helper()
	x := r.timers[len(r.timers)-1]
	r.now = x.At
	r.step(&TimerFired{At: x.At, ID: x.ID})
}

// last asserts what the newest send was and returns its order.
func (r *rig) last(n int, k RequestKind, c Class) Request {
	r.t.Helper()
	if len(r.sends) != n {
		r.t.Fatalf("%d sends so far, want %d: %+v", len(r.sends), n, r.sends)
	}
	q := r.sends[n-1]
	if q.Kind != k || q.Class != c {
		r.t.Fatalf("the newest send is a %s for %s, want a %s for %s", q.Kind, q.Class, k, c)
	}
	return q
}

func (r *rig) denied(code Code) *Denial {
	r.t.Helper()
	if len(r.told) != 1 || r.told[0].Denial == nil || r.told[0].Denial.Code != code {
		r.t.Fatalf("want one denial %s, got %+v", code, r.told)
	}
	return r.told[0].Denial
}

func (r *rig) holds(q Qty, open int) {
	r.t.Helper()
	if got := r.d.Holding(0).Position; got != q || r.d.Book().Held(0) != q {
		r.t.Fatalf("strategy holds %d, account %d, want %d", got, r.d.Book().Held(0), q)
	}
	if got := r.d.Book().OpenOrders(); got != open {
		r.t.Fatalf("%d orders open or reserved, want %d", got, open)
	}
}

func (r *rig) worst(long, short Qty) {
	r.t.Helper()
	if l, s := r.d.Book().Worst(0); l != long || s != short {
		r.t.Fatalf("worst case %d / %d, want %d / %d", l, s, long, short)
	}
}

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
