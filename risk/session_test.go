package risk

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// TestClosedSession: entries at market are for the session, everything else passes.
func TestClosedSession(t *testing.T) {
	u := engine.NewUniverse()
	days := [7]bool{time.Monday: true, time.Tuesday: true, time.Wednesday: true, time.Thursday: true, time.Friday: true}
	globex := &engine.Calendar{Zone: time.UTC, Open: 18 * time.Hour, Close: 17 * time.Hour, Days: days}
	never := &engine.Calendar{Zone: time.UTC, Open: 18 * time.Hour, Close: 17 * time.Hour}
	for i, c := range []*engine.Calendar{globex, nil, never} {
		if _, err := u.Add([]string{"ES 12-26", "AIG", "X"}[i], engine.Spec{Root: "ES", Tick: 250_000_000, PointValue: decimal.New(50, 0), Calendar: c}); err != nil {
			t.Fatal(err)
		}
	}
	d := engine.NewDesk(engine.DeskConfig{Universe: u, Gate: New(Limits{}, BudgetConfig{Rate: 1, Burst: 1})})
	at := func(day, hour, minute, second int) engine.Time {
		return engine.TimeOf(time.Date(2026, 3, day, hour, minute, second, 0, time.UTC)) // the 2nd is a Monday
	}
	market, resting := terms(0, engine.Buy, 1, engine.NoPrice), terms(0, engine.Buy, 1, 1000)
	other, dead := market, market
	other.Instrument, dead.Instrument = 1, 2
	for _, c := range []struct {
		name  string
		at    engine.Time
		kind  engine.RequestKind
		class engine.Class
		terms engine.Terms
		opens string // not empty = denied
	}{
		{"the last second", at(2, 16, 59, 59), engine.PlaceOrder, engine.ClassEntry, market, ""},
		{"the close", at(2, 17, 0, 0), engine.PlaceOrder, engine.ClassEntry, market, "2026-03-02T18:00:00Z"},
		{"the last second of the break", at(2, 17, 59, 59), engine.PlaceOrder, engine.ClassEntry, market, "2026-03-02T18:00:00Z"},
		{"the open", at(2, 18, 0, 0), engine.PlaceOrder, engine.ClassEntry, market, ""},
		{"the week end", at(7, 12, 0, 0), engine.PlaceOrder, engine.ClassEntry, market, "2026-03-08T18:00:00Z"},
		{"an order that may rest", at(2, 17, 30, 0), engine.PlaceOrder, engine.ClassEntry, resting, ""},
		{"a change", at(2, 17, 30, 0), engine.ChangeOrder, engine.ClassEntry, market, ""},
		{"an exit", at(2, 17, 30, 0), engine.PlaceOrder, engine.ClassExit, market, ""},
		{"protection", at(2, 17, 30, 0), engine.PlaceOrder, engine.ClassProtect, market, ""},
		{"a flattening", at(2, 17, 30, 0), engine.PlaceOrder, engine.ClassFlatten, market, ""},
		{"an instrument without a calendar", at(2, 17, 30, 0), engine.PlaceOrder, engine.ClassEntry, other, ""},
		{"a calendar without days", at(2, 12, 0, 0), engine.PlaceOrder, engine.ClassEntry, dead, stamp(1<<63 - 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			why := (session{}).Judge(d.Book(), &engine.Request{At: c.at, Kind: c.kind, Class: c.class, Terms: c.terms})
			if (why == nil) != (c.opens == "") {
				t.Fatalf("denied: %v", why)
			}
			if why != nil && (why.Code != Closed || why.Limit != c.opens || why.Value != stamp(c.at) || why.Retry != engine.NoTime) {
				t.Errorf("denied: %+v", why)
			}
		})
	}
}

// TestTheGateAsksForTheSession: without any limit, and before it takes a token.
func TestTheGateAsksForTheSession(t *testing.T) {
	u := engine.NewUniverse()
	always := [7]bool{true, true, true, true, true, true, true}
	_, err := u.Add("ES 12-26", engine.Spec{Root: "ES", Tick: 250_000_000, PointValue: decimal.New(50, 0), Calendar: &engine.Calendar{Zone: time.UTC, Open: 9 * time.Hour, Close: 17 * time.Hour, Days: always}})
	if err != nil {
		t.Fatal(err)
	}
	gate := New(Limits{}, BudgetConfig{Rate: 1, Burst: 1})
	d := engine.NewDesk(engine.DeskConfig{Universe: u, Gate: gate})
	r := engine.Request{At: engine.TimeOf(time.Date(2026, 3, 2, 8, 59, 59, 0, time.UTC)), Class: engine.ClassEntry, Order: 1, Terms: terms(0, engine.Buy, 1, engine.NoPrice)}
	if _, why := gate.Judge(d.Book(), &r); why == nil || why.Code != Closed {
		t.Fatalf("denied: %v", why)
	}
	if p, why := New(Limits{AnyHour: true}, BudgetConfig{Rate: 1, Burst: 1}).Judge(d.Book(), &r); why != nil || !p.Covers(&r) {
		t.Fatalf("at any hour denied: %v", why)
	}
	r.At += engine.Time(time.Second)
	if p, why := gate.Judge(d.Book(), &r); why != nil || !p.Covers(&r) {
		t.Fatalf("denied: %v", why)
	}
}
