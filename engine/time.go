package engine

import "time"

// Time is nanoseconds since 1970-01-01 UTC. It only ever arrives in events:
// nothing in the pure packages reads a clock.
type Time int64

// NoTime is the Time of something that has not happened.
const NoTime Time = -1 << 63

// TimeOf converts from the standard library's clock reading.
func TimeOf(t time.Time) Time { return Time(t.UnixNano()) }

// UTC converts to the standard library's form, in UTC.
func (t Time) UTC() time.Time { return time.Unix(0, int64(t)).UTC() }

// In converts to the standard library's form, in the given zone.
func (t Time) In(loc *time.Location) time.Time { return time.Unix(0, int64(t)).In(loc) }

// Add returns t moved by d.
func (t Time) Add(d time.Duration) Time { return t + Time(d) }

// Sub returns the duration from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// String prints RFC 3339 with nanoseconds, in UTC.
func (t Time) String() string {
	if t == NoTime {
		return "never"
	}
	return t.UTC().Format(time.RFC3339Nano)
}
