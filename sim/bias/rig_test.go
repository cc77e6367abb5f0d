package bias_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/sim/bias"
	"tollgate/strategies"
)

const second = engine.Time(time.Second)

func book(at engine.Time, id engine.InstrumentID, bid engine.Price) engine.Quote {
	return engine.Quote{
		At: at, Instrument: id, Kind: engine.QuoteChange, Bid: bid, Ask: bid + 1, BidSize: 10, AskSize: 10,
		Last: engine.NoPrice, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
}

func trade(at engine.Time, id engine.InstrumentID, price engine.Price) engine.Quote {
	return engine.Quote{
		At: at, Instrument: id, Kind: engine.TradePrint, Bid: engine.NoPrice, Ask: engine.NoPrice, Last: price, LastSize: 1,
		BidSize: engine.UnknownQty, AskSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
}

var keys = []string{"ES 12-26", "NQ 12-26", "GC 12-26"}

func universe(t testing.TB) *engine.Universe {
	t.Helper()
	u := engine.NewUniverse()
	for _, key := range keys {
		if _, err := u.Add(key, engine.Spec{Root: key[:2], Tick: 250_000_000, PointValue: decimal.NewFromInt(50)}); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// build makes the program of one instance.
type build func(s *strategies.Setup) strategies.Handlers

// play runs a strategy on a tape and returns what it decided.
func play(t testing.TB, b build, src sim.Source, limit int) (*bias.Log, *sim.Result) {
	t.Helper()
	c := sim.Config{
		Universe: universe(t), Gate: risk.New(risk.Limits{}, risk.DefaultBudget), Cash: engine.Dollars(100_000),
		Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
			s := strategies.NewSetup(nil)
			h := b(s)
			return &sim.Entry{Program: &strategies.Program{Name: "test", Setup: s, Handlers: h}, OnPanic: strategies.FlattenOnPanic}, s.Seal()
		},
	}
	r := bias.NewRecorder(limit)
	r.Attach(&c)
	result, err := sim.NewWorld(c).Run(src)
	if err != nil {
		t.Fatal(err)
	}
	return r.Log(), result
}

// wave is a price that turns about every n seconds, with a drift, so that averages cross.
func wave(n, length int) []engine.Quote {
	var quotes []engine.Quote
	p, step := engine.Price(4000), engine.Price(1)
	for i := range length {
		if i%n == n-1 {
			step = -step
		}
		if i%7 == 3 {
			p += engine.Price(i/n%3) - 1
		}
		p += step
		quotes = append(quotes, book(engine.Time(i+1)*second, 0, p))
	}
	return quotes
}

func from(quotes []engine.Quote, t engine.Time) []engine.Quote {
	for i := range quotes {
		if quotes[i].At >= t {
			return quotes[i:]
		}
	}
	return nil
}

func before(quotes []engine.Quote, t engine.Time) []engine.Quote {
	return quotes[:len(quotes)-len(from(quotes, t))]
}
