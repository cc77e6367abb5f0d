// Package quotesweep is the strategy of the speed figures of a sweep: quotecross
// with its two lengths as parameters.
package quotesweep

import "tollgate/strategies"

var (
	fastEvents = strategies.Int("fast", 900, 10, 5000, "events in the fast average")
	slowEvents = strategies.Int("slow", 2600, 20, 10000, "events in the slow average")

	mid  = strategies.Mid()
	fast = strategies.EMA(mid, fastEvents)
	slow = strategies.EMA(mid, slowEvents)
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
