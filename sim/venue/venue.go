package venue

import (
	"math"

	"tollgate/engine"
)

// Venue is a simulated exchange for any number of instruments and one owner of
// orders. See the package documentation for its rules. Not safe for concurrent
// use.
type Venue struct {
	u       *engine.Universe
	c       Config
	markets []*market // by InstrumentID
	orders  map[engine.OrderID]*order
	groups  map[engine.OCO]*group
	seq     uint64          // last time priority given out
	wake    engine.Time     // when the next DAY order ends; the far future = none
	out     []engine.Report // what the current call returns
	touched []*market       // whose lists must be tidied after the current call
}

// never is later than every event.
const never engine.Time = math.MaxInt64

// New returns a venue for the instruments of u, which may grow while the venue
// is in use.
func New(u *engine.Universe, c Config) *Venue {
	c.Profile = c.Profile.withDefaults()
	return &Venue{
		u: u, c: c, wake: never,
		orders: map[engine.OrderID]*order{}, groups: map[engine.OCO]*group{},
	}
}

// Quote takes a market event and returns what it did to orders. DAY orders whose
// session is over end first, of every instrument. An event of an unknown
// instrument, or in a break between sessions, does nothing else.
//
// The slice is good until the next call.
func (v *Venue) Quote(q *engine.Quote) []engine.Report {
	v.out = v.out[:0]
	if q.At >= v.wake {
		v.expire(q.At)
	}
	m := v.market(q.Instrument, q.At)
	if m == nil || q.At < m.sess.Open {
		return v.done()
	}
	n := m.fold(q, &v.c.Profile)
	if m.open == 0 {
		return v.done()
	}
	v.match(m, &n)
	return v.done()
}

// Advance lets time pass without an event: DAY orders whose session is over by
// at end, stamped with the end of their session. The slice is good until the
// next call.
func (v *Venue) Advance(at engine.Time) []engine.Report {
	v.out = v.out[:0]
	if at >= v.wake {
		v.expire(at)
	}
	return v.done()
}

// Withdraw takes the book of every instrument out of force until the feed states
// it again: the feed is known to be interrupted. Orders that arrive wait; those that
// rest keep their place. What our orders took of a book stays taken.
func (v *Venue) Withdraw() {
	for _, m := range v.markets {
		m.bookAt = engine.NoTime
	}
}

// market is an instrument's market with its session up to date, or nil for an
// instrument that is not in the universe. Its DAY orders have been seen to by
// then: wake is not after the end of any session that has one.
func (v *Venue) market(id engine.InstrumentID, at engine.Time) *market {
	if int(id) >= len(v.markets) && !v.grow(id) {
		return nil
	}
	m := v.markets[id]
	if at >= m.sess.Close {
		m.sess = v.u.Get(id).Calendar.At(at)
		m.forget()
	}
	return m
}

// grow makes room for instruments that have joined the universe.
func (v *Venue) grow(id engine.InstrumentID) bool {
	if int(id) >= v.u.Len() {
		return false
	}
	for len(v.markets) < v.u.Len() {
		v.markets = append(v.markets, newMarket())
	}
	return true
}

// expire ends the DAY orders of every session that is over by at, the earliest
// end first.
func (v *Venue) expire(at engine.Time) {
	for v.wake <= at && v.wake != never {
		end := v.wake
		for _, m := range v.markets {
			if m.sess.Close == end && m.open > 0 {
				v.endSession(m, end)
			}
		}
		v.wake = v.nextEnd(end)
	}
}

// nextEnd is the first end of a session after t that a DAY order waits for.
func (v *Venue) nextEnd(t engine.Time) engine.Time {
	next := never
	for _, m := range v.markets {
		if end := m.sess.Close; end > t && end < next && m.hasDay() {
			next = end
		}
	}
	return next
}

func (m *market) hasDay() bool {
	found := false
	m.each(func(o *order) { found = found || o.terms.TIF == engine.Day })
	return found
}

// each calls f for every open order, in a fixed order.
func (m *market) each(f func(*order)) {
	for _, list := range [...][]*order{m.resting[0], m.resting[1], m.waiting, m.stops} {
		for _, o := range list {
			if o.place != gone {
				f(o)
			}
		}
	}
}

// endSession expires the DAY orders of a market, by number, and then
// takes down what was grouped with them.
func (v *Venue) endSession(m *market, end engine.Time) {
	var ended []*order
	m.each(func(o *order) {
		if o.terms.TIF == engine.Day {
			ended = append(ended, o)
		}
	})
	sortByID(ended)
	for _, o := range ended {
		v.finish(o)
		v.report(engine.Report{At: end, Order: o.id, Kind: engine.Expired, Reason: "the session ended"})
	}
	for _, o := range ended {
		v.takeDown(o.group, o, end, "expired")
	}
}

// fill books an execution and what it means for the order's group.
func (v *Venue) fill(m *market, o *order, at engine.Time, n engine.Qty, p engine.Price, maker bool) {
	o.filled += n
	leaves := o.leaves()
	if leaves == 0 {
		v.finish(o)
	}
	v.report(engine.Report{
		At: at, Order: o.id, Kind: engine.Filled, Maker: maker, Qty: n, Leaves: leaves, Price: p,
		Fee: v.u.Get(o.terms.Instrument).Fee * engine.Money(n),
	})
	v.groupFilled(o, at, n)
}

// finish makes an order terminal. Its id stays known.
func (v *Venue) finish(o *order) {
	m := v.markets[o.terms.Instrument]
	o.place = gone
	m.open--
	v.touch(m)
	v.orders[o.id] = nil
}

// touch notes that a market's lists must be tidied.
func (v *Venue) touch(m *market) {
	if !m.dirty {
		m.dirty = true
		v.touched = append(v.touched, m)
	}
}

func (v *Venue) report(r engine.Report) { v.out = append(v.out, r) }

// done tidies the lists, which no loop is walking any more.
func (v *Venue) done() []engine.Report {
	for _, m := range v.touched {
		for i := range m.resting {
			m.resting[i] = keep(m.resting[i], resting)
		}
		m.waiting = keep(m.waiting, waiting)
		m.stops = keep(m.stops, stopped)
		m.dirty = false
	}
	v.touched = v.touched[:0]
	return v.out
}
