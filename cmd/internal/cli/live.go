package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/configs"
	"tollgate/engine/bridge"
)

// Exit statuses of what trades.
const (
	exitStopped = 3 // by a risk rule or the kill switch
	exitRefused = 4 // the link was refused or taken over
)

// liveFlags are the flags of live, as typed.
type liveFlags struct {
	config                 string
	yes, noWatch, noScreen bool
}

func newLive() *cobra.Command {
	var f liveFlags
	c := &cobra.Command{
		Use:   "live",
		Short: "Trade the configured accounts",
		Long: `Live trades the configured accounts through the broker. It shows accounts, limits and
strategies first and wants the account's name typed, unless --yes is given. It refuses
to start without max_position, max_order and daily_loss, and with limits that this
version does not enforce.

On a terminal a screen shows the account against its limits, positions, orders, quotes,
denials and what happened last. With --no-screen, or elsewhere, what happens is told
line by line.

Only one program of a user can be connected: see broker and live.takeover in the
configuration.`,
		Example: `  tollgate live --config tollgate.yaml
  tollgate live --config tollgate.yaml --no-screen`,
		Args: exactly(0, "no arguments; everything is in the file named with --config"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	fs := c.Flags()
	fs.StringVar(&f.config, "config", "", "configuration file (required)")
	fs.BoolVar(&f.yes, "yes", false, "do not ask for the account's name")
	fs.BoolVar(&f.noWatch, "no-watch", false, "do not take new versions of scripts when files change")
	fs.BoolVar(&f.noScreen, "no-screen", false, noScreenHelp)
	return c
}

func (f *liveFlags) run(c *cobra.Command) error {
	config, text, err := loadConfig(f.config)
	if err != nil {
		return err
	}
	if blockers := config.LiveBlockers(); len(blockers) > 0 {
		return usage("%s cannot trade live:\n  %s", f.config, strings.Join(blockers, "\n  "))
	}
	if _, err := tokenOf(config)(); err != nil {
		return usageError{err}
	}
	if err := f.confirm(c, config); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	attempts := stack.AttemptsFile(config.DataDir)
	config.DataDir = filepath.Join(config.DataDir, "live")
	p := paperFlags{config: f.config, noWatch: f.noWatch, noScreen: f.noScreen}
	d := p.display(c, "LIVE")
	d.scene.Live = true
	o := p.options(d, config, text, config.Broker.URL, tokenOf(config))
	o.Clock, o.Scale, o.Attempts = realClock{}, 1, attempts
	s, err := openStack(o)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	began := time.Now()
	err = d.run(ctx, s)
	if errors.Is(err, bridge.ErrUnauthorized) {
		fmt.Fprintln(c.ErrOrStderr(), "tollgate:", err)
		return statusError(exitRefused)
	}
	done := p.finish(c, s, nil, time.Since(began))
	if errors.Is(err, bridge.ErrTakenOver) {
		fmt.Fprintln(c.ErrOrStderr(), "tollgate:", err)
		return errors.Join(done, statusError(exitRefused))
	}
	return errors.Join(err, done)
}

// tokenOf reads the broker's key from where the configuration says, at each call: a
// key that was changed is found without a restart.
func tokenOf(config *configs.Config) func() (string, error) {
	b := config.Broker
	return func() (string, error) {
		if b.TokenFile == "" {
			if t := strings.TrimSpace(os.Getenv(b.TokenEnv)); t != "" {
				return t, nil
			}
			return "", fmt.Errorf("broker.token_env: the variable %s is not set, or empty", b.TokenEnv)
		}
		text, err := os.ReadFile(b.TokenFile)
		if err != nil {
			return "", fmt.Errorf("broker.token_file: %w", err)
		}
		if t := strings.TrimSpace(string(text)); t != "" {
			return t, nil
		}
		return "", fmt.Errorf("broker.token_file: %s is empty", b.TokenFile)
	}
}

// limitLines are the limits of an account, by the names of the configuration.
func limitLines(a *configs.Account) [][2]string {
	return [][2]string{
		{"max_position", limitText(a.MaxPosition)},
		{"max_order", limitText(a.MaxOrder)},
		{"max_working_orders", orNone(int64(a.MaxWorking))},
		{"price_band", limitText(a.PriceBand)},
		{"stale_quote", orNone(a.StaleQuote)},
		{"daily_loss", a.DailyLoss.String()},
	}
}

// confirm shows what would be traded and wants the account's name.
func (f *liveFlags) confirm(c *cobra.Command, config *configs.Config) error {
	out := c.ErrOrStderr()
	var names []string
	fmt.Fprintf(out, "LIVE at %s\n", config.Broker.URL)
	for i := range config.Accounts {
		a := &config.Accounts[i]
		names = append(names, a.Name)
		fmt.Fprintf(out, "LIVE account %s\n", a.Name)
		for _, l := range limitLines(a) {
			fmt.Fprintf(out, "  %-18s %s\n", l[0], l[1])
		}
		for j := range config.Strategies {
			if s := &config.Strategies[j]; s.Account == a.Name {
				fmt.Fprintf(out, "  strategy           %s, %s, on %s\n", s.Name, s.Script, strings.Join(s.Instruments, ", "))
			}
		}
	}
	if f.yes {
		return nil
	}
	want := strings.Join(names, ",")
	fmt.Fprintf(out, "type %s to trade it: ", want)
	line, err := bufio.NewReader(c.InOrStdin()).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if strings.TrimRight(line, "\r\n") != want {
		return usage("not confirmed: nothing was started")
	}
	return nil
}
