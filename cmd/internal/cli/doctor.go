package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tollgate/strategies"
	"tollgate/strategies/script"
)

// doctorTakes are the flags of backtest that mean something to the doctor. The
// others are refused: it runs both tiers and many variants, and writes no files.
var doctorTakes = []string{
	"feed", "instrument", "spec", "param", "config", "account", "cash", "fill", "latency", "from", "to", "seed", "skip-bad", "json", "help",
}

func newDoctor() *cobra.Command {
	var f backtestFlags
	var decisions bool
	c := &cobra.Command{
		Use:   "doctor STRATEGY",
		Short: "Look for what makes a backtest promise too much",
		Long: `Doctor runs a strategy many times over the same recordings and compares what it
decides:

  lookahead    runs cut short must decide what the whole run decides up to there
  warm-up      runs that begin later: how long until they decide the same
  order        events of one time, shuffled between instruments
  tiers        interpreted against compiled, where Go is installed
  sensitivity  fill model, latency and fees: does the profit survive
  data         what is wrong with the recording, and whether there is enough of it

A difference is told with the first decision that differs. The exit status is 1
when a check fails (lookahead, tiers), 0 with warnings. Without --feed it runs on
the bundled synthetic sample.`,
		Example: `  tollgate doctor examples/cross
  tollgate doctor examples/vwap --feed es.arrows --latency 50ms --json`,
		Args: exactly(1, "one STRATEGY, a .go file or a folder"),
		RunE: func(c *cobra.Command, args []string) error {
			src, err := script.Read(args[0])
			if err != nil {
				return usageError{err}
			}
			if err := onlyDoctorFlags(c); err != nil {
				return err
			}
			p, err := newPlan(src, &f)
			if err != nil {
				return err
			}
			if decisions {
				return tellDecisions(c, p)
			}
			return newDoctorFor(c, p).run(c)
		},
	}
	f.register(c)
	c.Flags().VisitAll(func(f *pflag.Flag) { f.Hidden = f.Hidden || !slices.Contains(doctorTakes, f.Name) })
	c.Flags().Lookup("seed").Usage = "seed of the order in which events of one time are shuffled"
	c.Flags().BoolVar(&decisions, "decisions", false, "print the decisions of one run as JSON lines; how a compiled copy answers")
	c.Flags().Lookup("decisions").Hidden = true
	return c
}

// onlyDoctorFlags refuses flags that would be passed over in silence.
func onlyDoctorFlags(c *cobra.Command) error {
	var wrong []string
	c.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != "decisions" && !slices.Contains(doctorTakes, f.Name) {
			wrong = append(wrong, "--"+f.Name)
		}
	})
	if len(wrong) > 0 {
		return usage("doctor does not take %s; it is a flag of backtest", strings.Join(wrong, ", "))
	}
	return nil
}

// doctor examines one strategy on one feed.
type doctor struct {
	plan   *plan
	base   *probed // the run as configured, everything else is compared with it
	load   func(q *plan) (*strategies.Program, error)
	native func(copies int) (*tierRun, error)
	tell   func(done, all int)
}

func newDoctorFor(c *cobra.Command, p *plan) *doctor {
	return &doctor{
		plan: p, load: loadFor, tell: teller(c.ErrOrStderr()),
		native: func(copies int) (*tierRun, error) { return runCompiledTier(c, p, copies) },
	}
}

// loadFor makes an instance for a run of its own.
func loadFor(q *plan) (*strategies.Program, error) {
	if first := q.first; first != nil {
		q.first = nil
		return first, nil
	}
	return q.load()
}

// run examines, prints and fails when a check did.
func (d *doctor) run(c *cobra.Command) error {
	for _, w := range d.plan.checked.Warnings {
		fmt.Fprintln(c.ErrOrStderr(), w)
	}
	relaxGC()
	e, err := d.examine()
	if err != nil {
		return err
	}
	if d.plan.flags.asJSON {
		err = e.json(c.OutOrStdout())
	} else {
		err = e.text(c.OutOrStdout())
	}
	if err == nil && e.Status == statusFail {
		return errSilent
	}
	return err
}

// examine makes all runs and all checks.
func (d *doctor) examine() (*examination, error) {
	base, err := d.try(d.usual(), true)
	if err != nil {
		return nil, err
	}
	if base.result.Events == 0 {
		return nil, errors.New("the feed has no events in the chosen time; see --from, --to and --instrument")
	}
	d.base = base
	var errands []errand
	var reports []func() verdict
	for _, prepare := range []func() ([]errand, func() verdict){d.lookahead, d.warmUp, d.order, d.tiers, d.sensitivity, d.data} {
		t, report := prepare()
		errands, reports = append(errands, t...), append(reports, report)
	}
	if err := d.perform(errands); err != nil {
		return nil, err
	}
	e := d.examination()
	for _, report := range reports {
		e.add(report())
	}
	return e, nil
}
