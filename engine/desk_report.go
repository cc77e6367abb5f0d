package engine

// onReport takes what the venue says about an order. A report that makes no
// sense in the order's state is counted and changes nothing, except that a fill
// is always booked: money moved.
func (d *Desk) onReport(r *Report) {
	o := d.orders[r.Order]
	if o == nil || r.Kind >= reportKinds || r.Kind == Filled && (r.Qty <= 0 || r.Leaves < 0 || !r.Price.Known()) {
		d.faults++
		return
	}
	before := o.State
	next, ok := before.After(r)
	if !ok {
		d.faults++
		return
	}
	asked := before == CancelPending || o.recalled
	o.State = next
	d.ending(o)
	d.adopt(o, r)
	var f Fill
	held := d.members[o.Strategy].account.holding.Position
	if r.Kind == Filled {
		f = d.fill(o, r)
	}
	if o.State == Working && o.Filled > 0 {
		o.State = PartFilled
	}
	if r.Kind == ChangeRejected {
		d.balk(o)
	}
	if next.Terminal() && !before.Terminal() {
		d.end(o, r)
	}
	if next == Dead && before != Dead && !asked {
		d.take(o)
	}
	d.tell(o, f, nil)
	var cut []*bracket
	if r.Kind == Filled {
		cut = d.settle(o, r.Qty, held)
	}
	d.follow(o)
	for _, b := range cut {
		d.guard(b)
	}
	if r.Kind == Filled {
		d.mend(o)
		d.stayFlat(o.Strategy)
	}
}

// ending keeps an order whose cancel still waits to be sent one that is to end, whatever
// was heard of it meanwhile: that it is there after all, or that an earlier cancel was
// refused. A cancel that was sent while it was unknown has not ended it.
func (d *Desk) ending(o *Order) {
	o.recalled = o.recalled && o.State == Unknown
	if !o.State.Terminal() && o.State != Unknown && d.waits(o, CancelOrder) {
		o.State = CancelPending
	}
}

// adopt takes over the terms a report confirms.
func (d *Desk) adopt(o *Order, r *Report) {
	switch r.Kind {
	case Changed:
		o.Terms.Qty = o.Filled + r.Leaves
		o.Terms.Limit, o.Terms.Stop = r.Limit, r.Stop
		o.pendingQty = 0
	case ChangeRejected:
		o.pendingQty = 0
	case Rejected:
		o.Reason = r.Reason
	}
}

// fill books an execution to the order, the strategy and the account. What it closes
// of others is theirs, and no part of the Fill.
func (d *Desk) fill(o *Order, r *Report) Fill {
	in := d.book.Instrument(o.Terms.Instrument)
	o.Filled += r.Qty
	if !o.State.Terminal() {
		o.Terms.Qty = max(o.Terms.Qty, o.Filled+r.Leaves) // what the venue holds open counts, whatever was asked for
	}
	o.Notional += int64(r.Price) * int64(r.Qty)
	o.Fees += r.Fee
	qty, fee := d.closeOthers(o, r)
	if qty == 0 {
		return Fill{}
	}
	d.book.fill(in.ID, o.Terms.Side, qty, r.Price, fee)
	pnl, trip := d.members[o.Strategy].account.fill(r.At, o.Terms.Side, qty, r.Price, fee, in)
	if trip != nil {
		d.trips = append(d.trips, *trip)
	}
	d.startPnL()
	return Fill{Qty: qty, Price: r.Price, Fee: fee, Maker: r.Maker, PnL: pnl}
}

// end takes an order out of the open ones. The newest ended orders stay known.
func (d *Desk) end(o *Order, r *Report) {
	o.Ended = r.At
	if r.Reason != "" {
		o.Reason = r.Reason
	}
	d.book.remove(o)
	d.ended = append(d.ended, o)
	if len(d.ended) > keepEnded {
		d.forget(d.ended[0])
		copy(d.ended, d.ended[1:])
		d.ended = d.ended[:len(d.ended)-1]
	}
}

func (d *Desk) forget(o *Order) {
	delete(d.orders, o.ID)
	delete(d.brackets, o.ID)
	if o.Ref != 0 && d.refs[refKey{o.Strategy, o.Ref}] == o {
		delete(d.refs, refKey{o.Strategy, o.Ref})
	}
}

// follow does what a report sets in motion: brackets grow with their entry,
// flattenings go on when the last order is gone.
func (d *Desk) follow(o *Order) {
	if b := d.brackets[o.ID]; b != nil {
		d.guard(b)
	}
	m := &d.members[o.Strategy]
	if m.mending == o.ID && o.State.Terminal() {
		d.mend(o)
	}
	if m.flattening {
		d.flattenOn(o.Strategy)
	}
}
