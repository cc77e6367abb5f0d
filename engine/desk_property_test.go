package engine_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "tollgate/engine"
	"tollgate/risk"
)

const most = 4 // contracts the account may hold

// placed is an order as a venue knows it; version counts what happened to it.
type placed struct {
	Request
	leaves  Qty
	filled  Qty
	version int
}

type asked struct {
	Request
	version int // of the order when it was asked for
}

// pit is a plain venue with a ledger of its own. It takes requests late and tells
// at once what it did; every event the Desk gets is kept.
type pit struct {
	rig
	open     []*placed
	asked    []asked
	held     Qty
	brackets bool  // whether the strategy uses any
	lossy    bool  // whether answers may be lost
	traded   []OCO // groups of which something filled: nothing may join them
	events   []Event
	answered int // sends taken over from the rig
	down     bool
	doubts   []OrderID // of which a request got no answer
	reached  map[OrderID]bool
}

func (p *pit) event(e Event) {
	p.events = append(p.events, e)
	p.step(e)
	for ; p.answered < len(p.sends); p.answered++ {
		q := asked{Request: p.sends[p.answered]}
		p.allowed(&q.Request)
		if o := p.find(q.Order); o != nil {
			q.version = o.version
		}
		p.asked = append(p.asked, q)
	}
}

// allowed checks a send against the link, the mode and the age of what was wanted.
func (p *pit) allowed(q *Request) {
	p.t.Helper()
	if p.down {
		p.t.Fatalf("sent while the link is down: %+v", q)
	}
	if q.Kind == CancelOrders && !p.killed(q) {
		p.t.Fatalf("a call for all orders without a kill, or with one that is not to end: %+v", q)
	}
	if q.Class < ClassExit {
		return
	}
	if m := p.d.Book().Mode(); m == Killed || m == ReduceOnly && q.Class == ClassEntry {
		p.t.Fatalf("sent in mode %s: %+v", m, q)
	}
	if o, ok := p.d.Order(q.Order); q.Kind == PlaceOrder && (!ok || q.At.Sub(o.Sent) > p.cfg.EntryWait) {
		p.t.Fatalf("wanted at %v and sent too late: %+v", o.Sent, q)
	}
}

// killed reports whether every order at the broker was asked to end, by a kill.
func (p *pit) killed(q *Request) bool {
	for _, x := range p.open {
		if o, ok := p.d.Order(x.Order); ok && !o.State.Terminal() && o.State != CancelPending && o.State != Unknown {
			return false
		}
	}
	return p.d.Book().Mode() == Killed && q.Terms.Instrument == AllInstruments && q.Order == 0
}

func (p *pit) find(id OrderID) *placed {
	for _, o := range p.open {
		if o.Order == id {
			return o
		}
	}
	return nil
}

func (p *pit) report(id OrderID, k ReportKind, more Report) {
	more.At, more.Order, more.Kind = p.now, id, k
	p.event(&more)
}

func (p *pit) remove(o *placed) {
	p.open = slices.DeleteFunc(p.open, func(x *placed) bool { return x == o })
}

// takeMany cancels everything that is open, or nothing of it.
func (p *pit) takeMany(refuse bool) {
	for _, o := range slices.Clone(p.open) {
		if p.find(o.Order) != o {
			continue
		}
		if refuse {
			p.report(o.Order, CancelRejected, Report{})
			continue
		}
		p.remove(o)
		p.report(o.Order, Cancelled, Report{})
	}
}

// take carries out the oldest request, or refuses it.
func (p *pit) take(refuse bool) {
	q := p.asked[0]
	p.asked = p.asked[1:]
	o := p.find(q.Order)
	switch {
	case q.Kind == PlaceOrder && (refuse || slices.Contains(p.traded, q.Terms.OCO)):
		p.report(q.Order, Rejected, Report{})
	case q.Kind == PlaceOrder:
		p.open = append(p.open, &placed{Request: q.Request, leaves: q.Terms.Qty})
		p.reached[q.Order] = true
		p.report(q.Order, Accepted, Report{})
	case q.Kind == CancelOrders:
		p.takeMany(refuse)
	case q.Kind == CancelOrder && (refuse || o == nil):
		p.report(q.Order, CancelRejected, Report{})
	case q.Kind == CancelOrder:
		p.remove(o)
		p.report(q.Order, Cancelled, Report{})
	case refuse || o == nil || o.version != q.version || q.Terms.Qty <= o.filled:
		p.report(q.Order, ChangeRejected, Report{})
	default:
		o.version++
		o.leaves = q.Terms.Qty - o.filled
		p.report(q.Order, Changed, Report{Leaves: o.leaves, Limit: q.Terms.Limit, Stop: q.Terms.Stop})
	}
}

// giveBack does not take the oldest request for want of tokens.
func (p *pit) giveBack() {
	q := p.asked[0].Request
	p.asked = p.asked[1:]
	p.event(&Unsent{At: p.now, Request: q})
}

// lose carries out the oldest request, or does not, and nobody hears of it.
func (p *pit) lose(done bool) {
	q := p.asked[0]
	p.asked = p.asked[1:]
	o := p.find(q.Order)
	lost := []OrderID{q.Order}
	switch {
	case q.Kind == CancelOrders:
		lost = nil
		for _, x := range p.d.Book().Open(0) {
			lost = append(lost, x.ID)
		}
		if done {
			p.open = nil
		}
	case !done:
	case q.Kind == PlaceOrder && !slices.Contains(p.traded, q.Terms.OCO):
		p.open = append(p.open, &placed{Request: q.Request, leaves: q.Terms.Qty})
		p.reached[q.Order] = true
	case q.Kind == CancelOrder && o != nil:
		p.remove(o)
	case q.Kind == ChangeOrder && o != nil && o.version == q.version && q.Terms.Qty > o.filled:
		o.version++
		o.leaves = q.Terms.Qty - o.filled
	}
	for _, id := range lost {
		if x, ok := p.d.Order(id); ok && !x.State.Terminal() {
			p.doubts = append(p.doubts, id)
			p.report(id, Lost, Report{})
		}
	}
}

// look tells the truth about an order of which a request got no answer.
func (p *pit) look() {
	id := p.doubts[0]
	p.doubts = p.doubts[1:]
	x, ok := p.d.Order(id)
	if !ok || x.State != Unknown {
		return
	}
	o := p.find(id)
	switch {
	case slices.ContainsFunc(p.asked, func(q asked) bool { return q.Order == id && q.Kind == PlaceOrder }): // it may yet come
		p.doubts = append(p.doubts, id)
	case o != nil:
		p.report(id, Accepted, Report{})
		if x, _ := p.d.Order(id); !x.State.Terminal() && x.Leaves() != o.leaves && (x.State == Working || x.State == PartFilled) {
			p.report(id, Changed, Report{Leaves: o.leaves, Limit: x.Terms.Limit, Stop: x.Terms.Stop})
		}
	case p.reached[id]:
		p.report(id, Cancelled, Report{})
	default:
		p.report(id, Rejected, Report{})
	}
}

// fill executes part of an order and reduces its OCO sibling by as much.
func (p *pit) fill(o *placed, q Qty, at Price) {
	o.leaves -= q
	o.filled += q
	o.version++
	p.held += q * Qty(o.Terms.Side)
	if o.leaves == 0 {
		p.remove(o)
	}
	if o.Terms.OCO != 0 {
		p.traded = append(p.traded, o.Terms.OCO)
	}
	var siblings []*placed
	for _, s := range p.open {
		if s != o && o.Terms.OCO != 0 && s.Terms.OCO == o.Terms.OCO {
			s.leaves = max(0, s.leaves-q)
			s.version++
			siblings = append(siblings, s)
		}
	}
	for _, s := range siblings {
		if s.leaves == 0 {
			p.remove(s)
		}
	}
	p.report(o.Order, Filled, Report{Qty: q, Leaves: o.leaves, Price: at, Fee: 7})
	for _, s := range siblings {
		if s.leaves == 0 {
			p.report(s.Order, Cancelled, Report{})
		} else {
			p.report(s.Order, Changed, Report{Leaves: s.leaves, Limit: s.Terms.Limit, Stop: s.Terms.Stop})
		}
	}
}

func (p *pit) timers() {
	for {
		i := slices.IndexFunc(p.rig.timers, func(x SetTimer) bool { return x.At <= p.now })
		if i < 0 {
			return
		}
		id := p.rig.timers[i].ID
		p.rig.timers = slices.Delete(p.rig.timers, i, i+1)
		p.event(&TimerFired{At: p.now, ID: id})
	}
}

func (p *pit) wants(t *rapid.T) {
	p.seq++
	i := Intent{At: p.now, Seq: p.seq, StopLoss: NoPrice, Target: NoPrice, Ref: Ref(10 * p.seq)}
	side := rapid.SampledFrom([]Side{Buy, Sell}).Draw(t, "side")
	qty := Qty(rapid.IntRange(1, most+1).Draw(t, "qty"))
	i.Terms = limit(side, qty, 1000)
	switch rapid.IntRange(0, 9).Draw(t, "intent") {
	case 0, 1, 2:
		i.Terms = market(side, qty)
	case 3, 4, 5:
		if !p.brackets {
			break
		}
		i.StopLoss, i.Target = 1000-Price(side)*20, 1000+Price(side)*20
	case 6:
		i.Kind, i.Ref = Amend, Ref(rapid.Uint64Range(1, p.seq).Draw(t, "ref")*10)
	case 7:
		i.Kind, i.Ref = Withdraw, Ref(rapid.Uint64Range(1, p.seq).Draw(t, "ref")*10+rapid.Uint64Range(0, 2).Draw(t, "child"))
	case 8:
		i.Kind = CancelAll
	case 9:
		i.Kind = Flatten
	}
	p.event(&i)
}

func (p *pit) turn(t *rapid.T) {
	p.now += Time(rapid.SampledFrom([]int64{0, 1, 1e8, 1e9}).Draw(t, "wait"))
	p.timers()
	switch n := rapid.IntRange(0, 14).Draw(t, "event"); {
	case n == 13 && len(p.asked) > 0 && p.lossy:
		p.lose(rapid.Bool().Draw(t, "done"))
	case n == 14 && len(p.doubts) > 0:
		p.look()
	case n == 10:
		p.link(!p.down)
	case n == 11 && rapid.Bool().Draw(t, "mode"):
		p.event(&ModeChange{At: p.now, Mode: rapid.SampledFrom([]Mode{Active, Active, ReduceOnly, Killed}).Draw(t, "to"), Reason: "drawn"})
	case n == 0:
		p.event(&Quote{At: p.now, Bid: Price(rapid.IntRange(980, 1020).Draw(t, "bid")), Ask: 1020, Last: 1000})
	case n < 4:
		p.wants(t)
	case n == 12 && len(p.asked) > 0 && p.asked[0].Class <= ClassCancel && rapid.Bool().Draw(t, "spent"):
		p.giveBack()
	case n < 7 && len(p.asked) > 0:
		p.take(rapid.IntRange(0, 7).Draw(t, "refuse") == 0)
	case len(p.open) > 0:
		o := p.open[rapid.IntRange(0, len(p.open)-1).Draw(t, "order")]
		p.fill(o, Qty(rapid.IntRange(1, int(o.leaves)).Draw(t, "fill")), 1000)
	}
	// The limit is hard, with brackets and without.
	if p.held.Abs() > most {
		t.Fatalf("the account holds %d, its limit is %d", p.held, most)
	}
	if p.d.Holding(0).Position != p.held || p.d.Book().Held(0) != p.held {
		t.Fatalf("the venue knows of %d, the Desk of %d", p.held, p.d.Holding(0).Position)
	}
	if p.d.Ignored() != 0 {
		t.Fatalf("%d events were ignored", p.d.Ignored())
	}
}

func (p *pit) link(down bool) {
	p.down = down
	e := &LinkChange{At: p.now, State: LinkUp}
	if down {
		e.State, e.Reason = LinkDown, "drawn"
	}
	p.event(e)
}

// replace puts another desk, which knows nothing but the state, in the desk's place.
func (p *pit) replace(t *rapid.T) {
	state := p.d.AppendState(nil)
	next := NewDesk(p.cfg)
	if err := next.RestoreState(state); err != nil {
		t.Fatal(err)
	}
	if again := next.AppendState(nil); !bytes.Equal(again, state) {
		t.Fatal("the state of the restored desk is another")
	}
	p.d = next
}

// wind ends every order there is until nothing moves.
func (p *pit) wind(t *rapid.T) {
	p.link(false)
	for range 10_000 {
		p.now += sec
		p.timers()
		switch {
		case len(p.asked) > 0:
			p.take(false)
		case len(p.doubts) > 0:
			p.look()
		case len(p.open) > 0:
			o := p.open[0]
			p.remove(o)
			p.report(o.Order, Expired, Report{})
		case len(p.rig.timers) == 0:
			return
		}
	}
	t.Fatal("the Desk does not come to rest")
}

func newPit(t testing.TB, patience time.Duration) *pit {
	b := risk.BudgetConfig{Rate: 3, Burst: 12, Reserve: 4}
	p := &pit{reached: map[OrderID]bool{}, rig: *newRig(t, risk.Limits{MaxPosition: risk.ByInstrument{"ES": most}, MaxWorking: 9}, b)}
	p.cfg.EntryWait = patience
	p.d = NewDesk(p.cfg)
	p.d.Join(Member{Name: "a"})
	return p
}

// TestDeskAgainstAPlainVenue: the desk agrees with the venue, keeps its limit, comes
// to rest, and the same events give the same decisions; also when another desk takes
// over with its state, at any moment and again and again.
func TestDeskAgainstAPlainVenue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		patience := rapid.SampledFrom([]time.Duration{0, time.Second / 2, 3 * time.Second}).Draw(rt, "patience")
		p := newPit(t, patience)
		p.brackets, p.lossy = rapid.Bool().Draw(rt, "brackets"), rapid.Bool().Draw(rt, "lossy")
		p.d.TellPnL(time.Second)
		for range rapid.IntRange(1, 150).Draw(rt, "turns") {
			p.turn(rt)
			if rapid.IntRange(0, 9).Draw(rt, "replaced") == 0 {
				p.replace(rt)
			}
		}
		p.wind(rt)
		if n := p.d.Book().OpenOrders(); n != 0 {
			rt.Fatalf("%d orders are open or in reserve at the end", n)
		}
		again := newPit(t, patience)
		again.d.TellPnL(time.Second)
		for _, e := range p.events {
			again.step(e)
		}
		if again.d.Hash() != p.d.Hash() {
			rt.Fatalf("the same events gave %s and %s", p.d.Hash(), again.d.Hash())
		}
	})
}
