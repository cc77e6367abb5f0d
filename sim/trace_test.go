package sim_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/strategies"
)

// traced runs a strategy and writes its trace down.
func traced(t *testing.T, l risk.Limits, h, next strategies.Handlers, quotes []engine.Quote) (*sim.Result, *diary) {
	t.Helper()
	var d diary
	program := func(hash string, h strategies.Handlers) *strategies.Program {
		return &strategies.Program{Name: "p", Hash: hash, Setup: strategies.NewSetup(nil), Handlers: h}
	}
	events := int64(0)
	w := sim.NewWorld(sim.Config{
		Universe: universe(t), Gate: risk.New(l, risk.DefaultBudget), Cash: engine.Dollars(100_000), History: 10,
		Trace: func(at engine.Time, line string) { d.add("%s %s", ms(int64(at)), line) },
		Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
			return &sim.Entry{Program: program("aaaaaaaaaaaaaaaa", h)}, nil
		},
		Before: func(w *sim.World, at engine.Time) {
			if events++; events != 3 {
				return
			}
			if err := w.Swap(0, program("bbbbbbbbbbbbbbbb", next), strategies.Guard{For: time.Hour}); err != nil {
				t.Error(err)
			}
		},
	})
	r, err := w.Run(&sim.Tape{Quotes: quotes})
	if err != nil {
		t.Fatal(err)
	}
	return r, &d
}

func TestTrace(t *testing.T) {
	n := 0
	h := strategies.Handlers{OnQuote: func(c *strategies.Context, q *strategies.Quote) {
		switch n++; n {
		case 1:
			c.BuyBracket(1, 24, 30)
			c.Submit(&strategies.Ticket{Side: strategies.Sell, Qty: 1, Stop: 20, Limit: 19.75, GTC: true})
			c.BuyLimit(1, math.NaN())
			c.Buy(9)
		case 2:
			c.Change(4, 2, 19.5, 0)
			c.Cancel(4)
			c.Log("hello")
		}
	}}
	next := strategies.Handlers{OnQuote: func(c *strategies.Context, q *strategies.Quote) { panic("no") }}
	r, d := traced(t, risk.Limits{MaxOrder: risk.ByInstrument{"ES": 5}}, h, next, []engine.Quote{
		book(second, 100, 101), book(2*second, 100, 101), book(3*second, 100, 101),
	})
	d.want(t,
		"1000ms want submit #1 BUY 1 ES 12-26 MARKET stop-loss 24 target 30",
		"1000ms want submit #4 SELL 1 ES 12-26 STOPLIMIT limit 19.75 stop 20 GTC",
		"1000ms want submit #5 BUY 1 ES 12-26 LIMIT limit invalid",
		"1000ms want submit #6 BUY 9 ES 12-26 MARKET",
		"1000ms send place order 1 BUY 1 ES 12-26 MARKET",
		"1000ms send place order 2 SELL 1 ES 12-26 STOPLIMIT limit 19.75 stop 20 GTC",
		"1000ms denied #5 bad_price",
		"1000ms denied #6 max_order limit 5, would be 9",
		"1000ms fill order 1 BUY 1 at 25.25, position 1",
		"1000ms send place order 4 SELL 1 ES 12-26 STOPMARKET stop 24 GTC",
		"1000ms send place order 5 SELL 1 ES 12-26 LIMIT limit 30 GTC",
		"2000ms want amend #4 qty 2 limit 19.5",
		"2000ms want withdraw #4",
		"2000ms log hello",
		"2000ms send change order 2 qty 2 limit 19.5 stop 20",
		"2000ms send cancel order 2",
		"2000ms end order 2 cancelled: by request",
		"2000ms version bbbbbbbbbbbb",
		"3000ms rollback to aaaaaaaaaaaa: panic in OnQuote: no",
	)
	if len(r.Versions) != 2 || r.Versions[1].Text != "back to version aaaaaaaaaaaaaaaa: panic in OnQuote: no" || len(r.Halts) != 0 {
		t.Errorf("versions %+v, halts %+v", r.Versions, r.Halts)
	}
}

// TestTraceChangesNothing: a run that is watched is the run that is not.
func TestTraceChangesNothing(t *testing.T) {
	hashes := map[engine.Hash]bool{}
	for _, trace := range []sim.Trace{nil, func(at engine.Time, line string) { _ = fmt.Sprint(at, line) }} {
		w := sim.NewWorld(sim.Config{
			Universe: universe(t), Gate: risk.New(risk.Limits{}, risk.DefaultBudget), Trace: trace,
			Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
				s := strategies.NewSetup(nil)
				return &sim.Entry{Program: crossing(s)}, s.Seal()
			},
		})
		r, err := w.Run(&sim.Tape{Quotes: walk(20_000)})
		if err != nil || len(r.Fills) == 0 {
			t.Fatal(err, len(r.Fills))
		}
		hashes[r.Hash] = true
	}
	if len(hashes) != 1 {
		t.Errorf("hashes %v", hashes)
	}
}

func TestSwapAndRollbackBetweenEvents(t *testing.T) {
	w := sim.NewWorld(sim.Config{Universe: universe(t), Gate: risk.New(risk.Limits{}, risk.DefaultBudget)})
	p := &strategies.Program{Setup: strategies.NewSetup(nil)}
	if err := w.Swap(0, p, strategies.Guard{}); err == nil {
		t.Error("swapped nobody")
	}
	if err := w.Rollback(0, "x"); err == nil {
		t.Error("rolled back nobody")
	}
}
