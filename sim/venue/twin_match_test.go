package venue

import (
	"sort"

	"tollgate/engine"
)

func (w *twin) say(r engine.Report) { w.out = append(w.out, r) }

// Quote implements exchange.
func (w *twin) Quote(q *engine.Quote) []engine.Report {
	w.start(q.At)
	if int(q.Instrument) >= w.u.Len() {
		return w.out
	}
	in := w.u.Get(q.Instrument)
	if s := in.Calendar.At(q.At); !s.Contains(q.At) {
		return w.out
	}
	before := w.book(q.Instrument, q.At)
	w.events = append(w.events, *q)
	b := w.book(q.Instrument, q.At)
	if p, n := w.tradeIn(q, &before); n > 0 {
		w.trade(q, p, n)
	}
	real := q.Kind == engine.QuoteChange || q.Bid.Known() || q.Ask.Known()
	if real && !b.crossed() {
		w.bookMeets(q, engine.Buy)
		w.bookMeets(q, engine.Sell)
	}
	stated := real || !b.booked && q.Last.Known()
	if stated && w.inForce(&b, q.At) {
		for _, o := range w.pick(q.Instrument, twinWait, 0) {
			if o.state == twinWait {
				w.arrive(o, q.At)
			}
		}
	}
	for _, o := range w.pick(q.Instrument, twinStop, 0) {
		if o.state == twinStop && w.hit(&b, o.t.Side, o.t.Stop, q.Last.Known(), stated) {
			o.live = true
			w.say(engine.Report{At: q.At, Order: o.id, Kind: engine.Triggered, Leaves: o.leaves()})
			w.arrive(o, q.At)
		}
	}
	return w.out
}

// tradeIn is the trade that an event holds; size 0 = none.
func (w *twin) tradeIn(q *engine.Quote, before *twinBook) (engine.Price, engine.Qty) {
	if !q.Last.Known() {
		return 0, 0
	}
	if q.Kind == engine.TradePrint {
		if q.LastSize < 0 {
			return q.Last, w.c.Profile.Print
		}
		return q.Last, q.LastSize
	}
	if q.Volume >= 0 {
		if before.volume < 0 {
			return 0, 0
		}
		return q.Last, min(w.c.Profile.Print, q.Volume-before.volume)
	}
	if before.last.Known() && before.last != q.Last {
		return q.Last, w.c.Profile.Print
	}
	return 0, 0
}

// pick lists the orders in a state: stops by placing, resting ones by priority,
// the others by arrival. side 0 = both.
func (w *twin) pick(id engine.InstrumentID, state twinState, side engine.Side) []*twinOrder {
	var list []*twinOrder
	for _, o := range w.orders {
		if o.state == state && o.t.Instrument == id && (side == 0 || o.t.Side == side) {
			list = append(list, o)
		}
	}
	if state == twinStop {
		return list
	}
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if state == twinRest && a.t.Limit != b.t.Limit {
			return a.t.Side == engine.Buy && a.t.Limit > b.t.Limit || a.t.Side == engine.Sell && a.t.Limit < b.t.Limit
		}
		return a.arrival < b.arrival
	})
	return list
}

func (w *twin) trade(q *engine.Quote, p engine.Price, n engine.Qty) {
	var wanted engine.Qty
	for _, o := range w.pick(q.Instrument, twinRest, engine.Buy) {
		if o.t.Limit >= p {
			wanted += o.leaves()
		}
	}
	w.tradeSide(q, engine.Buy, p, n)
	w.tradeSide(q, engine.Sell, p, max(n-wanted, 0))
}

func (w *twin) tradeSide(q *engine.Quote, s engine.Side, p engine.Price, left engine.Qty) {
	booked := w.book(q.Instrument, q.At).booked
	reached := engine.Qty(-1) // what got as far as the trade's own price
	for _, o := range w.pick(q.Instrument, twinRest, s) {
		if o.state != twinRest || s == engine.Buy && o.t.Limit < p || s == engine.Sell && o.t.Limit > p {
			continue
		}
		n := min(o.leaves(), left)
		if o.t.Limit == p {
			if reached < 0 {
				reached = left
			}
			n = min(n, w.believed(o, left, reached))
		} else if !booked {
			o.notes = append(o.notes, twinNote{0, 0})
		}
		left -= n
		w.fill(o, q.At, n, o.t.Limit, true)
	}
}

// believed is what a trade at the order's own price is worth to it.
func (w *twin) believed(o *twinOrder, left, reached engine.Qty) engine.Qty {
	switch w.c.Fill {
	case Touch:
		return left
	case Queue:
		n := max(left-o.queue(), 0)
		o.notes = append(o.notes, twinNote{left, 1 << 50})
		return n
	}
	o.volumes = append(o.volumes, reached)
	var volume engine.Qty
	for _, v := range o.volumes {
		volume += v
	}
	for _, x := range w.pick(o.t.Instrument, twinRest, o.t.Side) {
		if x.t.Limit == o.t.Limit && x.arrival < o.arrival {
			return 0
		}
	}
	if volume > w.firstSeen(o)+o.own {
		return left
	}
	return 0
}

// queue is what others have ahead of the order now.
func (o *twinOrder) queue() engine.Qty {
	n := o.ahead
	for _, note := range o.notes {
		n = min(max(n-note.passed, 0), note.limit)
	}
	return n
}

// firstSeen is what others had ahead on arrival; where that was assumed, the
// first size displayed at the price afterwards counts when it is more.
func (w *twin) firstSeen(o *twinOrder) engine.Qty {
	if o.assumed < 0 {
		return o.ahead
	}
	for i := o.assumed; i < len(w.events); i++ {
		if w.events[i].Instrument != o.t.Instrument {
			continue
		}
		real := w.events[i].Kind == engine.QuoteChange || w.events[i].Bid.Known() || w.events[i].Ask.Known()
		past := twin{u: w.u, c: w.c, events: w.events[:i+1]}
		b := past.book(o.t.Instrument, w.events[i].At)
		side := b.facing(o.t.Side.Opposite())
		// The event at hand shows its book only after its trade.
		if i == len(w.events)-1 || !real || b.crossed() {
			continue
		}
		if side.price == o.t.Limit && side.size >= 0 {
			return max(o.ahead, side.size)
		}
	}
	return o.ahead
}

func (w *twin) bookMeets(q *engine.Quote, s engine.Side) {
	b := w.book(q.Instrument, q.At)
	mine, face := b.facing(s.Opposite()), b.facing(s)
	list := w.pick(q.Instrument, twinRest, s)
	for _, o := range list {
		switch {
		case o.t.Limit == mine.price && mine.size >= 0:
			o.notes = append(o.notes, twinNote{0, mine.size})
		case !mine.price.Known(), o.t.Limit != mine.price && s.Better(mine.price, o.t.Limit):
			o.notes = append(o.notes, twinNote{0, 0})
		}
	}
	if !face.price.Known() {
		return
	}
	for _, o := range list {
		if o.state != twinRest {
			continue
		}
		p := face.price
		if face.worst.Known() {
			p = face.worst
		}
		shown := face.size
		if shown < 0 {
			shown = w.c.Profile.Take
		}
		room := max(shown-w.taken(q.Instrument, s.Opposite(), face.since), 0)
		if !s.Better(p, o.t.Limit) {
			continue
		}
		n := min(o.leaves(), room)
		w.uses = append(w.uses, twinUse{len(w.events), q.Instrument, s.Opposite(), n})
		if p == o.t.Limit && w.c.Fill == Queue {
			n = min(n, max(room-o.queue(), 0))
		}
		if p == o.t.Limit && w.c.Fill == Conservative {
			n = 0
		}
		w.fill(o, q.At, n, o.t.Limit, true)
	}
}
