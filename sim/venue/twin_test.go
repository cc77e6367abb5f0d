package venue

import "tollgate/engine"

// twin is the same exchange in its dumbest form: it keeps every market event and
// every order for ever, in one list each, and works everything out from them
// whenever it is needed. It has no text for reasons.
type twin struct {
	u      *engine.Universe
	c      Config
	events []engine.Quote // those that happened in a session
	orders []*twinOrder
	uses   []twinUse
	clock  int
	cut    int // events before the quotes were last withdrawn
	groups map[engine.OCO]*twinGroup
	out    []engine.Report
}

type twinState uint8

const (
	twinDead twinState = iota
	twinStop
	twinWait
	twinRest
)

type twinOrder struct {
	id      engine.OrderID
	t       engine.Terms
	filled  engine.Qty
	state   twinState
	live    bool
	ends    engine.Time
	arrival int
	ahead   engine.Qty   // others ahead on arrival
	own     engine.Qty   // own orders ahead on arrival, and this one
	assumed int          // first event that may correct ahead; -1 = none
	notes   []twinNote   // what happened at its price since
	volumes []engine.Qty // conservative: what reached its price since
}

// twinNote moves the queue: passed contracts went by, then no more than limit are left.
type twinNote struct{ passed, limit engine.Qty }

// twinUse is displayed size that our orders used.
type twinUse struct {
	after      int // number of events before it
	instrument engine.InstrumentID
	side       engine.Side // engine.Buy = the bid
	n          engine.Qty
}

type twinGroup struct {
	filled engine.Qty
	ended  bool
}

func newTwin(u *engine.Universe, c Config) *twin {
	c.Profile = c.Profile.withDefaults()
	return &twin{u: u, c: c, groups: map[engine.OCO]*twinGroup{}}
}

func (o *twinOrder) leaves() engine.Qty {
	if o.state == twinDead {
		return 0
	}
	return o.t.Qty - o.filled
}

// twinBook is what an instrument's events have said by now.
type twinBook struct {
	bid, ask       twinSide
	at             engine.Time
	last           engine.Price
	volume         engine.Qty
	booked, traded bool
}

type twinSide struct {
	price engine.Price
	size  engine.Qty
	since int // event that stated this price and size first
	worst engine.Price
}

func (s *twinSide) set(p engine.Price, n engine.Qty, i int) {
	s.worst = engine.NoPrice
	if p != s.price || n != s.size {
		*s = twinSide{p, n, i, engine.NoPrice}
	}
}

// book reads the instrument's events from the first on.
func (w *twin) book(id engine.InstrumentID, at engine.Time) twinBook {
	none := twinSide{price: engine.NoPrice, size: engine.UnknownQty, worst: engine.NoPrice}
	b := twinBook{bid: none, ask: none, at: engine.NoTime, last: engine.NoPrice, volume: engine.UnknownQty}
	cal := w.u.Get(id).Calendar
	date, stated := 0, -1
	newDay := func(t engine.Time) {
		if d := cal.At(t).Date; d != date {
			date = d
			b.bid, b.ask, b.at, b.last = none, none, engine.NoTime, engine.NoPrice
		}
	}
	for i := range w.events {
		q := &w.events[i]
		if q.Instrument != id {
			continue
		}
		newDay(q.At)
		if q.Kind == engine.QuoteChange || q.Bid.Known() || q.Ask.Known() || !b.booked && q.Last.Known() {
			stated = i
		}
		if !b.booked && (q.Kind == engine.QuoteChange || q.Bid.Known() || q.Ask.Known()) {
			b.booked, b.bid, b.ask = true, none, none
		}
		if q.Kind == engine.QuoteChange || q.Bid.Known() {
			b.at = q.At
			b.bid.set(q.Bid, q.BidSize, i)
		}
		if q.Kind == engine.QuoteChange || q.Ask.Known() {
			b.at = q.At
			b.ask.set(q.Ask, q.AskSize, i)
		}
		if q.Volume >= 0 {
			b.volume = q.Volume
		}
		if !q.Last.Known() {
			continue
		}
		b.last, b.traded = q.Last, true
		switch {
		case q.Kind == engine.QuoteChange:
		case !b.booked:
			b.at = q.At
			b.bid.set(q.Last-1, engine.UnknownQty, i)
			b.ask.set(q.Last+1, engine.UnknownQty, i)
		default:
			if b.bid.price.Known() && q.Last < b.bid.price && (!b.bid.worst.Known() || q.Last < b.bid.worst) {
				b.bid.worst = q.Last
			}
			if b.ask.price.Known() && q.Last > b.ask.price && (!b.ask.worst.Known() || q.Last > b.ask.worst) {
				b.ask.worst = q.Last
			}
		}
	}
	newDay(at)
	if stated < w.cut {
		b.at = engine.NoTime
	}
	return b
}

func (b *twinBook) crossed() bool {
	return b.bid.price.Known() && b.ask.price.Known() && b.bid.price > b.ask.price
}

func (w *twin) inForce(b *twinBook, at engine.Time) bool {
	if b.at == engine.NoTime || b.crossed() {
		return false
	}
	return w.c.StaleAfter <= 0 || at.Sub(b.at) <= w.c.StaleAfter
}

// facing is the side of the book an order trades against, and its sign.
func (b *twinBook) facing(s engine.Side) twinSide {
	if s == engine.Buy {
		return b.ask
	}
	return b.bid
}

func (w *twin) taken(id engine.InstrumentID, s engine.Side, since int) engine.Qty {
	var n engine.Qty
	for _, u := range w.uses {
		if u.instrument == id && u.side == s && u.after > since {
			n += u.n
		}
	}
	return n
}

// offer lists unit by unit what one statement is good for and returns the price
// of the next unit that is not taken; deep says that the ticks beyond count.
func (w *twin) offer(id engine.InstrumentID, s engine.Side, f twinSide, deep bool) engine.Price {
	taken := w.taken(id, s.Opposite(), f.since)
	shown := f.size
	if shown < 0 {
		shown = w.c.Profile.Take
	}
	p := f.price
	if taken >= shown {
		ticks := 1 + (taken-shown)/w.c.Profile.Depth
		if !deep || ticks > MaxLevels {
			return engine.NoPrice
		}
		p += engine.Price(ticks) * engine.Price(s)
	}
	if f.worst.Known() && s.Better(p, f.worst) {
		p = f.worst
	}
	return p
}

func (w *twin) arrive(o *twinOrder, at engine.Time) {
	w.clock++
	o.arrival, o.state = w.clock, twinWait
	b := w.book(o.t.Instrument, at)
	face := b.facing(o.t.Side)
	if !w.inForce(&b, at) {
		return
	}
	limited := o.t.Type.HasLimit()
	// One contract at a time, then told as one fill per price.
	var prices []engine.Price
	for face.price.Known() && engine.Qty(len(prices)) < o.leaves() {
		p := w.offer(o.t.Instrument, o.t.Side, face, !limited)
		if !p.Known() || limited && !o.t.Side.Better(p, o.t.Limit) {
			break
		}
		prices = append(prices, p)
		w.uses = append(w.uses, twinUse{len(w.events), o.t.Instrument, o.t.Side.Opposite(), 1})
	}
	w.fillRuns(o, at, prices, &face)
	if limited && o.state != twinDead {
		w.rest(o, &b)
	}
}

// fillRuns tells contracts that were taken one by one as one fill for each level
// of the book. Levels that a worse trade has pulled to one price stay apart.
func (w *twin) fillRuns(o *twinOrder, at engine.Time, prices []engine.Price, face *twinSide) {
	shown := face.size
	if shown < 0 {
		shown = w.c.Profile.Take
	}
	first := w.taken(o.t.Instrument, o.t.Side.Opposite(), face.since) - engine.Qty(len(prices))
	level := func(i int) engine.Qty {
		if unit := first + engine.Qty(i); unit >= shown {
			return 1 + (unit-shown)/w.c.Profile.Depth
		}
		return 0
	}
	for i := 0; i < len(prices); {
		n := 1
		for i+n < len(prices) && level(i+n) == level(i) {
			n++
		}
		w.fill(o, at, engine.Qty(n), prices[i], false)
		i += n
	}
}

// rest gives a limit order its place in the queue.
func (w *twin) rest(o *twinOrder, b *twinBook) {
	mine := b.facing(o.t.Side.Opposite())
	o.notes, o.volumes, o.assumed = nil, nil, -1
	switch {
	case b.booked && (!mine.price.Known() || mine.price != o.t.Limit && o.t.Side.Better(mine.price, o.t.Limit)):
		o.ahead = 0
	case b.booked && mine.price == o.t.Limit && mine.size >= 0:
		o.ahead = mine.size
	default:
		o.ahead, o.assumed = w.c.Profile.Ahead, len(w.events)
	}
	o.own = o.leaves()
	for _, x := range w.pick(o.t.Instrument, twinRest, o.t.Side) {
		if x.t.Limit == o.t.Limit {
			o.own += x.leaves()
			ahead := x.ahead
			if w.c.Fill == Queue {
				ahead = x.queue()
			}
			o.ahead = max(o.ahead, ahead)
		}
	}
	o.state = twinRest
}

func (w *twin) hit(b *twinBook, s engine.Side, stop engine.Price, trade, quote bool) bool {
	face := b.facing(s)
	byTrade := trade && b.last.Known() && (s == engine.Buy && b.last >= stop || s == engine.Sell && b.last <= stop)
	byQuote := quote && b.booked && face.price.Known() && !b.crossed() &&
		(s == engine.Buy && face.price >= stop || s == engine.Sell && face.price <= stop)
	switch w.c.Trigger {
	case LastOrBidAsk:
		return byTrade || byQuote
	case BidAsk:
		if b.booked {
			return byQuote
		}
		return byTrade
	}
	if b.traded {
		return byTrade
	}
	return byQuote
}
