package gateway

import (
	"fmt"
	"strings"
	"time"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// The summary lists every account that the broker has, also one without orders and
// positions. It is asked for first of all, and again before anything missing is believed
// to be gone: an account that is not on it, or that NinjaTrader has no connection for, is
// not an account without positions, so nothing about it is compared and nothing is traded
// on it.

// maxNames bounds how many accounts of the broker are named in a sentence.
const maxNames = 8

// rollDue reports whether the broker is to be asked which accounts it has.
func (c *Core) rollDue() bool { return c.rollAt != engine.NoTime && c.now >= c.rollAt }

// onSummary takes the list of accounts. The first balance of one is what its Desk
// counts from; after that it keeps books of its own.
func (c *Core) onSummary(r *bridge.Reply) {
	list, err := c.dec.Accounts(r.Data)
	if err != nil {
		c.note(fmt.Sprintf("the broker's list of accounts cannot be read: %v", err))
		c.rollTaken()
		return
	}
	told := map[*account]*bridge.Account{}
	for i := range list {
		if a := c.accountNamed(list[i].Name); a != nil {
			told[a] = &list[i]
		}
	}
	back := false
	for _, a := range c.accounts {
		x := told[a]
		switch here := x != nil && !x.Away(); {
		case !here:
			c.missing(a, x, list)
		case a.absent:
			a.absent, a.missed, back = false, false, true
			c.note(fmt.Sprintf("the broker has account %s now", a.name))
		}
		if x != nil && x.Cash != 0 {
			a.told = x.Cash
		}
	}
	c.rollTaken()
	if back {
		c.beginAudit()
	}
}

// missing takes an account off the broker that the broker does not have, or has no
// connection for.
func (c *Core) missing(a *account, x *bridge.Account, list []bridge.Account) {
	why := fmt.Sprintf("the broker has no account %s; it has %s (check the spelling; or the account is not connected in NinjaTrader)", a.name, namesOf(list))
	if x != nil {
		why = fmt.Sprintf("account %s is not connected in NinjaTrader, which says %s", a.name, x.Connection)
	}
	if !a.missed { // also by a program that was told by the one before it
		a.missed = true
		c.alarm(why + ": nothing is traded on it until it is there")
	}
	if !a.absent || a.desk.Book().Offline() != why {
		a.absent = true
		c.tellLink(a, engine.LinkDown, why)
	}
}

func namesOf(list []bridge.Account) string {
	if len(list) == 0 {
		return "none"
	}
	names := make([]string, 0, maxNames+1)
	for i := range list[:min(len(list), maxNames)] {
		names = append(names, list[i].Name)
	}
	if n := len(list) - maxNames; n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	return strings.Join(names, ", ")
}

// doubtRoll asks which accounts the broker has, unless it said so lately: something is
// missing, and an account without a connection would explain it.
func (c *Core) doubtRoll(lately time.Duration) {
	if c.rollAt == engine.NoTime && c.now.Sub(c.rolled) >= lately {
		c.rollAt = c.now
	}
}

// rollTaken: the question about accounts is answered. While one is missing it is
// asked again now and then.
func (c *Core) rollTaken() {
	c.rollAt, c.rolled = engine.NoTime, c.now
	if c.muster(); len(c.there) < len(c.accounts) {
		c.rollAt = c.now.Add(c.timing.Slow)
	}
}

// muster lists the accounts that the broker has.
func (c *Core) muster() {
	c.there = c.there[:0]
	for _, a := range c.accounts {
		if !a.absent {
			c.there = append(c.there, a)
		}
	}
}

func (c *Core) accountNamed(name string) *account {
	for _, a := range c.accounts {
		if strings.EqualFold(a.name, name) {
			return a
		}
	}
	return nil
}
