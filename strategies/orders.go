package strategies

import (
	"fmt"
	"math"

	"tollgate/engine"
)

// MaxIntents is how many orders, changes and cancels one call of a handler may ask
// for. A loop that asks without end is stopped here, before it fills the memory.
const MaxIntents = 1000

// count panics when this call of a handler has asked for too much.
func (i *instance) count() {
	if i.seq-i.before >= MaxIntents {
		panic(fmt.Sprintf("more than %d orders, changes and cancels in one call of a handler; a loop that does not end?", MaxIntents))
	}
}

// submit numbers a new order, remembers it and hands the intent over. Which
// prices apply follows from the kind of order; a price that applies and is not on
// the grid becomes InvalidPrice, which the Desk denies.
func (i *instance) submit(s engine.Side, qty int, kind engine.OrderType, limit, stop, stopLoss, target float64, gtc bool) int {
	i.count()
	i.ref++
	n := engine.Intent{Kind: engine.Submit, Ref: i.ref, StopLoss: i.optional(stopLoss), Target: i.optional(target)}
	if n.HasBracket() {
		i.ref += engine.TargetRef
	}
	n.Terms = engine.Terms{
		Instrument: i.in.ID, Side: s, Type: kind, Qty: engine.Qty(qty), Limit: engine.NoPrice, Stop: engine.NoPrice,
	}
	if kind.HasLimit() {
		n.Terms.Limit = i.ticks(limit)
	}
	if kind.HasStop() {
		n.Terms.Stop = i.ticks(stop)
	}
	if gtc {
		n.Terms.TIF = engine.GTC
	}
	i.open = append(i.open, Order{
		ID: int(n.Ref), Side: int(s), Type: kind.String(), State: "submitted", Qty: qty,
		Limit: i.price(n.Terms.Limit), Stop: i.price(n.Terms.Stop), AveragePrice: nan, Open: true,
	})
	i.view.Working = len(i.open)
	i.send(&n)
	return int(n.Ref)
}

// send completes an intent and hands it over.
func (i *instance) send(n *engine.Intent) {
	i.seq++
	n.At, n.Strategy, n.Seq, n.Cause = i.now, i.id, i.seq, i.top.At
	n.Terms.Instrument = i.in.ID
	if n.Kind != engine.Submit {
		n.StopLoss, n.Target = engine.NoPrice, engine.NoPrice
	}
	i.runner.emit(n)
}

func (i *instance) amend(id, qty int, limit, stop float64) {
	i.count()
	n := &engine.Intent{Kind: engine.Amend, Ref: engine.Ref(id)}
	n.Terms = engine.Terms{Qty: engine.Qty(qty), Limit: i.optional(limit), Stop: i.optional(stop)}
	i.send(n)
}

func (i *instance) withdraw(id int) {
	i.count()
	i.send(&engine.Intent{Kind: engine.Withdraw, Ref: engine.Ref(id)})
}

func (i *instance) sweep(kind engine.IntentKind) {
	i.count()
	i.send(&engine.Intent{Kind: kind})
}

// gridTolerance is how far, in ticks, a float64 may lie from a price on the grid
// and still mean it: far above what arithmetic on prices loses, far below a mistake.
const gridTolerance = 1e-4

// ticks converts a script's price.
func (i *instance) ticks(x float64) engine.Price {
	t := x / i.in.TickFloat()
	n := math.Round(t)
	if !(math.Abs(t-n) <= gridTolerance) || !i.inRange(n) {
		return engine.InvalidPrice
	}
	return engine.Price(n)
}

// inRange reports whether so many ticks are a price that can be reckoned with: at
// most 1e12 of them, and 9e9 points. No market is near either.
func (i *instance) inRange(ticks float64) bool {
	n := math.Abs(ticks)
	return n <= 1e12 && n*float64(i.in.Tick) <= 9e9*engine.NanoScale
}

// optional converts a price that a script may leave out as 0.
func (i *instance) optional(x float64) engine.Price {
	if x == 0 {
		return engine.NoPrice
	}
	return i.ticks(x)
}

// round puts x on the grid.
func (i *instance) round(x float64, how func(float64) float64) float64 {
	n := how(x / i.in.TickFloat())
	if !i.inRange(n) { // NaN is not
		return nan
	}
	return i.in.Float(engine.Price(n))
}

// floorTick and ceilTick treat a price within the tolerance of the grid as on it.
func floorTick(t float64) float64 { return math.Floor(t + gridTolerance) }
func ceilTick(t float64) float64  { return math.Ceil(t - gridTolerance) }

// onUpdate takes the Desk's news about an order, then calls OnFill and OnOrder.
func (i *instance) onUpdate(u *engine.Update) {
	i.moveTo(u.At)
	i.hold(u)
	i.remember(u)
	if i.halted {
		return
	}
	i.closeBars(i.number)
	if u.Denial != nil {
		i.denied()
	}
	if u.Fill.Qty > 0 && i.prog.Handlers.OnFill != nil && !i.halted {
		i.fill = i.fillOf(u)
		i.call(onFill)
	}
	if i.prog.Handlers.OnOrder != nil && !i.halted {
		i.order = i.orderOf(u)
		i.call(onOrder)
	}
}

// hold takes over the position and the balance.
func (i *instance) hold(u *engine.Update) {
	h, v := u.Holding, &i.view
	i.holding = h
	v.Position = int(h.Position)
	v.AveragePrice, v.Profit = nan, 0
	if h.Position != 0 {
		v.AveragePrice = h.Cost.Float() / float64(h.Position) / v.PointValue
		v.Profit = h.Unrealized(i.top.Mark(h.Position), i.in).Float()
	}
	v.Realized = (h.Realized - h.Fees).Float()
	v.Cash, v.Equity = u.Account.Cash.Float(), u.Account.Equity.Float()
}

func (i *instance) orderOf(u *engine.Update) Order {
	o := &u.Order
	out := Order{
		ID: int(o.Ref), Side: int(o.Terms.Side), Type: o.Terms.Type.String(), State: o.State.String(),
		Qty: int(o.Terms.Qty), Filled: int(o.Filled), Limit: i.price(o.Terms.Limit), Stop: i.price(o.Terms.Stop),
		AveragePrice: nan, Reason: o.Reason, Open: !o.State.Terminal(),
	}
	if o.Parent != 0 && o.Ref != 0 {
		out.Parent = i.parentOf(o)
	}
	if o.Filled > 0 {
		out.AveragePrice = float64(o.Notional) / float64(o.Filled) * i.in.TickFloat()
	}
	if u.Denial != nil {
		out.Code, out.Reason = string(u.Denial.Code), u.Denial.Error()
		if o.ID == 0 {
			out.State = "denied"
		}
	}
	return out
}

// parentOf is the entry's ID of a bracket's child: a stop follows its entry
// directly, a limit is the second after it.
func (i *instance) parentOf(o *engine.Order) int {
	if o.Terms.Type.HasStop() {
		return int(o.Ref - engine.StopRef)
	}
	return int(o.Ref - engine.TargetRef)
}

func (i *instance) fillOf(u *engine.Update) Fill {
	return Fill{
		Time: int64(u.At), ID: int(u.Order.Ref), Side: int(u.Order.Terms.Side), Qty: int(u.Fill.Qty),
		Price: i.price(u.Fill.Price), Fee: u.Fill.Fee.Float(), Profit: u.Fill.PnL.Float(), Position: int(u.Holding.Position),
	}
}

// remember keeps the lists of open and ended orders. A denial that leaves the
// order as it was is no part of it.
func (i *instance) remember(u *engine.Update) {
	o := i.orderOf(u)
	if u.Denial != nil && u.Order.ID != 0 && u.Order.State != engine.Refused {
		o.Code, o.Reason = "", u.Order.Reason
	}
	if o.ID == 0 {
		return
	}
	at := indexOf(i.open, o.ID)
	switch {
	case at >= 0 && o.Open:
		i.open[at] = o
	case at >= 0:
		i.open = append(i.open[:at], i.open[at+1:]...)
		i.end(&o)
	case o.Open:
		i.open = append(i.open, o)
	case u.Order.ID != 0: // a fill that outran a cancel
		if at := indexOf(i.ended, o.ID); at >= 0 {
			i.ended[at] = o
		}
	}
	i.view.Working = len(i.open)
}

func indexOf(list []Order, id int) int {
	for n := range list {
		if list[n].ID == id {
			return n
		}
	}
	return -1
}

func (i *instance) end(o *Order) {
	if len(i.ended) == keepEnded {
		copy(i.ended, i.ended[1:])
		i.ended = i.ended[:keepEnded-1]
	}
	i.ended = append(i.ended, *o)
}

func (i *instance) orderBy(id int) Order {
	for _, list := range [][]Order{i.open, i.ended} {
		if at := indexOf(list, id); at >= 0 {
			return list[at]
		}
	}
	return Order{Limit: nan, Stop: nan, AveragePrice: nan}
}

func (i *instance) openOrders() []Order {
	return append([]Order(nil), i.open...)
}
