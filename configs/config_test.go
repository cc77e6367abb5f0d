package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
	"tollgate/risk"
)

// published is the configuration that people and scripts rely on.
const published = `broker:
  url: wss://app.crosstrade.io/ws/stream
  token_env: CROSSTRADE_TOKEN
accounts:
  Sim101:
    limits:
      max_position: {ES: 2, MES: 20}
      max_order: {ES: 2}
      max_working_orders: 10
      daily_loss: 500
      drawdown: {mode: trailing, amount: 2000, basis: unrealized}
      flat_by: "16:10 America/New_York"
strategies:
  - name: cross
    script: examples/cross
    account: Sim101
    instruments: ["ES 12-26"]
    params: {fast: 12, slow: 26}
budget: {rate: 3, burst: 20, reserve: 6}
fees: {ES: 2.15, MES: 0.62}
paper: {feed: [file.csv.gz], speed: 10, listen: 127.0.0.1:0}
instruments: {AIG: {tick: 0.01, point_value: 1}}
data_dir: ./data
`

func decode(t *testing.T, text string, specs ...string) *Config {
	t.Helper()
	c, err := Decode("dir/tollgate.yaml", []byte(text), specs...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func money(t *testing.T, s string) engine.Money {
	t.Helper()
	m, err := engine.ParseMoney(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDecodePublished(t *testing.T) {
	c := decode(t, published)
	a, ok := c.Account("Sim101")
	if !ok || len(c.Accounts) != 1 {
		t.Fatalf("accounts %+v", c.Accounts)
	}
	wantLimits := risk.Limits{
		MaxPosition: risk.ByInstrument{"ES": 2, "MES": 20}, MaxOrder: risk.ByInstrument{"ES": 2},
		MaxWorking: 10, DailyLoss: engine.Dollars(500),
	}
	if got := a.Limits(); !reflect.DeepEqual(got, wantLimits) {
		t.Errorf("limits %+v, want %+v", got, wantLimits)
	}
	if want := (Drawdown{"trailing", engine.Dollars(2000), "unrealized"}); *a.Drawdown != want {
		t.Errorf("drawdown %+v", *a.Drawdown)
	}
	if a.FlatBy.String() != "16:10 America/New_York" || a.FlatBy.Clock != 16*time.Hour+10*time.Minute {
		t.Errorf("flat_by %v", a.FlatBy)
	}
	want := Strategy{
		Name: "cross", Script: filepath.Join("dir", "examples", "cross"), Account: "Sim101",
		Instruments: []string{"ES 12-26"}, Params: map[string]string{"fast": "12", "slow": "26"}, OnPanic: "flatten",
	}
	if got, ok := c.Strategy("cross"); !ok || !reflect.DeepEqual(*got, want) {
		t.Errorf("strategy %+v, want %+v", got, want)
	}
	if c.Budget != (risk.BudgetConfig{Rate: 3, Burst: 20, Reserve: 6}) {
		t.Errorf("budget %+v", c.Budget)
	}
	if want := (Paper{[]string{filepath.Join("dir", "file.csv.gz")}, 10, "127.0.0.1:0", "recorded"}); !reflect.DeepEqual(c.Paper, want) {
		t.Errorf("paper %+v, want %+v", c.Paper, want)
	}
	if c.DataDir != filepath.Join("dir", "data") || c.Broker != (Broker{DefaultURL, "CROSSTRADE_TOKEN", ""}) {
		t.Errorf("data_dir %q, broker %+v", c.DataDir, c.Broker)
	}
	key, spec, err := c.Instruments.Resolve("AIG", engine.NoTime)
	if err != nil || key != "AIG" || spec.Calendar != nil || spec.Months != "" || spec.Fee != 0 {
		t.Errorf("AIG = %q, %+v, %v", key, spec, err)
	}
	unenforced := []string{"accounts.Sim101.limits.drawdown", "accounts.Sim101.limits.flat_by"}
	if got := c.Unenforced(); !slices.Equal(got, unenforced) {
		t.Errorf("unenforced %q", got)
	}
}

// What is left out is as in Default; only the file's name and its folder differ.
func TestDecodeDefaults(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "data_dir: data\n", "strategies: []\n", "\ufeff# BOM\n"} {
		got := decode(t, text)
		want := Default()
		want.File, want.DataDir = "dir/tollgate.yaml", filepath.Join("dir", DefaultDataDir)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q decodes to %+v, want %+v", text, got, want)
		}
	}
	d := Default()
	if d.Accounts[0].Name != "Backtest" || len(d.Accounts[0].Limits().Absent()) != 6 || len(d.Unenforced()) != 0 {
		t.Errorf("default %+v", d)
	}
	a, _ := decode(t, "accounts: {A: {limits: {drawdown: {mode: static, amount: 1}}}}").Account("A")
	if a.Drawdown.Basis != "unrealized" {
		t.Errorf("the default basis is %q", a.Drawdown.Basis)
	}
	if _, ok := d.Account("nobody"); ok {
		t.Error("found an account that is not there")
	}
	if _, ok := d.Strategy("nothing"); ok {
		t.Error("found a strategy that is not there")
	}
}

// Every value just inside its range is taken as it is.
func TestDecodeValues(t *testing.T) {
	c := decode(t, `
broker: {url: "ws://127.0.0.1:8080/ws", token_file: ../secret/crosstrade}
accounts:
  12345: {limits: {max_position: {esz26: 1, 6E: 1000000}, max_order: {6e dec26: 3}, daily_loss: 0.00000001, stale_quote: 1ms, price_band: {M2K: "40"}}}
  APEX-12345-01!Apex!Apex:
strategies:
  - {name: A-1_b, script: /abs/a.go, account: 12345, instruments: [es, ES 12-26, 6e1!, m2kz6], on_panic: leave,
     params: {i: 007, f: 1.50, b: true, s: 'a b', d: 1m30s, t: 09:30, e: 1e5, big: 123456789012345678901234567890.10, empty: ""}}
budget: {reserve: 0, burst: 1}
fees: {ES: 0, 6E: 1.23456789}
paper: {feed: a.csv, speed: 0.01, listen: "[::1]:65535"}
backtest: {cash: 0.01, latency: 0, fill: queue, trigger: bidask, sizes: {take: 1, depth: 2, ahead: 3, print: 4}}
data_dir: /abs/data
`)
	a, _ := c.Account("12345")
	if !reflect.DeepEqual(a.MaxPosition, risk.ByInstrument{"ES 12-26": 1, "6E": 1_000_000}) || !reflect.DeepEqual(a.MaxOrder, risk.ByInstrument{"6E 12-26": 3}) {
		t.Errorf("limits by instrument %v %v", a.MaxPosition, a.MaxOrder)
	}
	if a.DailyLoss != 1 || a.StaleQuote != time.Millisecond || a.PriceBand["M2K"] != 40 {
		t.Errorf("limits %+v", a)
	}
	if b, ok := c.Account("APEX-12345-01!Apex!Apex"); !ok || len(b.Limits().Absent()) != 6 {
		t.Errorf("account without limits: %+v", b)
	}
	s := c.Strategies[0]
	if s.Name != "A-1_b" || s.Script != "/abs/a.go" || s.OnPanic != "leave" || !slices.Equal(s.Instruments, []string{"ES", "ES 12-26", "6E1!", "M2KZ6"}) {
		t.Errorf("strategy %+v", s)
	}
	params := map[string]string{
		"i": "007", "f": "1.50", "b": "true", "s": "a b", "d": "1m30s", "t": "09:30", "e": "1e5",
		"big": "123456789012345678901234567890.10", "empty": "",
	}
	if !reflect.DeepEqual(s.Params, params) {
		t.Errorf("params %q", s.Params)
	}
	es, _ := c.Instruments.Spec("ES")
	euro, _ := c.Instruments.Spec("6E")
	if es.Fee != 0 || euro.Fee != money(t, "1.23456789") {
		t.Errorf("fees %s %s", es.Fee, euro.Fee)
	}
	if want := (Backtest{1_000_000, 0, "queue", "bidask", Sizes{1, 2, 3, 4}}); c.Backtest != want {
		t.Errorf("backtest %+v", c.Backtest)
	}
	if c.Broker != (Broker{"ws://127.0.0.1:8080/ws", "", "secret/crosstrade"}) || c.DataDir != "/abs/data" {
		t.Errorf("broker %+v data_dir %q", c.Broker, c.DataDir)
	}
	if c.Budget != (risk.BudgetConfig{Rate: 3, Burst: 1}) || c.Paper.Speed != 0.01 {
		t.Errorf("budget %+v paper %+v", c.Budget, c.Paper)
	}
}

// Instruments of the file change only what they name.
func TestDecodeInstruments(t *testing.T) {
	c := decode(t, `instruments:
  es: {session: always}
  NQ: {months: none, session: grains, tick: 1/4}
  ZZ: {tick: 1/32, point_value: 1000, fee: 1.75, months: hmuz, roll_days: -31, session: {zone: UTC, open: "09:30", close: 16:00, days: [Sun, sat]}}
`)
	base := Builtin()
	es, _ := c.Instruments.Spec("ES")
	want, _ := base.Spec("ES")
	want.Calendar = nil
	if !reflect.DeepEqual(es, want) {
		t.Errorf("ES %+v, want %+v", es, want)
	}
	nq, _ := c.Instruments.Spec("NQ")
	want, _ = base.Spec("NQ")
	corn, _ := base.Spec("ZC")
	want.Calendar, want.Months = corn.Calendar, ""
	if !reflect.DeepEqual(nq, want) {
		t.Errorf("NQ %+v, want %+v", nq, want)
	}
	zz, _ := c.Instruments.Spec("ZZ")
	cal := &engine.Calendar{Zone: time.UTC, Open: 9*time.Hour + 30*time.Minute, Close: 16 * time.Hour, Days: [7]bool{0: true, 6: true}}
	if zz.Tick != 31_250_000 || zz.Fee != money(t, "1.75") || zz.Months != "HMUZ" || zz.RollDays != -31 || !reflect.DeepEqual(zz.Calendar, cal) {
		t.Errorf("ZZ %+v", zz)
	}
}

// Text in every form of YAML is a parameter's value.
func TestParamText(t *testing.T) {
	c := decode(t, "strategies:\n  - name: a\n    script: a\n    instruments: [ES]\n    params:\n"+
		"      lines: |\n        one\n        two\n      folded: >-\n        one\n        two\n      none: |\n      inf: .inf\n      q: \"a\\tb\"\n      long: "+strings.Repeat("x", maxParamText)+"\n")
	want := map[string]string{"lines": "one\ntwo\n", "folded": "one two", "none": "", "inf": ".inf", "q": "a\tb", "long": strings.Repeat("x", maxParamText)}
	if got := c.Strategies[0].Params; !reflect.DeepEqual(got, want) {
		t.Errorf("params %q", got)
	}
	_, err := Decode("x", []byte("strategies: [{name: a, script: a, instruments: [ES], params: {long: "+strings.Repeat("x", maxParamText+1)+"}}]"))
	if err == nil || !strings.Contains(err.Error(), "has 4097 bytes: a parameter has at most 4096") {
		t.Errorf("a parameter above the longest: %v", err)
	}
}

// A value is repeated in an error only up to a length.
func TestErrorsAreShort(t *testing.T) {
	_, err := Decode("x", []byte("backtest: {fill: "+strings.Repeat("ä", 10_000)+"}"))
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("error %v", err)
	}
}

// Limits hands out copies: what a caller does with them changes no configuration.
func TestLimitsAreCopies(t *testing.T) {
	c := decode(t, published)
	c.Accounts[0].Limits().MaxPosition["ES"] = 1000
	if c.Accounts[0].MaxPosition["ES"] != 2 {
		t.Error("the configuration changed")
	}
	Example()[0] = 'x'
	if Example()[0] == 'x' {
		t.Error("the example changed")
	}
}

// Amounts are exact for every number of decimals that money has.
func TestMoneyIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := engine.Money(rapid.Int64Range(1, int64(engine.Dollars(maxMoney))).Draw(t, "money"))
		text := want.Decimal().String()
		c, err := Decode("x", fmt.Appendf(nil, "accounts: {A: {limits: {daily_loss: %s}}}", text))
		if err != nil || c.Accounts[0].DailyLoss != want {
			t.Fatalf("%s = %v, %v", text, c, err)
		}
	})
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "t.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("fees: {AIG: 0.005}\ninstruments: {XYZ: {tick: 1, point_value: 1, fee: 2}}\n")
	c, err := Load(file, "AIG=0.01,1", "XYZ=0.25,50")
	if err != nil {
		t.Fatal(err)
	}
	aig, _ := c.Instruments.Spec("AIG")
	xyz, _ := c.Instruments.Spec("XYZ")
	if aig.Fee != money(t, "0.005") || xyz.Tick != 250_000_000 || xyz.Fee != engine.Dollars(2) {
		t.Errorf("AIG %+v XYZ %+v: a --spec flag is known to the file and wins over it", aig, xyz)
	}
	if c.DataDir != filepath.Join(dir, "data") {
		t.Errorf("data_dir %q", c.DataDir)
	}
	if _, err := Load(file, "AIG"); err == nil || !strings.Contains(err.Error(), `--spec "AIG": it takes NAME=TICK,POINTVALUE`) {
		t.Errorf("bad --spec: %v", err)
	}
	if _, err := Load(filepath.Join(dir, "none.yaml")); err == nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
	if _, err := Load(dir); err == nil {
		t.Error("a folder was read")
	}
	write(strings.Repeat("#", maxFileSize))
	if _, err := Load(file); err != nil {
		t.Errorf("a file of the largest size: %v", err)
	}
	write(strings.Repeat("#", maxFileSize+1))
	if _, err := Load(file); err == nil || !strings.Contains(err.Error(), "at most 262144") {
		t.Errorf("a file above the largest size: %v", err)
	}
}

// FuzzDecode: whatever is in the file, there is a configuration or there are
// problems with a place, and the same ones every time.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(published))
	f.Add(Example())
	for _, s := range []string{"", "a", "- ", "{", "? ", "&a *a", "<<: *x", "broker: {token: x}", "fees: {? [a] : 1}", "\xff", "a: !!binary x", "instruments: {X: {tick: 1/0, point_value: 1}}", "a: \"\\x", "accounts: {A: {limits: {flat_by: '16:10 ../x'}}}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		c, err := Decode("f", data)
		if (c == nil) == (err == nil) {
			t.Fatalf("configuration %v and error %v", c, err)
		}
		again, err2 := Decode("f", data)
		if fmt.Sprint(err) != fmt.Sprint(err2) || !reflect.DeepEqual(c, again) {
			t.Fatalf("two readings differ:\n%v\n%v", err, err2)
		}
		if err != nil {
			return
		}
		for _, a := range c.Accounts {
			if a.DailyLoss < 0 || a.MaxWorking < 0 || a.StaleQuote < 0 {
				t.Fatalf("account %+v", a)
			}
		}
		c.LiveBlockers()
	})
}
