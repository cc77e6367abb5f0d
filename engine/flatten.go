package engine

import "fmt"

// cancelAll asks for the end of every open order of a strategy instance.
func (d *Desk) cancelAll(s StrategyID) {
	for _, o := range d.openOf(s) {
		d.cancel(o)
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
	if !m.flattening {
		m.flattening, m.attempts = true, 0
	}
	d.cancelAll(s)
	d.flattenOn(s)
}

// flattenOn takes the next step of a flattening that is under way.
func (d *Desk) flattenOn(s StrategyID) {
	m := &d.members[s]
	if len(d.openOf(s)) > 0 {
		return
	}
	held := m.account.holding.Position
	if held == 0 {
		m.flattening = false
		return
	}
	if m.attempts == flattenAttempts {
		m.flattening = false
		d.deny(&Intent{At: d.book.now, Strategy: s, Terms: Terms{Instrument: m.Instrument}}, &Denial{
			Code: Flattening, Limit: fmt.Sprint(flattenAttempts), Value: fmt.Sprint(held.Abs()),
			Text: "the position could not be closed: the closing orders ended without filling it", Retry: NoTime,
		})
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
