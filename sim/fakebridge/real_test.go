package fakebridge

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/sim/feed"
)

// recorded opens a real recording of the index future. It may not be handed on and
// is no part of the project.
func recorded(t testing.TB) (*engine.Universe, feed.Source) {
	t.Helper()
	const path = "../../../shared/feeds/es_20231225_l1.csv.gz"
	if _, err := os.Stat(path); err != nil {
		t.Skip("no recording es_20231225_l1.csv.gz in ../shared/feeds beside the project")
	}
	u := engine.NewUniverse()
	spec := engine.Spec{Root: "ES", Tick: 250_000_000, PointValue: decimal.NewFromInt(50), Fee: 215_000_000}
	src, err := feed.Open(path, feed.Options{Universe: u, Resolve: func(name string) (string, engine.Spec, error) { return name, spec, nil }})
	if err != nil {
		t.Fatal(err)
	}
	return u, src
}

// TestRealSession: a real session at 100x, with an order a minute of market time.
// Every order fills, the books balance, and the client sees what the ledger says.
func TestRealSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, f := recorded(t)
		s, p, end := bubble(t, Config{Universe: u, Feed: f, Speed: 100})
		c := dialPipe(t, p)
		c.send(`{"action":"streamPnl","enabled":true,"interval":5000}`)
		for i := range 60 {
			side := [2]string{"BUY", "SELL"}[i%2]
			reply := c.call("PlaceOrder", fmt.Sprintf(`{"account":"Sim101","instrument":"ES","action":%q,"quantity":1,"orderType":"MARKET","timeInForce":"DAY","orderId":"o%d"}`, side, i))
			if reply["success"] != true {
				t.Fatalf("order %d: %v", i, reply)
			}
			pass(600 * time.Millisecond)
		}
		for i := range 60 {
			if got := c.call("GetOrderStatus", fmt.Sprintf(`{"account":"Sim101","orderId":"o%d"}`, i)); got["status"] != "Filled" {
				t.Errorf("order %d: %v", i, got)
			}
			pass(10 * time.Millisecond)
		}
		l := s.Ledger()
		if len(l.Executions) != 60 || len(l.Accounts[0].Positions) != 0 || l.Accounts[0].Fees != "129.00" || l.Violations != 0 {
			t.Errorf("%d executions, positions %v, fees %s, %d violations", len(l.Executions), l.Accounts[0].Positions, l.Accounts[0].Fees, l.Violations)
		}
		item := c.call("GetAccount", `{"account":"Sim101"}`)["item"].(map[string]any)
		if got := fmt.Sprintf("%.2f", item["cashValue"]); got != l.Accounts[0].Cash {
			t.Errorf("the client is told %s, the truth is %s", got, l.Accounts[0].Cash)
		}
		if st := s.Status(); st.FeedError != "" || !strings.HasPrefix(st.Market, "2023-12-26") {
			t.Errorf("status %+v", st)
		}
		_ = c.ws.CloseNow()
		end()
	})
}
