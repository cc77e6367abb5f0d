package venue

import (
	"fmt"
	"slices"

	"tollgate/engine"
)

// group is an OCO group. It ends when one of its orders is filled, rejected,
// cancelled by request or expired, and its number is never used again. Only an
// order that a sibling's partial fills have reduced to nothing leaves it quietly.
type group struct {
	members []*order   // open ones, by time of placing
	filled  engine.Qty // by any of them
	ended   bool
}

// join adds an order to its group.
func (v *Venue) join(o *order) {
	if o.terms.OCO == 0 {
		return
	}
	g := v.groups[o.terms.OCO]
	if g == nil {
		g = &group{}
		v.groups[o.terms.OCO] = g
	}
	o.group = g
	g.members = append(g.members, o)
}

// groupFilled takes a fill of one member off the others, before anything else
// can trade: together they never fill more than the largest of them.
func (v *Venue) groupFilled(o *order, at engine.Time, n engine.Qty) {
	g := o.group
	if g == nil {
		return
	}
	g.filled += n
	if o.place == gone {
		v.takeDown(g, o, at, "filled")
		return
	}
	for _, x := range slices.Clone(g.members) {
		if x != o {
			v.reduce(x, at, n, o.id)
		}
	}
}

// reduce takes n off an order because of a fill of a sibling. With nothing left
// it is cancelled, and the sibling stays alone.
func (v *Venue) reduce(x *order, at engine.Time, n engine.Qty, by engine.OrderID) {
	why := fmt.Sprintf("OCO: order %d filled %d", by, n)
	if x.leaves() <= n {
		x.group.members = slices.DeleteFunc(x.group.members, func(y *order) bool { return y == x })
		v.finish(x)
		v.report(engine.Report{At: at, Order: x.id, Kind: engine.Cancelled, Reason: why})
		return
	}
	x.terms.Qty -= n
	x.need -= n
	v.changed(x, at, why)
}

// takeDown ends a group because of o, which has ended itself and may be nil. The
// other members are cancelled.
func (v *Venue) takeDown(g *group, o *order, at engine.Time, how string) {
	if g == nil || g.ended {
		return
	}
	g.ended = true
	why := "OCO: an order of the group was " + how
	if o != nil {
		why = fmt.Sprintf("OCO: order %d was %s", o.id, how)
	}
	for _, x := range g.members {
		if x == o || x.place == gone {
			continue
		}
		v.finish(x)
		v.report(engine.Report{At: at, Order: x.id, Kind: engine.Cancelled, Reason: why})
	}
	g.members = nil
}
