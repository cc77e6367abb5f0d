package sim

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// trips makes round trips of so many dollars each, an hour long.
func trips(dollars ...int64) []engine.RoundTrip {
	var list []engine.RoundTrip
	for _, d := range dollars {
		list = append(list, engine.RoundTrip{PnL: engine.Dollars(d + 2), Fees: engine.Dollars(2), Closed: engine.Time(time.Hour)})
	}
	return list
}

// sessions makes sessions of so many dollars each, from 1000 on.
func sessions(dollars ...int64) []Session {
	var list []Session
	at := engine.Dollars(1000)
	for _, d := range dollars {
		list = append(list, Session{Start: at, End: at + engine.Dollars(d)})
		at += engine.Dollars(d)
	}
	return list
}

func near(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-12*max(1, math.Abs(a), math.Abs(b))
}

func TestStatsOfAHandMadeRun(t *testing.T) {
	r := Result{
		Trips: trips(100, -50, -30, 0, -20, 200), Sessions: sessions(10, -20, 40, 0),
		Start: engine.Balance{Equity: engine.Dollars(1000)}, Open: 4 * time.Hour, InMarket: time.Hour,
		Fills: []Fill{{Qty: 2}, {Qty: 3}},
	}
	s := r.Stats()
	if s.Trips != 6 || s.Wins != 2 || s.Losses != 3 || s.LosingRun != 2 || s.Contracts != 5 || s.AverageHold != time.Hour {
		t.Errorf("%+v", s)
	}
	if s.Best != engine.Dollars(200) || s.Worst != engine.Dollars(-50) {
		t.Errorf("best %v, worst %v", s.Best, s.Worst)
	}
	// Mean 7.5; squares of the deviations 6.25+756.25+1056.25+56.25 = 1875, over 3: 625, root 25.
	// Losing sessions: 400 over 4, root 10.
	year := math.Sqrt(252)
	for name, x := range map[string][2]float64{
		"win rate": {s.WinRate, 2.0 / 6}, "profit factor": {s.ProfitFactor, 3}, "expectancy": {s.Expectancy, 200.0 / 6},
		"average win": {s.AverageWin, 150}, "average loss": {s.AverageLoss, -100.0 / 3}, "exposure": {s.Exposure, 0.25},
		"sharpe": {s.Sharpe, 7.5 / 25 * year}, "sortino": {s.Sortino, 7.5 / 10 * year},
	} {
		if !near(x[0], x[1]) {
			t.Errorf("%s is %v, want %v", name, x[0], x[1])
		}
	}
}

// TestStatsWithoutSupport: what a run does not support is NaN, never 0 or infinite.
func TestStatsWithoutSupport(t *testing.T) {
	nan := math.NaN()
	start := engine.Balance{Equity: engine.Dollars(1000)}
	for name, c := range map[string]struct {
		r                                                     Result
		win, factor, expect, avgWin, avgLoss, sharpe, sortino float64
	}{
		"nothing":            {Result{}, nan, nan, nan, nan, nan, nan, nan},
		"only winners":       {Result{Trips: trips(5, 5)}, 1, nan, 5, 5, nan, nan, nan},
		"only losers":        {Result{Trips: trips(-5, -5)}, 0, 0, -5, nan, -5, nan, nan},
		"scratches":          {Result{Trips: trips(0, 0)}, 0, nan, 0, nan, nan, nan, nan},
		"one session":        {Result{Sessions: sessions(5), Start: start}, nan, nan, nan, nan, nan, nan, nan},
		"equal sessions":     {Result{Sessions: sessions(7, 7, 7), Start: start}, nan, nan, nan, nan, nan, nan, nan},
		"no losing session":  {Result{Sessions: sessions(10, 30), Start: start}, nan, nan, nan, nan, nan, 20 / math.Sqrt(200) * math.Sqrt(252), nan},
		"nothing to lose":    {Result{Sessions: sessions(10, 30)}, nan, nan, nan, nan, nan, nan, nan},
		"sessions of a cent": {Result{Sessions: cents(10), Start: start}, nan, nan, nan, nan, nan, nan, nan},
	} {
		s := c.r.Stats()
		got := []float64{s.WinRate, s.ProfitFactor, s.Expectancy, s.AverageWin, s.AverageLoss, s.Sharpe, s.Sortino}
		for n, want := range []float64{c.win, c.factor, c.expect, c.avgWin, c.avgLoss, c.sharpe, c.sortino} {
			if !near(got[n], want) {
				t.Errorf("%s: %v, figure %d should be %v", name, got, n, want)
			}
		}
	}
}

// cents are n sessions of 10 cents each: in dollars their mean is not 0.1 exactly.
func cents(n int) []Session {
	list := make([]Session, n)
	for i := range list {
		list[i].End = engine.MoneyScale / 10
	}
	return list
}

func TestAverageHoldOfLongRuns(t *testing.T) {
	const n = 3000 // of a year each: the sum of the times is beyond an int64 of nanoseconds
	r := Result{Trips: make([]engine.RoundTrip, n)}
	year := 365 * 24 * time.Hour
	for i := range r.Trips {
		r.Trips[i].Closed = engine.Time(year) + engine.Time(i)
	}
	if got := r.Stats().AverageHold; got != year+(n-1)/2 {
		t.Errorf("average hold %v", got)
	}
}

// TestStatsAgainstASlowTwin computes every figure a second way.
func TestStatsAgainstASlowTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(-5, 5)
		nets := rapid.SliceOfN(amount, 1, 30).Draw(t, "trips")
		days := rapid.SliceOfN(amount, 2, 30).Draw(t, "sessions")
		r := Result{Trips: trips(nets...), Sessions: sessions(days...), Start: engine.Balance{Equity: engine.Dollars(1000)}}
		s := r.Stats()
		var wins, losses []float64
		longest := 0
		for i, n := range nets {
			if n > 0 {
				wins = append(wins, float64(n))
			}
			if n < 0 {
				losses = append(losses, float64(n))
			}
			for j := i; j < len(nets) && nets[j] < 0; j++ {
				longest = max(longest, j-i+1)
			}
		}
		if s.LosingRun != longest || s.Wins != len(wins) || s.Losses != len(losses) {
			t.Fatalf("%+v", s)
		}
		factor := math.NaN()
		if len(losses) > 0 {
			factor = -sum(wins) / sum(losses)
		}
		m := mean(floats(days))
		var square, down []float64
		for _, d := range floats(days) {
			square = append(square, (d-m)*(d-m))
			down = append(down, min(d, 0)*min(d, 0))
		}
		sharpe := m / math.Sqrt(sum(square)/float64(len(days)-1)) * math.Sqrt(252)
		sortino := m / math.Sqrt(mean(down)) * math.Sqrt(252)
		for n, x := range [][2]float64{
			{s.ProfitFactor, factor},
			{s.AverageWin, mean(wins)},
			{s.AverageLoss, mean(losses)},
			{s.Expectancy, mean(floats(nets))},
			{s.WinRate, float64(len(wins)) / float64(len(nets))},
			{s.Sharpe, finite(sharpe)},
			{s.Sortino, finite(sortino)},
		} {
			if !near(x[0], x[1]) && math.Abs(x[0]-x[1]) > 1e-9 {
				t.Fatalf("figure %d is %v, want %v", n, x[0], x[1])
			}
		}
	})
}

func floats(list []int64) []float64 {
	var out []float64
	for _, x := range list {
		out = append(out, float64(x))
	}
	return out
}

func sum(list []float64) (s float64) {
	for _, x := range list {
		s += x
	}
	return s
}

// mean is NaN of nothing.
func mean(list []float64) float64 { return sum(list) / float64(len(list)) }

// finite is NaN for what a division by no risk gives.
func finite(x float64) float64 {
	if math.Abs(x) > 1e12 {
		return math.NaN()
	}
	return x
}
