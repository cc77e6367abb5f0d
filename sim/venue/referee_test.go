package venue

import (
	"fmt"

	"tollgate/engine"
)

// referee judges reports by what must hold whatever the model: it knows the life
// of an order and what the market showed, and nothing of how the venue works.
type referee struct {
	u      *engine.Universe
	c      Config
	orders map[engine.OrderID]*judged
	groups map[engine.OCO]*judgedGroup
	tops   map[engine.InstrumentID]*judgedTop
	now    engine.Time
}

type judged struct {
	engine.Order
	qty engine.Qty // the largest it ever was
}

type judgedGroup struct{ filled, most engine.Qty }

// judgedTop is the market as a trader saw it.
type judgedTop struct {
	engine.Top
	used   [2]engine.Qty // taken at exactly the price of the bid, the ask, since another price or size
	booked bool
	gone   bool // withdrawn, and not stated since
	date   int  // of the session
}

func newReferee(u *engine.Universe, c Config) *referee {
	return &referee{
		u: u, c: c, orders: map[engine.OrderID]*judged{}, groups: map[engine.OCO]*judgedGroup{},
		tops: map[engine.InstrumentID]*judgedTop{}, now: engine.NoTime,
	}
}

// top is the market in the session of t.
func (r *referee) top(id engine.InstrumentID, at engine.Time) *judgedTop {
	t := r.tops[id]
	if t == nil {
		t = &judgedTop{Top: engine.NewTop()}
		r.tops[id] = t
	}
	if date := r.u.Get(id).Calendar.At(at).Date; date != t.date {
		*t = judgedTop{Top: engine.NewTop(), date: date, booked: t.booked}
	}
	return t
}

// judge takes a call and its reports.
func (r *referee) judge(o *op, reports []engine.Report) error {
	if o.kind == opQuote {
		r.see(&o.quote)
	}
	if o.kind == opWithdraw {
		for _, t := range r.tops { // map order: each by itself
			t.gone = true
		}
	}
	if o.kind == opPlace && r.orders[o.id] == nil {
		r.orders[o.id] = &judged{Order: engine.Order{ID: o.id, Terms: o.terms}, qty: o.terms.Qty}
		if o.terms.OCO != 0 && len(reports) > 0 && accepted(reports, o.id) {
			g := r.groups[o.terms.OCO]
			if g == nil {
				g = &judgedGroup{}
				r.groups[o.terms.OCO] = g
			}
			g.most = max(g.most, o.terms.Qty)
		}
	}
	var byMakers engine.Qty
	for i := range reports {
		rep := &reports[i]
		x := r.orders[rep.Order]
		if x == nil {
			if rep.Kind != engine.CancelRejected && rep.Kind != engine.ChangeRejected {
				return fmt.Errorf("report %d is about nobody's order", i)
			}
			continue
		}
		if err := r.step(o, x, rep); err != nil {
			return fmt.Errorf("report %d, order %d %s: %w", i, rep.Order, rep.Kind, err)
		}
		if rep.Kind == engine.Filled && rep.Maker {
			byMakers += rep.Qty
		}
	}
	return r.supply(o, byMakers)
}

func accepted(reports []engine.Report, id engine.OrderID) bool {
	for i := range reports {
		if reports[i].Order == id && reports[i].Kind == engine.Accepted {
			return true
		}
	}
	return false
}

// see takes a market event, unless it is in the break.
func (r *referee) see(q *engine.Quote) {
	s := r.u.Get(q.Instrument).Calendar.At(q.At)
	if !s.Contains(q.At) {
		return
	}
	t := r.top(q.Instrument, q.At)
	old := t.Top
	t.Apply(q)
	t.booked = t.booked || t.BookAt != engine.NoTime
	if q.Kind == engine.QuoteChange || q.Bid != engine.NoPrice || q.Ask != engine.NoPrice || !t.booked && q.Last != engine.NoPrice {
		t.gone = false
	}
	if t.Bid != old.Bid || t.BidSize != old.BidSize {
		t.used[0] = 0
	}
	if t.Ask != old.Ask || t.AskSize != old.AskSize {
		t.used[1] = 0
	}
}

func (r *referee) step(o *op, x *judged, rep *engine.Report) error {
	if rep.At < r.now || rep.At > o.at {
		return fmt.Errorf("stamped %s, after %s, in a call of %s", rep.At, r.now, o.at)
	}
	r.now = rep.At
	if rep.Kind == engine.Filled && x.State.Terminal() {
		return fmt.Errorf("filled while %s", x.State)
	}
	if rep.Kind == engine.Rejected && x.State != engine.InFlight {
		return nil // its id was used again: it says nothing about this order
	}
	next, ok := x.State.After(rep)
	if !ok {
		return fmt.Errorf("makes no sense while %s", x.State)
	}
	x.State = next
	switch rep.Kind {
	case engine.Filled:
		return r.filled(o, x, rep)
	case engine.Changed:
		x.Terms.Qty, x.Terms.Limit, x.Terms.Stop = x.Filled+rep.Leaves, rep.Limit, rep.Stop
		x.qty = max(x.qty, x.Terms.Qty)
		if g := r.groups[x.Terms.OCO]; g != nil {
			g.most = max(g.most, g.filled+rep.Leaves)
		}
	case engine.Cancelled, engine.Expired, engine.Rejected:
		if rep.Leaves != 0 {
			return fmt.Errorf("leaves %d", rep.Leaves)
		}
	}
	return nil
}

func (r *referee) filled(o *op, x *judged, rep *engine.Report) error {
	x.Filled += rep.Qty
	in := r.u.Get(x.Terms.Instrument)
	s := in.Calendar.At(rep.At)
	switch {
	case rep.Qty <= 0 || x.Filled > x.qty || x.Filled+rep.Leaves != x.Terms.Qty:
		return fmt.Errorf("%d filled of %d, leaves %d", x.Filled, x.Terms.Qty, rep.Leaves)
	case x.Terms.Type.HasLimit() && !x.Terms.Side.Better(rep.Price, x.Terms.Limit):
		return fmt.Errorf("at %d, beyond its limit of %d", rep.Price, x.Terms.Limit)
	case rep.Fee != in.Fee*engine.Money(rep.Qty):
		return fmt.Errorf("fee %s", rep.Fee)
	case !s.Contains(rep.At):
		return fmt.Errorf("in the break")
	}
	if g := r.groups[x.Terms.OCO]; g != nil {
		g.filled += rep.Qty
		if g.filled > g.most {
			return fmt.Errorf("group %d has filled %d, its largest order was %d", x.Terms.OCO, g.filled, g.most)
		}
	}
	if rep.Maker {
		return r.maker(o, x, rep)
	}
	return r.taker(x, rep)
}

// taker: never better than the quote, nor than a trade on a feed without quotes.
func (r *referee) taker(x *judged, rep *engine.Report) error {
	t := r.top(x.Terms.Instrument, rep.At)
	p, size, side := t.Ask, t.AskSize, 1
	if x.Terms.Side == engine.Sell {
		p, size, side = t.Bid, t.BidSize, 0
	}
	switch {
	case t.gone:
		return fmt.Errorf("against quotes that were withdrawn")
	case !t.booked:
		if p = t.Last + engine.Price(x.Terms.Side); rep.Price != p && x.Terms.Side.Better(rep.Price, p) {
			return fmt.Errorf("at %d with the last trade at %d", rep.Price, t.Last)
		}
		return nil
	case !p.Known() || t.Crossed():
		return fmt.Errorf("against no book")
	case r.c.StaleAfter > 0 && rep.At.Sub(t.BookAt) > r.c.StaleAfter:
		return fmt.Errorf("against a stale book")
	case rep.Price != p && x.Terms.Side.Better(rep.Price, p):
		return fmt.Errorf("at %d, better than the quote %d", rep.Price, p)
	}
	if rep.Price == p {
		t.used[side] += rep.Qty
		if size >= 0 && t.used[side] > size {
			return fmt.Errorf("%d taken of %d displayed", t.used[side], size)
		}
	}
	return nil
}

// maker: at its limit, in a market event of its instrument that reached it.
func (r *referee) maker(o *op, x *judged, rep *engine.Report) error {
	q, s, limit := &o.quote, x.Terms.Side, x.Terms.Limit
	if o.kind != opQuote || q.Instrument != x.Terms.Instrument {
		return fmt.Errorf("as maker without an event of its market")
	}
	face := q.Ask
	if s == engine.Sell {
		face = q.Bid
	}
	t := r.top(q.Instrument, q.At)
	if !face.Known() && q.Kind == engine.TradePrint {
		if face = t.Ask; s == engine.Sell {
			face = t.Bid
		}
	}
	byTrade := q.Last.Known() && s.Better(q.Last, limit)
	byBook := face.Known() && s.Better(face, limit) && !t.Crossed()
	if rep.Price != limit || !byTrade && !byBook {
		return fmt.Errorf("as maker at %d, limit %d, by %+v", rep.Price, limit, q)
	}
	return nil
}

// supply: makers got no more than one event showed, trade and both sides of the book.
func (r *referee) supply(o *op, n engine.Qty) error {
	if n == 0 {
		return nil
	}
	known := func(q, assumed engine.Qty) engine.Qty {
		if q < 0 {
			return assumed
		}
		return q
	}
	p := r.c.Profile.withDefaults()
	q, t := &o.quote, r.top(o.quote.Instrument, o.at)
	var most engine.Qty
	if q.Last.Known() {
		most += known(q.LastSize, p.Print)
	}
	if q.Kind == engine.QuoteChange || q.Bid.Known() || q.Ask.Known() {
		most += known(t.BidSize, p.Take) + known(t.AskSize, p.Take)
	}
	if n > most {
		return fmt.Errorf("makers got %d, the event showed %d", n, most)
	}
	return nil
}
