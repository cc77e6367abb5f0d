package bias_test

import (
	"fmt"
	"testing"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/bias"
	"tollgate/strategies"
)

func TestRecorderTakesDownEveryIntent(t *testing.T) {
	n := 0
	b := func(*strategies.Setup) strategies.Handlers {
		return strategies.Handlers{
			OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
				n++
				switch n {
				case 1:
					ctx.BuyLimit(2, q.Bid)
				case 2:
					ctx.Change(1, 1, 0, 0)
				case 3:
					ctx.Cancel(1)
					ctx.CancelAll()
				case 4:
					ctx.Sell(1)
				case 5:
					ctx.Flatten()
				}
			},
			OnStop: func(ctx *strategies.Context) { ctx.Buy(3) },
		}
	}
	var quotes []engine.Quote
	for i := range 6 {
		quotes = append(quotes, book(engine.Time(i+1)*second, 0, 100))
	}
	log, result := play(t, b, &sim.Tape{Quotes: quotes}, 100)
	want := []bias.Decision{
		{At: second, Instrument: keys[0], Kind: "submit", Order: "#1", Terms: "BUY 2 ES 12-26 LIMIT limit 25", Flat: true},
		{At: 2 * second, Instrument: keys[0], Kind: "amend", Order: "#1", Terms: "qty 1"},
		{At: 3 * second, Instrument: keys[0], Kind: "withdraw", Order: "#1"},
		{At: 3 * second, Instrument: keys[0], Kind: "cancel-all"},
		{At: 4 * second, Instrument: keys[0], Kind: "submit", Order: "#2", Terms: "SELL 1 ES 12-26 MARKET", Flat: true},
		{At: 5 * second, Instrument: keys[0], Kind: "flatten"},
		{At: 6 * second, Instrument: keys[0], Kind: "submit", Order: "#3", Terms: "BUY 3 ES 12-26 MARKET", Flat: true, Stop: true},
	}
	if int64(len(log.Decisions)) != result.Intents || log.Dropped != 0 {
		t.Errorf("%s, but there were %d intents", log, result.Intents)
	}
	same(t, log.Decisions, want)
}

func same(t *testing.T, got, want []bias.Decision) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("decision %d is missing: %+v", i, want[i])
		case i >= len(want):
			t.Errorf("decision %d is too many: %+v", i, got[i])
		case got[i] != want[i]:
			t.Errorf("decision %d\ngot  %+v\nwant %+v", i, got[i], want[i])
		}
	}
}

// TestRecorderKnowsWhoseDecisionItIs: all instances hear of the P&L in one step of
// the Runner, and each event reaches one of them; a decision is never another's.
func TestRecorderKnowsWhoseDecisionItIs(t *testing.T) {
	b := func(*strategies.Setup) strategies.Handlers {
		quotes := 0
		return strategies.Handlers{
			OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
				if quotes++; quotes == 1 {
					ctx.Buy(1)
				}
			},
			OnPnL: func(ctx *strategies.Context, p *strategies.PnL) {
				for range len(ctx.Instrument) - len("ES 12-26") + int(ctx.Instrument[0]-'A')%3 { // a number of its own
					ctx.Cancel(int(ctx.Instrument[0]))
				}
			},
		}
	}
	var quotes []engine.Quote
	for i := range 60 {
		quotes = append(quotes, book(engine.Time(i+1)*second/3, engine.InstrumentID(i%3), engine.Price(100+i)))
	}
	log, _ := play(t, b, &sim.Tape{Quotes: quotes}, 10_000)
	count := map[string]int{}
	for _, d := range log.Decisions {
		count[d.Instrument+" "+d.Kind]++
		if want := fmt.Sprintf("#%d", d.Instrument[0]); d.Kind == "withdraw" && d.Order != want {
			t.Errorf("a decision about %s is said to be made on %s", d.Order, d.Instrument)
		}
	}
	for _, key := range keys {
		if count[key+" submit"] != 1 {
			t.Errorf("%s submitted %d times", key, count[key+" submit"])
		}
	}
	if count["ES 12-26 withdraw"] == 0 || count["NQ 12-26 withdraw"] == 0 {
		t.Errorf("the test has lost its object: %v", count)
	}
}

func TestRecorderTakesDownTheEndOfAStrategy(t *testing.T) {
	b := func(*strategies.Setup) strategies.Handlers {
		return strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) { panic("over") }}
	}
	log, _ := play(t, b, &sim.Tape{Quotes: []engine.Quote{book(second, 0, 100), book(2*second, 1, 100)}}, 10)
	kinds := map[string]int{}
	for _, d := range log.Decisions {
		kinds[d.Instrument+" "+d.Kind]++
	}
	if kinds["ES 12-26 halt"] != 1 || kinds["NQ 12-26 halt"] != 1 {
		t.Errorf("halts: %v", kinds)
	}
}

func TestRecorderKeepsItsBound(t *testing.T) {
	b := func(*strategies.Setup) strategies.Handlers {
		return strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) { ctx.CancelAll() }}
	}
	for _, c := range []struct {
		limit, kept int
		dropped     int64
	}{{4, 4, 1}, {5, 5, 0}, {6, 5, 0}} {
		log, _ := play(t, b, &sim.Tape{Quotes: wave(10, 5)}, c.limit)
		if len(log.Decisions) != c.kept || log.Dropped != c.dropped {
			t.Errorf("limit %d: kept %d, dropped %d", c.limit, len(log.Decisions), log.Dropped)
		}
	}
}
