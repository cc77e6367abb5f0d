package gateway

import (
	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// absorb brings what the broker says of an order to the Desk: that it is there,
// what it filled, the terms in force, its end, in this order. Asked is when the
// question was written: what is older than the last call about the order proves
// that it exists, and nothing else.
func (c *Core) absorb(a *account, t *ticket, o *bridge.OrderFacts, asked engine.Time) {
	a.alias(t, o.ID)
	known, ok := a.desk.Order(t.id)
	if !ok {
		return
	}
	t.missing = 0
	exists := o.State.Live() || known.State == engine.Unknown && o.State.Begun() // that it does was the question
	if exists || o.Filled > 0 {
		c.alive(a, t, known)
	}
	c.fills(a, t, o)
	switch {
	case t.ended:
		return
	case o.State.Terminal():
		c.over(a, t, o)
		return
	case exists && asked >= t.since:
		c.terms(a, t, known, o)
		t.doubt = t.doubt && known.State == engine.Unknown
	}
	t.seen(c.now, c.timing.Slow)
}

// alive tells the Desk that the order is at the broker, once.
func (c *Core) alive(a *account, t *ticket, known *engine.Order) {
	if known.State == engine.InFlight || known.State == engine.Unknown {
		c.report(a, engine.Report{Order: t.id, Kind: engine.Accepted})
	}
}

// fills reports what the order filled since it was last seen. The broker tells a
// quantity and an average price; the money of the new fills is the difference of
// two exact products, told as at most two fills at neighbouring prices. It is exact
// in money, and each price is within a tick of the average of the executions.
func (c *Core) fills(a *account, t *ticket, o *bridge.OrderFacts) {
	qty := o.Filled - t.filled
	if qty <= 0 {
		return
	}
	known, ok := a.desk.Order(t.id)
	if !ok {
		return
	}
	in := c.cfg.Universe.Get(known.Terms.Instrument)
	total, exact := notionalOf(in, o.Average, o.Filled)
	if !exact {
		c.alarm("the broker's average price of order " + t.label() + " does not fit its fills: " + o.Average.String())
	}
	money := total - t.notional
	price := floorDiv(money, int64(qty))
	above := engine.Qty(money - price*int64(qty)) // so many contracts cost a tick more
	leaves := engine.Qty(0)
	if o.State != bridge.Filled {
		leaves = max(0, o.Qty-o.Filled)
	}
	late := c.now.Sub(max(t.looked, t.since))
	c.stats.FillDelay, c.stats.FillDelayMax = c.stats.FillDelay+late, max(c.stats.FillDelayMax, late)
	t.filled, t.notional = o.Filled, total
	c.fill(a, t, in, qty-above, engine.Price(price), leaves+above)
	c.fill(a, t, in, above, engine.Price(price+1), leaves)
}

func (c *Core) fill(a *account, t *ticket, in *engine.Instrument, qty engine.Qty, p engine.Price, leaves engine.Qty) {
	if qty == 0 {
		return
	}
	c.stats.Fills++
	c.report(a, engine.Report{Order: t.id, Kind: engine.Filled, Qty: qty, Price: p, Leaves: leaves, Fee: in.Fee * engine.Money(qty)})
}

// notionalOf is average x quantity in ticks. It is exact when the product is as
// near to a whole number of ticks as rounding of the average explains.
func notionalOf(in *engine.Instrument, average decimal.Decimal, qty engine.Qty) (int64, bool) {
	ticks := average.Mul(decimal.NewFromInt(int64(qty))).Div(in.TickDecimal())
	whole := ticks.Round(0)
	return whole.IntPart(), ticks.Sub(whole).Abs().LessThan(decimal.New(1, -2))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// terms compares the terms in force with those the Desk knows, and settles a
// change or a cancel that is under way.
func (c *Core) terms(a *account, t *ticket, known *engine.Order, o *bridge.OrderFacts) {
	limit, stop, ok := c.prices(known, o)
	if !ok {
		return
	}
	left := max(0, o.Qty-t.filled)
	same := func(x *engine.Terms) bool {
		return left == max(0, x.Qty-known.Filled) && limit == x.Limit && stop == x.Stop
	}
	late := t.asked != engine.NoTime && c.now.Sub(t.asked) >= c.timing.Settle
	changed := engine.Report{Order: t.id, Kind: engine.Changed, Leaves: left, Limit: limit, Stop: stop}
	switch known.State {
	case engine.ChangePending:
		switch {
		case t.asked == engine.NoTime: // the call has not been answered yet
		case same(&t.want):
			t.asked = engine.NoTime
			c.report(a, changed)
		case late:
			t.asked = engine.NoTime
			c.report(a, engine.Report{Order: t.id, Kind: engine.ChangeRejected, Reason: "the change was acknowledged and did not take effect"})
		}
	case engine.CancelPending:
		if late && !o.State.Pending() {
			t.asked = engine.NoTime
			c.report(a, engine.Report{Order: t.id, Kind: engine.CancelRejected, Reason: "the cancel was acknowledged and did not take effect"})
		}
	case engine.Working, engine.PartFilled:
		if !o.State.Pending() && (!same(&known.Terms) || known.Leaves() != left) {
			c.report(a, changed) // lost and found, or changed by somebody else; a change that was lost and not done counts no more
		}
	}
}

// prices are the order's prices as the broker states them; a price it does not
// state is the one we know. False when one is off the grid.
func (c *Core) prices(known *engine.Order, o *bridge.OrderFacts) (limit, stop engine.Price, ok bool) {
	limit, stop = known.Terms.Limit, known.Terms.Stop
	if known.Terms.Type.HasLimit() && o.Limit.Known() {
		limit = o.Limit
	}
	if known.Terms.Type.HasStop() && o.Stop.Known() {
		stop = o.Stop
	}
	return limit, stop, o.Limit != engine.InvalidPrice && o.Stop != engine.InvalidPrice && o.Qty > 0
}

// over tells the Desk of an order's end.
func (c *Core) over(a *account, t *ticket, o *bridge.OrderFacts) {
	r := engine.Report{Order: t.id, Kind: engine.Cancelled}
	switch o.State {
	case bridge.Rejected:
		r.Kind, r.Reason = engine.Rejected, "rejected by the broker"
		if o.Reason != "" {
			r.Reason = o.Reason
		}
	case bridge.Filled:
		r.Reason = "the broker holds it for filled"
	case bridge.Expired:
		r.Kind = engine.Expired
	}
	c.report(a, r)
}

// gone: the broker does not know an order by our id. One answer proves nothing: the
// order may still be on its way, an add-on that was restarted may have forgotten our
// ids, an account without a connection has no orders. Two do, with time between, and
// with a list of all orders that does not show it and an account that is there.
func (c *Core) gone(a *account, t *ticket, text string) {
	if t.ended || t.silent {
		return
	}
	t.missing++
	if t.missing < 2 || c.now.Sub(t.since) < c.timing.Reply {
		t.due, t.wait, t.unheard = c.now.Add(c.timing.Reply/2), c.timing.Recheck, true
		c.doubtRoll(0)
		return
	}
	if t.filled > 0 || t.broker != "" {
		c.alarm("the broker no longer knows order " + t.label() + ": " + text)
		c.report(a, engine.Report{Order: t.id, Kind: engine.Cancelled, Reason: "the broker no longer knows it"})
		return
	}
	c.report(a, engine.Report{Order: t.id, Kind: engine.Rejected, Reason: "it never reached the broker"})
}

func (t *ticket) label() string {
	if t.own != "" {
		return t.own
	}
	return t.broker
}
