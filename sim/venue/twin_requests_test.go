package venue

import (
	"sort"

	"tollgate/engine"
)

// start begins a call: DAY orders whose session is over end, session by session.
func (w *twin) start(at engine.Time) {
	w.out = nil
	for {
		end := never
		for _, o := range w.orders {
			if o.state != twinDead && o.t.TIF == engine.Day && o.ends <= at {
				end = min(end, o.ends)
			}
		}
		if end == never {
			return
		}
		for i := range w.u.Len() {
			w.endOf(engine.InstrumentID(i), end)
		}
	}
}

func (w *twin) endOf(id engine.InstrumentID, end engine.Time) {
	var ended []*twinOrder
	for _, o := range w.orders {
		if o.state != twinDead && o.t.TIF == engine.Day && o.ends == end && o.t.Instrument == id {
			ended = append(ended, o)
		}
	}
	sort.Slice(ended, func(i, j int) bool { return ended[i].id < ended[j].id })
	for _, o := range ended {
		o.state = twinDead
		w.say(engine.Report{At: end, Order: o.id, Kind: engine.Expired})
	}
	for _, o := range ended {
		w.endGroup(o.t.OCO, o, end)
	}
}

func (w *twin) fill(o *twinOrder, at engine.Time, n engine.Qty, p engine.Price, maker bool) {
	if n == 0 {
		return
	}
	o.filled += n
	left := o.leaves()
	if left == 0 {
		o.state = twinDead
	}
	fee := w.u.Get(o.t.Instrument).Fee * engine.Money(n)
	w.say(engine.Report{At: at, Order: o.id, Kind: engine.Filled, Maker: maker, Qty: n, Leaves: left, Price: p, Fee: fee})
	if o.t.OCO == 0 {
		return
	}
	w.groups[o.t.OCO].filled += n
	if left == 0 {
		w.endGroup(o.t.OCO, o, at)
		return
	}
	for _, x := range w.members(o.t.OCO) {
		switch {
		case x == o:
		case x.leaves() <= n:
			x.state = twinDead
			w.say(engine.Report{At: at, Order: x.id, Kind: engine.Cancelled})
		default:
			x.t.Qty -= n
			x.own -= n
			w.sayChanged(x, at)
		}
	}
}

// members are the open orders of a group.
func (w *twin) members(oco engine.OCO) []*twinOrder {
	var list []*twinOrder
	for _, o := range w.orders {
		if o.state != twinDead && o.t.OCO == oco {
			list = append(list, o)
		}
	}
	return list
}

func (w *twin) endGroup(oco engine.OCO, by *twinOrder, at engine.Time) {
	if oco == 0 || w.groups[oco].ended {
		return
	}
	w.groups[oco].ended = true
	for _, x := range w.members(oco) {
		if x != by {
			x.state = twinDead
			w.say(engine.Report{At: at, Order: x.id, Kind: engine.Cancelled})
		}
	}
}

func (w *twin) sayChanged(o *twinOrder, at engine.Time) {
	w.say(engine.Report{At: at, Order: o.id, Kind: engine.Changed, Leaves: o.leaves(), Limit: o.t.Limit, Stop: o.t.Stop})
}

// Place implements exchange.
func (w *twin) Place(at engine.Time, id engine.OrderID, t engine.Terms) []engine.Report {
	w.start(at)
	for _, o := range w.orders {
		if o.id == id {
			w.say(engine.Report{At: at, Order: id, Kind: engine.Rejected})
			return w.out
		}
	}
	o := &twinOrder{id: id, t: t, state: twinWait}
	if t.OCO != 0 && w.groups[t.OCO] == nil {
		w.groups[t.OCO] = &twinGroup{}
	}
	if w.bad(&t, at) {
		o.state = twinDead
		w.orders = append(w.orders, o)
		w.say(engine.Report{At: at, Order: id, Kind: engine.Rejected})
		w.endGroup(t.OCO, o, at)
		return w.out
	}
	w.orders = append(w.orders, o)
	o.ends = w.u.Get(t.Instrument).Calendar.At(at).Close
	w.say(engine.Report{At: at, Order: id, Kind: engine.Accepted, Leaves: t.Qty})
	if t.OCO != 0 && w.groups[t.OCO].filled > 0 {
		o.t.Qty -= w.groups[t.OCO].filled
		w.sayChanged(o, at)
	}
	if t.Type.HasStop() {
		o.state = twinStop
		return w.out
	}
	o.live = true
	w.arrive(o, at)
	return w.out
}

// bad knows only the faults that the streams of the tests contain.
func (w *twin) bad(t *engine.Terms, at engine.Time) bool {
	if int(t.Instrument) >= w.u.Len() || t.Qty <= 0 {
		return true
	}
	b := w.book(t.Instrument, at)
	if t.Type.HasStop() && w.hit(&b, t.Side, t.Stop, true, true) {
		return true
	}
	g := w.groups[t.OCO]
	return t.OCO != 0 && (g.ended || g.filled >= t.Qty)
}

func (w *twin) open(id engine.OrderID) *twinOrder {
	for _, o := range w.orders {
		if o.id == id && o.state != twinDead {
			return o
		}
	}
	return nil
}

// Cancel implements exchange.
func (w *twin) Cancel(at engine.Time, id engine.OrderID) []engine.Report {
	w.start(at)
	o := w.open(id)
	if o == nil {
		w.say(engine.Report{At: at, Order: id, Kind: engine.CancelRejected})
		return w.out
	}
	w.end(o, at)
	return w.out
}

func (w *twin) end(o *twinOrder, at engine.Time) {
	o.state = twinDead
	w.say(engine.Report{At: at, Order: o.id, Kind: engine.Cancelled})
	w.endGroup(o.t.OCO, o, at)
}

// Change implements exchange.
func (w *twin) Change(at engine.Time, id engine.OrderID, qty engine.Qty, limit, stop engine.Price) []engine.Report {
	w.start(at)
	o := w.open(id)
	if o == nil {
		w.say(engine.Report{At: at, Order: id, Kind: engine.ChangeRejected})
		return w.out
	}
	newLimit, newStop := o.t.Limit, o.t.Stop
	if limit.Known() {
		newLimit = limit
	}
	if stop.Known() {
		newStop = stop
	}
	b := w.book(o.t.Instrument, at)
	switch {
	case qty <= 0,
		!o.t.Type.HasLimit() && limit.Known(), !o.t.Type.HasStop() && stop.Known(),
		newStop != o.t.Stop && (o.live || w.hit(&b, o.t.Side, newStop, true, true)):
		w.say(engine.Report{At: at, Order: id, Kind: engine.ChangeRejected, Leaves: o.leaves()})
		return w.out
	case qty <= o.filled:
		w.end(o, at)
		return w.out
	}
	again := o.live && (newLimit != o.t.Limit || qty > o.t.Qty)
	o.own += qty - o.t.Qty
	o.t.Qty, o.t.Limit, o.t.Stop = qty, newLimit, newStop
	w.sayChanged(o, at)
	if again {
		w.arrive(o, at)
	}
	return w.out
}

// Advance implements exchange.
func (w *twin) Withdraw() { w.cut = len(w.events) }

func (w *twin) Advance(at engine.Time) []engine.Report {
	w.start(at)
	return w.out
}
