package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// counterparty is the least a broker can be: a WebSocket server that answers what
// the gateway asks and fills every order at once. It runs in the goroutine of the
// benchmark, so that nothing but the other side and the wire is between a frame
// written and the frame it causes.
type counterparty struct {
	tb    testing.TB
	conns map[string]chan *websocket.Conn
	url   string

	conn   *websocket.Conn
	held   map[string]int    // by instrument
	orders map[string]string // filled, and not asked about yet
}

const silence = 20 * time.Second // a frame that does not come within it never will

func newCounterparty(tb testing.TB) *counterparty {
	p := &counterparty{tb: tb, held: map[string]int{}, orders: map[string]string{}, conns: map[string]chan *websocket.Conn{
		"/stream": make(chan *websocket.Conn, 16), "/echo": make(chan *websocket.Conn, 16),
	}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
		if err != nil {
			return
		}
		p.conns[r.URL.Path] <- c // it lives on when this returns, until either side ends it
	}))
	tb.Cleanup(s.Close)
	p.url = "ws" + strings.TrimPrefix(s.URL, "http")
	return p
}

// accept waits for a connection on a path.
func (p *counterparty) accept(path string) *websocket.Conn {
	select {
	case c := <-p.conns[path]:
		return c
	case <-time.After(silence):
		p.tb.Fatalf("nobody connected to %s", path)
		return nil
	}
}

// frame is what the gateway wrote.
type frame struct {
	Action, API, ID string
	Args            struct {
		OrderID, Action, Instrument, Account string
		Quantity                             int
	}
}

// read waits for a frame and is given the moment it came.
func read(tb testing.TB, c *websocket.Conn) ([]byte, time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), silence)
	defer cancel()
	_, data, err := c.Read(ctx)
	if err != nil {
		tb.Fatalf("waiting for a frame: %v", err)
	}
	return data, time.Now()
}

func write(tb testing.TB, c *websocket.Conn, data []byte) {
	if err := c.Write(context.Background(), websocket.MessageText, data); err != nil {
		tb.Fatalf("writing %s: %v", data, err)
	}
}

// until answers everything up to and with the first call of a function, and is given
// the moment that call came.
func (p *counterparty) until(api string) time.Time {
	for {
		data, at := read(p.tb, p.conn)
		if p.answer(data) == api {
			return at
		}
	}
}

// answer answers a frame and says which function it called.
func (p *counterparty) answer(data []byte) string {
	api, reply := p.reply(data)
	if reply != nil {
		write(p.tb, p.conn, reply)
	}
	return api
}

// reply is the answer to a frame, and the function it calls.
func (p *counterparty) reply(data []byte) (api string, reply []byte) {
	if bytes.Contains(data, []byte(`"action":"subscribe"`)) || bytes.Contains(data, []byte(`"action":"streamPnl"`)) {
		return "", nil
	}
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		p.tb.Fatalf("%s: %v", data, err)
	}
	body := ""
	switch f.API {
	case "GetAllOrders":
		body = `{"orders":[],"count":0,"success":true}`
	case "GetAllPositions":
		body = p.positions()
	case "GetAccountSummary":
		body = `{"success":true,"accounts":[{"account":{"name":"Sim101"}}]}`
	case "PlaceOrder":
		body = p.fill(&f)
	case "GetOrder":
		body = p.order(f.Args.OrderID)
	default:
		p.tb.Fatalf("an unexpected call: %s", data)
	}
	return f.API, fmt.Appendf(nil, `{"id":%q,"data":%s}`, f.ID, body)
}

func (p *counterparty) positions() string {
	var list []string
	for name, n := range p.held {
		side, qty := "Long", n
		if n < 0 {
			side, qty = "Short", -n
		}
		if n != 0 {
			list = append(list, fmt.Sprintf(`{"account":"Sim101","instrument":%q,"marketPosition":%q,"quantity":%d,"averagePrice":6800}`, name, side, qty))
		}
	}
	return `{"positions":[` + strings.Join(list, ",") + `],"success":true}`
}

// order tells of an order once.
func (p *counterparty) order(id string) string {
	body, ok := p.orders[id]
	if !ok {
		return fmt.Sprintf(`{"error":"Order linked to '%s' not found or already terminal."}`, id)
	}
	delete(p.orders, id)
	return body
}

// fill fills an order at once.
func (p *counterparty) fill(f *frame) string {
	qty := f.Args.Quantity
	if f.Args.Action == "SELL" {
		qty = -qty
	}
	p.held[f.Args.Instrument] += qty
	p.orders[f.Args.OrderID] = fmt.Sprintf(
		`{"account":"Sim101","orderId":%q,"instrument":%q,"orderType":"Market","orderState":"Filled","orderAction":%q,"quantity":%d,"filled":%d,"averageFillPrice":6800,"limitPrice":0,"stopPrice":0,"timeInForce":"Day"}`,
		f.Args.OrderID, f.Args.Instrument, f.Args.Action, f.Args.Quantity, f.Args.Quantity)
	return fmt.Sprintf(`{"success":true,"orderId":%q}`, f.Args.OrderID)
}
