package report

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/sim/venue"
	"tollgate/strategies"
)

// monday is the begin of the samples: Monday, 2024-03-04, 14:30 UTC.
const monday engine.Time = 1709562600 * engine.Time(time.Second)

// futures are two contracts with New York sessions.
func futures(t testing.TB) *engine.Universe {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	c := &engine.Calendar{
		Zone: zone, Open: 18 * time.Hour, Close: 17 * time.Hour,
		Days: [7]bool{time.Monday: true, time.Tuesday: true, time.Wednesday: true, time.Thursday: true, time.Friday: true},
	}
	u := engine.NewUniverse()
	for _, x := range []struct {
		key  string
		spec engine.Spec
	}{
		{"ES 06-24", engine.Spec{Root: "ES", Tick: 250_000_000, PointValue: decimal.NewFromInt(50), Fee: 215 * engine.MoneyScale / 100, Calendar: c}},
		{"CL 05-24", engine.Spec{Root: "CL", Tick: 10_000_000, PointValue: decimal.NewFromInt(1000), Fee: 236 * engine.MoneyScale / 100, Calendar: c}},
	} {
		if _, err := u.Add(x.key, x.spec); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// walk makes weekdays of 6.5 hours of quotes and trades, one event every few seconds.
func walk(days, instruments int, seed uint64) []engine.Quote {
	r := rand.New(rand.NewPCG(seed, 1))
	prices := []engine.Price{20500, 7900}[:instruments]
	var out []engine.Quote
	for d := range days {
		at := monday + engine.Time(d+d/5*2)*24*engine.Time(time.Hour)
		end := at + engine.Time(390*time.Minute)
		for at < end {
			at += engine.Time(200+r.IntN(6000)) * engine.Time(time.Millisecond)
			i := r.IntN(instruments)
			out = append(out, event(r, at, engine.InstrumentID(i), &prices[i]))
		}
	}
	return out
}

func event(r *rand.Rand, at engine.Time, id engine.InstrumentID, price *engine.Price) engine.Quote {
	trade := r.IntN(3) == 0
	if !trade {
		*price += engine.Price(r.IntN(5) - 2)
	}
	p := *price
	q := engine.Quote{
		At: at, Instrument: id, Bid: p, Ask: p + 1, BidSize: 20, AskSize: 20,
		Last: engine.NoPrice, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
	if trade {
		q.Kind, q.Bid, q.Ask, q.BidSize, q.AskSize = engine.TradePrint, engine.NoPrice, engine.NoPrice, engine.UnknownQty, engine.UnknownQty
		q.Last, q.LastSize = p+engine.Price(r.IntN(2)), 3
		if r.IntN(500) == 0 {
			q.Last += 2
		}
	}
	return q
}

// follower buys strength and sells weakness, now and then more than it may.
func follower() strategies.Handlers {
	var quick, calm float64
	n := 0
	return strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
		mid := (ctx.Bid + ctx.Ask) / 2
		if math.IsNaN(mid) {
			return
		}
		if n++; n == 1 {
			quick, calm = mid, mid
		}
		quick += (mid - quick) / 120
		calm += (mid - calm) / 500
		edge := ctx.Tick * 2
		switch {
		case n < 500 || ctx.Working > 0:
		case quick > calm+edge && ctx.Position <= 0:
			ctx.Target(1 + n%3)
		case quick < calm-edge && ctx.Position >= 0:
			ctx.Target(-1 - n%3)
		}
		if n == 3000 {
			ctx.BuyLimit(1, ctx.Round(ctx.Bid*0.9))
			ctx.Logf("resting far below the market")
		}
	}}
}

// sample runs a small world.
func sample(t testing.TB, days, instruments int) *Run {
	t.Helper()
	u := futures(t)
	w := sim.NewWorld(sim.Config{
		Universe: u, Gate: risk.New(risk.Limits{}, risk.DefaultBudget), Cash: engine.Dollars(100_000),
		Calendar: u.Get(0).Calendar, Venue: venue.Config{},
		Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
			s := strategies.NewSetup(nil)
			return &sim.Entry{Program: &strategies.Program{Name: "follower", Setup: s, Handlers: follower()}}, s.Seal()
		},
	})
	r, err := w.Run(&sim.Tape{Quotes: walk(days, instruments, 7)})
	if err != nil {
		t.Fatal(err)
	}
	return &Run{
		Result: r, Universe: u, Strategy: "follower", ScriptHash: "5f0c", FillModel: "conservative", Trigger: "last", Tier: "compiled",
		Feeds: []string{"es_20240304.csv.gz"}, Seed: 1, AbsentLimits: []string{"max_position", "daily_loss"},
		Params: []strategies.Param{
			{Name: "fast", Type: "int", Default: "120", Low: "2", High: "500", Value: "120", Doc: "quotes in the quick average"},
			{Name: "hold", Type: "duration", Default: "30m0s", Value: "45m0s", Doc: "longest time in a position"},
		},
		Notes:  []string{"The feed has no cumulative volume; it was not needed."},
		Config: "fees: {ES: 2.15, CL: 2.36}\nlatency: 0s\n",
	}
}
