package script

import (
	"testing"

	"tollgate/strategies"
)

const keeper = `package keeper

import "tollgate/strategies"

type pair struct {
	q   strategies.Quote
	bid float64
}

var (
	last  strategies.Quote
	first strategies.Quote
	bid   float64
	all   []strategies.Quote
	bids  []float64
	by    = map[int]strategies.Quote{}
	kept  pair
	n     int
	order strategies.Ticket
)

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	n++
	ctx.Bid, ctx.Ask, ctx.Last = last.Bid, bid, kept.q.Bid
	if n == 1 {
		first = *q
	}
	copied := *q
	q.Ask = 1
	last = *q
	bid = q.Bid
	all = append(all, copied)
	bids = append(bids, q.Bid)
	by[n] = *q
	kept.q = *q
	kept.bid = q.Bid
	q.Bid = -1
	ctx.AveragePrice = first.Bid
	ctx.Profit = all[0].Bid + bids[0] + by[1].Bid + copied.Bid
	ctx.Realized = all[0].Ask
	order = strategies.Ticket{Side: strategies.Buy, Qty: n}
	p := &order
	p.Qty++
	ctx.Position = order.Qty
}
`

// What a script keeps of an event is a copy: the host reuses the event.
func TestHostValuesAreCopied(t *testing.T) {
	p := mustLoad(t, keeper)
	var ctx strategies.Context
	var q strategies.Quote
	for i := 1; i <= 3; i++ {
		q = strategies.Quote{Bid: float64(i * 10), Ask: float64(i * 100)}
		p.Handlers.OnQuote(&ctx, &q)
		before := float64((i - 1) * 10)
		if ctx.Bid != before || ctx.Ask != before || ctx.Last != before {
			t.Errorf("turn %d: kept %v %v %v, want %v", i, ctx.Bid, ctx.Ask, ctx.Last, before)
		}
		if ctx.AveragePrice != 10 || ctx.Profit != 30+float64(i*10) || ctx.Realized != 100 || ctx.Position != i+1 {
			t.Errorf("turn %d: %+v", i, ctx)
		}
		if q.Bid != -1 || q.Ask != 1 {
			t.Errorf("turn %d: writing into the event went astray: %+v", i, q)
		}
	}
}

// Lines are the host's: what it writes is read by the next handler.
func TestLinesAreSharedWithTheHost(t *testing.T) {
	p := mustLoad(t, `package l

import "tollgate/strategies"

var (
	bars = strategies.Minutes(1)
	fast = strategies.EMA(bars.Close, 2)
	both = strategies.Cross(bars.Close, fast)
	alias = fast
)

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	bars.Close.V = q.Bid
	fast.V = q.Ask
	ctx.Bid = bars.Close.V + alias.V
	if both.Up || fast.Ready || bars.Count != 0 {
		ctx.Bid = 0
	}
}
`)
	var ctx strategies.Context
	p.Handlers.OnQuote(&ctx, &strategies.Quote{Bid: 2, Ask: 3})
	if ctx.Bid != 5 {
		t.Errorf("got %v, want 5", ctx.Bid)
	}
}
