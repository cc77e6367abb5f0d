package fakebridge

import (
	"net"
	"testing"
)

const buyOne = `{"account":"sim101","instrument":"ES 12-26","action":"BUY","quantity":1,"orderType":"MARKET","timeInForce":"DAY","orderId":"own-1"}`

func TestSubscribeAndTrade(t *testing.T) {
	s := start(t, Config{Manual: true})
	if _, err := s.Step(1); err != nil {
		t.Fatal(err)
	}
	c := dial(t, s)
	c.send(`{"action":"subscribe","instruments":["ES 12-26"]}`)
	placed := c.call("PlaceOrder", buyOne)
	if placed["success"] != true || len(placed["orderId"].(string)) != 32 {
		t.Fatalf("placed: %v", placed)
	}
	if got := c.call("GetOrderStatus", `{"account":"Sim101","orderId":"own-1"}`); got["status"] != "Filled" {
		t.Errorf("status: %v", got)
	}
	if _, err := s.Step(3); err != nil {
		t.Fatal(err)
	}
	q := c.until(func(m map[string]any) bool { return m["type"] == "marketData" })
	if name := q["quotes"].([]any)[0].(map[string]any)["instrument"]; name != "ES 12-26" {
		t.Errorf("quote of %v", name)
	}
	l := s.Ledger()
	if len(l.Executions) != 1 || l.Accounts[0].Positions[0].Qty != 1 || l.Accounts[0].Cash != "99997.85" {
		t.Errorf("ledger: %+v", l)
	}
}

// TestServe: Serve serves on a listener of the caller's until Close.
func TestServe(t *testing.T) {
	u, f := world(t, 5)
	s, err := New(Config{Universe: u, Feed: f, Accounts: []Account{{Name: "Sim101"}}, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	if s.URL() != "" {
		t.Errorf("it has an address before it serves: %s", s.URL())
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	s.setAddr(l) // Serve does so too, when its goroutine gets to it
	if status, _ := ask(t, s, "GET", "/control/status", ""); status != 200 {
		t.Errorf("status %d", status)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}
