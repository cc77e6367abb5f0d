// Package vwap fades moves away from the session's volume-weighted average price.
package vwap

import "tollgate/strategies"

var (
	away  = strategies.Float("away", 2, 0.5, 10, "distance from the VWAP that is traded, in average true ranges")
	stop  = strategies.Float("stop", 2, 0.5, 10, "further distance that ends the trade, in average true ranges")
	size  = strategies.Int("size", 1, 1, 50, "contracts per entry")
	atr   = strategies.Int("atr", 14, 2, 200, "one-minute bars in the average true range")
	bars  = strategies.Minutes(1)
	reach = strategies.ATR(bars, atr)
	vwap  = strategies.VWAP()
)

// OnBar enters against the move. A resting limit at the VWAP is the target; it
// follows the VWAP from bar to bar.
func OnBar(ctx *strategies.Context, b *strategies.Bar) {
	if !reach.Ready || !vwap.Ready {
		return
	}
	if ctx.Position == 0 {
		if ctx.Working == 0 {
			enter(ctx, b)
		}
		return
	}
	for _, o := range ctx.Orders() {
		if o.Type == "LIMIT" && o.Open {
			price := ctx.Round(vwap.V)
			if price != o.Limit && o.State == "working" {
				ctx.Change(o.ID, 0, price, 0)
			}
		}
	}
}

func enter(ctx *strategies.Context, b *strategies.Bar) {
	span := away * reach.V
	risk := stop * reach.V
	target := ctx.Round(vwap.V)
	if b.Close < vwap.V-span {
		ctx.BuyBracket(size, ctx.RoundDown(b.Close-risk), target)
	} else if b.Close > vwap.V+span {
		ctx.SellBracket(size, ctx.RoundUp(b.Close+risk), target)
	}
}
