package fakebridge

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// wire is a client's network connection, which can be made to fail: muted, it
// stays open and nothing comes in or goes out; cut, it ends without a word.
type wire struct {
	net.Conn
	muted atomic.Bool
	gone  chan struct{}
	once  sync.Once
}

// listener wraps every connection in a wire.
type listener struct{ net.Listener }

// Accept implements net.Listener.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &wire{Conn: c, gone: make(chan struct{})}, nil
}

// Read implements net.Conn.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if w.muted.Load() {
		<-w.gone
		return 0, net.ErrClosed
	}
	return n, err
}

// Write implements net.Conn.
func (w *wire) Write(p []byte) (int, error) {
	if w.muted.Load() {
		return len(p), nil
	}
	return w.Conn.Write(p)
}

// Close implements net.Conn.
func (w *wire) Close() error {
	w.once.Do(func() { close(w.gone) })
	return w.Conn.Close()
}

// mute makes the connection half-open.
func (w *wire) mute() { w.muted.Store(true) }

// cut ends the connection abruptly: over TCP with a reset.
func (w *wire) cut() {
	if t, ok := w.Conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = w.Close()
}

type wireKey struct{}

// withConn lets a handler find its wire.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, wireKey{}, c)
}

// wireOf is the wire of a request.
func wireOf(r *http.Request) *wire {
	if w, ok := r.Context().Value(wireKey{}).(*wire); ok {
		return w
	}
	// A handler that another server runs has no wire to cut; nothing is lost but the
	// faults that need one.
	unused, other := net.Pipe()
	_ = other.Close()
	return &wire{Conn: unused, gone: make(chan struct{})}
}
