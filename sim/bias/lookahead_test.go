package bias_test

import (
	"testing"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/bias"
	"tollgate/strategies"
)

// honest trades the direction of the last change of the bid.
func honest([]engine.Quote) build {
	return func(*strategies.Setup) strategies.Handlers {
		last := 0.0
		return strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
			if last != 0 && q.Bid > last {
				ctx.Target(1)
			} else if last != 0 && q.Bid < last {
				ctx.Target(-1)
			}
			last = q.Bid
		}}
	}
}

// cheater trades the direction of the bid some events ahead: it holds the very
// quotes that are played.
func cheater(ahead int) func([]engine.Quote) build {
	return func(quotes []engine.Quote) build {
		return func(*strategies.Setup) strategies.Handlers {
			n := -1
			return strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
				n++
				future := quotes[min(n+ahead, len(quotes)-1)].Bid
				if future > quotes[n].Bid {
					ctx.Target(1)
				} else {
					ctx.Target(-1)
				}
			}}
		}
	}
}

func TestLookaheadIsSeenInRunsCutShort(t *testing.T) {
	quotes := wave(9, 400)
	for _, c := range []struct {
		name  string
		with  func([]engine.Quote) build
		cheat bool
	}{
		{"honest", honest, false},
		{"the next event", cheater(1), true},
		{"ten events ahead", cheater(10), true},
		{"the present one", cheater(0), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			whole, _ := play(t, c.with(quotes), &sim.Tape{Quotes: quotes}, 10_000)
			if len(whole.Decisions) == 0 {
				t.Fatal("no decisions: the test has lost its object")
			}
			caught := 0
			for k := 1; k <= 8; k++ {
				short := before(quotes, quotes[len(quotes)*k/9].At)
				cut, result := play(t, c.with(short), &sim.Tape{Quotes: short}, 10_000)
				d := bias.Compare(whole, cut, bias.Scope{To: result.Last, Numbers: true})
				if d == nil {
					continue
				}
				caught++
				if d.At > result.Last || d.Instrument != keys[0] || d.A == nil && d.B == nil {
					t.Errorf("the difference is not told as it is: %+v", d)
				}
			}
			if (caught > 0) != c.cheat {
				t.Errorf("%d of 8 cuts differ", caught)
			}
		})
	}
}

// TestOnStopIsNoLookahead: what is done because a run ends cannot be done earlier.
func TestOnStopIsNoLookahead(t *testing.T) {
	b := func(*strategies.Setup) strategies.Handlers {
		h := honest(nil)(nil)
		h.OnStop = func(ctx *strategies.Context) { ctx.Flatten() }
		return h
	}
	quotes := wave(9, 100)
	short := before(quotes, quotes[50].At)
	whole, _ := play(t, b, &sim.Tape{Quotes: quotes}, 10_000)
	cut, result := play(t, b, &sim.Tape{Quotes: short}, 10_000)
	scope := bias.Scope{To: result.Last, Numbers: true}
	if d := bias.Compare(whole, cut, scope); d != nil {
		t.Errorf("differs: %+v", d)
	}
	scope.Stop = true
	if d := bias.Compare(whole, cut, scope); d == nil || d.B == nil || d.B.Kind != "flatten" {
		t.Errorf("with OnStop counted: %+v", d)
	}
}
