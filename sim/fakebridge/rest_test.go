package fakebridge

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/coder/websocket"
)

// request is a REST request with the token.
func request(method, path, body string) *http.Request {
	r, err := http.NewRequest(method, "http://bridge"+path, strings.NewReader(body))
	if err != nil {
		panic(err) // the tests' own paths
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	return r
}

// ask makes a request and returns status and body.
func ask(t testing.TB, s *Server, method, path, body string) (int, map[string]any) {
	t.Helper()
	r := request(method, path, body)
	r.URL.Host = strings.TrimPrefix(s.BaseURL(), "http://")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]any{}
	if err := json.Unmarshal(data, &m); err != nil {
		m["text"] = string(data)
	}
	return resp.StatusCode, m
}

// TestRESTOrders: a life of an order over REST, with arguments from path, query and
// body.
func TestRESTOrders(t *testing.T) {
	s := start(t, Config{Manual: true})
	if _, err := s.Step(1); err != nil {
		t.Fatal(err)
	}
	order := `{"instrument":"ES 12-26","action":"BUY","quantity":1,"orderType":"LIMIT","limitPrice":4990.25,"timeInForce":"DAY","orderId":"r1"}`
	for _, c := range []struct {
		method, path, body string
		status             int
		key                string
	}{
		{"POST", "/v1/api/accounts/sim101/orders/place", order, 200, "orderId"},
		{"POST", "/v1/api/accounts/Sim101/orders/place", order, 400, "error"},
		{"PUT", "/v1/api/accounts/Sim101/orders/r1/change", `{"limitPrice":4991}`, 200, "orderId"},
		{"GET", "/v1/api/accounts/Sim101/orders/r1", "", 200, "orderState"},
		{"GET", "/v1/api/accounts/Sim101/orders/r1/status", "", 200, "status"},
		{"GET", "/v1/api/accounts/Sim101/orders/r1/lifecycle?limit=5", "", 200, "events"},
		{"GET", "/v1/api/orders", "", 200, "orders"},
		{"GET", "/v1/api/accounts/snapshot", "", 200, "accounts"},
		{"GET", "/v1/api/market/quote?instrument=ES", "", 200, "bid"},
		{"POST", "/v1/api/accounts/Sim101/orders/r1/cancel", "", 200, "orderId"},
		{"POST", "/v1/api/positions/flatten", "", 200, "closedPositions"},
		{"POST", "/v1/api/accounts/Sim101/orders/place", "{", 400, "error"},
		{"GET", "/v1/api/accounts/Sim101/order", "", 404, "did_you_mean"},
		{"GET", "/v1/api/_endpoints", "", 200, "endpoints"},
	} {
		status, body := ask(t, s, c.method, c.path, c.body)
		if status != c.status || body[c.key] == nil {
			t.Errorf("%s %s: %d %v", c.method, c.path, status, body)
		}
	}
	if got := s.Ledger().Calls["PlaceOrder"]; got.OK != 1 || got.Failed != 1 {
		t.Errorf("calls: %+v", got)
	}
}

// TestEndpointsNameFunctions: every route leads to a function that exists.
func TestEndpointsNameFunctions(t *testing.T) {
	s := start(t, Config{Manual: true, BudgetScale: 1e6})
	for _, e := range endpoints {
		path := strings.NewReplacer("{account}", "Sim101", "{orderId}", "x", "{executionId}", "x", "{strategyId}", "1").Replace(e.path)
		status, body := ask(t, s, e.method, restRoot+path, "")
		if text, _ := body["error"].(string); status == 404 || strings.Contains(text, "Unknown API") {
			t.Errorf("%s %s: %d %v", e.method, e.path, status, body)
		}
	}
}

// TestRESTSharesTheBudget: with a clock that stands still there are twenty calls,
// whichever way they come.
func TestRESTSharesTheBudget(t *testing.T) {
	s := start(t, Config{Manual: true, BudgetScale: 1e-9})
	c := dial(t, s)
	for range 15 {
		c.call("GetAllOrders", `{}`)
	}
	for i := range 6 {
		status, body := ask(t, s, "GET", "/v1/api/orders", "")
		if want := map[bool]int{true: 200, false: 429}[i < 5]; status != want {
			t.Errorf("call %d: %d %v", 16+i, status, body)
		}
	}
	if got := c.call("GetAllOrders", `{}`); got["error"] != "Rate limit exceeded" {
		t.Errorf("over WebSocket after that: %v", got)
	}
}

func TestUpgradeStatuses(t *testing.T) {
	s := start(t, Config{Manual: true})
	try := func(token string) int {
		ws, resp, err := websocket.Dial(context.Background(), s.URL(), &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {token}}})
		if err == nil {
			_ = ws.CloseNow()
			return 101
		}
		if resp == nil {
			t.Fatal(err)
		}
		return resp.StatusCode
	}
	for i, c := range []struct {
		token string
		want  int
	}{{"", 401}, {"Bearer wrong", 401}, {"Basic " + testToken, 401}, {"Bearer " + testToken, 101}, {"bearer " + testToken, 101}, {"Bearer " + testToken, 429}} {
		if got := try(c.token); got != c.want {
			t.Errorf("attempt %d: %d, want %d", i+1, got, c.want)
		}
	}
	if status, _ := ask(t, s, "GET", "/ws/stream", ""); status != 426 {
		t.Errorf("without an upgrade: %d", status)
	}
}

// TestTakeover: the older of two connections learns why it ends.
func TestTakeover(t *testing.T) {
	s := start(t, Config{Manual: true})
	old := dial(t, s)
	dial(t, s)
	_, err := old.read()
	if websocket.CloseStatus(err) != websocket.StatusPolicyViolation || !strings.Contains(err.Error(), "Session active elsewhere.") {
		t.Errorf("the older ends with %v", err)
	}
}

// TestDropHasNoCloseFrame: an abrupt end is one.
func TestDropHasNoCloseFrame(t *testing.T) {
	s := start(t, Config{Manual: true})
	c := dial(t, s)
	if err := s.Fault("drop"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.read(); err == nil || websocket.CloseStatus(err) != -1 {
		t.Errorf("it ends with %v", err)
	}
}

// TestTooBigAFrame: a frame at the bound is answered, one beyond it closes.
func TestTooBigAFrame(t *testing.T) {
	s := start(t, Config{Manual: true})
	c := dial(t, s)
	frame := `{"action":"rpc","id":"1","api":"GetAllOrders","args":{"pad":"`
	c.send(frame + strings.Repeat("x", MaxFrame-len(frame)-3) + `"}}`)
	if m, err := c.read(); err != nil || m["id"] != "1" {
		t.Errorf("at the bound: %v %v", m, err)
	}
	c.send(frame + strings.Repeat("x", MaxFrame-len(frame)-2) + `"}}`)
	if _, err := c.read(); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("beyond it: %v", err)
	}
}

func TestControl(t *testing.T) {
	s := start(t, Config{Manual: true})
	for _, c := range []struct {
		method, path, body string
		status             int
		key                string
	}{
		{"GET", "/control/status", "", 200, "market_time"},
		{"GET", "/control/ledger", "", 200, "orders"},
		{"POST", "/control/step?n=2", "", 200, "events"},
		{"POST", "/control/step?by=3s", "", 200, "events"},
		{"POST", "/control/step?to=2026-11-03T15:00:09Z", "", 200, "events"},
		{"POST", "/control/step?n=x", "", 400, "error"},
		{"POST", "/control/step?by=x", "", 400, "error"},
		{"POST", "/control/step?to=x", "", 400, "error"},
		{"POST", "/control/speed?x=2", "", 200, "speed"},
		{"POST", "/control/speed?x=-2", "", 400, "error"},
		{"POST", "/control/speed?x=NaN", "", 400, "error"},
		{"POST", "/control/pause", "", 200, "paused"},
		{"POST", "/control/resume", "", 200, "paused"},
		{"POST", "/control/fault?f=lose-reply=1&f=drain=2", "", 200, "faults"},
		{"POST", "/control/fault?f=explode", "", 400, "error"},
		{"POST", "/control/fault", "", 400, "error"},
		{"POST", "/control/manual", `{"api":"PlaceOrder","args":` + buyOne + `}`, 200, "orderId"},
		{"POST", "/control/manual", `{}`, 400, "error"},
		{"POST", "/control/manual", `[`, 400, "error"},
		{"GET", "/control/pause", "", 405, "text"},
	} {
		status, body := ask(t, s, c.method, c.path, c.body)
		if status != c.status || body[c.key] == nil {
			t.Errorf("%s %s: %d %v", c.method, c.path, status, body)
		}
	}
	if l := s.Ledger(); len(l.Orders) != 1 || !l.Orders[0].Manual || l.Accounts[0].Positions[0].Qty != 1 {
		t.Errorf("the person's order: %+v", l)
	}
	for _, path := range []string{"/control/quirks", "/control/faults"} {
		if status, _ := ask(t, s, "GET", path, ""); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// TestControlIsLocal: other machines and web pages get nothing.
func TestControlIsLocal(t *testing.T) {
	for _, c := range []struct {
		addr, origin string
		want         bool
	}{{"127.0.0.1:5", "", true}, {"[::1]:5", "", true}, {"192.0.2.7:5", "", false}, {"127.0.0.1:5", "http://evil.example", false}} {
		r := request("GET", "/control/status", "")
		r.RemoteAddr = c.addr
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if got := trusted(r); got != c.want {
			t.Errorf("%s %s: %v", c.addr, c.origin, got)
		}
	}
}

// TestLostReplyOverREST: the call hangs until its client gives up, and was executed.
func TestLostReplyOverREST(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p, end := bubble(t, Config{Manual: true, Faults: []string{"lose-reply=1"}})
		if _, err := s.Step(1); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() {
			_, err := p.Do(request("POST", "/v1/api/accounts/Sim101/orders/place", buyOne).WithContext(ctx))
			done <- err
		}()
		synctest.Wait()
		if n := len(s.Ledger().Executions); n != 1 || len(done) != 0 {
			t.Errorf("%d executions, %d answers", n, len(done))
		}
		cancel()
		if err := <-done; err == nil {
			t.Error("a lost reply arrived")
		}
		end()
	})
}
