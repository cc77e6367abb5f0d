package engine

import "fmt"

// What others close. Somebody who sells by hand what a strategy holds has closed that
// position: the account holds nothing any more, whatever the strategy's book says. Were
// the fill booked to Manual alone, the strategy's stop, target or exit would later open
// a position that nobody wants. So a fill from outside closes, as far as it shrinks the
// account's position, first what Manual holds and then what strategy instances hold, in
// the order in which they joined; only the rest is Manual's.

// closure is the part of a fill from outside that closes a strategy's position.
type closure struct {
	strategy StrategyID
	qty      Qty
}

// FromOutside reports whether the order stands for what somebody else's trade closed of
// a strategy's position. Nobody placed it.
func (o *Order) FromOutside() bool { return o.Class == ClassExit && o.Ref == 0 }

// outside reports whether an order was adopted. The Desk's own orders for Manual close
// what Manual holds, and nothing else.
func (d *Desk) outside(o *Order) bool {
	return o.Class == ClassEntry && d.members[o.Strategy].Name == Manual
}

// closures lists what a fill of an adopted order closes of strategies, before it is booked.
func (d *Desk) closures(o *Order, qty Qty) []closure {
	if !d.outside(o) {
		return nil
	}
	held := o.Terms.Side.Opposite()
	left := min(qty, d.book.Held(o.Terms.Instrument).onSide(held))
	left -= min(left, d.members[o.Strategy].account.holding.Position.onSide(held))
	var list []closure
	for _, s := range d.in[o.Terms.Instrument] {
		if k := min(left, d.members[s].account.holding.Position.onSide(held)); k > 0 {
			list = append(list, closure{s, k})
			left -= k
		}
	}
	return list
}

// closeOthers books what a fill of an adopted order closes of strategies, and returns
// what is left of it.
func (d *Desk) closeOthers(o *Order, r *Report) (qty Qty, fee Money) {
	qty, fee = r.Qty, r.Fee
	for _, c := range d.closures(o, r.Qty) {
		part := mulDiv(r.Fee, c.qty, r.Qty)
		d.closeFor(o, c, r.Price, part)
		qty, fee = qty-c.qty, fee-part
	}
	return qty, fee
}

// closeFor books a closure as an order of its own, so that the strategy is told as of
// any other, and its brackets are cut.
func (d *Desk) closeFor(o *Order, c closure, p Price, fee Money) {
	x := d.newOrder(Order{Strategy: c.strategy, Class: ClassExit, Reason: fmt.Sprintf("closed from outside by order %d: %s", o.ID, o.Reason), Terms: Terms{
		Instrument: o.Terms.Instrument, Side: o.Terms.Side, Type: Market, Qty: c.qty, Limit: NoPrice, Stop: NoPrice,
	}})
	x.State = Working
	d.orders[x.ID] = x
	d.book.add(x)
	d.tell(x, Fill{}, nil)
	d.onReport(&Report{At: d.book.now, Order: x.ID, Kind: Filled, Qty: c.qty, Price: p, Fee: fee})
	d.endExits(x)
}

// endExits cancels the plain exits of a strategy that are larger than what a closure
// has left them: an exit without a position opens one. What such an exit fills before
// its cancel arrives is closed again.
func (d *Desk) endExits(closure *Order) {
	left := d.members[closure.Strategy].account.holding.Position.onSide(closure.Terms.Side.Opposite())
	for _, o := range d.openOf(closure.Strategy) {
		if o.Class != ClassExit || o.Terms.Side != closure.Terms.Side {
			continue
		}
		if o.Leaves() <= left {
			left -= o.Leaves()
			continue
		}
		o.overtaken = true
		d.cancel(o)
	}
}
