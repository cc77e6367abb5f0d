package fakebridge

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"sync"
	"time"

	"tollgate/engine"
	"tollgate/sim/fakebridge/broker"
	"tollgate/sim/feed"
	"tollgate/sim/venue"
)

// Bounds of the server; the package documentation says what happens at each.
const (
	MaxFrame = 1 << 20 // bytes
	MaxQueue = 1024    // frames that wait for one client
)

// Words of package broker, so that a test needs one import.
type (
	Account = broker.AccountConfig
	Quirks  = broker.Quirks
	Ledger  = broker.Ledger
	Args    = broker.Args
)

// Config says what is simulated. Universe and Accounts are needed.
type Config struct {
	Universe *engine.Universe // of the feed
	Feed     feed.Source      // nil = no quotes but those of Push; Close closes it
	Accounts []Account
	Token    string // the bearer token; empty = any
	Quirks   Quirks
	Faults   []string // as Server.Fault takes them, set off or armed at the start
	Seed     uint64
	Venue    venue.Config // how orders fill

	// Speed is the multiple of real time at which the feed is played; 0 = as fast as
	// the client reads.
	Speed float64
	// BudgetScale is the speed of the clock by which the limits count; 0 = that of
	// the feed, and never below 1.
	BudgetScale float64
	Paused      bool             // begin paused
	Clock       func() time.Time // nil = time.Now
	Manual      bool             // nothing moves but by Tick, Step and StepTo
}

// Server is a simulated bridge. See the package documentation.
type Server struct {
	config Config
	clock  func() time.Time
	mux    *http.ServeMux
	http   *http.Server
	kick   chan struct{} // wakes the replay
	done   chan struct{} // closed by Close
	wg     sync.WaitGroup

	mu       sync.Mutex // guards everything below
	broker   *broker.Broker
	sessions map[broker.ConnID]*session
	waiting  map[broker.ConnID]chan broker.Out // REST requests
	limits   pace
	market   pace
	paused   bool
	next     engine.Quote // the feed's next event, when more is true
	more     bool
	feedErr  error
	events   int64
	slow     int64 // clients cut off because they read too slowly
	addr     string
	closed   bool
}

// New makes a server and starts its replay. It reads the feed's first event, whose
// time the run begins at; an empty feed is an error.
func New(c Config) (*Server, error) {
	if !validSpeed(c.Speed) || !validSpeed(c.BudgetScale) {
		return nil, fmt.Errorf("speed %g and budget scale %g must be from 0 to 1000000", c.Speed, c.BudgetScale)
	}
	for _, f := range c.Faults {
		if err := broker.CheckFault(f); err != nil {
			return nil, err
		}
	}
	s := &Server{
		config: c, clock: c.Clock, kick: make(chan struct{}, 1), done: make(chan struct{}), paused: c.Paused,
		sessions: map[broker.ConnID]*session{}, waiting: map[broker.ConnID]chan broker.Out{},
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if err := s.begin(); err != nil {
		return nil, err
	}
	s.mux = s.routes()
	s.http = &http.Server{
		Handler: s.mux, ReadHeaderTimeout: 10 * time.Second, ConnContext: withConn,
		ErrorLog: log.New(io.Discard, "", 0), // what a client does wrong is the client's to log
	}
	if !c.Manual {
		s.wg.Go(s.run)
	}
	return s, nil
}

// validSpeed reports whether a multiple of real time can be used; NaN cannot.
func validSpeed(x float64) bool { return x >= 0 && x <= 1e6 }

// begin sets the clocks and makes the broker.
func (s *Server) begin() error {
	c, now := &s.config, s.clock()
	start := engine.TimeOf(now)
	if c.Feed != nil {
		if err := c.Feed.Next(&s.next); err != nil {
			return fmt.Errorf("the first event of the feed: %w", err)
		}
		s.more, start = true, s.next.At
	}
	s.limits = pace{now, engine.TimeOf(now), s.scale(c.Speed)}
	s.market = pace{now, start, s.rate(c.Speed)}
	var err error
	s.broker, err = broker.New(broker.Config{
		Universe: c.Universe, Accounts: c.Accounts, Token: c.Token, Quirks: c.Quirks, Seed: c.Seed, Venue: c.Venue,
		Start: broker.Now{Market: start, Limit: engine.TimeOf(now)},
	})
	if err != nil {
		return err
	}
	for _, f := range c.Faults {
		if _, err := s.broker.Fault(s.now(), f); err != nil {
			return err
		}
	}
	return nil
}

// scale is the speed of the limits' clock at a speed of the feed.
func (s *Server) scale(speed float64) float64 {
	if s.config.BudgetScale > 0 {
		return s.config.BudgetScale
	}
	return max(1, speed)
}

// rate is the speed of the market's clock: it stands still while paused, and at
// speed 0, where events move it; without events to come, speed 0 is real time.
func (s *Server) rate(speed float64) float64 {
	switch {
	case s.paused:
		return 0
	case speed == 0 && !s.more && !s.config.Manual:
		return 1
	}
	return speed
}

// now reads the clock, the only place that does while the server runs.
func (s *Server) now() broker.Now {
	r := s.clock()
	return broker.Now{Market: s.market.at(r), Limit: s.limits.at(r)}
}

// enter counts a handler in; it reports false after Close.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.wg.Add(1)
	return true
}

// do runs f on the broker with everything up to now done first, and carries out
// what comes of it.
func (s *Server) do(f func(broker.Now) []broker.Out) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	s.deliver(f(s.now()))
	s.wake()
}

// wake makes the replay think again about when it has something to do.
func (s *Server) wake() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// deliver carries outs out. No socket is waited for here.
func (s *Server) deliver(outs []broker.Out) {
	for i := range outs {
		o := &outs[i]
		if o.Kind == broker.Answer {
			if w := s.waiting[o.Conn]; w != nil {
				w <- *o // it has room for the one answer there is
				delete(s.waiting, o.Conn)
			}
			continue
		}
		if x := s.sessions[o.Conn]; x != nil && !x.put(o) {
			s.slow++
		}
	}
}

// Ledger is the truth: a copy of what really happened.
func (s *Server) Ledger() Ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	return s.broker.Ledger()
}

// Fault sets a fault off, NAME[=VALUE][@WHEN]; WHEN is a duration from now by the
// clock of the limits, or call=N for the Nth call of the run. The error says what is
// wrong with the text.
func (s *Server) Fault(text string) (err error) {
	s.do(func(now broker.Now) (out []broker.Out) {
		out, err = s.broker.Fault(now, text)
		return out
	})
	return err
}

// Manual makes a call as a person at the platform would and returns the reply's
// data as JSON. It costs no token and no fault hits it.
func (s *Server) Manual(api string, args Args) []byte {
	var body broker.Object
	s.do(func(now broker.Now) (out []broker.Out) {
		body, out = s.broker.Manual(now, api, args)
		return out
	})
	return body.AppendJSON(nil)
}

// Push gives the broker a quote as if the feed had it. A time before what the
// market's clock shows counts as that; a later one moves the clock.
func (s *Server) Push(q *engine.Quote) {
	s.do(func(now broker.Now) []broker.Out {
		s.events++
		late := *q
		late.At = max(q.At, now.Market)
		s.market.set(s.clock(), late.At)
		return s.broker.Quote(now.Limit, &late)
	})
}

// Withdraw says that whoever pushes quotes has none: nothing fills until the next
// event of an instrument.
func (s *Server) Withdraw() { s.do(s.broker.Withdraw) }

// MarketTime is what the market's clock shows. A client in the same process that
// takes its time from here lives in recorded time.
func (s *Server) MarketTime() engine.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(s.market.at(s.clock()), s.broker.Time().Market)
}
