package fakebridge

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

var soakFaults = []string{
	"drop", "silent", "takeover", "restart=20s", "addon-off", "addon-on", "delay=2s:3", "lose-reply=2", "lose-call=1", "refuse=3", "close=1001:bye",
	"partial=1", "partial=0", "reject-later=1", "drain=20", "close=1011",
}

// soakClient keeps a connection as well as it can: it waits fifteen seconds between
// attempts and gives every call ten.
type soakClient struct {
	http *http.Client
	ws   *websocket.Conn
	n    int
}

func (c *soakClient) drop() {
	if c.ws != nil {
		_ = c.ws.CloseNow()
		c.ws = nil
	}
}

// call makes a call; false = the link is gone or the answer did not come.
func (c *soakClient) call(api, args string) (map[string]any, bool) {
	for c.ws == nil {
		<-time.After(15 * time.Second)
		c.ws, _, _ = websocket.Dial(context.Background(), "ws://bridge/ws/stream", &websocket.DialOptions{
			HTTPClient: c.http, HTTPHeader: http.Header{"Authorization": {"Bearer " + testToken}},
		})
		if c.ws == nil {
			return nil, false
		}
		_ = c.ws.Write(context.Background(), websocket.MessageText, []byte(`{"action":"subscribe","instruments":["ES"]}`))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c.n++
	id := fmt.Sprint(c.n)
	err := c.ws.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"action":"rpc","id":%q,"api":%q,"args":%s}`, id, api, args))
	for err == nil {
		var data []byte
		if _, data, err = c.ws.Read(ctx); err != nil {
			break
		}
		var m struct {
			ID   string
			Data map[string]any
		}
		if err = json.Unmarshal(data, &m); err == nil && m.ID == id {
			return m.Data, true
		}
	}
	c.drop()
	return nil, false
}

// TestSoak: through a long row of accidents nothing hangs, the limits hold, and in
// the end the client is told what the ledger says. That no goroutine is left is
// what the bubble checks.
func TestSoak(t *testing.T) {
	for seed := range uint64(12) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			s, p, end := bubble(t, Config{Speed: 1 + float64(seed%3)*10, BudgetScale: 1, Seed: seed})
			c := &soakClient{http: p}
			for i := range 80 {
				if r.IntN(4) == 0 {
					if err := s.Fault(soakFaults[r.IntN(len(soakFaults))]); err != nil {
						t.Fatal(err)
					}
				}
				c.call("PlaceOrder", fmt.Sprintf(`{"account":"Sim101","instrument":"ES","action":%q,"quantity":%d,"orderType":"MARKET","timeInForce":"DAY","orderId":"o%d"}`,
					[]string{"BUY", "SELL"}[r.IntN(2)], 1+r.IntN(9), i))
				<-time.After(time.Duration(r.IntN(2000)) * time.Millisecond)
			}
			settle(t, s, c)
			c.drop()
			end()
		})
	}
}

// settle ends the accidents and compares what the client is told with the truth.
func settle(t *testing.T, s *Server, c *soakClient) {
	t.Helper()
	for _, f := range []string{"addon-on", "partial=0", "lose-reply=0", "lose-call=0", "refuse=0", "delay=0s:0"} {
		if err := s.Fault(f); err != nil {
			t.Fatal(err)
		}
	}
	var told map[string]any
	for range 20 {
		<-time.After(10 * time.Second)
		var ok bool
		if told, ok = c.call("GetAllPositions", `{}`); ok && told["success"] == true {
			break
		}
	}
	l := s.Ledger()
	held := 0.0
	for _, x := range l.Accounts[0].Positions {
		held = float64(x.Qty)
	}
	got := 0.0
	if list, _ := told["positions"].([]any); len(list) > 0 {
		x := list[0].(map[string]any)
		got = x["quantity"].(float64)
		if x["marketPosition"] == "Short" {
			got = -got
		}
	}
	if told == nil || got != held || l.LowestTokens < 0 || l.MostUpgradesIn60s > 4 || len(l.Orders) == 0 {
		t.Errorf("told %v, held %g; %d orders, lowest %g tokens, %d upgrades in 60 s", told, held, len(l.Orders), l.LowestTokens, l.MostUpgradesIn60s)
	}
}
