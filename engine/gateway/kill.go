package gateway

import (
	"fmt"
	"strings"

	"tollgate/engine"
)

// A kill is done when the broker says so. What the Desk believes may be wrong: the link
// may be down, an order by hand may not have been heard of. So a kill is followed by a
// comparison that begins after it, everything that finds is closed, too, and so on,
// until a comparison finds the account flat. What a person does by hand after that is
// that person's.

// chase is what is still to do for a kill of an account.
type chase struct {
	unverified bool // it was killed, and no comparison since has found it flat
	chases     int  // comparisons since the kill that did not
	alien      int  // positions in instruments nobody configured, in the newest list
	loose      int  // orders that are not over and could not be adopted, in the newest list
}

// kill closes what is known of an account and begins to ask for the rest.
func (c *Core) kill(a *account, why string) {
	a.unverified, a.chases = true, 0
	c.setMode(a, engine.Killed, why)
	if c.phase != down {
		c.beginAudit()
	}
}

// maxChase bounds the doubling pause between two looks at an account that does not
// become flat: 2^8 times Timing.Recheck is the minute of a routine comparison.
const maxChase = 8

// verify goes on with kills after a comparison that began later than they.
func (c *Core) verify() {
	for _, a := range c.there {
		switch {
		case !a.unverified:
		case a.flat():
			a.unverified = false
			c.note(a.name + ": killed, and the broker confirms that it is flat and no order is open")
		default:
			if a.chases++; a.chases == 1 && a.loose > 0 {
				c.alarm(fmt.Sprintf("%s is killed, and orders are open there that cannot be cancelled from here, %d of them, in instruments that are not configured or in a state that says nothing: cancel them in NinjaTrader", a.name, a.loose))
			}
			c.setMode(a, engine.Killed, a.desk.Book().ModeReason())
			c.audit.next = min(c.audit.next, c.now.Add(c.timing.Recheck<<min(a.chases+1, maxChase)))
		}
	}
}

// flat reports whether the account holds nothing and has no open order.
func (a *account) flat() bool {
	for s := range a.desk.Members() {
		if a.desk.Holding(engine.StrategyID(s)).Position != 0 {
			return false
		}
	}
	return len(a.open) == 0 && a.alien == 0 && a.loose == 0
}

// agreed is what a comparison that found nothing to explain means for trading.
func (c *Core) agreed() string {
	text := "orders and positions agree with the broker"
	var stopped []string
	for _, a := range c.there {
		if a.mode != engine.Active {
			stopped = append(stopped, a.name+" is "+a.mode.String())
		}
	}
	if len(stopped) == 0 {
		return text + ": trading"
	}
	return text + "; " + strings.Join(stopped, ", ")
}
