package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/cmd/internal/stack"
	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/sim/fakebridge"
	"tollgate/sim/fakebridge/broker"
	"tollgate/sim/feed"
)

const feedKey = "made-up-for-tests"

// flipper buys and sells at the market in turn.
const flipper = `package flipper

import "tollgate/strategies"

var n int

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	n++
	switch n % 40 {
	case 10:
		ctx.Buy(1)
	case 30:
		ctx.Sell(1)
	}
}
`

// upstreamBroker is a broker whose quotes of the bundled sample come fast. Faults are timed in
// real time.
func upstreamBroker(t *testing.T, faults ...string) *fakebridge.Server {
	t.Helper()
	u := engine.NewUniverse()
	o := feed.Options{Universe: u, Resolve: resolver(configs.Builtin())}
	src, err := openSample(o)
	if err != nil {
		t.Fatal(err)
	}
	s, err := fakebridge.New(fakebridge.Config{
		Universe: u, Feed: src, Speed: 50, BudgetScale: 1, Token: feedKey, Faults: faults,
		Accounts: []fakebridge.Account{{Name: "Sim101", Cash: engine.Dollars(100_000)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return s
}

// fedFile is a configuration with live quotes; ES trades at every hour of it.
func fedFile(t *testing.T, url string) string {
	t.Helper()
	t.Setenv("TOLLGATE_TEST_FEED", feedKey)
	dir := t.TempDir()
	text := fmt.Sprintf(`broker: {url: %q, token_env: TOLLGATE_TEST_FEED}
accounts: {Sim101: {limits: {max_position: {ES: 5}, max_order: {ES: 5}, daily_loss: 100000}}}
strategies: [{name: flipper, script: flipper.go, account: Sim101, instruments: ["ES 03-25"]}]
instruments: {ES: {session: always}}
paper: {quotes: live}
backtest: {latency: 20ms}
`, url)
	file := filepath.Join(dir, "tollgate.yaml")
	for name, text := range map[string]string{file: text, filepath.Join(dir, "flipper.go"): flipper} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// untouched checks that nothing but subscriptions ever came to the broker.
func untouched(t *testing.T, s *fakebridge.Server) fakebridge.Ledger {
	t.Helper()
	l := s.Ledger()
	if len(l.Orders)+len(l.Executions)+len(l.Calls) > 0 || l.BadFrames+l.Violations > 0 || l.Management > l.Upgrades {
		t.Errorf("the broker saw %+v", l)
	}
	return l
}

// TestPaperOnLiveQuotes: the script trades on the broker's quotes, over a cut in the
// middle; belief is truth, the journal makes the same decisions, and the broker has
// seen no order and no question.
func TestPaperOnLiveQuotes(t *testing.T) {
	up := upstreamBroker(t, "drop@1500ms")
	file := fedFile(t, up.URL())
	status, out, log := runCLI("paper", "--config", file, "--json", "--no-watch", "--for", "5s")
	var r paperResult
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != exitOK {
		t.Fatalf("status %d, %v\n%s\n%s", status, err, out, log)
	}
	if len(r.Differences) != 0 || r.Executions == nil || *r.Executions < 2 || r.Stats.Fills == 0 || r.Stats.BadFrames != 0 {
		t.Errorf("%+v\n%s", r, log)
	}
	if q := r.LiveQuotes; q == nil || q.Gaps != 1 || q.Quotes < 50 || uint64(q.Quotes) < r.Stats.Quotes {
		t.Errorf("live quotes %+v, at the gateway %d", q, r.Stats.Quotes)
	}
	for _, want := range []string{"ALARM the broker's quotes are down since", "nothing fills until", "are back, after"} {
		if !strings.Contains(log, want) {
			t.Errorf("nobody was told %q:\n%s", want, log)
		}
	}
	if l := untouched(t, up); l.Upgrades != 2 {
		t.Errorf("%d connections", l.Upgrades)
	}
	var attempts []time.Time
	if b, err := os.ReadFile(stack.AttemptsFile(filepath.Join(filepath.Dir(file), "data"))); err != nil || json.Unmarshal(b, &attempts) != nil || len(attempts) != 2 {
		t.Errorf("attempts remembered where live counts its own: %s, %v", b, err)
	}
	status, out, log = runCLI("journal", "replay", r.Journal, "--json")
	var again stack.Replayed
	if err := json.Unmarshal([]byte(out), &again); err != nil || status != exitOK || again.Hash != r.Hash {
		t.Errorf("the replay: status %d, %v, %+v, the run came to %s\n%s", status, err, again, r.Hash, log)
	}
}

// TestLiveQuotesTakenOver: the session is another's now. What came of the run is told,
// then why it ended.
func TestLiveQuotesTakenOver(t *testing.T) {
	up := upstreamBroker(t, "takeover@1s")
	status, out, log := runCLI("paper", "--config", fedFile(t, up.URL()), "--no-watch", "--for", "1m")
	if status != exitRefused || !strings.Contains(log, "another program of the same user took the session") || !strings.Contains(out, "equals the truth") {
		t.Errorf("status %d\n%s\n%s", status, out, log)
	}
	if l := untouched(t, up); l.Upgrades != 1 {
		t.Errorf("%d connections", l.Upgrades)
	}
}

// TestLiveQuotesRefused: with a wrong key, for paper and record alike. Nothing came of
// it, so nothing is told.
func TestLiveQuotesRefused(t *testing.T) {
	up := upstreamBroker(t)
	file := fedFile(t, up.URL())
	t.Setenv("TOLLGATE_TEST_FEED", "wrong-made-up-for-tests")
	for _, args := range [][]string{{"paper", "--no-watch"}, {"record", "--out", filepath.Join(t.TempDir(), "x.arrows")}} {
		status, out, log := runCLI(append(args, "--config", file, "--for", "1m")...)
		if status != exitRefused || !strings.Contains(log, "refuses the key") || strings.Contains(log, "wrong-made-up") || strings.Contains(out, "equity") {
			t.Errorf("%s: status %d\n%s\n%s", args[0], status, out, log)
		}
	}
	untouched(t, up)
}

// TestRecordLiveQuotes: record has the same link.
func TestRecordLiveQuotes(t *testing.T) {
	up := upstreamBroker(t, "takeover@1s")
	name := filepath.Join(t.TempDir(), "x.csv")
	status, out, log := runCLI("record", "--config", fedFile(t, up.URL()), "--out", name, "--for", "1m")
	if status != exitRefused || !strings.Contains(log, "took the session") || strings.Contains(out, " 0 quotes") {
		t.Errorf("status %d\n%s\n%s", status, out, log)
	}
	text, err := os.ReadFile(name)
	if err != nil || strings.Count(string(text), "ES 03-25") < 10 {
		t.Errorf("%v\n%s", err, text)
	}
	untouched(t, up)
}

// TestLiveQuotesMistakes: each is found before anything is started.
func TestLiveQuotesMistakes(t *testing.T) {
	up := upstreamBroker(t)
	file := fedFile(t, up.URL())
	for _, c := range []struct{ args, want string }{
		{"--speed=2", "--speed"},
		{"--quirk=quote-pace=snapshot", "quote-pace"},
		{"--quirk=nonsense", "nonsense"},
		{"--fault=nonsense", "nonsense"},
	} {
		if status, _, log := runCLI("paper", "--config", file, c.args); status != exitUsage || !strings.Contains(log, c.want) {
			t.Errorf("%s: status %d, %s", c.args, status, log)
		}
	}
	t.Setenv("TOLLGATE_TEST_FEED", "")
	if status, _, log := runCLI("paper", "--config", file); status != exitUsage || !strings.Contains(log, "TOLLGATE_TEST_FEED") {
		t.Errorf("without a key: status %d, %s", status, log)
	}
	if l := untouched(t, up); l.Upgrades != 0 {
		t.Errorf("%d connections", l.Upgrades)
	}
}

// TestLiveQuotesBesideAnother: a program that has the broker's link keeps it.
func TestLiveQuotesBesideAnother(t *testing.T) {
	up := upstreamBroker(t)
	file := fedFile(t, up.URL())
	data := filepath.Join(filepath.Dir(file), "data")
	for _, c := range []struct {
		dir, status string
		refused     bool
	}{{"live", `{}`, true}, {"paper/now", `{"live_quotes":{"state":"live"}}`, true}, {"paper/then", `{}`, false}} {
		dir := filepath.Join(data, c.dir)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		door, err := gateway.NewControl(dir)
		if err != nil {
			t.Fatal(err)
		}
		go door.Serve(func(context.Context, gateway.Request) gateway.Response {
			return gateway.Response{Status: []byte(c.status)}
		})
		for _, args := range [][]string{{"paper", "--no-watch"}, {"record", "--out", filepath.Join(t.TempDir(), "x.arrows")}} {
			status, _, log := runCLI(append(args, "--config", file, "--for", "300ms")...)
			if got := status == exitUsage && strings.Contains(log, c.dir); got != c.refused || !c.refused && status != exitOK {
				t.Errorf("%s beside %s: status %d, %s", args[0], c.dir, status, log)
			}
		}
		_ = door.Close()
	}
	untouched(t, up)
}

// TestBehind: the gateway is behind when an order it holds for open has moved on.
func TestBehind(t *testing.T) {
	v := gateway.View{Accounts: []gateway.AccountView{{Name: "Sim101", Orders: []gateway.OrderView{{ID: "a", Filled: 1}, {ID: "b"}}}}}
	for _, c := range []struct {
		id, state string
		filled    engine.Qty
		want      bool
	}{
		{"a", "PartFilled", 1, false},
		{"a", "PartFilled", 2, true},
		{"a", "Filled", 1, true},
		{"b", "Working", 0, false},
		{"b", "Cancelled", 0, true},
		{"b", "Rejected", 0, true},
		{"c", "Filled", 5, false}, // known to have ended
	} {
		truth := broker.Ledger{Orders: []broker.LedgerOrder{{OwnID: c.id, State: c.state, Filled: c.filled}}}
		if got := behind(&v, &truth); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestStatusOfLiveQuotes: status says how they fare, and nothing where there are none.
func TestStatusOfLiveQuotes(t *testing.T) {
	for _, c := range []struct {
		feed *gateway.FeedView
		want string
	}{
		{nil, ""},
		{&gateway.FeedView{State: gateway.FeedLive, Since: 0}, "live since 1970-01-01T00:00:00Z, 0 interruptions"},
		{&gateway.FeedView{State: gateway.FeedDown, Since: 0, Reason: "restart", Gaps: 2}, "down since 1970-01-01T00:00:00Z (restart), 2 interruptions"},
	} {
		var out strings.Builder
		if err := printView(&out, &gateway.View{Addon: true, LiveQuotes: c.feed}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "live quotes"); got != (c.feed != nil) || !strings.Contains(out.String(), c.want) {
			t.Errorf("%+v:\n%s", c.feed, out.String())
		}
	}
}
