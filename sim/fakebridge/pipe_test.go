package fakebridge

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// pipes is a network in memory, so that a test can live in a synctest bubble.
type pipes struct {
	dialed chan net.Conn
	done   chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{dialed: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.dialed:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

func (p *pipes) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		p.dialed <- there
		return here, nil
	}}}
}

// bubble is a server and a network inside a synctest bubble. end ends both.
func bubble(t *testing.T, c Config) (s *Server, p *pipes, end func()) {
	t.Helper()
	if c.Universe == nil {
		c.Universe, c.Feed = pair(t, 600)
	}
	c.Accounts, c.Token = []Account{{Name: "Sim101", Cash: 1e13}}, testToken
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	p = newPipes()
	var served sync.WaitGroup
	served.Go(func() {
		if err := s.Serve(p); err != nil {
			t.Error(err)
		}
	})
	return s, p, func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		served.Wait()
	}
}

// dialPipe connects inside a bubble.
func dialPipe(t *testing.T, p *pipes) *client {
	t.Helper()
	ws, _, err := websocket.Dial(context.Background(), "ws://bridge/ws/stream", &websocket.DialOptions{
		HTTPClient: p.client(), HTTPHeader: http.Header{"Authorization": {"Bearer " + testToken}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &client{t: t, ws: ws}
}
