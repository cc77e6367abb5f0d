package gateway

import (
	"testing"
	"time"

	"tollgate/engine"
)

// TestLostChangeOfAStop: the answer to a change is lost, and the change was not done.
// A stop that is too small is not taken for one of the size that was asked for.
func TestLostChangeOfAStop(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.want(engine.Intent{Kind: engine.Submit, Ref: 1, StopLoss: 18_900, Terms: engine.Terms{Side: engine.Buy, Qty: 2, Type: engine.Limit, Limit: 18_990}})
	entry := r.take("PlaceOrder")
	r.has(entry, "PartFilled", 1, "4747.5")
	r.answer(entry, okBody)
	r.pass(time.Second)
	r.placed() // the stop, of one
	r.has(entry, "Filled", 2, "4747.5")
	r.quote(0, 18_980)
	r.pass(time.Second)
	r.take("Change")
	r.pass(12 * time.Second)
	if n := r.count("Change"); n != 2 {
		t.Fatalf("two are held, the stop is of one, and it was changed %d times", n)
	}
}

// TestLostGrowthOfAnEntry: likewise, room that was never taken is free again.
func TestLostGrowthOfAnEntry(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 18_900)
	r.placed()
	r.want(engine.Intent{Kind: engine.Amend, Ref: 1, Terms: engine.Terms{Qty: 3}})
	r.take("Change")
	if long, _ := r.core.Desk(0).Book().Worst(0); long != 3 {
		t.Fatalf("it counts %d while it is under way", long)
	}
	r.pass(12 * time.Second)
	if long, _ := r.core.Desk(0).Book().Worst(0); long != 1 || r.state(1) != engine.Working {
		t.Errorf("it counts %d, and is %v", long, r.state(1))
	}
}

// TestAdoptedInTheMiddle: an order of somebody else that had filled before the journal
// began agrees with the broker from then on.
func TestAdoptedInTheMiddle(t *testing.T) {
	r := newRig(t)
	r.orders["xx1"] = `{"account":"Sim101","orderId":"xx1","instrument":"ES 03-24","orderType":"Limit","orderState":"PartFilled","quantity":3,"filled":1,"averageFillPrice":4700,"orderAction":"Buy","limitPrice":4700,"stopPrice":0,"timeInForce":"Gtc"}`
	r.positions = []string{foreignPosition}
	r.connect()
	r.pass(time.Second)
	told := len(r.published)
	r.pass(50 * time.Second)
	if n := len(r.published) - told; n != 0 {
		t.Errorf("%d pieces of news about an order that does not move", n)
	}
	if long, _ := r.core.Desk(0).Book().Worst(0); long != 3 {
		t.Errorf("it counts %d", long)
	}
}

// TestThrottledAndCut: a closing order that the broker refused for want of tokens, and
// then the link went, goes out when positions have been compared, and not before.
func TestThrottledAndCut(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 0)
	c := r.take("PlaceOrder")
	r.has(c, "Filled", 1, "4750")
	r.answer(c, okBody)
	r.positions = []string{foreignPosition}
	r.pass(time.Second)
	r.want(engine.Intent{Kind: engine.Flatten})
	r.answer(r.take("PlaceOrder"), throttledBody)
	r.step(Input{Kind: LinkDown, Text: "cut"})
	r.pass(time.Minute)
	r.silent = true
	r.step(Input{Kind: LinkUp})
	r.pass(time.Second)
	if n := r.count("PlaceOrder"); n != 2 || r.core.Ready() {
		t.Fatalf("%d orders before anything was compared", n)
	}
	r.silent = false
	r.reply()
	r.pass(time.Second)
	if n := r.count("PlaceOrder"); n != 3 || !r.core.Ready() {
		t.Fatalf("%d orders, ready %v", n, r.core.Ready())
	}
	if c := r.take("PlaceOrder"); c.Args["action"] != "SELL" || c.Args["orderId"] != "tgtest-0-2" {
		t.Errorf("%+v", c)
	}
}
