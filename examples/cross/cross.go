// Package cross trades the crossing of two exponential averages of one-minute closes.
package cross

import "tollgate/strategies"

var (
	fast = strategies.Int("fast", 9, 2, 200, "bars in the fast average")
	slow = strategies.Int("slow", 21, 3, 400, "bars in the slow average")
	size = strategies.Int("size", 1, 1, 50, "contracts to hold")

	bars  = strategies.Minutes(1)
	quick = strategies.EMA(bars.Close, fast)
	calm  = strategies.EMA(bars.Close, slow)
	cross = strategies.Cross(quick, calm)
)

// OnBar turns the position when the averages cross: long above, short below.
func OnBar(ctx *strategies.Context, b *strategies.Bar) {
	if !calm.Ready {
		return
	}
	if cross.Up {
		ctx.Target(size)
	}
	if cross.Down {
		ctx.Target(-size)
	}
}
