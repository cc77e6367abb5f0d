package broker

import (
	"time"

	"tollgate/engine"
)

// market is what the feed has said of one instrument.
type market struct {
	id       engine.InstrumentID
	top      engine.Top
	seen     bool
	volume   engine.Qty // cumulative in the session
	session  engine.Session
	open     engine.Price // of the session
	high     engine.Price
	low      engine.Price
	previous engine.Price // last trade of the session before
	bars     []bar        // of one minute, oldest first
	sent     sentQuote    // what was streamed last
}

// sentQuote is what a streamed quote said, for the quirk of partial quotes.
type sentQuote struct {
	last, bid, ask engine.Price
	volume         engine.Qty
}

// bar is one minute. at is its end.
type bar struct {
	at                     engine.Time
	open, high, low, close engine.Price
	volume                 engine.Qty
}

func newMarket(id engine.InstrumentID) *market {
	return &market{
		id: id, top: engine.NewTop(), open: engine.NoPrice, high: engine.NoPrice, low: engine.NoPrice, previous: engine.NoPrice,
		sent: sentQuote{engine.NoPrice, engine.NoPrice, engine.NoPrice, engine.UnknownQty},
	}
}

// apply folds an event in and reports whether a streamed quote would change.
func (m *market) apply(q *engine.Quote, in *engine.Instrument) bool {
	before := sentQuote{m.top.Last, m.top.Bid, m.top.Ask, m.volume}
	m.seen = true
	if q.At >= m.session.Close {
		m.session = in.Calendar.At(q.At)
		m.previous, m.volume = m.top.Last, 0
		m.open, m.high, m.low = engine.NoPrice, engine.NoPrice, engine.NoPrice
	}
	m.top.Apply(q)
	traded := engine.Qty(0)
	if q.Volume != engine.UnknownQty {
		traded = max(0, q.Volume-m.volume)
		m.volume = q.Volume
	} else if q.Kind == engine.TradePrint && q.LastSize > 0 {
		traded = q.LastSize
		m.volume += q.LastSize
	}
	if q.Last != engine.NoPrice {
		m.trade(q.At, q.Last, traded)
	}
	return before != sentQuote{m.top.Last, m.top.Bid, m.top.Ask, m.volume}
}

// trade keeps the session's extremes and the minute bars.
func (m *market) trade(at engine.Time, p engine.Price, qty engine.Qty) {
	if m.open == engine.NoPrice {
		m.open, m.high, m.low = p, p, p
	}
	m.high, m.low = max(m.high, p), min(m.low, p)
	end := at - at%engine.Time(time.Minute) + engine.Time(time.Minute)
	if n := len(m.bars); n == 0 || m.bars[n-1].at != end {
		if n >= 2*barsKept {
			m.bars = append(m.bars[:0], m.bars[n-barsKept:]...)
		}
		m.bars = append(m.bars, bar{end, p, p, p, p, 0})
	}
	m.bars[len(m.bars)-1].add(p, p, p, qty)
}

// add folds a later piece into the bar.
func (k *bar) add(high, low, last engine.Price, qty engine.Qty) {
	k.high, k.low, k.close = max(k.high, high), min(k.low, low), last
	k.volume += qty
}
