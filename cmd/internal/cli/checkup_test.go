package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/engine/gateway"
	"tollgate/engine/journal"
	"tollgate/sim/fakebridge"
	"tollgate/sim/fakebridge/broker"
)

// checkupKey is what the doctor logs in with; nothing it prints may hold it.
const checkupKey = "a-key-made-up-for-these-tests"

// contract is one of ES that has not expired, whenever the test runs.
var contract = engine.ContractKey("ES", 12, time.Now().Year()+1)

// ward is a configuration and the bridge it names.
type ward struct {
	t      *testing.T
	server *fakebridge.Server
	dir    string
	config string // its file
	edit   map[string]string
	flags  []string
}

// newWard starts a bridge that knows one contract and one account.
func newWard(t *testing.T, quirks ...string) *ward {
	t.Helper()
	return wardOn(t, contract, quirks...)
}

func wardOn(t *testing.T, key string, quirks ...string) *ward {
	t.Helper()
	w := &ward{t: t, dir: t.TempDir(), edit: map[string]string{}}
	u := engine.NewUniverse()
	if _, err := u.Add(key, engine.Spec{Root: "ES", Tick: 250_000_000, PointValue: decimal.NewFromInt(50)}); err != nil {
		t.Fatal(err)
	}
	c := fakebridge.Config{Universe: u, Token: checkupKey, Seed: 1, Speed: 1, Accounts: []fakebridge.Account{{Name: "Sim101", Cash: engine.Dollars(50_000)}}}
	for _, q := range quirks {
		if err := c.Quirks.Set(q); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if w.server, err = fakebridge.New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.server.Close() })
	if err := w.server.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	w.config = filepath.Join(w.dir, "tollgate.yaml")
	t.Setenv("TOLLGATE_TEST_KEY", checkupKey)
	return w
}

// write writes the configuration, with what the test has edited.
func (w *ward) write() {
	w.t.Helper()
	script, err := filepath.Abs(examplesDir + "/cross")
	if err != nil {
		w.t.Fatal(err)
	}
	text := fmt.Sprintf(`broker: {url: %q, token_env: TOLLGATE_TEST_KEY}
data_dir: %q
live: {journal_mb: 16}
accounts:
  Sim101:
    limits: {max_position: {ES: 2}, max_order: {ES: 1}, max_working_orders: 4, daily_loss: 500, price_band: {ES: 40}, stale_quote: 5s}
strategies:
  - {name: cross, script: %q, account: Sim101, instruments: [%q]}
`, w.server.URL(), filepath.Join(w.dir, "data"), script, contract)
	for from, to := range w.edit { // map order: each edit is of another place
		if !strings.Contains(text, from) {
			w.t.Fatalf("the configuration has no %q to edit", from)
		}
		text = strings.Replace(text, from, to, 1)
	}
	if err := os.WriteFile(w.config, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// live is the data directory that live would run on.
func (w *ward) live() string { return filepath.Join(w.dir, "data", "live") }

// examined is the doctor's object.
type examinedSetUp struct {
	OK     bool
	Checks []checkLine
}

// run asks the doctor, and holds what must be true of every answer.
func (w *ward) run() (int, examinedSetUp) {
	w.t.Helper()
	w.write()
	orders := len(w.server.Ledger().Orders)
	status, out, log := runCLI(append([]string{"doctor", "--config", w.config, "--json"}, w.flags...)...)
	var e examinedSetUp
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil || d.More() {
		w.t.Fatalf("status %d, %v\n%s\n%s", status, err, out, log)
	}
	w.innocent(out+log, orders)
	if e.OK != (status == exitOK) || e.OK == slices.ContainsFunc(e.Checks, func(l checkLine) bool { return l.State == checkFail }) {
		w.t.Errorf("status %d, ok %v, %+v", status, e.OK, e.Checks)
	}
	for _, l := range e.Checks {
		if l.Seen == "" || (l.Advice == "") != (l.State == checkOK) || strings.Contains(l.Seen+l.Advice, "\n") {
			w.t.Errorf("%+v", l)
		}
	}
	return status, e
}

// innocent holds that the key is not told, and that nothing was asked for but
// questions.
func (w *ward) innocent(said string, orders int) {
	w.t.Helper()
	if strings.Contains(said, checkupKey) {
		w.t.Errorf("the key is told:\n%s", said)
	}
	l := w.server.Ledger()
	if len(l.Orders) != orders || l.MostUpgradesIn60s > 1+broker.UpgradeLimit || l.Management != 0 || l.LowestTokens < 0 {
		w.t.Errorf("%d orders after %d, %d upgrades, %d subscriptions", len(l.Orders), orders, l.MostUpgradesIn60s, l.Management)
	}
	for name := range l.Calls { // map order: each is looked at by itself
		if !slices.Contains([]string{"GetAccountSummary", "ListAccounts", "GetQuote", "GetAllPositions", "GetAllOrders"}, name) {
			w.t.Errorf("the doctor called %s", name)
		}
	}
}

// odd are the lines that are not OK, without those about limits that this version
// cannot enforce.
func (e *examinedSetUp) odd() []checkLine {
	var list []checkLine
	for _, l := range e.Checks {
		if l.State != checkOK && l.Name != "limits" {
			list = append(list, l)
		}
	}
	return list
}

// TestCheckupAllWell: one line for each check, in their order, and every figure right.
func TestCheckupAllWell(t *testing.T) {
	w := newWard(t)
	status, e := w.run()
	if status != exitOK || len(e.odd()) != 0 {
		t.Fatalf("status %d, %+v", status, e.odd())
	}
	var names []string
	for _, l := range e.Checks {
		names = append(names, l.Name)
	}
	want := "configuration limits strategy key data_dir killed gateway connection addon clock instrument account budget"
	if got := strings.Join(slices.Compact(names), " "); got != want {
		t.Errorf("checks %s", got)
	}
	l := w.server.Ledger()
	calls := int64(0)
	for _, n := range l.Calls { // map order: a sum
		calls += n.OK
	}
	if last := e.Checks[len(e.Checks)-1]; calls != 4 || !strings.Contains(last.Seen, "made 4 calls") || l.Upgrades != 1 {
		t.Errorf("%d calls, %d upgrades, told %q", calls, l.Upgrades, last.Seen)
	}
	// The same for people: a line for each, and what it means in the end.
	status, out, log := runCLI("doctor", "--config", w.config)
	if status != exitOK || !strings.HasSuffix(out, "0 failures, 1 warning; no order was sent\n") || strings.Count(out, "\n") != len(e.Checks)+2 {
		t.Errorf("status %d\n%s%s", status, out, log)
	}
	if !strings.Contains(log, "connecting to ws://") || strings.Contains(log, "loses its link") {
		t.Errorf("said before connecting: %q", log)
	}
	w.innocent(out+log, 0)
}

// faulted is one thing that is wrong, and what the doctor should make of it.
type faulted struct {
	name     string
	quirks   []string
	break_   func(w *ward)
	status   int
	lines    []string // NAME STATE of each line that is not OK
	says     string   // in what the first of them saw
	advises  string
	upgrades int64
}

// noLink are the lines of a set-up without a connection.
func noLink(first string) []string {
	return []string{first, "addon WARN", "clock WARN", "instrument WARN", "account WARN"}
}

var faultedSetUps = []faulted{
	{"wrong key", nil, func(w *ward) { w.t.Setenv("TOLLGATE_TEST_KEY", "another-key-made-up") }, exitRefused, noLink("connection FAIL"), "HTTP 401", "copy the key", 1},
	{"plan without API", []string{"plan-refused"}, nil, exitRefused, noLink("connection FAIL"), "HTTP 403", "plan", 1},
	{"too many attempts from elsewhere", nil, knock, exitRefused, noLink("connection FAIL"), "too many attempts", "wait a minute", 6},
	{"taken over", nil, fault("takeover@call=1"), exitRefused, []string{"addon FAIL", "instrument WARN", "account WARN", "connection FAIL"}, "connection ended", "", 1},
	{"taken over half-way", nil, fault("takeover@call=3"), exitRefused, []string{"account FAIL", "connection FAIL"}, "connection ended", "", 1},
	{"closed for abuse", nil, fault("close=1008:slow down@call=1"), exitRefused, []string{"addon FAIL", "instrument WARN", "account WARN", "connection FAIL"}, "", "", 1},
	{"service restarting", nil, fault("restart=1h"), exitFailed, noLink("connection FAIL"), "", "look at the network", 1},
	{"nobody there", nil, func(w *ward) { w.edit["127.0.0.1:"] = "127.0.0.1:1/" }, exitFailed, noLink("connection FAIL"), "", "broker.url", 0},
	{"add-on off", nil, fault("addon-off"), exitFailed, []string{"addon FAIL", "instrument WARN", "account WARN"}, "Add-on not connected", "start NinjaTrader", 1},
	{"add-on of another version", []string{"missing-api=GetAccountSummary"}, nil, exitOK, []string{"addon WARN"}, "does not know", "update", 1},
	{"orders not to be had", []string{"missing-api=GetAllOrders"}, nil, exitFailed, []string{"account FAIL"}, "cannot be read", "NinjaTrader", 1},
	{"somebody else spends", nil, fault("refuse=1"), exitOK, []string{"budget WARN"}, "1 were refused", "what else uses this key", 1},
	{"somebody else spends all", nil, fault("refuse=9"), exitFailed, []string{"addon FAIL", "instrument WARN", "account WARN", "budget WARN"}, "refused 3 calls", "stop it", 1},
	{"wrong tick", nil, instruments("tick: 0.5"), exitFailed, []string{"instrument FAIL"}, "0.5 here and 0.25 at the broker", "instruments.ES.tick to 0.25", 1},
	{"wrong point value", nil, instruments("point_value: 5"), exitFailed, []string{"instrument FAIL"}, "5 here and 50 at the broker", "instruments.ES.point_value to 50", 1},
	{"unknown account", nil, func(w *ward) { w.edit["  Sim101:"], w.edit["account: Sim101"] = "  Eval7:", "account: Eval7" }, exitFailed, []string{"account FAIL"}, "it has: Sim101", "as NinjaTrader does", 1},
	{"unknown instrument", nil, func(w *ward) {
		w.edit[fmt.Sprintf("[%q]", contract)] = fmt.Sprintf("[%q, %q]", strings.Replace(contract, "ES", "NQ", 1), contract)
		w.edit["max_position: {ES: 2}"], w.edit["max_order: {ES: 1}"] = "max_position: {ES: 2, NQ: 1}", "max_order: {ES: 1, NQ: 1}"
	}, exitFailed, []string{"instrument FAIL"}, "does not know it", "under strategies", 1},
	{"a position and an order", nil, hold, exitOK, []string{"account WARN"}, "1 position (" + contract + " +1), 1 working order", "adopts", 1},
	{"killed", nil, func(w *ward) {
		if err := stack.SetKilled(w.live(), "lost my nerve"); err != nil {
			w.t.Fatal(err)
		}
	}, exitOK, []string{"killed WARN"}, "lost my nerve", "tollgate resume", 1},
	{"a gateway runs", nil, openDoor, exitFailed, append([]string{"gateway FAIL"}, noLink("connection WARN")...), "a gateway is running here", "tollgate status", 0},
	{"a gateway is about to run", nil, takeJournal, exitFailed, append([]string{"gateway FAIL"}, noLink("connection WARN")...), "a gateway is running here", "tollgate status", 0},
	{"no key", nil, func(w *ward) { w.t.Setenv("TOLLGATE_TEST_KEY", "") }, exitFailed, append([]string{"key FAIL"}, noLink("connection WARN")...), "TOLLGATE_TEST_KEY is not set", "My Account", 0},
	{"a key in quotes and more", nil, func(w *ward) { w.t.Setenv("TOLLGATE_TEST_KEY", checkupKey+" "+checkupKey) }, exitFailed, append([]string{"key FAIL"}, noLink("connection WARN")...), "holds a space", "alone", 0},
	{"limits missing", nil, func(w *ward) { w.edit["daily_loss: 500, "] = "" }, exitFailed, []string{"configuration FAIL"}, "accounts.Sim101.limits.daily_loss: is missing", "tollgate live", 1},
	{"a budget above the broker's", nil, func(w *ward) { w.edit["live:"] = "budget: {rate: 5, burst: 20, reserve: 6}\nlive:" }, exitFailed, []string{"budget FAIL"}, "5 calls a second", "rate 3", 1},
	{"no reserve", nil, func(w *ward) { w.edit["live:"] = "budget: {rate: 3, burst: 20, reserve: 0}\nlive:" }, exitOK, []string{"budget WARN"}, "0 kept back", "budget.reserve", 1},
	{"a bad parameter", nil, func(w *ward) { w.edit["instruments: ["] = "params: {fast: 900}, instruments: [" }, exitFailed, []string{"strategy FAIL"}, "outside its range", "tollgate check", 1},
	{"no script", nil, func(w *ward) { w.edit["/cross"] = "/nowhere" }, exitFailed, []string{"strategy FAIL"}, "no such file", "tollgate check", 1},
	{"attempts that make no sense", nil, func(w *ward) { w.put("link-attempts", "[") }, exitFailed, noLink("connection FAIL"), "as many attempts", "in 62 s", 0},
	{"nowhere to write", nil, func(w *ward) { w.edit["/data\""] = "/tollgate.yaml\"" }, exitFailed, append([]string{"data_dir FAIL", "killed WARN", "gateway FAIL"}, noLink("connection WARN")...), "cannot be written", "data_dir", 0},
}

func fault(text string) func(*ward) {
	return func(w *ward) {
		if err := w.server.Fault(text); err != nil {
			w.t.Fatal(err)
		}
	}
}

func instruments(text string) func(*ward) {
	return func(w *ward) { w.edit["live:"] = "instruments: {ES: {" + text + "}}\nlive:" }
}

// put leaves a file in the data directory of live.
func (w *ward) put(name, text string) {
	if err := os.MkdirAll(w.live(), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.live(), name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// knock spends the broker's patience with this address.
func knock(w *ward) {
	for range broker.UpgradeLimit {
		r, err := http.NewRequest("GET", w.server.BaseURL()+"/ws/stream", nil)
		if err != nil {
			w.t.Fatal(err)
		}
		r.Header.Set("Upgrade", "websocket")
		resp, err := http.DefaultClient.Do(r)
		if err != nil || resp.StatusCode != http.StatusUnauthorized {
			w.t.Fatal(resp, err)
		}
		_ = resp.Body.Close()
	}
}

// hold buys one contract by hand, and bids for another.
func hold(w *ward) {
	at := engine.TimeOf(time.Now())
	w.server.Push(&engine.Quote{At: at, Kind: engine.QuoteChange, Bid: 20_000, Ask: 20_001, Last: 20_000, BidSize: 9, AskSize: 9, LastSize: engine.UnknownQty, Volume: 100})
	for _, order := range []broker.Args{{"orderType": "MARKET"}, {"orderType": "LIMIT", "limitPrice": "4000"}} {
		for k, v := range map[string]any{"account": "Sim101", "instrument": contract, "action": "BUY", "quantity": "1", "timeInForce": "DAY"} { // map order: into a map
			order[k] = v
		}
		if body := string(w.server.Manual("PlaceOrder", order)); !strings.Contains(body, `"orderId"`) {
			w.t.Fatal(body)
		}
	}
}

// openDoor is a gateway as far as another program can see.
func openDoor(w *ward) {
	w.put("link-attempts", "[]")
	door, err := gateway.NewControl(w.live())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = door.Close() })
	go door.Serve(func(context.Context, gateway.Request) gateway.Response { return gateway.Response{Status: []byte("{}")} })
}

func takeJournal(w *ward) {
	j, _, err := journal.Open(stack.GatewayJournal(w.live()), journal.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = j.Close() })
}

// TestCheckupFaults: each fault alone is found, told with what to do, and nothing else
// is complained of.
func TestCheckupFaults(t *testing.T) {
	for _, c := range faultedSetUps {
		t.Run(c.name, func(t *testing.T) {
			w := newWard(t, c.quirks...)
			if c.break_ != nil {
				c.break_(w)
			}
			status, e := w.run()
			odd := e.odd()
			var got []string
			for _, l := range odd {
				got = append(got, l.Name+" "+l.State)
			}
			if status != c.status || !slices.Equal(got, c.lines) {
				t.Fatalf("status %d, %q, want %d, %q\n%+v", status, got, c.status, c.lines, odd)
			}
			if !strings.Contains(odd[0].Seen, c.says) || !strings.Contains(odd[0].Advice, c.advises) {
				t.Errorf("%+v", odd[0])
			}
			if n := w.server.Ledger().Upgrades; n != c.upgrades {
				t.Errorf("%d attempts to connect, want %d", n, c.upgrades)
			}
		})
	}
}

// TestCheckupFifthAttempt: the fifth within a minute is not made, whoever made the others.
func TestCheckupFifthAttempt(t *testing.T) {
	w := newWard(t)
	for range 4 {
		if status, e := w.run(); status != exitOK {
			t.Fatalf("status %d, %+v", status, e.odd())
		}
	}
	status, e := w.run()
	if odd := e.odd(); status != exitFailed || odd[0].Name != "connection" || !strings.Contains(odd[0].Advice, "again in ") {
		t.Errorf("status %d, %+v", status, odd)
	}
	if n := w.server.Ledger().Upgrades; n != 4 {
		t.Errorf("%d attempts", n)
	}
}

// TestCheckupAloneWhileItRuns: as long as the doctor is connected, no gateway can begin
// on the data directory, only to lose its link; and it can afterwards.
func TestCheckupAloneWhileItRuns(t *testing.T) {
	w := newWard(t)
	w.write()
	k := w.checkup()
	unlock, alone := k.gateway()
	if !alone {
		t.Fatalf("%+v", k.found)
	}
	if j, _, err := journal.Open(stack.GatewayJournal(w.live()), journal.Options{}); err == nil {
		t.Error("a gateway took the journal", j.Close())
	}
	unlock()
	takeJournal(w)
}

// checkup is the doctor without its command.
func (w *ward) checkup() *checkup {
	w.t.Helper()
	c := &cobra.Command{}
	c.SetErr(io.Discard)
	k, err := newCheckup(c, &checkupFlags{config: w.config})
	if err := errors.Join(err, os.MkdirAll(w.live(), 0o700)); err != nil {
		w.t.Fatal(err)
	}
	return k
}

func (k *checkup) line(name string) checkLine {
	i := slices.IndexFunc(k.found, func(l checkLine) bool { return l.Name == name })
	if i < 0 {
		return checkLine{}
	}
	return k.found[i]
}

// TestCheckupUnderEveryQuirk: whatever the vendor's unknowns turn out to be, what is
// well is not called ill.
func TestCheckupUnderEveryQuirk(t *testing.T) {
	// Another test has the first, the next only takes time, and with the last nothing is held yet.
	apart := []string{"plan-refused", "reply-delay", "order-latency"}
	for _, q := range broker.Catalogue() {
		for _, text := range q.Alternatives() {
			if slices.Contains(apart, q.Name) {
				continue
			}
			if q.Name == "never-answer" {
				text = "never-answer=PlaceOrder"
			}
			t.Run(text, func(t *testing.T) {
				w := newWard(t, text)
				hold(w)
				w.write()
				k := w.checkup()
				k.configuration()
				k.connected(t.Context())
				for _, l := range k.found {
					want := checkOK
					if l.Name == "account" || l.Name == "addon" && text == "api-names=second" {
						want = checkWarn
					}
					if l.State != want {
						t.Errorf("%+v", l)
					}
				}
				if l := k.line("account"); !strings.Contains(l.Seen, "1 position") || !strings.Contains(l.Seen, "1 working order") {
					t.Errorf("%+v", l)
				}
			})
		}
	}
}

// TestCheckupNoAnswer: an add-on that hangs is given up after a while; the clock is
// still compared.
func TestCheckupNoAnswer(t *testing.T) {
	for api, want := range map[string]string{"GetAccountSummary": "addon", "GetQuote": "instrument", "GetAllPositions": "account"} {
		w := newWard(t, "never-answer="+api)
		w.write()
		k := w.checkup()
		k.patience = 100 * time.Millisecond
		k.configuration()
		k.connected(t.Context())
		if l := k.line(want); l.State != checkFail || !strings.Contains(l.Seen, "no answer in 100ms") {
			t.Errorf("%s: %+v", api, k.found)
		}
		if l := k.line("clock"); l.State != checkOK {
			t.Errorf("%s: %+v", api, l)
		}
	}
}

// TestCheckupClock: just inside and just outside both marks, either way, and the
// second that the header does not tell is never held against anybody.
func TestCheckupClock(t *testing.T) {
	date := time.Date(2026, 12, 1, 15, 0, 0, 0, time.UTC)
	const ms = time.Millisecond
	for _, c := range []struct {
		sent, up time.Duration // against the header
		state    string
		says     string
	}{
		{0, 80 * ms, checkOK, "agrees"},
		{900 * ms, 999 * ms, checkOK, "agrees"},
		{3000 * ms, 3080 * ms, checkOK, "agrees"},
		{3001 * ms, 3080 * ms, checkWarn, "at least 2.0 s ahead of"},
		{11_000 * ms, 11_080 * ms, checkWarn, "10.0 s ahead of"},
		{11_001 * ms, 11_080 * ms, checkFail, "ahead of"},
		{-2080 * ms, -2000 * ms, checkOK, "agrees"},
		{-2080 * ms, -2001 * ms, checkWarn, "behind"},
		{-10_080 * ms, -10_000 * ms, checkWarn, "10.0 s behind"},
		{-10_080 * ms, -10_001 * ms, checkFail, "behind"},
		{-8 * time.Second, time.Second, checkOK, "agrees"},
		{-9 * time.Second, time.Second, checkWarn, "not measurable"},
		{-time.Hour, time.Hour, checkWarn, "not measurable"},
	} {
		k := &checkup{clock: time.Now}
		k.skew(date.Add(c.sent), bridge.Event{Date: date, At: engine.TimeOf(date.Add(c.up))}, nil, date)
		if l := k.found[0]; l.State != c.state || !strings.Contains(l.Seen, c.says) {
			t.Errorf("%v to %v: %+v", c.sent, c.up, l)
		}
	}
}

// TestCheckupClockWithoutAHeader: the account summary tells the time, and may be three
// seconds old; when nothing tells it, nothing is claimed.
func TestCheckupClockWithoutAHeader(t *testing.T) {
	now := time.Date(2026, 12, 1, 15, 0, 0, 0, time.UTC)
	epoch := func(d time.Duration) string { return fmt.Sprintf(`{"epoch":%d}`, now.Add(d).UnixMilli()) }
	for _, c := range []struct{ summary, state, says string }{
		{epoch(0), checkOK, "agrees with NinjaTrader's"},
		{epoch(-5 * time.Second), checkOK, "agrees"},
		{epoch(-5001 * time.Millisecond), checkWarn, "ahead of"},
		{epoch(2001 * time.Millisecond), checkWarn, "behind"},
		{epoch(-time.Hour), checkFail, "ahead of"},
		{`{}`, checkWarn, "not measurable"},
		{``, checkWarn, "not measurable"},
	} {
		k := &checkup{clock: func() time.Time { return now }}
		k.skew(now, bridge.Event{At: engine.TimeOf(now)}, []byte(c.summary), now)
		if l := k.found[0]; l.State != c.state || !strings.Contains(l.Seen, c.says) {
			t.Errorf("%s: %+v", c.summary, l)
		}
	}
	w := newWard(t)
	w.write()
	k := w.checkup()
	k.clock = func() time.Time { return time.Now().Add(-time.Minute) }
	k.configuration()
	k.connected(t.Context())
	if l := k.line("clock"); l.State != checkFail || !strings.Contains(l.Seen, "behind the broker's") {
		t.Errorf("%+v", l)
	}
}

// TestCheckupInstrumentFacts: what the broker does not tell is not held against the
// configuration, and the noise of doubles is not either.
func TestCheckupInstrumentFacts(t *testing.T) {
	w := newWard(t)
	w.write()
	number := func(s string) decimal.Decimal {
		d, err := decimal.NewFromString(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct{ tick, point, state string }{
		{"0.25", "50", checkOK},
		{"0.25000000000000001", "50.0000000000001", checkOK},
		{"2.5E-1", "5e1", checkOK},
		{"0.250000001", "50", checkFail},
		{"0.25", "50.01", checkFail},
		{"0", "50", checkWarn},
		{"0.25", "0", checkWarn},
		{"0", "0", checkWarn},
		{"0", "5", checkFail},
	} {
		k := w.checkup()
		k.configuration()
		k.found = nil
		k.instrument(contract, bridge.FullQuote{TickSize: number(c.tick), PointValue: number(c.point)}, true, nil)
		if len(k.found) != 1 || k.found[0].State != c.state {
			t.Errorf("%s, %s: %+v", c.tick, c.point, k.found)
		}
	}
}

// TestCheckupExpired: a contract trades until the end of its month at the latest.
func TestCheckupExpired(t *testing.T) {
	w := newWard(t)
	w.write()
	k := w.checkup()
	for _, c := range []struct {
		key  string
		at   time.Time
		over bool
	}{
		{"ES 12-26", time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC), false},
		{"ES 12-26", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), true},
		{"ES 03-27", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), false},
	} {
		k.clock = func() time.Time { return c.at }
		if k.expired(c.key) != c.over {
			t.Errorf("%s at %v", c.key, c.at)
		}
	}
	old := wardOn(t, "ES 03-25")
	old.edit[contract] = "ES 03-25"
	status, e := old.run()
	if odd := e.odd(); status != exitOK || len(odd) != 1 || odd[0].Name != "instrument" || !strings.Contains(odd[0].Seen, "expired") {
		t.Errorf("status %d, %+v", status, odd)
	}
}

// TestCheckupKeyFile: others who can read the file are told of, the key never.
func TestCheckupKeyFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(checkupKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, lines := range map[os.FileMode]int{0o600: 0, 0o400: 0, 0o640: 1, 0o604: 1} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		w := newWard(t)
		w.edit["token_env: TOLLGATE_TEST_KEY"] = fmt.Sprintf("token_file: %q", file)
		status, e := w.run()
		odd := e.odd()
		if status != exitOK || len(odd) != lines || lines == 1 && (odd[0].Name != "key" || !strings.Contains(odd[0].Advice, "chmod 600")) {
			t.Errorf("mode %o: status %d, %+v", mode, status, odd)
		}
	}
}

// TestCheckupOfAnotherBridge: with --url the broker's key stays here, and so do its attempts.
func TestCheckupOfAnotherBridge(t *testing.T) {
	w := newWard(t)
	w.edit[w.server.URL()] = "wss://broker.invalid/ws/stream"
	w.flags = []string{"--url", w.server.URL()}
	if status, e := w.run(); status != exitRefused || !strings.Contains(e.odd()[0].Advice, "--token-env") {
		t.Errorf("status %d, %+v", status, e.odd())
	}
	w.flags = append(w.flags, "--token-env", "TOLLGATE_TEST_KEY")
	if status, e := w.run(); status != exitOK || len(e.odd()) != 0 {
		t.Errorf("status %d, %+v", status, e.odd())
	}
	if _, err := os.Stat(filepath.Join(w.live(), "link-attempts")); err == nil {
		t.Error("the broker's attempts are spent")
	}
}

func TestCheckupAnnounces(t *testing.T) {
	for address, ours := range map[string]bool{
		"ws://127.0.0.1:8787/ws/stream": true, "ws://localhost:1/": true, "ws://[::1]:1/": true,
		"wss://app.crosstrade.io/ws/stream": false, "ws://127.0.0.1.example.com/": false, ":": false,
	} {
		var b strings.Builder
		k := &checkup{url: address, say: &b}
		k.announce()
		if loopback(address) != ours || strings.Contains(b.String(), "loses its link") == ours {
			t.Errorf("%s: %q", address, b.String())
		}
	}
}

func TestCheckupUsage(t *testing.T) {
	w := newWard(t)
	w.write()
	bad := filepath.Join(w.dir, "bad.yaml")
	if err := os.WriteFile(bad, []byte("accounts: {A: {limit: 5}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, says string }{
		{"", "takes one STRATEGY, a .go file or a folder, or --config FILE"},
		{"a b", "takes one STRATEGY"},
		{"a --config " + w.config, "not both"},
		{"--config " + w.config + " --feed x", "doctor --config does not take --feed"},
		{"a --url ws://x/", "doctor STRATEGY does not take --url"},
		{"--config " + w.config + " --token-env X", "belongs to --url"},
		{"--config " + w.config + " --url localhost:8787", "give ws://HOST:PORT"},
		{"--config nowhere.yaml", "no such file"},
		{"--config " + bad, "bad.yaml:1:"},
		{"--config=", "name a configuration"},
	} {
		status, out, log := runCLI(append([]string{"doctor"}, strings.Fields(c.args)...)...)
		if status != exitUsage || out != "" || !strings.Contains(log, c.says) {
			t.Errorf("%s: status %d, %s%s", c.args, status, out, log)
		}
	}
	_, out, _ := runCLI("doctor", "--help")
	for _, says := range []string{"tollgate doctor examples/cross\n", "tollgate doctor --config tollgate.yaml\n", "one connection of a key"} {
		if !strings.Contains(out, says) {
			t.Errorf("the help does not say %q:\n%s", says, out)
		}
	}
	if n := w.server.Ledger().Upgrades; n != 0 {
		t.Errorf("%d attempts to connect", n)
	}
}
