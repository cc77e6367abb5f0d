package sim_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/sim/venue"
	"tollgate/strategies"
)

const second = engine.Time(time.Second)

func book(at engine.Time, bid, ask engine.Price) engine.Quote {
	return engine.Quote{
		At: at, Kind: engine.QuoteChange, Bid: bid, Ask: ask, BidSize: 10, AskSize: 10,
		Last: engine.NoPrice, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
}

func universe(t testing.TB) *engine.Universe {
	t.Helper()
	u := engine.NewUniverse()
	_, err := u.Add("ES 12-26", engine.Spec{
		Root: "ES", Tick: 250_000_000, PointValue: decimal.NewFromInt(50), Fee: 215 * engine.MoneyScale / 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// world runs one compiled strategy over quotes.
func world(t testing.TB, h strategies.Handlers, l risk.Limits, latency time.Duration, quotes []engine.Quote) *sim.Result {
	t.Helper()
	w := sim.NewWorld(sim.Config{
		Universe: universe(t), Gate: risk.New(l, risk.DefaultBudget), Cash: engine.Dollars(100_000),
		Venue: venue.Config{}, Latency: latency,
		Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
			s := strategies.NewSetup(nil)
			return &sim.Entry{Program: &strategies.Program{Name: "test", Setup: s, Handlers: h}}, s.Seal()
		},
	})
	r, err := w.Run(&sim.Tape{Quotes: quotes})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMarketOrderWithoutLatencyFillsAtTheQuoteInForce(t *testing.T) {
	n := 0
	h := strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
		n++
		switch n {
		case 2:
			ctx.Buy(2)
		case 3:
			ctx.Flatten()
		}
	}}
	r := world(t, h, risk.Limits{}, 0, []engine.Quote{book(second, 100, 101), book(2*second, 110, 111), book(3*second, 120, 121)})
	if len(r.Fills) != 2 || r.Fills[0].Price != 111 || r.Fills[1].Price != 120 {
		t.Fatalf("fills: %+v", r.Fills)
	}
	// 9 ticks x 12.50 x 2 contracts, less four sides at 2.15.
	if got, want := r.Net().String(), "216.40"; got != want {
		t.Errorf("net %s, want %s", got, want)
	}
	if r.Ignored != 0 {
		t.Errorf("%d reports made no sense", r.Ignored)
	}
}

func TestLatencyMeetsTheLaterMarket(t *testing.T) {
	n := 0
	h := strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
		n++
		if n == 1 {
			ctx.Buy(1)
		}
	}}
	quotes := []engine.Quote{book(second, 100, 101), book(2*second, 110, 111), book(3*second, 120, 121), book(9*second, 130, 131)}
	for _, c := range []struct {
		latency time.Duration
		price   engine.Price
	}{
		{999 * time.Millisecond, 101},
		{time.Second, 101}, // arrives at the very time of a quote: the market before it
		{1001 * time.Millisecond, 111},
		{2500 * time.Millisecond, 121},
	} {
		n = 0
		r := world(t, h, risk.Limits{}, c.latency, quotes)
		if len(r.Fills) != 1 || r.Fills[0].Price != c.price {
			t.Errorf("latency %v: fills %+v, want one at %d", c.latency, r.Fills, c.price)
		}
	}
}

func TestBracketLivesWithoutTheScript(t *testing.T) {
	n := 0
	h := strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
		n++
		if n == 1 {
			ctx.BuyBracket(1, 20, 30)
			panic("the script dies at once")
		}
	}}
	quotes := []engine.Quote{book(second, 100, 101), book(2*second, 101, 102), book(3*second, 121, 122)}
	w := sim.NewWorld(sim.Config{
		Universe: universe(t), Gate: risk.New(risk.Limits{}, risk.DefaultBudget), Cash: engine.Dollars(100_000),
		Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
			return &sim.Entry{
				Program: &strategies.Program{Name: "test", Setup: strategies.NewSetup(nil), Handlers: h},
				OnPanic: strategies.LeaveOnPanic,
			}, nil
		},
	})
	r, err := w.Run(&sim.Tape{Quotes: quotes})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Halts) != 1 || len(r.Fills) != 2 || r.Fills[1].Price != 120 || !r.Fills[1].Maker {
		t.Fatalf("halts %+v fills %+v", r.Halts, r.Fills)
	}
	for _, o := range r.Orders {
		if !o.State.Terminal() {
			t.Errorf("order %d is still %s", o.ID, o.State)
		}
	}
}
