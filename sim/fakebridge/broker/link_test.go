package broker

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// shutCalendar is a market that trades on Sundays only.
var shutCalendar = &engine.Calendar{Zone: time.UTC, Open: 0, Close: 12 * time.Hour, Days: [7]bool{true}}

func TestUpgradeRefusals(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		token string
		want  int
	}{{"", 401}, {"wrong", 401}, {"right", 101}} {
		if _, status, _ := r.b.Upgrade(r.now, c.token, "10.0.0.9"); status != c.want {
			t.Errorf("token %q: %d, want %d", c.token, status, c.want)
		}
	}
	r.b.quirks.PlanRefused = true
	if _, status, _ := r.b.Upgrade(r.now, "right", "10.0.0.9"); status != 403 {
		t.Errorf("without the plan: %d", status)
	}
	_, outs := r.b.Request(r.now, "right", "GetAllOrders", nil)
	if outs[0].Status != 403 {
		t.Errorf("REST without the plan: %d", outs[0].Status)
	}
}

// TestUpgradeLimit: the fifth in a minute passes, the sixth does not, and a minute
// after the first there is room again. Another address has a limit of its own.
func TestUpgradeLimit(t *testing.T) {
	r := newRig(t) // that was the first
	for i := range 4 {
		r.wait(10 * time.Second)
		if got := r.connect(); got != 101 {
			t.Fatalf("upgrade %d: %d", i+2, got)
		}
	}
	r.wait(20*time.Second - 1)
	if got := r.connect(); got != 429 {
		t.Errorf("sixth within 60 s: %d", got)
	}
	if _, status, _ := r.b.Upgrade(r.now, "right", "10.0.0.2"); status != 101 {
		t.Errorf("another address: %d", status)
	}
	r.wait(1)
	if got := r.connect(); got != 101 {
		t.Errorf("a minute after the first: %d", got)
	}
	if l := r.b.Ledger(); l.Upgrades != 8 || l.RefusedUpgrades != 1 || l.MostUpgradesIn60s != 7 {
		t.Errorf("ledger: %d upgrades, %d refused, at most %d in 60 s", l.Upgrades, l.RefusedUpgrades, l.MostUpgradesIn60s)
	}
}

// TestNewestWins: the older connection is closed, and nothing reaches it any more.
func TestNewestWins(t *testing.T) {
	r := newRig(t)
	old := r.conn
	r.subscribe("ES 12-26")
	r.connect()
	if got := ended(r.outs); got != "1008 Session active elsewhere." || r.outs[0].Conn != old {
		t.Errorf("the older ends as %q", got)
	}
	if outs := r.b.Receive(r.now, old, Message{Action: "rpc", API: "GetAllOrders"}); len(outs) != 0 {
		t.Errorf("the older still gets %s", text(outs))
	}
	if outs := r.wait(5 * time.Second); len(outs) != 0 {
		t.Errorf("subscriptions outlive their connection: %s", text(outs))
	}
}

// TestAbuse: ten refusals in a row are borne, the eleventh closes; a call that
// passes begins a new row.
func TestAbuse(t *testing.T) {
	r := newRig(t)
	r.fault("drain=20")
	refuse := func(n int) {
		for range n {
			if got := errorOf(object(t, r.raw("GetAllOrders", `{}`))); got != "Rate limit exceeded" {
				t.Fatalf("over the limit: %s", got)
			}
		}
	}
	refuse(10)
	r.wait(time.Second)
	if got := r.raw("GetAllOrders", `{}`); !strings.Contains(got, "orders") {
		t.Fatalf("after a second: %s", got)
	}
	r.fault("drain=20")
	refuse(10)
	if ended(r.outs) != "" {
		t.Fatal("the tenth in a row closed")
	}
	r.raw("GetAllOrders", `{}`)
	if got := ended(r.outs); got != "1008 Rate limit abuse" {
		t.Errorf("the eleventh in a row: %q", got)
	}
	if l := r.b.Ledger(); l.LongestViolationRow != 11 || l.AbuseCloses != 1 {
		t.Errorf("ledger: row of %d, %d closes", l.LongestViolationRow, l.AbuseCloses)
	}
}

func TestBudget(t *testing.T) {
	r := newRig(t)
	allowed := func() (n int) {
		for range 30 {
			if _, outs := r.b.Request(r.now, "right", "GetAllOrders", nil); outs[0].Status == 200 {
				n++
			}
		}
		return n
	}
	if n := allowed(); n != 20 {
		t.Errorf("burst: %d", n)
	}
	r.wait(time.Second)
	if n := allowed(); n != 3 {
		t.Errorf("a second later: %d", n)
	}
	r.wait(6 * time.Second)
	if got := r.raw("GetAllOrders", `{}`); !strings.Contains(got, "success") {
		t.Errorf("WebSocket shares the bucket: %s", got)
	}
	if n := allowed(); n != 17 {
		t.Errorf("REST after one call over WebSocket: %d", n)
	}
}

// TestBucketAgainstTwin: the bucket agrees with one that is counted in the simplest
// way, and is never below zero nor above full.
func TestBucketAgainstTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		full, rate := rapid.IntRange(1, 30).Draw(t, "full"), rapid.IntRange(1, 5).Draw(t, "rate")
		k := newBucket(0, full, rate)
		level, last := int64(full)*token, int64(0)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			at := last + rapid.Int64Range(-1e8, 2e9).Draw(t, "dt")
			if at > last {
				level, last = min(int64(full)*token, level+(at-last)*int64(rate)), at
			}
			want := level >= token
			if want {
				level -= token
			}
			if got := k.take(engine.Time(at)); got != want || k.level != level || k.lowest < 0 || k.level > k.full {
				t.Fatalf("at %d: %v, level %d, lowest %d; twin %v, %d", at, got, k.level, k.lowest, want, level)
			}
		}
	})
}

func TestManagementLimit(t *testing.T) {
	r := newRig(t)
	for i := range ManagementLimit {
		if outs := r.send(Message{Action: "streamPnl", Enabled: i%2 == 0}); len(outs) != 0 {
			t.Fatalf("message %d: %s", i+1, text(outs))
		}
	}
	if got := lastFrame(r, r.subscribe("ES 12-26")); got != "map[error:Rate limit exceeded]" {
		t.Errorf("message 21: %s", got)
	}
	if r.b.bucket.level != BudgetBurst*token {
		t.Error("management messages cost tokens")
	}
	r.wait(time.Minute)
	if got := lastFrame(r, r.subscribe("ES 12-26")); got != "nothing" {
		t.Errorf("a minute later: %s", got)
	}
}

func TestManagementMistakes(t *testing.T) {
	r := newRig(t)
	for _, m := range []Message{
		{Action: "subscribe"},
		{Action: "streamPnl", Enabled: true, Interval: 999},
		{Action: "streamPnl", Enabled: true, Interval: -1},
		{Action: "streamPnl", Enabled: true, Interval: 1 << 62},
		{Action: "dance"},
		{Bad: "Invalid JSON"},
	} {
		f := r.frames(r.send(m))
		if len(f) != 1 || f[0]["error"] == nil || f[0]["id"] != nil {
			t.Errorf("%+v: %v", m, f)
		}
	}
}

// TestStreams: snapshots once a second, P&L at its interval, both conflated, none
// after unsubscribing.
func TestStreams(t *testing.T) {
	r := newRig(t)
	r.subscribe("ES 12-26", "NQ 12-26", "CL 12-26")
	r.send(Message{Action: "streamPnl", Enabled: true, Interval: 2000})
	count := func(outs []Out) string {
		quotes, pnl := 0, 0
		for _, f := range r.frames(outs) {
			if f["type"] == "pnlUpdate" {
				pnl++
			} else {
				quotes += len(f["quotes"].([]any))
			}
		}
		return fmt.Sprint(quotes, pnl)
	}
	for i, want := range []string{"1 0", "1 1", "1 0", "1 1"} {
		if got := count(r.wait(time.Second)); got != want {
			t.Errorf("second %d: %s quotes and P&L, want %s", i+1, got, want)
		}
	}
	r.quote(5000, 1)
	if got := count(r.wait(time.Second)); got != "2 0" {
		t.Errorf("after the second instrument's first quote: %s", got)
	}
	if got := count(r.wait(10 * time.Second)); got != "2 1" {
		t.Errorf("after a stretch: %s", got)
	}
	r.send(Message{Action: "unsubscribe", Instruments: []string{"es 12-26"}})
	r.send(Message{Action: "streamPnl"})
	if got := count(r.wait(10 * time.Second)); got != "1 0" {
		t.Errorf("after unsubscribing: %s", got)
	}
}

func TestNames(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"ES 12-26", "es 12-26", "ES DEC26", "ESZ26", "ESZ6", "ES1!", "ES"} {
		if in, ok := r.b.resolve(name); !ok || in.Key != "ES 12-26" {
			t.Errorf("%s: not found", name)
		}
	}
	for _, name := range []string{"", "ES 03-27", "CL 12-26", "ESZ27", "\x00"} {
		if _, ok := r.b.resolve(name); ok {
			t.Errorf("%q was found", name)
		}
	}
}
