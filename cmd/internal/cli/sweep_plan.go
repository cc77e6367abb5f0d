package cli

import (
	"fmt"
	"io"
	"os/exec"
	"strings"

	"tollgate/sim/report"
	"tollgate/sim/tune"
	"tollgate/strategies/script"
)

// sweepRun is a sweep, decided and checked.
type sweepRun struct {
	flags             *sweepFlags
	path              string // of the strategy
	plan              *plan
	objective         *tune.Objective
	space             tune.Space
	train, test, warm int // sessions; train 0 = no walk
	windows           []tune.Window
	feed              survey
	store             *sweepStore
	tier              trialTier
	progress          *sweepProgress
	log               io.Writer
	notes             []string
	stops             report.Stops
}

// newSweepRun decides everything; what is the user's to mend is a usageError.
func newSweepRun(f *sweepFlags, path string, log io.Writer) (*sweepRun, error) {
	s := &sweepRun{flags: f, path: path, log: log, store: &sweepStore{}}
	for _, step := range []func() error{s.options, s.parameters, s.survey, s.sessions, s.open, s.choose} {
		if err := step(); err != nil {
			s.close()
			return nil, err
		}
	}
	s.progress = newSweepProgress(log, s.objective, s.total())
	return s, nil
}

// close removes what was made for the sweep alone.
func (s *sweepRun) close() {
	s.feed.remove()
	s.store.close()
}

// options checks the flags that stand for themselves.
func (s *sweepRun) options() (err error) {
	f := s.flags
	if s.objective, err = tune.ParseObjective(f.objective); err != nil {
		return usage("--objective: %w", err)
	}
	switch {
	case f.search != "grid" && f.search != "random" && f.search != "model":
		return usage("--search %s: use grid, random or model", f.search)
	case f.search == "grid" && f.trials != 0:
		return usage("--trials belongs to --search random or model: a grid has as many runs as points")
	case f.trials < 0 || f.trials > tune.MaxGrid:
		return usage("--trials %d: give 1 to %d", f.trials, tune.MaxGrid)
	case f.jobs < 1 || f.jobs > 1024:
		return usage("--jobs %d: give 1 to 1024", f.jobs)
	case f.top < 1:
		return usage("--top %d: give 1 or more", f.top)
	case f.samples < 0 || f.samples > tune.MaxSamples:
		return usage("--samples %d: give 0 to %d", f.samples, tune.MaxSamples)
	case f.native && f.interpreted:
		return usage("--native and --interpreted exclude each other")
	}
	if f.trials == 0 {
		f.trials = 100
	}
	return s.walkOptions()
}

func (s *sweepRun) walkOptions() error {
	for _, o := range []struct {
		name, text string
		to         *int
	}{{"train", s.flags.train, &s.train}, {"test", s.flags.test, &s.test}, {"warmup", s.flags.warm, &s.warm}} {
		if o.text == "" {
			continue
		}
		n, err := tune.ParseSessions(o.text)
		if err == nil && n == 0 && o.name != "warmup" {
			err = fmt.Errorf("%s: give one session at least", o.text)
		}
		if err != nil {
			return usage("--%s %w", o.name, err)
		}
		*o.to = n
	}
	return nil
}

// parameters parts the searched from the fixed and checks both.
func (s *sweepRun) parameters() error {
	b := s.flags.backtestFlags
	b.params, b.native = nil, false
	var searched []string
	for _, text := range s.flags.params {
		_, value, _ := strings.Cut(text, "=")
		if tune.IsRange(value) {
			searched = append(searched, text)
		} else {
			b.params = append(b.params, text)
		}
	}
	if err := paramsOnce(s.flags.params); err != nil {
		return usageError{err}
	}
	src, err := script.Read(s.path)
	if err != nil {
		return usageError{err}
	}
	if s.plan, err = newPlan(src, &b); err != nil {
		return err
	}
	var axes []tune.Axis
	for _, text := range searched {
		name, value, _ := strings.Cut(text, "=")
		a, err := tune.ParseAxis(s.plan.declared, name, value)
		if err != nil {
			return usageError{err}
		}
		axes = append(axes, a)
	}
	if s.space, err = tune.NewSpace(axes...); err != nil {
		return usageError{err}
	}
	_, err = s.searcher(0)
	return err
}

// searcher starts a search; the windows of a walk search with seeds of their own.
func (s *sweepRun) searcher(window int) (tune.Searcher, error) {
	seed := uint64(s.flags.seed) + uint64(window)<<32
	switch s.flags.search {
	case "random":
		return tune.Random(s.space, s.flags.trials, seed), nil
	case "model":
		return tune.Model(s.space, s.flags.trials, seed), nil
	}
	g, err := tune.Grid(s.space)
	if err != nil {
		return nil, usageError{err}
	}
	return g, nil
}

// searchSize is how many runs one search makes.
func (s *sweepRun) searchSize() int {
	if s.flags.search == "grid" {
		return s.space.Size()
	}
	return min(s.flags.trials, s.space.Size())
}

// total is how many runs the sweep makes in all.
func (s *sweepRun) total() int {
	if s.train > 0 {
		return len(s.windows) * (s.searchSize() + 1)
	}
	return s.searchSize() // that the best runs once more, for its round trips, is no run of the search
}

// sessions holds the objective and the walk to what the feed has.
func (s *sweepRun) sessions() (err error) {
	list := s.feed.sessions
	n := len(list)
	if s.train > 0 {
		n = s.train
		if s.windows, err = tune.Windows(list, s.train, s.test, s.warm, s.flags.anchored); err != nil {
			return usage("--train %s --test %s: %w", s.flags.train, s.flags.test, err)
		}
	}
	if s.objective.Daily && n < 2 {
		what := "the feed has one session"
		if s.train > 0 {
			what = "training on one session gives one session's profit"
		}
		return usage("--objective %s needs two sessions at least, and %s: use --objective net, profit_factor or trade_sharpe", s.objective.Name, what)
	}
	return nil
}

// worthABuild is how many events a sweep must play before compiling pays.
const worthABuild = 10_000_000

// choose picks the tier.
func (s *sweepRun) choose() error {
	events := s.feed.events * int64(s.total())
	if s.flags.interpreted || !s.flags.native && events < worthABuild {
		s.interpret()
		return nil
	}
	err := s.compile()
	if err == nil || s.flags.native {
		return err
	}
	if _, missing := exec.LookPath("go"); missing == nil {
		fmt.Fprintf(s.log, "interpreting the strategy, because compiling it failed: %v\n", err)
	}
	s.interpret()
	return nil
}
