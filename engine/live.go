package engine

import "fmt"

// onLink takes note of whether the broker can be asked. What waited goes out as
// soon as it can, what strategies wanted excepted: that is denied when the link goes.
func (d *Desk) onLink(e *LinkChange) {
	d.book.unlinked, d.book.offline = e.State != LinkUp, e.Reason
	d.hash.Word(11 | uint64(e.State)<<8)
	if why := d.offline(); why != nil {
		d.giveUpWaiting(why, func(*Request) bool { return true })
		return
	}
	d.drain()
}

// onMode sets what the account may do. A kill closes everything, what was adopted
// included, and does so again each time it is said.
func (d *Desk) onMode(e *ModeChange) {
	d.book.mode, d.book.why = e.Mode, e.Reason
	d.hash.Word(12 | uint64(e.Mode)<<8)
	if e.Mode != Killed {
		return
	}
	d.gathering = true
	for s := range d.members {
		d.flatten(StrategyID(s))
	}
	d.gathering = false
	d.drain()
}

// stayFlat closes what fills after a kill is done: an order whose end was taken for
// granted. What a person does by hand after a kill is that person's.
func (d *Desk) stayFlat(s StrategyID) {
	m := &d.members[s]
	if d.book.mode == Killed && !m.flattening && m.Name != Manual && m.account.holding.Position != 0 {
		d.flatten(s)
	}
}

// adoptOrder makes an order that somebody else placed, or a position that nobody can
// explain, one of the Desk's: the gate must count what is there, whoever caused it.
func (d *Desk) adoptOrder(e *Adoption) {
	t := e.Terms
	if int(t.Instrument) >= d.cfg.Universe.Len() || t.Qty <= 0 || t.Qty > MaxQty || e.Filled < 0 || e.Filled > t.Qty || t.Side != Buy && t.Side != Sell || t.Type > StopLimit || !e.Open && e.Filled == 0 {
		d.faults++
		return
	}
	s, ok := d.Find(Manual, t.Instrument)
	if !ok {
		s = d.Join(Member{Manual, t.Instrument})
	}
	t.OCO = 0 // the broker's groups have other numbers
	o := d.newOrder(Order{Strategy: s, Class: ClassEntry, Terms: t, Reason: e.Cause})
	o.State = Working
	d.orders[o.ID] = o
	d.book.add(o)
	d.tell(o, Fill{}, nil)
	if e.Filled > 0 {
		d.adoptFills(o, e)
	}
	if !e.Open && !o.State.Terminal() {
		d.onReport(&Report{At: d.book.now, Order: o.ID, Kind: Cancelled, Reason: e.Cause})
	}
}

// adoptFills books what an adopted order has filled. Its money is exact: at most two
// fills at neighbouring prices.
func (d *Desk) adoptFills(o *Order, e *Adoption) {
	price := e.Notional / int64(e.Filled)
	if e.Notional%int64(e.Filled) != 0 && e.Notional < 0 {
		price--
	}
	above := Qty(e.Notional - price*int64(e.Filled))
	leaves := o.Terms.Qty - e.Filled
	fee := d.book.Instrument(o.Terms.Instrument).Fee
	for _, f := range []Report{
		{Qty: e.Filled - above, Price: Price(price), Leaves: leaves + above},
		{Qty: above, Price: Price(price + 1), Leaves: leaves},
	} {
		if f.Qty > 0 {
			f.At, f.Order, f.Kind, f.Fee = d.book.now, o.ID, Filled, fee*Money(f.Qty)
			d.onReport(&f)
		}
	}
}

// resync tells where a strategy instance stands.
func (d *Desk) resync(e *Resync) {
	if int(e.Strategy) >= len(d.members) {
		d.faults++
		return
	}
	m := &d.members[e.Strategy]
	s := Snapshot{
		At: d.book.now, Strategy: e.Strategy, Intents: m.intents, Updates: m.updates, Ref: m.ref,
		Holding: m.account.holding, Account: d.book.Balance(),
	}
	for _, o := range d.openOf(e.Strategy) {
		s.Orders = append(s.Orders, *o)
	}
	d.emit(&s)
}

// refusedText names a fault in a state.
func refusedText(what string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMessage, fmt.Sprintf(what, args...))
}
