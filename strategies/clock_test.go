package strategies

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// TestLocalClock compares the clock that remembers with one that asks the time
// zone and the calendar about every event.
func TestLocalClock(t *testing.T) {
	all := [7]bool{true, true, true, true, true, true, true}
	calendars := []*engine.Calendar{
		nil, globex(t),
		{Zone: zone(t, "Australia/Lord_Howe"), Open: 10 * time.Hour, Close: 16 * time.Hour, Days: all},
		{Zone: zone(t, "Europe/London"), Open: time.Hour, Close: time.Hour, Days: all},
		{Zone: time.UTC}, // never opens
	}
	rapid.Check(t, func(t *rapid.T) {
		c := localClock{calendar: calendars[rapid.IntRange(0, len(calendars)-1).Draw(t, "calendar")]}
		now := engine.Time(rapid.Int64Range(-15e8, 4e9).Draw(t, "start"))*second + engine.Time(rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		for range 30 {
			c.move(now)
			h, m, s := now.In(c.zone()).Clock()
			if want := h*3600 + m*60 + s; c.second != want {
				t.Fatalf("%v: second %d of the day, want %d", now, c.second, want)
			}
			if want := c.calendar.At(now); c.session != want {
				t.Fatalf("%v: session %+v, want %+v", now, c.session, want)
			}
			now = now.Add(time.Duration(rapid.Int64Range(0, 1<<rapid.IntRange(1, 53).Draw(t, "bits")).Draw(t, "pause")))
		}
	})
}

func TestTimeOfDayAndDate(t *testing.T) {
	r := newRig(t, globex(t))
	var got [][2]int
	r.join(NewSetup(nil), Handlers{OnQuote: func(c *Context, _ *Quote) { got = append(got, [2]int{c.TimeOfDay / 60, c.Date}) }})
	for _, text := range []string{
		"1969-12-30T14:30:00Z",                         // before 1970
		"2024-03-08T21:59:59Z", "2024-03-08T22:00:00Z", // Friday's close: the next session is Monday's
		"2024-03-10T06:59:00Z", "2024-03-10T07:00:00Z", // clocks go forward
		"2024-03-10T22:00:00Z",                         // Sunday's open
		"2024-11-03T05:59:00Z", "2024-11-03T06:00:00Z", // and back
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		r.book(engine.TimeOf(at), 4, 8)
	}
	want := [][2]int{
		{9*60 + 30, 19691230},
		{16*60 + 59, 20240308},
		{17 * 60, 20240311},
		{1*60 + 59, 20240311},
		{3 * 60, 20240311},
		{18 * 60, 20240311},
		{1*60 + 59, 20241104},
		{1 * 60, 20241104},
	}
	for n, w := range want {
		if n >= len(got) || got[n] != w {
			t.Errorf("quote %d: %v, want %v", n, got, w)
			return
		}
	}
}
