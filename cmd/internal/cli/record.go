package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/gateway"
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
a crash. Another program that takes the session, or a key that is refused, ends it with
exit status 4.`,
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
	} else if err := mayConnect(config, token); err != nil {
		return err
	}
	sink, err := feed.Create(f.out, u)
	if err != nil {
		return usageError{err}
	}
	if err := os.MkdirAll(config.DataDir, 0o700); err != nil {
		return errors.Join(err, sink.Close())
	}
	say := c.ErrOrStderr()
	r := stack.NewUpstream(stack.UpstreamConfig{
		URL: url, Token: token, Attempts: stack.AttemptsFile(config.DataDir), Universe: u, Now: realClock{}.Now,
		Without: "nothing is recorded until they are back", Quote: sink.Write, Tick: sink.Flush,
		Tell: func(_ gateway.OutputKind, line string) { fmt.Fprintln(say, line) },
	})
	err = f.until(r)
	fmt.Fprintf(c.OutOrStdout(), "%s: %d quotes, %d left out\n", f.out, r.Status().Quotes, r.Status().Faults)
	return errors.Join(err, sink.Close())
}

// until records until it is interrupted, time is up, or the link has ended.
func (f *recordFlags) until(r *stack.Upstream) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if f.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.limit)
		defer cancel()
	}
	return r.Run(ctx)
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
