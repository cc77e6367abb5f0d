package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// data is the configured data directory, live the one within that live would run on.
func (w *ward) data() string { return filepath.Join(w.dir, "data") }
func (w *ward) live() string { return filepath.Join(w.data(), "live") }

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

// TestCheckupAttemptsAnew: a file of attempts that cannot be believed costs a minute,
// once; the next doctor waits for what is left of it.
func TestCheckupAttemptsAnew(t *testing.T) {
	w := newWard(t)
	w.put(stack.AttemptsFile(w.data()), `["2199-01-01T00:00:00Z"]`)
	if status, e := w.run(); status != exitFailed || !strings.Contains(e.odd()[0].Advice, "in 62 s") {
		t.Fatalf("status %d, %+v", status, e.odd())
	}
	if next := bridge.NextAttempt(stack.AttemptsFile(w.data()), time.Now().Add(61*time.Second)); next.After(time.Now().Add(62 * time.Second)) {
		t.Errorf("a minute later the next attempt is at %v", next)
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
	if _, err := os.Stat(stack.AttemptsFile(w.data())); err == nil {
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
		{"a --config " + w.config, "no such file or folder"},
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
