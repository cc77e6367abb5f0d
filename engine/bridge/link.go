package bridge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"tollgate/engine"
)

// LinkConfig is what a Link is made of.
type LinkConfig struct {
	URL      string
	Token    func() (string, error) // the bearer token, asked for at every attempt
	Now      func() engine.Time     // stamps what arrives; it may run faster than the machine's clock
	Attempts string                 // file in which attempts are remembered over restarts; empty = nowhere
	Retake   time.Duration          // when another program takes the session, take it back after so long; 0 = only when Takeover is called
	Seed     uint64                 // of the jitter of the back-off
	Client   *http.Client           // nil = http.DefaultClient
	PingWait time.Duration          // time between pings and for an answer; 0 = 20 s
	Once     bool                   // make one attempt and no other: Run returns when its connection has ended
}

// Bounds of a link.
const (
	dialTimeout = 20 * time.Second
	pingWait    = 20 * time.Second
	pingMisses  = 2
	eventBuffer = 1024
)

// Link owns the one connection to the broker. It connects, and connects again when
// the schedule allows, until its context ends or the broker refuses the key.
//
// Safe for concurrent use, Run aside, which is called once. Events must be drained:
// when eventBuffer of them wait the link stops reading, TCP holds the broker back,
// and in the end an unanswered ping ends the connection.
type Link struct {
	cfg    LinkConfig
	events chan Event
	retake chan struct{}

	mu     sync.Mutex
	conn   *websocket.Conn
	ending string // why the connection is being given up; empty = it is not
}

// ErrNotConnected is the error for writing without a connection.
var ErrNotConnected = errors.New("the link is not connected")

// ErrUnauthorized ends a link: the key is refused, or the plan has no API.
var ErrUnauthorized = errors.New("the broker refuses the key: check the token, and that the plan includes the API")

// NewLink returns a Link that Run starts.
func NewLink(c LinkConfig) *Link {
	if c.PingWait == 0 {
		c.PingWait = pingWait
	}
	return &Link{cfg: c, events: make(chan Event, eventBuffer), retake: make(chan struct{}, 1)}
}

// Events is what happens, in order. It is closed when the link has ended.
func (l *Link) Events() <-chan Event { return l.events }

// Run connects and reads until the context ends or the link is refused for good
// (ErrUnauthorized). It is ErrTakenOver when the context ends while another program has
// the session.
func (l *Link) Run(ctx context.Context) error {
	defer close(l.events)
	var past []time.Time
	if l.cfg.Attempts != "" {
		past = readAttempts(l.cfg.Attempts, time.Now())
	}
	s := NewSchedule(past, l.cfg.Seed)
	for {
		if !sleep(ctx, time.Until(s.Next()), nil) {
			return nil
		}
		if err := l.remember(s.Attempt(time.Now())); err != nil {
			return err
		}
		down, stood := l.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		l.forget()
		l.tell(ctx, down)
		if down.Fatal != nil || l.cfg.Once {
			return down.Fatal
		}
		s.Ended(time.Now(), down.Class, stood)
		if down.Class == TakenOver && !l.patience(ctx) {
			return ErrTakenOver
		}
	}
}

func (l *Link) remember(past []time.Time) error {
	if l.cfg.Attempts == "" {
		return nil
	}
	if err := writeAttempts(l.cfg.Attempts, past); err != nil {
		return fmt.Errorf("attempts to connect cannot be remembered, so none is made: %w", err)
	}
	return nil
}

// patience waits for whoever took the session: for a person's word, or for the
// configured time.
func (l *Link) patience(ctx context.Context) bool {
	wait := l.cfg.Retake
	if wait == 0 {
		wait = 1<<63 - 1
	}
	return sleep(ctx, wait, l.retake)
}

// Takeover is a person's word that the session is to be taken back from another
// program. Without such a program it does nothing.
func (l *Link) Takeover() {
	select {
	case l.retake <- struct{}{}:
	default:
	}
}

// forget drops what a person said before the session was lost: an old word must not
// take it back from whoever has it now.
func (l *Link) forget() {
	select {
	case <-l.retake:
	default:
	}
}

// sleep waits; false when the context ended first.
func sleep(ctx context.Context, d time.Duration, wake <-chan struct{}) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-wake:
		return true
	case <-ctx.Done():
		return false
	}
}

func (l *Link) tell(ctx context.Context, e Event) {
	e.At = l.cfg.Now()
	select {
	case l.events <- e:
	case <-ctx.Done():
	}
}

// once makes a connection and serves it to its end, and says how it ended. What the
// broker says back may repeat the key; the event does not.
func (l *Link) once(ctx context.Context) (down Event, stood time.Duration) {
	token, err := l.key()
	if err != nil {
		return Event{Kind: Down, Class: Unauthorized, Text: err.Error(), Fatal: err}, 0
	}
	conn, happened := l.dial(ctx, token)
	down = happened
	if conn != nil {
		began := time.Now()
		down = l.live(ctx, conn, happened)
		stood = time.Since(began)
	}
	down.Text = strings.ReplaceAll(down.Text, token, "[token]")
	return down, stood
}

// live serves a connection to its end.
func (l *Link) live(ctx context.Context, conn *websocket.Conn, up Event) Event {
	l.set(conn)
	l.tell(ctx, up)
	err := l.serve(ctx, conn)
	why := l.unset()
	_ = conn.CloseNow()
	down := ended(err)
	if why != "" && down.Class == Normal {
		down.Text = why
	}
	return down
}

// serve hands over every frame until the connection ends.
func (l *Link) serve(ctx context.Context, conn *websocket.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	var pings sync.WaitGroup
	defer pings.Wait()
	defer cancel()
	pings.Go(func() { l.ping(ctx, conn) })
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		select {
		case l.events <- Event{Kind: Message, At: l.cfg.Now(), Data: data}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ping finds out whether the other side is still there. A ping that is not answered
// took its time already: the next follows at once.
func (l *Link) ping(ctx context.Context, conn *websocket.Conn) {
	for misses := 0; misses > 0 || sleep(ctx, l.cfg.PingWait, nil); {
		one, cancel := context.WithTimeout(ctx, l.cfg.PingWait)
		err := conn.Ping(one)
		cancel()
		if err == nil {
			misses = 0
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if misses++; misses >= pingMisses {
			l.giveUp(conn, fmt.Sprintf("the broker did not answer %d pings", misses))
			return
		}
	}
}

// Reconnect gives the connection up; the next is made when the schedule allows.
func (l *Link) Reconnect(why string) {
	l.mu.Lock()
	conn := l.conn
	l.mu.Unlock()
	if conn != nil {
		l.giveUp(conn, why)
	}
}

func (l *Link) giveUp(conn *websocket.Conn, why string) {
	l.mu.Lock()
	if l.conn == conn && l.ending == "" {
		l.ending = why
	}
	l.mu.Unlock()
	_ = conn.CloseNow()
}

func (l *Link) set(conn *websocket.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn, l.ending = conn, ""
}

func (l *Link) unset() (why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn = nil
	return l.ending
}

// Write writes a text frame. The error is ErrNotConnected without a connection, and
// *TooLarge for a frame over MaxFrame, of which nothing is written. After any other
// error, the end of ctx included, nobody knows whether the broker got the frame, and
// the connection ends.
func (l *Link) Write(ctx context.Context, frame []byte) error {
	if len(frame) > MaxFrame {
		return &TooLarge{len(frame)}
	}
	l.mu.Lock()
	conn := l.conn
	l.mu.Unlock()
	if conn == nil {
		return ErrNotConnected
	}
	return conn.Write(ctx, websocket.MessageText, frame)
}
