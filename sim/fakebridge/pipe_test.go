package fakebridge

import (
	"context"
	"net/http"
	"testing"

	"github.com/coder/websocket"
)

// bubble is a server with a network in memory, for a synctest bubble.
func bubble(t *testing.T, c Config) (*Server, *http.Client, func()) {
	t.Helper()
	if c.Universe == nil {
		c.Universe, c.Feed = pair(t, 600)
	}
	c.Accounts, c.Token = []Account{{Name: "Sim101", Cash: 1e13}}, testToken
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s, s.Memory(), func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// dialPipe connects in memory.
func dialPipe(t testing.TB, p *http.Client) *client {
	t.Helper()
	ws, _, err := websocket.Dial(context.Background(), "ws://bridge/ws/stream", &websocket.DialOptions{
		HTTPClient: p, HTTPHeader: http.Header{"Authorization": {"Bearer " + testToken}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &client{t: t, ws: ws}
}
