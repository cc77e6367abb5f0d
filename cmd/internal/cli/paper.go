package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/sim/fakebridge"
	"tollgate/sim/fakebridge/broker"
	"tollgate/sim/feed"
	"tollgate/sim/venue"
)

// paperFlags are the flags of paper, as typed.
type paperFlags struct {
	config, connect, tokenEnv string
	speed                     float64
	quirks, faults            []string
	asJSON, noWatch, noScreen bool
}

func newPaper() *cobra.Command {
	var f paperFlags
	c := &cobra.Command{
		Use:   "paper",
		Short: "Trade a recording, or live quotes, through the live stack",
		Long: `Paper runs everything that live trading runs: the link, the gateway, the bus, the
workers, the journal. Only the broker is pretended: a simulated bridge inside this
program plays the recordings that the configuration names under paper, and fills
orders as a backtest does. It ends with the recording, or when it is interrupted.

Scripts are watched: save a file, and the new version takes over or is refused.

On a terminal a screen shows the account against its limits, positions, orders, quotes,
denials and what happened last. With --no-screen, or elsewhere, what happens is told
line by line.`,
		Example: `  tollgate paper --config tollgate.yaml
  tollgate paper --config tollgate.yaml --no-screen
  tollgate paper --config tollgate.yaml --speed 100 --fault lose-reply=1@call=20`,
		Args: exactly(0, "no arguments; everything is in the file named with --config"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	fs := c.Flags()
	fs.StringVar(&f.config, "config", "", "configuration file (required)")
	fs.StringVar(&f.connect, "connect", "", "ws://HOST:PORT/ws/stream of a bridge that runs already (tollgate sim), instead of one inside this program")
	fs.StringVar(&f.tokenEnv, "token-env", "", "with --connect: environment variable that holds the bearer token")
	fs.Float64Var(&f.speed, "speed", 0, "multiple of real time (default paper.speed)")
	fs.StringArrayVar(&f.quirks, "quirk", nil, "quirk of the simulated bridge; see tollgate sim --quirks")
	fs.StringArrayVar(&f.faults, "fault", nil, "fault of the simulated bridge; see tollgate sim --faults")
	fs.BoolVar(&f.asJSON, "json", false, "print the result as one JSON object and nothing else")
	fs.BoolVar(&f.noWatch, "no-watch", false, "do not take new versions of scripts when files change")
	fs.BoolVar(&f.noScreen, "no-screen", false, noScreenHelp)
	return c
}

func (f *paperFlags) run(c *cobra.Command) error {
	config, text, err := loadConfig(f.config)
	if err != nil {
		return err
	}
	if f.speed != 0 {
		config.Paper.Speed = f.speed
	}
	if f.speed < 0 || f.speed > 10_000 {
		return usage("--speed %v: give a number up to 10000", f.speed)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if f.connect != "" {
		return f.connected(ctx, c, config, text)
	}
	return f.contained(ctx, c, config, text)
}

// loadConfig reads a configuration and keeps its text for the record.
func loadConfig(path string) (*configs.Config, []byte, error) {
	if path == "" {
		return nil, nil, usage("name a configuration with --config FILE")
	}
	c, err := configs.Load(path)
	if err != nil {
		return nil, nil, usageError{err}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, usageError{err}
	}
	return c, text, nil
}

// contained runs against a bridge inside this program.
func (f *paperFlags) contained(ctx context.Context, c *cobra.Command, config *configs.Config, text []byte) error {
	if config.Paper.Quotes == "live" {
		return usage("paper.quotes: live is not there yet in this version: name a recording under paper.feed")
	}
	config.DataDir = filepath.Join(config.DataDir, "paper", time.Now().UTC().Format("20060102-150405.000"))
	server, token, err := f.bridge(config)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	d := f.display(c, fmt.Sprintf("paper %gx", config.Paper.Speed))
	o := f.options(d, config, text, server.URL(), token)
	o.Clock, o.Scale = marketClock{server, config.Paper.Speed}, config.Paper.Speed
	s, err := openStack(o)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	ctx, end := context.WithCancel(ctx)
	defer end()
	go endOfFeed(ctx, server, end)
	server.Resume()
	began := time.Now()
	err = d.run(ctx, s)
	return errors.Join(err, f.finish(c, s, server, time.Since(began)))
}

// openStack is stack.Open; what it refuses is the user's to mend.
func openStack(o stack.Options) (*stack.Stack, error) {
	s, err := stack.Open(o)
	if err != nil {
		return nil, usageError{err}
	}
	return s, nil
}

func (f *paperFlags) options(d *display, config *configs.Config, text []byte, url string, token func() (string, error)) stack.Options {
	return stack.Options{
		Config: config, Text: text, URL: url, Token: token, Guard: guard(), Watch: !f.noWatch, Shadow: 10 * time.Minute,
		Tell: d.tell, Crash: d.end,
	}
}

// bridge starts the simulated bridge, paused.
func (f *paperFlags) bridge(config *configs.Config) (*fakebridge.Server, func() (string, error), error) {
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return nil, nil, err
	}
	token := hex.EncodeToString(key)
	sizes := config.Backtest.Sizes
	bc := fakebridge.Config{
		Token: token, Speed: config.Paper.Speed, Seed: 1, Paused: true, Faults: f.faults,
		Venue: venue.Config{Profile: venue.Profile{Take: sizes.Take, Depth: sizes.Depth, Ahead: sizes.Ahead, Print: sizes.Print}},
	}
	for _, q := range f.quirks {
		if err := bc.Quirks.Set(q); err != nil {
			return nil, nil, usageError{err}
		}
	}
	for i := range config.Accounts {
		bc.Accounts = append(bc.Accounts, fakebridge.Account{Name: config.Accounts[i].Name, Cash: config.Backtest.Cash})
	}
	var err error
	if bc.Venue.Fill, err = venue.ParseModel(config.Backtest.Fill); err != nil {
		return nil, nil, usageError{err}
	}
	if bc.Venue.Trigger, err = venue.ParseTrigger(config.Backtest.Trigger); err != nil {
		return nil, nil, usageError{err}
	}
	bc.Quirks.OrderLatency = max(bc.Quirks.OrderLatency, config.Backtest.Latency)
	if err := openPaperFeed(config, &bc); err != nil {
		return nil, nil, err
	}
	s, err := fakebridge.New(bc)
	if err != nil {
		return nil, nil, usageError{err}
	}
	if err := s.Listen(config.Paper.Listen); err != nil {
		return nil, nil, usageError{errors.Join(fmt.Errorf("paper.listen: %w", err), s.Close())}
	}
	return s, func() (string, error) { return token, nil }, nil
}

// openPaperFeed opens the recordings, after reading them once: every instrument is
// known before the first order, and a bad row is met before anything starts.
func openPaperFeed(config *configs.Config, bc *fakebridge.Config) error {
	o := feed.Options{Universe: engine.NewUniverse(), Resolve: resolver(config.Instruments)}
	src, err := openAll(config.Paper.Feed, o)
	if err != nil {
		return err
	}
	if err := errors.Join(drain(src), src.Close()); err != nil {
		return err
	}
	bc.Universe = o.Universe
	bc.Feed, err = openAll(config.Paper.Feed, o)
	return err
}

// marketClock is the clock of a simulated bridge in the same process: recorded time.
type marketClock struct {
	server *fakebridge.Server
	speed  float64
}

func (m marketClock) Now() engine.Time { return m.server.MarketTime() }

func (m marketClock) Until(t engine.Time) time.Duration {
	return time.Duration(float64(t.Sub(m.server.MarketTime())) / m.speed)
}

// endOfFeed ends the run a little after the recording has: what is under way may
// still arrive.
func endOfFeed(ctx context.Context, s *fakebridge.Server, end func()) {
	defer end()
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if s.Status().Ended {
				return
			}
		}
	}
}

// connected runs against a bridge that somebody else runs.
func (f *paperFlags) connected(ctx context.Context, c *cobra.Command, config *configs.Config, text []byte) error {
	config.DataDir = filepath.Join(config.DataDir, "paper", "connected")
	token := func() (string, error) {
		if f.tokenEnv == "" {
			return "paper", nil
		}
		if t := os.Getenv(f.tokenEnv); t != "" {
			return t, nil
		}
		return "", fmt.Errorf("--token-env %s: the variable is not set, or empty", f.tokenEnv)
	}
	d := f.display(c, "paper "+f.connect)
	o := f.options(d, config, text, f.connect, token)
	o.Clock, o.Scale = realClock{}, 1
	s, err := openStack(o)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	began := time.Now()
	err = d.run(ctx, s)
	return errors.Join(err, f.finish(c, s, nil, time.Since(began)))
}

// realClock is the machine's.
type realClock struct{}

func (realClock) Now() engine.Time                  { return engine.TimeOf(time.Now()) }
func (realClock) Until(t engine.Time) time.Duration { return time.Until(t.UTC()) }

// compare names what the gateway believes that is not so.
func compare(v *gateway.View, truth *broker.Ledger) []string {
	var wrong []string
	for _, a := range v.Accounts {
		believed := map[string]engine.Qty{}
		for _, p := range a.Positions {
			believed[p.Instrument] += p.Qty
		}
		for _, t := range truth.Accounts {
			if t.Name != a.Name {
				continue
			}
			for _, p := range t.Positions {
				if believed[p.Instrument] != p.Qty {
					wrong = append(wrong, fmt.Sprintf("%s %s: believed %+d, truth %+d", a.Name, p.Instrument, believed[p.Instrument], p.Qty))
				}
				delete(believed, p.Instrument)
			}
		}
		for instrument, qty := range believed {
			if qty != 0 {
				wrong = append(wrong, fmt.Sprintf("%s %s: believed %+d, truth flat", a.Name, instrument, qty))
			}
		}
	}
	return wrong
}
