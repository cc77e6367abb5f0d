package venue

import (
	"testing"
	"time"

	"tollgate/engine"
)

// tape is a plausible mix: two books to one trade, walking up and down.
func tape(n int) []engine.Quote {
	out := make([]engine.Quote, n)
	for i := range out {
		p := engine.Price(19200 + i%17 - i%5)
		out[i] = engine.Quote{
			At: engine.TimeOf(noon).Add(time.Duration(i) * time.Millisecond), Bid: p, Ask: p + 1,
			BidSize: engine.Qty(3 + i%7), AskSize: engine.Qty(2 + i%9), Last: engine.NoPrice,
			LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
		}
		if i%3 == 2 {
			q := &out[i]
			q.Kind, q.Last, q.LastSize, q.Bid, q.Ask = engine.TradePrint, p, 2, engine.NoPrice, engine.NoPrice
		}
	}
	return out
}

func benchQuotes(b *testing.B, v *Venue) {
	quotes := tape(999)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		v.Quote(&quotes[i%len(quotes)])
	}
}

func BenchmarkQuoteNoOrders(b *testing.B) { benchQuotes(b, New(testUniverse(), Config{})) }

// Orders that nothing reaches: 100 limits on either side, 100 stops.
func BenchmarkQuote300Orders(b *testing.B) {
	for f := range models {
		b.Run(f.String(), func(b *testing.B) {
			v := New(testUniverse(), Config{Fill: f})
			at := engine.TimeOf(noon)
			v.Quote(&tape(1)[0])
			for i := range 100 {
				off, id := engine.Price(100+i%20), engine.OrderID(3*i+1)
				v.Place(at, id, engine.Terms{Side: engine.Buy, Type: engine.Limit, Qty: 1, Limit: 19200 - off, Stop: engine.NoPrice})
				v.Place(at, id+1, engine.Terms{Side: engine.Sell, Type: engine.Limit, Qty: 1, Limit: 19200 + off, Stop: engine.NoPrice})
				v.Place(at, id+2, engine.Terms{Side: engine.Sell, Type: engine.StopMarket, Qty: 1, Limit: engine.NoPrice, Stop: 19200 - off})
			}
			benchQuotes(b, v)
		})
	}
}

func BenchmarkMarketOrder(b *testing.B) {
	v := New(testUniverse(), Config{})
	quotes := tape(999)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		q := &quotes[i%len(quotes)]
		v.Quote(q)
		v.Place(q.At, engine.OrderID(i+1), engine.Terms{Side: engine.Buy, Qty: 1, Limit: engine.NoPrice, Stop: engine.NoPrice})
	}
}

// A quote that meets no order must not allocate.
func TestQuoteDoesNotAllocate(t *testing.T) {
	v := New(testUniverse(), Config{})
	quotes := tape(99)
	v.Quote(&quotes[0])
	i := 0
	if n := testing.AllocsPerRun(99, func() { v.Quote(&quotes[i%len(quotes)]); i++ }); n != 0 {
		t.Errorf("%v allocations for a quote without orders", n)
	}
	v.Place(quotes[98].At, 1, engine.Terms{Side: engine.Buy, Type: engine.Limit, Qty: 1, Limit: 1, Stop: engine.NoPrice})
	if n := testing.AllocsPerRun(99, func() { v.Quote(&quotes[i%len(quotes)]); i++ }); n != 0 {
		t.Errorf("%v allocations for a quote that meets no order", n)
	}
}
