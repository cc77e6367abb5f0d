package bridge

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"tollgate/engine"
)

// key is what the tests log in with; no event and no error may hold it.
const key = "a-key-made-up-for-tests"

// server is a broker in memory: its network is pipes, so that in a bubble of
// synctest hours pass at once.
type server struct {
	t       *testing.T
	conns   chan net.Conn
	mute    atomic.Bool // what it writes is lost, as on a dead line
	handler func(attempt int, w http.ResponseWriter, r *http.Request)
	seen    []time.Time // the upgrades
	http    http.Server
}

type address struct{}

func (address) Network() string { return "pipe" }
func (address) String() string  { return "pipe" }

// line is the server's end of a connection.
type line struct {
	net.Conn
	s *server
}

func (l line) Write(b []byte) (int, error) {
	if l.s.mute.Load() {
		return len(b), nil
	}
	return l.Conn.Write(b)
}

func (s *server) Accept() (net.Conn, error) {
	c, open := <-s.conns
	if !open {
		return nil, net.ErrClosed
	}
	return line{c, s}, nil
}

func (s *server) Close() error   { return nil }
func (s *server) Addr() net.Addr { return address{} }

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.seen = append(s.seen, time.Now())
	if got := r.Header.Get("Authorization"); got != "Bearer "+key {
		s.t.Errorf("Authorization %q", got)
	}
	s.handler(len(s.seen), w, r)
}

// serve starts a broker; stop ends it and everything of it.
func serve(t *testing.T, h func(attempt int, w http.ResponseWriter, r *http.Request)) (s *server, stop func()) {
	t.Helper()
	s = &server{t: t, conns: make(chan net.Conn), handler: h}
	s.http.Handler = s
	done := make(chan struct{})
	go func() { _ = s.http.Serve(s); close(done) }()
	return s, func() { close(s.conns); _ = s.http.Close(); <-done }
}

func (s *server) client() *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		here, there := net.Pipe()
		select {
		case s.conns <- there:
			return here, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}

func (s *server) config() LinkConfig {
	return LinkConfig{
		URL: "ws://broker/ws/stream", Token: func() (string, error) { return key, nil },
		Now: func() engine.Time { return engine.TimeOf(time.Now()) }, Seed: 7, Client: s.client(),
	}
}

// run is a link at work.
type run struct {
	*Link
	t    *testing.T
	err  chan error
	stop context.CancelFunc
}

func start(t *testing.T, c LinkConfig) *run {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &run{Link: NewLink(c), t: t, err: make(chan error, 1), stop: cancel}
	go func() { r.err <- r.Run(ctx) }()
	return r
}

// next is the next event that is no frame.
func (r *run) next(kind EventKind) Event {
	r.t.Helper()
	for e := range r.Events() {
		r.clean(e)
		if e.Kind == kind {
			return e
		}
	}
	r.t.Fatalf("the link ended before an event of kind %d", kind)
	return Event{}
}

func (r *run) clean(e Event) {
	r.t.Helper()
	if strings.Contains(e.Text, key) || e.Fatal != nil && strings.Contains(e.Fatal.Error(), key) {
		r.t.Errorf("the key is in an event: %+v", e)
	}
}

// end stops the link and returns Run's error; Events must be closed by then.
func (r *run) end() error {
	r.t.Helper()
	r.stop()
	for e := range r.Events() {
		r.clean(e)
	}
	err := <-r.err
	if err != nil && strings.Contains(err.Error(), key) {
		r.t.Errorf("the key is in the error: %v", err)
	}
	return err
}

// accept makes the upgrade.
func accept(t *testing.T, w http.ResponseWriter, r *http.Request) *websocket.Conn {
	t.Helper()
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		t.Errorf("accept: %v", err)
		panic(http.ErrAbortHandler)
	}
	c.SetReadLimit(2 * MaxFrame)
	return c
}

// quiet reads until the connection ends, which answers pings.
func quiet(c *websocket.Conn) {
	for {
		if _, _, err := c.Read(context.Background()); err != nil {
			return
		}
	}
}

// pass lets time pass; in a bubble it passes at once.
func pass(d time.Duration) { <-time.After(d) }
