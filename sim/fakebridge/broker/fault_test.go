package broker

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFaultsOfTheLink(t *testing.T) {
	for fault, want := range map[string]string{
		"drop": "drop", "silent": "silence", "close=1011:oops": "1011 oops", "takeover": "1008 Session active elsewhere.",
		"addon-off": "1011 Add-on disconnected", "restart": "1012 Service restart",
	} {
		r := newRig(t)
		if got := ended(r.fault(fault)); got != want {
			t.Errorf("%s: %q, want %q", fault, got, want)
		}
		if r.raw("GetAllOrders", `{}`) != "" {
			t.Errorf("%s: the link still answers", fault)
		}
	}
}

// TestRestart: upgrades are refused until it is over, orders live on.
func TestRestart(t *testing.T) {
	r := newRig(t)
	r.place("l1", "BUY", "LIMIT", 1, `,"limitPrice":4990`)
	r.fault("restart=10s")
	if got := r.connect(); got != 503 {
		t.Errorf("during it: %d", got)
	}
	if _, outs := r.b.Request(r.now, "right", "GetAllOrders", nil); outs[0].Status != 503 {
		t.Errorf("REST during it: %d", outs[0].Status)
	}
	r.wait(10*time.Second - 1)
	if got := r.connect(); got != 503 {
		t.Errorf("just before its end: %d", got)
	}
	r.wait(1)
	if got := r.connect(); got != 101 || r.state("l1") != "Working" {
		t.Errorf("after it: %d, order %s", got, r.state("l1"))
	}
}

func TestAddonLoss(t *testing.T) {
	r := newRig(t, "close-addon=stay")
	r.fault("addon-off")
	if got := errorOf(r.call("GetAllOrders", `{}`)); got != "Add-on not connected" {
		t.Errorf("without it: %s", got)
	}
	if got := r.call("GetWatermarks", `{"account":"Sim101"}`); got["success"] != true {
		t.Errorf("the cloud's own function: %v", got)
	}
	if _, outs := r.b.Request(r.now, "right", "GetAllOrders", nil); outs[0].Status != 408 {
		t.Errorf("REST: %d", outs[0].Status)
	}
	r.send(Message{Action: "streamPnl", Enabled: true})
	if got := streamed(r); got != "nothing" {
		t.Errorf("streamed without it: %s", got)
	}
	r.fault("addon-on")
	if got := r.frames(r.wait(time.Second)); len(got) != 2 {
		t.Errorf("streamed with it again: %v", got)
	}
	if got := r.call("GetAllOrders", `{}`); got["success"] != true {
		t.Errorf("with it again: %v", got)
	}
}

// TestLostCalls: what is executed and what is answered.
func TestLostCalls(t *testing.T) {
	for _, c := range []struct {
		fault, reply, state string
	}{
		{"lose-call=1", "nothing", "none"},
		{"lose-reply=1", "nothing", "Filled"},
		{"fail=1", "Invalid request", "none"},
		{"refuse=1", "Rate limit exceeded", "none"},
		{"reject-later=1", "<nil>", "Submitted"},
		{"delay=5s", "nothing", "Filled"},
	} {
		r := newRig(t)
		r.fault(c.fault)
		got := errorOf(r.place("b1", "BUY", "MARKET", 1, ""))
		if got != c.reply || r.state("b1") != c.state {
			t.Errorf("%s: reply %q, state %s", c.fault, got, r.state("b1"))
		}
		if got := r.place("b2", "BUY", "MARKET", 1, ""); got["success"] != true {
			t.Errorf("%s hits the next call too: %v", c.fault, got)
		}
	}
}

func TestRejectLater(t *testing.T) {
	r := newRig(t)
	r.fault("reject-later=2")
	r.place("b1", "BUY", "MARKET", 1, "")
	r.place("b2", "BUY", "MARKET", 1, "")
	r.raw("Cancel", `{"account":"Sim101","orderId":"b2"}`)
	r.wait(time.Second)
	if r.state("b1") != "Rejected" || r.state("b2") != "Cancelled" || r.position() != 0 {
		t.Errorf("b1 %s, b2 %s, position %d", r.state("b1"), r.state("b2"), r.position())
	}
}

// TestPartial: an order fills in parts, each at a later quote; changed and
// cancelled in between it ends as asked; a stop stays triggered.
func TestPartial(t *testing.T) {
	next := func(r *rig, points float64) {
		r.wait(time.Second)
		r.quote(points, 0)
	}
	r := newRig(t)
	r.fault("partial=1")
	r.place("b", "BUY", "MARKET", 3, "")
	if r.state("b") != "PartFilled" || r.position() != 1 {
		t.Fatalf("at once: %s, %d", r.state("b"), r.position())
	}
	next(r, 5000)
	if got := r.call("Change", `{"account":"Sim101","orderId":"b","quantity":4}`); got["success"] != true {
		t.Errorf("change: %v", got)
	}
	next(r, 5000)
	if r.state("b") != "PartFilled" || r.position() != 3 {
		t.Errorf("after the change: %s, %d", r.state("b"), r.position())
	}
	r.call("Cancel", `{"account":"Sim101","orderId":"b"}`)
	next(r, 5000)
	if r.state("b") != "Cancelled" || r.position() != 3 {
		t.Errorf("after the cancel: %s, %d", r.state("b"), r.position())
	}
	r.place("s", "SELL", "STOPMARKET", 3, `,"stopPrice":4990`)
	for range 4 {
		next(r, 4989)
	}
	if r.state("s") != "Filled" || r.position() != 0 {
		t.Errorf("the stop: %s, %d", r.state("s"), r.position())
	}
	r.place("l", "BUY", "LIMIT", 2, `,"limitPrice":4980`)
	if got := r.call("Change", `{"account":"Sim101","orderId":"l","limitPrice":4985}`); got["success"] != true {
		t.Errorf("change of a limit: %v", got)
	}
	r.fault("partial=0")
	for range 3 {
		next(r, 4970)
	}
	if r.state("l") != "Filled" {
		t.Errorf("the limit, with the fault over: %s", r.state("l"))
	}
}

// TestFaultAt: a fault comes when it was asked for, and not before.
func TestFaultAt(t *testing.T) {
	r := newRig(t)
	r.fault("drop@30s")
	if got := ended(r.wait(30*time.Second - 1)); got != "" {
		t.Errorf("before its time: %s", got)
	}
	if got := ended(r.wait(1)); got != "drop" {
		t.Errorf("at its time: %q", got)
	}
	r.connect()
	r.fault(fmt.Sprintf("drop@call=%d", r.b.faults.calls+2))
	r.call("GetAllOrders", `{}`)
	if got := ended(r.outs); got != "" {
		t.Errorf("a call early: %s", got)
	}
	if r.place("b1", "BUY", "MARKET", 1, ""); ended(r.outs) != "drop" || r.state("b1") != "none" {
		t.Errorf("at its call: %q, order %s", ended(r.outs), r.state("b1"))
	}
	if got := r.b.Ledger().Faults; !slices.Equal(got, []string{"drop", "drop"}) {
		t.Errorf("ledger: %v", got)
	}
}

func TestFaultMistakes(t *testing.T) {
	r := newRig(t)
	for text, want := range map[string]string{
		"explode": "not known", "drop@soon": "neither a duration", "drop@call=0": "number of a call", "drop@-5s": "neither a duration",
		"lose-reply=x": "whole number", "lose-reply=-1": "whole number", "delay": "not a duration", "delay=5s:x": "whole number",
		"close=99": "close code", "close=1006": "close code", "restart=x": "not a duration", "drain=1000001": "whole number",
	} {
		if _, err := r.b.Fault(r.now, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if !r.b.Connected() {
			t.Fatalf("%s did something", text)
		}
	}
}

// TestManual: a person's orders cost nothing, meet no fault, and say so in the ledger.
func TestManual(t *testing.T) {
	r := newRig(t)
	r.fault("fail=1")
	r.fault("drain=20")
	body, _ := r.b.Manual(r.now, "PlaceOrder", args(t, `{"account":"Sim101","instrument":"ES","action":"SELL","quantity":2,"orderType":"MARKET","timeInForce":"DAY"}`))
	if body.get("success") != true || r.position() != -2 || !r.b.Ledger().Orders[0].Manual {
		t.Errorf("reply %s, position %d", body.AppendJSON(nil), r.position())
	}
	if r.b.faults.fail != 1 {
		t.Error("it used the fault up")
	}
	if body, _ := r.b.Manual(r.now, "Dance", nil); body.get("error") == nil {
		t.Error("an unknown function succeeded")
	}
}
