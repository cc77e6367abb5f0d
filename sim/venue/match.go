package venue

import "tollgate/engine"

// match is what a market event does to our orders, in this order: the trade meets
// resting orders; the book meets resting orders; orders that wait meet the book;
// stops trigger. An order that became live in this event was not there when its
// trade happened.
func (v *Venue) match(m *market, n *news) {
	if n.print.Known() && n.printed > 0 {
		v.meetTrade(m, n)
	}
	if n.stated && m.booked && !m.crossed() {
		v.meetBook(m, engine.Buy, n.at)
		v.meetBook(m, engine.Sell, n.at)
	}
	if n.stated {
		v.wakeWaiting(m, n.at)
	}
	v.trigger(m, n)
}

// meetTrade shares a trade among the resting orders it reached. One trade is one
// liquidity: where own buys and own sells both could have been in it, the sells
// get what the buys could not have used.
func (v *Venue) meetTrade(m *market, n *news) {
	forSells := n.printed
	for _, o := range m.resting[0] {
		if o.terms.Limit < n.print {
			break
		}
		forSells -= min(o.leaves(), forSells)
	}
	v.shareTrade(m, engine.Buy, n, n.printed)
	v.shareTrade(m, engine.Sell, n, forSells)
}

func (v *Venue) shareTrade(m *market, s engine.Side, n *news, left engine.Qty) {
	var level *atLevel
	for _, o := range m.resting[index(s)] {
		if !s.Better(n.print, o.terms.Limit) {
			return
		}
		if o.place != resting {
			continue
		}
		if o.terms.Limit != n.print {
			left -= v.tradedThrough(m, o, n, left)
			continue
		}
		if level == nil {
			level = &atLevel{volume: left, left: left}
		}
		if share := level.share(v.c.Fill, o); share > 0 {
			v.fill(m, o, n.at, share, o.terms.Limit, true)
		}
	}
}

// tradedThrough fills an order whose limit a trade went beyond. On a feed without
// books that also clears its queue; with books, the next one will tell.
func (v *Venue) tradedThrough(m *market, o *order, n *news, left engine.Qty) engine.Qty {
	if !m.booked && v.c.Fill == Queue {
		o.ahead = 0
	}
	share := min(o.leaves(), left)
	if share > 0 {
		v.fill(m, o, n.at, share, o.terms.Limit, true)
	}
	return share
}

// meetBook lets the other side's displayed size meet the resting orders of one
// side, best first.
func (v *Venue) meetBook(m *market, s engine.Side, at engine.Time) {
	v.displayed(m, index(s))
	other := &m.book[index(s.Opposite())]
	if !other.price.Known() {
		return
	}
	p := other.effective(engine.Price(s))
	for _, o := range m.resting[index(s)] {
		room := other.room(&v.c.Profile)
		if room == 0 || !o.within(p) {
			return
		}
		if o.place != resting {
			continue
		}
		n := min(o.leaves(), room)
		other.taken += n
		if n = o.meets(v.c.Fill, p, n, room); n > 0 {
			v.fill(m, o, at, n, o.terms.Limit, true)
		}
	}
}

// wakeWaiting lets the orders that wait meet the book, in order of arrival.
func (v *Venue) wakeWaiting(m *market, at engine.Time) {
	if len(m.waiting) == 0 || !v.inForce(m, at) {
		return
	}
	list := m.waiting
	m.waiting = m.spare[:0]
	for _, o := range list {
		if o.place == waiting {
			v.arrive(m, o, at)
		}
	}
	clear(list)
	m.spare = list[:0]
}

// inForce reports whether the book may be traded on: stated in this session, not
// stale, not crossed. One side may be missing.
func (v *Venue) inForce(m *market, at engine.Time) bool {
	return m.bookAt != engine.NoTime && !m.crossed() &&
		(v.c.StaleAfter <= 0 || at.Sub(m.bookAt) <= v.c.StaleAfter)
}

// arrive lets a live order meet the market: it takes what it may, and waits or
// rests with the remainder.
func (v *Venue) arrive(m *market, o *order, at engine.Time) {
	v.seq++
	o.seq = v.seq
	if !v.inForce(m, at) {
		m.wait(o)
		return
	}
	v.take(m, o, at)
	switch {
	case o.place == gone:
	case o.terms.Type.HasLimit():
		v.queueUp(m, o)
		o.place = resting
		list := &m.resting[index(o.terms.Side)]
		*list = insert(*list, o)
	default:
		m.wait(o)
	}
}

func (m *market) wait(o *order) {
	o.place = waiting
	m.waiting = append(m.waiting, o)
}

// take trades against the displayed book. A limit order takes displayed size
// only; a market order goes on, one tick worse for each Profile.Depth.
func (v *Venue) take(m *market, o *order, at engine.Time) {
	dir := engine.Price(o.terms.Side)
	other := &m.book[index(o.terms.Side.Opposite())]
	if !other.price.Known() {
		return
	}
	for o.leaves() > 0 {
		p, room := other.next(&v.c.Profile, dir, !o.terms.Type.HasLimit())
		n := min(o.leaves(), room)
		if n == 0 || !o.within(p) {
			return
		}
		other.taken += n
		v.fill(m, o, at, n, p, false)
	}
}

// trigger makes stops live whose price was reached, in order of arrival.
func (v *Venue) trigger(m *market, n *news) {
	if !n.said && !n.stated {
		return
	}
	for _, o := range m.stops {
		if o.place == stopped && v.reached(m, o.terms.Side, o.terms.Stop, n.said, n.stated) {
			o.live = true
			o.place = waiting // until arrive decides
			v.touch(m)
			v.report(engine.Report{At: n.at, Order: o.id, Kind: engine.Triggered, Leaves: o.leaves()})
			v.arrive(m, o, n.at)
		}
	}
}

// reached reports whether the trigger price is at or beyond a stop. trade and
// quote say which of the two may be looked at.
func (v *Venue) reached(m *market, s engine.Side, stop engine.Price, trade, quote bool) bool {
	byTrade := trade && m.last.Known() && s.Better(stop, m.last)
	q := m.book[index(s.Opposite())].price
	byQuote := quote && m.booked && q.Known() && !m.crossed() && s.Better(stop, q)
	switch {
	case v.c.Trigger == LastOrBidAsk:
		return byTrade || byQuote
	case v.c.Trigger == BidAsk:
		return m.booked && byQuote || !m.booked && byTrade
	}
	return m.traded && byTrade || !m.traded && byQuote
}
