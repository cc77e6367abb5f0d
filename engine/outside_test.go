package engine_test

import (
	"slices"
	"strings"
	"testing"

	. "tollgate/engine"
	"tollgate/risk"
)

// TestClosedFromOutside: what is traded elsewhere closes strategies' positions as far
// as it shrinks the account's, and no further. Two strategies trade; the first holds 2
// behind a stop.
func TestClosedFromOutside(t *testing.T) {
	for _, c := range []struct {
		name            string
		before          Qty // of Manual
		second          Qty
		side            Side
		qty             Qty
		a, b, manual    Qty // afterwards
		stop            string
		realized, money Dollar // of the first, of the account
	}{
		{"part of it", 0, 0, Sell, 1, 1, 0, 0, "change to 1", 100, 100},
		{"all of it", 0, 0, Sell, 2, 0, 0, 0, "cancel", 200, 200},
		{"and the other way", 0, 0, Sell, 3, 0, 0, -1, "cancel", 200, 200},
		{"more of it", 0, 0, Buy, 1, 2, 0, 1, "", 0, 0},
		{"one's own first", 1, 0, Sell, 2, 1, 0, 0, "change to 1", 100, 200},
		{"only one's own", 2, 0, Sell, 2, 2, 0, 0, "", 0, 200},
		{"the account is flat", -2, 0, Sell, 1, 2, 0, -3, "", 0, 0},
		{"the account is short", -3, 0, Sell, 1, 2, 0, -4, "", 0, 0},
		{"nearer to flat", -1, 0, Sell, 3, 1, 0, -3, "change to 1", 100, 100},
		{"one's short bought back", -2, 0, Buy, 3, 2, 0, 1, "", 0, 0},
		{"of both strategies", 0, 2, Sell, 3, 0, 1, 0, "cancel", 200, 300},
		{"against each other", 0, -1, Sell, 2, 1, -1, -1, "change to 1", 100, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, risk.Limits{}, wide)
			r.d.Join(Member{Name: "b"})
			if c.before != 0 {
				s := Buy
				if c.before < 0 {
					s = Sell
				}
				r.elsewhere(s, c.before.Abs(), 1000)
			}
			r.seq = 0
			r.bracket(10, market(Buy, 2), 900, NoPrice)
			entry := r.sends[len(r.sends)-1].Order
			r.fills(entry, 2, 0, 1000)
			stop := r.last(2, PlaceOrder, ClassProtect).Order
			r.says(stop, Accepted)
			if c.second != 0 {
				s := Buy
				if c.second < 0 {
					s = Sell
				}
				r.step(&Intent{At: r.now, Strategy: 1, Seq: 1, Kind: Submit, Ref: 10, Terms: market(s, c.second.Abs()), StopLoss: NoPrice, Target: NoPrice})
				r.fills(r.sends[len(r.sends)-1].Order, c.second.Abs(), 0, 1000)
			}
			sent := len(r.sends)
			before := r.d.Book().Net(0).Realized
			r.elsewhere(c.side, c.qty, 1008) // two points of 50 dollars
			manual := Qty(0)
			if who, ok := r.d.Find(Manual, 0); ok {
				manual = r.d.Holding(who).Position
			}
			if a, b := r.d.Holding(0).Position, r.d.Holding(1).Position; a != c.a || b != c.b || manual != c.manual {
				t.Errorf("%d, %d and Manual's %d; want %d, %d and %d", a, b, manual, c.a, c.b, c.manual)
			}
			if got := r.d.Holding(0).Realized; got != Dollars(int64(c.realized)) {
				t.Errorf("the strategy made %v, want %d", got, c.realized)
			}
			if got := r.d.Book().Net(0).Realized - before; c.before == 0 && c.second == 0 && got != Dollars(int64(c.money)) {
				t.Errorf("the account made %v, want %d", got, c.money)
			}
			switch done := r.sends[sent:]; {
			case c.stop == "" && len(done) > 0, c.stop != "" && (len(done) != 1 || done[0].Order != stop):
				t.Errorf("sent %+v", done)
			case c.stop == "cancel" && done[0].Kind != CancelOrder, c.stop == "change to 1" && (done[0].Kind != ChangeOrder || done[0].Terms.Qty != 1):
				t.Errorf("the stop: %+v", done[0])
			}
			if r.d.Ignored()+r.d.Overruns() != 0 {
				t.Errorf("ignored %d, overruns %d", r.d.Ignored(), r.d.Overruns())
			}
		})
	}
}

// Dollar keeps the table readable.
type Dollar int64

func (r *rig) elsewhere(s Side, q Qty, p Price) {
	r.t.Helper()
	r.step(&Adoption{At: r.now, Terms: market(s, q), Filled: q, Notional: int64(p) * int64(q), Cause: "by hand"})
}

// TestClosureIsTold: the strategy hears of a fill, and why.
func TestClosureIsTold(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.submit(10, market(Buy, 2))
	r.fills(1, 2, 0, 1000)
	r.elsewhere(Sell, 2, 1008)
	for _, u := range r.told {
		if u.Strategy == 0 && u.Fill.Qty == 2 {
			if u.Holding.Position != 0 || u.Fill.Price != 1008 || u.Fill.PnL != Dollars(200) || u.Order.Ref != 0 || u.Order.State != Done || !strings.Contains(u.Order.Reason, "closed from outside") || !strings.Contains(u.Order.Reason, "by hand") {
				t.Fatalf("%+v", u)
			}
			return
		}
	}
	t.Fatalf("not told: %+v", r.told)
}

// TestRestingOrderFromOutside: one that rests closes when it fills, by parts.
func TestRestingOrderFromOutside(t *testing.T) {
	r := newRig(t, risk.Limits{}, wide)
	r.submit(10, market(Buy, 2))
	r.fills(1, 2, 0, 1000)
	r.step(&Adoption{At: r.now, Terms: limit(Sell, 5, 1010), Open: true, Cause: "by hand"})
	manual := r.told[0].Order.ID
	r.fills(manual, 1, 4, 1010)
	r.fills(manual, 3, 1, 1010)
	who, _ := r.d.Find(Manual, 0)
	o, _ := r.d.Order(manual)
	if a, m := r.d.Holding(0).Position, r.d.Holding(who).Position; a != 0 || m != -2 || o.Filled != 4 || o.State != PartFilled || r.d.Book().Held(0) != -2 {
		t.Fatalf("%d, Manual %d, order %+v", a, m, o)
	}
}

// TestExitsWithoutAPosition: a plain exit that a closure left nothing to close is
// cancelled; what it fills before the cancel arrives is closed again.
func TestExitsWithoutAPosition(t *testing.T) {
	for _, c := range []struct {
		name      string
		exits     []Qty
		qty       Qty // sold elsewhere
		cancelled []OrderID
	}{
		{"it fits", []Qty{1}, 1, nil},
		{"it is too large", []Qty{2}, 1, []OrderID{2}},
		{"the older one fits", []Qty{1, 1}, 1, []OrderID{3}},
		{"nothing is left", []Qty{1, 1}, 2, []OrderID{2, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, risk.Limits{}, wide)
			r.submit(10, market(Buy, 2))
			r.fills(1, 2, 0, 1000)
			r.submit(11, limit(Buy, 1, 900)) // an entry is nobody's exit
			r.withdraw(11)
			r.says(2, Cancelled)
			for i, q := range c.exits {
				r.submit(Ref(20+10*i), limit(Sell, q, 1010))
				r.says(OrderID(3+i), Accepted)
			}
			sent := len(r.sends)
			r.elsewhere(Sell, c.qty, 1008)
			var got []OrderID
			for _, q := range r.sends[sent:] {
				if q.Kind != CancelOrder {
					t.Fatalf("sent %+v", q)
				}
				got = append(got, q.Order-1)
			}
			if !slices.Equal(got, c.cancelled) {
				t.Errorf("cancelled %v, want %v", got, c.cancelled)
			}
		})
	}
	r := newRig(t, risk.Limits{}, wide)
	r.submit(10, market(Buy, 2))
	r.fills(1, 2, 0, 1000)
	r.submit(20, limit(Sell, 2, 1010))
	r.says(2, Accepted)
	r.elsewhere(Sell, 2, 1008)
	r.fills(2, 2, 0, 1010)
	if q := r.sends[len(r.sends)-1]; q.Kind != PlaceOrder || q.Class != ClassFlatten || q.Terms.Side != Buy || q.Terms.Qty != 2 || r.d.Overruns() != 2 {
		t.Errorf("it filled all the same: sent %+v, overruns %d", q, r.d.Overruns())
	}
}
