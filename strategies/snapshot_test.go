package strategies

import (
	"testing"

	"tollgate/engine"
)

// TestSnapshotGoesOn: numbering, position and open orders are the Desk's; what is
// sent next carries the next numbers.
func TestSnapshotGoesOn(t *testing.T) {
	r := newRig(t, nil)
	var seen Context
	r.join(NewSetup(nil), Handlers{OnQuote: func(ctx *Context, _ *Quote) {
		seen = *ctx
		ctx.Buy(1)
	}})
	r.step(&engine.Snapshot{
		At: 5, Strategy: 0, Intents: 7, Updates: 9, Ref: 12, Holding: engine.Holding{Position: -2, Cost: engine.Dollars(-400)},
		Orders: []engine.Order{
			{ID: 40, Ref: 11, State: engine.Working, Terms: engine.Terms{Side: engine.Buy, Qty: 1, Type: engine.Limit, Limit: 90, Stop: engine.NoPrice}},
			{ID: 41, State: engine.Working, Terms: engine.Terms{Side: engine.Buy, Qty: 2}}, // the Desk's own
		},
	})
	r.step(&engine.Snapshot{Strategy: 9})
	r.step(&engine.Quote{At: 6, Instrument: r.id, Bid: 99, Ask: 100, Last: engine.NoPrice, Volume: engine.UnknownQty})
	if seen.Position != -2 || seen.Working != 1 {
		t.Errorf("the script sees position %d, %d orders", seen.Position, seen.Working)
	}
	n, ok := r.out[len(r.out)-1].(*engine.Intent)
	if !ok || n.Seq != 8 || n.Ref != 13 {
		t.Fatalf("the next intent is %+v", r.out[len(r.out)-1])
	}

	// That intent was lost: the Desk goes on denying until its number comes.
	r.step(&engine.Snapshot{At: 7, Strategy: 0, Intents: 7, Updates: 9, Ref: 12})
	r.step(&engine.Quote{At: 8, Instrument: r.id, Bid: 99, Ask: 100, Last: engine.NoPrice, Volume: engine.UnknownQty})
	n, ok = r.out[len(r.out)-1].(*engine.Intent)
	if !ok || n.Seq != 8 || n.Ref <= 13 {
		t.Fatalf("after a loss the next intent is %+v", r.out[len(r.out)-1])
	}
}

// TestVacantNumbers: members of the Desk without a program leave gaps.
func TestVacantNumbers(t *testing.T) {
	r := newRig(t, nil)
	calls := 0
	s := NewSetup(nil)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	p := &Program{Name: "x", Setup: s, Handlers: Handlers{OnQuote: func(*Context, *Quote) { calls++ }}}
	if err := r.runner.Join(3, p, r.id, FlattenOnPanic); err != nil {
		t.Fatal(err)
	}
	if err := r.runner.Join(2, p, r.id, FlattenOnPanic); err == nil {
		t.Error("a number was given twice")
	}
	for id := range engine.StrategyID(5) {
		r.step(&engine.Update{At: 1, Strategy: id})
		r.step(&engine.Phase{At: 1, Strategy: id, Begin: true})
	}
	r.step(&engine.PnL{At: 1})
	r.step(&engine.LinkChange{At: 1})
	r.step(&engine.Quote{At: 2, Instrument: r.id, Bid: 1, Ask: 2, Last: engine.NoPrice})
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
	if _, err := r.runner.Swap(3, 1, p, Guard{}); err == nil {
		t.Error("a vacant place took a program")
	}
}
