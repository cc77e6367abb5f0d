package gateway

import (
	"slices"
	"time"

	"tollgate/engine"
)

// keepTickets is how many ended orders are remembered for late fills and for
// telling our own orders from other people's.
const keepTickets = 1024

// ticket is what the Core knows of one order at the broker.
type ticket struct {
	id       engine.OrderID
	own      string // our id for it; empty when somebody else placed it
	broker   string // the broker's id; empty until told
	filled   engine.Qty
	notional int64       // of the fills reported to the Desk: sum of price x quantity in ticks
	ended    bool        // the Desk holds it for over
	over     engine.Time // since when

	silent  bool        // placed, and no answer yet
	doubt   bool        // an answer was lost: look it up
	missing int         // look-ups that did not find it
	since   engine.Time // when it was last written about, or began to be in doubt
	looked  engine.Time // when it was last seen at the broker

	unheard bool // a look-up of it got no answer
	alone   bool // a list did not show it: look it up by itself
	listed  int  // the newest list that showed it
	reached bool // the market stands at its price
	reborn  bool // an order under another id was taken for it
	told    bool // people were told that it rests

	due   engine.Time // when to look next; NoTime = never
	wait  time.Duration
	want  engine.Terms // the terms of the change under way
	asked engine.Time  // when the change or the cancel under way was acknowledged; NoTime = none
}

// orders is what is known of the orders of an account.
type orders struct {
	tickets  map[engine.OrderID]*ticket
	byBroker map[string]*ticket
	open     []*ticket // oldest first
	past     []*ticket // ended ones still remembered, oldest first
	ignored  map[string]bool
	adopted  engine.OrderID // the order of the first Update since it was 0
	filled   engine.Time    // of the newest fill that was booked; 0 = none
}

func newOrders() orders {
	return orders{tickets: map[engine.OrderID]*ticket{}, byBroker: map[string]*ticket{}, ignored: map[string]bool{}}
}

// add begins a ticket.
func (o *orders) add(t *ticket) {
	o.name(t)
	o.open = append(o.open, t)
}

// name makes a ticket known by its number and by every name that the broker may have
// for it: our own, should it tell that back, and its own.
func (o *orders) name(t *ticket) {
	o.tickets[t.id] = t
	for _, id := range []string{t.own, t.broker} {
		if id != "" {
			o.byBroker[id] = t
		}
	}
}

// unsent ends the ticket of an order that was refused for want of tokens: the broker
// has never heard of it.
func (o *orders) unsent(id engine.OrderID) {
	t := o.tickets[id]
	delete(o.tickets, id)
	delete(o.byBroker, t.own)
	o.open = slices.DeleteFunc(o.open, func(x *ticket) bool { return x == t })
}

// alias takes note of the broker's id of an order. NinjaTrader may give an order a
// new one; the old one stays known.
func (o *orders) alias(t *ticket, broker string) {
	if broker == "" || broker == t.broker || broker == t.own {
		return
	}
	t.broker = broker
	o.byBroker[broker] = t
}

// follow keeps the tickets in step with the Desk's orders.
func (o *orders) follow(u *engine.Update) {
	if u.Fill.Qty != 0 {
		o.filled = u.At
	}
	if o.adopted == 0 {
		o.adopted = u.Order.ID
	}
	t := o.tickets[u.Order.ID]
	if t == nil || t.ended || !u.Order.State.Terminal() {
		return
	}
	t.ended, t.over, t.due, t.doubt = true, u.At, engine.NoTime, false
	for i, x := range o.open {
		if x == t {
			o.open = append(o.open[:i], o.open[i+1:]...)
			break
		}
	}
	o.retire(t)
}

// enter begins the ticket of an order that was adopted.
func (o *orders) enter(t *ticket) {
	if t.ended {
		o.name(t)
		o.retire(t)
		return
	}
	o.add(t)
}

// retire remembers an ended ticket for a while.
func (o *orders) retire(t *ticket) {
	o.past = append(o.past, t)
	if len(o.past) > keepTickets {
		o.forget(o.past[0])
		o.past = append(o.past[:0], o.past[1:]...)
	}
}

// forget drops a ticket. Its names stay known as long as the broker may list it:
// an order that was ours must never look like somebody else's.
func (o *orders) forget(t *ticket) {
	delete(o.tickets, t.id)
	for name, x := range o.byBroker {
		if x == t {
			delete(o.byBroker, name)
			o.ignored[name] = true
		}
	}
}

// soon asks for a look at an order now, and again at growing intervals.
func (t *ticket) soon(now engine.Time, first time.Duration) {
	if t.ended {
		return
	}
	if at := now; t.due == engine.NoTime || t.due > at {
		t.due = at
	}
	t.wait = first
}

// seen takes note that the broker was asked about the order and that it has not
// ended: the next look comes later than this one did, and with the slow round in the end.
func (t *ticket) seen(now engine.Time, slow time.Duration) {
	t.looked = now
	switch {
	case t.wait == 0, t.wait >= slow:
		t.due, t.wait = now.Add(slow), 0
	default:
		t.due = now.Add(t.wait)
		t.wait *= 2
	}
}
