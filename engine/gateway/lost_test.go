package gateway

import (
	"strings"
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

// TestForgottenIDs: an add-on that was restarted does not know our ids any more; the
// list of all orders does.
func TestForgottenIDs(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 18_900)
	own := r.placed().Args["orderId"].(string)
	r.listed = []string{r.orders[own]}
	delete(r.orders, own)
	r.pass(10 * time.Minute)
	if long, _ := r.core.Desk(0).Book().Worst(0); r.state(1) != engine.Working || long != 1 {
		t.Fatalf("the order works at the broker, and is believed %v; counted are %d", r.state(1), long)
	}
	r.listed = nil
	r.pass(time.Minute)
	if s := r.state(1); s != engine.Dead {
		t.Errorf("neither the list nor a look-up knows it, and it is %v", s)
	}
}

// TestAccountLosesItsConnection: the lists of an account without a connection are
// empty, and nothing in them has ended.
func TestAccountLosesItsConnection(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 18_900)
	own := r.placed().Args["orderId"].(string)
	r.buy(2, 1, 0)
	c := r.take("PlaceOrder")
	r.has(c, "Filled", 1, "4750")
	r.answer(c, okBody)
	r.positions = []string{foreignPosition}
	r.pass(time.Second)
	order, summary := r.orders[own], r.summary
	r.orders, r.positions, r.summary = map[string]string{}, nil, strings.Replace(summary, "Connected", "ConnectionLost", 1)
	r.pass(10 * time.Minute)
	why := "account Sim101 is not connected in NinjaTrader, which says ConnectionLost"
	if b := r.core.Desk(0).Book(); r.state(1) != engine.Working || b.Held(0) != 1 || b.Linked() || b.Offline() != why {
		t.Fatalf("the order is %v, %d are held, linked %v: %s", r.state(1), b.Held(0), b.Linked(), b.Offline())
	}
	r.orders[own], r.positions, r.summary = order, []string{foreignPosition}, summary
	r.pass(time.Minute)
	if b := r.core.Desk(0).Book(); !b.Linked() || b.Held(0) != 1 || r.mode() != engine.Active || r.state(1) != engine.Working {
		t.Errorf("connected again: linked %v, %d are held, %v", b.Linked(), b.Held(0), r.mode())
	}
}

// TestEndedAndAlive: an order that was held for over and works at the broker counts
// again, and a kill ends it. What it had filled counts once.
func TestEndedAndAlive(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 3, 18_900)
	c := r.placed()
	r.has(c, "PartFilled", 1, "4725")
	r.positions = []string{foreignPosition}
	r.pass(20 * time.Second)
	own := c.Args["orderId"].(string)
	order := r.orders[own]
	delete(r.orders, own)
	r.pass(2 * time.Minute)
	if s := r.state(1); s != engine.Dead {
		t.Fatalf("it is %v", s)
	}
	r.listed = []string{order}
	r.orders["ab"+own] = order
	r.pass(2 * time.Minute)
	if long, _ := r.core.Desk(0).Book().Worst(0); long != 3 || r.core.Desk(0).Book().Held(0) != 1 || r.mode() != engine.Active {
		t.Fatalf("it counts %d, %d are held, %v", long, r.core.Desk(0).Book().Held(0), r.mode())
	}
	r.step(Input{Kind: Operator, Account: All, Verb: Kill, Text: "enough"})
	r.pass(time.Second)
	if c := r.take("Cancel"); c.Args["orderId"] != "ab"+own {
		t.Errorf("%+v", c)
	}
}

// TestBegunIsThere: the answer to an order is lost, and NinjaTrader has it but its broker
// has not taken it yet. That it exists is known, so a kill can go on.
func TestBegunIsThere(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 18_900)
	c := r.take("PlaceOrder")
	r.has(c, "Submitted", 0, "0")
	r.step(Input{Kind: LinkDown, Text: "cut"})
	r.wait = nil
	r.step(Input{Kind: LinkUp})
	r.pass(5 * time.Second)
	if !r.core.Ready() || r.state(1) != engine.Working {
		t.Fatalf("ready %v, the order is %v", r.core.Ready(), r.state(1))
	}
	r.has(c, "Rejected", 0, "0")
	r.pass(20 * time.Second)
	if s := r.state(1); s != engine.Refused {
		t.Errorf("it is %v", s)
	}
}

// TestWhatNobodyTells: while the broker says nothing that can be used about an order, it
// is asked gently, and people hear what is in the way.
func TestWhatNobodyTells(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 18_900)
	c := r.take("PlaceOrder")
	r.has(c, "Unknown", 0, "0")
	r.step(Input{Kind: LinkDown, Text: "cut"})
	r.wait = nil
	r.step(Input{Kind: LinkUp})
	asked := r.count("GetAllOrders")
	r.pass(time.Minute)
	if n := r.count("GetAllOrders") - asked; n > 14 {
		t.Errorf("%d questions in a minute", n)
	}
	r.pass(10 * time.Second)
	if v := r.core.View(r.now); v.Link != "syncing" || !strings.Contains(v.LinkReason, "tgtest-0-1 of Sim101") {
		t.Errorf("%s: %s", v.Link, v.LinkReason)
	}
	r.has(c, "Working", 0, "0")
	r.pass(10 * time.Second)
	if !r.core.Ready() || r.state(1) != engine.Working {
		t.Errorf("ready %v, the order is %v", r.core.Ready(), r.state(1))
	}
}

// TestNoAnswerOnTheWay: that somebody on the way had no answer in time does not mean
// that an order was not placed.
func TestNoAnswerOnTheWay(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 18_900)
	c := r.take("PlaceOrder")
	r.has(c, "Working", 0, "0")
	r.silent = true
	r.answer(c, `{"error":"Timeout waiting for add-on response"}`)
	if s := r.state(1); s != engine.Unknown {
		t.Fatalf("it is %v", s)
	}
	r.silent = false
	r.reply()
	r.pass(time.Second)
	if s := r.state(1); s != engine.Working || !r.core.Ready() {
		t.Errorf("it is %v", s)
	}
}

// TestOurOwnIDToldBack: a broker that lists orders under the ids we gave them lists ours,
// not somebody else's, also those that have ended, and after a restart.
func TestOurOwnIDToldBack(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 0)
	c := r.take("PlaceOrder")
	own := c.Args["orderId"].(string)
	r.orders[own] = r.shown(c, own, "Working", 0, "0")
	r.answer(c, `{"orderId":"`+own+`","success":true}`)
	r.pass(time.Second)
	r.orders[own] = r.shown(c, own, "Filled", 1, "4750")
	r.positions = []string{foreignPosition}
	for range 2 {
		r.pass(3 * time.Minute)
		if held := r.core.Desk(0).Book().Held(0); held != 1 || r.mode() != engine.Active || r.core.Stats().Differences != 0 {
			t.Fatalf("%d are held, %v, %d differences", held, r.mode(), r.core.Stats().Differences)
		}
		r.begin(r.core.State())
		r.connect()
	}
}

// TestALookUpTakesItsTime: an order that was not found is not looked up again and again
// while others need the tokens.
func TestALookUpTakesItsTime(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 18_900)
	r.take("PlaceOrder")
	r.step(Input{Kind: LinkDown, Text: "cut"})
	r.wait = nil
	asked := len(r.all)
	r.step(Input{Kind: LinkUp})
	r.pass(20 * time.Second)
	if n := len(r.all) - asked; n > 16 || !r.core.Ready() || r.state(1) != engine.Refused {
		t.Errorf("%d calls, ready %v, the order is %v", n, r.core.Ready(), r.state(1))
	}
}

// TestRestartWithAStopThatWaits: a stop that waited for a token when the program ended is
// placed when the link is up again. It is not written to a link that is not there, to be
// taken for lost.
func TestRestartWithAStopThatWaits(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.want(engine.Intent{Kind: engine.Submit, Ref: 1, StopLoss: 18_900, Terms: engine.Terms{Side: engine.Buy, Qty: 1}})
	c := r.take("PlaceOrder")
	r.has(c, "Filled", 1, "4750.25")
	r.answer(c, okBody)
	r.positions = []string{strings.Replace(foreignPosition, "4750.0", "4750.25", 1)}
	r.pass(time.Second)
	r.answer(r.take("PlaceOrder"), throttledBody)
	sent := r.count("PlaceOrder")
	state := r.core.State()
	r.now += engine.Time(time.Minute)
	r.begin(state)
	if n := r.count("PlaceOrder") - sent; n != 0 {
		t.Errorf("%d orders were written without a link", n)
	}
	r.step(Input{Kind: LinkUp})
	r.pass(time.Second)
	if stop := r.take("PlaceOrder"); stop.Args["orderType"] != "STOPMARKET" || r.count("PlaceOrder")-sent != 1 {
		t.Errorf("%+v, %d orders", stop, r.count("PlaceOrder")-sent)
	}
}
