// Package products averages in a way that shows whether each product is rounded.
package products

import "tollgate/strategies"

var average float64 // of nothing that means anything

// OnQuote logs every bit.
func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	away := q.Bid*0.1 - average*0.3
	average = 0.7*average + 0.3*away
	ctx.Log(average)
}
