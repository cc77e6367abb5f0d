package report

import (
	"math"
	"strconv"
	"strings"
	"time"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/tune"
	"tollgate/strategies"
)

// Sweep is a finished search of parameters and everything a reader needs to judge
// it. Objective and Space must be set. A Sweep is only read, never changed.
type Sweep struct {
	Strategy, ScriptHash string
	Params               []strategies.Param // as declared, fixed values in force
	Space                tune.Space
	Objective            *tune.Objective
	Search               string // grid, random or model
	Seed                 int64
	Jobs                 int
	Tier                 string // interpreted or compiled
	Feeds                []string
	Events               int64 // of the feed
	Sessions             int   // of the feed
	FillModel            string
	Latency              time.Duration
	Account              string
	Cash                 engine.Money
	Top                  int // rows of the terminal's table; 0 = 10
	Elapsed              time.Duration
	Kept                 int // runs found in the record of an earlier sweep

	Runs       []SweepRun
	Stops      Stops
	Order      []int            // positions in Runs, best first, those without a score last
	Deflated   *tune.Deflated   // nil = no run has a score
	MonteCarlo []tune.Resampled // of the best run, or of the joined tests of a walk
	Walk       *SweepWalk       // nil = one search over the whole feed

	Warnings []string // of the caller, printed before the report's own
	Notes    []string
}

// SweepRun is one run.
type SweepRun struct {
	Point   tune.Point
	Score   tune.Number // of the objective; NaN = the run does not support it
	Figures tune.Figures
	Around  tune.Stability
	Error   string // the run came to no end
}

// fault is why the run was stopped, in one line; empty when it ran to its end.
func (r *SweepRun) fault() string { return OneFault(r.Error, &r.Figures) }

// OneFault is why a run was stopped, in one line, whether it came to no end or its
// strategy was halted; empty when it ran to its end.
func OneFault(failure string, f *tune.Figures) string {
	reason, _, _ := strings.Cut(firstOf(failure, f.Halted), "\n") // below it stands the line of the source
	return reason
}

// Stops counts the runs of a sweep, the trainings of a walk, that were stopped.
type Stops struct {
	Runs, Stopped int
	First         string // why the first of them was, and its parameters
}

// Text is "1 of 4 runs were stopped: panic ... (fast=5)".
func (s *Stops) Text() string {
	return count(s.Stopped) + " of " + plural(s.Runs, "run") + " were stopped: " + s.First
}

// SweepWalk is a walk forward.
type SweepWalk struct {
	Train, Test, Warmup int // sessions
	Anchored            bool
	Windows             []SweepWindow
	Figures             tune.Figures // of all tests joined
	Score               tune.Number  // of the objective, on them
	Efficiency          tune.Number  // net a session out of sample over net a session in sample
	Sessions            []sim.Session
	Equity              []sim.EquityPoint
}

// SweepWindow is one step of a walk.
type SweepWindow struct {
	tune.Window
	Point   tune.Point  // the best in training
	Score   tune.Number // its score there
	In, Out tune.Figures
	Idle    bool   // no run of the training had a score: nothing was traded
	Error   string // the test could not be run
}

// best is the best run; nil when none has a score.
func (s *Sweep) best() *SweepRun {
	if len(s.Order) == 0 || !s.Runs[s.Order[0]].Score.Known() {
		return nil
	}
	return &s.Runs[s.Order[0]]
}

// score prints a value of the objective.
func (s *Sweep) score(x tune.Number) string {
	switch {
	case !x.Known():
		return "n/a"
	case s.Objective.Money:
		return amount(float64(x), "n/a")
	}
	return figures(x)
}

// figures prints a statistic with four significant digits.
func figures(x tune.Number) string {
	if !x.Known() {
		return "n/a"
	}
	if math.Abs(float64(x)) >= 1000 {
		return ratio(float64(x), "n/a")
	}
	return strconv.FormatFloat(float64(x), 'g', 4, 64)
}

func (s *Sweep) title() string {
	what := "parameter sweep"
	if s.Walk != nil {
		what = "walk forward"
	}
	return s.Strategy + ": " + what + ", " + s.Objective.Name
}

// facts are what was done, for people.
func (s *Sweep) facts() []figure {
	f := []figure{
		{Label: "Feed", Value: join(s.Feeds) + ", " + plural(s.Events, "event") + ", " + plural(s.Sessions, "session")},
		{Label: "Objective", Value: s.Objective.Name + ": " + s.Objective.Doc},
		{Label: "Search", Value: s.searchText()},
		{Label: "Fills", Value: s.FillModel + ", latency " + s.Latency.String() + " one way"},
		{Label: "Ran", Value: s.ran()},
	}
	if w := s.Walk; w != nil {
		kind := "rolling"
		if w.Anchored {
			kind = "anchored"
		}
		f = append(f, figure{Label: "Walk", Value: kind + ", training on " + plural(w.Train, "session") + ", testing on " +
			plural(w.Test, "session") + " after " + plural(w.Warmup, "session") + " of warm-up"})
	}
	return f
}

func (s *Sweep) searchText() string {
	text := s.Search + " over "
	for i, a := range s.Space {
		if i > 0 {
			text += " x "
		}
		text += a.Name + " (" + itoa(len(a.Values)) + ")"
	}
	if s.Search != "grid" {
		text += ", seed " + strconv.FormatInt(s.Seed, 10)
	}
	return text
}

func (s *Sweep) ran() string {
	text := s.Tier + ", " + plural(s.Jobs, "job")
	if s.Elapsed > 0 {
		text += ", " + span(s.Elapsed)
	}
	if s.Kept > 0 {
		text += ", " + plural(s.Kept, "run") + " from before"
	}
	return text
}

func join(list []string) string {
	out := ""
	for i, t := range list {
		if i > 0 {
			out += ", "
		}
		out += t
	}
	return out
}
