package broker

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/engine"
)

// position is what the ledger says the first account holds in the first instrument.
func (r *rig) position() engine.Qty { return r.b.accounts[0].holding(0).position }

func TestMarketOrder(t *testing.T) {
	r := newRig(t)
	reply := r.place("b1", "BUY", "MARKET", 3, "")
	id, _ := reply["orderId"].(string)
	if len(id) != 32 || reply["success"] != true {
		t.Fatalf("reply %v", reply)
	}
	for _, by := range []string{id, "b1", "B1"} {
		o := r.call("GetOrder", fmt.Sprintf(`{"account":"SIM101","orderId":%q}`, by))
		if o["orderState"] != "Filled" || o["orderId"] != id || o["account"] != "Sim101" || fmt.Sprint(o["averageFillPrice"]) != "5000.25" {
			t.Errorf("by %s: %v", by, o)
		}
	}
	p := r.call("GetPosition", `{"account":"Sim101","instrument":"ES 12-26"}`)
	if p["marketPosition"] != "Long" || fmt.Sprint(p["quantity"]) != "3" || fmt.Sprint(p["averagePrice"]) != "5000.25" {
		t.Errorf("position %v", p)
	}
	x := r.call("ListExecutions", `{"account":"Sim101"}`)["executions"].([]any)[0].(map[string]any)
	if x["orderId"] != id || x["marketPosition"] != "Long" || line(x["price"], x["quantity"], x["position"]) != "5000.25 3 3" {
		t.Errorf("execution %v", x)
	}
	if _, ok := r.call("GetOrder", `{"account":"Sim102","orderId":"b1"}`)["error"]; !ok {
		t.Error("another account sees the order")
	}
}

// TestPlaceRefusals: each mistake is answered with an error that names it, and
// nothing is placed.
func TestPlaceRefusals(t *testing.T) {
	good := map[string]string{
		"account": `"Sim101"`, "instrument": `"ES 12-26"`, "action": `"BUY"`, "quantity": "1", "orderType": `"LIMIT"`, "timeInForce": `"DAY"`, "limitPrice": "4999.75",
	}
	for _, c := range []struct{ key, value, want string }{
		{"account", `"Nobody"`, "Account 'Nobody' not found"},
		{"account", `null`, "account is required"},
		{"instrument", `"CL 12-26"`, "Instrument 'CL 12-26' not found"},
		{"action", `"HOLD"`, "action 'HOLD'"},
		{"action", `7`, "action '7'"},
		{"quantity", "0", "quantity must be"},
		{"quantity", "-1", "quantity must be"},
		{"quantity", "1.5", "whole number"},
		{"quantity", "1e999999999", "not a number"},
		{"quantity", `"many"`, "not a number"},
		{"orderType", `"MIT"`, "orderType"},
		{"timeInForce", `"IOC"`, "timeInForce"},
		{"limitPrice", "null", "limitPrice is required"},
		{"limitPrice", "4999.8", "not a multiple of the tick size 0.25"},
		{"limitPrice", "1e19", "out of range"},
		{"strategy", `"MyATM"`, "ATM strategy template 'MyATM' not found"},
		{"requireMarketPosition", `"long,short"`, "Market position is flat"},
		{"maxPositions", "0", "Maximum positions"},
		{"orderId", `"` + strings.Repeat("x", 101) + `"`, "100 characters"},
	} {
		r := newRig(t)
		var b strings.Builder
		for _, k := range append(slices.Collect(keys(good)), c.key) {
			v := good[k]
			if k == c.key {
				v = c.value
			}
			fmt.Fprintf(&b, ",%q:%s", k, v)
		}
		got := errorOf(r.call("PlaceOrder", "{"+b.String()[1:]+"}"))
		if !strings.Contains(got, c.want) || len(r.b.orders) != 0 {
			t.Errorf("%s=%s: %q, want %q; %d orders", c.key, c.value, got, c.want, len(r.b.orders))
		}
	}
}

func keys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestGuardsThatPass(t *testing.T) {
	r := bought(newRig(t))
	for own, more := range map[string]string{
		"g1": `,"requireMarketPosition":"flat, Long"`, "g2": `,"maxPositions":0`, "g3": `,"maxPositions":1,"requireMarketPosition":"LONG"`,
	} {
		if got := r.place(own, "BUY", "MARKET", 1, more); got["success"] != true {
			t.Errorf("%s: %v", more, got)
		}
	}
}

func TestLimitChangeCancel(t *testing.T) {
	r := newRig(t)
	r.place("l1", "BUY", "LIMIT", 2, `,"limitPrice":4990.0`)
	if r.state("l1") != "Working" {
		t.Fatalf("state %s", r.state("l1"))
	}
	if got := r.call("Change", `{"account":"Sim101","orderId":"l1","limitPrice":4995.25,"quantity":3}`); got["success"] != true {
		t.Fatalf("change: %v", got)
	}
	o := r.call("GetOrder", `{"account":"Sim101","orderId":"l1"}`)
	if line(o["limitPrice"], o["quantity"]) != "4995.25 3" {
		t.Errorf("changed to %v", o)
	}
	if got := r.call("Cancel", `{"account":"Sim101","orderId":"l1"}`); got["success"] != true || r.state("l1") != "Cancelled" {
		t.Errorf("cancel: %v, %s", got, r.state("l1"))
	}
	for _, api := range []string{"Cancel", "Change", "CancelReplace"} {
		if got := errorOf(r.call(api, `{"account":"Sim101","orderId":"l1"}`)); got != "Order linked to 'l1' not found or already terminal." {
			t.Errorf("%s again: %s", api, got)
		}
	}
}

func TestStopLifeAndOCO(t *testing.T) {
	r := bought(newRig(t))
	r.place("t", "SELL", "LIMIT", 2, `,"limitPrice":5010,"ocoId":"pair"`)
	r.place("s", "SELL", "STOPMARKET", 2, `,"stopPrice":4990,"ocoId":"pair"`)
	if r.state("t") != "Working" || r.state("s") != "Accepted" {
		t.Fatalf("target %s, stop %s", r.state("t"), r.state("s"))
	}
	r.wait(time.Second)
	r.quote(4985, 0)
	if r.state("s") != "Filled" || r.state("t") != "Cancelled" || r.position() != 0 {
		t.Errorf("after the stop: stop %s, target %s, position %d", r.state("s"), r.state("t"), r.position())
	}
	if got := errorOf(r.place("u", "SELL", "LIMIT", 1, `,"limitPrice":5010,"ocoId":"pair"`)); !strings.Contains(got, "OCO group") {
		t.Errorf("a spent OCO id: %q", got)
	}
}

func TestReplace(t *testing.T) {
	r := newRig(t)
	r.place("l1", "BUY", "LIMIT", 1, `,"limitPrice":4990`)
	bad := r.call("CancelReplace", `{"account":"Sim101","orderId":"l1","instrument":"ES 12-26","action":"BUY","quantity":0,"orderType":"MARKET","timeInForce":"DAY"}`)
	if errorOf(bad) == "<nil>" || r.state("l1") != "Working" {
		t.Errorf("a mistake in the new order: %v, old %s", bad, r.state("l1"))
	}
	good := r.call("CancelReplace", `{"account":"Sim101","orderId":"l1","instrument":"ES 12-26","action":"BUY","quantity":2,"orderType":"MARKET","timeInForce":"DAY"}`)
	if r.state("l1") != "Cancelled" || r.position() != 2 || r.state(fmt.Sprint(good["orderId"])) != "Filled" {
		t.Errorf("replace: %v, old %s, position %d", good, r.state("l1"), r.position())
	}
}

// TestBulkCancel: which orders each of the three calls ends.
func TestBulkCancel(t *testing.T) {
	for _, c := range []struct {
		api, args string
		want      int
	}{
		{"CancelOrders", `{"account":"Sim101"}`, 2},
		{"CancelOrders", `{"account":"Sim101","instrument":"NQ 12-26"}`, 1},
		{"CancelAllOrders", `{}`, 3},
		{"CancelAllOrders", `{"account":"sim102"}`, 1},
	} {
		r := newRig(t)
		r.quote(5000, 1)
		for _, where := range []string{`"Sim101","instrument":"ES 12-26"`, `"Sim101","instrument":"NQ 12-26"`, `"Sim102","instrument":"ES 12-26"`} {
			r.call("PlaceOrder", `{"account":`+where+`,"action":"BUY","quantity":1,"orderType":"LIMIT","timeInForce":"GTC","limitPrice":4000}`)
		}
		if got := r.call(c.api, c.args); len(got["orderIds"].([]any)) != c.want || len(r.b.openOrders(nil, nil)) != 3-c.want {
			t.Errorf("%s %s: %v", c.api, c.args, got)
		}
	}
}

func TestClosing(t *testing.T) {
	for _, c := range []struct {
		api, args string
		left      engine.Qty
		resting   int // of the one limit order beside the position
	}{
		{"ClosePosition", `{"account":"Sim101","instrument":"ES 12-26"}`, 0, 0},
		{"ClosePosition", `{"account":"Sim101","instrument":"ES 12-26","quantity":1}`, 2, 1},
		{"ClosePosition", `{"account":"Sim101","instrument":"ES 12-26","quantity":9}`, 0, 0},
		{"ClosePosition", `{"account":"Sim101","instrument":"ES 12-26","percent":0.34}`, 1, 1},
		{"ClosePosition", `{"account":"Sim101","instrument":"ES 12-26","percent":1}`, 0, 0},
		{"Flatten", `{}`, 0, 0},
		{"Flatten", `{"account":"Sim102"}`, 3, 1},
		{"Flatten", `{"instrument":"NQ 12-26"}`, 3, 1},
		{"Flatten", `{"account":"Sim101","marketPosition":"short"}`, 3, 1},
		{"Flatten", `{"account":"Sim101","marketPosition":"long"}`, 0, 0},
		{"FlattenEverything", `{}`, 0, 0},
		{"Reverse", `{"account":"Sim101","instrument":"ES 12-26"}`, -3, 0},
		{"ReversePosition", `{"account":"Sim101","instrument":"ES 12-26","action":"SELL","quantity":2,"orderType":"MARKET","timeInForce":"DAY"}`, -2, 0},
		{"FlatPlace", `{"account":"Sim101","instrument":"ES 12-26","action":"BUY","quantity":1,"orderType":"MARKET","timeInForce":"DAY"}`, 1, 0},
		{"FlatPlace", `{"account":"Sim101","instrument":"ES 12-26","action":"BUY","quantity":1,"orderType":"LIMIT","timeInForce":"DAY"}`, 3, 1},
	} {
		r := newRig(t)
		r.place("b", "BUY", "MARKET", 3, "")
		r.place("l", "BUY", "LIMIT", 1, `,"limitPrice":4000`)
		r.wait(time.Second)
		r.quote(5001, 0)
		got := r.call(c.api, c.args)
		r.wait(time.Second)
		r.quote(5002, 0)
		if r.position() != c.left || len(r.b.openOrders(nil, nil)) != c.resting {
			t.Errorf("%s %s: position %d, %d resting; reply %v", c.api, c.args, r.position(), len(r.b.openOrders(nil, nil)), got)
		}
	}
}

func TestClosingWhenFlat(t *testing.T) {
	r := newRig(t)
	where := `{"account":"Sim101","instrument":"ES 12-26"}`
	if got := errorOf(r.call("ClosePosition", where)); got != "No positions found for instrument 'ES 12-26'" {
		t.Errorf("close: %s", got)
	}
	for _, api := range []string{"Reverse", "ReversePosition", "GetPosition"} {
		if got := errorOf(r.call(api, where)); got != "No position found for instrument 'ES 12-26' in account 'sim101'" {
			t.Errorf("%s: %s", api, got)
		}
	}
	if got := r.call("FlattenEverything", `{}`); got["success"] != true || got["warning"] == nil {
		t.Errorf("flatten: %v", got)
	}
}

func TestBracket(t *testing.T) {
	r := bought(newRig(t))
	r.place("old", "SELL", "STOPMARKET", 2, `,"stopPrice":4980`)
	got := r.call("CancelAndBracket", `{"account":"Sim101","instrument":"ES 12-26","action":"BUY","quantity":9,"takeProfit":5010,"stopLoss":4990}`)
	open := r.b.openOrders(nil, nil)
	if got["success"] != true || r.state("old") != "Cancelled" || len(open) != 2 || open[0].terms.Qty != 2 || open[0].terms.Side != engine.Sell {
		t.Fatalf("bracket: %v, %+v", got, open)
	}
	r.wait(time.Second)
	r.quote(5011, 0)
	if r.position() != 0 || len(r.b.openOrders(nil, nil)) != 0 {
		t.Errorf("after the target: position %d, %d open", r.position(), len(r.b.openOrders(nil, nil)))
	}
}

func TestReadsOfWhatIsNot(t *testing.T) {
	r := newRig(t)
	for api, text := range map[string]string{
		"GetOrder": `{"account":"Sim101","orderId":"x"}`, "GetOrderStatus": `{"account":"Sim101"}`, "GetOrderLifecycle": `{"orderId":"x"}`,
		"GetExecution": `{"executionId":"x"}`, "GetExecutionsByOrderId": `{"account":"Sim101","orderId":"x"}`, "ListOrders": `{}`,
		"ListPositions": `{"account":"x"}`, "GetAccount": `{}`, "GetWatermarks": `{}`, "GetStrategy": `{}`, "CloseStrategy": `{"strategyId":"1"}`,
		"ListStrategies": `{}`, "ListExecutions": `{"account":"Sim101","lookbackTime":0}`, "GetQuote": `{"instrument":"CL"}`,
		"GetBars": `{"instrument":"ES","period":0}`, "MarketInfo": `{"instrument":"CL"}`, "Flatten": `{"marketPosition":"sideways"}`, "Dance": `{}`,
	} {
		if got := r.call(api, text); got["error"] == nil {
			t.Errorf("%s %s: %v", api, text, got)
		}
	}
}

// TestEveryFunctionAnswers: no function panics or keeps silent with no arguments.
func TestEveryFunctionAnswers(t *testing.T) {
	for _, api := range APIs() {
		if got := newRig(t).raw(api, `{}`); got == "" {
			t.Errorf("%s: no reply", api)
		}
	}
}

func TestMarketReads(t *testing.T) {
	r := newRig(t)
	r.quote(4999, 1)
	q := r.call("GetQuote", `{"instrument":"ES"}`)
	if line(q["tickSize"], q["pointValue"], q["bid"], q["ask"], q["last"]) != "0.25 50.0 5000.0 5000.25 5000.0" {
		t.Errorf("quote %v", q)
	}
	if got := r.raw("GetQuote", `{"instrument":"ES,NQ"}`); got[0] != '[' {
		t.Errorf("two quotes: %s", got)
	}
	if got := r.call("GetQuote", `{"instrument":"ES","account":"Sim101"}`); got["success"] != true || got["epoch"] != nil {
		t.Errorf("legacy: %v", got)
	}
	for range 4 {
		r.wait(30 * time.Second)
		r.quote(5002, 0)
	}
	bars := r.call("GetBars", `{"instrument":"ES 12-26"}`)
	if fmt.Sprint(bars["count"]) != "2" || fmt.Sprint(bars["bars"].([]any)[1].(map[string]any)["close"]) != "5002.0" {
		t.Errorf("bars %v", bars)
	}
	if got := r.call("GetBars", `{"instrument":"ES 12-26","period":5,"limit":1}`); fmt.Sprint(got["count"]) != "1" {
		t.Errorf("five minutes: %v", got)
	}
}

// TestLookback: an execution is listed while it is at most so old.
func TestLookback(t *testing.T) {
	r := bought(newRig(t))
	count := func(more string) int {
		return len(r.call("ListExecutions", `{"account":"Sim101"`+more+`}`)["executions"].([]any))
	}
	r.wait(320 * time.Second)
	if count("") != 1 {
		t.Error("320 s old: not listed")
	}
	r.wait(1)
	if count("") != 0 || count(`,"lookbackTime":9000`) != 1 {
		t.Error("a nanosecond older: the default must not list it and 900 must")
	}
	r.wait(580 * time.Second)
	if count(`,"lookbackTime":9000`) != 0 {
		t.Error("the most is 900 s")
	}
}

func TestLifecycle(t *testing.T) {
	r := bought(newRig(t))
	l := r.call("GetOrderLifecycle", `{"account":"Sim101","orderId":"b1"}`)
	var states []string
	for _, e := range l["events"].([]any) {
		states = append(states, fmt.Sprint(e.(map[string]any)["orderState"]))
	}
	if strings.Join(states, " ") != "Submitted Accepted Working Filled" || len(l["fills"].([]any)) != 1 || l["clientOrderId"] != "b1" {
		t.Errorf("lifecycle %v", l)
	}
}
