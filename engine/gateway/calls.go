package gateway

import (
	"fmt"
	"strconv"
	"time"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// purpose is what a call to the broker is for.
type purpose uint8

const (
	placing purpose = iota
	changing
	cancelling
	cancellingMany
	askOrders    // all orders of all accounts
	askPositions // all positions of all accounts
	askSummary   // balances of all accounts
	askOrder     // one order, by our id or the broker's
)

// pending is a call without an answer.
type pending struct {
	number   uint64
	purpose  purpose
	account  *account
	order    engine.OrderID
	at       engine.Time
	deadline engine.Time
	send     *engine.Send // of an order
	round    int          // of an audit's question: which audit asked
}

// isQuestion reports whether the call moves nothing at the broker.
func (p *pending) isQuestion() bool { return p.purpose >= askOrders }

// call writes a call to the link and waits for its answer.
func (c *Core) call(call bridge.Call, p pending) {
	c.lastCall++
	p.number, p.at, p.deadline = c.lastCall, c.now, c.now.Add(c.timing.Reply)
	c.pending = append(c.pending, p)
	c.stats.Calls++
	o := Output{Kind: Order, Account: p.account.index}
	if p.isQuestion() {
		o.Kind = Write
		c.stats.Questions++
	}
	c.write(o, func(b []byte) []byte { return bridge.AppendCall(b, "c"+strconv.FormatUint(p.number, 10), call) })
}

// write puts a frame out and folds it into the digest.
func (c *Core) write(o Output, frame func([]byte) []byte) {
	o.from = len(c.arena)
	c.arena = frame(c.arena)
	o.to = len(c.arena)
	c.hash.Text(string(c.arena[o.from:o.to]))
	c.out = append(c.out, o)
}

// answered takes the call that a reply is for out of those that wait.
func (c *Core) answered(id string) (pending, bool) {
	for i := range c.pending {
		if p := c.pending[i]; "c"+strconv.FormatUint(p.number, 10) == id {
			c.pending = append(c.pending[:i], c.pending[i+1:]...)
			c.cfg.Budget.Answered()
			return p, true
		}
	}
	return pending{}, false
}

// expire gives up on calls that were not answered in time.
func (c *Core) expire() {
	for len(c.pending) > 0 && c.pending[0].deadline <= c.now {
		p := c.pending[0]
		c.pending = append(c.pending[:0], c.pending[1:]...)
		c.cfg.Budget.Answered()
		c.lost(p, fmt.Sprintf("no answer within %v", c.timing.Reply))
	}
}

// lost is the end of a call whose outcome nobody told. An order is in doubt until
// it is looked up; it is never sent again.
func (c *Core) lost(p pending, why string) {
	c.stats.Lost++
	if p.isQuestion() {
		c.unasked(p)
		return
	}
	if p.purpose == cancellingMany {
		for _, t := range p.account.open {
			c.doubt(p.account, t, why)
		}
		return
	}
	if t := p.account.tickets[p.order]; t != nil {
		c.doubt(p.account, t, why)
	}
}

// doubt makes an order one whose truth must be asked for.
func (c *Core) doubt(a *account, t *ticket, why string) {
	t.silent = false
	if t.ended {
		return
	}
	t.doubt, t.missing, t.since, t.asked = true, 0, c.now, engine.NoTime
	t.soon(c.now, c.timing.Recheck)
	c.report(a, engine.Report{Order: t.id, Kind: engine.Lost, Reason: why})
}

// onReply takes the broker's answer to a call.
func (c *Core) onReply(r *bridge.Reply) {
	p, ok := c.answered(r.ID)
	if !ok {
		c.stats.Unknown++
		return
	}
	if f := r.Failure; f != nil {
		switch f.Class {
		case bridge.Throttled:
			c.throttled(p)
			return
		case bridge.AddonOff:
			c.addonGone()
			c.lost(p, f.Text)
			return
		case bridge.NoAnswer:
			c.lost(p, "the broker says: "+f.Text)
			return
		}
	}
	c.refused = 0
	if p.isQuestion() {
		c.onAnswer(p, r)
		return
	}
	c.onOutcome(p, r)
}

// refusal waits grow with every call refused in a row. The link is closed by the
// broker after more than ten, so the ninth is never risked on the same link.
const (
	refusalsOfLink = 8
	shortPause     = time.Second
	longPause      = 10 * time.Second
)

// throttled: the broker refused a call because the budget, which every tool of the
// user shares, is spent. The call did not happen. What protects, cancels or closes goes
// back to the Desk, whose it is to send again or not; an entry, an exit or a question
// does not.
func (c *Core) throttled(p pending) {
	c.stats.Refused++
	c.refused++
	wait := shortPause << min(c.refused-1, 3)
	if c.refused > 3 {
		wait = longPause
	}
	c.pause = max(c.pause, c.now.Add(wait))
	c.cfg.Budget.Drain(c.pause)
	if c.refused == 1 {
		c.alarm("the broker refused a call for want of tokens: another program uses the same budget")
	}
	if c.refused >= refusalsOfLink {
		c.out = append(c.out, Output{Kind: Reconnect, Account: All, Text: fmt.Sprintf("%d calls were refused in a row", c.refused)})
	}
	if p.isQuestion() {
		c.unasked(p)
		return
	}
	r, err := p.send.Request()
	if err == nil && r.Class <= engine.ClassCancel {
		if p.purpose == placing {
			p.account.unsent(p.order)
		}
		c.step(p.account, &engine.Unsent{At: c.now, Request: r})
		return
	}
	c.turnDown(p, "the broker's budget of calls was spent by another program")
}

// turnDown tells the Desk that the broker did not take a call.
func (c *Core) turnDown(p pending, why string) {
	kind := engine.Rejected
	switch p.purpose {
	case changing:
		kind = engine.ChangeRejected
	case cancelling:
		kind = engine.CancelRejected
	case cancellingMany:
		for _, t := range append([]*ticket(nil), p.account.open...) {
			if o, ok := p.account.desk.Order(t.id); ok && o.State == engine.CancelPending {
				c.report(p.account, engine.Report{Order: t.id, Kind: engine.CancelRejected, Reason: why})
			}
		}
		return
	}
	if t := p.account.tickets[p.order]; t != nil {
		t.silent, t.asked = false, engine.NoTime
		c.report(p.account, engine.Report{Order: p.order, Kind: kind, Reason: why})
	}
}

// addonGone: the connection stands, but NinjaTrader is not behind it. Trading
// stops; the add-on is asked for gently until it answers.
func (c *Core) addonGone() {
	if c.addonOff {
		return
	}
	c.addonOff = true
	c.alarm("the add-on is not connected: NinjaTrader is not running or has lost its connection; trading waits for it")
	c.stopTrading("the add-on is not connected")
}
