package gateway

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// audit compares what the desks believe with what the broker says: all orders,
// then those that were not in the list one by one, then all positions. Where the
// positions differ, all is asked once more: fills between two questions look like a
// difference, and only one that stays is one.
type audit struct {
	on     bool
	stage  stage
	at     engine.Time // not before
	token  engine.Time // there is none before
	asked  engine.Time // when the newest question was written
	number int
	list   int // number of the newest list of orders
	looked int // orders looked up in this audit
	rounds int
	delays int          // times that this one began anew
	found  []difference // of the round before
	next   engine.Time  // when the next begins without a reason
}

type stage uint8

const (
	stageOrders stage = iota
	stageLookups
	stagePositions
)

// Bounds of one audit; after them it begins anew a little later.
const (
	maxLookups = 16
	maxRounds  = 4
)

// difference is a position that the broker and the Desk see differently.
type difference struct {
	account    *account
	instrument engine.InstrumentID
	believed   engine.Qty
	truth      engine.Qty
	average    string // the broker's average price as text; empty when it holds nothing
}

// restart takes the audit back to its first question, not before a time.
func (a *audit) restart(at engine.Time) {
	a.stage, a.at, a.looked, a.found, a.rounds = stageOrders, at, 0, nil, 0
}

func (c *Core) beginAudit() {
	c.audit.on = true
	c.audit.number++
	c.audit.delays = 0
	c.audit.restart(c.now)
	c.stats.Audits++
}

func (c *Core) auditQuestion() (bridge.Call, pending, bool) {
	p := pending{account: c.accounts[0], round: c.audit.number}
	if c.audit.stage == stageLookups {
		for _, a := range c.there {
			for _, t := range a.open {
				if t.alone && !t.silent {
					c.audit.looked++
					call, p, ok := c.lookUp(a, t)
					p.round = c.audit.number
					return call, p, ok
				}
			}
		}
		c.audit.stage = stageOrders
	}
	if c.audit.stage == stagePositions {
		p.purpose = askPositions
		return bridge.GetAllPositions(false), p, true
	}
	p.purpose = askOrders
	return bridge.GetAllOrders(), p, true
}

// auditOrders goes on after a list of orders.
func (c *Core) auditOrders(matched bool) {
	switch {
	case matched && !c.unsettled():
		c.audit.stage = stagePositions
	case c.audit.looked >= maxLookups, c.waiting(), !c.missed():
		c.delay()
	default:
		c.audit.stage = stageLookups
	}
}

// missed reports whether the newest list lacks an order that can be looked up.
func (c *Core) missed() bool {
	for _, a := range c.there {
		for _, t := range a.open {
			if t.alone && !t.silent {
				return true
			}
		}
	}
	return false
}

// delay begins the comparison anew a little later. People hear what is in the way of one
// that does not come to an end: after about a minute, and then every ten.
func (c *Core) delay() {
	c.audit.restart(c.now.Add(c.timing.Retry))
	if c.audit.delays++; c.audit.delays != 12 && c.audit.delays%120 != 0 {
		return
	}
	for _, a := range c.there {
		for _, t := range a.open {
			if !t.silent && !t.doubt {
				continue
			}
			why := fmt.Sprintf("the broker does not say what became of order %s of %s", t.label(), a.name)
			if c.phase != ready {
				c.linkWhy, why = why, why+"; nothing new is traded until it does: see what NinjaTrader makes of the order, and cancel it there"
			}
			c.alarm(why)
			return
		}
	}
}

// waiting reports whether a placed order has no answer yet.
func (c *Core) waiting() bool {
	for _, a := range c.there {
		for _, t := range a.open {
			if t.silent {
				return true
			}
		}
	}
	return false
}

// unsettled reports whether the truth of an order is not known.
func (c *Core) unsettled() bool {
	for _, a := range c.there {
		for _, t := range a.open {
			if t.silent || t.doubt {
				return true
			}
		}
	}
	return false
}

// onPositions compares the positions.
func (c *Core) onPositions(p pending, r *bridge.Reply) {
	list, err := c.dec.Positions(r.Data)
	if err != nil {
		c.alarm(fmt.Sprintf("the broker's list of positions cannot be read: %v", err))
		c.unasked(p)
		return
	}
	if !c.audit.on || p.round != c.audit.number {
		return
	}
	found := c.differences(list)
	switch {
	case len(found) == 0:
		c.settle()
	case equal(found, c.audit.found):
		for i := range found {
			c.explain(&found[i])
		}
		c.settle()
	case c.audit.rounds >= maxRounds:
		c.alarm("orders and positions at the broker keep moving: they could not be compared")
		c.audit.restart(c.now.Add(c.timing.Retry))
	default:
		c.audit.rounds++
		c.doubtRoll(c.timing.Retry)
		c.audit.found, c.audit.stage, c.audit.at = found, stageOrders, c.now.Add(c.timing.Recheck)
	}
}

// differences lists the positions that differ, by account and instrument.
func (c *Core) differences(list []bridge.Position) []difference {
	var out []difference
	for _, a := range c.there {
		truth := map[engine.InstrumentID]*bridge.Position{}
		for i := range list {
			if x := &list[i]; strings.EqualFold(x.Account, a.name) && x.Known {
				truth[x.Instrument] = x
			}
		}
		for id := range engine.InstrumentID(c.cfg.Universe.Len()) {
			d := difference{account: a, instrument: id, believed: a.desk.Book().Held(id)}
			if x := truth[id]; x != nil {
				d.truth, d.average = x.Qty, x.Average.String()
			}
			if d.truth != d.believed {
				out = append(out, d)
			}
		}
		c.strangers(a, list)
	}
	return out
}

func equal(a, b []difference) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// strangers tells of positions in instruments that nobody configured. The gate
// cannot count them, so entries stop.
func (c *Core) strangers(a *account, list []bridge.Position) {
	a.alien = 0
	for i := range list {
		x := &list[i]
		if !strings.EqualFold(x.Account, a.name) || x.Known || x.Qty == 0 {
			continue
		}
		a.alien++
		what := fmt.Sprintf("%+d", x.Qty)
		if a.strange[x.Name] == what {
			continue
		}
		a.strange[x.Name] = what
		c.stopEntries(a, fmt.Sprintf("%s holds %s of %s, which is not configured: close it or configure it, then resume", a.name, what, x.Name))
	}
}

// explain books a difference that stayed. Nobody can say where it comes from, so
// entries stop until a person says go on.
func (c *Core) explain(d *difference) {
	c.stats.Differences++
	d.account.pnl.pause = 0
	in := c.cfg.Universe.Get(d.instrument)
	qty, side := d.truth-d.believed, engine.Buy
	if qty < 0 {
		side = engine.Sell
	}
	cause := "the broker's position differs from ours and no order explains it"
	if d.account.fresh {
		cause = "held at the broker when the journal began"
	}
	c.step(d.account, &engine.Adoption{
		At: c.now, Cause: cause, Filled: qty.Abs(), Notional: c.worth(d, in, qty.Abs()),
		Terms: engine.Terms{Instrument: d.instrument, Side: side, Type: engine.Market, Qty: qty.Abs(), Limit: engine.NoPrice, Stop: engine.NoPrice},
	})
	c.stopEntries(d.account, fmt.Sprintf("%s %s: the broker holds %+d, we believed %+d: %s", d.account.name, in.Key, d.truth, d.believed, cause))
}

// worth is what an unexplained quantity is booked at, in ticks x contracts: the
// broker's average price, else the market's, else nothing.
func (c *Core) worth(d *difference, in *engine.Instrument, qty engine.Qty) int64 {
	if average, err := decimal.NewFromString(d.average); err == nil && d.believed == 0 {
		n, _ := notionalOf(in, average, qty)
		return n
	}
	if mark := d.account.desk.Book().Top(d.instrument).Mark(d.truth); mark.Known() {
		return int64(mark) * int64(qty)
	}
	return 0
}

// settle ends the comparison: accounts and broker agree.
func (c *Core) settle() {
	for _, a := range c.there {
		a.fresh = false
	}
	c.audit.on = false
	c.audit.next = c.now.Add(c.timing.Audit)
	if c.phase != ready {
		c.enter(ready, "")
		c.compared = true
		if len(c.there) > 0 {
			c.note(c.agreed())
		}
	}
	for _, a := range c.there {
		if !a.desk.Book().Linked() {
			c.join(a)
		}
	}
	c.verify()
}

// join lets an account trade.
func (c *Core) join(a *account) {
	if !a.funded && a.told != 0 {
		a.funded = true
		c.step(a, &engine.Funds{At: c.now, Cash: a.told})
		a.high, a.highAt = a.desk.Book().Balance().Equity, c.now // what there was before was a guess
	}
	c.tellLink(a, engine.LinkUp, "")
}
