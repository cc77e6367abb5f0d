package cli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tollgate/cmd/internal/native"
	"tollgate/configs"
	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/sim/venue"
	"tollgate/strategies"
	"tollgate/strategies/script"
)

// plan is a backtest, decided: flags, configuration and strategy brought together
// and checked, before anything starts.
type plan struct {
	flags    *backtestFlags
	path     string // of the strategy's files; empty = embedded
	src      *script.Source
	checked  *script.Checked
	config   *configs.Config
	account  *configs.Account
	params   map[string]string
	onPanic  strategies.OnPanic
	cash     engine.Money
	latency  time.Duration
	shadow   time.Duration // of recorded time a new version rehearses over; 0 = none
	fill     venue.Model
	trigger  venue.TriggerSource
	from, to engine.Time
	declared []strategies.Param // as the strategy declares them
	universe *engine.Universe   // of the newest play
	notes    []string           // what the report should say about the feed
	warnings []string
	first    *strategies.Program // loaded to find mistakes early, used by the first play
}

// newPlan decides everything. Its errors are the user's to mend: status 2.
func newPlan(src *script.Source, f *backtestFlags) (*plan, error) {
	p := &plan{flags: f, src: src, path: f.path}
	for _, step := range []func() error{p.check, p.configure, p.choose, p.parse, p.declare} {
		if err := step(); err != nil {
			return nil, usageError{err}
		}
	}
	return p, nil
}

func (p *plan) check() (err error) {
	p.checked, err = script.Check(p.src)
	return err
}

// configure reads the configuration and adds the --spec flags to it.
func (p *plan) configure() (err error) {
	if p.flags.config != "" {
		p.config, err = configs.Load(p.flags.config, p.flags.specs...)
		return err
	}
	p.config = configs.Default()
	for _, s := range p.flags.specs {
		if err := p.config.Instruments.AddSpec(s); err != nil {
			return err
		}
	}
	return nil
}

// choose finds the account, and the configured strategy with this script if
// there is exactly one: its parameters and account apply unless flags say otherwise.
func (p *plan) choose() error {
	p.params = map[string]string{}
	name := p.flags.account
	if s := p.configured(); s != nil {
		for k, v := range s.Params {
			p.params[k] = v
		}
		if s.OnPanic == "leave" {
			p.onPanic = strategies.LeaveOnPanic
		}
		if name == "" {
			name = s.Account
		}
	}
	if name == "" && len(p.config.Accounts) == 1 {
		name = p.config.Accounts[0].Name
	}
	if name == "" {
		return fmt.Errorf("%s has %d accounts: say which limits apply with --account NAME", p.flags.config, len(p.config.Accounts))
	}
	a, ok := p.config.Account(name)
	if !ok {
		return fmt.Errorf("there is no account %q in the configuration", name)
	}
	p.account = a
	return nil
}

// configured is the only strategy of the configuration with this script, if any.
func (p *plan) configured() *configs.Strategy {
	want, err := filepath.Abs(p.src.Dir)
	if err != nil || p.src.Dir == "" {
		return nil
	}
	var found *configs.Strategy
	for i := range p.config.Strategies {
		s := &p.config.Strategies[i]
		path, err := filepath.Abs(strings.TrimSuffix(s.Script, ".go"))
		if err != nil || path != want && path != filepath.Join(want, p.src.Name) {
			continue
		}
		if found != nil {
			return nil
		}
		found = s
	}
	return found
}

// parse turns the text of the remaining flags into values.
func (p *plan) parse() (err error) {
	b, f := p.config.Backtest, p.flags
	p.cash, p.latency = b.Cash, b.Latency
	fill, trigger := b.Fill, b.Trigger
	if f.fill != "" {
		fill = f.fill
	}
	if p.fill, err = venue.ParseModel(fill); err != nil {
		return fmt.Errorf("--fill: %w", err)
	}
	if p.trigger, err = venue.ParseTrigger(trigger); err != nil {
		return err
	}
	if f.cash != "" {
		if p.cash, err = engine.ParseMoney(f.cash); err != nil || p.cash <= 0 {
			return fmt.Errorf("--cash %s: give an amount above zero, such as 50000 or 2500.50", f.cash)
		}
	}
	if f.latency != "" {
		if p.latency, err = parseLatency(f.latency); err != nil {
			return err
		}
	}
	if p.from, err = parseTime("--from", f.from); err != nil {
		return err
	}
	if p.to, err = parseTime("--to", f.to); err != nil {
		return err
	}
	if p.from != 0 && p.to != 0 && p.from >= p.to {
		return fmt.Errorf("--from %s is not before --to %s", f.from, f.to)
	}
	if p.shadow, err = time.ParseDuration(cmp.Or(f.shadow, "10m")); err != nil || p.shadow < 0 {
		return fmt.Errorf("--shadow %s: give a duration such as 10m, or 0 for none", f.shadow)
	}
	if f.shadow != "" && !f.watch {
		return errors.New("--shadow goes with --watch: without it no new version is taken in")
	}
	if f.speed < 0 || f.speed != f.speed || math.IsInf(f.speed, 0) {
		return fmt.Errorf("--speed %v: give 0 for as fast as possible, or a multiple of real time", f.speed)
	}
	if f.watch && (f.path == "" || f.native) {
		return errors.New("--watch needs a strategy's own files, interpreted: leave out --native")
	}
	for _, name := range f.instruments {
		if _, _, err := p.resolve(name); err != nil {
			return fmt.Errorf("--instrument %s: %w", name, err)
		}
	}
	return p.parseParams()
}

// paramsOnce refuses a parameter that is given twice: only one could count.
func paramsOnce(list []string) error {
	seen := map[string]string{}
	for _, text := range list {
		key, _, _ := strings.Cut(text, "=")
		if before, twice := seen[key]; twice {
			return fmt.Errorf("--param %s and --param %s: give %s once", before, text, key)
		}
		seen[key] = text
	}
	return nil
}

func (p *plan) parseParams() error {
	if err := paramsOnce(p.flags.params); err != nil {
		return err
	}
	for _, text := range p.flags.params {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			return fmt.Errorf("--param %s: write KEY=VALUE", text)
		}
		p.params[key] = value
	}
	return nil
}

// declare loads one instance, which finds wrong parameters and shows what the
// strategy declares. The compiled tier finds the same in its own binary.
func (p *plan) declare() (err error) {
	if p.first, err = p.load(); err != nil {
		return err
	}
	p.declared = p.first.Setup.Params
	return nil
}

// compiled reports whether this program carries the strategy compiled.
func (p *plan) compiled() bool { return native.Present(p.src.Hash) }

// load makes one more instance of the strategy.
func (p *plan) load() (*strategies.Program, error) {
	if p.compiled() {
		return native.Take(p.src.Hash)
	}
	return p.checked.Load(p.options())
}

// options are what instances of the strategy are loaded with.
func (p *plan) options() script.Options {
	return script.Options{Params: p.params, Guard: guard(), Plain: p.flags.plain}
}

// parseLatency reads a duration; a bare 0 is one.
func parseLatency(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > time.Minute {
		return 0, fmt.Errorf("--latency %s: give a duration from 0 to 1m, such as 50ms", text)
	}
	return d, nil
}

// parseTime reads RFC 3339 or a date; empty is 0, unbounded.
func parseTime(flag, text string) (engine.Time, error) {
	if text == "" {
		return 0, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return engine.TimeOf(t), nil
		}
	}
	return 0, fmt.Errorf("%s %s: give RFC 3339 such as 2023-12-26T14:30:00Z, or a date such as 2023-12-26", flag, text)
}

// world makes the world of one play.
func (p *plan) world(fill venue.Model, how play) *sim.World {
	p.universe = engine.NewUniverse()
	sizes := p.config.Backtest.Sizes
	index, _ := p.config.Instruments.Spec("ES")
	c := sim.Config{
		Universe: p.universe, Gate: risk.New(p.account.Limits(), p.config.Budget), Cash: p.cash,
		Calendar: index.Calendar, // the broker's risk session rolls at 18:00 New York
		Venue: venue.Config{
			Fill: fill, Trigger: p.trigger,
			Profile: venue.Profile{Take: sizes.Take, Depth: sizes.Depth, Ahead: sizes.Ahead, Print: sizes.Print},
		},
		Latency: p.latency, Spawn: p.spawn, Zone: time.LoadLocation, Progress: how.progress, Trace: how.trace,
	}
	if s := how.stage; s != nil && (s.speed > 0 || s.reloader != nil) {
		c.Before, c.Turn, c.History = s.before, s.turn, watchHistory
	}
	return sim.NewWorld(c)
}

// spawn makes the strategy's instance for an instrument, if it is to be traded.
func (p *plan) spawn(id engine.InstrumentID) (*sim.Entry, error) {
	if !p.wanted(p.universe.Get(id)) {
		return nil, nil
	}
	program := p.first
	p.first = nil
	if program == nil {
		var err error
		if program, err = p.load(); err != nil {
			return nil, err
		}
	}
	return &sim.Entry{Program: program, OnPanic: p.onPanic}, nil
}

// wanted reports whether --instrument names the instrument, by root or in full.
func (p *plan) wanted(in *engine.Instrument) bool {
	return len(p.flags.instruments) == 0 || slices.ContainsFunc(p.flags.instruments, func(name string) bool { return p.names(name, in) })
}

// settings is the configuration in force, as text for the report.
func (p *plan) settings() string {
	var b strings.Builder
	line := func(key string, value any) { fmt.Fprintf(&b, "%-20s %v\n", key, value) }
	if p.flags.config != "" {
		line("configuration", p.flags.config)
	}
	line("account", p.account.Name)
	line("cash", p.cash)
	l := p.account.Limits()
	line("max_position", limitText(l.MaxPosition))
	line("max_order", limitText(l.MaxOrder))
	line("max_working_orders", orNone(int64(l.MaxWorking)))
	line("price_band", limitText(l.PriceBand))
	line("stale_quote", orNone(l.StaleAfter))
	line("daily_loss", orNone(l.DailyLoss))
	budget := p.config.Budget
	line("budget", fmt.Sprintf("%d calls a second, burst %d, reserve %d", budget.Rate, budget.Burst, budget.Reserve))
	line("fill model", p.fill)
	line("stop trigger", p.trigger)
	line("latency", p.latency)
	return b.String()
}

// orNone prints a limit, whose zero means that there is none.
func orNone[T interface{ ~int64 }](v T) string {
	if v == 0 {
		return "none"
	}
	return fmt.Sprint(v)
}

func limitText(m risk.ByInstrument) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", key, m[key]))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
