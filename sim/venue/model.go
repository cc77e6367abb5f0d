package venue

import "tollgate/engine"

// This file is the whole difference between the fill models: what each believes
// about a resting limit order. A buy at limit P is meant; a sell is its mirror
// image. A belief is always a fill at P itself, as maker, never a better price,
// and never more than the size that the event showed.
//
// There are two kinds of evidence.
//
// A trade printed below P (for all models): whoever sold there would have sold
// to us first. Own orders are served by price, then time, up to the size of the
// trade.
//
// A trade printed at P:
//
//   - touch: it was ours, up to its size.
//   - queue: it first went to the others ahead of us at P. They are the displayed
//     size of our level when we arrived (nothing when we bettered the bid,
//     Profile.Ahead when no size was displayed), less what has traded at P since,
//     and never more than the size displayed at P now (what the feed shows at our
//     level includes everyone ahead of us); none once the bid is below P. What is
//     left is ours. Cancels ahead of us are so believed only when the displayed
//     size leaves no other explanation.
//   - conservative: ours only when more has traded at exactly P since we arrived
//     than others ahead of us on arrival + own orders ahead of us at P + all of
//     ours. Cancels never help. A size that was not displayed on arrival is
//     Profile.Ahead or the first size displayed at P, whichever is more.
//
// A book shown with an ask at or below P, which our bid would have met:
//
//   - ask below P (for all models): filled, up to the displayed size.
//   - ask at P: touch fills up to the displayed size; queue fills what is beyond
//     the others ahead of us, who exist only in a locked book; conservative does
//     not fill. In every model the size met is used up, filled or not: nobody
//     else of ours gets it.
//
// The last sentence is what makes the models comparable: of every size shown,
// conservative uses up at least what queue uses up, and queue at least what
// touch does, so no order can fill sooner in a stricter model because another
// one had not filled yet.

// queueUp sets the order's place in the queue at its price. It must be called
// before the order is inserted.
func (v *Venue) queueUp(m *market, o *order) {
	ahead, own := v.displayedAhead(m, o), engine.Qty(0)
	for _, x := range m.resting[index(o.terms.Side)] {
		if x.terms.Limit == o.terms.Limit && x.place == resting {
			ahead, own = max(ahead, x.ahead), own+x.leaves()
		}
	}
	o.ahead, o.need = ahead, ahead+own+o.leaves()
}

// displayedAhead is what others have at the order's price as it arrives.
func (v *Venue) displayedAhead(m *market, o *order) engine.Qty {
	best := &m.book[index(o.terms.Side)]
	o.assumed = false
	switch {
	case m.booked && o.betters(best.price):
		return 0
	case m.booked && best.price == o.terms.Limit && best.size != engine.UnknownQty:
		return best.size
	}
	o.assumed = true
	return v.c.Profile.Ahead
}

// betters reports whether the order's limit improves on its own side of the book.
func (o *order) betters(best engine.Price) bool {
	return !best.Known() || o.terms.Limit != best && o.terms.Side.Better(best, o.terms.Limit)
}

// displayed learns from a stated book what others have at our prices on one side.
func (v *Venue) displayed(m *market, own int) {
	best := &m.book[own]
	for _, o := range m.resting[own] {
		queue := v.c.Fill == Queue
		switch {
		case o.betters(best.price):
			if queue {
				o.ahead = 0
			}
		case o.terms.Limit != best.price:
			return // the rest is below the top
		case best.size == engine.UnknownQty:
		case queue:
			o.ahead = min(o.ahead, best.size)
		case o.assumed:
			o.need += max(best.size-o.ahead, 0)
			o.assumed = false
		}
	}
}

// atLevel walks the orders of one price as a trade at that price meets them.
type atLevel struct {
	volume  engine.Qty // of the trade, as it reached this price
	left    engine.Qty // volume less our fills here
	blocked bool       // conservative: an own order ahead is not filled, so nothing behind it is
}

// share is what the order gets of the trade.
func (l *atLevel) share(f Model, o *order) engine.Qty {
	n := min(o.leaves(), l.left)
	switch f {
	case Touch:
	case Queue:
		pass := min(o.ahead, l.left)
		o.ahead -= pass
		n = min(o.leaves(), l.left-pass)
	default:
		o.need -= l.volume
		if l.blocked || o.need >= 0 {
			n = 0
		}
		l.blocked = l.blocked || n < o.leaves()
	}
	l.left -= n
	return n
}

// meets is what the order is believed to get of n contracts, its share of a size
// of room displayed on the other side at price p.
func (o *order) meets(f Model, p engine.Price, n, room engine.Qty) engine.Qty {
	switch {
	case p != o.terms.Limit, f == Touch:
		return n
	case f == Queue:
		return min(n, max(room-o.ahead, 0))
	}
	return 0
}
