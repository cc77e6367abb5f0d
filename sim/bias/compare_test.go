package bias_test

import (
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/bias"
	"tollgate/strategies"
)

func buy(at engine.Time, order string) bias.Decision {
	return bias.Decision{At: at, Instrument: "ES", Kind: "submit", Order: order, Terms: "BUY 1 ES MARKET", Flat: true}
}

func logOf(list ...bias.Decision) *bias.Log { return &bias.Log{Decisions: list} }

func on(key string, d bias.Decision) bias.Decision {
	d.Instrument = key
	return d
}

func TestCompare(t *testing.T) {
	a := logOf(buy(1, "#1"), buy(2, "#2"), buy(3, "#3"))
	other := buy(2, "#2")
	other.Terms = "SELL 1 ES MARKET"
	all := bias.Scope{To: bias.Forever, Numbers: true}
	for _, c := range []struct {
		name  string
		a, b  *bias.Log
		scope bias.Scope
		at    engine.Time // 0 = no difference
		alike int
	}{
		{"the same", a, logOf(a.Decisions...), all, 0, 0},
		{"both empty", logOf(), logOf(), all, 0, 0},
		{"other terms", a, logOf(buy(1, "#1"), other, buy(3, "#3")), all, 2, 1},
		{"a difference at the end of the scope", a, logOf(buy(1, "#1"), other), bias.Scope{To: 2, Numbers: true}, 2, 1},
		{"a difference just after it", a, logOf(buy(1, "#1"), other), bias.Scope{To: 1, Numbers: true}, 0, 0},
		{"one more in a", a, logOf(buy(1, "#1"), buy(2, "#2")), all, 3, 2},
		{"one more in b", logOf(buy(1, "#1")), a, all, 2, 1},
		{"nothing in b", a, logOf(), all, 1, 0},
		{"other numbers", a, logOf(buy(1, "#7"), buy(2, "#8"), buy(3, "#9")), all, 1, 0},
		{"other numbers, which do not count", a, logOf(buy(1, "#7"), buy(2, "#8"), buy(3, "#9")), bias.Scope{To: bias.Forever}, 0, 0},
		{"another order between instruments", logOf(buy(1, "#1"), on("NQ", buy(1, "#1"))), logOf(on("NQ", buy(1, "#1")), buy(1, "#1")), all, 0, 0},
		{"the earlier of two", logOf(on("AA", buy(5, "#1")), buy(4, "#1")), logOf(), all, 4, 0},
		{"the reason of a halt", logOf(bias.Decision{At: 1, Kind: "halt", Terms: "x"}), logOf(bias.Decision{At: 1, Kind: "halt", Terms: "y"}), all, 0, 0},
		{"beyond what was kept", &bias.Log{Decisions: a.Decisions[:2], Dropped: 1}, a, all, 0, 0},
		{"within what was kept", &bias.Log{Decisions: []bias.Decision{other, buy(3, "#3")}, Dropped: 1}, a, all, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := bias.Compare(c.a, c.b, c.scope)
			switch {
			case c.at == 0 && d != nil:
				t.Errorf("differ: %+v", d)
			case c.at != 0 && (d == nil || d.At != c.at || d.Alike != c.alike):
				t.Errorf("got %+v, want a difference at %d after %d alike", d, c.at, c.alike)
			}
		})
	}
}

func TestConvergeOnLogs(t *testing.T) {
	late := func(list ...bias.Decision) *bias.Log { return logOf(list...) }
	sell := buy(20, "#1")
	sell.Terms = "SELL 2 ES MARKET"
	carried := buy(20, "#1")
	carried.Flat = false
	for _, c := range []struct {
		name        string
		whole, late *bias.Log
		after       time.Duration
		agreed      int
		converged   bool
	}{
		{"the same from the first on", logOf(buy(5, "#1"), buy(20, "#2")), late(buy(20, "#1")), 0, 1, true},
		{"a difference, then agreement", logOf(buy(20, "#2"), buy(30, "#3")), late(sell, buy(30, "#2")), 10, 1, true},
		{"a decision more in the late run", logOf(buy(30, "#3")), late(buy(25, "#1"), buy(30, "#2")), 15, 1, true},
		{"a decision more in the whole run", logOf(buy(25, "#1"), buy(30, "#3")), late(buy(30, "#2")), 15, 1, true},
		{"no agreement at the end", logOf(buy(20, "#2"), buy(30, "#3")), late(buy(20, "#1")), 20, 0, false},
		{"one instrument never agrees", logOf(buy(20, "#2"), on("NQ", buy(30, "#3"))), late(buy(20, "#1")), 20, 1, false},
		{"nothing to compare", logOf(buy(5, "#1")), late(), 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, _ := bias.Converge(c.whole, c.late, 10)
			if all.After != c.after || all.Agreed != c.agreed || all.Converged != c.converged {
				t.Errorf("got %+v", all)
			}
			if (all.First == nil) != (all.Last == nil) || (all.Last == nil) != (c.after == 0) {
				t.Errorf("first %v, last %v", all.First, all.Last)
			}
		})
	}
	all, entries := bias.Converge(logOf(buy(20, "#2")), late(carried), 10)
	if !all.Converged || all.Last != nil {
		t.Errorf("whether an instance was flat is no decision: %+v", all)
	}
	if entries.Last == nil {
		t.Errorf("an order of one that was not flat is no entry: %+v", entries)
	}
}

// cross trades the crossing of the bid and its average over n quotes.
func cross(n int, target bool) build {
	return func(s *strategies.Setup) strategies.Handlers {
		bid := s.Bid()
		average := s.SMA(bid, n)
		return strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
			switch {
			case !average.Ready || ctx.Working > 0:
			case target && bid.V > average.V && ctx.Position <= 0:
				ctx.Target(1)
			case target && bid.V < average.V && ctx.Position >= 0:
				ctx.Target(-1)
			case !target && bid.V > average.V:
				ctx.CancelAll() // a decision that leaves no trace in the account
			}
		}}
	}
}

// TestWarmUpOfAnAverage: an average over n quotes is warm with the n-th quote, so
// what hangs on nothing else agrees from there on, and not one quote earlier.
func TestWarmUpOfAnAverage(t *testing.T) {
	quotes := wave(9, 600)
	for _, n := range []int{5, 20, 60} {
		whole, _ := play(t, cross(n, false), &sim.Tape{Quotes: quotes}, 10_000)
		for _, k := range []int{100, 171, 250} {
			start := quotes[k].At
			late, _ := play(t, cross(n, false), &sim.Tape{Quotes: from(quotes, start)}, 10_000)
			all, _ := bias.Converge(whole, late, start)
			last := engine.NoTime // of the whole run before the late one is warm
			for _, d := range whole.Decisions {
				if d.At >= start && d.At < start+engine.Time(n-1)*second {
					last = d.At
				}
			}
			want := max(last.Sub(start), 0)
			if last == engine.NoTime {
				want = 0
			}
			if !all.Converged || all.After != want || all.Agreed < 50 {
				t.Errorf("average of %d, begun at %d: %+v, want it warm after %v", n, k, all, want)
			}
		}
	}
}

// TestPathDependenceIsTold: one that trades every k-th quote since its own begin
// never agrees; one that turns at a crossing does once both have turned.
func TestPathDependenceIsTold(t *testing.T) {
	quotes := wave(9, 600)
	counter := func(*strategies.Setup) strategies.Handlers {
		n := 0
		return strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
			if n++; n%7 == 0 {
				ctx.Target(1 - ctx.Position)
			}
		}}
	}
	for _, c := range []struct {
		name      string
		with      build
		converged bool
	}{{"counts from its begin", counter, false}, {"turns", cross(20, true), true}} {
		t.Run(c.name, func(t *testing.T) {
			start := quotes[100].At
			whole, _ := play(t, c.with, &sim.Tape{Quotes: quotes}, 10_000)
			late, _ := play(t, c.with, &sim.Tape{Quotes: from(quotes, start)}, 10_000)
			all, entries := bias.Converge(whole, late, start)
			if all.Converged != c.converged || entries.Converged != c.converged {
				t.Errorf("all %+v\nentries %+v", all, entries)
			}
			if all.First == nil || all.First.At < start {
				t.Errorf("first difference %+v", all.First)
			}
		})
	}
}

// TestEntriesAgreeWherePositionsDoNot: the size follows from what was traded
// before, the moment and the side do not.
func TestEntriesAgreeWherePositionsDoNot(t *testing.T) {
	quotes := wave(9, 600)
	sized := func(*strategies.Setup) strategies.Handlers {
		n, last := 0, 0.0
		return strategies.Handlers{OnQuote: func(ctx *strategies.Context, q *strategies.Quote) {
			if ctx.Position == 0 && last != 0 && q.Bid > last {
				n++
				ctx.Buy(1 + n%50)
			} else if ctx.Position != 0 && q.Bid < last {
				ctx.Flatten()
			}
			last = q.Bid
		}}
	}
	// With OnFill the instance is called again at the time of its entry, no longer flat.
	told := func(s *strategies.Setup) strategies.Handlers {
		h := sized(s)
		h.OnFill = func(*strategies.Context, *strategies.Fill) {}
		return h
	}
	for name, with := range map[string]build{"plain": sized, "told of fills": told} {
		t.Run(name, func(t *testing.T) {
			start := quotes[100].At
			whole, _ := play(t, with, &sim.Tape{Quotes: quotes}, 10_000)
			late, _ := play(t, with, &sim.Tape{Quotes: from(quotes, start)}, 10_000)
			all, entries := bias.Converge(whole, late, start)
			if all.Converged && all.After < 400*time.Second {
				t.Errorf("the sizes differ for ever: %+v", all)
			}
			if !entries.Converged || entries.After > 20*time.Second || entries.Agreed < 20 {
				t.Errorf("entries: %+v", entries)
			}
		})
	}
}
