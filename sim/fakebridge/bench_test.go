package fakebridge

import "testing"

// BenchmarkCall: a call and its reply over a WebSocket on loopback.
func BenchmarkCall(b *testing.B) {
	s := start(b, Config{BudgetScale: 1e6, Speed: 1})
	c := dial(b, s)
	for b.Loop() {
		if got := c.call("GetAllPositions", `{}`); got["success"] != true {
			b.Fatal(got)
		}
	}
}
