package broker

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLatency: what a request about an order comes to that is on its way.
func TestLatency(t *testing.T) {
	const limit = `,"limitPrice":4990`
	cancel, change := `{"account":"Sim101","orderId":"o"}`, `{"account":"Sim101","orderId":"o","limitPrice":4995}`
	r := newRig(t, "order-latency=300ms")
	order := func(text string) string {
		return fmt.Sprintf(`{"account":"Sim101","instrument":"ES 12-26","action":"BUY","quantity":1,"orderType":"LIMIT","timeInForce":"GTC","orderId":%q%s}`, text, limit)
	}
	r.raw("PlaceOrder", order("early"))
	r.raw("Cancel", `{"account":"Sim101","orderId":"early"}`)
	r.raw("PlaceOrder", order("o"))
	r.wait(300*time.Millisecond - 1)
	if r.state("early") != "Cancelled" || r.state("o") != "Submitted" {
		t.Fatalf("before it arrives: early %s, o %s", r.state("early"), r.state("o"))
	}
	r.wait(1)
	if r.state("early") != "Cancelled" || r.state("o") != "Working" {
		t.Fatalf("arrived: early %s, o %s", r.state("early"), r.state("o"))
	}
	if got := r.raw("Change", change); !strings.Contains(got, `"success":true`) || r.state("o") != "ChangePending" {
		t.Errorf("change: %s, %s", got, r.state("o"))
	}
	r.wait(300 * time.Millisecond)
	if r.state("o") != "Working" || r.b.find("o").terms.Limit != 4995*4 {
		t.Errorf("changed: %s at %d", r.state("o"), r.b.find("o").terms.Limit)
	}
	if got := r.raw("Cancel", cancel); !strings.Contains(got, `"success":true`) || r.state("o") != "CancelPending" {
		t.Errorf("cancel: %s, %s", got, r.state("o"))
	}
	r.wait(100 * time.Millisecond)
	r.quote(4980, 0)
	if r.state("o") != "Filled" {
		t.Fatalf("the market came first: %s", r.state("o"))
	}
	r.wait(time.Second)
	if r.state("o") != "Filled" || r.position() != 1 {
		t.Errorf("a cancel that lost the race: %s, position %d", r.state("o"), r.position())
	}
}

// TestChangeThatIsRefused leaves the order as it was.
func TestChangeThatIsRefused(t *testing.T) {
	for quirk, want := range map[string]string{"acks": "Change rejected: ", "async-reject": "<nil>", "order-latency=1s": "<nil>"} {
		r := newRig(t, quirk)
		r.place("s", "SELL", "STOPMARKET", 1, `,"stopPrice":4990`)
		r.wait(time.Second)
		got := errorOf(r.call("Change", `{"account":"Sim101","orderId":"s","stopPrice":5100}`))
		r.wait(time.Second)
		if !strings.HasPrefix(got, want) || r.state("s") != "Accepted" || r.b.find("s").terms.Stop != 4990*4 {
			t.Errorf("%s: %s; %s at %d", quirk, got, r.state("s"), r.b.find("s").terms.Stop)
		}
	}
}

// TestClosed: a connection that its client ended gets nothing more, and is free for
// the next.
func TestClosed(t *testing.T) {
	r := newRig(t)
	r.subscribe("ES 12-26")
	r.b.Closed(r.now, r.conn+1)
	if !r.b.Subscribed() {
		t.Error("another's end ended it")
	}
	r.b.Closed(r.now, r.conn)
	if outs := r.wait(5 * time.Second); len(outs) != 0 || r.b.Connected() {
		t.Errorf("after its end: %s", text(outs))
	}
	if r.connect(); ended(r.outs) != "" {
		t.Errorf("the next one is greeted with %s", ended(r.outs))
	}
}

// TestManyAddresses: attempts of ever new addresses take no memory without bound.
func TestManyAddresses(t *testing.T) {
	r := newRig(t)
	try := func(i int) int {
		_, status, _ := r.b.Upgrade(r.now, "wrong", fmt.Sprint(i))
		return status
	}
	for i := range MaxAddresses - 1 {
		if got := try(i); got != 401 {
			t.Fatalf("address %d: %d", i, got)
		}
	}
	if got := try(-1); got != 429 {
		t.Errorf("one more: %d", got)
	}
	r.wait(time.Minute)
	if got := try(-1); got != 401 || len(r.b.upgrades) != 1 {
		t.Errorf("a minute later: %d, %d addresses", got, len(r.b.upgrades))
	}
}
