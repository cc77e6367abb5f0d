package configs

import (
	"fmt"
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

// A credential is refused wherever it stands and never repeated.
func TestCredentialsAreRefused(t *testing.T) {
	tree := (&reporter{}).parse([]byte(published))
	var paths []string
	var walk func(n *node)
	walk = func(n *node) {
		if n.kind == dict {
			paths = append(paths, n.path)
		}
		for _, f := range n.fields {
			walk(f.value)
		}
		for _, i := range n.items {
			walk(i)
		}
	}
	walk(tree)
	const secret = "hunter2"
	for _, key := range []string{"token", "Token", "API_KEY", "api-key", "secret", "password", "access_token", "Authorization", "key"} {
		for _, path := range paths {
			text := fmt.Sprintf("%s: %s\n", key, secret)
			for _, part := range slices.Backward(strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })) {
				if part == "0" {
					text = "- " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
					continue
				}
				text = part + ":\n  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
			}
			_, err := Decode("x", []byte(text))
			if err == nil || !strings.Contains(err.Error(), "credentials do not belong in this file") || strings.Contains(err.Error(), secret) {
				t.Errorf("%s\n%v", text, err)
			}
		}
	}
}

// The example decodes, and names every key the decoder knows.
func TestExample(t *testing.T) {
	if _, err := Decode("example.yaml", Example()); err != nil {
		t.Fatal(err)
	}
	text := string(Example())
	for _, key := range allowedKeys(t, text) {
		if !strings.Contains(text, key+":") {
			t.Errorf("the example does not show %s", key)
		}
	}
}

// allowedKeys collects what each object of a file allows, by giving each a key it
// does not know.
func allowedKeys(t *testing.T, text string) []string {
	d := newDecoder("x")
	d.config = Default()
	d.sessions = builtinSessions()
	root := d.parse([]byte(text))
	var spoil func(n *node)
	spoil = func(n *node) {
		for _, f := range n.fields {
			spoil(f.value)
		}
		for _, i := range n.items {
			spoil(i)
		}
		if n.kind == dict {
			n.fields = append(n.fields, field{key: "zzzzzz", value: &node{path: n.path}})
		}
	}
	spoil(root)
	d.decode(root, nil)
	var keys []string
	for _, p := range d.problems {
		if _, allowed, ok := strings.Cut(p.Text, "allowed here: "); ok {
			keys = append(keys, strings.Split(allowed, ", ")...)
		}
	}
	if len(keys) < 50 {
		t.Fatalf("only %d keys found: %q", len(keys), keys)
	}
	return keys
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
	if _, err := Load(filepath.Join(dir, "none.yaml")); err == nil || !os.IsNotExist(unwrapAll(err)) {
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

func unwrapAll(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		if _, ok := err.(*os.PathError); ok {
			return err
		}
		err = u.Unwrap()
	}
}

func TestLiveBlockers(t *testing.T) {
	const head = "accounts: {A: {limits: {max_position: {ES: 1}, max_order: {ES: 1}, daily_loss: 5}}, B: }\n"
	for _, c := range []struct{ text, want string }{
		{head, "strategies: there is none to trade"},
		{head + "strategies: [{name: s, script: s, account: A, instruments: [ES 12-26]}]", ""},
		{head + "strategies: [{name: s, script: s, account: A, instruments: [ESZ26]}]", ""},
		{head + "strategies: [{name: s, script: s, account: A, instruments: [ES]}]",
			"strategy s: ES does not say which contract: write its month, as in ES 12-26"},
		{head + "strategies: [{name: s, script: s, account: A, instruments: [ES1!, ESZ6]}]",
			"strategy s: ES1! does not say which contract: write its month, as in ES 12-26\nstrategy s: ESZ6 does not say which contract: write its month, as in ES 12-26"},
		{head + "strategies: [{name: s, script: s, account: A, instruments: [NQ 12-26]}]",
			"accounts.A.limits.max_position: does not cover NQ 12-26, which strategy s trades\naccounts.A.limits.max_order: does not cover NQ 12-26, which strategy s trades"},
		{head + "strategies: [{name: s, script: s, account: B, instruments: [ES 12-26]}]",
			"accounts.B.limits.max_position: is missing; live trading needs it\naccounts.B.limits.max_order: is missing; live trading needs it\naccounts.B.limits.daily_loss: is missing; live trading needs it"},
		{head + "budget: {rate: 4}\nstrategies: [{name: s, script: s, account: A, instruments: [ES 12-26]}]",
			"budget: the broker allows rate 3 and burst 20, and closes the link on who asks for more"},
		{head + "budget: {burst: 21}\nstrategies: [{name: s, script: s, account: A, instruments: [ES 12-26]}]",
			"budget: the broker allows rate 3 and burst 20, and closes the link on who asks for more"},
		{strings.Replace(head, "daily_loss: 5", "daily_loss: 5, flat_by: 16:10 UTC", 1) + "strategies: [{name: s, script: s, account: A, instruments: [ES 12-26]}]",
			"accounts.A.limits.flat_by: this version does not enforce it: remove it and keep to it by hand, or do not trade live"},
		{"instruments: {AIG: {tick: 0.01, point_value: 1}}\n" + strings.ReplaceAll(head, "ES", "AIG") + "strategies: [{name: s, script: s, account: A, instruments: [AIG]}]", ""},
	} {
		if got := strings.Join(decode(t, c.text).LiveBlockers(), "\n"); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
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
