package engine

import "slices"

// Flattening reports whether a position is being closed at somebody's word.
func (d *Desk) Flattening() bool {
	return slices.ContainsFunc(d.members, func(m member) bool { return m.flattening })
}

// onRecall ends the orders of every strategy instance, and with Flatten closes what
// they hold. What was adopted belongs to somebody else.
func (d *Desk) onRecall(e *Recall) {
	for s := range d.members {
		switch id := StrategyID(s); {
		case d.members[s].Name == Manual:
		case e.Flatten:
			d.flatten(id)
		default:
			d.cancelAll(id)
		}
	}
}
