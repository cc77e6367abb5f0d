package engine

import "fmt"

// cancelAll asks for the end of every open order of a strategy instance, except
// those that close a position already.
func (d *Desk) cancelAll(s StrategyID) {
	for _, o := range d.openOf(s) {
		if o.Class != ClassFlatten {
			d.cancel(o)
		}
	}
}

// openOf lists a strategy instance's open orders, oldest first. It is a copy:
// what follows may change the book.
func (d *Desk) openOf(s StrategyID) []*Order {
	var list []*Order
	for _, o := range d.book.open[d.members[s].Instrument] {
		if o.Strategy == s {
			list = append(list, o)
		}
	}
	return list
}

// flatten begins to close a strategy instance's position: first every open order
// goes, and only when the last one is known to be gone is the position closed. A
// stop that fills meanwhile can so never turn the position around.
func (d *Desk) flatten(s StrategyID) {
	m := &d.members[s]
	m.pursuits = 0
	if !m.flattening {
		m.flattening, m.attempts = true, 0
		d.cancelAll(s)
	}
	d.flattenOn(s)
}

// flattenOn takes the next step of a flattening that is under way.
func (d *Desk) flattenOn(s StrategyID) {
	m := &d.members[s]
	if open := d.openOf(s); len(open) > 0 {
		d.pursue(m, open)
		return
	}
	held := m.account.holding.Position
	if held == 0 {
		m.flattening = false
		return
	}
	if m.attempts == flattenAttempts {
		d.giveUp(s, flattenAttempts, "the position could not be closed: the closing orders ended without filling it")
		return
	}
	m.attempts++
	side := Sell
	if held < 0 {
		side = Buy
	}
	o := d.newOrder(Order{Strategy: s, Class: ClassFlatten, Terms: Terms{
		Instrument: m.Instrument, Side: side, Type: Market, Qty: held.Abs(), Limit: NoPrice, Stop: NoPrice,
	}})
	d.orders[o.ID] = o
	d.book.add(o)
	d.tell(o, Fill{}, nil)
	d.request(&Request{Kind: PlaceOrder, Order: o.ID, Class: o.Class, Terms: o.Terms})
}

// pursue cancels again what lives on after its cancel: refused, or lost and found
// working. An order that is unknown, in flight or closing the position is waited for.
func (d *Desk) pursue(m *member, open []*Order) {
	for _, o := range open {
		if o.Class == ClassFlatten || o.State != Working && o.State != PartFilled {
			continue
		}
		if !m.flattening {
			return
		}
		if m.pursuits == flattenCancels {
			d.giveUp(o.Strategy, flattenCancels, "the position was not closed: an open order could not be cancelled")
			return
		}
		m.pursuits++
		d.cancel(o)
	}
}

// giveUp ends a flattening that cannot succeed and tells the strategy.
func (d *Desk) giveUp(s StrategyID, limit int, why string) {
	m := &d.members[s]
	m.flattening = false
	d.deny(&Intent{At: d.book.now, Strategy: s, Terms: Terms{Instrument: m.Instrument}}, &Denial{
		Code: Flattening, Limit: fmt.Sprint(limit), Value: fmt.Sprint(m.account.holding.Position.Abs()), Text: why, Retry: NoTime,
	})
}
