package gateway

import (
	"fmt"
	"strconv"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// send carries out what the gate permitted.
func (c *Core) send(a *account, s *engine.Send) {
	r, err := s.Request()
	if err != nil {
		c.alarm(fmt.Sprintf("nothing was sent: %v", err))
		return
	}
	if r.Kind == engine.PlaceOrder {
		a.add(&ticket{
			id: r.Order, own: c.ownID(a, r.Order), silent: true, since: c.now, looked: c.now, due: engine.NoTime, asked: engine.NoTime,
		})
	}
	c.forward(a, s)
}

// ownID is our id of an order at the broker: the journal's prefix, the account's
// number and the order's. Orders are numbered without repeats for the life of the
// journal, so no id is used twice.
func (c *Core) ownID(a *account, id engine.OrderID) string {
	return c.idPrefix(a) + strconv.FormatUint(uint64(id), 10)
}

// idPrefix begins every id of ours of an account.
func (c *Core) idPrefix(a *account) string { return c.cfg.Prefix + "-" + strconv.Itoa(a.number) + "-" }

// forward writes an order, a change or a cancel to the link.
func (c *Core) forward(a *account, s *engine.Send) {
	r, err := s.Request()
	if err != nil {
		return
	}
	p := pending{account: a, order: r.Order, send: s}
	w := bridge.Where{Account: a.name, OCOPrefix: c.idPrefix(a)}
	if r.Kind == engine.CancelOrders {
		p.purpose = cancellingMany
	} else {
		t := a.tickets[r.Order]
		if t == nil || t.ended {
			return // it came to its end while the call waited
		}
		w.Order = t.own
		if t.own == "" {
			w.Order = t.broker
		}
		switch r.Kind {
		case engine.PlaceOrder:
			p.purpose, t.silent = placing, true
		case engine.ChangeOrder:
			p.purpose, t.want = changing, r.Terms
		case engine.CancelOrder:
			p.purpose = cancelling
		}
		t.since = c.now
	}
	call, err := bridge.Order(s, c.cfg.Universe, w)
	if err != nil {
		c.alarm(fmt.Sprintf("order %d cannot be put into words for the broker: %v", r.Order, err))
		c.turnDown(p, err.Error())
		return
	}
	c.call(call, p)
}

// onOutcome takes the broker's answer to something that moves orders. A yes means
// that NinjaTrader was handed the call; what comes of it must be asked for.
func (c *Core) onOutcome(p pending, r *bridge.Reply) {
	if p.purpose == cancellingMany {
		c.onCancelledMany(p, r)
		return
	}
	t := p.account.tickets[p.order]
	if t == nil {
		return
	}
	t.silent = false
	if f := r.Failure; f != nil {
		c.onRefusal(p, t, f)
		return
	}
	if p.purpose == placing {
		p.account.alias(t, bridge.OrderIDOf(r.Data))
	} else {
		t.asked = c.now
	}
	t.soon(c.now, c.timing.Recheck)
	if o, ok := p.account.desk.Order(p.order); ok && p.purpose == placing && o.Terms.Type != engine.Market {
		t.due = c.now.Add(c.timing.Recheck) // a resting order is looked at once it had time to be refused
	}
}

// onRefusal takes a no. That an id is taken already, or that an order has ended, is
// an answer about the order and not its end: it is looked up.
func (c *Core) onRefusal(p pending, t *ticket, f *bridge.Failure) {
	switch {
	case p.purpose == placing && f.Class == bridge.Duplicate:
		t.soon(c.now, c.timing.Recheck)
	case f.Class == bridge.NotFoundOrTerminal:
		t.asked = c.now // the look-up tells which, or that nothing came of the call
		t.soon(c.now, c.timing.Recheck)
	default:
		c.turnDown(p, f.Text)
	}
}

func (c *Core) onCancelledMany(p pending, r *bridge.Reply) {
	if r.Failure != nil {
		c.turnDown(p, r.Failure.Text)
		return
	}
	for _, t := range p.account.open {
		if o, ok := p.account.desk.Order(t.id); ok && o.State == engine.CancelPending {
			t.asked = c.now
			t.soon(c.now, c.timing.Recheck)
		}
	}
}
