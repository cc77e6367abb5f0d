package venue

import (
	"cmp"
	"fmt"
	"slices"

	"tollgate/engine"
)

// Place takes a new order. The reports begin with Accepted or are one Rejected
// (followed, in a group, by the Cancelled of the others). The slice is good until
// the next call.
func (v *Venue) Place(at engine.Time, id engine.OrderID, t engine.Terms) []engine.Report {
	m := v.begin(at, t.Instrument)
	if _, dup := v.orders[id]; dup {
		v.report(engine.Report{At: at, Order: id, Kind: engine.Rejected, Reason: fmt.Sprintf("order id %d was used before", id)})
		return v.done()
	}
	v.orders[id] = nil
	if why := v.refusal(m, &t); why != "" {
		v.report(engine.Report{At: at, Order: id, Kind: engine.Rejected, Reason: why})
		v.refuseGroup(t.OCO, id, at)
		return v.done()
	}
	o := &order{id: id, terms: t, place: waiting}
	v.orders[id] = o
	m.open++
	if t.TIF == engine.Day {
		v.wake = min(v.wake, m.sess.Close)
	}
	v.report(engine.Report{At: at, Order: id, Kind: engine.Accepted, Leaves: t.Qty})
	v.admit(m, o, at)
	return v.done()
}

// begin starts a request: what is over by now ends first.
func (v *Venue) begin(at engine.Time, id engine.InstrumentID) *market {
	v.out = v.out[:0]
	if at >= v.wake {
		v.expire(at)
	}
	return v.market(id, at)
}

// admit puts an accepted order where it belongs.
func (v *Venue) admit(m *market, o *order, at engine.Time) {
	v.join(o)
	if o.group != nil && o.group.filled > 0 {
		o.terms.Qty -= o.group.filled
		v.changed(o, at, fmt.Sprintf("OCO: the group had filled %d", o.group.filled))
	}
	if o.terms.Type.HasStop() {
		o.place = stopped
		m.stops = append(m.stops, o)
		return
	}
	o.live = true
	v.arrive(m, o, at)
}

// refuseGroup takes a group down because an order meant for it was rejected, and
// keeps later ones from joining.
func (v *Venue) refuseGroup(oco engine.OCO, id engine.OrderID, at engine.Time) {
	if oco == 0 {
		return
	}
	if v.groups[oco] == nil {
		v.groups[oco] = &group{}
	}
	v.takeDown(v.groups[oco], &order{id: id}, at, "rejected")
}

// Cancel ends an order by request, and its group with it. The slice is good
// until the next call.
func (v *Venue) Cancel(at engine.Time, id engine.OrderID) []engine.Report {
	o, why := v.find(at, id)
	if o == nil {
		v.report(engine.Report{At: at, Order: id, Kind: engine.CancelRejected, Reason: why})
		return v.done()
	}
	v.cancel(o, at, "by request")
	return v.done()
}

func (v *Venue) cancel(o *order, at engine.Time, why string) {
	v.finish(o)
	v.report(engine.Report{At: at, Order: o.id, Kind: engine.Cancelled, Reason: why})
	v.takeDown(o.group, o, at, "cancelled")
}

// find starts a request about an existing order and returns it if it is open,
// or says why there is none.
func (v *Venue) find(at engine.Time, id engine.OrderID) (*order, string) {
	v.out = v.out[:0]
	if at >= v.wake {
		v.expire(at)
	}
	o, known := v.orders[id]
	switch {
	case o != nil:
		v.market(o.terms.Instrument, at)
		return o, ""
	case known:
		return nil, fmt.Sprintf("order %d is no longer open", id)
	}
	return nil, fmt.Sprintf("order %d is not known", id)
}

// Change sets an open order's quantity (contracts in all, those already filled
// included), limit and stop (ticks). NoPrice leaves a price as it is. A quantity
// not above what has filled cancels the remainder. An order keeps its time
// priority only when nothing but its quantity changes, and not upwards. The slice
// is good until the next call.
func (v *Venue) Change(at engine.Time, id engine.OrderID, qty engine.Qty, limit, stop engine.Price) []engine.Report {
	o, why := v.find(at, id)
	if o == nil {
		v.report(engine.Report{At: at, Order: id, Kind: engine.ChangeRejected, Reason: why})
		return v.done()
	}
	t := o.terms
	t.Qty = qty
	if limit.Known() {
		t.Limit = limit
	}
	if stop.Known() {
		t.Stop = stop
	}
	m := v.markets[t.Instrument]
	if why := v.changeRefusal(m, o, &t); why != "" {
		v.report(engine.Report{At: at, Order: id, Kind: engine.ChangeRejected, Leaves: o.leaves(), Reason: why})
		return v.done()
	}
	if qty <= o.filled {
		v.cancel(o, at, fmt.Sprintf("changed to %d contracts, of which %d had filled", qty, o.filled))
		return v.done()
	}
	v.apply(m, o, &t, at)
	return v.done()
}

// apply makes a permitted change, and a live order that lost its priority arrive anew.
func (v *Venue) apply(m *market, o *order, t *engine.Terms, at engine.Time) {
	keeps := t.Limit == o.terms.Limit && t.Qty <= o.terms.Qty
	o.need += t.Qty - o.terms.Qty
	o.terms = *t
	v.changed(o, at, "")
	if keeps || !o.live {
		return
	}
	m.remove(o)
	v.arrive(m, o, at)
}

// remove takes a live order out of its list at once.
func (m *market) remove(o *order) {
	list := &m.waiting
	if o.place == resting {
		list = &m.resting[index(o.terms.Side)]
	}
	*list = slices.DeleteFunc(*list, func(x *order) bool { return x == o })
}

func (v *Venue) changed(o *order, at engine.Time, why string) {
	v.report(engine.Report{
		At: at, Order: o.id, Kind: engine.Changed, Leaves: o.leaves(),
		Limit: o.terms.Limit, Stop: o.terms.Stop, Reason: why,
	})
}

func sortByID(list []*order) {
	slices.SortFunc(list, func(a, b *order) int { return cmp.Compare(a.id, b.id) })
}
