package gateway

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// TestViewMoney: an account's figures, its position and what became of its orders, as
// a person reads them.
func TestViewMoney(t *testing.T) {
	r := newRig(t)
	r.connect()
	if v := r.core.View(r.now); v.Accounts[0].Drawdown != "0.00" || len(v.Accounts[0].Positions) != 0 || v.Accounts[0].Positions == nil {
		t.Errorf("before any trade: %+v", v.Accounts[0])
	}
	r.buy(1, 2, 18_900)
	c := r.placed()
	r.quote(0, 18_905)
	r.has(c, "Filled", 2, "4725.125")
	r.pass(16 * time.Second) // the market is not near: it is found out in the slow round
	r.quote(0, 18_910)       // bid 4727.50
	v := r.core.View(r.now)
	a, p := v.Accounts[0], v.Accounts[0].Positions[0]
	if p.Qty != 2 || p.Average != "4725.1250" || p.Mark != "4727.50" || p.Unrealized != "237.50" || a.Unrealized != "237.50" {
		t.Errorf("%+v of %+v", p, a)
	}
	r.quote(0, 18_890)
	v = r.core.View(r.now)
	if b := v.Accounts[0]; b.Drawdown != "500.00" || a.Equity != "100233.50" || b.Equity != "99733.50" || b.SessionPnL != "-266.50" {
		t.Errorf("five points lower: %+v", a)
	}
	want := []string{
		EventFill + " a bought 1 ES 03-24 at 4725.25, holds +2",
		EventFill + " a bought 1 ES 03-24 at 4725.00, holds +1",
		EventOrder + " a: ES 03-24 BUY 2 LIMIT 4725.00 working",
	}
	if got := told(&v); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("it says %q, want %q", got, want)
	}
	if v.Stats.FillDelayMaxMS < v.Stats.FillDelayMS || v.Stats.FillDelayMaxMS == 0 {
		t.Errorf("fills were late %d ms on average and %d at most", v.Stats.FillDelayMS, v.Stats.FillDelayMaxMS)
	}
}

func told(v *View) []string {
	var out []string
	for _, e := range v.Events {
		out = append(out, e.Kind+" "+e.Text)
	}
	return out
}

// TestViewOrders: an order that rests is told of once, however often it is changed; its
// end is told with the reason; one without an answer is in doubt.
func TestViewOrders(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 18_900)
	c := r.placed()
	for limit := engine.Price(18_901); limit < 18_904; limit++ {
		r.want(engine.Intent{Kind: engine.Amend, Ref: 1, Terms: engine.Terms{Side: engine.Buy, Type: engine.Limit, Qty: 2, Limit: limit}})
		change := r.take("Change")
		c.Args["limitPrice"] = float64(limit) / 4
		r.has(c, "Working", 0, "0")
		r.answer(change, okBody)
		r.pass(time.Second)
	}
	v := r.core.View(r.now)
	if got := told(&v); len(got) != 1 || v.Accounts[0].Orders[0].Limit != "4725.75" || v.Accounts[0].Orders[0].Sent == 0 {
		t.Errorf("%q, %+v", got, v.Accounts[0].Orders)
	}
	r.has(c, "Rejected", 0, "0")
	r.pass(20 * time.Second)
	r.buy(2, 1, 18_900)
	r.pass(11 * time.Second)
	v = r.core.View(r.now)
	if got := told(&v); !strings.HasPrefix(got[0], EventUnknown+" a: no answer about BUY 1 LIMIT 4725.00") || !strings.Contains(got[1], "rejected: ") {
		t.Errorf("it says %q", got)
	}
	if o := v.Accounts[0].Orders; len(o) != 1 || o[0].State != "unknown" {
		t.Errorf("%+v", o)
	}
}

// TestViewDenials: equal denials count together, the newest comes first, and of very
// many kinds the oldest are forgotten.
func TestViewDenials(t *testing.T) {
	r := newRig(t)
	r.connect()
	for i := range 5 {
		r.buy(engine.Ref(i+1), 1000, 0)
		r.now = r.now.Add(time.Second)
	}
	r.want(engine.Intent{Kind: engine.Withdraw, Ref: 77})
	last := r.now
	r.now = r.now.Add(time.Minute)
	v := r.core.View(r.now)
	if len(v.Denials) != 2 || v.Stats.Denials != 6 || len(v.Events) != 0 {
		t.Fatalf("%d, %+v, events %+v", v.Stats.Denials, v.Denials, v.Events)
	}
	if d := v.Denials[0]; d.Code != engine.UnknownRef || d.Count != 1 || d.Time != last || d.Strategy != "a" {
		t.Errorf("%+v", d)
	}
	if d := v.Denials[1]; d.Code != "max_order" || d.Count != 5 || d.Order != "BUY 1000 MARKET" || d.Limit != "3" || d.Value != "1000" || d.Text == "" {
		t.Errorf("%+v", d)
	}
	var n news
	for i := range keepDenials + 3 {
		n.deny(denied{terms: engine.Terms{Instrument: engine.InstrumentID(i)}, denial: &engine.Denial{}, count: 1})
	}
	if len(n.denied) != keepDenials || n.denied[0].terms.Instrument != 3 {
		t.Errorf("%d are kept, from %d on", len(n.denied), n.denied[0].terms.Instrument)
	}
}

// TestViewEventsBound: the newest are kept, newest first.
func TestViewEventsBound(t *testing.T) {
	r := newRig(t)
	for i := range keepMoments + 5 {
		r.core.remember(r.core.accounts[0], &engine.Update{At: engine.Time(i), Fill: engine.Fill{Qty: 1, Price: engine.Price(i)}, Order: engine.Order{Terms: engine.Terms{Side: engine.Sell}}})
	}
	v := r.core.View(r.now)
	if n := len(v.Events); n != keepMoments || v.Events[0].Time != keepMoments+4 || v.Events[n-1].Time != 5 || !strings.Contains(v.Events[0].Text, "a sold 1 ES 03-24 at 17.00, flat") {
		t.Errorf("%d of them, %+v to %+v", n, v.Events[0], v.Events[n-1])
	}
}

// TestViewLink: what the link does, since when and why.
func TestViewLink(t *testing.T) {
	r := newRig(t)
	at := func(link, reason string, since engine.Time) {
		t.Helper()
		v := r.core.View(r.now)
		if v.Link != link || v.LinkReason != reason || v.LinkSince != since {
			t.Errorf("%s since %v, %q; want %s since %v, %q", v.Link, v.LinkSince, v.LinkReason, link, since, reason)
		}
	}
	at("down", "connecting", engine.NoTime)
	r.step(Input{Kind: LinkDown, Text: "connection refused"})
	at("down", "connection refused", engine.NoTime)
	if len(r.outs) != 1 || r.outs[0].Text != "there is no link: connection refused" {
		t.Errorf("it says %+v", r.outs)
	}
	if r.step(Input{Kind: LinkDown, Text: "connection refused"}); len(r.outs) != 0 {
		t.Errorf("the same again: %+v", r.outs)
	}
	r.silent = true
	r.step(Input{Kind: LinkUp})
	up := r.now
	r.now = r.now.Add(time.Second)
	at("syncing", "connected; orders and positions are being compared", up)
	r.silent = false
	r.reply()
	traded := r.now
	r.pass(time.Second)
	at("ready", "", traded)
	r.step(Input{Kind: LinkDown, Text: "cut"})
	at("down", "cut", r.now)
	cut := r.now
	r.now = r.now.Add(time.Second)
	r.step(Input{Kind: LinkDown, Text: "no such host"})
	at("down", "no such host", cut)
	r.connect()
	r.step(Input{Kind: LinkDown, Text: bridge.SessionTaken})
	if text := bridge.SessionTaken + "; tollgate takeover takes it back"; !r.alarmed(text) || r.core.View(r.now).LinkReason != text {
		t.Errorf("the session was taken: %q, and %+v", r.core.View(r.now).LinkReason, r.outs)
	}
	if v := r.core.View(engine.NoTime); v.Time != r.now {
		t.Errorf("a time before the newest input gives %v", v.Time)
	}
}

// TestViewBeforeAnythingIsKnown: no figure is made up. What was known before a restart
// is known after it, though nothing was compared yet.
func TestViewBeforeAnythingIsKnown(t *testing.T) {
	r := newRig(t)
	at := func(when, mode, equity, session string) {
		t.Helper()
		a := r.core.View(r.now).Accounts[0]
		if a.Mode != mode || a.Equity != equity || a.Cash != equity || a.SessionPnL != session {
			t.Errorf("%s: %+v", when, a)
		}
	}
	at("at the beginning", ModeStarting, "", "")
	r.summary = `{"accounts":[{"account":{"name":"Sim101"}}],"success":true}`
	r.connect()
	at("the broker does not tell the cash", "active", "", "0.00")
	r.step(Input{Kind: LinkDown, Text: "cut"})
	at("the link went down", "active", "", "0.00")
	r.summary = `{"accounts":[{"account":{"name":"Sim101","item":{"cashValue":52000.5}}}],"success":true}`
	r.connect()
	at("the broker tells the cash", "active", "52000.50", "0.00")
	r.now = r.now.Add(time.Hour)
	r.begin(r.core.State())
	at("after a restart", ModeStarting, "52000.50", "0.00")
	if a := r.core.View(r.now).Accounts[0]; a.DrawdownAt != r.now {
		t.Errorf("the highest is counted since %v", a.DrawdownAt)
	}
	r.step(Input{Kind: Operator, Verb: Kill, Text: "enough"})
	at("killed", "killed", "52000.50", "0.00")
	r = newRig(t)
	r.summary = summaryOf("Sim102")
	r.step(Input{Kind: LinkUp})
	r.pass(time.Second)
	at("the broker does not have it", ModeAbsent, "", "")
	if a := r.core.View(r.now).Accounts[0]; !strings.Contains(a.Reason, "the broker has no account Sim101; it has Sim102") {
		t.Errorf("the reason is %q", a.Reason)
	}
}

// TestViewBudget: tokens gather while nothing happens, and looking takes none.
func TestViewBudget(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 18_900)
	v := r.core.View(r.now)
	spent := v.Budget.Tokens
	for range 3 {
		if b := r.core.View(r.now).Budget; b != v.Budget {
			t.Fatalf("%+v, and then %+v", v.Budget, b)
		}
	}
	later := r.core.View(r.now.Add(time.Second)).Budget
	if spent >= 20 || later.Tokens != min(spent+3, 20) || later.Burst != 20 || later.Rate != 3 || later.Reserve != 6 {
		t.Errorf("%d, a second later %+v", spent, later)
	}
}

// TestLookingChangesNothing: a Core that is looked at all the time decides the same.
func TestLookingChangesNothing(t *testing.T) {
	play := func(look bool) string {
		r := newRig(t)
		r.connect()
		for i := range 20 {
			r.buy(engine.Ref(i+1), 1, engine.Price(18_900+i%3))
			r.pass(300 * time.Millisecond)
			if look {
				r.core.View(r.now.Add(time.Hour))
			}
		}
		return fmt.Sprint(r.core.Hash(), r.core.Wake(), r.now)
	}
	if a, b := play(false), play(true); a != b {
		t.Errorf("%s, looked at %s", a, b)
	}
}

// TestViewOutlivesCheckpoints: what people were told is not forgotten with the Core.
func TestViewOutlivesCheckpoints(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1000, 0)
	r.buy(2, 2, 18_900)
	c := r.placed()
	r.has(c, "Filled", 2, "4725")
	r.quote(0, 18_899)
	r.pass(time.Second)
	r.quote(0, 18_700)
	before := r.core.View(r.now)
	next := r.made()
	next.remind(r.core)
	next.Step(&Input{At: r.now, Kind: Begin, Account: All, Data: r.core.State(), Text: "tgtest"})
	after := next.View(r.now)
	after.Hash = before.Hash
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
	if before.Accounts[0].Drawdown == "0.00" || len(before.Denials) == 0 || len(before.Events) == 0 {
		t.Errorf("the example is too quiet: %+v", before)
	}
}

// BenchmarkView is how long a look holds the gateway up: an account with fifty
// instruments, and everything remembered that can be.
func BenchmarkView(b *testing.B) {
	r := bigRig(b, 50)
	for i := range 50 {
		r.quote(engine.InstrumentID(i), 18_900)
	}
	a := r.core.accounts[0]
	for i := range 200 {
		in := engine.InstrumentID(i % 50)
		r.core.remember(a, &engine.Update{At: r.now, Fill: engine.Fill{Qty: 1, Price: 18_900}, Order: engine.Order{Terms: engine.Terms{Instrument: in, Side: engine.Buy}}})
		r.core.remember(a, &engine.Update{At: r.now, Denial: &engine.Denial{Code: "max_order"}, Order: engine.Order{Terms: engine.Terms{Instrument: in, Side: engine.Buy, Limit: 18_900}}})
	}
	b.ReportAllocs()
	for b.Loop() {
		r.core.View(r.now)
	}
}

// TestPriceText: what is put together from whole numbers is what decimals say.
func TestPriceText(t *testing.T) {
	for _, tick := range []engine.Nano{engine.NanoScale / 4, engine.NanoScale, 5 * engine.NanoScale, engine.NanoScale / 256, 500, 1, engine.NanoScale / 100} {
		in, err := engine.NewInstrument(0, "X", engine.Spec{Root: "X", Tick: tick, PointValue: decimal.NewFromInt(100)})
		if err != nil {
			t.Fatal(err)
		}
		digits := int32(0)
		if _, after, ok := strings.Cut(in.TickDecimal().String(), "."); ok {
			digits = int32(len(after))
		}
		for _, p := range []engine.Price{0, 1, -1, 3, 4, 19_001, -19_001, 1 << 30, 1 << 61, -1 << 61, 1<<62/engine.Price(tick) + 1} {
			if got, want := priceText(&in, p), in.Decimal(p).StringFixed(digits); got != want {
				t.Errorf("%d ticks of %d: %s, want %s", p, tick, got, want)
			}
		}
	}
}
