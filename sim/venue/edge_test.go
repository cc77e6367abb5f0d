package venue

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

func bare(at engine.Time) engine.Quote {
	return engine.Quote{
		At: at, Bid: engine.NoPrice, Ask: engine.NoPrice, Last: engine.NoPrice,
		BidSize: engine.UnknownQty, AskSize: engine.UnknownQty, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
}

func TestNames(t *testing.T) {
	for m := range models {
		if got, err := ParseModel(m.String()); err != nil || got != m {
			t.Errorf("%s: %v, %v", m, got, err)
		}
	}
	for s := range triggerSources {
		if got, err := ParseTrigger(s.String()); err != nil || got != s {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	if _, err := ParseModel("Touch"); err == nil || !strings.Contains(err.Error(), `"Touch"`) {
		t.Errorf("a wrong model: %v", err)
	}
	if _, err := ParseTrigger(""); err == nil {
		t.Error("an empty trigger was read")
	}
	if models.String() != "Model(3)" || triggerSources.String() != "TriggerSource(3)" {
		t.Errorf("%s, %s", models, triggerSources)
	}
}

// Every refusal of terms, with the words that tell the user what is wrong.
func TestRefusals(t *testing.T) {
	none := engine.NoPrice
	good := engine.Terms{Side: engine.Buy, Type: engine.StopLimit, TIF: engine.GTC, Qty: 1, Limit: 105, Stop: 104}
	for _, c := range []struct {
		name string
		edit func(*engine.Terms)
		want string
	}{
		{"instrument", func(t *engine.Terms) { t.Instrument = 3 }, "instrument 3 is not listed"},
		{"side", func(t *engine.Terms) { t.Side = 0 }, "side 0"},
		{"type", func(t *engine.Terms) { t.Type = 4 }, "order type 4"},
		{"time in force", func(t *engine.Terms) { t.TIF = 2 }, "time in force 2"},
		{"no quantity", func(t *engine.Terms) { t.Qty = 0 }, "quantity 0"},
		{"too much", func(t *engine.Terms) { t.Qty = MaxQty + 1 }, "quantity 100000001"},
		{"no limit", func(t *engine.Terms) { t.Limit = none }, "a STOPLIMIT order needs a limit price"},
		{"no stop", func(t *engine.Terms) { t.Stop = none }, "a STOPLIMIT order needs a stop price"},
		{"limit of a market order", func(t *engine.Terms) { t.Type, t.Stop = engine.Market, none }, "a MARKET order has no limit price"},
		{"stop of a limit order", func(t *engine.Terms) { t.Type = engine.Limit }, "a LIMIT order has no stop price"},
		{"limit too high", func(t *engine.Terms) { t.Limit = MaxPrice }, "limit price"},
		{"stop too low", func(t *engine.Terms) { t.Stop = -MaxPrice }, "stop price"},
		{"buy stop at the market", func(t *engine.Terms) { t.Stop = 100 }, "at or below the market"},
		{"sell stop at the market", func(t *engine.Terms) { t.Side, t.Stop = engine.Sell, 100 }, "at or above the market"},
		{"never opens", func(t *engine.Terms) { t.Instrument = 2 }, "no session to come"},
		{"none", func(*engine.Terms) {}, ""},
	} {
		u := testUniverse()
		closed := &engine.Calendar{Zone: time.UTC}
		if _, err := u.Add("C", engine.Spec{Root: "C", Tick: 1, PointValue: decimal.NewFromInt(10), Calendar: closed}); err != nil {
			t.Fatal(err)
		}
		v := New(u, Config{})
		q := bare(engine.TimeOf(noon))
		q.Kind, q.Last = engine.TradePrint, 100
		v.Quote(&q)
		terms := good
		c.edit(&terms)
		r := v.Place(q.At, 1, terms)
		switch {
		case len(r) != 1:
			t.Errorf("%s: %d reports", c.name, len(r))
		case c.want == "" && r[0].Kind != engine.Accepted:
			t.Errorf("%s: %s: %s", c.name, r[0].Kind, r[0].Reason)
		case c.want != "" && (r[0].Kind != engine.Rejected || !strings.Contains(r[0].Reason, c.want)):
			t.Errorf("%s: %s: %q, want %q", c.name, r[0].Kind, r[0].Reason, c.want)
		}
	}
}

func TestReasons(t *testing.T) {
	v := New(testUniverse(), Config{})
	at := engine.TimeOf(noon)
	terms := func(oco engine.OCO, p engine.Price) engine.Terms {
		return engine.Terms{Side: engine.Buy, Type: engine.Limit, Qty: 5, Limit: p, Stop: engine.NoPrice, OCO: oco}
	}
	q := bare(at)
	q.Bid, q.Ask, q.BidSize, q.AskSize = 99, 103, 5, 5
	v.Quote(&q)
	v.Place(at, 1, terms(7, 100))
	v.Place(at, 2, terms(7, 98))
	trade := bare(at)
	trade.Kind, trade.Last, trade.LastSize = engine.TradePrint, 99, 2
	for i, c := range []struct {
		call func() []engine.Report
		last string
	}{
		{func() []engine.Report { return v.Place(at, 1, terms(0, 90)) }, "order id 1 was used before"},
		{func() []engine.Report { return v.Cancel(at, 9) }, "order 9 is not known"},
		{func() []engine.Report { return v.Change(at, 9, 1, 1, 1) }, "order 9 is not known"},
		{func() []engine.Report { return v.Quote(&trade) }, "OCO: order 1 filled 2"},
		{func() []engine.Report { return v.Change(at, 1, 2, engine.NoPrice, engine.NoPrice) }, "OCO: order 1 was cancelled"},
		{func() []engine.Report { return v.Cancel(at, 2) }, "order 2 is no longer open"},
		{func() []engine.Report { return v.Place(at, 3, terms(7, 98)) }, "OCO group 7 has ended: use a new one"},
		{func() []engine.Report { return v.Cancel(at, 3) }, "order 3 is no longer open"},
	} {
		got := c.call()
		if n := len(got); n == 0 || got[n-1].Reason != c.last {
			t.Errorf("%d: got %s, want the last reason to be %q", i, show(got), c.last)
		}
	}
}

// Nothing that a feed or a caller says may panic or overflow.
func TestExtremes(t *testing.T) {
	prices := []engine.Price{math.MinInt64, math.MinInt64 + 1, -MaxPrice, -MaxPrice + 1, -1, 0, 1, MaxPrice - 1, MaxPrice, math.MaxInt64}
	sizes := []engine.Qty{math.MinInt64, -1, 0, 1, math.MaxInt64}
	times := []engine.Time{math.MinInt64, -1, 0, 1, engine.TimeOf(noon), math.MaxInt64 - 1, math.MaxInt64}
	for _, f := range []Model{Conservative, Queue, Touch, 99} {
		v := New(testUniverse(), Config{Fill: f, Trigger: 77, StaleAfter: -1, Profile: Profile{Take: -1, Depth: math.MaxInt64}})
		id := engine.OrderID(0)
		for i, p := range prices {
			for j, n := range sizes {
				q := bare(times[(i+j)%len(times)])
				q.Kind = engine.QuoteKind((i + j) % 3)
				q.Bid, q.Ask, q.Last = p, prices[(i+j)%len(prices)], prices[(i+2*j)%len(prices)]
				q.BidSize, q.AskSize, q.LastSize, q.Volume = n, sizes[(i+j)%len(sizes)], n, n
				q.Instrument = engine.InstrumentID(j % 3 * 30000)
				v.Quote(&q)
				for _, side := range []engine.Side{engine.Buy, engine.Sell} {
					id++
					for _, r := range v.Place(q.At, id, engine.Terms{Side: side, Type: engine.Limit, Qty: MaxQty, Limit: p, Stop: engine.NoPrice, TIF: engine.GTC}) {
						if r.Kind == engine.Filled && (r.Fee < 0 || !side.Better(r.Price, p)) {
							t.Fatalf("limit %d: %s fee %s", p, render(&r), r.Fee)
						}
					}
					v.Change(q.At, id, n, q.Ask, engine.NoPrice)
				}
				v.Advance(q.At)
			}
		}
	}
}

// Instruments may join while the venue is in use, in the middle of a session of
// the others.
func TestUniverseGrows(t *testing.T) {
	u := testUniverse()
	v := New(u, Config{})
	at := engine.TimeOf(noon)
	terms := engine.Terms{Side: engine.Buy, Type: engine.Limit, Qty: 1, Limit: 90, Stop: engine.NoPrice}
	v.Place(at, 1, terms)
	terms.Instrument = 2
	if r := v.Place(at, 2, terms); r[0].Kind != engine.Rejected {
		t.Errorf("an order for an instrument to come was %s", r[0].Kind)
	}
	if _, err := u.Add("C", engine.Spec{Root: "C", Tick: 1, PointValue: decimal.NewFromInt(10)}); err != nil {
		t.Fatal(err)
	}
	// The first call about it also ends the DAY order of the first instrument.
	r := v.Place(at.Add(12*time.Hour), 3, terms)
	if len(r) != 2 || r[0].Kind != engine.Expired || r[1].Kind != engine.Accepted {
		t.Errorf("got %s", show(r))
	}
	q := bare(at.Add(12 * time.Hour))
	q.Instrument, q.Kind, q.Last, q.LastSize = 2, engine.TradePrint, 80, 1
	if r := v.Quote(&q); len(r) != 1 || r[0].Order != 3 || r[0].Price != 81 {
		t.Errorf("got %s", show(r))
	}
	q.Instrument = 0
	if r := v.Quote(&q); len(r) != 0 {
		t.Errorf("an expired order came back: %s", show(r))
	}
}

func TestDefaults(t *testing.T) {
	got := Profile{Take: 0, Depth: -5, Ahead: MaxQty + 1, Print: 7}.withDefaults()
	if want := (Profile{Take: 5, Depth: 5, Ahead: 50, Print: 7}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
