package fakebridge

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"tollgate/engine"
	"tollgate/sim/fakebridge/broker"
)

// burst is how many events are played at speed 0 before calls get their turn.
const burst = 256

// run plays the feed and does what is due, until Close. It is the only goroutine
// that waits for time.
func (s *Server) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-s.kick:
		case <-timer.C:
		}
		s.mu.Lock()
		wait := s.turn()
		s.mu.Unlock()
		timer.Reset(wait)
	}
}

// turn does what is due and returns how long nothing is.
func (s *Server) turn() time.Duration {
	s.catchUp()
	if s.flatOut() {
		if !s.room() {
			return s.untilDue() // a client that has read wakes the replay
		}
		for range burst {
			if !s.flatOut() || !s.room() {
				break
			}
			s.play()
		}
		return 0
	}
	return s.untilDue()
}

// flatOut reports whether the feed is to be played as fast as it can be: to a
// client that wants quotes, and not to nobody.
func (s *Server) flatOut() bool {
	return s.more && s.config.Speed == 0 && !s.paused && !s.config.Manual && s.broker.Subscribed()
}

// room reports whether every client has half of its queue free.
func (s *Server) room() bool {
	for _, x := range s.sessions { // map order: a question to all
		if x.length() > MaxQueue/2 {
			return false
		}
	}
	return true
}

// catchUp plays what the clock says has happened by now. After Close time stands
// still: the ledger stays what it was.
func (s *Server) catchUp() {
	if s.closed {
		return
	}
	now := s.now()
	if s.paused || s.config.Speed > 0 {
		for s.more && !s.paused && s.next.At <= now.Market {
			s.snapshots(s.next.At, now.Limit)
			s.play()
		}
	}
	s.snapshots(now.Market, now.Limit)
	s.deliver(s.broker.Advance(now))
}

// snapshots lets the broker do what it does by the market's clock up to t, one
// moment at a time, so that none of a stretch is left out. A stretch of more than
// an hour is one moment: nobody waited for it.
func (s *Server) snapshots(t, limit engine.Time) {
	for range 3600 {
		next := s.broker.Next().Market
		if next == engine.NoTime || next >= t || s.broker.Time().Market >= t {
			return
		}
		s.deliver(s.broker.Advance(broker.Now{Market: next, Limit: limit}))
	}
}

// play gives the broker the next event and reads the one after.
func (s *Server) play() {
	r := s.clock()
	s.events++
	if s.market.rate == 0 || s.config.Speed == 0 {
		s.market.set(r, max(s.next.At, s.market.at(r)))
	}
	s.deliver(s.broker.Quote(s.limits.at(r), &s.next))
	switch err := s.config.Feed.Next(&s.next); {
	case errors.Is(err, io.EOF):
		s.more = false
	case err != nil:
		s.more, s.feedErr = false, err
	}
	if !s.more {
		s.market.change(r, s.rate(s.config.Speed))
	}
}

// untilDue is how long there is nothing to do.
func (s *Server) untilDue() time.Duration {
	r, wait := s.clock(), never
	due := s.broker.Next()
	if due.Limit != engine.NoTime {
		wait = min(wait, s.limits.until(r, due.Limit))
	}
	if s.paused || s.market.rate == 0 {
		return wait
	}
	if due.Market != engine.NoTime {
		wait = min(wait, s.market.until(r, due.Market))
	}
	if s.more && s.config.Speed > 0 {
		wait = min(wait, s.market.until(r, s.next.At))
	}
	return wait
}

// Tick does what is due by the clock, for a server that is driven by hand.
func (s *Server) Tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	s.wake()
}

// Step plays n events of the feed, whatever the clock says, and returns how many
// there were. The error is io.EOF at the end of the feed, or what is wrong with it.
func (s *Server) Step(n int) (int, error) {
	return s.stepWhile(func(done int) bool { return done < n })
}

// StepTo plays the feed up to a time, itself included, and moves the market's clock
// there. It returns how many events there were; the error is that of Step.
func (s *Server) StepTo(t engine.Time) (int, error) {
	n, err := s.stepWhile(func(int) bool { return s.next.At <= t })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return n, err
	}
	r := s.clock()
	s.snapshots(t, s.limits.at(r))
	s.market.set(r, max(t, s.market.at(r)))
	s.deliver(s.broker.Advance(s.now()))
	s.wake()
	return n, err
}

func (s *Server) stepWhile(want func(done int) bool) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, http.ErrServerClosed
	}
	s.catchUp()
	n := 0
	for s.more && want(n) {
		s.snapshots(s.next.At, s.limits.at(s.clock()))
		at := s.next.At
		s.play()
		s.market.set(s.clock(), max(at, s.market.at(s.clock())))
		n++
	}
	s.wake()
	if s.more {
		return n, nil
	}
	if s.feedErr != nil {
		return n, s.feedErr
	}
	return n, io.EOF
}

// Pause stops the market's clock. The clock of the limits goes on.
func (s *Server) Pause() { s.setPaused(true) }

// Resume lets the market's clock go on from where it stopped.
func (s *Server) Resume() { s.setPaused(false) }

func (s *Server) setPaused(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	s.paused = on
	s.market.change(s.clock(), s.rate(s.config.Speed))
	s.wake()
}

// SetSpeed changes the speed of the feed, and with it that of the limits' clock
// unless Config.BudgetScale fixes it. It fails outside 0 to 1000000.
func (s *Server) SetSpeed(x float64) error {
	if !validSpeed(x) {
		return fmt.Errorf("speed %g must be from 0 to 1000000", x)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	r := s.clock()
	s.config.Speed = x
	s.market.change(r, s.rate(x))
	s.limits.change(r, s.scale(x))
	s.wake()
	return nil
}

// Status is what the server is doing.
type Status struct {
	Market    string  `json:"market_time"` // RFC 3339
	MarketNS  int64   `json:"market_ns"`
	Speed     float64 `json:"speed"`
	Paused    bool    `json:"paused"`
	Events    int64   `json:"events"` // played
	Ended     bool    `json:"ended"`  // the feed has no more
	FeedError string  `json:"feed_error,omitempty"`
	Connected bool    `json:"connected"`
	Addon     bool    `json:"addon"`
	Slow      int64   `json:"slow_clients"` // cut off because they read too slowly
}

// Status describes the replay.
func (s *Server) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	at := s.broker.Time().Market
	x := Status{
		Market: at.String(), MarketNS: int64(at), Speed: s.config.Speed, Paused: s.paused, Events: s.events, Ended: !s.more,
		Connected: s.broker.Connected(), Addon: s.broker.Addon(), Slow: s.slow,
	}
	if s.feedErr != nil {
		x.FeedError = s.feedErr.Error()
	}
	return x
}
