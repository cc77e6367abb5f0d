package engine

import (
	"testing"
	"time"
)

func newYork(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func futures(t testing.TB) *Calendar {
	return &Calendar{
		Zone: newYork(t), Open: 18 * time.Hour, Close: 17 * time.Hour,
		Days: [7]bool{false, true, true, true, true, true, false},
	}
}

func TestCalendar(t *testing.T) {
	c := futures(t)
	at := func(s string) Time {
		x, err := time.ParseInLocation("2006-01-02 15:04:05", s, c.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return TimeOf(x)
	}
	for _, x := range []struct {
		name, at, open, close string
		date                  int
		inside                bool
	}{
		{"midday", "2025-06-04 12:00:00", "2025-06-03 18:00:00", "2025-06-04 17:00:00", 20250604, true},
		{"evening belongs to tomorrow", "2025-06-03 18:00:00", "2025-06-03 18:00:00", "2025-06-04 17:00:00", 20250604, true},
		{"last second", "2025-06-04 16:59:59", "2025-06-03 18:00:00", "2025-06-04 17:00:00", 20250604, true},
		{"the close is outside", "2025-06-04 17:00:00", "2025-06-04 18:00:00", "2025-06-05 17:00:00", 20250605, false},
		{"daily break", "2025-06-04 17:30:00", "2025-06-04 18:00:00", "2025-06-05 17:00:00", 20250605, false},
		{"friday evening", "2025-06-06 18:30:00", "2025-06-08 18:00:00", "2025-06-09 17:00:00", 20250609, false},
		{"saturday", "2025-06-07 12:00:00", "2025-06-08 18:00:00", "2025-06-09 17:00:00", 20250609, false},
		{"sunday before the open", "2025-06-08 17:59:59", "2025-06-08 18:00:00", "2025-06-09 17:00:00", 20250609, false},
		{"sunday evening", "2025-06-08 18:00:00", "2025-06-08 18:00:00", "2025-06-09 17:00:00", 20250609, true},
		{"over the spring change", "2025-03-09 18:00:00", "2025-03-09 18:00:00", "2025-03-10 17:00:00", 20250310, true},
		{"over the autumn change", "2025-11-02 18:00:00", "2025-11-02 18:00:00", "2025-11-03 17:00:00", 20251103, true},
		{"over the year", "2025-12-31 18:00:00", "2025-12-31 18:00:00", "2026-01-01 17:00:00", 20260101, true},
	} {
		s := c.At(at(x.at))
		if s.Open != at(x.open) || s.Close != at(x.close) || s.Date != x.date {
			t.Errorf("%s: %v to %v, %d; want %s to %s, %d", x.name, s.Open.In(c.Zone), s.Close.In(c.Zone), s.Date, x.open, x.close, x.date)
		}
		if s.Contains(at(x.at)) != x.inside {
			t.Errorf("%s: inside = %v", x.name, !x.inside)
		}
	}
}

// TestCalendarDaysOfChange: a session that spans the night of a clock change is
// an hour shorter or longer, and opens and closes by the wall clock.
func TestCalendarDaysOfChange(t *testing.T) {
	c := &Calendar{Zone: newYork(t), Open: 18 * time.Hour, Close: 17 * time.Hour, Days: [7]bool{true, true, true, true, true, true, true}}
	for _, x := range []struct {
		y    int
		m    time.Month
		d    int
		want time.Duration
	}{{2025, 3, 8, 23}, {2025, 3, 9, 22}, {2025, 11, 1, 23}, {2025, 11, 2, 24}} {
		s := c.At(TimeOf(time.Date(x.y, x.m, x.d, 12, 0, 0, 0, c.Zone)))
		if got := s.Close.Sub(s.Open); got != x.want*time.Hour {
			t.Errorf("%d-%d: %v long, want %d h", x.m, x.d, got, x.want)
		}
	}
}

func TestCalendarSameDay(t *testing.T) {
	c := &Calendar{Zone: time.UTC, Open: 9*time.Hour + 30*time.Minute, Close: 16 * time.Hour, Days: [7]bool{1: true}}
	s := c.At(TimeOf(time.Date(2025, 6, 3, 0, 0, 0, 0, time.UTC))) // a Tuesday: the next Monday counts
	if s.Date != 20250609 || s.Close.Sub(s.Open) != 6*time.Hour+30*time.Minute {
		t.Errorf("%+v", s)
	}
}

func TestNilCalendarIsUTCDays(t *testing.T) {
	var c *Calendar
	for _, x := range []struct {
		at   time.Time
		date int
	}{
		{time.Date(2025, 6, 3, 0, 0, 0, 0, time.UTC), 20250603},
		{time.Date(2025, 6, 3, 23, 59, 59, 999999999, time.UTC), 20250603},
		{time.Date(2025, 6, 4, 0, 0, 0, 0, time.UTC), 20250604},
		{time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC), 19691231},
	} {
		s := c.At(TimeOf(x.at))
		if s.Date != x.date || !s.Contains(TimeOf(x.at)) || s.Close.Sub(s.Open) != 24*time.Hour {
			t.Errorf("%v: %+v", x.at, s)
		}
	}
}

func TestCalendarWithoutDaysNeverOpens(t *testing.T) {
	s := (&Calendar{Zone: time.UTC}).At(0)
	if s.Contains(0) || s.Date != 0 {
		t.Errorf("%+v", s)
	}
}
