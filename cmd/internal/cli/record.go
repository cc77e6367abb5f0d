package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/sim/feed"
)

// recordFlags are the flags of record, as typed.
type recordFlags struct {
	config, out, url string
	limit            time.Duration
}

func newRecord() *cobra.Command {
	var f recordFlags
	c := &cobra.Command{
		Use:   "record",
		Short: "Record quotes from the link, without strategies",
		Long: `Record subscribes to the instruments of the configured strategies and writes what the
broker says into a recording that backtest reads. It trades nothing, but it owns the
one connection of the user while it runs. Everything up to the last second survives
a crash.`,
		Example: `  tollgate record --config tollgate.yaml --out today.arrows --for 6h
  tollgate record --config tollgate.yaml --url ws://127.0.0.1:8787/ws/stream --out try.arrows --for 10s`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	fs := c.Flags()
	fs.StringVar(&f.config, "config", "", "configuration file (required)")
	fs.StringVar(&f.out, "out", "", "recording to write: .arrows, .csv or .csv.gz (required)")
	fs.StringVar(&f.url, "url", "", "address of a bridge that runs on this machine (tollgate sim), instead of the broker's; any key is sent")
	fs.DurationVar(&f.limit, "for", 0, "how long; 0 = until it is interrupted")
	return c
}

func (f *recordFlags) run(c *cobra.Command) error {
	config, text, err := loadConfig(f.config)
	if err != nil {
		return err
	}
	if f.out == "" {
		return usage("name a recording to write with --out FILE")
	}
	if _, err := os.Stat(f.out); err == nil {
		return usage("--out %s: the file exists; a recording is never overwritten", f.out)
	}
	u, err := universeOf(config, text)
	if err != nil {
		return usageError{err}
	}
	token := tokenOf(config)
	url := config.Broker.URL
	if f.url != "" {
		url, token = f.url, func() (string, error) { return "record", nil }
	}
	if _, err := token(); err != nil {
		return usageError{err}
	}
	sink, err := feed.Create(f.out, u)
	if err != nil {
		return usageError{err}
	}
	if err := os.MkdirAll(config.DataDir, 0o700); err != nil {
		return errors.Join(err, sink.Close())
	}
	r := &tape{universe: u, decoder: bridge.NewDecoder(u), sink: sink, say: c.ErrOrStderr()}
	r.link = bridge.NewLink(bridge.LinkConfig{
		URL: url, Token: token, Now: realClock{}.Now, Attempts: filepath.Join(config.DataDir, "link-attempts"), Seed: uint64(time.Now().UnixNano()),
	})
	err = r.run(f.limit)
	fmt.Fprintf(c.OutOrStdout(), "%s: %d quotes, %d left out\n", f.out, r.quotes, r.faults)
	return errors.Join(err, sink.Close())
}

// universeOf is every instrument of the configured strategies.
func universeOf(config *configs.Config, text []byte) (*engine.Universe, error) {
	s, err := stack.NewSetup(config, text, realClock{}.Now(), 1)
	if err != nil {
		return nil, err
	}
	if len(s.Instruments) == 0 {
		return nil, errors.New("strategies: there is none, so there is no instrument to record")
	}
	return s.Universe(config)
}

// tape is a link whose quotes go to a file.
type tape struct {
	universe       *engine.Universe
	decoder        *bridge.Decoder
	link           *bridge.Link
	sink           feed.Sink
	say            io.Writer
	frame          bridge.Frame
	quotes, faults int
}

// run records until it is interrupted, time is up, or the link has ended.
func (r *tape) run(limit time.Duration) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	ended := make(chan error, 1)
	go func() { ended <- r.link.Run(ctx) }()
	flush := time.NewTicker(time.Second)
	defer flush.Stop()
	for {
		select {
		case e, ok := <-r.link.Events():
			if !ok {
				return <-ended
			}
			if err := r.take(ctx, e); err != nil {
				return err
			}
		case <-flush.C:
			if err := r.sink.Flush(); err != nil {
				return err
			}
		}
	}
}

func (r *tape) take(ctx context.Context, e bridge.Event) error {
	switch e.Kind {
	case bridge.Up:
		fmt.Fprintln(r.say, "connected")
		return r.subscribe(ctx)
	case bridge.Down:
		fmt.Fprintln(r.say, "link down:", e.Text)
		return nil
	}
	if err := r.decoder.Decode(e.Data, e.At, &r.frame); err != nil {
		r.faults++
		return nil
	}
	r.faults += len(r.frame.Faults)
	if r.frame.Kind == bridge.MarketData {
		for i := range r.frame.Quotes {
			r.quotes++
			if err := r.sink.Write(&r.frame.Quotes[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// subscribe asks for every instrument. A frame that cannot be written is a link that
// is going down: it says so itself.
func (r *tape) subscribe(ctx context.Context) error {
	var names []string
	for id := range engine.InstrumentID(r.universe.Len()) {
		names = append(names, r.universe.Get(id).Key)
	}
	for len(names) > 0 {
		n := min(len(names), bridge.MaxInstruments)
		if err := r.link.Write(ctx, bridge.AppendSubscribe(nil, names[:n])); err != nil {
			fmt.Fprintln(r.say, "could not subscribe:", err)
		}
		names = names[n:]
	}
	return nil
}
