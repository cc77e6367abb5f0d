package venue

import "tollgate/engine"

// side is one side of the displayed book, and how much of it our own orders
// have used up. The zero value is not a side: see noSide.
type side struct {
	price engine.Price // NoPrice = nobody quotes
	size  engine.Qty   // UnknownQty = not stated
	taken engine.Qty   // used by our orders since the feed last stated another price or size
	worst engine.Price // the worst trade beyond price since the statement; NoPrice = none
}

func noSide() side {
	return side{price: engine.NoPrice, size: engine.UnknownQty, worst: engine.NoPrice}
}

// state takes a statement of the feed. What our orders took stays taken while
// price and size are repeated unchanged: a repetition shows no new liquidity.
func (s *side) state(p engine.Price, size engine.Qty) {
	p, size = cleanPrice(p), cleanQty(size)
	s.worst = engine.NoPrice
	if p == s.price && size == s.size {
		return
	}
	s.price, s.size, s.taken = p, size, 0
}

// cleanPrice drops a price that arithmetic could not hold.
func cleanPrice(p engine.Price) engine.Price {
	if p <= -MaxPrice || p >= MaxPrice {
		return engine.NoPrice
	}
	return p
}

// cleanQty makes every negative size the unknown one and bounds the rest.
func cleanQty(q engine.Qty) engine.Qty {
	if q < 0 {
		return engine.UnknownQty
	}
	return min(q, 1<<40)
}

// market is one instrument: its session, its book, our orders.
type market struct {
	sess   engine.Session // the session of the last event, or the next one to open
	book   [2]side        // bid, ask; assumed from the last trade while !booked
	bookAt engine.Time    // newest statement of the book in this session; NoTime = none, or withdrawn
	last   engine.Price   // last trade in this session; NoPrice = none
	volume engine.Qty     // cumulative volume last stated
	booked bool           // the feed has stated a book at some time
	traded bool           // the feed has stated a trade at some time

	open    int         // orders not terminal
	resting [2][]*order // buys, sells; by price, then time
	stops   []*order    // by time of arrival
	waiting []*order    // by time of arrival
	spare   []*order    // the other buffer of waiting
	dirty   bool        // some list may hold orders that belong elsewhere
}

// newMarket is a market whose first session is still to be looked up.
func newMarket() *market {
	m := &market{volume: engine.UnknownQty}
	m.sess.Close = engine.NoTime
	return m
}

// forget drops book and last trade: neither outlives its session.
func (m *market) forget() {
	m.book = [2]side{noSide(), noSide()}
	m.bookAt, m.last = engine.NoTime, engine.NoPrice
}

// news is what one market event said.
type news struct {
	at      engine.Time
	stated  bool         // the book, or what is assumed for it, was stated
	said    bool         // a last price was stated: stops look at it
	print   engine.Price // a trade happened at this price; NoPrice = none
	printed engine.Qty   // its size
}

// fold takes a market event into the state. A snapshot (QuoteChange) was taken
// after the trade it mentions; a TradePrint names the book its trade met.
func (m *market) fold(q *engine.Quote, p *Profile) news {
	n := news{at: q.At, print: engine.NoPrice}
	if q.Kind == engine.QuoteChange {
		m.snapshot(q, p, &n)
		m.real(&n)
		m.book[0].state(q.Bid, q.BidSize)
		m.book[1].state(q.Ask, q.AskSize)
		return n
	}
	if q.Bid != engine.NoPrice {
		m.real(&n)
		m.book[0].state(q.Bid, q.BidSize)
	}
	if q.Ask != engine.NoPrice {
		m.real(&n)
		m.book[1].state(q.Ask, q.AskSize)
	}
	m.tradePrint(q, p, &n)
	return n
}

// real notes that the feed is about to state the book. The first time ends the
// assumed book: a side that is not named is not quoted.
func (m *market) real(n *news) {
	if !m.booked {
		m.book = [2]side{noSide(), noSide()}
	}
	n.stated, m.bookAt, m.booked = true, n.at, true
}

// tradePrint takes a trade.
func (m *market) tradePrint(q *engine.Quote, p *Profile, n *news) {
	if q.Volume >= 0 {
		m.volume = q.Volume
	}
	last := cleanPrice(q.Last)
	if !last.Known() {
		return
	}
	n.print, n.printed = last, cleanQty(q.LastSize)
	if n.printed == engine.UnknownQty {
		n.printed = p.Print
	}
	m.said(last, n)
	m.beyond(last)
	if !m.booked {
		m.assume(last, n)
	}
}

// snapshot decides whether the last price of a snapshot is a new trade. It is
// when the cumulative volume grew, or, without volumes, when it moved. How much
// of the volume traded at that price cannot be known: no more than Profile.Print
// is believed.
func (m *market) snapshot(q *engine.Quote, p *Profile, n *news) {
	last := cleanPrice(q.Last)
	if !last.Known() {
		return
	}
	grown, before := p.Print, m.volume
	switch {
	case q.Volume >= 0 && before >= 0:
		grown = min(grown, max(q.Volume-before, 0))
	case q.Volume >= 0, m.last == engine.NoPrice, m.last == last:
		grown = 0
	}
	if q.Volume >= 0 {
		m.volume = q.Volume
	}
	if grown > 0 {
		n.print, n.printed = last, grown
	}
	m.said(last, n)
}

func (m *market) said(last engine.Price, n *news) {
	n.said, m.last, m.traded = true, last, true
}

// beyond remembers a trade outside the book: until the side is stated again a
// taker gets no better price than that trade. Feeds report the trades of a sweep
// before the book that it left behind.
func (m *market) beyond(p engine.Price) {
	bid, ask := &m.book[0], &m.book[1]
	if bid.price.Known() && p < bid.price && (!bid.worst.Known() || p < bid.worst) {
		bid.worst = p
	}
	if ask.price.Known() && p > ask.price && (!ask.worst.Known() || p > ask.worst) {
		ask.worst = p
	}
}

// assume makes a book from a trade, on a feed that has never stated one: one
// tick worse than the trade on either side, of unknown size.
func (m *market) assume(last engine.Price, n *news) {
	m.book[0].state(last-1, engine.UnknownQty)
	m.book[1].state(last+1, engine.UnknownQty)
	n.stated, m.bookAt = true, n.at
}

func (m *market) crossed() bool {
	return m.book[0].price.Known() && m.book[1].price.Known() && m.book[0].price > m.book[1].price
}

// effective is the price a taker gets at the top: the quote, or a worse trade
// since. dir is +1 for the ask, -1 for the bid.
func (s *side) effective(dir engine.Price) engine.Price { return s.worsen(s.price, dir) }

func (s *side) worsen(p, dir engine.Price) engine.Price {
	if s.worst.Known() && s.worst*dir > p*dir {
		return s.worst
	}
	return p
}

// room is what is left of the displayed size.
func (s *side) room(p *Profile) engine.Qty { return max(s.shown(p)-s.taken, 0) }

func (s *side) shown(p *Profile) engine.Qty {
	if s.size == engine.UnknownQty {
		return p.Take
	}
	return s.size
}

// next is the best price still open to a taker and what can be had there: the
// rest of the displayed size, then, for a market order, Profile.Depth at each
// further tick, MaxLevels of them. Room 0 = nothing more until the side is
// stated anew.
func (s *side) next(p *Profile, dir engine.Price, deep bool) (engine.Price, engine.Qty) {
	if r := s.room(p); r > 0 {
		return s.effective(dir), r
	}
	beyond := s.taken - s.shown(p)
	level := beyond / p.Depth
	if !deep || level >= MaxLevels {
		return engine.NoPrice, 0
	}
	return s.worsen(s.price+dir*engine.Price(level+1), dir), p.Depth - beyond%p.Depth
}
