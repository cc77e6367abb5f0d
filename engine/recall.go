package engine

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
