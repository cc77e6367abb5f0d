package gateway

import (
	"testing"
	"time"

	"tollgate/engine"
)

// TestLostReply: the answer to an order is lost. It is Unknown, looked up by our own
// id, and never sent again, whatever the look-up says.
func TestLostReply(t *testing.T) {
	for _, x := range []struct {
		name   string
		answer string // the state at the broker; empty = it has no such order
		filled int
		want   engine.OrderState
	}{
		{"it is there", "Working", 0, engine.Working},
		{"it filled", "Filled", 2, engine.Done},
		{"it filled in part", "PartFilled", 1, engine.PartFilled},
		{"it was rejected", "Rejected", 0, engine.Refused},
		{"it never got there", "", 0, engine.Refused},
		{"nobody knows", "Unknown", 0, engine.Unknown},
		{"NinjaTrader has it", "Submitted", 0, engine.Working},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := newRig(t)
			r.connect()
			r.buy(1, 2, 18_900)
			c := r.take("PlaceOrder")
			if c.Args["orderId"] != "tgtest-0-1" || !c.order {
				t.Fatalf("%+v", c)
			}
			if x.answer != "" {
				r.has(c, x.answer, x.filled, "4725")
			}
			r.pass(10*time.Second - 1)
			if s := r.state(1); s != engine.InFlight {
				t.Fatalf("before the time is over it is %v", s)
			}
			r.silent = true
			r.pass(1)
			if s := r.state(1); s != engine.Unknown {
				t.Fatalf("after the time is over it is %v", s)
			}
			if long, _ := r.core.Desk(0).Book().Worst(0); long != 2 {
				t.Error("an unknown order does not count at full size")
			}
			r.silent = false
			r.reply()
			r.pass(40 * time.Second)
			if s := r.state(1); s != x.want {
				t.Errorf("it is %v, want %v", s, x.want)
			}
			if n := r.count("PlaceOrder"); n != 1 {
				t.Errorf("it was sent %d times", n)
			}
			if r.count("GetOrder") == 0 {
				t.Error("it was not looked up by its id")
			}
			for _, c := range r.all {
				if c.API == "GetOrder" && c.Args["orderId"] != "tgtest-0-1" {
					t.Errorf("%+v", c)
				}
			}
		})
	}
}

// TestOneLookUpProvesNothing: an order that is not found may still be on its way.
func TestOneLookUpProvesNothing(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 18_900)
	c := r.take("PlaceOrder")
	r.pass(11 * time.Second)
	if r.count("GetOrder") == 0 || r.state(1) != engine.Unknown {
		t.Fatalf("%d look-ups, %v", r.count("GetOrder"), r.state(1))
	}
	r.has(c, "Working", 0, "0") // it arrives late
	r.pass(20 * time.Second)
	if s := r.state(1); s != engine.Working {
		t.Errorf("%v", s)
	}
}

// TestOneLateLookUpProvesNothing either: the link was down for long, and the order may
// have been held up where nobody sees it.
func TestOneLateLookUpProvesNothing(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 18_900)
	c := r.take("PlaceOrder")
	r.silent = true
	r.step(Input{Kind: LinkDown, Text: "cut"})
	r.wait = nil
	r.pass(time.Minute)
	r.step(Input{Kind: LinkUp})
	r.answer(r.take("GetAccountSummary"), r.summary)
	r.answer(r.take("GetAllOrders"), `{"orders":[]}`)
	r.answer(r.take("GetOrder"), `{"error":"Order linked to 'x' not found or already terminal."}`)
	if s := r.state(1); s != engine.Unknown {
		t.Fatalf("after one look-up it is %v", s)
	}
	r.has(c, "Working", 0, "0")
	r.silent = false
	r.reply()
	r.pass(20 * time.Second)
	if s := r.state(1); s != engine.Working || !r.core.Ready() || r.count("PlaceOrder") != 1 {
		t.Errorf("%v, ready %v", s, r.core.Ready())
	}
}

// TestLateReply: an answer that comes after its call was given up changes nothing.
func TestLateReply(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 18_900)
	c := r.take("PlaceOrder")
	r.silent = true
	r.pass(10 * time.Second)
	before := r.core.Stats().Unknown
	r.answer(c, okBody)
	if r.state(1) != engine.Unknown || r.core.Stats().Unknown != before+1 {
		t.Errorf("%v, %+v", r.state(1), r.core.Stats())
	}
}

func TestDuplicateIDIsAnAnswer(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 18_900)
	c := r.take("PlaceOrder")
	r.has(c, "Working", 0, "0")
	r.answer(c, `{"error":"Order id 'tgtest-0-1' already exists"}`)
	r.pass(time.Second)
	if s := r.state(1); s != engine.Working || r.count("PlaceOrder") != 1 {
		t.Errorf("%v after %d", s, r.count("PlaceOrder"))
	}
}

// TestThrottledEntry: what opens a position is turned down and not sent again.
func TestThrottledEntry(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 18_900)
	r.answer(r.take("PlaceOrder"), throttledBody)
	if s := r.state(1); s != engine.Refused || !r.alarmed("another program") {
		t.Errorf("%v, alarms %v", s, r.outs)
	}
	r.pass(time.Minute)
	if n := r.count("PlaceOrder"); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
}

// TestThrottledCancel and TestThrottledProtection: what makes an account safer is
// sent again, after a pause and under the same id.
func TestThrottledCancel(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 18_900)
	r.placed()
	r.want(engine.Intent{Kind: engine.Withdraw, Ref: 1})
	r.answer(r.take("Cancel"), throttledBody)
	r.pass(time.Second - 1)
	if n := r.count("Cancel"); n != 1 {
		t.Fatalf("sent %d times before the pause was over", n)
	}
	r.pass(2 * time.Second)
	if n := r.count("Cancel"); n != 2 || r.state(1) != engine.CancelPending {
		t.Errorf("sent %d times, %v", n, r.state(1))
	}
}

func TestThrottledProtection(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.want(engine.Intent{Kind: engine.Submit, Ref: 1, StopLoss: 18_900, Terms: engine.Terms{Side: engine.Buy, Qty: 2}})
	c := r.take("PlaceOrder")
	r.has(c, "Filled", 2, "4750.25")
	r.answer(c, okBody)
	r.pass(time.Second)
	stop := r.take("PlaceOrder")
	if stop.Args["orderType"] != "STOPMARKET" || stop.Args["action"] != "SELL" {
		t.Fatalf("%+v", stop)
	}
	r.answer(stop, throttledBody)
	if s := r.state(2); s.Terminal() {
		t.Fatalf("the protection was given up: %v", s)
	}
	r.pass(3 * time.Second)
	again := r.take("PlaceOrder")
	if again.Args["orderId"] != stop.Args["orderId"] || again.ID == stop.ID {
		t.Errorf("%+v after %+v", again, stop)
	}
}

// TestRefusalsInARow: the eighth makes the link anew, so that the broker never gets
// to close it; a success begins the count again.
func TestRefusalsInARow(t *testing.T) {
	reconnects := func(r *rig) int {
		n := 0
		for _, o := range r.outs {
			if o.Kind == Reconnect {
				n++
			}
		}
		return n
	}
	refuse := func(r *rig, n int) (told int) {
		for range n {
			for i := 0; len(r.wait) == 0; i++ {
				if i > 1000 {
					r.t.Fatal("nothing is asked any more")
				}
				r.pass(time.Second)
			}
			r.answer(r.wait[0], throttledBody)
			told += reconnects(r)
		}
		return told
	}
	r := newRig(t)
	r.connect()
	r.silent = true
	if n := refuse(r, 7); n != 0 {
		t.Fatalf("%d reconnects after 7 refusals", n)
	}
	if n := refuse(r, 1); n != 1 {
		t.Fatalf("%d reconnects after 8 refusals", n)
	}

	r = newRig(t)
	r.connect()
	r.silent = true
	told := refuse(r, 7)
	for len(r.wait) == 0 {
		r.pass(time.Second)
	}
	r.silent = false
	r.reply()
	r.silent = true
	if told += refuse(r, 7); told != 0 {
		t.Errorf("%d reconnects though one call in between went well", told)
	}
}

// TestAddonOff is never an outcome of an order.
func TestAddonOff(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 18_900)
	c := r.take("PlaceOrder")
	r.silent = true
	r.answer(c, addonBody)
	if s := r.state(1); s != engine.Unknown {
		t.Errorf("the order is %v", s)
	}
	if r.core.Ready() || !r.alarmed("the add-on is not connected") || r.core.View(r.now).Addon {
		t.Errorf("trading goes on: %+v", r.outs)
	}
	r.buy(2, 1, 18_900)
	if n := r.count("PlaceOrder"); n != 1 {
		t.Errorf("an entry passed: %d orders were sent", n)
	}
	asked := len(r.all)
	r.pass(time.Minute)
	for len(r.wait) > 0 {
		r.answer(r.wait[0], addonBody)
	}
	if n := len(r.all) - asked; n == 0 || n > 15 {
		t.Errorf("%d questions in a minute is not gentle", n)
	}
	r.has(c, "Working", 0, "0")
	r.silent = false
	r.pass(30 * time.Second)
	if !r.core.Ready() || r.state(1) != engine.Working || r.count("PlaceOrder") != 1 {
		t.Errorf("ready %v, the order is %v, sent %d times", r.core.Ready(), r.state(1), r.count("PlaceOrder"))
	}
}

const foreignPosition = `{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":1,"averagePrice":4750.0}`

// TestUnexplainedPosition: nobody knows where it comes from, so nothing opens another
// until a person says go on.
func TestUnexplainedPosition(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.positions = []string{foreignPosition}
	r.pass(59 * time.Second) // audits come every minute
	if r.mode() != engine.Active {
		t.Fatal("no audit was due yet")
	}
	r.pass(5 * time.Second)
	if r.mode() != engine.ReduceOnly || r.core.Desk(0).Book().Held(0) != 1 || r.core.Stats().Differences != 1 {
		t.Fatalf("%v, we believe %d", r.mode(), r.core.Desk(0).Book().Held(0))
	}
	r.buy(1, 1, 18_900)
	if r.count("PlaceOrder") != 0 {
		t.Error("an entry passed")
	}
	r.step(Input{Kind: Operator, Account: All, Verb: Resume, Text: "it is mine"})
	if r.mode() != engine.Active {
		t.Error("a person's word was not enough")
	}
	r.buy(2, 1, 18_900)
	if r.count("PlaceOrder") != 1 {
		t.Error("an entry did not pass")
	}
	r.placed()
	r.pass(3 * time.Minute)
	if r.mode() != engine.Active || r.core.Stats().Differences != 1 {
		t.Error("what a person accepted was found again")
	}
}

// TestPassingDifference: a difference that is gone at the second look is none.
func TestPassingDifference(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.silent = true
	r.pass(61 * time.Second)
	r.answer(r.take("GetAllOrders"), `{"orders":[],"success":true}`)
	r.answer(r.take("GetAllPositions"), `{"positions":[`+foreignPosition+`],"success":true}`)
	r.silent = false
	r.pass(10 * time.Second)
	if r.mode() != engine.Active || r.core.Stats().Differences != 0 {
		t.Errorf("%v, %+v", r.mode(), r.core.Stats())
	}
}

// TestStrangePosition: one in an instrument that nobody configured stops entries, too.
func TestStrangePosition(t *testing.T) {
	r := newRig(t)
	r.positions = []string{`{"account":"sim101","instrument":"CL 03-24","marketPosition":"Short","quantity":2,"averagePrice":70.5}`}
	r.connect()
	if r.mode() != engine.ReduceOnly {
		t.Errorf("%v", r.mode())
	}
}

// TestUnreadablePositions: an answer that makes no sense is not an empty one.
func TestUnreadablePositions(t *testing.T) {
	r := newRig(t)
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Sideways","quantity":1}`}
	r.step(Input{Kind: LinkUp})
	r.pass(time.Minute)
	if r.core.Ready() {
		t.Error("it trades on an answer it could not read")
	}
}

const foreignOrder = `{"account":"Sim101","orderId":"77","instrument":"ES 03-24","orderType":"Limit","orderState":"Working","quantity":2,"filled":0,"averageFillPrice":0,"orderAction":"Buy","limitPrice":4700,"timeInForce":"Gtc"}`

// TestForeignOrder: counted by the gate, and never touched but by a kill.
func TestForeignOrder(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.listed = []string{foreignOrder}
	r.pass(65 * time.Second)
	if w, _ := r.core.Desk(0).Book().Worst(0); w != 2 {
		t.Fatalf("the gate counts %d", w)
	}
	r.want(engine.Intent{Kind: engine.CancelAll})
	r.want(engine.Intent{Kind: engine.Flatten})
	for _, v := range []Verb{CallOff, Flatten, StopNew} {
		r.step(Input{Kind: Operator, Account: All, Verb: v, Text: "test"})
	}
	r.pass(time.Second)
	if n := r.count("Cancel") + r.count("CancelOrders"); n != 0 {
		t.Fatalf("it was touched: %d cancels", n)
	}
	r.step(Input{Kind: Operator, Account: All, Verb: Kill, Text: "test"})
	r.pass(time.Second)
	if n := r.count("Cancel") + r.count("CancelOrders"); n == 0 {
		t.Error("a kill leaves it")
	}
}

// TestForeignFill: what a foreign order fills is counted, and is no difference.
func TestForeignFill(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.listed = []string{foreignOrder}
	r.pass(65 * time.Second)
	r.listed = []string{`{"account":"Sim101","orderId":"77","instrument":"ES 03-24","orderType":"Limit","orderState":"Filled","quantity":2,"filled":2,"averageFillPrice":4700,"orderAction":"Buy","limitPrice":4700}`}
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4700.0}`}
	r.pass(65 * time.Second)
	if r.core.Desk(0).Book().Held(0) != 2 || r.core.Stats().Differences != 0 || r.mode() != engine.Active {
		t.Errorf("held %d, %v, %+v", r.core.Desk(0).Book().Held(0), r.mode(), r.core.Stats())
	}
}

// TestKill: everything is cancelled and closed, and stays so over a restart, until a
// person says resume.
func TestKill(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 0)
	c := r.take("PlaceOrder")
	r.has(c, "Filled", 2, "4750.25")
	r.answer(c, okBody)
	r.pass(time.Second)
	r.buy(2, 1, 18_900)
	rest := r.placed()
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4750.25}`}
	r.step(Input{Kind: Operator, Account: All, Verb: Kill, Text: "enough"})
	r.pass(time.Second)
	r.has(rest, "Cancelled", 0, "0")
	for _, api := range []string{"CancelOrders", "Cancel"} {
		for _, w := range append([]call(nil), r.wait...) {
			if w.API == api {
				r.answer(w, okBody)
			}
		}
	}
	r.pass(5 * time.Second)
	out := r.take("PlaceOrder")
	if out.Args["action"] != "SELL" || out.Args["quantity"] != 2.0 || out.Args["orderType"] != "MARKET" {
		t.Fatalf("it closes with %+v", out)
	}
	r.has(out, "Filled", 2, "4749")
	r.answer(out, okBody)
	r.positions = nil
	r.pass(5 * time.Second)
	if r.core.Desk(0).Book().Held(0) != 0 || len(r.core.accounts[0].open) != 0 {
		t.Fatalf("not flat: %d, %d orders", r.core.Desk(0).Book().Held(0), len(r.core.accounts[0].open))
	}

	sent := r.count("PlaceOrder")
	r.begin(r.core.State())
	r.connect()
	if r.mode() != engine.Killed {
		t.Fatalf("after a restart it is %v", r.mode())
	}
	r.buy(3, 1, 18_900)
	r.step(Input{Kind: Operator, Account: All, Verb: StopNew, Text: "no"})
	r.pass(time.Minute)
	if r.mode() != engine.Killed || r.count("PlaceOrder") != sent {
		t.Fatalf("%v, %d orders more", r.mode(), r.count("PlaceOrder")-sent)
	}
	r.step(Input{Kind: Operator, Account: All, Verb: Resume, Text: "again"})
	r.buy(4, 1, 18_900)
	if r.mode() != engine.Active || r.count("PlaceOrder") != sent+1 {
		t.Errorf("%v, %d orders more", r.mode(), r.count("PlaceOrder")-sent)
	}
}

// TestKillWithoutALink acts when the link is back.
func TestKillWithoutALink(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.buy(1, 1, 18_900)
	r.placed()
	r.step(Input{Kind: LinkDown, Text: "cut"})
	r.step(Input{Kind: Operator, Account: All, Verb: Kill, Text: "enough"})
	r.pass(time.Minute)
	if n := r.count("Cancel") + r.count("CancelOrders"); n != 0 {
		t.Fatalf("%d cancels into nothing", n)
	}
	r.connect()
	r.pass(time.Second)
	if n := r.count("Cancel") + r.count("CancelOrders"); n == 0 {
		t.Error("nothing is cancelled when the link is back")
	}
}

// TestReconcileInFiveCalls: an account with ten instruments and as many positions.
func TestReconcileInFiveCalls(t *testing.T) {
	r := bigRig(t, 10)
	for id := range engine.InstrumentID(10) {
		r.positions = append(r.positions, `{"account":"Sim101","instrument":"`+r.u.Get(id).Key+`","marketPosition":"Long","quantity":1,"averagePrice":100}`)
		r.listed = append(r.listed, `{"account":"Sim101","orderId":"f`+r.u.Get(id).Root+`","instrument":"`+r.u.Get(id).Key+`","orderType":"Limit","orderState":"Working","quantity":2,"filled":0,"orderAction":"Buy","limitPrice":90}`)
	}
	r.connect()
	n := 0
	for _, c := range r.all {
		if c.Action == "rpc" {
			n++
		}
	}
	if n > 5 {
		t.Errorf("%d calls", n)
	}
	for id := range engine.InstrumentID(10) {
		if r.core.Desk(0).Book().Held(id) != 1 {
			t.Errorf("%d of %s", r.core.Desk(0).Book().Held(id), r.u.Get(id).Key)
		}
	}
}

// TestSubscriptions: in batches, and never more than the broker allows.
func TestSubscriptions(t *testing.T) {
	for _, x := range []struct{ instruments, frames int }{{1, 1}, {20, 1}, {21, 2}, {45, 3}} {
		r := bigRig(t, x.instruments)
		r.step(Input{Kind: LinkUp})
		frames, names := 0, 0
		for _, c := range r.all {
			if c.Action == "subscribe" {
				frames, names = frames+1, names+len(c.Names)
				if len(c.Names) > 20 {
					t.Errorf("%d names in one frame", len(c.Names))
				}
			}
		}
		if frames != x.frames || names != x.instruments {
			t.Errorf("%d instruments: %d names in %d frames, want %d", x.instruments, names, frames, x.frames)
		}
	}
	r := bigRig(t, 45)
	managed := func() (n int) {
		for _, c := range r.all {
			if c.Action != "rpc" {
				n++
			}
		}
		return n
	}
	for range 10 {
		r.step(Input{Kind: LinkUp})
		r.pass(time.Second)
		r.step(Input{Kind: LinkDown, Text: "cut"})
	}
	if n := managed(); n != maxManaged {
		t.Errorf("%d in less than a minute", n)
	}
	r.step(Input{Kind: LinkUp})
	r.pass(3 * time.Minute)
	if n := managed(); n < maxManaged+3 {
		t.Errorf("what was not subscribed to is not made up for: %d", n)
	}
}

// TestPartialQuotes: what a quote leaves out is as it was.
func TestPartialQuotes(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.frame(`{"type":"marketData","quotes":[{"instrument":"ES 03-24","bid":4749}]}`)
	for _, o := range r.outs {
		if o.Kind != Publish {
			continue
		}
		e, err := engine.ParseEvent(o.Data)
		if err != nil {
			t.Fatal(err)
		}
		if q, ok := e.(*engine.Quote); ok {
			if q.Bid != 18_996 || q.Ask != 19_001 || q.Last != 19_000 {
				t.Errorf("%+v", q)
			}
			return
		}
	}
	t.Error("no quote was published")
}

// TestNoise: only news of orders is worth a token.
func TestNoise(t *testing.T) {
	for kind, worth := range map[string]bool{
		"orderUpdate": true, "executionUpdate": true, "positionUpdate": true, "ORDERUPDATE": true,
		"pong": false, "ack": false, "subscribed": false, "": false,
	} {
		r := newRig(t)
		r.connect()
		r.buy(1, 1, 18_900)
		r.placed()
		r.pass(10 * time.Second)
		asked := len(r.all)
		r.frame(`{"type":"` + kind + `"}`)
		if got := len(r.all) > asked; got != worth {
			t.Errorf("%q: asked %v, want %v", kind, got, worth)
		}
	}
}

// TestWorkerLost: what is configured happens, and nothing else.
func TestWorkerLost(t *testing.T) {
	for _, x := range []struct {
		verb    Verb
		mode    engine.Mode
		cancels bool
	}{{NoVerb, engine.Active, false}, {StopNew, engine.ReduceOnly, false}, {CallOff, engine.ReduceOnly, true}, {Flatten, engine.ReduceOnly, true}, {Kill, engine.Killed, true}} {
		t.Run(x.verb.String(), func(t *testing.T) {
			r := newRig(t)
			r.connect()
			r.buy(1, 1, 18_900)
			r.placed()
			r.core.cfg.OnLost = x.verb
			in := Input{At: r.now, Kind: WorkerLost, Account: 0, Text: "no heartbeat"}
			cancels := false
			for _, o := range r.core.Step(&in) {
				cancels = cancels || o.Kind == Order
			}
			if r.mode() != x.mode || cancels != x.cancels {
				t.Errorf("%v, cancels %v", r.mode(), cancels)
			}
		})
	}
}

// TestBadInputs change nothing and break nothing.
func TestBadInputs(t *testing.T) {
	r := newRig(t)
	r.connect()
	hash := r.core.Hash()
	for _, in := range []Input{
		{Kind: FromWorker, Account: 7},
		{Kind: FromWorker, Account: -5},
		{Kind: FromWorker, Account: 0, Data: []byte("x")},
		{Kind: FromWorker, Account: 0, Data: engine.AppendEvent(nil, &engine.LinkChange{})},
		{Kind: WorkerLost, Account: 7},
		{Kind: WorkerLost, Account: All},
		{Kind: Frame, Data: []byte("{")},
		{Kind: Frame},
		{Kind: Operator, Account: 9, Verb: Kill},
	} {
		in.At = r.now
		r.core.Step(&in)
	}
	if r.core.Hash() != hash || r.mode() != engine.Active {
		t.Error("something was decided")
	}
	if r.core.Stats().BadFrames != 2 {
		t.Errorf("%d bad frames", r.core.Stats().BadFrames)
	}
}
