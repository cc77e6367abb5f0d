package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/sim/fakebridge/broker"
)

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
