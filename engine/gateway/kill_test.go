package gateway

import (
	"testing"
	"time"

	"tollgate/engine"
)

// TestKillInOneCall: a kill takes all orders back with one token, whatever becomes of
// the answer.
func TestKillInOneCall(t *testing.T) {
	for name, end := range map[string]func(r *rig, c call){
		"done":    func(r *rig, c call) { r.answer(c, okBody) },
		"refused": func(r *rig, c call) { r.answer(c, `{"success":false,"error":"not now"}`) },
		"lost":    func(*rig, call) {},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.connect()
			var orders []call
			for n := range 3 {
				r.buy(engine.Ref(n+1), 1, engine.Price(18_900-n))
				orders = append(orders, r.placed())
			}
			r.step(Input{Kind: Operator, Account: All, Verb: Kill, Text: "enough"})
			r.pass(10 * time.Millisecond)
			if all, one := r.count("CancelOrders"), r.count("Cancel"); all != 1 || one != 0 {
				t.Fatalf("%d calls for all, %d for one", all, one)
			}
			many := r.take("CancelOrders")
			if _, named := many.Args["instrument"]; named || many.Args["account"] != "Sim101" || !many.order {
				t.Fatalf("%+v", many)
			}
			end(r, many)
			r.has(orders[0], "Cancelled", 0, "0") // one went; the others are asked for by themselves
			for range 60 {
				r.pass(time.Second)
				for _, c := range append([]call(nil), r.wait...) {
					if c.API != "Cancel" && c.API != "CancelOrders" {
						continue
					}
					for _, o := range orders {
						if c.API == "CancelOrders" || c.Args["orderId"] == o.Args["orderId"] {
							r.has(o, "Cancelled", 0, "0")
						}
					}
					r.answer(r.take(c.API), okBody)
				}
			}
			if n := len(r.core.accounts[0].open); n != 0 {
				t.Errorf("%d orders are open", n)
			}
		})
	}
}

const twoHeld = `{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4750.0}`

// TestKillAsksTheBroker: a kill believes nobody but the broker, whatever was in the way
// when it was said. What it finds is closed, also over a restart; once the broker has
// confirmed that the account is flat, a trade by hand is left alone.
func TestKillAsksTheBroker(t *testing.T) {
	kill := Input{Kind: Operator, Account: All, Verb: Kill, Text: "enough"}
	for name, way := range map[string]func(r *rig){
		"trading": func(r *rig) {
			r.connect()
			r.positions = []string{twoHeld}
			r.step(kill)
		},
		"the link is down": func(r *rig) {
			r.connect()
			r.step(Input{Kind: LinkDown, Text: "cut"})
			r.positions = []string{twoHeld}
			r.step(kill)
			r.pass(time.Minute)
			r.step(Input{Kind: LinkUp})
		},
		"the link was never up": func(r *rig) {
			r.positions = []string{twoHeld}
			r.step(kill)
			r.pass(time.Minute)
			r.step(Input{Kind: LinkUp})
		},
		"a restart in the middle": func(r *rig) {
			r.connect()
			r.positions = []string{twoHeld}
			r.step(kill)
			r.begin(r.core.State())
			r.step(Input{Kind: LinkUp})
		},
		"while it is comparing": func(r *rig) {
			r.step(Input{Kind: LinkUp})
			r.positions = []string{twoHeld}
			r.step(kill)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			way(r)
			if a := r.core.View(r.now).Accounts[0]; !a.Unverified || a.Mode != "killed" {
				t.Fatalf("unverified %v, %s", a.Unverified, a.Mode)
			}
			r.pass(5 * time.Second)
			if !r.core.View(r.now).Accounts[0].Unverified {
				t.Fatal("it is called flat, and holds two")
			}
			out := r.take("PlaceOrder")
			if out.Args["action"] != "SELL" || out.Args["quantity"] != 2.0 || out.Args["orderType"] != "MARKET" {
				t.Fatalf("it closes with %+v", out)
			}
			r.has(out, "Filled", 2, "4749")
			r.answer(out, okBody)
			r.positions = nil
			r.pass(5 * time.Second)
			if r.core.View(r.now).Accounts[0].Unverified {
				t.Fatal("the broker says flat, and it is not believed")
			}
			sent := r.count("PlaceOrder")
			r.positions = []string{twoHeld}
			r.pass(3 * time.Minute)
			if r.core.Desk(0).Book().Held(0) != 2 || r.count("PlaceOrder") != sent {
				t.Errorf("held %d; %d orders more against a person's", r.core.Desk(0).Book().Held(0), r.count("PlaceOrder")-sent)
			}
		})
	}
}

// TestKillOfWhatCannotBeClosed goes on asking, ever more slowly, and never says flat.
func TestKillOfWhatCannotBeClosed(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.positions = []string{`{"account":"Sim101","instrument":"ZB 03-24","marketPosition":"Long","quantity":2,"averagePrice":120.0}`}
	r.step(Input{Kind: Operator, Account: All, Verb: Kill, Text: "enough"})
	r.pass(10 * time.Second)
	begun := r.core.Stats().Audits
	r.pass(10 * time.Minute)
	if n := r.core.Stats().Audits - begun; !r.core.View(r.now).Accounts[0].Unverified || n > 20 {
		t.Errorf("unverified %v after %d comparisons more", r.core.View(r.now).Accounts[0].Unverified, n)
	}
	r.positions = nil
	r.pass(2 * time.Minute)
	if r.core.View(r.now).Accounts[0].Unverified {
		t.Error("it was closed by hand, and is not called flat")
	}
}

// TestKillSeesWhatItCannotCancel: an order in an instrument that is not configured is
// open, so the account is not called flat, and people are told whose turn it is.
func TestKillSeesWhatItCannotCancel(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.listed = []string{`{"account":"Sim101","orderId":"xx1","instrument":"CL 03-24","orderType":"Limit","orderState":"Working","quantity":2,"filled":0,"averageFillPrice":0,"orderAction":"Buy","limitPrice":70,"stopPrice":0,"timeInForce":"Gtc"}`}
	r.pass(2 * time.Minute)
	r.step(Input{Kind: Operator, Account: All, Verb: Kill, Text: "enough"})
	told := r.alarmed("cancel them in NinjaTrader")
	for range 1000 {
		r.pass(10 * time.Millisecond)
		told = told || r.alarmed("cancel them in NinjaTrader")
	}
	if !r.core.View(r.now).Accounts[0].Unverified || !told {
		t.Fatalf("unverified %v, told %v", r.core.View(r.now).Accounts[0].Unverified, told)
	}
	r.listed = nil
	r.pass(2 * time.Minute)
	if r.core.View(r.now).Accounts[0].Unverified {
		t.Error("it is gone, and the account is not called flat")
	}
}
