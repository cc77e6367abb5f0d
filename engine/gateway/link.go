package gateway

import (
	"fmt"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// Ready reports whether new entries may pass: the link is up, the add-on answers
// and the account agrees with the broker.
func (c *Core) Ready() bool { return c.phase == ready }

// linkUp: the connection stands. The broker kept nothing: subscriptions are made
// anew, and nothing new is traded until orders and positions have been compared.
func (c *Core) linkUp() {
	c.addonOff, c.refused = false, 0
	c.enter(syncing, "connected; orders and positions are being compared")
	c.note("connected to the broker")
	ids := make([]engine.InstrumentID, c.cfg.Universe.Len())
	for i := range ids {
		ids[i] = engine.InstrumentID(i)
	}
	c.subscribe(ids)
	c.feeds.wake = c.now.Add(c.timing.Quote)
	if c.feeds.manage(c.now) {
		c.write(Output{Kind: Write, Account: All}, func(b []byte) []byte { return bridge.AppendStreamPnL(b, true, pnlInterval) })
	}
	for _, a := range c.accounts {
		a.pnl.known, a.pnl.odd, a.pnl.moved = false, false, engine.NoTime // what changed meanwhile is compared anyway
	}
	c.rollAt = c.now
	c.beginAudit()
}

// linkDown: whatever was not answered will not be.
func (c *Core) linkDown(why string) {
	if c.phase == down {
		c.stillDown(why)
		return
	}
	tell := c.note
	if why == bridge.SessionTaken {
		why, tell = why+"; tollgate takeover takes it back", c.alarm // it does not come back by itself
	}
	c.stopTrading(why)
	c.enter(down, why)
	tell("the link is down: " + why)
	for len(c.pending) > 0 {
		p := c.pending[0]
		c.pending = append(c.pending[:0], c.pending[1:]...)
		c.cfg.Budget.Answered()
		c.lost(p, "the link went down: "+why)
	}
}

// justStarted is why there is no link when a program begins.
const justStarted = "the program has just started"

// stillDown: an attempt to connect failed. The same failure again is no news.
func (c *Core) stillDown(why string) {
	if why == justStarted || why == c.linkWhy {
		return
	}
	c.enter(down, why)
	c.note("there is no link: " + why)
}

// stopTrading takes the desks off the broker until the next audit agrees.
func (c *Core) stopTrading(why string) {
	was := c.phase
	c.enter(syncing, why)
	c.audit.on = true
	c.audit.number++
	c.audit.restart(c.now.Add(c.timing.Retry))
	c.rollAt = c.audit.at
	if was != ready {
		return
	}
	for _, a := range c.accounts {
		if a.absent { // that stays the reason
			c.tellLink(a, engine.LinkDown, a.desk.Book().Offline())
			continue
		}
		c.tellLink(a, engine.LinkDown, why)
	}
}

// enter begins a phase.
func (c *Core) enter(p linkPhase, why string) {
	if c.phase != p {
		c.linkAt = c.now
	}
	c.phase, c.linkWhy = p, why
}

func (c *Core) tellLink(a *account, s engine.LinkState, why string) {
	e := engine.LinkChange{At: c.now, State: s, Reason: why}
	c.publish(a, &e)
	c.step(a, &e)
}

// setMode sets what an account may do.
func (c *Core) setMode(a *account, m engine.Mode, why string) {
	a.mode = m
	c.step(a, &engine.ModeChange{At: c.now, Mode: m, Reason: why})
}

// stopEntries stops what could open a position, until a person says go on. A kill
// stays a kill.
func (c *Core) stopEntries(a *account, why string) {
	c.alarm(why)
	if a.mode == engine.Active {
		c.setMode(a, engine.ReduceOnly, why)
	}
}

// operator does what a person says.
func (c *Core) operator(in *Input) {
	for _, a := range c.accounts {
		if in.Account == All || in.Account == a.index {
			c.obey(a, in.Verb, in.Text)
		}
	}
}

func (c *Core) obey(a *account, v Verb, why string) {
	if v != NoVerb {
		c.note(fmt.Sprintf("%s: %s: %s", a.name, v, why))
	}
	switch v {
	case Kill:
		c.kill(a, why)
	case Resume:
		a.unverified = false
		clear(a.strange)
		c.setMode(a, engine.Active, why)
	case StopNew:
		if a.mode == engine.Active {
			c.setMode(a, engine.ReduceOnly, why)
		}
	case CallOff, Flatten:
		c.step(a, &engine.Recall{At: c.now, Flatten: v == Flatten})
	}
}

// workerLost does what is configured for a worker that stopped answering.
func (c *Core) workerLost(in *Input) {
	if in.Account < 0 || in.Account >= len(c.accounts) {
		return
	}
	a := c.accounts[in.Account]
	c.alarm(fmt.Sprintf("the worker of %s does not answer: %s", a.name, in.Text))
	if c.cfg.OnLost == CallOff || c.cfg.OnLost == Flatten {
		c.obey(a, StopNew, in.Text)
	}
	c.obey(a, c.cfg.OnLost, in.Text)
}
