package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tollgate/engine"
	"tollgate/sim/fakebridge"
	"tollgate/sim/fakebridge/broker"
	"tollgate/sim/feed"
	"tollgate/sim/venue"
)

// simFlags are the flags of sim, as typed.
type simFlags struct {
	feedFlags
	feeds, accounts, quirks, faults        []string
	listen, tokenEnv, fill, ledger         string
	speed, budgetScale                     float64
	seed                                   uint64
	paused, listQuirks, listFaults, asJSON bool
}

func newSim() *cobra.Command {
	var f simFlags
	c := &cobra.Command{
		Use:   "sim",
		Short: "Serve a simulated broker bridge for any client",
		Long: `Sim serves the broker's protocol over WebSocket and REST from a recording: quotes,
accounts, orders and their fills, with the documented limits. What the vendor does
not document can be switched with --quirk, and what can go wrong set off with
--fault or, while it runs, over HTTP from this machine:

  GET   /control/status   /control/ledger (what really happened)
  POST  /control/pause    /control/resume    /control/step?n=N|by=DURATION|to=TIME
  POST  /control/speed?x=N    /control/fault?f=NAME[=VALUE][@WHEN]
  POST  /control/manual   {"api":"PlaceOrder","args":{...}}: an order by hand

Without --feed it plays the bundled synthetic sample. It runs until it is
interrupted.

The limits go by a clock of the feed's speed where that is above 1, so that a client
at 100x meets them in the proportions of real life; --budget-scale 1 keeps them in
real time.`,
		Example: `  tollgate sim --quirks
  tollgate sim --listen 127.0.0.1:8787 --speed 10 --account Sim101=50000
  tollgate sim --speed 0 --quirk duplicate-id=second --fault drop@30s --fault lose-reply=1@call=20`,
		Args: exactly(0, "no arguments; the recording is named with --feed"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	f.registerSim(c)
	return c
}

func (f *simFlags) registerSim(c *cobra.Command) {
	fs := c.Flags()
	fs.StringVar(&f.listen, "listen", "127.0.0.1:8787", "address to listen on; port 0 = any free one")
	fs.StringArrayVar(&f.feeds, "feed", nil, "recording to play; repeatable, merged by time (default the bundled sample)")
	fs.StringArrayVar(&f.accounts, "account", []string{"Sim101=100000"}, "NAME=CASH of an account; repeatable")
	fs.StringVar(&f.tokenEnv, "token-env", "", "environment variable that holds the bearer token (default any token is taken)")
	fs.StringArrayVar(&f.quirks, "quirk", nil, "NAME[=VALUE]; repeatable; see --quirks")
	fs.StringArrayVar(&f.faults, "fault", nil, "NAME[=VALUE][@WHEN], WHEN a duration from the start or call=N; repeatable; see --faults")
	fs.BoolVar(&f.listQuirks, "quirks", false, "list the quirks")
	fs.BoolVar(&f.listFaults, "faults", false, "list the faults")
	fs.Float64Var(&f.speed, "speed", 1, "multiple of real time; 0 = as fast as the client reads")
	fs.Float64Var(&f.budgetScale, "budget-scale", 0, "speed of the clock by which limits count; 0 = that of the feed, at least 1")
	fs.BoolVar(&f.paused, "paused", false, "begin paused; POST /control/resume or /control/step goes on")
	fs.StringVar(&f.fill, "fill", "conservative", "fill model of resting orders: conservative, queue or touch")
	fs.Uint64Var(&f.seed, "seed", 1, "seed of order and execution ids")
	fs.StringVar(&f.ledger, "ledger", "", "file to write the ledger of what really happened to, at the end")
	fs.BoolVar(&f.asJSON, "json", false, "print where it is served as one JSON object and nothing else")
	fs.StringArrayVar(&f.specs, "spec", nil, "NAME=TICK,POINTVALUE of an instrument the built-in table lacks; repeatable")
	fs.StringArrayVar(&f.instruments, "instrument", nil, "play only this instrument (full name); repeatable")
	fs.StringVar(&f.from, "from", "", "first moment, RFC 3339 or a date (UTC)")
	fs.StringVar(&f.to, "to", "", "first moment no longer played, RFC 3339 or a date (UTC)")
	fs.BoolVar(&f.skipBad, "skip-bad", false, "leave out rows that cannot be read, and count them")
	f.clock = "event"
}

// run serves until the program is interrupted.
func (f *simFlags) run(c *cobra.Command) error {
	switch {
	case f.listQuirks:
		return printQuirks(c.OutOrStdout())
	case f.listFaults:
		return printFaults(c.OutOrStdout())
	}
	s, place, err := f.serve(c.ErrOrStderr())
	if err != nil {
		return err
	}
	f.announce(c.OutOrStdout(), place)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	<-ctx.Done()
	ledger, status := s.Ledger(), s.Status()
	patience, enough := context.WithTimeout(context.Background(), time.Second)
	defer enough()
	if err := errors.Join(s.Shutdown(patience), f.saveLedger(ledger)); err != nil {
		return err
	}
	fmt.Fprintf(c.ErrOrStderr(), "played %d events to %s; %d orders, %d executions, %d upgrades\n",
		status.Events, status.Market, len(ledger.Orders), len(ledger.Executions), ledger.Upgrades)
	if status.FeedError != "" {
		return errors.New(status.FeedError)
	}
	return nil
}

// place is where and what is served.
type place struct {
	URL         string   `json:"url"`
	REST        string   `json:"rest"`
	Control     string   `json:"control"`
	Accounts    []string `json:"accounts"`
	Instruments []string `json:"instruments"`
}

// serve starts the server.
func (f *simFlags) serve(progress io.Writer) (*fakebridge.Server, place, error) {
	c, err := f.config(progress)
	if err != nil {
		return nil, place{}, err
	}
	s, err := fakebridge.New(c)
	if errors.Is(err, io.EOF) {
		err = errors.New("the feed has no events in the chosen time; see --from, --to and --instrument")
	}
	if err != nil {
		return nil, place{}, usageError{errors.Join(err, c.Feed.Close())}
	}
	if err := s.Listen(f.listen); err != nil {
		return nil, place{}, usageError{errors.Join(fmt.Errorf("--listen: %w", err), s.Close())}
	}
	p := place{URL: s.URL(), REST: s.BaseURL() + "/v1/api", Control: s.BaseURL() + "/control"}
	for _, a := range c.Accounts {
		p.Accounts = append(p.Accounts, a.Name)
	}
	for id := range c.Universe.Len() {
		p.Instruments = append(p.Instruments, c.Universe.Get(engine.InstrumentID(id)).Key)
	}
	return s, p, nil
}

// config reads the flags and opens the feed.
func (f *simFlags) config(progress io.Writer) (fakebridge.Config, error) {
	c := fakebridge.Config{Speed: f.speed, BudgetScale: f.budgetScale, Paused: f.paused, Seed: f.seed, Faults: f.faults}
	var err error
	if c.Venue.Fill, err = venue.ParseModel(f.fill); err != nil {
		return c, usageError{err}
	}
	for _, q := range f.quirks {
		if err := c.Quirks.Set(q); err != nil {
			return c, usageError{err}
		}
	}
	for _, a := range f.accounts {
		account, err := parseAccount(a)
		if err != nil {
			return c, err
		}
		c.Accounts = append(c.Accounts, account)
	}
	if c.Token, err = f.token(progress); err != nil {
		return c, err
	}
	o, err := f.options()
	if err != nil {
		return c, err
	}
	if err := f.scan(o); err != nil {
		return c, err
	}
	c.Universe = o.Universe
	c.Feed, err = f.open(o)
	return c, err
}

// scan reads the feed to its end, so that every instrument is known before the
// first client asks for it, and a bad row is met before anything is served.
func (f *simFlags) scan(o feed.Options) error {
	src, err := f.open(o)
	if err != nil {
		return err
	}
	return errors.Join(drain(src), src.Close())
}

func (f *simFlags) open(o feed.Options) (feed.Source, error) { return openAll(f.feeds, o) }

// parseAccount reads NAME=CASH.
func parseAccount(text string) (fakebridge.Account, error) {
	name, cash, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return fakebridge.Account{}, usage("--account %s: write NAME=CASH, such as Sim101=100000", text)
	}
	m, err := engine.ParseMoney(cash)
	if err != nil {
		return fakebridge.Account{}, usage("--account %s: %w", text, err)
	}
	return fakebridge.Account{Name: name, Cash: m}, nil
}

// token reads the token out of the environment.
func (f *simFlags) token(progress io.Writer) (string, error) {
	if f.tokenEnv != "" {
		if token := os.Getenv(f.tokenEnv); token != "" {
			return token, nil
		}
		return "", usage("--token-env %s: the variable is not set, or empty", f.tokenEnv)
	}
	if host, _, err := net.SplitHostPort(f.listen); err == nil {
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			fmt.Fprintln(progress, "warning: other machines can reach this address and any token is taken; --token-env VAR sets one")
		}
	}
	return "", nil
}

// announce says where it is and how to connect.
func (f *simFlags) announce(out io.Writer, p place) {
	if f.asJSON {
		text, _ := json.Marshal(p) // strings only
		fmt.Fprintf(out, "%s\n", text)
		return
	}
	token := "any token"
	if f.tokenEnv != "" {
		token = "the token in $" + f.tokenEnv
	}
	fmt.Fprintf(out, "WebSocket    %s\nREST         %s\ncontrol      %s\n", p.URL, p.REST, p.Control)
	fmt.Fprintf(out, "accounts     %s\ninstruments  %s\n", strings.Join(p.Accounts, ", "), strings.Join(p.Instruments, ", "))
	fmt.Fprintf(out, "connect with the header  Authorization: Bearer TOKEN  (%s), then send\n", token)
	if len(p.Instruments) > 0 {
		fmt.Fprintf(out, `  {"action":"subscribe","instruments":["%s"]}`+"\n", p.Instruments[0])
	}
}

func (f *simFlags) saveLedger(l fakebridge.Ledger) error {
	if f.ledger == "" {
		return nil
	}
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(f.ledger, append(text, '\n'), 0o600)
}

func printQuirks(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "QUIRK\tFOR\tWHAT IT DOES (the first choice is the default)")
	for _, q := range broker.Catalogue() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", q.Usage(), q.Source, q.Summary)
	}
	return w.Flush()
}

func printFaults(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FAULT\tWHAT IT DOES")
	for _, k := range broker.Faults() {
		fmt.Fprintf(w, "%s\t%s\n", k.Usage(), k.Summary)
	}
	return w.Flush()
}
