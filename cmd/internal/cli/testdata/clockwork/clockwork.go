// Package clockwork buys on every 50th quote of office hours and sells 25 quotes
// later: its trades can be worked out by hand.
package clockwork

import "tollgate/strategies"

var n int

// OnQuote counts.
func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	if ctx.TimeOfDay < 10*3600 || ctx.TimeOfDay >= 16*3600 || q.Bid >= q.Ask {
		return
	}
	n++
	if n%50 == 0 {
		ctx.Buy(1)
	}
	if n%50 == 25 && n > 50 {
		ctx.Sell(1)
	}
}
