package indicator

import "tollgate/engine"

// Bars turns a stream of trades into closed bars. The types that do it differ only
// in when a bar is full: [TimeBars], [TickBars], [VolumeBars], [RangeBars].
//
// Only closed bars can be seen. Every accepted trade is in exactly one bar, except
// those of the last bar, which is not yet closed when the stream ends. Open, High,
// Low and Close are prices that traded; no price, trade or bar is invented, and an
// interval without trades has no bar.
//
// A bar ends with its session at the latest: the first Add or Advance that reaches
// the session's close closes it.
//
// Time does not run backwards: a trade earlier than the newest Add or Advance is
// dropped. So are trades outside the sessions of the calendar (a feed that repeats
// itself while the market is closed), and trades whose price or size is not usable
// or whose size is negative. Dropped counts all of them; of these, only the ones
// outside a session move time on. A size of zero is allowed: it moves the price and
// counts as a trade.
//
// A call closes at most two bars, and allocates nothing.
type Bars interface {
	// Add takes a trade into account and returns how many bars it closed: the one
	// that was over before it, the one that it filled, both, or none.
	Add(t engine.Time, price, size float64) int

	// Advance says that it is now t, and returns how many bars that closed, at most
	// one. A later trade with a time before t will be dropped; one at t will not.
	Advance(t engine.Time) int

	// Closed returns the bars closed by the newest Add or Advance, oldest first. The
	// slice is overwritten by the next Add or Advance.
	Closed() []Bar

	// NextClose returns the time at which Advance would close the bar in the making,
	// or engine.NoTime when there is none. The next trade may close it earlier.
	NextClose() engine.Time

	// Dropped returns how many trades were dropped.
	Dropped() int
}

// stream is what all builders share: the clock, the session, the bar in the making
// and the closed bars.
type stream struct {
	calendar *engine.Calendar
	session  engine.Session
	now      engine.Time // newest time seen
	until    engine.Time // the bar in the making ends here at the latest
	bar      Bar         // in the making; Trades is 0 when there is none
	closed   [2]Bar
	n        int // bars in closed
	dropped  int
}

func newStream(builder string, calendar *engine.Calendar) (stream, error) {
	if calendar != nil && calendar.Zone == nil {
		return stream{}, &ParamError{builder, "calendar", "without a time zone", "a calendar with its Zone set, or nil"}
	}
	return stream{calendar: calendar, now: engine.NoTime}, nil
}

// Advance implements [Bars].
func (s *stream) Advance(t engine.Time) int {
	s.n = 0
	s.advance(t)
	return s.n
}

// Closed implements [Bars].
func (s *stream) Closed() []Bar { return s.closed[:s.n] }

// NextClose implements [Bars].
func (s *stream) NextClose() engine.Time {
	if s.bar.Trades == 0 {
		return engine.NoTime
	}
	return s.until
}

// Dropped implements [Bars].
func (s *stream) Dropped() int { return s.dropped }

func (s *stream) advance(t engine.Time) {
	if t <= s.now {
		return
	}
	s.now = t
	if s.bar.Trades > 0 && t >= s.until {
		s.close()
	}
}

// close hands the bar in the making over.
func (s *stream) close() {
	s.closed[s.n] = s.bar
	s.n++
	s.bar = Bar{}
}

// admit moves time on to a trade and reports whether it counts.
func (s *stream) admit(t engine.Time, price, size float64) bool {
	s.n = 0
	if t == engine.NoTime || t < s.now || !usable(price) || !usable(size) || size < 0 {
		s.dropped++
		return false
	}
	s.advance(t)
	if t >= s.session.Close || s.session.Date == 0 {
		s.session = s.calendar.At(t)
	}
	if !s.session.Contains(t) {
		s.dropped++
		return false
	}
	return true
}

// put adds an admitted trade to the bar in the making, or begins one that ends with
// its session and reports so. A bar of trades ends one nanosecond after its newest
// trade.
func (s *stream) put(t engine.Time, price, size float64) (began bool) {
	if s.bar.Trades == 0 {
		s.bar.begin(t, price, size, s.session.Date)
		s.until = s.session.Close
		return true
	}
	s.bar.include(price, size)
	s.bar.End = max(s.bar.End, t+1)
	return false
}
