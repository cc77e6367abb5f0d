package strategies

import (
	"time"

	"tollgate/engine"
)

// localClock keeps the exchange's wall clock and trade date without asking the
// time zone about every event.
type localClock struct {
	calendar *engine.Calendar
	session  engine.Session
	offset   engine.Time // of the exchange's zone
	until    engine.Time // the offset holds before this
	shifted  bool        // the offset is known
	second   int         // of the day
}

const day = engine.Time(24 * time.Hour)

func (c *localClock) move(t engine.Time) {
	if t >= c.session.Close || c.session.Date == 0 {
		c.session = c.calendar.At(t)
	}
	if t >= c.until || !c.shifted {
		c.shift(t)
	}
	local := (t + c.offset) % day
	if local < 0 {
		local += day
	}
	c.second = int(local / engine.Time(time.Second))
}

// shift learns the zone's offset at t and when it ends. Times that go back over a
// change of offset are not expected: events do not go back.
func (c *localClock) shift(t engine.Time) {
	local := t.In(c.zone())
	_, seconds := local.Zone()
	c.offset = engine.Time(seconds) * engine.Time(time.Second)
	c.until, c.shifted = 1<<63-1, true
	if _, end := local.ZoneBounds(); !end.IsZero() {
		c.until = engine.TimeOf(end)
	}
}

func (c *localClock) zone() *time.Location {
	if c.calendar == nil {
		return time.UTC
	}
	return c.calendar.Zone
}
