// Package quotecross is the strategy of the speed figures: an EMA cross with a
// position check on every quote.
package quotecross

import "tollgate/strategies"

var (
	mid  = strategies.Mid()
	fast = strategies.EMA(mid, 900)
	slow = strategies.EMA(mid, 2600)
	up   bool
	seen bool
)

// OnQuote trades the cross.
func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	if !slow.Ready {
		return
	}
	above := fast.V > slow.V
	if seen && above && !up && ctx.Position <= 0 {
		ctx.Target(1)
	}
	if seen && !above && up && ctx.Position >= 0 {
		ctx.Target(-1)
	}
	up = above
	seen = true
}
