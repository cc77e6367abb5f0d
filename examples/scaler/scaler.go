// Package scaler trades a channel breakout and knows its own profit and loss: it
// halves its size after losses and stops for the session at a loss limit.
package scaler

import "tollgate/strategies"

var (
	length = strategies.Int("length", 20, 2, 500, "bars in the channel")
	exit   = strategies.Int("exit", 10, 2, 500, "bars in the channel that ends a trade")
	size   = strategies.Int("size", 4, 1, 50, "contracts when all is well")
	losses = strategies.Int("losses", 2, 1, 20, "losing trades in a row that halve the size")
	budget = strategies.Float("budget", 1500, 10, 1000000, "loss in one session that ends trading, account currency")

	bars  = strategies.Minutes(1)
	entry = strategies.Donchian(bars, length)
	leave = strategies.Donchian(bars, exit)

	// State: names with a capital letter live on when the script is reloaded.
	Day    int
	Done   bool    // the session's loss limit was reached
	Row    int     // losing trades in a row
	Before float64 // realised when the trade began
	Top    float64 // the channels as they were before this bar
	Bottom float64
	Out    float64
	In     float64
)

// OnBar enters on a close beyond the last channel and leaves on the inner one.
func OnBar(ctx *strategies.Context, b *strategies.Bar) {
	if ctx.Date != Day {
		Day = ctx.Date
		Done = false
	}
	if entry.Upper.Ready && entry.Upper.N > length && leave.Upper.N > exit && !Done && ctx.Working == 0 {
		trade(ctx, b)
	}
	Top = entry.Upper.V
	Bottom = entry.Lower.V
	Out = leave.Lower.V
	In = leave.Upper.V
}

func trade(ctx *strategies.Context, b *strategies.Bar) {
	switch {
	case ctx.Position > 0 && b.Close < Out, ctx.Position < 0 && b.Close > In:
		ctx.Flatten()
	case ctx.Position == 0 && b.Close > Top:
		ctx.Buy(contracts())
	case ctx.Position == 0 && b.Close < Bottom:
		ctx.Sell(contracts())
	}
}

// contracts is the size after what has been lost: halved for every full row of losses.
func contracts() int {
	n := size
	for i := losses; i <= Row && n > 1; i += losses {
		n /= 2
	}
	return n
}

// OnFill counts rows of losses whenever a trade is over.
func OnFill(ctx *strategies.Context, f *strategies.Fill) {
	if f.Position != 0 {
		return
	}
	if ctx.Realized < Before {
		Row++
		ctx.Logf("losing trade, %d in a row: next size %d", Row, contracts())
	} else {
		Row = 0
	}
	Before = ctx.Realized
}

// OnPnL ends the session's trading at the loss limit.
func OnPnL(ctx *strategies.Context, p *strategies.PnL) {
	if !Done && p.Realized+p.Unrealized <= -budget {
		Done = true
		ctx.Log("loss limit of the session reached")
		ctx.Flatten()
	}
}
