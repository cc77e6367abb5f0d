// Package greedy spends the account's budget of calls at once and sweeps when it
// is refused: what an instance decides depends on who came first.
package greedy

import "tollgate/strategies"

var (
	n     = strategies.Int("n", 10, 1, 100, "orders to begin with")
	begun bool
)

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	if begun {
		return
	}
	begun = true
	for i := 0; i < n; i++ {
		ctx.BuyLimit(1, q.Bid-10)
	}
}

func OnOrder(ctx *strategies.Context, o *strategies.Order) {
	if o.State == "denied" {
		ctx.CancelAll()
	}
}
