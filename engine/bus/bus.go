package bus

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Bounds; see the package comment for what happens at each.
const (
	MaxMessage     = 1 << 20 // bytes of a message
	MaxQueue       = 1 << 20 // messages a subscription can be asked to queue
	MaxWaiting     = 64      // requests waiting at one Serve
	RequestTimeout = 5 * time.Second
	WriteTimeout   = 500 * time.Millisecond // for the server to take what is published
)

const (
	connectTimeout = 5 * time.Second
	drainTimeout   = 2 * time.Second
	retryWait      = 250 * time.Millisecond
	pingEvery      = time.Second // two unanswered end a connection
	pingsOut       = 2
	eventQueue     = 64
)

// Errors of a Bus; compare with errors.Is.
var (
	ErrGone   = errors.New("the bus is not connected")
	ErrClosed = errors.New("the bus is closed")
	ErrNobody = errors.New("nobody serves this subject")
)

// TooLarge is the error for a message over MaxMessage, or over what an external
// server takes.
type TooLarge struct {
	Subject string
	Size    int // bytes
	Max     int
}

// Error names the sizes.
func (e *TooLarge) Error() string {
	return fmt.Sprintf("bus: a message of %d bytes on %s is over the bound of %d", e.Size, e.Subject, e.Max)
}

// Options say where the bus is.
type Options struct {
	// URL of a running server, or several of one cluster with commas between:
	// nats://host:port or tls://host:port. Empty = a server inside this process.
	URL string
	// Listen is the host:port at which the server inside this process takes others.
	// Empty = no port is opened. It needs a Token, and cannot be given with URL.
	Listen string
	// Name is told to the server, for people who look at its connections.
	Name string
	// Token returns the secret that every connection must show. It is called at each
	// connection, from any goroutine. Nil = none.
	Token func() string
}

// Bus is a connection to the bus, and the server if it is inside this process.
// Safe for concurrent use.
type Bus struct {
	conn   *nats.Conn
	server *server.Server // nil = external
	gone   chan struct{}  // closed when the connection has ended for good
	events events
	local  *local // nil = others can be on the bus, and messages go through its server

	mu     sync.Mutex
	closed bool
	subs   sync.WaitGroup // subscriptions whose queue is not yet closed
}

// Open connects. An external server must be there: the error says what could not
// be reached, after at most five seconds for each address.
func Open(o Options) (*Bus, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	b := &Bus{gone: make(chan struct{}), events: events{out: make(chan Event, eventQueue)}}
	options := b.options(&o)
	if o.URL == "" {
		s, err := serve(&o)
		if err != nil {
			return nil, err
		}
		b.server = s
		if o.Listen == "" {
			b.local = &local{}
		}
		options = append(options, nats.InProcessServer(s))
	}
	conn, err := nats.Connect(o.URL, options...)
	if err != nil {
		b.stopServer()
		return nil, o.refused(err)
	}
	b.conn = conn
	return b, nil
}

// check refuses what cannot be meant.
func (o *Options) check() error {
	switch {
	case o.URL != "" && o.Listen != "":
		return errors.New("bus: url and listen are both set: either connect to a running server or be one")
	case o.Listen != "" && (o.Token == nil || o.Token() == ""):
		return errors.New("bus: listen needs a token: whoever reaches the port could trade; set one, or leave listen empty")
	case strings.Contains(o.URL, "@"):
		return errors.New("bus: the url holds credentials: give them as the token, so that they reach no log")
	}
	return nil
}

// refused explains why there is no connection. What NATS says of it names no secret.
func (o *Options) refused(err error) error {
	switch {
	case errors.Is(err, nats.ErrAuthorization):
		return fmt.Errorf("bus: %s refused the token: %w", o.where(), err)
	case o.URL == "":
		return fmt.Errorf("bus: cannot connect to the server inside this process: %w", err)
	}
	return fmt.Errorf("bus: cannot reach %s: %w; start it, or leave the url empty for a server inside this process", o.where(), err)
}

func (o *Options) where() string {
	if o.URL == "" {
		return "the server inside this process"
	}
	return o.URL
}

func (b *Bus) options(o *Options) []nats.Option {
	list := []nats.Option{
		nats.Name(o.Name), nats.Timeout(connectTimeout), nats.DrainTimeout(drainTimeout),
		nats.MaxReconnects(-1), nats.ReconnectWait(retryWait), nats.ReconnectJitter(retryWait/4, retryWait/4),
		nats.IgnoreAuthErrorAbort(),
		nats.ReconnectBufSize(-1), // nothing is kept for later
		nats.FlusherTimeout(WriteTimeout), nats.ReconnectOnFlusherError(),
		nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(pingsOut),
		nats.DisconnectErrHandler(b.onLost),
		nats.ReconnectHandler(func(*nats.Conn) { b.events.tell(Event{Kind: Back}) }),
		nats.ErrorHandler(b.onError),
		nats.ClosedHandler(func(*nats.Conn) { close(b.gone) }),
	}
	if o.Token != nil {
		list = append(list, nats.TokenHandler(o.Token))
	}
	return list
}

func (b *Bus) onLost(_ *nats.Conn, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed { // an end that was asked for is no loss
		b.events.tell(Event{Kind: Lost, Err: err})
	}
}

// Up reports whether the bus is connected now.
func (b *Bus) Up() bool { return b.conn.IsConnected() }

// Publish sends a message to whoever subscribes to the subject now. The error is
// ErrGone, ErrClosed or a *TooLarge, or says what is wrong with the subject.
func (b *Bus) Publish(subject string, data []byte) error {
	if len(data) > MaxMessage {
		return &TooLarge{subject, len(data), MaxMessage}
	}
	if b.local != nil {
		return b.local.publish(subject, data)
	}
	if err := b.conn.Publish(subject, data); err != nil {
		return b.wrap(err, subject, len(data))
	}
	return nil
}

// wrap puts an error of NATS into our words.
func (b *Bus) wrap(err error, subject string, size int) error {
	switch {
	case errors.Is(err, nats.ErrMaxPayload):
		return &TooLarge{subject, size, int(b.conn.MaxPayload())}
	case errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrConnectionDraining):
		return fmt.Errorf("bus: %s: %w", subject, ErrClosed)
	case errors.Is(err, nats.ErrNoResponders):
		return fmt.Errorf("bus: %s: %w", subject, ErrNobody)
	case !b.conn.IsConnected(), errors.Is(err, nats.ErrReconnectBufExceeded):
		return fmt.Errorf("bus: %s: %w", subject, ErrGone)
	}
	return fmt.Errorf("bus: %s: %w", subject, err)
}

// Close ends the bus; see the package comment. It takes at most a few seconds, and
// may be called again.
func (b *Bus) Close() {
	b.mu.Lock()
	first := !b.closed
	b.closed = true
	b.mu.Unlock()
	if first {
		if err := b.conn.Drain(); err != nil {
			b.conn.Close() // it is not connected: there is nothing to drain
		}
	}
	<-b.gone
	if b.local != nil {
		b.local.close()
	}
	b.subs.Wait()
	if first {
		b.stopServer()
		b.events.close()
	}
}
