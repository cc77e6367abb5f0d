package cli

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tollgate/configs"
	"tollgate/engine"
	"tollgate/sim/feed"
)

// feedFlags are the flags the feed commands share.
type feedFlags struct {
	specs, instruments           []string
	out, zone, clock, name, from string
	to                           string
	skipBad                      bool
}

func newFeed() *cobra.Command {
	c := &cobra.Command{
		Use:   "feed",
		Short: "Convert, describe and slice recordings",
		Long: `Feed converts, describes and slices recordings. It reads, told apart by their
content: the CSV form, NinjaTrader 8 tick and minute exports, Databento DBN files
(mbp-1, tbbo, trades, bbo-1s, ohlcv-1m), and recordings (.arrows, an Arrow IPC
stream that pandas, polars and duckdb read); plain or compressed with gzip or zstd.
The ending of --out chooses the form written: .arrows, .csv or .csv.gz.`,
		Example: `  tollgate feed import "ES 12-26.Last.txt" --name "ES 12-26" --zone America/Chicago --out es.arrows
  tollgate feed info es.arrows
  tollgate feed cut es.arrows --from 2026-11-02T14:30:00Z --to 2026-11-02T21:00:00Z --out day.csv.gz`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("unknown command feed %s; there are import, info and cut", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newFeedImport(), newFeedInfo(), newFeedCut())
	return c
}

func newFeedImport() *cobra.Command {
	var f feedFlags
	c := &cobra.Command{
		Use:     "import FILE...",
		Short:   "Convert recordings of others, merged by time",
		Example: `  tollgate feed import trades.dbn.zst --out es.arrows`,
		Args:    files,
		RunE:    func(c *cobra.Command, args []string) error { return f.copy(c, args) },
	}
	f.register(c)
	f.output(c)
	return c
}

func newFeedCut() *cobra.Command {
	var f feedFlags
	c := &cobra.Command{
		Use:     "cut FILE...",
		Short:   "Keep a stretch of time or some instruments",
		Example: `  tollgate feed cut es.arrows --from 2026-11-02 --to 2026-11-03 --out day.arrows`,
		Args:    files,
		RunE:    func(c *cobra.Command, args []string) error { return f.copy(c, args) },
	}
	f.register(c)
	f.output(c)
	return c
}

func newFeedInfo() *cobra.Command {
	var f feedFlags
	c := &cobra.Command{
		Use:     "info FILE...",
		Short:   "Say what a recording holds and what is wrong with it",
		Example: "  tollgate feed info es.arrows",
		Args:    files,
		RunE: func(c *cobra.Command, args []string) error {
			for _, path := range args {
				if err := f.info(c, path); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.register(c)
	return c
}

func files(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage("%s takes one FILE or more; see %s --help", c.CommandPath(), c.CommandPath())
	}
	return nil
}

func (f *feedFlags) register(c *cobra.Command) {
	fs := c.Flags()
	fs.StringArrayVar(&f.specs, "spec", nil, "NAME=TICK,POINTVALUE of an instrument the built-in table lacks; repeatable")
	fs.StringArrayVar(&f.instruments, "instrument", nil, "keep only this instrument (full name); repeatable")
	fs.StringVar(&f.name, "name", "", "instrument of a file that does not say it (NinjaTrader exports)")
	fs.StringVar(&f.zone, "zone", "", "time zone of local times (NinjaTrader exports), such as America/Chicago")
	fs.StringVar(&f.clock, "clock", "event", "time to stamp Databento records with: event (the exchange's) or receive")
	fs.StringVar(&f.from, "from", "", "first moment, RFC 3339 or a date (UTC)")
	fs.StringVar(&f.to, "to", "", "first moment no longer read, RFC 3339 or a date (UTC)")
	fs.BoolVar(&f.skipBad, "skip-bad", false, "leave out rows that cannot be read, and count them")
}

func (f *feedFlags) output(c *cobra.Command) {
	c.Flags().StringVar(&f.out, "out", "", "file to write: .arrows, .csv or .csv.gz (required)")
}

// options turns the flags into options for a reader.
func (f *feedFlags) options() (feed.Options, error) {
	o := feed.Options{Universe: engine.NewUniverse(), SkipBad: f.skipBad, Name: f.name}
	table := configs.Builtin()
	for _, s := range f.specs {
		if err := table.AddSpec(s); err != nil {
			return o, usageError{err}
		}
	}
	o.Resolve = resolver(table)
	for _, name := range f.instruments {
		key, _, err := o.Resolve(name)
		if err != nil {
			return o, usageError{err}
		}
		o.Instruments = append(o.Instruments, key)
	}
	var err error
	if o.From, err = parseTime("--from", f.from); err != nil {
		return o, usageError{err}
	}
	if o.To, err = parseTime("--to", f.to); err != nil {
		return o, usageError{err}
	}
	if f.zone != "" {
		if o.Zone, err = time.LoadLocation(f.zone); err != nil {
			return o, usage("--zone %s: not a time zone such as America/Chicago", f.zone)
		}
	}
	switch f.clock {
	case "event":
	case "receive":
		o.Clock = feed.ReceiveTime
	default:
		return o, usage("--clock %s: use event or receive", f.clock)
	}
	return o, nil
}

// copy reads all files, merged by time, and writes one.
func (f *feedFlags) copy(c *cobra.Command, paths []string) error {
	if f.out == "" {
		return usage("say what to write with --out FILE, ending in .arrows, .csv or .csv.gz")
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	src, err := openAll(paths, o)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := feed.Create(f.out, o.Universe)
	if err != nil {
		return usageError{err}
	}
	n, err := feed.Copy(dst, src)
	if err := errors.Join(err, dst.Close()); err != nil {
		return fmt.Errorf("%w (%s holds the %d events before)", err, f.out, n)
	}
	fmt.Fprintf(c.OutOrStdout(), "wrote %s: %d events\n", f.out, n)
	tellTally(c.OutOrStdout(), feed.TallyOf(src))
	return nil
}

// openAll opens files merged by time, the bundled sample when none is named; on an
// error none stays open.
func openAll(paths []string, o feed.Options) (feed.Source, error) {
	if len(paths) == 0 {
		return openSample(o)
	}
	var sources []feed.Source
	for _, path := range paths {
		s, err := feed.Open(path, o)
		if err != nil {
			for _, open := range sources {
				err = errors.Join(err, open.Close())
			}
			return nil, usageError{err}
		}
		sources = append(sources, s)
	}
	return feed.Merge(sources...), nil
}

// drain reads a source to its end.
func drain(src feed.Source) error {
	var q engine.Quote
	for {
		if err := src.Next(&q); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// info prints what a file holds. What was read before an error is told too.
func (f *feedFlags) info(c *cobra.Command, path string) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	src, err := feed.Open(path, o)
	if err != nil {
		return usageError{err}
	}
	defer src.Close()
	stats, err := feed.Info(src, o.Universe)
	out := c.OutOrStdout()
	fmt.Fprintf(out, "%s: %d events, %s to %s\n", path, stats.Events, stats.First, stats.Last)
	for i := range stats.Instruments {
		tellInstrument(out, o.Universe, &stats.Instruments[i])
	}
	tellTally(out, stats.Tally)
	return err
}

func tellInstrument(out io.Writer, u *engine.Universe, s *feed.InstrumentStats) {
	in := u.Get(s.Instrument)
	fmt.Fprintf(out, "\n%s  tick %s, one tick is worth %s\n", s.Key, in.TickDecimal(), in.TickValue)
	fmt.Fprintf(out, "  quotes   %d (crossed %d, locked %d, one-sided %d%s)\n", s.Quotes, s.Crossed, s.Locked, s.OneSided, hollow(s.Hollow))
	fmt.Fprintf(out, "  trades   %d (outside the quote %d, without a size %d), volume %d\n", s.Trades, s.Outside, s.Unsized, s.Volume)
	if s.Low.Known() {
		fmt.Fprintf(out, "  traded   %s to %s\n", in.Decimal(s.Low), in.Decimal(s.High))
	}
	fmt.Fprintf(out, "  from     %s to %s\n", s.First, s.Last)
	if s.LongestGap > 0 {
		fmt.Fprintf(out, "  silence  at most %s, from %s\n", s.LongestGap.Round(time.Millisecond), s.GapAt)
	}
}

// hollow is told only where there is some: no market quotes a price for nothing.
func hollow(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", with a size of 0 %d", n)
}

func tellTally(out io.Writer, t feed.Tally) {
	if t.Bad > 0 {
		fmt.Fprintf(out, "%d rows could not be read and were left out:\n", t.Bad)
		for _, m := range t.Messages {
			fmt.Fprintf(out, "  %s\n", m)
		}
	}
	if t.Unchanged > 0 {
		fmt.Fprintf(out, "%d records changed nothing at the top of the book\n", t.Unchanged)
	}
	if t.Skipped > 0 {
		fmt.Fprintf(out, "%d records are no market events and were left out\n", t.Skipped)
	}
	if t.Torn || t.Unclosed {
		fmt.Fprintln(out, "the writer did not close it; everything before its last flush is here")
	}
}
