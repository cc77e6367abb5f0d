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
