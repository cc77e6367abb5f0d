package fakebridge

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// Memory serves on a network in memory until Close and returns an HTTP client whose
// every connection leads there, whatever host it asks for: for WebSocket (as the
// HTTPClient of a dialer), REST and the control API, with no port opened, inside a
// synctest bubble too. All its connections have one address.
func (s *Server) Memory() *http.Client {
	m := &memory{dialed: make(chan net.Conn), done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = m.Close()
	} else {
		s.wg.Go(func() { _ = s.http.Serve(listener{m}) })
	}
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: m.dial}}
}

// memory is a listener of connections in memory.
type memory struct {
	dialed chan net.Conn
	done   chan struct{}
	once   sync.Once
}

// Accept implements net.Listener.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.dialed:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (m *memory) Close() error {
	m.once.Do(func() { close(m.done) })
	return nil
}

// Addr implements net.Listener.
func (m *memory) Addr() net.Addr { return memoryAddr{} }

func (m *memory) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case m.dialed <- there:
		return here, nil
	case <-m.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return "memory" }
