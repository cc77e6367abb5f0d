package venue

import (
	"slices"

	"tollgate/engine"
)

// place is where an open order is kept.
type place uint8

const (
	gone    place = iota // terminal
	stopped              // a stop that has not triggered, in market.stops
	waiting              // live, but it has met no book in force (or, a market order, too little size), in market.waiting
	resting              // a limit order at its price, in market.resting
)

// order is one order at the venue. filled < terms.Qty while it is open.
type order struct {
	id     engine.OrderID
	terms  engine.Terms // Qty, Limit and Stop as last changed
	filled engine.Qty
	place  place
	live   bool   // a stop that has triggered, or never was one
	seq    uint64 // time priority; grows with every arrival at a price
	group  *group // nil = none

	// ahead is, in the queue model, what others have ahead of us at our price now;
	// in the conservative model, what they had on arrival. Among own orders at one
	// price it never falls from an earlier to a later one.
	ahead engine.Qty
	// need is, in the conservative model, the volume that must still trade at our
	// price before it proves a fill: proven below zero.
	need    engine.Qty
	assumed bool // ahead came from the profile and no size has been displayed since
}

func (o *order) leaves() engine.Qty {
	if o.place == gone {
		return 0
	}
	return o.terms.Qty - o.filled
}

// within reports whether the order may trade at p.
func (o *order) within(p engine.Price) bool {
	return !o.terms.Type.HasLimit() || o.terms.Side.Better(p, o.terms.Limit)
}

// before reports whether o has priority over x, an order of the same side: the
// better price, then the earlier arrival.
func (o *order) before(x *order) bool {
	if o.terms.Limit != x.terms.Limit {
		return o.terms.Side.Better(x.terms.Limit, o.terms.Limit)
	}
	return o.seq < x.seq
}

// index is 0 for buys and the bid, 1 for sells and the ask.
func index(s engine.Side) int {
	if s == engine.Sell {
		return 1
	}
	return 0
}

// insert puts a resting order at its place in the priority order.
func insert(list []*order, o *order) []*order {
	i := len(list)
	for i > 0 && o.before(list[i-1]) {
		i--
	}
	return slices.Insert(list, i, o)
}

// keep removes from the list every order that is kept somewhere else by now.
func keep(list []*order, p place) []*order {
	return slices.DeleteFunc(list, func(o *order) bool { return o.place != p })
}
