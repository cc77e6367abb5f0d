package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/tune"
	"tollgate/strategies"
)

// sweepOf is a sweep over two axes whose scores are the given ones, in the order of
// the grid.
func sweepOf(t *testing.T, columns int, scores ...float64) *Sweep {
	t.Helper()
	objective, err := tune.ParseObjective("profit_factor")
	if err != nil {
		t.Fatal(err)
	}
	var x, y tune.Axis
	x.Name, y.Name, x.Ordered, y.Ordered = "fast", "slow", true, true
	for i := range columns {
		x.Values = append(x.Values, itoa(i+1))
	}
	for i := range len(scores) / columns {
		y.Values = append(y.Values, itoa(10*(i+1)))
	}
	s := &Sweep{
		Strategy: "cross", Objective: objective, Space: tune.Space{y, x}, Search: "grid", Jobs: 2, Tier: "compiled",
		Feeds: []string{"es.arrows"}, Events: 1_406_121, Sessions: 60, FillModel: "conservative", Account: "Sim", Cash: engine.Dollars(100_000),
		Params: []strategies.Param{{Name: "fast", Value: "9", Default: "9", Doc: "bars"}, {Name: "size", Value: "2", Default: "1"}},
	}
	var points []tune.Point
	for i := range scores {
		points = append(points, s.Space.At(i))
	}
	for i, score := range scores {
		s.Runs = append(s.Runs, SweepRun{
			Point: points[i], Score: tune.Number(score), Around: tune.Neighbours(s.Space, points, scores, i),
			Figures: tune.Figures{
				Trips: 100, Sessions: 60, Net: engine.Dollars(int64(10 * i)), MaxDrawdown: engine.Dollars(50), ProfitFactor: tune.Number(score),
				WinRate: 0.5, Sharpe: 1, Sortino: tune.Number(math.NaN()), Hash: "00",
			},
		})
	}
	s.Order = tune.Rank(scores)
	s.Deflated = &tune.Deflated{Basis: "session", Trials: len(scores), Periods: 60, Sharpe: 0.3, Luck: 0.1, DSR: 0.97}
	return s
}

// plateauScores has its best in the middle of good neighbours.
func plateauScores() []float64 { return []float64{1.2, 1.3, 1.2, 1.3, 1.5, 1.3, 1.2, 1.3, 1.2} }

// TestSweepDoubts: each warning comes when its reason is there, and not just short
// of it; a sound sweep has none.
func TestSweepDoubts(t *testing.T) {
	sound := func() *Sweep { return sweepOf(t, 3, plateauScores()...) }
	if w := sound().warnings(); len(w) != 0 {
		t.Errorf("a sound sweep has warnings: %q", w)
	}
	for _, c := range []struct {
		name, want string
		yes, no    func(s *Sweep)
	}{
		{"luck", "may be luck", func(s *Sweep) { s.Deflated.DSR = 0.9499 }, func(s *Sweep) { s.Deflated.DSR = 0.95 }},
		{"no ratio", "cannot be said", func(s *Sweep) { s.Deflated.DSR = tune.Number(math.NaN()) }, func(s *Sweep) { s.Deflated.DSR = 1 }},
		{"few trips", "Only 29 round trips", func(s *Sweep) { s.best().Figures.Trips = 29 }, func(s *Sweep) { s.best().Figures.Trips = 30 }},
		{"loss", "Even the best run loses money", func(s *Sweep) { s.best().Figures.Net = 0 }, func(s *Sweep) { s.best().Figures.Net = 1 }},
		{"peak", "A lonely peak", func(s *Sweep) { s.best().Around.Mean = 0.74 }, func(s *Sweep) { s.best().Around.Mean = 0.75 }},
		{"alone", "No neighbour of the best", func(s *Sweep) { s.best().Around.Neighbours = 0 }, func(s *Sweep) { s.best().Around.Neighbours = 1 }},
		{"edge", "the end of its range", func(s *Sweep) { s.best().Point = tune.Point{1, 2} }, func(s *Sweep) { s.best().Point = tune.Point{1, 1} }},
		{"stopped", "1 of 9 runs were stopped: no such (k=1)", func(s *Sweep) { s.Stops = Stops{9, 1, "no such (k=1)"} }, func(s *Sweep) { s.Stops.Runs = 9 }},
		{"all stopped or empty", "No run has a value", func(s *Sweep) {
			for i := range s.Runs {
				s.Runs[i].Score = tune.Number(math.NaN())
			}
			s.Runs[0].Error, s.Stops = "no such", Stops{9, 1, "no such"}
		}, func(s *Sweep) { s.Runs[0].Score = tune.Number(math.NaN()) }},
		{"no score", "1 run without profit_factor", func(s *Sweep) { s.Runs[0].Score = tune.Number(math.NaN()) }, func(*Sweep) {}},
		{"caller", "said so", func(s *Sweep) { s.Warnings = []string{"said so"} }, func(*Sweep) {}},
	} {
		s := sound()
		c.yes(s)
		if w := strings.Join(s.warnings(), "\n"); !strings.Contains(w, c.want) {
			t.Errorf("%s: no %q in %q", c.name, c.want, w)
		}
		s = sound()
		c.no(s)
		if w := strings.Join(s.warnings(), "\n"); strings.Contains(w, c.want) {
			t.Errorf("%s: %q without its reason: %q", c.name, c.want, w)
		}
	}
}

// walked is a walk of six windows.
func walked(t *testing.T) *Sweep {
	s := sweepOf(t, 3, plateauScores()...)
	s.Runs, s.Order, s.Deflated = nil, nil, nil
	w := &SweepWalk{Train: 5, Test: 1, Warmup: 1, Efficiency: 0.8, Score: 1.4}
	for i := range 6 {
		w.Windows = append(w.Windows, SweepWindow{
			Window: tune.Window{First: 20250303 + i, Last: 20250303 + i, TrainSessions: 5, TestSessions: 1},
			Point:  tune.Point{1, 1}, Score: 1.5, In: tune.Figures{Net: engine.Dollars(100)}, Out: tune.Figures{Net: engine.Dollars(20), Trips: 10},
		})
	}
	w.Figures = tune.Figures{Net: engine.Dollars(120), Trips: 60, Sessions: 6, ProfitFactor: 1.4}
	w.Equity = []sim.EquityPoint{{At: 0, Equity: 1e13}, {At: 1e12, Equity: 9.99e12}, {At: 2e12, Equity: 1.0012e13}}
	w.Sessions = []sim.Session{{Date: 20250303, Start: 0, End: engine.Dollars(20)}}
	s.Walk = w
	return s
}

func TestWalkDoubts(t *testing.T) {
	if w := walked(t).warnings(); len(w) != 0 {
		t.Errorf("a sound walk has warnings: %q", w)
	}
	for _, c := range []struct {
		want string
		do   func(w *SweepWalk)
	}{
		{"Out of sample it loses money", func(w *SweepWalk) { w.Figures.Net = -1 }},
		{"efficiency 0.49", func(w *SweepWalk) { w.Efficiency = 0.49 }},
		{"Only 29 round trips out of sample", func(w *SweepWalk) { w.Figures.Trips = 29 }},
		{"Only 4 windows", func(w *SweepWalk) { w.Windows = w.Windows[:4] }},
		{"1 window traded nothing", func(w *SweepWalk) { w.Windows[0].Idle = true }},
		{"1 of 6 tests were stopped: panic", func(w *SweepWalk) { w.Windows[2].Out.Halted = "panic\n> line" }},
		{"1 of 6 tests were stopped: gone", func(w *SweepWalk) { w.Windows[0].Error = "gone" }},
	} {
		s := walked(t)
		c.do(s.Walk)
		if w := strings.Join(s.warnings(), "\n"); !strings.Contains(w, c.want) {
			t.Errorf("no %q in %q", c.want, w)
		}
	}
}

// everySweep are the outputs, and the sweeps that must not trouble them.
func everySweep(t *testing.T) map[string]*Sweep {
	nan := math.NaN()
	empty := sweepOf(t, 1)
	empty.Deflated = nil
	none := sweepOf(t, 2, nan, nan)
	none.Deflated = nil
	failed := sweepOf(t, 3, plateauScores()...)
	failed.Runs[2].Error, failed.Runs[2].Score = "script cross: no", tune.Number(nan)
	odd := walked(t)
	odd.Walk.Windows[0].Idle, odd.Walk.Windows[1].Error, odd.Walk.Equity = true, "gone", nil
	rich := sweepOf(t, 3, plateauScores()...)
	rich.MonteCarlo = tune.MonteCarlo([]engine.Money{1e8, -2e8, 3e8}, rich.Cash, 100, 1)
	return map[string]*Sweep{
		"sound": rich, "empty": empty, "no score": none, "failed run": failed, "walk": walked(t), "odd walk": odd,
		"flat": sweepOf(t, 4, 1, 1, 1, 1),
	}
}

// TestSweepOutputs: every output of every sweep is well formed and the same twice.
func TestSweepOutputs(t *testing.T) {
	for name, s := range everySweep(t) {
		for kind, write := range map[string]func(io.Writer, *Sweep) error{
			"terminal": func(w io.Writer, s *Sweep) error { return SweepTerminal(w, s, TerminalOptions{}) },
			"csv":      SweepCSV, "html": SweepHTML,
			"json": func(w io.Writer, s *Sweep) error {
				text, err := SweepJSON(s)
				if err == nil && !json.Valid(text) {
					t.Errorf("%s: the JSON is not valid:\n%s", name, text)
				}
				_, _ = w.Write(text)
				return err
			},
		} {
			var a, b bytes.Buffer
			if err := write(&a, s); err != nil {
				t.Errorf("%s, %s: %v", name, kind, err)
			}
			if err := write(&b, s); err != nil || a.String() != b.String() {
				t.Errorf("%s, %s: written twice it differs", name, kind)
			}
			if kind != "html" && strings.Contains(a.String(), "NaN") || strings.Contains(a.String(), "%!") {
				t.Errorf("%s, %s: %s", name, kind, a.String())
			}
		}
	}
}

// TestSweepExplains: a page explains the figures it shows and no others, and the luck of
// no trials is not told.
func TestSweepExplains(t *testing.T) {
	none := sweepOf(t, 3, plateauScores()...)
	none.Deflated.Trials = 0
	for _, c := range []struct {
		s                   *Sweep
		efficiency, luck    bool
		deflatedIsExplained bool
	}{{walked(t), true, false, false}, {sweepOf(t, 3, plateauScores()...), false, true, true}, {none, false, false, true}} {
		var b bytes.Buffer
		if err := SweepHTML(&b, c.s); err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]bool{
			"Walk-forward efficiency is net": c.efficiency, "by luck alone": c.luck, "Deflated Sharpe ratio: the": c.deflatedIsExplained,
		} {
			if strings.Contains(b.String(), text) != want {
				t.Errorf("%s: %q is there: %v", c.s.title(), text, !want)
			}
		}
	}
}

func TestSweepCSVRows(t *testing.T) {
	var b bytes.Buffer
	if err := SweepCSV(&b, everySweep(t)["failed run"]); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 10 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if best := rows[1]; best[0] != "1" || best[1] != "20" || best[2] != "2" || best[3] != "1.5" || best[4] != "40.00" {
		t.Errorf("the best is %q", best)
	}
}

// TestSweepPageEscapes: what comes from outside cannot become part of the page.
func TestSweepPageEscapes(t *testing.T) {
	const evil = `</script><img src=x onerror=alert(1)>`
	s := sweepOf(t, 3, plateauScores()...)
	s.Strategy, s.Feeds, s.Notes, s.Warnings = evil, []string{evil}, []string{evil}, []string{evil}
	s.Space[0].Name, s.Space[0].Values[0], s.Runs[0].Error, s.Params[0].Doc = evil, evil, evil, evil
	var b bytes.Buffer
	if err := SweepHTML(&b, s); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "<img") || strings.Count(b.String(), "</script>") != 3 {
		t.Error("a name got out of its place")
	}
	if strings.Contains(b.String(), "http://") || strings.Contains(b.String(), "https://") {
		t.Error("the page names an address")
	}
	b.Reset()
	s.Strategy = "a\x1b[2Jb"
	if err := SweepTerminal(&b, s, TerminalOptions{}); err != nil || strings.Contains(b.String(), "\x1b") {
		t.Errorf("%v: a name moves the cursor: %q", err, b.String())
	}
}

func TestSweepFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if err := SweepFiles(dir, sweepOf(t, 3, plateauScores()...)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sweep.html", "runs.csv", "sweep.json"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Error(name, err)
		}
	}
	if err := SweepFiles(dir, walked(t)); err != nil {
		t.Fatal(err)
	}
	rows, err := os.ReadFile(filepath.Join(dir, "windows.csv"))
	if err != nil || strings.Count(string(rows), "\n") != 7 || !strings.Contains(string(rows), "2025-03-03,2025-03-03,20,2,1.5,100.00,20.00,0.00,10,") {
		t.Errorf("windows.csv: %v\n%s", err, rows)
	}
	if err := SweepFiles(filepath.Join(dir, "runs.csv"), sweepOf(t, 1, 1)); err == nil {
		t.Error("a file in the folder's place")
	}
}
