package configs

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tollgate/engine"
	"tollgate/risk"
)

// Defaults of keys that are left out.
const (
	DefaultURL      = "wss://app.crosstrade.io/ws/stream"
	DefaultTokenEnv = "CROSSTRADE_TOKEN"
	DefaultAccount  = "Backtest" // the account of a configuration that has none
	DefaultListen   = "127.0.0.1:0"
	DefaultDataDir  = "data"
	DefaultCash     = 100_000                // account currency
	DefaultLatency  = 100 * time.Millisecond // an assumption: gateway, broker's cloud and add-on, one way
)

//go:embed example.yaml
var example []byte

// Example is a commented configuration file with every key. It decodes.
func Example() []byte { return slices.Clone(example) }

// Config is a configuration: complete, checked, with defaults filled in. The
// names in the comments are the keys of the file.
type Config struct {
	File        string            // the file it came from; empty = Default
	Broker      Broker            // broker
	Accounts    []Account         // accounts, in the order of the file; never empty: without any there is DefaultAccount
	Strategies  []Strategy        // strategies, in the order of the file
	Budget      risk.BudgetConfig // budget; of the broker's user, so of all accounts together
	Instruments *Table            // instruments and fees, on top of the built-in table
	Live        Live              // live
	Paper       Paper             // paper
	Backtest    Backtest          // backtest
	DataDir     string            // data_dir: journals and recordings; default "data"
}

// Broker says where the link goes and where its key is found. Exactly one of
// TokenEnv and TokenFile is set.
type Broker struct {
	URL       string // url: wss, or ws to this machine; default DefaultURL
	TokenEnv  string // token_env: name of the environment variable with the key; default DefaultTokenEnv
	TokenFile string // token_file: file that holds the key and nothing else
}

// Account is a trading account and its limits (accounts.NAME.limits). A limit at
// its zero value is not enforced; the file cannot say 0, it leaves the key out.
type Account struct {
	Name        string            // as the broker spells it
	MaxPosition risk.ByInstrument // max_position: contracts, absolute net, by root or dated name; 1 to 1000000
	MaxOrder    risk.ByInstrument // max_order: contracts in one order, by root or dated name; 1 to 1000000
	MaxWorking  int               // max_working_orders: open orders; 1 to 10000
	PriceBand   risk.ByInstrument // price_band: ticks between an order's prices and the market, by root or dated name
	StaleQuote  time.Duration     // stale_quote: no entry on an older quote; 1ms to 24h
	DailyLoss   engine.Money      // daily_loss: account currency, realised + unrealised since the session began; above 0
	Drawdown    *Drawdown         // drawdown; nil = none
	FlatBy      *FlatBy           // flat_by; nil = none
}

// Drawdown is the loss from a high that ends trading.
type Drawdown struct {
	Mode   string       // mode: "trailing" (from the highest balance) or "static" (from the starting balance); required
	Amount engine.Money // amount: account currency, above 0; required
	Basis  string       // basis: "unrealized" (open positions count) or "closed"; default "unrealized", the stricter
}

// FlatBy is the time of day by which the account holds nothing.
type FlatBy struct {
	Clock time.Duration // wall-clock time since midnight
	Zone  *time.Location
}

// String is the form of the file: "16:10 America/New_York".
func (f FlatBy) String() string {
	return fmt.Sprintf("%02d:%02d %s", int(f.Clock.Hours()), int(f.Clock.Minutes())%60, f.Zone)
}

// Strategy is one instance of a strategy.
type Strategy struct {
	Name        string            // name: letters, digits, - and _, at most 64; unique; required
	Script      string            // script: a .go file or a folder with one package; required
	Account     string            // account: a name under accounts; default: the only one there is
	Instruments []string          // instruments: names in any form; at least one; required
	Params      map[string]string // params: values as text, held to their types by the strategy
	OnPanic     string            // on_panic: "flatten" (default) or "leave" what it holds when the script fails
}

// Paper is the simulated bridge.
type Paper struct {
	Feed   []string // feed: recordings, merged by time; none = the bundled sample
	Speed  float64  // speed: times real time, 0.01 to 10000; default 1
	Listen string   // listen: HOST:PORT, port 0 = any free one; default DefaultListen
	Quotes string   // quotes: "recorded" (from feed; default) or "live" (those of broker.url in real time, fills simulated by backtest; without feed and speed)
}

// Backtest is how fills are simulated, in paper trading too.
type Backtest struct {
	Cash    engine.Money  // cash: starting balance, account currency, above 0; default DefaultCash
	Latency time.Duration // latency: one-way delay of orders and of replies, 0 to 1m; 0 = immediate; default DefaultLatency
	Fill    string        // fill: "conservative" (default), "queue" or "touch": when a resting order is believed to have filled
	Trigger string        // trigger: "last" (default), "bidask" or "either": the price that makes a stop order live
	Sizes   Sizes         // sizes
}

// Sizes are assumed where the feed gives none, in contracts. 0 = the venue's default.
type Sizes struct {
	Take  engine.Qty // take: what a quote without a size offers
	Depth engine.Qty // depth: what each tick beyond the top of book offers
	Ahead engine.Qty // ahead: the queue ahead of an order that joins a level of unknown size
	Print engine.Qty // print: the size of a trade that has none
}

// Default is the configuration of a run without a file: the account
// DefaultAccount without limits, the built-in table, paths relative to the
// program's folder.
func Default() *Config {
	return &Config{
		Broker:      Broker{URL: DefaultURL, TokenEnv: DefaultTokenEnv},
		Accounts:    []Account{{Name: DefaultAccount}},
		Budget:      risk.DefaultBudget,
		Instruments: Builtin(),
		Live:        defaultLive(),
		Paper:       Paper{Speed: 1, Listen: DefaultListen, Quotes: "recorded"},
		Backtest: Backtest{
			Cash: engine.Dollars(DefaultCash), Latency: DefaultLatency, Fill: "conservative", Trigger: "last",
		},
		DataDir: DefaultDataDir,
	}
}

// Load reads and checks a file. specs are texts of --spec flags: they are known
// to the file and win over its instruments. An error that is about the content is
// Problems.
func Load(path string, specs ...string) (*Config, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	if info.Size() > maxFileSize {
		return nil, Problems{{File: path, Text: fmt.Sprintf("%d bytes are too many for a configuration: at most %d", info.Size(), maxFileSize)}}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return Decode(path, data, specs...)
}

// Decode is Load for text that is already in memory. name stands for the file in
// errors, and relative paths become relative to its folder.
func Decode(name string, data []byte, specs ...string) (*Config, error) {
	d := newDecoder(name)
	d.config = Default()
	d.config.File = name
	d.sessions = builtinSessions()
	d.decode(d.parse(data), specs)
	if len(d.problems) > 0 {
		return nil, d.problems.sorted()
	}
	return d.config, nil
}

// path resolves a path of the file.
func (d *decoder) path(n *node) string {
	s, ok := d.text(n)
	if !ok || filepath.IsAbs(s) {
		return s
	}
	return filepath.Join(filepath.Dir(d.file), s)
}

// Account finds an account by its name.
func (c *Config) Account(name string) (*Account, bool) {
	i := slices.IndexFunc(c.Accounts, func(a Account) bool { return a.Name == name })
	if i < 0 {
		return nil, false
	}
	return &c.Accounts[i], true
}

// Strategy finds a strategy by its name.
func (c *Config) Strategy(name string) (*Strategy, bool) {
	i := slices.IndexFunc(c.Strategies, func(s Strategy) bool { return s.Name == name })
	if i < 0 {
		return nil, false
	}
	return &c.Strategies[i], true
}
