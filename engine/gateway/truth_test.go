package gateway

import (
	"strings"
	"testing"

	"tollgate/engine"
	"tollgate/sim/fakebridge/broker"
)

// ourTicket finds the Core's ticket of an order by the id we gave it.
func (d *duet) ourTicket(own string) *ticket {
	for _, t := range d.core.accounts[0].tickets {
		if t.own == own {
			return t
		}
	}
	return nil
}

// ends are the states in which an order of ours may be believed to have ended, by
// the state it ended in at the broker.
var ends = map[string][]engine.OrderState{
	"Filled":    {engine.Done},
	"Cancelled": {engine.Dead},
	"Rejected":  {engine.Refused},
}

// checkOutcomes holds the end and the fills of every order of ours against the truth.
func (d *duet) checkOutcomes(orders []broker.LedgerOrder) {
	d.t.Helper()
	for i := range orders {
		o := &orders[i]
		if o.Filled > o.Qty {
			d.t.Errorf("order %s of %d filled %d", o.ID, o.Qty, o.Filled)
		}
		if o.OwnID == "" {
			continue
		}
		t := d.ourTicket(o.OwnID)
		if t == nil {
			d.t.Errorf("order %s is at the broker and we do not know it", o.OwnID)
			continue
		}
		known, ok := d.core.Desk(0).Order(t.id)
		if !ok {
			d.t.Errorf("the desk forgot order %s", o.OwnID)
			continue
		}
		if known.Filled != o.Filled {
			d.t.Errorf("order %s filled %d, we believe %d", o.OwnID, o.Filled, known.Filled)
		}
		d.checkState(o, known)
	}
}

func (d *duet) checkState(o *broker.LedgerOrder, known *engine.Order) {
	d.t.Helper()
	want, ended := ends[o.State]
	if !ended {
		if known.State.Terminal() || known.State == engine.Unknown || known.State == engine.InFlight {
			d.t.Errorf("order %s is %s, we believe it %s", o.OwnID, o.State, known.State)
		}
		if known.Terms.Qty != o.Qty {
			d.t.Errorf("order %s is for %d, we believe %d", o.OwnID, o.Qty, known.Terms.Qty)
		}
		return
	}
	for _, s := range want {
		if known.State == s {
			return
		}
	}
	d.t.Errorf("order %s ended %s (%s), we believe it %s", o.OwnID, o.State, o.Reason, known.State)
}

// checkLimits walks the executions of our own orders: the position they make never
// exceeds the limit in truth. What was traded by hand counts in the account, so it
// may stand on the other side of what we hold.
func (d *duet) checkLimits(l *broker.Ledger) {
	d.t.Helper()
	net, hand := map[string]engine.Qty{}, map[string]engine.Qty{}
	for _, x := range l.Executions {
		qty := x.Qty
		if x.OwnID == "" {
			hand[x.Instrument] += qty
			continue
		}
		if x.Action == "SELL" {
			qty = -qty
		}
		net[x.Instrument] += qty
		if n := net[x.Instrument]; n.Abs() > d.limits+hand[x.Instrument] {
			d.t.Errorf("our orders made a position of %+d %s; the limit is %d, and %d were traded by hand", n, x.Instrument, d.limits, hand[x.Instrument])
		}
	}
}

// family is what in truth became of an entry with a bracket.
type family struct {
	entry   *engine.Order
	filled  engine.Qty
	exits   engine.Qty // filled by children and by closing orders
	guarded engine.Qty // open in its largest child
	child   string     // an open one
}

// books is what in truth became of one strategy instance.
type books struct {
	held engine.Qty
	sold [2]engine.Qty // contracts sold, contracts bought, by orders of no bracket
}

func sideOf(s engine.Side) int { return int(s+1) / 2 }

// checkBrackets: the children of brackets are open for no more than their strategy
// holds, and what was to be protected is, unless somebody cancelled that, or something
// else closed as much.
func (d *duet) checkBrackets(orders []broker.LedgerOrder) {
	d.t.Helper()
	families, owners := d.families(orders)
	guarded, bare := map[engine.StrategyID][2]engine.Qty{}, map[engine.StrategyID][2]engine.Qty{}
	over := engine.Qty(d.core.Desk(0).Overruns())
	for id, f := range families {
		s, side, rest := f.entry.Strategy, sideOf(f.entry.Terms.Side), f.filled-f.exits
		g, b := guarded[s], bare[s]
		g[side] += f.guarded
		if !d.excused[id] {
			b[side] += max(0, rest-f.guarded)
		}
		guarded[s], bare[s] = g, b
		if f.guarded > max(0, rest+over) { // below 0: the script made a child larger than its entry, and it filled
			d.t.Errorf("%s is open for %d, but %d is left of entry %d", f.child, f.guarded, rest, id)
		}
	}
	for s, o := range owners {
		for _, side := range []engine.Side{engine.Sell, engine.Buy} {
			at, held := sideOf(side), max(0, o.held*engine.Qty(side))
			if guarded[s][at] > held {
				d.t.Errorf("strategy %d holds %d, and children of brackets are open for %d", s, o.held, guarded[s][at])
			}
			if closed := o.sold[sideOf(side.Opposite())]; bare[s][at] > closed {
				d.t.Errorf("%d contracts of strategy %d were to be protected and are not; others closed %d", bare[s][at], s, closed)
			}
		}
	}
}

// families collects what the broker knows of brackets, and of strategies.
func (d *duet) families(orders []broker.LedgerOrder) (map[engine.OrderID]*family, map[engine.StrategyID]*books) {
	families, owners := map[engine.OrderID]*family{}, map[engine.StrategyID]*books{}
	for i := range orders {
		o := &orders[i]
		t := d.ourTicket(o.OwnID)
		if o.OwnID == "" || t == nil {
			continue
		}
		known, ok := d.core.Desk(0).Order(t.id)
		if !ok {
			continue
		}
		own := owners[known.Strategy]
		if own == nil {
			own = &books{}
			owners[known.Strategy] = own
		}
		own.held += o.Filled * engine.Qty(known.Terms.Side)
		entry, ok := d.core.Desk(0).Order(known.Parent)
		if !ok || entry.Parent != 0 { // no child, or one that closes what a child opened
			own.sold[sideOf(known.Terms.Side)] += o.Filled
			continue
		}
		f := families[entry.ID]
		if f == nil {
			f = &family{entry: entry, filled: d.trulyFilled(orders, entry.ID)}
			families[entry.ID] = f
		}
		f.exits += o.Filled
		if ends[o.State] == nil {
			f.guarded, f.child = max(f.guarded, o.Qty-o.Filled), o.OwnID
		}
	}
	return families, owners
}

func (d *duet) trulyFilled(orders []broker.LedgerOrder, id engine.OrderID) engine.Qty {
	t := d.core.accounts[0].tickets[id]
	for i := range orders {
		if t != nil && orders[i].OwnID == t.own {
			return orders[i].Filled
		}
	}
	return 0
}

// excuse takes note that the protection of entries was taken away on purpose: of
// one, or of all that a strategy (NoStrategy = any) has now.
func (d *duet) excuse(match func(*engine.Order) bool) {
	for _, t := range d.core.accounts[0].tickets {
		if o, ok := d.core.Desk(0).Order(t.id); ok && match(o) {
			d.excused[o.ID] = true
			d.excused[o.Parent] = true
		}
	}
}

// checkMode: entries are stopped only where somebody traded by hand.
func (d *duet) checkMode() {
	d.t.Helper()
	b := d.core.Desk(0).Book()
	if b.Mode() != engine.Active && !d.manual {
		d.t.Errorf("the account is %s for no reason: %s", b.Mode(), b.ModeReason())
	}
}

// resumeIfStopped is a person's word after something was traded by hand, and only then.
func (d *duet) resumeIfStopped() {
	b := d.core.Desk(0).Book()
	if b.Mode() == engine.Active {
		return
	}
	if !d.manual && !strings.HasPrefix(b.ModeReason(), "drill") {
		d.t.Errorf("the account is %s for no reason: %s", b.Mode(), b.ModeReason())
	}
	d.step(Input{Kind: Operator, Account: All, Verb: Resume, Text: "healed"})
}

// TestTheChecksCanFail: a ledger that disagrees is noticed.
func TestTheChecksCanFail(t *testing.T) {
	for name, spoil := range map[string]func(*duet, *broker.Ledger){
		"filled":      func(_ *duet, l *broker.Ledger) { l.Orders[0].Filled++ },
		"state":       func(_ *duet, l *broker.Ledger) { l.Orders[0].State = "Submitted" },
		"unknown":     func(_ *duet, l *broker.Ledger) { l.Orders[0].OwnID = "another" },
		"overfill":    func(_ *duet, l *broker.Ledger) { l.Orders[0].Qty = l.Orders[0].Filled - 1 },
		"limit":       func(_ *duet, l *broker.Ledger) { l.Executions[0].Qty = 50 },
		"unprotected": func(d *duet, l *broker.Ledger) { d.spoilChildren(l, "Cancelled", 0) },
		"orphan":      func(d *duet, l *broker.Ledger) { d.spoilChildren(l, "Working", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDuet(t, 3, broker.Quirks{})
			if name == "unprotected" || name == "orphan" {
				d.oneBracket()
			}
			d.run(30e9)
			d.still = true
			d.settle()
			l := d.broker.Ledger()
			var sink sink
			d.t = &sink
			d.checkOutcomes(l.Orders)
			d.checkLimits(&l)
			d.checkBrackets(l.Orders)
			if sink.errors > 0 {
				t.Fatal("the run itself is not clean")
			}
			spoil(d, &l)
			if name != "unprotected" && name != "orphan" {
				d.checkOutcomes(l.Orders)
				d.checkLimits(&l)
			}
			d.checkBrackets(l.Orders)
			if sink.errors == 0 {
				t.Error("a spoilt ledger passed")
			}
		})
	}
}

// oneBracket is all that anybody wants in this run.
func (d *duet) oneBracket() {
	d.calm = true
	d.run(10e9)
	p := d.prices[0]
	n := engine.Intent{Seq: d.traders[0].seq + 1, Ref: d.traders[0].ref + 1, StopLoss: p - 300, Target: p + 300}
	n.Terms = engine.Terms{Side: engine.Buy, Qty: 2, Limit: engine.NoPrice, Stop: engine.NoPrice}
	d.fromWorker(&n)
}

// spoilChildren gives the open children of brackets another state and size.
func (d *duet) spoilChildren(l *broker.Ledger, state string, more engine.Qty) {
	n := 0
	for i := range l.Orders {
		o := &l.Orders[i]
		if t := d.ourTicket(o.OwnID); o.OwnID != "" && t != nil && ends[o.State] == nil {
			if known, ok := d.core.Desk(0).Order(t.id); ok && known.Parent != 0 && !d.excused[known.Parent] {
				o.State, o.Qty = state, o.Qty+more
				n++
			}
		}
	}
	if n == 0 {
		panic("no bracket stands at the end")
	}
}

// sink counts what a test would have failed with.
type sink struct {
	testing.TB
	errors int
}

func (s *sink) Helper()               {}
func (s *sink) Errorf(string, ...any) { s.errors++ }
