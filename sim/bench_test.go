package sim_test

import (
	"math/rand"
	"testing"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/sim/venue"
	"tollgate/strategies"
)

// walk is a recording of n quotes and trades on a random walk, ten a second.
func walk(n int) []engine.Quote {
	r := rand.New(rand.NewSource(7))
	list := make([]engine.Quote, n)
	mid, at := engine.Price(19_000), 1_700_000_000*second
	for i := range list {
		at += second / 10
		mid += engine.Price(r.Intn(3) - 1)
		list[i] = book(at, mid, mid+1)
		if i%4 == 3 {
			list[i] = deal(at, mid+engine.Price(r.Intn(2)), engine.Qty(1+r.Intn(5)))
		}
	}
	return list
}

func deal(at engine.Time, price engine.Price, size engine.Qty) engine.Quote {
	return engine.Quote{
		At: at, Kind: engine.TradePrint, Bid: engine.NoPrice, Ask: engine.NoPrice, BidSize: engine.UnknownQty, AskSize: engine.UnknownQty,
		Last: price, LastSize: size, Volume: engine.UnknownQty,
	}
}

// crossing is a strategy that looks at two averages and its position on every quote.
func crossing(s *strategies.Setup) *strategies.Program {
	fast, slow := s.EMA(s.Mid(), 200), s.EMA(s.Mid(), 1000)
	return &strategies.Program{Name: "cross", Setup: s, Handlers: strategies.Handlers{
		OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
			if !slow.Ready {
				return
			}
			if fast.V > slow.V && ctx.Position <= 0 && ctx.Working == 0 {
				ctx.Target(1)
			}
			if fast.V < slow.V && ctx.Position >= 0 && ctx.Working == 0 {
				ctx.Target(-1)
			}
		},
	}}
}

// crossWorld is a world in which that strategy trades.
func crossWorld(t testing.TB) *sim.World {
	return sim.NewWorld(sim.Config{
		Universe: universe(t), Gate: risk.New(risk.Limits{MaxWorking: 10}, risk.DefaultBudget), Cash: engine.Dollars(100_000),
		Venue: venue.Config{},
		Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
			s := strategies.NewSetup(nil)
			return &sim.Entry{Program: crossing(s)}, s.Seal()
		},
	})
}

// BenchmarkWorldCompiled is a whole backtest but for reading: desk, gate, venue,
// runner and record, with a strategy that checks its position on every quote.
func BenchmarkWorldCompiled(b *testing.B) {
	quotes := walk(1 << 20)
	b.ReportAllocs()
	b.ResetTimer()
	fills := 0
	for range b.N {
		r, err := crossWorld(b).Run(&sim.Tape{Quotes: quotes})
		if err != nil {
			b.Fatal(err)
		}
		fills = len(r.Fills)
	}
	b.ReportMetric(float64(b.N)*float64(len(quotes))/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(fills), "fills")
}

// BenchmarkWorldIdle is the same without a strategy: what a market event costs at least.
func BenchmarkWorldIdle(b *testing.B) {
	quotes := walk(1 << 20)
	b.ResetTimer()
	for range b.N {
		w := sim.NewWorld(sim.Config{Universe: universe(b), Gate: risk.New(risk.Limits{}, risk.DefaultBudget)})
		if _, err := w.Run(&sim.Tape{Quotes: quotes}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*float64(len(quotes))/b.Elapsed().Seconds(), "events/s")
}
