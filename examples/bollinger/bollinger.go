// Package bollinger buys below the lower Bollinger band, sells above the upper
// one, and leaves at the middle.
package bollinger

import "tollgate/strategies"

var (
	length = strategies.Int("length", 20, 5, 400, "bars in the bands")
	width  = strategies.Float("width", 2, 0.5, 6, "width of the bands, in standard deviations")
	size   = strategies.Int("size", 1, 1, 50, "contracts to hold")
	ticks  = strategies.Int("stop", 16, 2, 1000, "stop, in ticks from the entry")

	bars  = strategies.Minutes(1)
	bands = strategies.Bollinger(bars.Close, length, width)

	// State: names with a capital letter live on when the script is reloaded.
	Protect int // the working stop
)

// OnStart takes up the stop that a run before this one left working.
func OnStart(ctx *strategies.Context) {
	for _, o := range ctx.Orders() {
		Protect = o.ID
	}
}

// OnBar enters outside the bands and leaves at the middle.
func OnBar(ctx *strategies.Context, b *strategies.Bar) {
	if !bands.Middle.Ready {
		return
	}
	switch {
	case ctx.Position > 0 && b.Close >= bands.Middle.V, ctx.Position < 0 && b.Close <= bands.Middle.V:
		ctx.Flatten()
	case ctx.Position == 0 && ctx.Working == 0 && b.Close < bands.Lower.V:
		ctx.Buy(size)
	case ctx.Position == 0 && ctx.Working == 0 && b.Close > bands.Upper.V:
		ctx.Sell(size)
	}
}

// OnFill puts a stop behind a new position.
func OnFill(ctx *strategies.Context, f *strategies.Fill) {
	if f.ID == 0 || f.ID == Protect || f.Position == 0 {
		return
	}
	room := float64(ticks) * ctx.Tick
	if f.Position > 0 {
		Protect = ctx.SellStop(f.Qty, ctx.Round(f.Price-room))
	} else {
		Protect = ctx.BuyStop(f.Qty, ctx.Round(f.Price+room))
	}
}
