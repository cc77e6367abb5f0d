package strategies

import (
	"fmt"
	"math"
	"time"

	"tollgate/engine"
)

// Sides of a Ticket, Order or Fill.
const (
	Buy  = 1
	Sell = -1
)

// Ticket is an order ticket with everything on it, for Context.Submit. Leave
// prices at 0 that do not apply; a contract that trades at exactly 0 needs the
// named methods.
type Ticket struct {
	Side     int // Buy or Sell
	Qty      int
	Limit    float64 // with Stop 0: a limit order
	Stop     float64 // with Limit 0: a stop order; with both: a stop-limit order
	StopLoss float64 // protect fills with a stop at this price ...
	Target   float64 // ... and a limit at this one, as one OCO
	GTC      bool    // rest beyond the session
}

// Context is a strategy's view of its instrument and its way to trade. The
// fields are written anew before every handler; nothing a script writes into
// them reaches the engine. Fields cost a script far less than method calls: read
// fields on every event, call methods to act.
//
// Every method that submits returns the order's ID at once; what became of it
// arrives in OnOrder and OnFill. A refusal is an OnOrder with State "denied".
type Context struct {
	Instrument string // canonical name
	Time       int64  // of the event, ns since 1970 UTC
	TimeOfDay  int    // seconds since midnight where the exchange is
	Date       int    // trade date, yyyymmdd

	Bid, Ask, Last   float64 // NaN when unknown
	BidSize, AskSize int     // -1 when unknown

	Position     int     // the strategy's own, signed, in contracts
	AveragePrice float64 // of the position; NaN when flat
	Profit       float64 // unrealised, at the price the position could be closed
	Realized     float64 // the strategy's own on this instrument since the start, after fees
	Working      int     // open orders
	Cash, Equity float64 // of the account, at the last fill or P&L update; live 0 until the broker has told it

	Tick, TickValue, PointValue float64
	Fee                         float64 // per contract and side

	host *instance
}

// Buy submits a market order. While the session is closed one that may open a position
// is denied (session_closed).
func (c *Context) Buy(qty int) int {
	return c.host.submit(engine.Buy, qty, engine.Market, 0, 0, 0, 0, false)
}

// Sell submits a market order, under the rule of Buy.
func (c *Context) Sell(qty int) int {
	return c.host.submit(engine.Sell, qty, engine.Market, 0, 0, 0, 0, false)
}

// BuyLimit submits a limit order for the day.
func (c *Context) BuyLimit(qty int, price float64) int {
	return c.host.submit(engine.Buy, qty, engine.Limit, price, 0, 0, 0, false)
}

// SellLimit submits a limit order for the day.
func (c *Context) SellLimit(qty int, price float64) int {
	return c.host.submit(engine.Sell, qty, engine.Limit, price, 0, 0, 0, false)
}

// BuyStop submits a stop order for the day: a market order once the price trades at stop or above.
func (c *Context) BuyStop(qty int, stop float64) int {
	return c.host.submit(engine.Buy, qty, engine.StopMarket, 0, stop, 0, 0, false)
}

// SellStop submits a stop order for the day: a market order once the price trades at stop or below.
func (c *Context) SellStop(qty int, stop float64) int {
	return c.host.submit(engine.Sell, qty, engine.StopMarket, 0, stop, 0, 0, false)
}

// BuyStopLimit submits a stop-limit order for the day.
func (c *Context) BuyStopLimit(qty int, stop, limit float64) int {
	return c.host.submit(engine.Buy, qty, engine.StopLimit, limit, stop, 0, 0, false)
}

// SellStopLimit submits a stop-limit order for the day.
func (c *Context) SellStopLimit(qty int, stop, limit float64) int {
	return c.host.submit(engine.Sell, qty, engine.StopLimit, limit, stop, 0, 0, false)
}

// BuyBracket buys at market; every fill is protected by a stop and a target, one
// OCO. The engine places them, also when the script hangs. 0 leaves one out; a
// price that is not a number is denied. The stop can be moved as order StopOf(id),
// the target as TargetOf(id). Both shrink, or go, when other orders of the strategy
// close what they protect.
func (c *Context) BuyBracket(qty int, stopLoss, target float64) int {
	return c.host.submit(engine.Buy, qty, engine.Market, 0, 0, stopLoss, target, false)
}

// SellBracket sells at market, protected as BuyBracket is.
func (c *Context) SellBracket(qty int, stopLoss, target float64) int {
	return c.host.submit(engine.Sell, qty, engine.Market, 0, 0, stopLoss, target, false)
}

// Submit submits what the ticket says.
func (c *Context) Submit(t *Ticket) int {
	kind := engine.Market
	switch {
	case t.Limit != 0 && t.Stop != 0:
		kind = engine.StopLimit
	case t.Limit != 0:
		kind = engine.Limit
	case t.Stop != 0:
		kind = engine.StopMarket
	}
	side := engine.Side(0) // a ticket without a side is denied, not guessed
	if t.Side == Buy || t.Side == Sell {
		side = engine.Side(t.Side)
	}
	return c.host.submit(side, t.Qty, kind, t.Limit, t.Stop, t.StopLoss, t.Target, t.GTC)
}

var nan = math.NaN()

// Target brings the position to the given number of contracts with one market
// order; it returns 0 and does nothing when it is there already. It counts the
// position only: cancel what is working first, brackets excepted. They work until the
// order fills, and are then cut to what is left.
func (c *Context) Target(position int) int {
	switch d := position - c.host.position(); {
	case d > 0:
		return c.Buy(d)
	case d < 0:
		return c.Sell(-d)
	}
	return 0
}

// StopOf returns the ID of the stop that protects a bracket's fills.
func (c *Context) StopOf(entry int) int { return entry + int(engine.StopRef) }

// TargetOf returns the ID of the target of a bracket.
func (c *Context) TargetOf(entry int) int { return entry + int(engine.TargetRef) }

// Change asks for a new quantity and new prices of an open order; 0 keeps what is
// there.
func (c *Context) Change(id, qty int, limit, stop float64) { c.host.amend(id, qty, limit, stop) }

// Cancel asks to cancel an open order.
func (c *Context) Cancel(id int) { c.host.withdraw(id) }

// CancelAll asks to cancel every open order of the strategy on its instrument,
// brackets included.
func (c *Context) CancelAll() { c.host.sweep(engine.CancelAll) }

// Flatten cancels every open order, brackets included, and closes the position at
// market when the last of them is known to be gone: no order of the strategy can turn
// the position around meanwhile. Until it is flat, new orders are denied (flattening).
func (c *Context) Flatten() { c.host.sweep(engine.Flatten) }

// Order returns one of the strategy's orders as it stands now; Open is false and
// ID 0 when there is no such order or it ended long ago.
func (c *Context) Order(id int) Order { return c.host.orderBy(id) }

// Orders returns the open orders, oldest first.
func (c *Context) Orders() []Order { return c.host.openOrders() }

// Round returns the price on the tick grid nearest to x.
func (c *Context) Round(x float64) float64 { return c.host.round(x, math.Round) }

// RoundDown returns the highest price on the tick grid not above x.
func (c *Context) RoundDown(x float64) float64 { return c.host.round(x, floorTick) }

// RoundUp returns the lowest price on the tick grid not below x.
func (c *Context) RoundUp(x float64) float64 { return c.host.round(x, ceilTick) }

// Every starts a timer that fires OnTimer at every multiple of d of event time.
// d is at least one millisecond. Calling it again with the same name restarts it.
func (c *Context) Every(name string, d time.Duration) { c.host.every(name, d) }

// At starts a timer that fires OnTimer once a day at a wall-clock time ("15:55")
// where the exchange is.
func (c *Context) At(name, timeOfDay string) { c.host.at(name, timeOfDay, "") }

// AtIn is At in a named time zone ("America/Chicago").
func (c *Context) AtIn(name, timeOfDay, zone string) { c.host.at(name, timeOfDay, zone) }

// StopTimer ends a timer.
func (c *Context) StopTimer(name string) { c.host.stopTimer(name) }

// Log writes a line into the record.
func (c *Context) Log(args ...any) { c.host.log(fmt.Sprintln(args...)) }

// Logf writes a formatted line into the record.
func (c *Context) Logf(format string, args ...any) { c.host.log(fmt.Sprintf(format, args...)) }

// Stop ends the strategy after this handler: OnStop runs, its orders are
// cancelled, its position is left as it is.
func (c *Context) Stop(reason string) { c.host.stop(reason) }
