package broker

import "tollgate/engine"

// execution is a fill.
type execution struct {
	id       string
	order    *order
	at       engine.Time
	qty      engine.Qty
	price    engine.Price
	fee      engine.Money
	position engine.Qty // of the account, after it
	maker    bool
}

// fill books an execution.
func (b *Broker) fill(o *order, r *engine.Report) {
	a, in := o.account, b.universe.Get(o.in)
	o.filled += r.Qty
	o.partDone += r.Qty
	o.average.Add(r.Price, r.Qty)
	fee := in.Fee * engine.Money(r.Qty)
	h := a.holding(o.in)
	a.gross += h.book(o.terms.Side, r.Qty, r.Price, in)
	a.fees += fee
	x := &execution{id: b.newID(), order: o, at: r.At, qty: r.Qty, price: r.Price, fee: fee, position: h.position, maker: r.Maker}
	b.execs = append(b.execs, x)
	o.fills = append(o.fills, x)
	if r.Leaves == 0 {
		delete(a.byVenue, r.Order)
		o.child = 0
	}
	switch {
	case o.filled >= o.terms.Qty:
		b.to(o, stateFilled, "")
	default:
		b.to(o, statePart, "")
	}
	b.pushFill(x)
}

func (b *Broker) pushFill(x *execution) {
	if !b.quirks.PushEvents {
		return
	}
	b.say(b.conn, obj("type", "executionUpdate", "execution", b.execObject(x)))
	b.say(b.conn, obj("type", "positionUpdate", "position", b.positionObject(x.order.account, x.order.in)))
}
