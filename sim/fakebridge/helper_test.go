package fakebridge

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/shopspring/decimal"

	"tollgate/engine"
)

const testToken = "letmein"

// world is a universe with one instrument and a feed of one quote a second.
func world(t testing.TB, seconds int) (*engine.Universe, *listFeed) {
	t.Helper()
	u := engine.NewUniverse()
	_, err := u.Add("ES 12-26", engine.Spec{Root: "ES", Tick: 250_000_000, PointValue: decimal.NewFromInt(50), Fee: 215_000_000})
	if err != nil {
		t.Fatal(err)
	}
	f := &listFeed{}
	start := engine.TimeOf(time.Date(2026, 11, 3, 15, 0, 0, 0, time.UTC))
	for i := range seconds {
		p := engine.Price(20_000 + i%7)
		f.list = append(f.list, engine.Quote{
			At: start.Add(time.Duration(i) * time.Second), Kind: engine.QuoteChange, Bid: p, Ask: p + 1, Last: p,
			BidSize: 10, AskSize: 10, LastSize: engine.UnknownQty, Volume: engine.Qty(1000 + 3*i),
		})
	}
	return u, f
}

// listFeed is a feed out of memory.
type listFeed struct {
	list   []engine.Quote
	closed bool
}

func (f *listFeed) Next(q *engine.Quote) error {
	if len(f.list) == 0 {
		return io.EOF
	}
	*q, f.list = f.list[0], f.list[1:]
	return nil
}

func (f *listFeed) Close() error {
	f.closed = true
	return nil
}

// start serves a configuration with the rest filled in.
func start(t testing.TB, c Config) *Server {
	t.Helper()
	if c.Universe == nil {
		u, f := world(t, 600)
		c.Universe, c.Feed = u, f
	}
	if c.Accounts == nil {
		c.Accounts = []Account{{Name: "Sim101", Cash: engine.Dollars(100_000)}}
	}
	c.Token = testToken
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return s
}

// client is a WebSocket client.
type client struct {
	t  testing.TB
	ws *websocket.Conn
	n  int
}

func dial(t testing.TB, s *Server) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, s.URL(), &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + testToken}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	return &client{t: t, ws: ws}
}

func (c *client) send(text string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := c.ws.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// read returns the next frame.
func (c *client) read() (map[string]any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, data, err := c.ws.Read(ctx)
	if err != nil {
		return nil, err
	}
	m := map[string]any{}
	if err := json.Unmarshal(data, &m); err != nil {
		c.t.Fatalf("%s: %v", data, err)
	}
	return m, nil
}

// until reads frames up to the first that is wanted.
func (c *client) until(want func(map[string]any) bool) map[string]any {
	c.t.Helper()
	for {
		m, err := c.read()
		if err != nil {
			c.t.Fatal(err)
		}
		if want(m) {
			return m
		}
	}
}

// call makes a call and returns the data of its reply.
func (c *client) call(api, args string) map[string]any {
	c.t.Helper()
	c.n++
	id := string(rune('a' + c.n))
	c.send(`{"action":"rpc","id":"` + id + `","api":"` + api + `","args":` + args + `}`)
	m := c.until(func(m map[string]any) bool { return m["id"] == id })
	data, _ := m["data"].(map[string]any)
	return data
}
