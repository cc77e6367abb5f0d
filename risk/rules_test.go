package risk

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

const (
	dec engine.InstrumentID = iota
	mar
	nq
)

// desk is an account with three contracts, of which two share a root, and a gate
// without limits: rules are asked about its Book.
type desk struct {
	t    testing.TB
	d    *engine.Desk
	now  engine.Time
	seqs [3]uint64
	next engine.OrderID
}

func newDesk(t testing.TB) *desk {
	u := engine.NewUniverse()
	for _, key := range []string{"ES 12-26", "ES 03-27", "NQ 12-26"} {
		s := engine.Spec{Root: key[:2], Tick: 250_000_000, PointValue: decimal.New(50, 0)}
		if _, err := u.Add(key, s); err != nil {
			t.Fatal(err)
		}
	}
	x := &desk{t: t, now: 100 * second}
	x.d = engine.NewDesk(engine.DeskConfig{Universe: u, Gate: New(Limits{}, BudgetConfig{Rate: 1, Burst: 1000}), Cash: engine.Dollars(100_000)})
	for id := range engine.InstrumentID(3) {
		x.d.Join(engine.Member{Instrument: id})
	}
	return x
}

func (x *desk) quote(id engine.InstrumentID, bid, ask, last engine.Price) {
	x.d.Step(&engine.Quote{
		At: x.now, Instrument: id, Bid: bid, Ask: ask, Last: last,
		BidSize: 1, AskSize: 1, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	})
}

func terms(id engine.InstrumentID, s engine.Side, q engine.Qty, limit engine.Price) engine.Terms {
	t := engine.Terms{Instrument: id, Side: s, Type: engine.Limit, Qty: q, Limit: limit, Stop: engine.NoPrice}
	if limit == engine.NoPrice {
		t.Type = engine.Market
	}
	return t
}

// place submits an order, with a bracket where prices are given.
func (x *desk) place(id engine.InstrumentID, s engine.Side, q engine.Qty, stop, target engine.Price) engine.OrderID {
	x.seqs[id]++
	x.next++
	x.d.Step(&engine.Intent{
		At: x.now, Strategy: engine.StrategyID(id), Seq: x.seqs[id], Kind: engine.Submit,
		Ref: engine.Ref(10 * x.seqs[id]), Terms: terms(id, s, q, 1000), StopLoss: stop, Target: target,
	})
	return x.next
}

func (x *desk) order(id engine.InstrumentID, s engine.Side, q engine.Qty) engine.OrderID {
	return x.place(id, s, q, engine.NoPrice, engine.NoPrice)
}

func (x *desk) says(o engine.OrderID, k engine.ReportKind) {
	x.d.Step(&engine.Report{At: x.now, Order: o, Kind: k})
}

func (x *desk) fill(o engine.OrderID, q, leaves engine.Qty, p engine.Price) {
	x.d.Step(&engine.Report{At: x.now, Order: o, Kind: engine.Filled, Qty: q, Leaves: leaves, Price: p})
}

func (x *desk) hold(id engine.InstrumentID, s engine.Side, q engine.Qty) {
	x.fill(x.order(id, s, q), q, 0, 1000)
}

// judge asks a fresh gate with the limits and checks the code of its answer.
func (x *desk) judge(l Limits, r engine.Request, want engine.Code) *engine.Denial {
	x.t.Helper()
	if r.At == 0 {
		r.At = x.now
	}
	p, d := New(l, DefaultBudget).Judge(x.d.Book(), &r)
	switch {
	case d == nil && want != "":
		x.t.Errorf("%s %+v passed, want %s", r.Class, r.Terms, want)
	case d != nil && d.Code != want:
		x.t.Errorf("%s %+v: %v, want code %q", r.Class, r.Terms, d, want)
	case (d == nil) != p.Covers(&r):
		x.t.Errorf("%s %+v: permit and denial do not exclude each other", r.Class, r.Terms)
	case d != nil && (d.Retry != engine.NoTime || d.Text == "" || d.Limit == ""):
		x.t.Errorf("denial %+v: want a text, a limit and no retry", d)
	}
	return d
}

func entry(t engine.Terms) engine.Request {
	return engine.Request{Order: 99, Class: engine.ClassEntry, Terms: t}
}

func TestMaxOrder(t *testing.T) {
	x := newDesk(t)
	for _, c := range []struct {
		limits ByInstrument
		qty    engine.Qty
		want   engine.Code
	}{
		{nil, 1_000_000, ""},
		{ByInstrument{"ES": 3}, 3, ""},
		{ByInstrument{"ES": 3}, 4, MaxOrder},
		{ByInstrument{"ES 12-26": 3}, 3, ""},
		{ByInstrument{"ES 12-26": 3}, 4, MaxOrder},
		{ByInstrument{"ES": 3, "ES 12-26": 5}, 5, ""},
		{ByInstrument{"ES": 5, "ES 12-26": 3}, 4, MaxOrder},
		{ByInstrument{"ES 03-27": 1, "NQ": 1}, 4, ""},
		{ByInstrument{"ES": 0}, 1, MaxOrder},
	} {
		x.judge(Limits{MaxOrder: c.limits}, entry(terms(dec, engine.Buy, c.qty, engine.NoPrice)), c.want)
	}
}

func TestMaxPositionByNameAndRoot(t *testing.T) {
	x := newDesk(t)
	x.hold(dec, engine.Buy, 2)
	x.hold(mar, engine.Buy, 1)
	x.hold(nq, engine.Buy, 50)
	for _, c := range []struct {
		limits ByInstrument
		side   engine.Side
		qty    engine.Qty
		want   engine.Code
	}{
		{nil, engine.Buy, 1000, ""},
		{ByInstrument{"ES 12-26": 4}, engine.Buy, 2, ""},
		{ByInstrument{"ES 12-26": 4}, engine.Buy, 3, MaxPosition},
		{ByInstrument{"ES 12-26": 4}, engine.Sell, 6, ""},
		{ByInstrument{"ES 12-26": 4}, engine.Sell, 7, MaxPosition},
		{ByInstrument{"ES": 4}, engine.Buy, 1, ""},
		{ByInstrument{"ES": 4}, engine.Buy, 2, MaxPosition},
		{ByInstrument{"ES": 4}, engine.Sell, 7, ""},
		{ByInstrument{"ES": 4}, engine.Sell, 8, MaxPosition},
		{ByInstrument{"ES": 4, "ES 12-26": 9}, engine.Buy, 7, ""},
		{ByInstrument{"NQ": 1}, engine.Buy, 9, ""},
	} {
		x.judge(Limits{MaxPosition: c.limits}, entry(terms(dec, c.side, c.qty, engine.NoPrice)), c.want)
	}
}

// TestWorstCase: whatever may still fill counts at full size, whatever its state.
func TestWorstCase(t *testing.T) {
	for name, c := range map[string]struct {
		prepare     func(x *desk)
		long, short engine.Qty // what may still be bought and sold under a limit of 10
	}{
		"nothing":   {func(*desk) {}, 10, 10},
		"in flight": {func(x *desk) { x.order(dec, engine.Buy, 3) }, 7, 10},
		"working":   {func(x *desk) { x.says(x.order(dec, engine.Buy, 3), engine.Accepted) }, 7, 10},
		"part":      {func(x *desk) { x.fill(x.order(dec, engine.Buy, 3), 1, 2, 1000) }, 7, 11},
		"unknown":   {func(x *desk) { x.says(x.order(dec, engine.Sell, 3), engine.Lost) }, 10, 7},
		"cancelled": {func(x *desk) { x.says(x.order(dec, engine.Sell, 3), engine.Cancelled) }, 10, 10},
		"rejected":  {func(x *desk) { x.says(x.order(dec, engine.Sell, 3), engine.Rejected) }, 10, 10},
		"both ways": {func(x *desk) { x.order(dec, engine.Sell, 3); x.order(dec, engine.Buy, 4) }, 6, 7},
		"oco": {func(x *desk) {
			x.fill(x.place(dec, engine.Buy, 4, 900, 1100), 4, 0, 1000)
		}, 6, 10}, // a stop and a target of 4: one of them fills
		"other root": {func(x *desk) { x.order(nq, engine.Buy, 3) }, 10, 10},
		"same root":  {func(x *desk) { x.order(mar, engine.Buy, 3) }, 7, 10},
	} {
		t.Run(name, func(t *testing.T) {
			x := newDesk(t)
			c.prepare(x)
			l := Limits{MaxPosition: ByInstrument{"ES": 10}}
			x.judge(l, entry(terms(dec, engine.Buy, c.long, engine.NoPrice)), "")
			x.judge(l, entry(terms(dec, engine.Buy, c.long+1, engine.NoPrice)), MaxPosition)
			x.judge(l, entry(terms(dec, engine.Sell, c.short, engine.NoPrice)), "")
			x.judge(l, entry(terms(dec, engine.Sell, c.short+1, engine.NoPrice)), MaxPosition)
		})
	}
}

// TestWhatPasses: every limit broken at once holds nobody in a position.
func TestWhatPasses(t *testing.T) {
	x := newDesk(t)
	x.quote(dec, 1000, 1001, engine.NoPrice)
	x.hold(dec, engine.Buy, 5)
	x.quote(dec, 100, 101, engine.NoPrice)
	x.now += 60 * second
	all := Limits{
		MaxPosition: ByInstrument{"ES": 1}, MaxOrder: ByInstrument{"ES": 1}, MaxWorking: 1,
		PriceBand: ByInstrument{"ES": 1}, StaleAfter: time.Second, DailyLoss: 1,
	}
	x.order(dec, engine.Sell, 1)
	far := terms(dec, engine.Sell, 5, 500)
	for _, c := range []engine.Class{engine.ClassFlatten, engine.ClassProtect, engine.ClassCancel} {
		x.judge(all, engine.Request{Class: c, Terms: far}, "")
	}
	exit := engine.Request{Class: engine.ClassExit, Terms: terms(dec, engine.Sell, 1, engine.NoPrice)}
	x.judge(Limits{StaleAfter: time.Second, DailyLoss: 1}, exit, "")
	exit.Class = engine.ClassEntry
	x.judge(Limits{StaleAfter: time.Second}, exit, StaleQuote)
	x.judge(Limits{DailyLoss: 1}, exit, DailyLoss)
}

func TestMaxWorking(t *testing.T) {
	x := newDesk(t)
	one := terms(dec, engine.Buy, 1, 1000)
	x.judge(Limits{MaxWorking: 1}, entry(one), "")
	x.order(nq, engine.Buy, 1)
	x.judge(Limits{MaxWorking: 1}, entry(one), MaxWorking)
	x.judge(Limits{}, entry(one), "")
	bracketed := x.place(dec, engine.Buy, 1, 900, 1100) // itself and two it will need
	x.judge(Limits{MaxWorking: 5}, entry(one), "")
	x.judge(Limits{MaxWorking: 4}, entry(one), MaxWorking)
	change := entry(one)
	change.Kind = engine.ChangeOrder
	x.judge(Limits{MaxWorking: 1}, change, "")
	x.fill(bracketed, 1, 0, 1000) // the entry is gone, its children are there
	x.judge(Limits{MaxWorking: 4}, entry(one), "")
	x.judge(Limits{MaxWorking: 3}, entry(one), MaxWorking)
}

func TestPriceBand(t *testing.T) {
	const none = engine.NoPrice
	for _, c := range []struct {
		name           string
		bid, ask, last engine.Price
		side           engine.Side
		limit, stop    engine.Price
		want           engine.Code
	}{
		{"buy below, inside", 1000, 1010, none, engine.Buy, 990, none, ""},
		{"buy below, outside", 1000, 1010, none, engine.Buy, 989, none, PriceBand},
		{"buy above, inside", 1000, 1010, none, engine.Buy, 1030, none, ""},
		{"buy above, outside", 1000, 1010, none, engine.Buy, 1031, none, PriceBand},
		{"sell below, inside", 1000, 1010, none, engine.Sell, 980, none, ""},
		{"sell below, outside", 1000, 1010, none, engine.Sell, 979, none, PriceBand},
		{"sell above, inside", 1000, 1010, none, engine.Sell, 1020, none, ""},
		{"sell above, outside", 1000, 1010, none, engine.Sell, 1021, none, PriceBand},
		{"stop outside", 1000, 1010, none, engine.Buy, none, 1031, PriceBand},
		{"stop inside, limit outside", 1000, 1010, none, engine.Buy, 1031, 1030, PriceBand},
		{"no ask, by the last trade", 1000, none, 1005, engine.Buy, 1025, none, ""},
		{"no ask, outside the last trade", 1000, none, 1005, engine.Buy, 1026, none, PriceBand},
		{"no ask and no trade", 1000, none, none, engine.Buy, 1000, none, PriceBand},
		{"market order without a market", none, none, none, engine.Buy, none, none, ""},
		{"below zero", -40, -30, none, engine.Buy, -50, none, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newDesk(t)
			x.quote(dec, c.bid, c.ask, c.last)
			r := entry(terms(dec, c.side, 1, c.limit))
			if c.stop != none {
				r.Terms.Type, r.Terms.Stop = engine.StopLimit, c.stop
			}
			for _, limits := range []ByInstrument{{"ES": 20}, {"ES 12-26": 20, "ES": 1}} {
				x.judge(Limits{PriceBand: limits}, r, c.want)
			}
			x.judge(Limits{PriceBand: ByInstrument{"NQ": 1}}, r, "")
		})
	}
}

func TestStaleQuote(t *testing.T) {
	x := newDesk(t)
	l := Limits{StaleAfter: 2 * time.Second}
	r := entry(terms(dec, engine.Buy, 1, engine.NoPrice))
	x.judge(Limits{}, r, "")
	x.judge(l, r, StaleQuote) // none at all
	x.quote(nq, 1000, 1001, engine.NoPrice)
	x.judge(l, r, StaleQuote) // another's does not help
	x.quote(dec, 1000, 1001, engine.NoPrice)
	r.At = x.now + 2*second
	x.judge(l, r, "")
	r.At++
	if d := x.judge(l, r, StaleQuote); d != nil && d.Value != "2.000000001s" {
		t.Errorf("value %s, want 2.000000001s", d.Value)
	}
}

func TestDailyLoss(t *testing.T) {
	x := newDesk(t)
	x.quote(dec, 1000, 1001, engine.NoPrice)
	x.hold(dec, engine.Buy, 2)               // at 1000; one tick is worth 12.50
	x.quote(dec, 990, 991, engine.NoPrice)   // -250.00
	r := entry(terms(nq, engine.Buy, 1, 10)) // the account's loss, whatever the instrument
	limit := engine.Dollars(250)
	x.judge(Limits{DailyLoss: limit + 1}, r, "")
	if d := x.judge(Limits{DailyLoss: limit}, r, DailyLoss); d != nil && (d.Limit != "250.00" || d.Value != "250.00") {
		t.Errorf("denial %+v, want 250.00 of 250.00", d)
	}
	x.judge(Limits{}, r, "")
	x.fill(x.order(dec, engine.Sell, 2), 2, 0, 990)
	x.judge(Limits{DailyLoss: limit}, r, DailyLoss) // realised counts as well
	x.now = engine.Time(24*time.Hour) - 1
	x.quote(dec, 990, 991, engine.NoPrice)
	x.judge(Limits{DailyLoss: limit}, r, DailyLoss)
	x.now++
	x.quote(dec, 990, 991, engine.NoPrice) // a new UTC day, a new session
	x.judge(Limits{DailyLoss: 1}, r, "")
}

// TestDailyLossOfACarriedPosition: the new session begins at the mark of the old one's end.
func TestDailyLossOfACarriedPosition(t *testing.T) {
	x := newDesk(t)
	x.hold(dec, engine.Sell, 1)
	x.quote(dec, 1099, 1100, engine.NoPrice) // -1250.00
	x.now = engine.Time(24 * time.Hour)
	x.quote(dec, 1107, 1108, engine.NoPrice) // -100.00 since the session began
	r := entry(terms(nq, engine.Buy, 1, engine.NoPrice))
	x.judge(Limits{DailyLoss: engine.Dollars(100) + 1}, r, "")
	x.judge(Limits{DailyLoss: engine.Dollars(100)}, r, DailyLoss)
}

func TestARefusalCostsNoToken(t *testing.T) {
	x := newDesk(t)
	g := New(Limits{MaxOrder: ByInstrument{"ES": 1}}, BudgetConfig{Rate: 1, Burst: 1})
	big, small := entry(terms(dec, engine.Buy, 2, engine.NoPrice)), entry(terms(dec, engine.Buy, 1, engine.NoPrice))
	for _, c := range []struct {
		r    engine.Request
		want engine.Code
	}{{big, MaxOrder}, {big, MaxOrder}, {small, ""}, {small, Throttled}, {big, MaxOrder}} {
		c.r.At = x.now
		if _, d := g.Judge(x.d.Book(), &c.r); (d == nil) != (c.want == "") || d != nil && d.Code != c.want {
			t.Errorf("buy %d: %v, want %q", c.r.Terms.Qty, d, c.want)
		}
	}
}

func TestAbsent(t *testing.T) {
	all := []string{"max_position", "max_order", "max_working_orders", "daily_loss", "price_band", "stale_quote"}
	if got := (Limits{}).Absent(); !slices.Equal(got, all) {
		t.Errorf("absent of nothing: %v", got)
	}
	one := ByInstrument{"ES": 1}
	full := Limits{one, one, 1, one, time.Second, false, 1}
	if got := full.Absent(); len(got) != 0 || len(full.rules()) != len(all)+2 {
		t.Errorf("absent of everything: %v, %d rules", got, len(full.rules()))
	}
}
