package indicator

import "math"

// Cross tells when one line crosses another. Up is true only on the update in
// which a is above b and was last seen below; Down the other way round.
//
// Equality is no side: a line that touches the other and turns back has not
// crossed, and one that touches and goes on has crossed on the update in which it
// leaves, however many updates it stayed. The first side ever seen is no crossing.
// While a line is not Ready nothing crosses, and the side is forgotten: a VWAP that
// starts anew is not crossed by its restart.
type Cross struct {
	Up, Down bool
	N        int // updates with both lines Ready
	side     int // the side of a on which it was last seen: -1 below, +1 above, 0 unknown
}

// NewCross returns a Cross.
func NewCross() *Cross { return &Cross{} }

// Update compares the newest values of two lines.
func (c *Cross) Update(a, b *Line) {
	if a == nil || b == nil || !a.Ready || !b.Ready {
		*c = Cross{N: c.N}
		return
	}
	c.step(a.V, b.V)
}

// UpdateLevel compares the newest value of a line with a fixed level. A level that
// is NaN or infinite is a line that is not Ready.
func (c *Cross) UpdateLevel(a *Line, level float64) {
	b := Line{V: level, Ready: !math.IsNaN(level) && !math.IsInf(level, 0)}
	c.Update(a, &b)
}

func (c *Cross) step(a, b float64) {
	side := c.side
	switch {
	case a > b:
		side = +1
	case a < b:
		side = -1
	}
	c.Up = side > 0 && c.side < 0
	c.Down = side < 0 && c.side > 0
	c.side = side
	c.N++
}
