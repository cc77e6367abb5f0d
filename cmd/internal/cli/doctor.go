package cli

import (
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
	var setUp checkupFlags
	var decisions bool
	c := &cobra.Command{
		Use:   "doctor STRATEGY | --config FILE",
		Short: "Look for what makes a backtest promise too much, or a live set-up fail",
		Long:  doctorHelp,
		Example: `  tollgate doctor examples/cross
  tollgate doctor examples/vwap --feed es.arrows --latency 50ms --json
  tollgate doctor examples/cross --feed es.arrows --config tollgate.yaml
  tollgate doctor --config tollgate.yaml
  tollgate doctor --config tollgate.yaml --url ws://127.0.0.1:8787/ws/stream`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneDoctor(c, args); err != nil {
				return err
			}
			if len(args) == 0 {
				setUp.config, setUp.asJSON = f.config, f.asJSON
				return setUp.checkUp(c)
			}
			src, err := script.Read(args[0])
			if err != nil {
				return usageError{err}
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
	fs := c.Flags()
	fs.Lookup("config").Usage = "alone: the live set-up to check; with a STRATEGY: limits, fees and instruments of its runs"
	fs.Lookup("seed").Usage = "seed of the order in which events of one time are shuffled"
	fs.StringVar(&setUp.url, "url", "", "with --config: ws://HOST:PORT/ws/stream of a bridge that runs already (tollgate sim), instead of the broker")
	fs.StringVar(&setUp.tokenEnv, "token-env", "", "with --url: environment variable that holds the bearer token (default any token is sent)")
	fs.VisitAll(func(f *pflag.Flag) {
		f.Hidden = f.Hidden || !slices.Contains(doctorTakes, f.Name) && !slices.Contains(checkupTakes, f.Name)
	})
	fs.BoolVar(&decisions, "decisions", false, "print the decisions of one run as JSON lines; how a compiled copy answers")
	fs.Lookup("decisions").Hidden = true
	return c
}

// checkupTakes are the flags of the other form, doctor --config.
var checkupTakes = []string{"config", "url", "token-env", "json", "help"}

// doctorHelp explains both forms.
const doctorHelp = `Doctor has two patients: a strategy, or with --config alone the live set-up.

doctor STRATEGY runs a strategy many times over the same recordings and compares what
it decides:

  lookahead    runs cut short must decide what the whole run decides up to there
  warm-up      runs that begin later: how long until they decide the same
  order        events of one time, shuffled between instruments, turned round in one
  tiers        interpreted against compiled, where Go is installed
  sensitivity  fill model, latency and fees: does the profit survive
  data         what is wrong with the recording, and whether there is enough of it

A difference is told with the first decision that differs. The exit status is 1
when a check fails (lookahead, tiers), 0 with warnings. A strategy that is stopped in
its first run, by a panic or a hang, gets no further checks: status 1. Without --feed
it runs on the bundled synthetic sample.

doctor --config FILE looks at what tollgate live would trade with, and sends no order:

  configuration, limits   what live would refuse, which limits are not set
  strategy                scripts and parameters
  key, data_dir           found, not open to others; writable, space, journal free
  gateway, killed         whether one runs here, or a kill is in force
  connection, addon       one attempt, counted with all others; NinjaTrader answers
  clock                   against the broker's: a warning from 2 s on, a failure from 10 s
  instrument, account     tick, point value and expiry; positions and orders there
  budget                  calls a second, and how many the doctor made

The broker serves one connection of a key, the newest. Connecting ends the link of any
other program that uses the key, on whatever machine; the doctor says so before it does
it. It does not connect while a gateway runs on the data directory: ask that one, with
tollgate status. The exit status is 0 when nothing failed, 1 when a check did, 4 when the
broker refused the connection or gave it to another program.`

// oneDoctor finds out which form is meant. Flags of the other would be passed over in
// silence, so they are refused.
func oneDoctor(c *cobra.Command, args []string) error {
	setUp := c.Flags().Changed("config") && len(args) == 0
	switch {
	case len(args) != 1 && !setUp:
		return usage("%s takes one STRATEGY, a .go file or a folder, or --config FILE; see %s --help", c.CommandPath(), c.CommandPath())
	case setUp:
		return onlyFlags(c, checkupTakes, "doctor --config")
	}
	return onlyFlags(c, doctorTakes, "doctor STRATEGY")
}

func onlyFlags(c *cobra.Command, takes []string, form string) error {
	var wrong []string
	c.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != "decisions" && !slices.Contains(takes, f.Name) {
			wrong = append(wrong, "--"+f.Name)
		}
	})
	if len(wrong) > 0 {
		return usage("%s does not take %s; see %s --help", form, strings.Join(wrong, ", "), c.CommandPath())
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
	if err := d.plan.absent(base.result, base.universe); err != nil {
		return nil, err
	}
	d.base = base
	if len(faults(base.result)) > 0 {
		return d.dead(), nil
	}
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
