package gateway

import (
	"fmt"
	"strings"

	"tollgate/engine"
)

// What happened lately is kept as it happened and put into words only when somebody
// looks: orders do not wait for sentences.

// Bounds of what is remembered for people; older things are forgotten.
const (
	keepMoments = 64
	keepDenials = 32
)

// news is what happened lately.
type news struct {
	happened [keepMoments]moment // a ring
	count    uint64              // of moments since the run began; the next one goes to count modulo its length
	denied   []denied            // oldest first
}

// moment is an Update worth telling.
type moment struct {
	at      engine.Time
	account int
	order   engine.Order
	fill    engine.Fill
	held    engine.Qty
}

// denied are equal denials of a strategy instance.
type denied struct {
	at       engine.Time
	account  int
	strategy engine.StrategyID
	terms    engine.Terms
	denial   *engine.Denial
	count    uint64
}

// remember takes note of an Update.
func (c *Core) remember(a *account, u *engine.Update) {
	if u.Denial != nil {
		c.stats.Denials++
		c.news.deny(denied{u.At, a.index, u.Strategy, u.Order.Terms, u.Denial, 1})
		return
	}
	if u.Fill.Qty == 0 && !a.notable(&u.Order) {
		return
	}
	if o := &u.Order; o.FromOutside() {
		in := c.cfg.Universe.Get(o.Terms.Instrument)
		c.note(fmt.Sprintf("a trade elsewhere closed %d of %s on %s, which now holds %+d", u.Fill.Qty, nameOf(a.desk.Members(), o.Strategy), in.Key, u.Holding.Position))
	}
	c.news.happened[c.news.count%keepMoments] = moment{u.At, a.index, u.Order, u.Fill, u.Holding.Position}
	c.news.count++
}

// notable leaves out what is only on its way. That an order rests is told once, and not
// after each change; a market order does not rest.
func (a *account) notable(o *engine.Order) bool {
	switch o.State {
	case engine.Working:
		t := a.tickets[o.ID]
		if t == nil || t.told || o.Terms.Type == engine.Market {
			return false
		}
		t.told = true
		return true
	case engine.Unknown, engine.Dead, engine.Refused, engine.Lapsed:
		return true
	}
	return false
}

// deny adds a denial, or counts it with those like it.
func (n *news) deny(d denied) {
	for i := range n.denied {
		x := &n.denied[i]
		if x.account == d.account && x.strategy == d.strategy && x.terms.Instrument == d.terms.Instrument && x.denial.Code == d.denial.Code {
			d.count += x.count
			n.denied = append(n.denied[:i], n.denied[i+1:]...)
			break
		}
	}
	if len(n.denied) == keepDenials {
		n.denied = append(n.denied[:0], n.denied[1:]...)
	}
	n.denied = append(n.denied, d)
}

func (c *Core) viewDenials(members [][]engine.Member) []DenialView {
	out := make([]DenialView, 0, len(c.news.denied))
	for i := len(c.news.denied) - 1; i >= 0; i-- {
		d := &c.news.denied[i]
		in := c.cfg.Universe.Get(d.terms.Instrument)
		out = append(out, DenialView{
			Time: d.at, Account: c.accounts[d.account].name, Strategy: nameOf(members[d.account], d.strategy), Instrument: in.Key,
			Order: orderText(in, &d.terms), Code: d.denial.Code, Limit: d.denial.Limit, Value: d.denial.Value, Text: d.denial.Text, Count: d.count,
		})
	}
	return out
}

func (c *Core) viewEvents(members [][]engine.Member) []EventView {
	n := min(c.news.count, keepMoments)
	out := make([]EventView, 0, n)
	for i := range n {
		h := &c.news.happened[(c.news.count-1-i)%keepMoments]
		kind, text := c.words(h, members[h.account])
		out = append(out, EventView{Time: h.at, Kind: kind, Account: c.accounts[h.account].name, Text: text})
	}
	return out
}

// words says what happened.
func (c *Core) words(h *moment, members []engine.Member) (kind, text string) {
	o, in := &h.order, c.cfg.Universe.Get(h.order.Terms.Instrument)
	who := nameOf(members, o.Strategy)
	switch {
	case h.fill.Qty != 0:
		did := "bought"
		if o.Terms.Side == engine.Sell {
			did = "sold"
		}
		text := fmt.Sprintf("%s %s %d %s at %s, ", who, did, h.fill.Qty, in.Key, priceText(in, h.fill.Price))
		if h.held == 0 {
			text += "flat"
		} else {
			text += fmt.Sprintf("holds %+d", h.held)
		}
		if h.fill.PnL != 0 {
			text += ", realised " + signed(h.fill.PnL)
		}
		return EventFill, text
	case o.State == engine.Unknown:
		return EventUnknown, fmt.Sprintf("%s: no answer about %s of %s; it is looked up", who, orderText(in, &o.Terms), in.Key)
	}
	text = fmt.Sprintf("%s: %s %s", who, in.Key, orderText(in, &o.Terms)+" "+o.State.String())
	if o.Reason != "" && o.State.Terminal() {
		text += ": " + o.Reason
	}
	return EventOrder, text
}

// nameOf is the name of a strategy instance.
func nameOf(members []engine.Member, id engine.StrategyID) string {
	if int(id) < len(members) {
		return members[id].Name
	}
	return fmt.Sprintf("strategy %d", id)
}

// orderText is an order without its instrument: "BUY 2 LIMIT 4780.25".
func orderText(in *engine.Instrument, t *engine.Terms) string {
	return strings.Join(strings.Fields(fmt.Sprintf("%s %d %s %s %s", t.Side, t.Qty, t.Type, priceText(in, t.Stop), priceText(in, t.Limit))), " ")
}

// signed is an amount to the cent, with its sign.
func signed(m engine.Money) string {
	text := m.Decimal().StringFixed(2)
	if m > 0 {
		return "+" + text
	}
	return text
}
