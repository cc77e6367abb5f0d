package gateway

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/risk"

	"github.com/shopspring/decimal"
)

// accountsOf makes Cores of accounts with a strategy each.
func accountsOf(u *engine.Universe, names ...string) func() *Core {
	return func() *Core {
		b := risk.NewBudget(risk.DefaultBudget)
		c := Config{Universe: u, Prefix: "tgtest", Budget: &b}
		for _, n := range names {
			c.Accounts = append(c.Accounts, AccountConfig{
				Name: n, Gate: risk.Sharing(risk.Limits{}, &b), Cash: engine.Dollars(100_000), Members: []engine.Member{{Name: "a"}},
			})
		}
		return New(c)
	}
}

// ids places an order on every account and returns the ids they went out under.
func (r *rig) ids(names ...string) map[string]string {
	r.t.Helper()
	r.summary = summaryOf(names...)
	r.connect()
	out := map[string]string{}
	for i, n := range names {
		s, _ := r.core.Desk(i).Find("a", 0)
		snap := r.core.Desk(i).Step(&engine.Resync{At: r.now, Strategy: s})[0].(*engine.Snapshot)
		r.step(Input{Kind: FromWorker, Account: i, Data: engine.AppendEvent(nil, &engine.Intent{
			Strategy: s, Seq: snap.Intents + 1, Kind: engine.Submit, Ref: snap.Ref + 1, StopLoss: engine.NoPrice, Target: engine.NoPrice,
			Terms: engine.Terms{Side: engine.Buy, Qty: 1, Type: engine.Limit, Limit: 18_000, Stop: engine.NoPrice},
		})})
		out[n] = r.placed().Args["orderId"].(string)
		if out[n] == "" {
			r.t.Fatal("an order without an id")
		}
	}
	return out
}

// TestNoIDTwice: no id of an order is used twice in the life of a journal, whatever
// becomes of the accounts and instruments in the configuration meanwhile.
func TestNoIDTwice(t *testing.T) {
	u := newUniverse(t)
	rolled := engine.NewUniverse()
	for _, key := range []string{"NQ 03-24", "ES 06-24"} {
		if _, err := rolled.Add(key, *specOf(u, key)); err != nil {
			t.Fatal(err)
		}
	}
	r := rigOf(t, u, accountsOf(u, "B"))
	used := map[string]bool{}
	note := func(ids map[string]string) {
		t.Helper()
		for n, id := range ids {
			if used[id] {
				t.Errorf("%s: %s once more", n, id)
			}
			used[id] = true
		}
	}
	note(r.ids("B"))
	state := r.core.State()
	prefix := func() string { return strings.Split(r.ids("B")["B"], "-")[0] }
	for _, names := range [][]string{{"A", "B"}, {"A"}, {"C", "B", "A"}, {"B"}} {
		r.made = accountsOf(u, names...)
		r.begin(state)
		note(r.ids(names...))
		state = r.core.State()
	}
	r.u, r.made = rolled, accountsOf(rolled, "B")
	r.orders = map[string]string{}
	r.begin(state)
	note(r.ids("B"))
	state = r.core.State()
	if got := prefix(); got != "tgtest" {
		t.Fatalf("the prefix is %s", got)
	}

	var s map[string]any // a state that cannot be taken over
	if err := json.Unmarshal(state, &s); err != nil {
		t.Fatal(err)
	}
	s["Version"] = 99
	state, _ = json.Marshal(s)
	r.begin(state)
	note(r.ids("B"))
	now := prefix()
	r.begin(r.core.State())
	if again := prefix(); now == "tgtest" || again != now {
		t.Errorf("the prefix is %s, then %s", now, again)
	}
}

func specOf(u *engine.Universe, key string) *engine.Spec {
	return &engine.Spec{Root: key[:2], Tick: u.Get(0).Tick, PointValue: u.Get(0).Value(4, 1).Decimal(), Months: "HMUZ"}
}

// TestAContractRolls: the loss of the session outlives a configuration with other
// instruments, and what is held in one that is not there any more stops entries.
func TestAContractRolls(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 0)
	c := r.take("PlaceOrder")
	r.has(c, "Filled", 2, "4750")
	r.answer(c, okBody)
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4750.0}`}
	r.pass(time.Second)
	r.quote(0, 18_800)
	r.want(engine.Intent{Strategy: 1, Kind: engine.Submit, Ref: 1, Terms: engine.Terms{Side: engine.Buy, Qty: 1, Type: engine.Limit, Limit: 60_000}})
	nq := r.placed()
	loss := r.core.Desk(0).Book().SessionPnL()

	rolled := engine.NewUniverse()
	for _, key := range []string{"NQ 03-24", "ES 06-24"} {
		if _, err := rolled.Add(key, *specOf(r.u, key)); err != nil {
			t.Fatal(err)
		}
	}
	r.made = func() *Core { return newCore(rolled, 4) }
	r.begin(r.core.State())
	r.step(Input{Kind: LinkUp})
	r.pass(2 * time.Second)
	if got := r.core.Desk(0).Book().SessionPnL(); got != loss || loss >= 0 {
		t.Errorf("the session's result was %v and is %v", loss, got)
	}
	if why := r.core.Desk(0).Book().ModeReason(); !r.core.Ready() || r.mode() != engine.ReduceOnly || !strings.Contains(why, "holds +2 of ES 03-24, which is not configured") {
		t.Errorf("ready %v, %v: %s", r.core.Ready(), r.mode(), why)
	}
	if o := r.core.Desk(0).Book().Open(0); len(o) != 1 || o[0].State != engine.Working || r.count("PlaceOrder") != 2 {
		t.Errorf("the order %v in NQ: %+v", nq.Args["orderId"], o)
	}
}

// TestAnotherTick: prices of the run before are counted in ticks. When the configuration
// has another tick for an instrument, what the broker holds of it and has open is adopted
// anew; the other instruments, and what the session realised, stay.
func TestAnotherTick(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 0)
	c := r.take("PlaceOrder")
	r.has(c, "Filled", 2, "4750")
	r.answer(c, okBody)
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4750.0}`}
	r.buy(2, 1, 18_900)
	r.placed()
	r.quote(0, 18_980)
	r.want(engine.Intent{Strategy: 1, Kind: engine.Submit, Ref: 9, Terms: engine.Terms{Side: engine.Buy, Type: engine.Limit, Qty: 1, Limit: 67_000}})
	r.placed()
	fees := r.core.Desk(0).Holding(0).Fees
	state := r.core.State()

	for name, spec := range map[string]engine.Spec{
		"tick":  {Root: "ES", Tick: engine.NanoScale / 2, PointValue: decimal.NewFromInt(50), Months: "HMUZ"},
		"point": {Root: "ES", Tick: engine.NanoScale / 4, PointValue: decimal.NewFromInt(5), Months: "HMUZ"},
	} {
		t.Run(name, func(t *testing.T) {
			u := engine.NewUniverse()
			if _, err := u.Add("ES 03-24", spec); err != nil {
				t.Fatal(err)
			}
			if _, err := u.Add("NQ 03-24", *specOf(r.u, "NQ 03-24")); err != nil {
				t.Fatal(err)
			}
			n := *r
			n.t, n.u, n.made, n.notes = t, u, func() *Core { return newCore(u, 4) }, nil
			n.core, n.wait = n.made(), nil
			n.step(Input{Kind: Begin, Account: All, Data: state, Text: "tgtest"})
			if !n.alarmed("Sim101: ES 03-24 had a tick of 0.25 and a point value of 50 in the run before") {
				t.Errorf("it says %+v", n.outs)
			}
			n.step(Input{Kind: LinkDown, Account: All, Text: justStarted})
			n.step(Input{Kind: LinkUp})
			n.pass(2 * time.Second)
			b := n.core.Desk(0).Book()
			if !n.core.Ready() || n.mode() != engine.ReduceOnly || b.Held(0) != 2 {
				t.Fatalf("ready %v, %v, %+d held", n.core.Ready(), n.mode(), b.Held(0))
			}
			in := u.Get(0)
			per := int64(engine.NanoScale / int64(in.Tick))
			if o := b.Open(0); len(o) != 1 || o[0].Terms.Limit != engine.Price(4725*per) {
				t.Errorf("open in ES: %+v", o)
			}
			if o := b.Open(1); len(o) != 1 || o[0].Terms.Limit != 67_000 || o[0].State != engine.Working {
				t.Errorf("open in NQ: %+v", o)
			}
			n.quote(0, engine.Price(4745*per)) // the bid, at which a long position is valued
			if got, want := b.SessionPnL(), in.Value(engine.Price(-5*per), 2)-fees; got != want {
				t.Errorf("the session's result is %v, want %v", got, want)
			}
		})
	}
}

// TestStrategyNoLongerConfigured: what it holds and has open stays known to the Desk,
// people are told once, and flatten closes it.
func TestStrategyNoLongerConfigured(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 0)
	c := r.take("PlaceOrder")
	r.has(c, "Filled", 2, "4750")
	r.answer(c, okBody)
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4750.0}`}
	r.buy(2, 1, 18_900)
	r.placed()
	r.pass(time.Second)
	state := r.core.State()
	if got := InUse(state); !slices.Equal(got, []string{"ES 03-24"}) {
		t.Fatalf("in use: %q", got)
	}
	r.made = func() *Core {
		b := risk.NewBudget(risk.DefaultBudget)
		return New(Config{Universe: r.u, Prefix: "tgtest", Budget: &b, Accounts: []AccountConfig{{
			Name: "Sim101", Gate: risk.Sharing(risk.Limits{}, &b), Members: []engine.Member{{Name: "renamed"}},
		}}})
	}
	told := func() bool {
		return r.alarmed("is not configured any more on ES 03-24 of Sim101, holds +2 there, open orders 1")
	}
	r.core, r.wait = r.made(), nil
	if r.step(Input{Kind: Begin, Account: All, Data: state, Text: "tgtest"}); !told() {
		t.Errorf("told: %+v", r.outs)
	}
	r.step(Input{Kind: LinkDown, Account: All, Text: justStarted})
	r.step(Input{Kind: LinkUp})
	r.pass(2 * time.Second)
	if !r.core.Ready() || r.mode() != engine.Active {
		t.Fatalf("ready %v, %v: %s", r.core.Ready(), r.mode(), r.core.Desk(0).Book().ModeReason())
	}
	former := r.core
	r.core = r.made()
	r.core.remind(former)
	if r.step(Input{Kind: Begin, Account: All, Data: former.State(), Text: "tgtest"}); told() {
		t.Error("told again at a checkpoint")
	}
	r.step(Input{Kind: Operator, Account: All, Verb: Flatten, Text: "test"})
	if r.pass(time.Second); r.count("Cancel") != 1 {
		t.Errorf("%d cancels", r.count("Cancel"))
	}
}
