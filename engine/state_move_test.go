package engine_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	. "tollgate/engine"
	"tollgate/risk"
)

func universeOf(t testing.TB, keys ...string) *Universe {
	u := NewUniverse()
	for _, k := range keys {
		if _, err := u.Add(k, es()); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// twoTrades is a Desk with a on ES, whose bracket protects and whose flattening waits
// for the link, and b on NQ, with a bracket that protects one of two. Both are losing.
func twoTrades(t testing.TB) *rig {
	r := &rig{t: t, now: sec, cfg: DeskConfig{Universe: universeOf(t, "ES 12-26", "NQ 12-26"), Gate: risk.New(risk.Limits{}, wide), Cash: Dollars(100_000)}}
	r.d = NewDesk(r.cfg)
	r.d.Join(Member{Name: "a", Instrument: 0})
	r.d.Join(Member{Name: "b", Instrument: 1})
	quote := func(in InstrumentID, bid Price) {
		r.step(&Quote{At: r.now, Instrument: in, Bid: bid, Ask: bid + 1, Last: NoPrice, BidSize: 5, AskSize: 5, LastSize: UnknownQty, Volume: UnknownQty})
	}
	quote(0, 1000)
	quote(1, 5000)
	r.bracket(1, limit(Buy, 2, 1000), 980, NoPrice)
	r.fills(1, 2, 0, 1000) // and order 2 is its stop
	r.says(2, Accepted)
	r.step(&Intent{At: r.now, Strategy: 1, Seq: 1, Kind: Submit, Ref: 1, Terms: limit(Buy, 2, 5000), StopLoss: 4900, Target: 5100})
	r.fills(3, 1, 1, 5000) // 4 and 5 protect it
	r.says(4, Accepted)
	r.says(5, Accepted)
	quote(0, 990)
	quote(1, 4990)
	r.step(&LinkChange{At: r.now, State: LinkDown, Reason: "cut"})
	r.flatten()
	return r
}

// TestAStateMovesWithItsInstruments: another order of the instruments in the
// configuration changes numbers and nothing else.
func TestAStateMovesWithItsInstruments(t *testing.T) {
	r := twoTrades(t)
	cfg := r.cfg
	cfg.Universe = universeOf(t, "NQ 12-26", "CL 12-26", "ES 12-26")
	next := NewDesk(cfg)
	if err := next.RestoreState(r.d.AppendState(nil)); err != nil {
		t.Fatal(err)
	}
	to := map[InstrumentID]InstrumentID{0: 2, 1: 0}
	for was, is := range to {
		al, as := r.d.Book().Worst(was)
		bl, bs := next.Book().Worst(is)
		if al != bl || as != bs || r.d.Book().Net(was) != next.Book().Net(is) || *r.d.Book().Top(was) != *next.Book().Top(is) {
			t.Errorf("instrument %d: worst %d/%d, now %d/%d", was, al, as, bl, bs)
		}
	}
	if s, ok := next.Find("a", 2); !ok || s != 0 || r.d.Book().SessionPnL() != next.Book().SessionPnL() {
		t.Errorf("a is %d, %v; %v and %v", s, ok, r.d.Book().SessionPnL(), next.Book().SessionPnL())
	}
	for _, e := range []Event{
		&LinkChange{At: r.now, State: LinkUp},                         // the cancel of a's stop goes out
		&Report{At: r.now, Order: 2, Kind: Cancelled},                 // and its closing order
		&Report{At: r.now, Order: 3, Kind: Filled, Qty: 1, Price: 99}, // b's stop and target grow
		&Report{At: r.now, Order: 6, Kind: Filled, Qty: 2, Price: 99},
	} {
		a, b := sent(t, r.d.Step(e)), sent(t, next.Step(e))
		if len(a) != len(b) {
			t.Fatalf("after %+v: %+v and %+v", e, a, b)
		}
		for i := range a {
			a[i].Terms.Instrument = to[a[i].Terms.Instrument]
			if a[i] != b[i] {
				t.Errorf("%+v became %+v", a[i], b[i])
			}
		}
	}
	if r.d.Book().OpenOrders() != next.Book().OpenOrders() || next.Book().Held(2) != 0 || next.Ignored() != 0 {
		t.Errorf("%d and %d orders are open, %d ignored", r.d.Book().OpenOrders(), next.Book().OpenOrders(), next.Ignored())
	}
}

func sent(t *testing.T, out []Command) []Request {
	var list []Request
	for _, c := range out {
		if s, ok := c.(*Send); ok {
			q, err := s.Request()
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, q)
		}
	}
	return list
}

// TestAStateWithoutOneOfItsInstruments: what concerns it is gone, its loss and the
// numbers of orders are not.
func TestAStateWithoutOneOfItsInstruments(t *testing.T) {
	for gone, keys := range map[string][]string{"ES": {"NQ 12-26", "ES 03-27"}, "NQ": {"NQ 03-27", "ES 12-26"}, "both": {"CL 12-26"}, "all": {}} {
		t.Run(gone, func(t *testing.T) {
			r := twoTrades(t)
			cfg := r.cfg
			cfg.Universe = universeOf(t, keys...)
			next := NewDesk(cfg)
			if err := next.RestoreState(r.d.AppendState(nil)); err != nil {
				t.Fatal(err)
			}
			if a, b := r.d.Book().SessionPnL(), next.Book().SessionPnL(); a != b || a >= 0 || r.d.Book().Balance().Equity != next.Book().Balance().Equity {
				t.Errorf("the session's result was %v and is %v", a, b)
			}
			open := map[string]int{"ES": 3, "NQ": 1}[gone]
			if n := next.Book().OpenOrders(); n != open {
				t.Errorf("%d orders are open, want %d", n, open)
			}
			state := next.AppendState(nil)
			again := NewDesk(cfg)
			if err := again.RestoreState(state); err != nil || !bytes.Equal(again.AppendState(nil), state) {
				t.Errorf("the state that was moved is not one: %v", err)
			}
			if cfg.Universe.Len() == 0 {
				return
			}
			next.Step(&LinkChange{At: r.now, State: LinkUp})
			s := next.Join(Member{Name: "c", Instrument: 0})
			out := sent(t, next.Step(&Intent{At: r.now, Strategy: s, Seq: 1, Kind: Submit, Ref: 1, Terms: limit(Buy, 1, 10), StopLoss: NoPrice, Target: NoPrice}))
			if len(out) != 1 || out[0].Order <= 5 {
				t.Errorf("a new order: %+v", out)
			}
		})
	}
}

// TestInUse: where something is held or works, and nowhere else.
func TestInUse(t *testing.T) {
	r := twoTrades(t)
	if got, err := InUse(r.d.AppendState(nil)); err != nil || !slices.Equal(got, []string{"ES 12-26", "NQ 12-26"}) {
		t.Errorf("%q, %v", got, err)
	}
	flat := newRig(t, risk.Limits{}, wide)
	flat.submit(1, limit(Buy, 1, 990))
	if got, err := InUse(flat.d.AppendState(nil)); err != nil || !slices.Equal(got, []string{"ES 12-26"}) {
		t.Errorf("an order works: %q, %v", got, err)
	}
	flat.says(1, Cancelled)
	if got, err := InUse(flat.d.AppendState(nil)); err != nil || len(got) != 0 {
		t.Errorf("it was cancelled: %q, %v", got, err)
	}
	if _, err := InUse([]byte("no state")); !errors.Is(err, ErrMessage) {
		t.Error(err)
	}
}
