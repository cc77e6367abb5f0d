package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"tollgate/sim"
	"tollgate/sim/report"
	"tollgate/strategies/script"
)

// backtestFlags are the flags of backtest, as typed.
type backtestFlags struct {
	feeds, instruments, specs, params []string
	config, cash, fill, latency       string
	from, to, out, account, trace     string
	shadow                            string
	path                              string // of the strategy, as typed; empty = embedded
	seed                              int64
	native, asJSON, skipBad, watch    bool
	plain                             bool // interpret without the loop, for comparison
	speed                             float64
}

func newBacktest() *cobra.Command {
	var f backtestFlags
	c := &cobra.Command{
		Use:   "backtest STRATEGY",
		Short: "Run a strategy over recordings and report",
		Long: `Backtest runs a strategy over recordings as fast as it can, through the same
desk and the same risk gate that trade live, and prints a report. STRATEGY is a
.go file or a folder that holds one Go package. Without --feed it runs on the
bundled synthetic sample.

The strategy runs once for every instrument in the feed, each with variables and
orders of its own; --instrument chooses among them.`,
		Example: `  tollgate backtest examples/cross
  tollgate backtest examples/cross --param fast=5 --fill queue --latency 50ms --out result`,
		Args: exactly(1, "one STRATEGY, a .go file or a folder"),
		RunE: func(c *cobra.Command, args []string) error {
			src, err := script.Read(args[0])
			if err != nil {
				return usageError{err}
			}
			f.path = args[0]
			return backtest(c, src, &f)
		},
	}
	f.register(c)
	return c
}

func (f *backtestFlags) register(c *cobra.Command) {
	fs := c.Flags()
	fs.StringArrayVar(&f.feeds, "feed", nil, "recording to play: .csv, .csv.gz, .arrows or Databento .dbn; repeatable, merged by time")
	fs.StringArrayVar(&f.instruments, "instrument", nil, "instrument to trade, by root or full name; repeatable (default all in the feed)")
	fs.StringArrayVar(&f.specs, "spec", nil, "NAME=TICK,POINTVALUE of an instrument the built-in table lacks; repeatable")
	fs.StringArrayVar(&f.params, "param", nil, "KEY=VALUE for a parameter of the strategy; repeatable")
	fs.StringVar(&f.config, "config", "", "configuration file: limits, fees, latency, cash, fill model")
	fs.StringVar(&f.account, "account", "", "account of the configuration whose limits apply (default the strategy's, or the only one)")
	fs.StringVar(&f.cash, "cash", "", "starting cash (default 100000)")
	fs.StringVar(&f.fill, "fill", "", "fill model of resting orders: conservative, queue or touch (default conservative)")
	fs.BoolVar(&f.native, "native", false, "compile the strategy instead of interpreting it; needs the go command")
	fs.StringVar(&f.latency, "latency", "", "one-way delay of orders and of replies, 0 = immediate (default 100ms)")
	fs.StringVar(&f.from, "from", "", "first moment, RFC 3339 or a date (UTC)")
	fs.StringVar(&f.to, "to", "", "first moment no longer played, RFC 3339 or a date (UTC)")
	fs.Int64Var(&f.seed, "seed", 1, "seed of whatever is random; nothing is, at present")
	fs.StringVar(&f.out, "out", "", "folder for report.html, fills.csv, orders.csv, equity.csv and result.json")
	fs.StringVar(&f.trace, "trace", "", "file to write every intent, order, fill and denial to, a line each; - for standard error")
	fs.Float64Var(&f.speed, "speed", 0, "play at a multiple of real time; 0 = as fast as possible")
	fs.BoolVar(&f.watch, "watch", false, "take changes of the strategy's files in while it runs")
	fs.StringVar(&f.shadow, "shadow", "", "with --watch: recorded time a new version rehearses over before it takes over, 0 = none (default 10m)")
	fs.BoolVar(&f.plain, "plain", false, "interpret without running the frequent handlers in one loop: slower, decides the same")
	fs.Lookup("plain").Hidden = true
	fs.BoolVar(&f.skipBad, "skip-bad", false, "leave out rows that cannot be read, and count them")
	fs.BoolVar(&f.asJSON, "json", false, "print one JSON object and nothing else")
}

// backtest plans, runs and reports.
func backtest(c *cobra.Command, src *script.Source, f *backtestFlags) error {
	p, err := newPlan(src, f)
	if err != nil {
		return err
	}
	for _, w := range p.checked.Warnings {
		fmt.Fprintln(c.ErrOrStderr(), w)
	}
	if f.native && !p.compiled() {
		return p.runNative(c)
	}
	relaxGC()
	bar := newProgress(c.ErrOrStderr())
	trace, closeTrace, err := p.openTrace(c.ErrOrStderr())
	if err != nil {
		return err
	}
	ctx, stop := interruptions()
	defer stop()
	stage, leave := p.startStage(ctx, c.ErrOrStderr())
	started := time.Now()
	result, err := p.play(p.fill, play{progress: bar.at, trace: trace, stage: stage})
	elapsed := time.Since(started)
	leave()
	bar.done()
	if err := errors.Join(err, closeTrace()); err != nil {
		return err
	}
	if err := p.absent(result, p.universe); err != nil {
		return err
	}
	cut := stage.interrupted(result.Last)
	if cut == nil {
		p.doubt(result)
	} else {
		p.warnings = append(p.warnings, cut.Error())
	}
	if err := p.show(c, result, elapsed); err != nil {
		return err
	}
	return errors.Join(stopped(result, p.universe), cut)
}

// show prints and writes the report.
func (p *plan) show(c *cobra.Command, result *sim.Result, elapsed time.Duration) error {
	run := p.report(result, elapsed)
	out := c.OutOrStdout()
	if p.flags.out != "" {
		if err := report.Files(p.flags.out, run); err != nil {
			return err
		}
	}
	if !p.flags.asJSON {
		if err := report.Terminal(out, run, report.TerminalOptions{Color: colour(out), ASCII: !unicode()}); err != nil {
			return err
		}
		if p.flags.out != "" {
			fmt.Fprintf(out, "\nwrote %s/report.html, result.json and the tables beside them\n", p.flags.out)
		}
		return nil
	}
	text, err := report.JSON(run)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

// openTrace opens where the trace goes.
func (p *plan) openTrace(stderr io.Writer) (sim.Trace, func() error, error) {
	if p.flags.trace == "" {
		return nil, func() error { return nil }, nil
	}
	w, done, err := create(p.flags.trace, stderr)
	if err != nil {
		return nil, nil, err
	}
	return traceTo(w), done, nil
}

// relaxGC lets garbage pile up to four times the little that lives: interpreted
// handlers allocate on every call. GOGC still has the last word.
func relaxGC() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}
