package fakebridge

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"tollgate/sim/fakebridge/broker"
)

// session is one WebSocket connection. The handler's goroutine reads, another writes.
type session struct {
	wire *wire
	ws   *websocket.Conn
	wake chan struct{}
	gone chan struct{} // closed when the connection has ended

	mu    sync.Mutex
	queue [][]byte
	end   *broker.Out // how the connection is to end, once the queue is written
	ended bool
}

// put queues a frame or an ending. It reports false when the queue is full, and
// cuts the connection then.
func (x *session) put(o *broker.Out) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		return true
	}
	full := len(x.queue) >= MaxQueue
	switch {
	case o.Kind == broker.Silence:
		x.wire.mute()
	case o.Kind == broker.Drop || o.Kind == broker.Text && full:
		x.wire.cut()
	case o.Kind == broker.Close:
		x.end = o
	default:
		x.queue = append(x.queue, o.Data)
	}
	x.ended = o.Kind != broker.Text || full
	select {
	case x.wake <- struct{}{}:
	default:
	}
	return !full
}

func (x *session) length() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.queue)
}

// pop takes the oldest frame, or the ending when there is no frame left.
func (x *session) pop() ([]byte, *broker.Out) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.queue) == 0 {
		return nil, x.end
	}
	f := x.queue[0]
	x.queue = x.queue[1:]
	return f, nil
}

// writeFor is how long a frame may take to be written before the client is given up.
const writeFor = 30 * time.Second

// write writes frames until the connection ends. It calls read whenever a frame is
// out, for a replay that waits for room.
func (x *session) write(ctx context.Context, read func()) {
	for {
		data, end := x.pop()
		switch {
		case data != nil:
			limited, cancel := context.WithTimeout(ctx, writeFor)
			err := x.ws.Write(limited, websocket.MessageText, data)
			cancel()
			if err != nil {
				return
			}
			read()
			continue
		case end != nil:
			_ = x.ws.Close(websocket.StatusCode(end.Code), end.Reason)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-x.wake:
		}
	}
}

// stream serves the protocol.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		http.Error(w, "this is a WebSocket: connect with an upgrade request", http.StatusUpgradeRequired)
		return
	}
	x := &session{wire: wireOf(r), wake: make(chan struct{}, 1), gone: make(chan struct{})}
	id, status := s.admit(x, bearer(r), host(r))
	if status != http.StatusSwitchingProtocols {
		writeJSON(w, status, errorText(upgradeText(status)))
		return
	}
	s.converse(w, r, x, id)
	close(x.gone)
	s.do(func(now broker.Now) []broker.Out {
		delete(s.sessions, id)
		return s.broker.Closed(now, id)
	})
}

// admit asks the broker for a connection and registers the session. What is said to
// it before its upgrade is done waits in its queue.
func (s *Server) admit(x *session, token, remote string) (id broker.ConnID, status int) {
	s.do(func(now broker.Now) (out []broker.Out) {
		id, status, out = s.broker.Upgrade(now, token, remote)
		if status == http.StatusSwitchingProtocols {
			s.sessions[id] = x
		}
		return out
	})
	return id, status
}

func upgradeText(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "Unauthorized"
	case http.StatusForbidden:
		return "API access requires the Pro plan"
	case http.StatusTooManyRequests:
		return "Too many connection attempts"
	}
	return "Service restarting"
}

// converse upgrades and reads until the connection ends.
func (s *Server) converse(w http.ResponseWriter, r *http.Request, x *session, id broker.ConnID) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	ws.SetReadLimit(MaxFrame)
	x.ws = ws
	ctx, cancel := context.WithCancel(context.Background())
	var writer sync.WaitGroup
	writer.Go(func() { x.write(ctx, s.roomAgain(x)) })
	for {
		kind, data, err := ws.Read(ctx)
		if err != nil {
			break
		}
		m := parse(data, kind == websocket.MessageText)
		s.do(func(now broker.Now) []broker.Out { return s.broker.Receive(now, id, m) })
	}
	cancel()
	x.wire.cut()
	writer.Wait()
	_ = ws.CloseNow()
}

// roomAgain wakes a replay that waited for the client, once the queue is half empty.
func (s *Server) roomAgain(x *session) func() {
	return func() {
		if x.length() == MaxQueue/2 {
			s.wake()
		}
	}
}

// bearer is the token of a request; empty when there is none.
func bearer(r *http.Request) string {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// host is the client's address without its port.
func host(r *http.Request) string {
	h, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return h
}
