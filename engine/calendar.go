package engine

import "time"

// Calendar says when an instrument trades. It is data: the zone is handed in, so
// the pure packages never touch the time zone files.
//
// The electronic session of the index, metal and energy futures is Sunday to
// Friday 18:00 to 17:00 New York. Exchange holidays are not in the calendar: on
// them a recording simply has no events.
type Calendar struct {
	Zone  *time.Location
	Open  time.Duration // since local midnight
	Close time.Duration // since local midnight; not after Open = the session ends on the next day
	Days  [7]bool       // weekdays (time.Weekday) on which a session closes: its trade date
}

// Session is one trading day of an instrument, Open <= t < Close.
type Session struct {
	Open, Close Time
	Date        int // trade date as yyyymmdd: the local day of Close
}

// Contains reports whether the market is open at t in this session.
func (s *Session) Contains(t Time) bool { return s.Open <= t && t < s.Close }

// At returns the session that contains t, or, in a break, the next one to open.
// A nil Calendar is one endless session per UTC day.
func (c *Calendar) At(t Time) Session {
	if c == nil {
		day := t.UTC().Truncate(24 * time.Hour)
		y, m, d := day.Date()
		return Session{TimeOf(day), TimeOf(day.Add(24 * time.Hour)), y*10000 + int(m)*100 + d}
	}
	y, m, d := t.In(c.Zone).Date()
	for i := range 10 {
		s := c.on(y, m, d+i)
		if s.Date != 0 && t < s.Close {
			return s
		}
	}
	return Session{Open: 1<<63 - 1, Close: 1<<63 - 1} // a calendar without trading days never opens
}

// on is the session with the given trade date; its Date is 0 when there is none.
func (c *Calendar) on(y int, m time.Month, d int) Session {
	midnight := time.Date(y, m, d, 0, 0, 0, 0, c.Zone)
	if !c.Days[midnight.Weekday()] {
		return Session{}
	}
	openDay := 0
	if c.Close <= c.Open {
		openDay = -1
	}
	y, m, d = midnight.Date()
	return Session{
		Open:  TimeOf(clock(y, m, d+openDay, c.Open, c.Zone)),
		Close: TimeOf(clock(y, m, d, c.Close, c.Zone)),
		Date:  y*10000 + int(m)*100 + d,
	}
}

// clock is the instant the wall clock shows since, whatever the day's length.
func clock(y int, m time.Month, d int, since time.Duration, loc *time.Location) time.Time {
	return time.Date(y, m, d, 0, 0, int(since/time.Second), 0, loc)
}
