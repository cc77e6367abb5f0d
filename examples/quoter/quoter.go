// Package quoter works a bid and an offer around the market and leans against its
// own position.
package quoter

import (
	"time"

	"tollgate/strategies"
)

var (
	edge  = strategies.Int("edge", 1, 0, 100, "ticks behind the best price at which to quote")
	lean  = strategies.Int("lean", 1, 0, 20, "ticks by which a full position moves the quotes")
	size  = strategies.Int("size", 1, 1, 50, "contracts on each side")
	limit = strategies.Int("limit", 3, 1, 50, "largest position")
	every = strategies.Duration("every", 2*time.Second, time.Second, time.Minute, "how often the quotes are looked at")

	// State: names with a capital letter live on when the script is reloaded.
	Bid, Ask int // the working orders; 0 = none
)

// OnStart takes up the orders that a run before this one left working: variables
// begin anew with the program, orders live on at the broker. Then it asks for a
// regular look; quoting on every event would spend the budget of calls to the broker
// within seconds.
func OnStart(ctx *strategies.Context) {
	for _, o := range ctx.Orders() {
		switch {
		case o.Side == strategies.Buy && Bid == 0:
			Bid = o.ID
		case o.Side == strategies.Sell && Ask == 0:
			Ask = o.ID
		default:
			ctx.Cancel(o.ID)
		}
	}
	ctx.Every("requote", every)
}

// OnTimer brings both quotes to where they belong.
func OnTimer(ctx *strategies.Context, t *strategies.Timer) {
	if !(ctx.Bid > 0 && ctx.Ask > ctx.Bid) {
		return
	}
	shift := -float64(lean) * float64(ctx.Position) / float64(limit)
	back := float64(edge)
	buyAt := ctx.RoundDown(ctx.Bid + (shift-back)*ctx.Tick)
	sellAt := ctx.RoundUp(ctx.Ask + (shift+back)*ctx.Tick)
	if buyAt > ctx.Bid {
		buyAt = ctx.Bid
	}
	if sellAt < ctx.Ask {
		sellAt = ctx.Ask
	}
	Bid = work(ctx, Bid, strategies.Buy, buyAt, ctx.Position+size <= limit)
	Ask = work(ctx, Ask, strategies.Sell, sellAt, ctx.Position-size >= -limit)
}

// work keeps one side's order at a price, or takes it away.
func work(ctx *strategies.Context, id, side int, price float64, wanted bool) int {
	o := ctx.Order(id)
	switch {
	case o.Open && !wanted:
		ctx.Cancel(id)
	case o.Open && o.Limit != price && o.State == "working":
		ctx.Change(id, 0, price, 0)
	case !o.Open && wanted && side == strategies.Buy:
		return ctx.BuyLimit(size, price)
	case !o.Open && wanted:
		return ctx.SellLimit(size, price)
	}
	return id
}
