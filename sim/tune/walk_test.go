package tune

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

const day = engine.Time(24 * time.Hour)

func days(n int) []Session {
	var s Sessions
	for i := range n {
		s.Add(engine.Time(i)*day + 5)
		s.Add(engine.Time(i)*day + 9)
	}
	return s.List()
}

func TestSessions(t *testing.T) {
	list := days(3)
	if len(list) != 3 || list[0].Date != 19700101 || list[2].Date != 19700103 {
		t.Fatalf("%+v", list)
	}
	if list[1].From != day+5 || list[1].To != 2*day {
		t.Errorf("%+v", list[1])
	}
}

// TestWindows: whatever the lengths, training ends before its test begins, no
// session is tested twice, none after the first training is left out, and warming
// up never reaches before the training.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "sessions")
		train, test := rapid.IntRange(1, n-1).Draw(t, "train"), rapid.IntRange(1, 6).Draw(t, "test")
		warm, anchored := rapid.IntRange(0, 9).Draw(t, "warm"), rapid.Bool().Draw(t, "anchored")
		list := days(n)
		windows, err := Windows(list, train, test, warm, anchored)
		if err != nil {
			t.Fatal(err)
		}
		tested := 0
		last := engine.NoTime
		for i, w := range windows {
			if w.Train.To > w.Test.From || w.Train.From >= w.Train.To || w.Test.From >= w.Test.To {
				t.Fatalf("window %d: %+v", i, w)
			}
			if w.Test.From < last || w.Warm > w.Test.From || w.Warm < w.Train.From {
				t.Fatalf("window %d: %+v after a test until %v", i, w, last)
			}
			if !anchored && w.TrainSessions != train || anchored && w.Train.From != list[0].From {
				t.Fatalf("window %d trains on %d: %+v", i, w.TrainSessions, w)
			}
			last = w.Test.To
			tested += w.TestSessions
		}
		if tested != n-train {
			t.Fatalf("%d of %d sessions tested", tested, n-train)
		}
	})
}

func TestWindowsRefuse(t *testing.T) {
	for _, c := range []struct {
		sessions, train, test int
		want                  string
	}{
		{5, 5, 1, "the feed has 5 sessions: training on 5 needs one more"},
		{1, 1, 1, "the feed has 1 session:"},
		{5, 0, 1, "one session at least"},
		{5, 1, 0, "one session at least"},
	} {
		if _, err := Windows(days(c.sessions), c.train, c.test, 0, false); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if w, err := Windows(days(6), 5, 1, 0, false); err != nil || len(w) != 1 {
		t.Error(w, err)
	}
}

func TestParseSessions(t *testing.T) {
	for text, want := range map[string]int{"5d": 5, "5": 5, "0d": 0} {
		if n, err := ParseSessions(text); err != nil || n != want {
			t.Error(text, n, err)
		}
	}
	for _, text := range []string{"", "d", "-1d", "5w", "1.5d", "9999999d"} {
		if n, err := ParseSessions(text); err == nil {
			t.Error(text, n)
		}
	}
}

func TestEfficiency(t *testing.T) {
	if e := Efficiency(engine.Dollars(10), engine.Dollars(100), 1, 5); e != 0.5 {
		t.Error(e)
	}
	if Efficiency(1, 0, 1, 1).Known() || Efficiency(1, -1, 1, 1).Known() || Efficiency(1, 1, 0, 1).Known() {
		t.Error("an efficiency without a profit in sample")
	}
}

func trips(t *rapid.T) []engine.Money {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) engine.Money {
		return engine.Money(rapid.Int64Range(-1e12, 1e12).Draw(t, "net"))
	}), 2, 40).Draw(t, "trips")
}

// TestMonteCarlo: any order of the same trips has the same sum and a drawdown
// between the worst trip and all losses; drawing anew keeps the mean, and the trips
// themselves are not touched.
func TestMonteCarlo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := trips(t)
		before := slices.Clone(list)
		out := MonteCarlo(list, engine.Dollars(1000), 200, rapid.Uint64().Draw(t, "seed"))
		if !slices.Equal(list, before) {
			t.Fatal("the trips were changed")
		}
		sum, losses, worst := engine.Money(0), engine.Money(0), engine.Money(0)
		for _, x := range list {
			sum += x
			losses -= min(x, 0)
			worst = max(worst, -x)
		}
		shuffled := out[0]
		for i, end := range shuffled.End.At {
			if end != engine.Dollars(1000)+sum {
				t.Fatalf("an order of the same trips ends at %v", end)
			}
			if fall := shuffled.Drawdown.At[i]; fall < worst || fall > losses {
				t.Fatalf("drawdown %v, worst trip %v, all losses %v", fall, worst, losses)
			}
		}
		for _, m := range out {
			if !slices.IsSorted(m.Drawdown.At) || !slices.IsSorted(m.End.At) {
				t.Fatalf("%+v", m)
			}
		}
	})
}

// TestBootstrapMean: the mean of the ends is the sum of the trips, within what
// 20,000 samples allow (four standard errors).
func TestBootstrapMean(t *testing.T) {
	list := []engine.Money{5e8, -3e8, 8e8, -1e8, 2e8, -6e8, 4e8, 1e8}
	const samples = 20_000
	m := MonteCarlo(list, engine.Dollars(100), samples, 3)[1]
	x := make([]float64, len(list))
	for i := range list {
		x[i] = list[i].Float()
	}
	sd := float64(MomentsOf(x).SD) * 2.83
	near(t, "the mean end", float64(m.End.Mean), 110, 4*sd/141)
	again := MonteCarlo(list, engine.Dollars(100), samples, 3)[1]
	if !slices.Equal(m.End.At, again.End.At) || m.Loss != again.Loss {
		t.Error("the same seed gave another sample")
	}
	if other := MonteCarlo(list, engine.Dollars(100), samples, 4)[1]; other.End.Mean == m.End.Mean {
		t.Error("another seed gave the same sample")
	}
}

func TestMonteCarloNeedsTrips(t *testing.T) {
	if MonteCarlo(nil, 0, 100, 1) != nil || MonteCarlo([]engine.Money{1}, 0, 100, 1) != nil || MonteCarlo([]engine.Money{1, 2}, 0, 0, 1) != nil {
		t.Error("a distribution of nothing")
	}
}

// TestPercentiles by hand: of 1 to 200, the percentile p is 2p.
func TestPercentiles(t *testing.T) {
	var list []engine.Money
	for i := range 200 {
		list = append(list, engine.Money(200-i))
	}
	d := distribution(list)
	for i, p := range Percentiles {
		if d.At[i] != engine.Money(2*p) {
			t.Errorf("percentile %d is %d", p, int64(d.At[i]))
		}
	}
	if d := distribution([]engine.Money{7}); d.At[0] != 7 || d.At[len(d.At)-1] != 7 {
		t.Errorf("%v", d.At)
	}
}
