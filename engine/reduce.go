package engine

import (
	"cmp"
	"fmt"
	"slices"
)

// Reduce-only. The orders by which the Desk protects or closes may only take back
// what their strategy instance holds. The broker knows no such order, so the Desk
// sees to it: after every fill the brackets are cut to the position (trim), and what
// fills beyond it all the same, because it outran its cancel, is closed (mend).

// reduceOnly reports whether the order is one of those: the children of a bracket,
// closing orders of the Desk, and a market exit that a child outran.
func (o *Order) reduceOnly() bool { return o.Parent != 0 || o.overtaken }

// onSide is what is held on a side, unsigned.
func (q Qty) onSide(s Side) Qty { return max(0, q*Qty(s)) }

// settle takes the consequences of a fill for what protects, and returns the brackets
// that lost something by it. before is the position without the fill.
func (d *Desk) settle(o *Order, qty, before Qty) []*bracket {
	m := &d.members[o.Strategy]
	over := Qty(0)
	if o.reduceOnly() {
		over = max(0, qty-before.onSide(o.Terms.Side.Opposite()))
		d.overran(o, over)
	}
	if o.ID == m.mending {
		over = qty
	}
	m.stray += over * Qty(o.Terms.Side)
	if o.Class == ClassProtect {
		d.overtake(o)
	}
	return d.trim(o)
}

// overran counts and tells what a fill opened that was to close.
func (d *Desk) overran(o *Order, over Qty) {
	if over == 0 {
		return
	}
	d.overruns += uint64(over)
	d.tell(o, Fill{}, &Denial{
		Code: Overrun, Limit: fmt.Sprint(o.Filled - over), Value: fmt.Sprint(o.Filled),
		Text: "the order filled after its position was closed by another, before its cancel arrived; what it opened is closed at market", Retry: NoTime,
	})
}

// overtake marks the market exits that are larger than what a child has left of the
// position: they may be filled already, and then their surplus is closed again. One
// that was not sent yet is taken back when nothing is left.
func (d *Desk) overtake(child *Order) {
	left := d.members[child.Strategy].account.holding.Position.onSide(child.Terms.Side.Opposite())
	var exits []*Order
	sum := Qty(0)
	for _, o := range d.openOf(child.Strategy) {
		if o.Class == ClassExit && o.Terms.Type == Market && o.Terms.Side == child.Terms.Side {
			exits = append(exits, o)
			sum += o.Leaves()
		}
	}
	for _, o := range exits {
		if sum > left {
			o.overtaken = true
		}
		if left == 0 {
			d.unsend(o)
		}
	}
}

// trim makes the brackets of a strategy instance protect no more than it holds on
// their side. The newest is cut first: the oldest keeps its place at the venue. What
// is cut stays cut: a position that is opened later is not theirs.
func (d *Desk) trim(o *Order) []*bracket {
	if len(d.brackets) == 0 {
		return nil
	}
	held := d.members[o.Strategy].account.holding.Position
	long, short := held.onSide(Buy), held.onSide(Sell)
	var cut []*bracket
	for _, b := range d.protecting(o) {
		left := &long
		if b.entry.Terms.Side == Sell {
			left = &short
		}
		claim := b.unprotected()
		keep := min(max(claim, 0), *left)
		*left -= keep
		if claim != keep {
			b.closed += claim - keep
			cut = append(cut, b)
		}
	}
	return cut
}

// protecting lists the brackets of an order's strategy instance that protect, or
// will, oldest entry first.
func (d *Desk) protecting(o *Order) []*bracket {
	var list []*bracket
	for _, x := range append(d.openOf(o.Strategy), o) {
		b := d.brackets[x.ID]
		if b == nil || b.idle() {
			continue
		}
		at, known := slices.BinarySearchFunc(list, b.entry.ID, func(b *bracket, id OrderID) int { return cmp.Compare(b.entry.ID, id) })
		if !known {
			list = slices.Insert(list, at, b)
		}
	}
	return list
}

// idle reports whether the bracket protects nothing any more, whatever its entry
// fills: a person or the script has cancelled its children.
func (b *bracket) idle() bool {
	any := false
	for _, o := range []*Order{b.stop, b.limit} {
		if o != nil && !o.State.Terminal() {
			return false
		}
		any = any || o != nil
	}
	return any && !b.failed && !b.spent()
}

// take notes that an order ended by itself.
func (d *Desk) take(o *Order) {
	if b := d.brackets[o.ID]; b != nil && (o == b.stop || o == b.limit) {
		b.taken = true
	}
}

// halved reports whether one child was taken down for what the other has filled, and
// the other goes on: it was still to grow, or the venue ends the group with the first
// fill. What is left needs both again, in a new group.
func (b *bracket) halved() bool {
	if !b.taken || b.stop == nil || b.limit == nil {
		return false
	}
	lost, other := b.stop, b.limit
	if lost.State != Dead {
		lost, other = other, lost
	}
	return lost.State == Dead && other.Filled > 0 && !other.State.Terminal()
}

// orphaned reports whether one child went when nothing was left to protect and the other
// stayed, because its cancel was refused. What there is to protect now needs both.
func (b *bracket) orphaned() bool {
	if !b.dismissed || b.stop == nil || b.limit == nil {
		return false
	}
	lost, other := b.stop, b.limit
	if lost.State != Dead {
		lost, other = other, lost
	}
	return lost.State == Dead && (other.State == Working || other.State == PartFilled)
}

// dismiss asks for the end of what a bracket has working when nothing is left to
// protect, or to be placed anew. The sibling of a child that is done goes by itself: they are one OCO.
func (d *Desk) dismiss(b *bracket) {
	if b.stop != nil && b.stop.State == Done || b.limit != nil && b.limit.State == Done {
		return
	}
	for _, o := range []*Order{b.stop, b.limit} {
		if o != nil {
			b.dismissed = d.dismissOrder(b, o) || b.dismissed
		}
	}
	if o := b.closing; o != nil && (o.State == Working || o.State == PartFilled) { // else it fills before a cancel could arrive
		d.dismissOrder(b, o)
	}
}

// dismissOrder cancels an order of a bracket, unless that is under way or was
// refused too often.
func (d *Desk) dismissOrder(b *bracket, o *Order) bool {
	if o.State.Terminal() || o.State == CancelPending || o.recalled || b.cancels > flattenCancels {
		return false
	}
	b.cancels++
	if b.cancels > flattenCancels {
		d.tell(o, Fill{}, &Denial{
			Code: Overrun, Limit: fmt.Sprint(flattenCancels), Value: fmt.Sprint(b.cancels),
			Text: "the order protects nothing any more and could not be cancelled; cancel it by hand. What it fills is closed at market", Retry: NoTime,
		})
		return false
	}
	d.cancel(o)
	return true
}

// mend closes what reduce-only orders have opened. It is called after every fill of
// the strategy instance, and when its own closing order has ended; cause is that order.
func (d *Desk) mend(cause *Order) {
	m := &d.members[cause.Strategy]
	held := m.account.holding.Position
	m.stray = max(min(m.stray, held.onSide(Buy)), -held.onSide(Sell)) // what is closed already
	if m.flattening {
		m.stray = 0 // what is to be closed anyway
	}
	open := d.orders[m.mending]
	switch {
	case open != nil && !open.State.Terminal():
		if m.stray == 0 {
			d.unsend(open)
		}
	case m.stray == 0:
		m.mends, m.mending = 0, 0
	case m.mends == flattenAttempts:
		m.stray, m.mends, m.mending = 0, 0, 0
		d.deny(&Intent{At: d.book.now, Strategy: cause.Strategy, Terms: Terms{Instrument: m.Instrument}}, &Denial{
			Code: Overrun, Limit: fmt.Sprint(flattenAttempts), Value: fmt.Sprint(held.Abs()), Retry: NoTime,
			Text: "what a stop or target opened after its position was closed could not be closed: the closing orders ended without filling it",
		})
	default:
		m.mends++
		d.placeMend(m, cause)
	}
}

// placeMend places the order that closes what cause has opened.
func (d *Desk) placeMend(m *member, cause *Order) {
	side := Sell
	if m.stray < 0 {
		side = Buy
	}
	o := d.newOrder(Order{Parent: cause.ID, Strategy: cause.Strategy, Class: ClassFlatten, Reason: fmt.Sprintf("closes what order %d opened after its position was closed", cause.ID), Terms: Terms{
		Instrument: m.Instrument, Side: side, Type: Market, Qty: m.stray.Abs(), Limit: NoPrice, Stop: NoPrice,
	}})
	m.mending = o.ID
	d.orders[o.ID] = o
	d.book.add(o)
	d.tell(o, Fill{}, nil)
	d.request(&Request{Kind: PlaceOrder, Order: o.ID, Class: o.Class, Terms: o.Terms})
}

// mended denies an order that would close what is being closed already.
func (m *member) mended(t *Terms) *Denial {
	if m.stray*Qty(t.Side) >= 0 {
		return nil
	}
	return &Denial{Code: Flattening, Value: fmt.Sprint(m.stray.Abs()), Text: "what a stop or target opened after its position was closed is being closed; submit again when that is done", Retry: NoTime}
}
