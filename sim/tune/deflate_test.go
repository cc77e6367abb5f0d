package tune

import (
	"math"
	"strings"
	"testing"

	"tollgate/sim"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// TestPublishedExample is the numerical example of Bailey and López de Prado 2014:
// an annualised Sharpe ratio of 2.5 over 1250 days, skew -3 and kurtosis 10, the
// best of 100 trials whose annualised ratios have variance 1/2. They give a
// benchmark of 0.1132 a day and a deflated ratio of 0.9004; with 46 trials, 0.9505.
func TestPublishedExample(t *testing.T) {
	const year = 250
	m := Moments{N: 1250, Mean: Number(2.5 / math.Sqrt(year)), SD: 1, Skew: -3, Kurt: 10}
	sd := math.Sqrt(0.5 / year)
	near(t, "the benchmark", ExpectedBest(100, sd), 0.1132, 0.00005)
	near(t, "the deflated ratio of 100 trials", Probabilistic(&m, ExpectedBest(100, sd)), 0.9004, 0.0001)
	near(t, "the deflated ratio of 46 trials", Probabilistic(&m, ExpectedBest(46, sd)), 0.9505, 0.0001)
}

func TestExpectedBest(t *testing.T) {
	if ExpectedBest(1, 1) != 0 || ExpectedBest(0, 1) != 0 {
		t.Error("one trial has no luck to take off")
	}
	last := 0.0
	for n := 2; n < 1000; n *= 2 {
		v := ExpectedBest(n, 1)
		if v <= last {
			t.Errorf("%d trials: %v, not above %v", n, v, last)
		}
		last = v
	}
	near(t, "the quantile", quantile(0.975), 1.959964, 1e-6)
	near(t, "the distribution", normal(1.959964), 0.975, 1e-7)
}

// TestProbabilistic by hand: ten periods of a normal record with ratio 0.5 against
// 0: 0.5*3/sqrt(1+0.125) = 1.41421, of which the normal distribution makes 0.92135.
func TestProbabilistic(t *testing.T) {
	m := Moments{N: 10, Mean: 0.5, SD: 1, Skew: 0, Kurt: 3}
	near(t, "the probability", Probabilistic(&m, 0), 0.92135, 1e-5)
	near(t, "against itself", Probabilistic(&m, 0.5), 0.5, 1e-12)
	for _, m := range []Moments{{N: 1, Mean: 1, SD: nan}, MomentsOf(nil), MomentsOf([]float64{2, 2, 2})} {
		if p := Probabilistic(&m, 0); !math.IsNaN(p) {
			t.Errorf("%+v: %v", m, p)
		}
	}
}

// TestMoments by hand: 1, 2, 3, 6 has mean 3, squares 14, cubes 18, fourth powers 98.
func TestMoments(t *testing.T) {
	m := MomentsOf([]float64{1, 2, 3, 6})
	near(t, "mean", float64(m.Mean), 3, 0)
	near(t, "sd", float64(m.SD), math.Sqrt(14.0/3), 1e-12)
	near(t, "skew", float64(m.Skew), 4.5/math.Pow(3.5, 1.5), 1e-12)
	near(t, "kurtosis", float64(m.Kurt), 24.5/12.25, 1e-12)
}

// TestDeflate: the best of many alike trials is doubted, a single trial is judged
// on its own, and longer records are believed more.
func TestDeflate(t *testing.T) {
	run := func(n int, sr float64) Figures {
		return Figures{Trade: Moments{N: n, Mean: Number(sr), SD: 1, Skew: 0, Kurt: 3}, Daily: MomentsOf(nil)}
	}
	var many []Figures
	for i := range 50 {
		many = append(many, run(100, float64(i-25)/100))
	}
	last := len(many) - 1
	d := Deflate(many, last)
	if d.Basis != "round trip" || d.Trials != 50 || d.Periods != 100 {
		t.Errorf("%+v", d)
	}
	alone := Deflate(many[last:], 0)
	if !(alone.DSR > 0.98) || !(d.DSR < 0.5) || alone.Luck != 0 {
		t.Errorf("alone %+v, of many %+v", alone, d)
	}
	long := run(400, 0.24)
	if x := Deflate(append(many[:last:last], long), last); !(x.DSR > d.DSR) {
		t.Errorf("four times the round trips: %+v, before %+v", x, d)
	}
	long.Sessions, long.Daily = 30, Moments{N: 30, Mean: 1, SD: 2, Skew: 0, Kurt: 3}
	if x := Deflate([]Figures{long}, 0); x.Basis != "session" || x.Periods != 30 {
		t.Errorf("%+v", x)
	}
	wild := append(many[:last:last], many[last], run(2, 40))
	if x := Deflate(wild, last); x.Trials != 51 || math.Abs(float64(x.Luck-d.Luck)) > 0.01 {
		t.Errorf("two round trips changed the benchmark from %v to %v", d.Luck, x.Luck)
	}
}

func TestNeighbours(t *testing.T) {
	s := Space{axis("x", 5), axis("y", 5), {Name: "mode", Values: []string{"a", "b"}}}
	points := []Point{{2, 2, 0}, {1, 1, 0}, {3, 2, 0}, {2, 4, 0}, {2, 2, 1}, {2, 3, 0}}
	scores := []float64{10, 4, 6, 100, 100, math.NaN()}
	got := Neighbours(s, points, scores, 0)
	if got.Neighbours != 2 || got.Mean != 5 || got.Worst != 4 || got.Ratio(10) != 0.5 {
		t.Errorf("%+v", got)
	}
	if alone := Neighbours(s, points, scores, 4); alone.Neighbours != 0 || alone.Mean.Known() || !math.IsNaN(alone.Ratio(100)) {
		t.Errorf("%+v", alone)
	}
	if !math.IsNaN(got.Ratio(-1)) || !math.IsNaN(got.Ratio(0)) {
		t.Error("a share of a score that is not above zero")
	}
}

func TestObjectives(t *testing.T) {
	if _, err := ParseObjective("sharp"); err == nil || !strings.Contains(err.Error(), "sharpe, sortino, calmar") {
		t.Error(err)
	}
	empty := FiguresOf(&sim.Result{})
	for i := range Objectives {
		o := &Objectives[i]
		if got, err := ParseObjective(o.Name); err != nil || got != o {
			t.Error(o.Name, err)
		}
		if v := o.Score(&empty); !math.IsNaN(v) {
			t.Errorf("%s of a run without trades is %v", o.Name, v)
		}
		traded := Figures{Sharpe: 1, Sortino: 1, ProfitFactor: 1, Expectancy: 1, WinRate: 1, Net: 1, MaxDrawdown: 1, Trips: 1, Sessions: 9, Trade: Moments{SD: 1}}
		if v := o.Score(&traded); math.IsNaN(v) {
			t.Errorf("%s of a run with a round trip is not known", o.Name)
		}
		traded.Trips = 0 // a position that was never closed moves the equity
		if v := o.Score(&traded); !math.IsNaN(v) {
			t.Errorf("%s of a run without a round trip is %v", o.Name, v)
		}
		halted := Figures{Sharpe: 1, Sortino: 1, ProfitFactor: 1, Expectancy: 1, WinRate: 1, Net: 1, MaxDrawdown: 1, Trips: 9, Sessions: 9, Halted: "panic"}
		if v := o.Score(&halted); !math.IsNaN(v) {
			t.Errorf("%s of a strategy that was stopped is %v", o.Name, v)
		}
	}
	o, _ := ParseObjective("calmar")
	if v := o.Score(&Figures{Trips: 1, Net: 50e8, MaxDrawdown: 100e8, Sessions: 126}); v != 1 {
		t.Error("half a year makes half the drawdown, a year all of it:", v)
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		n    Number
		text string
	}{{0.1, "0.1"}, {nan, "null"}, {Number(math.Inf(1)), "null"}, {-1e300, "-1e+300"}} {
		text, err := c.n.MarshalJSON()
		if err != nil || string(text) != c.text {
			t.Errorf("%v: %s %v", float64(c.n), text, err)
		}
		var back Number
		if err := back.UnmarshalJSON(text); err != nil || back.Known() != c.n.Known() || back.Known() && back != c.n {
			t.Errorf("%s: %v %v", text, float64(back), err)
		}
	}
	var n Number
	if err := n.UnmarshalJSON([]byte(`"x"`)); err == nil {
		t.Error("text is no number")
	}
}
