package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tollgate/cmd/internal/native"
	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/feed"
	"tollgate/sim/report"
	"tollgate/sim/venue"
)

// resolve finds an instrument by its name in any form. A root stands for its
// continuous contract where a feed names nothing more.
func (p *plan) resolve(name string) (string, engine.Spec, error) {
	return resolver(p.config.Instruments)(name)
}

// play is how a run is played and looked at; the zero value is fast and silent.
type play struct {
	progress func(events int64, at engine.Time)
	trace    sim.Trace
	stage    *stage
}

// play runs the strategy once over the feeds.
func (p *plan) play(fill venue.Model, how play) (*sim.Result, error) {
	w := p.world(fill, how)
	src, err := p.open()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	result, err := w.Run(how.stage.until(src))
	if err != nil {
		return nil, err
	}
	p.notes = p.note(result, feed.TallyOf(src))
	return result, nil
}

// open opens the feeds, merged by time.
func (p *plan) open() (feed.Source, error) {
	o := feed.Options{
		Universe: p.universe, Resolve: p.resolve, From: p.from, To: p.to, SkipBad: p.flags.skipBad, Instruments: p.keys(),
	}
	return openAll(p.flags.feeds, o)
}

// keys is the filter for the feed: the full names asked for, or none when a root
// was named, which only the instruments themselves can match.
func (p *plan) keys() []string {
	var keys []string
	for _, name := range p.flags.instruments {
		key, spec, err := p.resolve(name)
		if err != nil || key == spec.Root && spec.Months != "" {
			return nil
		}
		keys = append(keys, key)
	}
	return keys
}

// note says what the feed lacks and how it was made up for.
func (p *plan) note(r *sim.Result, t feed.Tally) []string {
	var notes []string
	add := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	switch {
	case r.Quotes == 0:
		add("the feed has trades only: the book is assumed one tick either side of the last trade, with assumed sizes")
	case r.Trades == 0:
		add("the feed has quotes only: stops trigger on the quote, resting orders fill on quote evidence alone")
	}
	if t.Bad > 0 {
		add("%d rows could not be read and were left out (--skip-bad); the first: %s", t.Bad, strings.Join(t.Messages, "; "))
	}
	if t.Torn || t.Unclosed {
		add("a recording was not closed by its writer; everything before its last flush was played")
	}
	if r.Crossed > 0 || r.Locked > 0 {
		add("%d crossed and %d locked quotes were kept; nothing fills on a crossed book", r.Crossed, r.Locked)
	}
	if len(p.flags.feeds) == 0 {
		add("the bundled sample is synthetic: it shows how things work, not what would earn")
	}
	return notes
}

// doubt looks for a profit that only the optimism of the fill model made.
func (p *plan) doubt(r *sim.Result) {
	for _, name := range p.config.Unenforced() {
		p.warnings = append(p.warnings, name+" is configured, but this version does not enforce it")
	}
	if p.fill == venue.Conservative || r.Net() <= 0 || !anyMaker(r) {
		return
	}
	strict, err := p.play(venue.Conservative, play{})
	if err == nil && strict.Net() <= 0 {
		p.warnings = append(p.warnings, fmt.Sprintf("the profit exists only under the fill model %s: under conservative the net is %s", p.fill, strict.Net()))
	}
}

func anyMaker(r *sim.Result) bool {
	for i := range r.Fills {
		if r.Fills[i].Maker {
			return true
		}
	}
	return false
}

// runNative builds the strategy into a binary and runs this very command there.
func (p *plan) runNative(c *cobra.Command) error {
	copies, err := p.instances()
	if err != nil {
		return err
	}
	if p.fill != venue.Conservative {
		copies *= 2 // doubt may play a second time
	}
	cache, err := native.Cache()
	if err != nil {
		return err
	}
	binary, err := native.Build([]native.Wanted{{Script: p.checked, Copies: copies}}, cache, c.ErrOrStderr())
	if err != nil {
		return err
	}
	deaf := make(chan os.Signal, 1) // an interrupt is for the binary, which reports then
	signal.Notify(deaf, os.Interrupt)
	defer signal.Stop(deaf)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM) // which a terminal does not send to both
	defer stop()
	status, err := native.Run(ctx, binary, p.src.Hash, p.params, nativeArgs(c), c.OutOrStdout(), c.ErrOrStderr())
	if err != nil {
		return err
	}
	if status != 0 {
		return statusError(status)
	}
	return nil
}

// nativeArgs is the command as it was typed, without --native.
func nativeArgs(c *cobra.Command) []string {
	args := []string{c.Name()}
	c.Flags().Visit(func(f *pflag.Flag) {
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, v := range list.GetSlice() {
				args = append(args, "--"+f.Name+"="+v)
			}
			return
		}
		if f.Name != "native" {
			args = append(args, "--"+f.Name+"="+f.Value.String())
		}
	})
	return append(args, c.Flags().Args()...)
}

// instances counts the instruments the strategy will run on. Package state cannot
// be made anew in a compiled program, so the copies must be there beforehand.
func (p *plan) instances() (int, error) {
	p.universe = engine.NewUniverse()
	src, err := p.open()
	if err != nil {
		return 0, err
	}
	defer src.Close()
	if err := drain(src); err != nil {
		return 0, err
	}
	n := 0
	for id := range engine.InstrumentID(p.universe.Len()) {
		if p.wanted(p.universe.Get(id)) {
			n++
		}
	}
	return max(n, 1), nil
}

// report brings together what the report says.
func (p *plan) report(r *sim.Result, elapsed time.Duration) *report.Run {
	tier := "interpreted"
	if p.compiled() {
		tier = "compiled"
	}
	feeds := p.flags.feeds
	if len(feeds) == 0 {
		feeds = []string{sampleName}
	}
	return &report.Run{
		Result: r, Universe: p.universe, Strategy: p.src.Name, ScriptHash: p.src.Hash, Account: p.account.Name,
		Params: p.declared, Feeds: feeds, FillModel: p.fill.String(), Trigger: p.trigger.String(), Latency: p.latency,
		Seed: p.flags.seed, Tier: tier, AbsentLimits: p.account.Limits().Absent(), Warnings: p.warnings, Notes: p.notes, Elapsed: elapsed, Config: p.settings(),
	}
}
