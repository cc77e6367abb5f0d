package gateway

import (
	"fmt"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// meet adopts the orders of a list that are not ours: placed by hand, by another
// program, by a bracket of NinjaTrader's own. Every open order of ours must have
// been found in the list before, so none of ours is taken for another's.
func (c *Core) meet(list []bridge.OrderFacts) {
	for _, a := range c.accounts {
		a.loose = 0
	}
	for i := range list {
		o := &list[i]
		a := c.accountNamed(o.Account)
		if a == nil || o.ID == "" || a.byBroker[o.ID] != nil {
			continue
		}
		c.encounter(a, o)
		if a.byBroker[o.ID] == nil && !o.State.Terminal() {
			a.loose++
		}
	}
}

// encounter takes an order of somebody else's in.
func (c *Core) encounter(a *account, o *bridge.OrderFacts) {
	switch {
	case a.ignored[o.ID]:
	case o.State.Terminal() && (a.fresh || o.Filled == 0), a.renamed(o):
		a.ignore(o.ID)
	case !o.Known:
		a.ignore(o.ID)
		if !o.State.Terminal() {
			c.note(fmt.Sprintf("%s has an order in %s, which is not configured: it is left alone and not counted", a.name, o.Name))
		}
	case a.fresh && o.State.Live(): // what it filled before the journal began is in the position that is adopted
		c.adopt(a, o, o.Filled)
	case o.State.Terminal(), o.State.Live():
		c.adopt(a, o, 0)
	}
}

// keepIgnored bounds the names of orders that are of no interest; past it they are
// forgotten all at once, and a broker that still lists them tells of them again.
const keepIgnored = 1 << 16

func (a *account) ignore(id string) {
	if len(a.ignored) >= keepIgnored {
		clear(a.ignored)
	}
	a.ignored[id] = true
}

// renamed reports whether an unknown order is one of ours that has ended and been
// given another id by NinjaTrader: the same in everything, and not in the list itself.
func (a *account) renamed(o *bridge.OrderFacts) bool {
	if !o.State.Terminal() {
		return false
	}
	for _, t := range a.past {
		known, ok := a.desk.Order(t.id)
		if !ok || t.own == "" || t.listed == a.lists() || t.reborn {
			continue
		}
		if known.Terms.Instrument == o.Instrument && known.Terms.Side == o.Side && known.Terms.Qty == o.Qty && t.filled == o.Filled && o.Type == known.Terms.Type {
			t.reborn = true
			return true
		}
	}
	return false
}

// lists is the number of the newest list, as the newest ticket in it shows.
func (a *account) lists() int {
	n := 0
	for _, t := range a.tickets {
		n = max(n, t.listed)
	}
	return n
}

// revive adopts an order that was held for over and works at the broker all the same.
func (c *Core) revive(a *account, t *ticket, o *bridge.OrderFacts) {
	if !o.Known || o.Qty <= o.Filled {
		return
	}
	c.alarm(fmt.Sprintf("order %s of %s was taken for ended, and works at the broker: from now on it counts as an order by hand; cancel it in NinjaTrader, or say kill", t.label(), a.name))
	c.adopt(a, o, o.Filled)
}

// adopt makes an order of somebody else's known to the Desk, which counts it, less what
// of its fills has been counted.
func (c *Core) adopt(a *account, o *bridge.OrderFacts, counted engine.Qty) {
	in, filled := c.cfg.Universe.Get(o.Instrument), o.Filled-counted
	t := &ticket{broker: o.ID, filled: o.Filled, looked: c.now, since: c.now, due: engine.NoTime, asked: engine.NoTime, listed: c.audit.list}
	t.notional, _ = notionalOf(in, o.Average, o.Filled)
	e := engine.Adoption{At: c.now, Filled: filled, Open: o.State.Live(), Cause: "not placed by us", Terms: engine.Terms{
		Instrument: o.Instrument, Side: o.Side, Type: o.Type, TIF: o.TIF, Qty: o.Qty - (o.Filled - filled), Limit: engine.NoPrice, Stop: engine.NoPrice,
	}}
	if filled > 0 {
		e.Notional = t.notional
	}
	if !e.Open {
		e.Terms.Qty = max(filled, 1)
	}
	if o.Type.HasLimit() && o.Limit.Known() {
		e.Terms.Limit = o.Limit
	}
	if o.Type.HasStop() && o.Stop.Known() {
		e.Terms.Stop = o.Stop
	}
	a.adopted, a.pnl.pause = 0, 0
	c.step(a, &e)
	if a.adopted == 0 {
		c.note(fmt.Sprintf("order %s of %s could not be adopted", o.ID, a.name))
		a.ignore(o.ID)
		return
	}
	t.id, t.ended = a.adopted, !e.Open
	c.note(fmt.Sprintf("adopted %s %d %s of %s, order %s, which is not ours", o.Side, o.Qty, in.Key, a.name, o.ID))
	a.enter(t)
}
