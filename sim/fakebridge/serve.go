package fakebridge

import (
	"context"
	"errors"
	"net"
	"net/http"
)

// Listen listens on an address such as 127.0.0.1:0 and serves until Close.
func (s *Server) Listen(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	s.setAddr(l)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.Join(http.ErrServerClosed, l.Close())
	}
	s.wg.Go(func() { _ = s.http.Serve(listener{l}) })
	return nil
}

// Serve serves on a listener until Close, and then returns nil.
func (s *Server) Serve(l net.Listener) error {
	s.setAddr(l)
	if err := s.http.Serve(listener{l}); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (s *Server) setAddr(l net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addr = l.Addr().String()
}

// URL is where a WebSocket client connects; empty before Listen or Serve.
func (s *Server) URL() string { return s.url("ws", "/ws/stream") }

// BaseURL is what REST and control paths are added to; empty before Listen or Serve.
func (s *Server) BaseURL() string { return s.url("http", "") }

func (s *Server) url(scheme, path string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.addr == "" {
		return ""
	}
	return scheme + "://" + s.addr + path
}

// Shutdown closes the connection as a service that is restarted does (the quirk
// close-shutdown), waits until it is gone or ctx ends, and then closes the server.
func (s *Server) Shutdown(ctx context.Context) error {
	if err := s.Fault("restart=1h"); err != nil {
		return err
	}
	s.mu.Lock()
	ends := make([]chan struct{}, 0, len(s.sessions))
	for _, x := range s.sessions { // map order: all are waited for
		if !x.wire.muted.Load() {
			ends = append(ends, x.gone)
		}
	}
	s.mu.Unlock()
	for _, end := range ends {
		select {
		case <-end:
		case <-ctx.Done():
		}
	}
	return s.Close()
}

// Close cuts every connection, ends every goroutine and closes the feed. Only the
// first call does anything.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	for _, x := range s.sessions {
		x.wire.cut()
	}
	s.mu.Unlock()
	err := s.http.Close()
	s.wg.Wait()
	if s.config.Feed != nil {
		err = errors.Join(err, s.config.Feed.Close())
	}
	return err
}
