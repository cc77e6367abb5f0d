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
	"tollgate/sim/fakebridge"
	"tollgate/sim/feed"
	"tollgate/sim/venue"
)

// paperFlags are the flags of paper, as typed.
type paperFlags struct {
	config, connect, tokenEnv string
	speed                     float64
	quirks, faults            []string
	limit                     time.Duration
	asJSON, noWatch, noScreen bool
}

func newPaper() *cobra.Command {
	var f paperFlags
	c := &cobra.Command{
		Use:   "paper",
		Short: "Trade a recording, or live quotes, through the live stack",
		Long: `Paper runs everything that live trading runs: the link, the gateway, the bus, the
workers, the journal. Only the broker is pretended: a simulated bridge inside this
program plays the recordings that the configuration names under paper, or the bundled sample,
and fills orders as a backtest does. It ends with the recording, or when it is interrupted.

With  paper: {quotes: live}  the quotes are the broker's and the fills still simulated,
by the model, latency and fees of the configuration. Orders never leave this program:
its link to broker.url can subscribe to quotes and do nothing else. But it is the one
connection of the user while it runs: a program elsewhere that trades live loses its own
to it. While quotes are down, or silent for 5 s, nothing fills. Another program that
takes the session, or a key that is refused, ends the run with exit status 4.

Every run begins with the configured cash and nothing held, whatever the run before
left, in a folder of its own under data_dir/paper.

Scripts are watched: save a file, and the new version takes over or is refused.

On a terminal a screen shows the account against its limits, positions, orders, quotes,
denials and what happened last. With --no-screen, or elsewhere, what happens is told
line by line.`,
		Example: `  tollgate paper --config tollgate.yaml
  tollgate paper --config tollgate.yaml --no-screen
  tollgate paper --config tollgate.yaml --speed 100 --fault lose-reply=1@call=20
  tollgate paper --config quotes-live.yaml --for 6h    # paper: {quotes: live}`,
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
	fs.DurationVar(&f.limit, "for", 0, "how long; 0 = until the recording ends or it is interrupted")
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
	if f.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.limit)
		defer cancel()
	}
	switch {
	case f.connect != "":
		return f.connected(ctx, c, config, text)
	case config.Paper.Quotes == "live":
		return f.fed(ctx, c, config, text)
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
	config.DataDir = paperDir(config)
	bc, err := f.bridgeConfig(config)
	if err != nil {
		return err
	}
	bc.Paused = true
	if err := openPaperFeed(config, &bc); err != nil {
		return err
	}
	server, err := serveBridge(config, bc)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	d := f.display(c, fmt.Sprintf("paper %gx", config.Paper.Speed))
	o := f.options(d, config, text, server.URL(), keyOf(bc))
	o.Clock, o.Scale = marketClock{server, config.Paper.Speed}, config.Paper.Speed
	s, err := openStack(o)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	server.Resume()
	began := time.Now()
	err = runFed(ctx, d, s, server, func(ctx context.Context) error {
		endOfFeed(ctx, server)
		server.Withdraw()
		return nil
	})
	return errors.Join(err, f.finish(c, s, server, time.Since(began)))
}

// paperDir is a data directory of its own for every run: nothing is taken over from
// the run before.
func paperDir(config *configs.Config) string {
	return filepath.Join(config.DataDir, "paper", time.Now().UTC().Format("20060102-150405.000"))
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

// bridgeConfig is a simulated bridge with the configured accounts and fills, without
// quotes.
func (f *paperFlags) bridgeConfig(config *configs.Config) (fakebridge.Config, error) {
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return fakebridge.Config{}, err
	}
	sizes := config.Backtest.Sizes
	bc := fakebridge.Config{
		Token: hex.EncodeToString(key), Speed: config.Paper.Speed, Seed: 1, Faults: f.faults,
		Venue: venue.Config{Profile: venue.Profile{Take: sizes.Take, Depth: sizes.Depth, Ahead: sizes.Ahead, Print: sizes.Print}},
	}
	for _, q := range f.quirks {
		if err := bc.Quirks.Set(q); err != nil {
			return bc, usageError{err}
		}
	}
	for i := range config.Accounts {
		bc.Accounts = append(bc.Accounts, fakebridge.Account{Name: config.Accounts[i].Name, Cash: config.Backtest.Cash})
	}
	var err error
	if bc.Venue.Fill, err = venue.ParseModel(config.Backtest.Fill); err != nil {
		return bc, usageError{err}
	}
	if bc.Venue.Trigger, err = venue.ParseTrigger(config.Backtest.Trigger); err != nil {
		return bc, usageError{err}
	}
	bc.Quirks.OrderLatency = max(bc.Quirks.OrderLatency, config.Backtest.Latency)
	return bc, nil
}

// keyOf is the key of a simulated bridge inside this program.
func keyOf(bc fakebridge.Config) func() (string, error) {
	return func() (string, error) { return bc.Token, nil }
}

// serveBridge starts a simulated bridge.
func serveBridge(config *configs.Config, bc fakebridge.Config) (*fakebridge.Server, error) {
	s, err := fakebridge.New(bc)
	if err != nil {
		return nil, usageError{err}
	}
	if err := s.Listen(config.Paper.Listen); err != nil {
		return nil, usageError{errors.Join(fmt.Errorf("paper.listen: %w", err), s.Close())}
	}
	return s, nil
}

// openPaperFeed opens the recordings, after reading them once: every instrument is
// known before the first order, and a bad row is met before anything starts.
func openPaperFeed(config *configs.Config, bc *fakebridge.Config) error {
	o := feed.Options{Universe: engine.NewUniverse(), Resolve: resolver(config.Instruments)}
	src, err := openAll(config.Paper.Feed, o)
	if err != nil {
		return fmt.Errorf("paper.feed: %w", err)
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

// endOfFeed waits for the end of the recording, or of the context.
func endOfFeed(ctx context.Context, s *fakebridge.Server) {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for !s.Status().Ended {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
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
	o.Clock, o.Scale, o.AnyHour = realClock{}, 1, true
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
