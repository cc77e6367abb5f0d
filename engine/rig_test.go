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
