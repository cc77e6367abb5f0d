package gateway

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/engine"
)

// TestClosedByHand: a person closes what a strategy holds. The strategy is told, people
// are, nothing is different from what the broker says, and nothing is sent.
func TestClosedByHand(t *testing.T) {
	for _, listed := range []bool{true, false} {
		r := newRig(t)
		r.connect()
		r.buy(1, 2, 0)
		c := r.take("PlaceOrder")
		r.has(c, "Filled", 2, "4750.25")
		r.answer(c, okBody)
		r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4750.25}`}
		r.pass(65 * time.Second)
		if h := r.core.Desk(0).Holding(0).Position; h != 2 {
			t.Fatalf("the strategy holds %d", h)
		}
		if listed { // else NinjaTrader was restarted since and lists it no more
			r.listed = []string{`{"account":"Sim101","orderId":"77","instrument":"ES 03-24","orderType":"Market","orderState":"Filled","quantity":2,"filled":2,"averageFillPrice":4751,"orderAction":"Sell"}`}
		}
		r.positions = nil
		r.pass(65 * time.Second)
		if h := r.core.Desk(0).Holding(0); h.Position != 0 || r.core.Desk(0).Book().Held(0) != 0 {
			t.Errorf("listed %v: the strategy holds %d, the account %d", listed, h.Position, r.core.Desk(0).Book().Held(0))
		}
		if mode := r.mode(); (mode == engine.Active) != listed || (r.core.Stats().Differences == 0) != listed {
			t.Errorf("listed %v: %v, %d differences", listed, mode, r.core.Stats().Differences)
		}
		if !slices.ContainsFunc(r.notes, func(s string) bool { return strings.Contains(s, "a trade elsewhere closed 2 of") }) {
			t.Errorf("listed %v: people are told %q", listed, r.notes)
		}
		if n := r.count("PlaceOrder"); n != 1 {
			t.Errorf("listed %v: %d orders were sent", listed, n)
		}
	}
}
