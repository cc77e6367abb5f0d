package gateway

import (
	"fmt"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// ask writes the next question when there is one, a token for it, and no other
// question out: an answer often makes the next question needless.
func (c *Core) ask() {
	if c.phase == down || c.asking() {
		return
	}
	c.refeed()
	call, p, ok := c.question()
	if !ok || c.now < c.pause {
		return
	}
	r := engine.Request{At: c.now, Class: engine.ClassQuery}
	if c.starving() {
		r.Class = engine.ClassCancel
	}
	if d := c.cfg.Budget.Take(&r); d != nil {
		c.audit.token = d.Retry
		return
	}
	c.audit.token, c.audit.asked = engine.NoTime, c.now
	c.call(call, p)
}

// starving reports whether no question could be paid for in a long time. The next
// one then goes before everything else: what protects and closes needs the truth, too.
func (c *Core) starving() bool { return c.now.Sub(c.audit.asked) >= c.timing.Retry }

func (c *Core) asking() bool {
	for i := range c.pending {
		if c.pending[i].isQuestion() {
			return true
		}
	}
	return false
}

// question chooses what to ask: which accounts there are, then the steps of an audit, then the orders that are
// due, one by name or all of them for the same single token, then a routine audit.
func (c *Core) question() (bridge.Call, pending, bool) {
	if c.rollDue() {
		return bridge.GetAccountSummary(), pending{purpose: askSummary, account: c.accounts[0]}, true
	}
	if c.audit.on && c.now >= c.audit.at {
		return c.auditQuestion()
	}
	if c.phase != ready {
		return bridge.Call{}, pending{}, false
	}
	a, t, several := c.due()
	switch {
	case several, t != nil && t.unheard:
		return bridge.GetAllOrders(), pending{purpose: askOrders, account: c.accounts[0]}, true
	case t != nil:
		return c.lookUp(a, t)
	case !c.audit.on && c.now >= c.audit.next:
		c.beginAudit()
		return c.auditQuestion()
	}
	return bridge.Call{}, pending{}, false
}

// lookUp asks for one order, by our id where it has one: the broker may change its own.
func (c *Core) lookUp(a *account, t *ticket) (bridge.Call, pending, bool) {
	return bridge.GetOrder(a.name, t.label()), pending{purpose: askOrder, account: a, order: t.id}, true
}

// due finds the orders to look at now. An order that a list did not show is looked
// up by itself.
func (c *Core) due() (a *account, t *ticket, several bool) {
	n := 0
	for _, x := range c.there {
		for _, y := range x.open {
			if y.silent || y.due == engine.NoTime || y.due > c.now {
				continue
			}
			if y.alone {
				return x, y, false
			}
			if n++; n == 1 {
				a, t = x, y
			}
		}
	}
	return a, t, n > 1
}

// nextQuestionAt is when there will be something to ask; NoTime while a question is
// out.
func (c *Core) nextQuestionAt() engine.Time {
	if c.asking() {
		return engine.NoTime
	}
	at := c.audit.next
	if c.audit.on {
		at = c.audit.at
	}
	if c.rollAt != engine.NoTime {
		at = min(at, c.rollAt)
	}
	if c.phase == ready {
		at = min(at, c.feeds.wake)
		for _, a := range c.there {
			for _, t := range a.open {
				if !t.silent && t.due != engine.NoTime {
					at = min(at, t.due)
				}
			}
		}
	}
	return max(at, c.pause, c.audit.token)
}

// onAnswer takes the answer to a question.
func (c *Core) onAnswer(p pending, r *bridge.Reply) {
	if r.Failure != nil && p.purpose != askOrder {
		c.note(fmt.Sprintf("the broker could not answer a question about %s: %s", questionNames[p.purpose-askOrders], r.Failure.Text))
		if p.purpose == askSummary {
			c.rollTaken()
			return
		}
		c.unasked(p)
		return
	}
	if p.purpose != askSummary { // the cloud may answer for an add-on that is gone
		c.addonOff = false
	}
	switch p.purpose {
	case askOrder:
		c.onOrder(p, r)
	case askOrders:
		c.onOrders(p, r)
	case askPositions:
		c.onPositions(p, r)
	case askSummary:
		c.onSummary(r)
	}
}

var questionNames = [...]string{"orders", "positions", "balances", "an order"}

// unasked: a question got no answer. What it was for is asked again later.
func (c *Core) unasked(p pending) {
	later := c.now.Add(c.timing.Retry)
	if c.audit.on {
		c.audit.restart(later)
	}
	if p.purpose == askSummary {
		c.rollAt = later
	}
	if p.purpose == askOrder {
		if t := p.account.tickets[p.order]; t != nil && !t.ended {
			t.due, t.alone, t.unheard = later, false, true // the list of all orders is another way to ask
		}
		return
	}
	for _, a := range c.accounts {
		for _, t := range a.open {
			if t.due != engine.NoTime && t.due < later {
				t.due = later
			}
		}
	}
}

// onOrder takes the answer about one order. Only an answer that says in so many
// words that there is no such order means that there is none.
func (c *Core) onOrder(p pending, r *bridge.Reply) {
	t := p.account.tickets[p.order]
	if t == nil {
		return
	}
	t.alone, t.unheard = false, false
	if r.Failure == nil {
		o, err := c.dec.Order(r.Data)
		if err == nil && o.ID != "" {
			c.absorb(p.account, t, &o, p.at)
			return
		}
		c.note(fmt.Sprintf("the broker's answer about order %s cannot be read: %v", t.label(), err))
	} else if r.Failure.Class == bridge.NotFoundOrTerminal {
		c.gone(p.account, t, r.Failure.Text)
		return
	}
	t.due = c.now.Add(c.timing.Retry)
}

// onOrders takes the list of all orders.
func (c *Core) onOrders(p pending, r *bridge.Reply) {
	list, err := c.dec.Orders(r.Data)
	if err != nil {
		c.alarm(fmt.Sprintf("the broker's list of orders cannot be read: %v", err))
		c.unasked(p)
		return
	}
	matched := c.match(list, p.at)
	if matched {
		c.meet(list)
	}
	if c.audit.on && p.round == c.audit.number {
		c.auditOrders(matched)
	}
}

// match brings a list of orders to the tickets. False: an open order of ours is not
// in it, or has no answer yet, so it may stand in the list under a name we do not know.
func (c *Core) match(list []bridge.OrderFacts, asked engine.Time) bool {
	c.audit.list++
	for i := range list {
		if a, t := c.find(&list[i]); t != nil {
			t.listed = c.audit.list
			t.alone = false
			c.absorb(a, t, &list[i], asked)
			if t.ended && list[i].State.Live() && asked >= t.over.Add(c.timing.Settle) {
				c.revive(a, t, &list[i])
			}
		}
	}
	all := true
	for _, a := range c.there {
		for _, t := range a.open {
			t.unheard = false
			if t.listed == c.audit.list {
				continue
			}
			all = false
			if !t.silent && t.since <= asked && (t.missing == 0 || t.due <= c.now) { // one that was not found is given time
				t.alone = true
				t.soon(c.now, c.timing.Recheck)
			}
		}
	}
	return all
}

// find finds the ticket of an order in a list.
func (c *Core) find(o *bridge.OrderFacts) (*account, *ticket) {
	a := c.accountNamed(o.Account)
	if a == nil {
		return nil, nil
	}
	return a, a.byBroker[o.ID]
}
