// Package leaver enters with tight brackets and leaves, turns and adds in every way
// there is while they work.
package leaver

import "tollgate/strategies"

var (
	bars = strategies.Seconds(5)
	n    int
	// Reduced and Late count what the engine did about brackets.
	Reduced, Late int
)

// OnBar does one thing after the other, in an order that never repeats exactly.
func OnBar(ctx *strategies.Context, b *strategies.Bar) {
	n++
	reach := float64(1+n%4) * 0.5
	stop, target := ctx.RoundDown(b.Close-reach), ctx.RoundUp(b.Close+reach)
	switch (n*n + n/7) % 11 {
	case 0, 1:
		ctx.BuyBracket(1+n%3, stop, target)
	case 2, 3:
		ctx.SellBracket(1+n%2, target, stop)
	case 4:
		ctx.Target(0)
	case 5:
		ctx.Target(ctx.Position / 2)
	case 6:
		ctx.Target(-ctx.Position)
	case 7:
		ctx.Buy(1)
	case 8:
		ctx.Sell(1)
	case 9:
		ctx.Flatten()
	}
}

// OnOrder counts.
func OnOrder(ctx *strategies.Context, o *strategies.Order) {
	if o.Parent != 0 && o.State == "cancelled" {
		Reduced++
	}
	if o.Code == "overrun" {
		Late++
		ctx.Log("overrun", Late)
	}
}
