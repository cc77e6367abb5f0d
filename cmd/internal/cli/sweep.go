package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tollgate/sim/tune"
)

// sweepFlags are the flags of sweep, as typed.
type sweepFlags struct {
	backtestFlags
	objective, search, train, test, warm string
	trials, jobs, top, samples           int
	anchored, interpreted                bool
}

func newSweep() *cobra.Command {
	var f sweepFlags
	c := &cobra.Command{
		Use:   "sweep STRATEGY",
		Short: "Search the parameters of a strategy, and say how far to believe the best",
		Long: `Sweep runs a strategy once for every combination of parameters that a search
chooses, on all cores, and ranks the runs by an objective. A --param with a range or
a list is searched, one with a single value is fixed:

  --param fast=5..30/5        5, 10, 15, 20, 25, 30 (also 0.1..0.5/0.1, 30s..5m/30s, 09:30..11:00/30m)
  --param mode=trend,fade     these values
  --param mode=*              all options
  --param size=2              not searched

Searches: grid tries all combinations; random draws --trials of them; model (a
tree-structured Parzen estimator) chooses --trials of them, each batch of eight in
the light of the scores before it. The same --seed gives the same points on any number of cores.

Objectives: ` + objectiveNames() + `. A run that does
not support the objective (no round trips, too few sessions) ranks last.

With --train and --test it walks forward: it optimises on the training sessions, runs
the best on the test sessions after them, moves on, and reports the tests joined.

With --out, results are kept as they come, and the same command goes on where it was
stopped: a run is made again only when the strategy, the feed, a setting or this
program has changed. The strategy is compiled where a go command and the source of tollgate are
found and the work is worth a build.`,
		Example: `  tollgate sweep examples/cross --param fast=5..30/5 --param slow=20..80/10 --objective net --out tuned
  tollgate sweep mine --feed es.arrows --param fast=2..50 --param slow=10..200 --search model --trials 200 --seed 7
  tollgate sweep mine --feed es.arrows --param fast=5..30/5 --train 5d --test 1d`,
		Args: exactly(1, "one STRATEGY, a .go file or a folder"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(c, args[0])
		},
	}
	f.flags(c)
	return c
}

func objectiveNames() string {
	var names []string
	for _, o := range tune.Objectives {
		names = append(names, o.Name)
	}
	return strings.Join(names, ", ")
}

func (f *sweepFlags) flags(c *cobra.Command) {
	f.register(c)
	fs := c.Flags()
	fs.Lookup("param").Usage = "KEY=LOW..HIGH/STEP or KEY=A,B,C to search, KEY=VALUE to fix; repeatable"
	fs.Lookup("native").Usage = "insist on compiling; needs the go command and the source of tollgate"
	fs.Lookup("seed").Usage = "seed of random and model searches and of the Monte Carlo"
	fs.Lookup("out").Usage = "folder for sweep.html, sweep.json and runs.csv or windows.csv; runs.jsonl in it lets a sweep be resumed"
	fs.StringVar(&f.objective, "objective", tune.Objectives[0].Name, "what to make large: "+objectiveNames())
	fs.StringVar(&f.search, "search", "grid", "grid, random or model")
	fs.IntVar(&f.trials, "trials", 0, "runs of a random or model search (default 100)")
	fs.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "runs at the same time")
	fs.IntVar(&f.top, "top", 10, "rows of the table")
	fs.IntVar(&f.samples, "samples", 1000, "samples of the Monte Carlo of trade order, 0 = none")
	fs.StringVar(&f.train, "train", "", "sessions to optimise on, such as 5d: walk forward")
	fs.StringVar(&f.test, "test", "1d", "sessions to run the best on after each training")
	fs.StringVar(&f.warm, "warmup", "1d", "sessions before a test in which indicators warm up and every order is denied")
	fs.BoolVar(&f.anchored, "anchored", false, "train from the first session on instead of on a window that moves")
	fs.BoolVar(&f.interpreted, "interpreted", false, "never compile")
	for _, name := range unusedFlags {
		if fl := fs.Lookup(name); fl != nil {
			fl.Hidden = true
		}
	}
}

// unusedFlags are flags of a backtest that mean nothing to a sweep.
var unusedFlags = []string{"trace", "watch", "speed", "shadow"}

// run decides, searches and reports. An interrupt ends it with what there is kept.
func (f *sweepFlags) run(c *cobra.Command, path string) error {
	for _, name := range unusedFlags {
		if fl := c.Flags().Lookup(name); fl != nil && fl.Changed {
			return usage("--%s belongs to tollgate backtest: sweep, then backtest the best with it", name)
		}
	}
	if err := f.together(c.Flags()); err != nil {
		return err
	}
	s, err := newSweepRun(f, path, c.ErrOrStderr())
	if err != nil {
		return err
	}
	defer s.close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	started := time.Now()
	r, err := s.results(ctx)
	s.progress.done()
	if ctx.Err() != nil {
		return s.interrupted()
	}
	if err != nil {
		return err
	}
	r.Elapsed = time.Since(started)
	return s.show(c.OutOrStdout(), r)
}

// together refuses flags that would do nothing without another.
func (f *sweepFlags) together(fs *pflag.FlagSet) error {
	for _, name := range []string{"test", "anchored", "warmup"} {
		if fs.Changed(name) && f.train == "" {
			return usage("--%s belongs to walking forward: give --train too, such as --train 5d", name)
		}
	}
	if fs.Changed("trials") && f.trials == 0 {
		return usage("--trials 0: give 1 to %d", tune.MaxGrid)
	}
	return nil
}

// interrupted says what is left after Ctrl-C.
func (s *sweepRun) interrupted() error {
	if s.store.path == "" {
		return errors.New("stopped; nothing is kept without --out")
	}
	return errors.New("stopped; " + s.store.path + " keeps every finished run, and the same command goes on from there")
}
