package cli

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/cmd/internal/stack"
	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/engine/journal"
	"tollgate/sim/fakebridge/broker"
)

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
	{"a gateway runs", nil, openDoor("live", "{}"), exitFailed, append([]string{"gateway FAIL"}, noLink("connection WARN")...), "a gateway is running here", "tollgate status", 0},
	{"paper on live quotes runs", nil, openDoor("paper/now", `{"live_quotes":{"state":"up"}}`), exitFailed, append([]string{"gateway FAIL"}, noLink("connection WARN")...), "paper/now", "tollgate status", 0},
	{"paper on a recording runs", nil, openDoor("paper/now", `{}`), exitOK, nil, "", "", 1},
	{"a gateway is about to run", nil, takeJournal, exitFailed, append([]string{"gateway FAIL"}, noLink("connection WARN")...), "a gateway is running here", "tollgate status", 0},
	{"no key", nil, func(w *ward) { w.t.Setenv("TOLLGATE_TEST_KEY", "") }, exitFailed, append([]string{"key FAIL"}, noLink("connection WARN")...), "TOLLGATE_TEST_KEY is not set", "My Account", 0},
	{"a key in quotes and more", nil, func(w *ward) { w.t.Setenv("TOLLGATE_TEST_KEY", checkupKey+" "+checkupKey) }, exitFailed, append([]string{"key FAIL"}, noLink("connection WARN")...), "holds a space", "alone", 0},
	{"limits missing", nil, func(w *ward) { w.edit["daily_loss: 500, "] = "" }, exitFailed, []string{"configuration FAIL"}, "accounts.Sim101.limits.daily_loss: is missing", "tollgate live", 1},
	{"a budget above the broker's", nil, func(w *ward) { w.edit["live:"] = "budget: {rate: 5, burst: 20, reserve: 6}\nlive:" }, exitFailed, []string{"budget FAIL"}, "5 calls a second", "rate 3", 1},
	{"no reserve", nil, func(w *ward) { w.edit["live:"] = "budget: {rate: 3, burst: 20, reserve: 0}\nlive:" }, exitOK, []string{"budget WARN"}, "0 kept back", "budget.reserve", 1},
	{"a bad parameter", nil, func(w *ward) { w.edit["instruments: ["] = "params: {fast: 900}, instruments: [" }, exitFailed, []string{"strategy FAIL"}, "outside its range", "tollgate check", 1},
	{"no script", nil, func(w *ward) { w.edit["/cross"] = "/nowhere" }, exitFailed, []string{"strategy FAIL"}, "no such file", "tollgate check", 1},
	{"attempts that make no sense", nil, func(w *ward) { w.put(stack.AttemptsFile(w.data()), "[") }, exitFailed, noLink("connection FAIL"), "as many attempts", "in 62 s", 0},
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

// put leaves a file, and makes the folders above it.
func (w *ward) put(path, text string) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
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

// openDoor is a program as far as another one can see: where it runs, and what its
// status says.
func openDoor(where, status string) func(*ward) {
	return func(w *ward) {
		dir := filepath.Join(w.data(), where)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			w.t.Fatal(err)
		}
		door, err := gateway.NewControl(dir)
		if err != nil {
			w.t.Fatal(err)
		}
		w.t.Cleanup(func() { _ = door.Close() })
		go door.Serve(func(context.Context, gateway.Request) gateway.Response {
			return gateway.Response{Status: []byte(status)}
		})
	}
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
			if len(odd) > 0 && (!strings.Contains(odd[0].Seen, c.says) || !strings.Contains(odd[0].Advice, c.advises)) {
				t.Errorf("%+v", odd[0])
			}
			running := slices.ContainsFunc(odd, func(l checkLine) bool { return strings.Contains(l.Seen, "the program that runs") })
			if running != strings.Contains(c.says, "a gateway is running") && running != strings.HasPrefix(c.name, "paper on live") {
				t.Errorf("it speaks of a program that runs: %v", running)
			}
			if n := w.server.Ledger().Upgrades; n != c.upgrades {
				t.Errorf("%d attempts to connect, want %d", n, c.upgrades)
			}
		})
	}
}
