package sim_test

import (
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/strategies"
)

// TestLeavingWhileABracketWorks: whichever way a script leaves, and however the market
// moves through the bracket meanwhile, it ends flat with nothing working.
func TestLeavingWhileABracketWorks(t *testing.T) {
	target := func(ctx *strategies.Context) { ctx.Target(0) }
	flatten := func(ctx *strategies.Context) { ctx.Flatten() }
	calm := []engine.Quote{book(5*second, 100, 101), book(9*second, 100, 101), book(20*second, 60, 61), book(30*second, 140, 141), book(40*second, 140, 141)}
	// The stop at 80 is passed while the exit is under way, and while its cancel is.
	gap := []engine.Quote{book(5*second, 70, 71), book(9*second, 70, 71), book(20*second, 60, 61), book(30*second, 140, 141), book(40*second, 140, 141)}
	late := []engine.Quote{book(6*second+500_000_000, 70, 71), book(9*second, 70, 71), book(20*second, 60, 61), book(30*second, 140, 141), book(40*second, 140, 141)}
	for name, c := range map[string]struct {
		leave   func(*strategies.Context)
		latency time.Duration
		quotes  []engine.Quote
		fills   int // 2 = the entry and the exit
	}{
		"target 0 at once":                     {target, 0, calm, 2},
		"target 0, calm":                       {target, 700 * time.Millisecond, calm, 2},
		"target 0, the stop was first":         {target, 1500 * time.Millisecond, gap, 4}, // stop and exit filled; the surplus is closed
		"target 0, the stop outran its cancel": {target, 1500 * time.Millisecond, late, 4},
		"flatten at once":                      {flatten, 0, calm, 2},
		"flatten, calm":                        {flatten, 700 * time.Millisecond, calm, 2},
		"flatten, the stop was first":          {flatten, 1500 * time.Millisecond, gap, 2},
		"flatten, a gap after its cancel":      {flatten, 700 * time.Millisecond, late, 2},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			h := strategies.Handlers{OnQuote: func(ctx *strategies.Context, _ *strategies.Quote) {
				switch n++; n {
				case 1:
					ctx.BuyBracket(2, 20, 37)
				case 3:
					c.leave(ctx)
				}
			}}
			quotes := append([]engine.Quote{book(second, 100, 101), book(2*second, 100, 101), book(4*second+800_000_000, 100, 101)}, c.quotes...)
			r := world(t, h, risk.Limits{}, c.latency, quotes)
			held := engine.Qty(0)
			for _, f := range r.Fills {
				held += f.Qty * engine.Qty(f.Side)
			}
			if held != 0 || len(r.Fills) != c.fills {
				t.Errorf("ends with %d after %d fills, want %d: %+v", held, len(r.Fills), c.fills, r.Fills)
			}
			for _, o := range r.Orders {
				if !o.State.Terminal() {
					t.Errorf("order %d is still %s", o.ID, o.State)
				}
			}
		})
	}
}
