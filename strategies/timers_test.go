package strategies

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// ticking joins an instance that does begin in OnStart and writes timers down.
func ticking(r *rig, d *diary, begin func(*Context)) {
	r.join(NewSetup(nil), Handlers{OnStart: begin, OnTimer: full(d).OnTimer})
}

func TestEvery(t *testing.T) {
	r, d := newRig(t, nil), &diary{}
	ticking(r, d, func(c *Context) { c.Every("a", 7*time.Second) })
	r.start(noon) // not a multiple of 7 s
	r.until(noon + 15*second)
	first := (noon/(7*second) + 1) * 7 * second
	d.want(t, "timer a "+clock(int64(first)), "timer a "+clock(int64(first+7*second)))
	// Started at a multiple: that one does not count.
	ticking(r, d, func(c *Context) { c.Every("b", time.Minute) })
	r.step(&engine.Phase{At: noon + minute, Strategy: 1, Begin: true})
	d.lines = nil
	r.until(noon + minute)
	for _, line := range d.lines {
		if strings.Contains(line, "timer b") {
			t.Error(line)
		}
	}
}

func TestTimersBefore1970(t *testing.T) {
	for _, now := range []engine.Time{-1, -minute, -minute - 1, -90 * second, 0, 1} {
		timer := scriptTimer{every: time.Minute}
		next := timer.next(now)
		if next <= now || next-now > minute || next%minute != 0 {
			t.Errorf("after %v: %v", now, next)
		}
	}
}

// TestRestartAndStop: one timer of a name at a time, however it was stopped.
func TestRestartAndStop(t *testing.T) {
	r, d := newRig(t, nil), &diary{}
	ticking(r, d, func(c *Context) {
		c.Every("a", 10*time.Second)
		c.Every("a", 15*time.Second)
		c.Every("b", 20*time.Second)
		c.StopTimer("b")
		c.StopTimer("unknown")
		c.Every("c", 30*time.Second)
		c.StopTimer("c")
		c.Every("c", 30*time.Second)
	})
	r.start(noon)
	r.until(noon + minute)
	d.want(t, "timer a 12:00:15", "timer c 12:00:30", "timer a 12:00:30", "timer a 12:00:45", "timer c 12:01:00", "timer a 12:01:00")
	if n := len(r.runner.instances[0].timers); n != 2 {
		t.Errorf("%d timers are kept", n)
	}
}

// TestTimerHandlersThatTouchTimers: a timer may stop or restart itself and others.
func TestTimerHandlersThatTouchTimers(t *testing.T) {
	r, d := newRig(t, nil), &diary{}
	r.join(NewSetup(nil), Handlers{
		OnStart: func(c *Context) {
			c.Every("a", 10*time.Second)
			c.Every("b", 10*time.Second)
			c.Every("c", 10*time.Second)
		},
		OnTimer: func(c *Context, x *Timer) {
			d.add("%s %s", x.Name, clock(x.Time))
			switch x.Name {
			case "a":
				c.StopTimer("a")
				c.StopTimer("b")
			case "c":
				c.Every("c", 25*time.Second)
			}
		},
	})
	r.start(noon)
	r.until(noon + minute)
	d.want(t, "a 12:00:10", "c 12:00:10", "c 12:00:25", "c 12:00:50")
}

// TestRestartingWithEveryQuoteKeepsNothing: a script may start its timer in
// OnQuote without piling up timers.
func TestRestartingWithEveryQuoteKeepsNothing(t *testing.T) {
	r, d := newRig(t, nil), &diary{}
	r.join(NewSetup(nil), Handlers{
		OnQuote: func(c *Context, _ *Quote) {
			c.Every("every", time.Hour)
			c.At("at", "15:55")
			c.StopTimer("gone")
			c.Every("gone", time.Minute)
		},
		OnTimer: full(d).OnTimer,
	})
	for n := range engine.Time(10_000) {
		r.book(noon+n*second, 4, 8)
	}
	if n := len(r.runner.timers); n != 3 || len(r.runner.instances[0].timers) != 3 {
		t.Errorf("%d timers under way, %d known", n, len(r.runner.instances[0].timers))
	}
	want := 2 + 10_000/60
	if len(d.lines) != want {
		t.Errorf("%d fired, want %d", len(d.lines), want)
	}
}

func TestTooManyTimers(t *testing.T) {
	for what, c := range map[string]struct {
		begin func(*Context)
		halt  string
	}{
		"at the bound": {func(c *Context) {
			for n := range maxTimers {
				c.Every(fmt.Sprint(n), time.Second)
			}
			c.Every("7", time.Minute) // a restart is none more
		}, ""},
		"one more": {func(c *Context) {
			for n := range maxTimers + 1 {
				c.Every(fmt.Sprint(n), time.Second)
			}
		}, "more than 100 timers"},
		"restarted without end": {func(c *Context) {
			for n := range maxUnderWay + 1 {
				c.Every("a", time.Hour+time.Duration(n)*time.Millisecond)
			}
		}, "more than 1000 times"},
		"too often":        {func(c *Context) { c.Every("a", time.Millisecond-1) }, "at least 1ms"},
		"no time":          {func(c *Context) { c.At("a", "25:00") }, "not a time of day"},
		"no zone":          {func(c *Context) { c.AtIn("a", "15:00", "Mars/Olympus") }, "not a time zone such as"},
		"backwards always": {func(c *Context) { c.Every("a", -time.Hour) }, "at least 1ms"},
	} {
		r, d := newRig(t, nil), &diary{}
		ticking(r, d, c.begin)
		r.start(noon)
		h := r.halts()
		if (len(h) == 0) != (c.halt == "") || len(h) > 0 && !strings.Contains(h[0], c.halt) {
			t.Errorf("%s: halts %q", what, h)
		}
	}
	r := newRig(t, nil)
	r.runner.cfg.Zone = nil
	ticking(r, &diary{}, func(c *Context) { c.AtIn("a", "15:00", "UTC") })
	r.start(noon)
	if h := r.halts(); len(h) != 1 || !strings.Contains(h[0], "no time zones are available") {
		t.Errorf("halts %q", h)
	}
}

// TestAtOverChangesOfClocks: once a day, at the wall clock's time, also when the
// clock skips it or shows it twice.
func TestAtOverChangesOfClocks(t *testing.T) {
	at := func(text string) engine.Time {
		x, err := time.Parse("2006-01-02 15:04:05", text)
		if err != nil {
			t.Fatal(err)
		}
		return engine.TimeOf(x)
	}
	for _, c := range []struct {
		zone, clock, from string
		want              []string // UTC
	}{
		// New York goes from EST to EDT on 10 March 2024, 07:00 UTC.
		{"America/New_York", "09:30", "2024-03-09 00:00:00", []string{"2024-03-09 14:30:00", "2024-03-10 13:30:00", "2024-03-11 13:30:00"}},
		// 02:30 does not exist on that day: it falls on 01:30 EST or 03:30 EDT.
		{"America/New_York", "02:30", "2024-03-09 00:00:00", []string{"2024-03-09 07:30:00", "2024-03-10 07:30:00|2024-03-10 06:30:00", "2024-03-11 06:30:00"}},
		// And back on 3 November 2024, 06:00 UTC: 01:30 comes twice and counts once.
		{"America/New_York", "01:30", "2024-11-02 00:00:00", []string{"2024-11-02 05:30:00", "2024-11-03 05:30:00|2024-11-03 06:30:00", "2024-11-04 06:30:00"}},
		{"America/New_York", "15:55", "2024-11-02 00:00:00", []string{"2024-11-02 19:55:00", "2024-11-03 20:55:00", "2024-11-04 20:55:00"}},
		// Midnight itself did not exist in Sao Paulo on 4 November 2018.
		{"America/Sao_Paulo", "00:00", "2018-11-03 02:00:00", []string{"2018-11-03 03:00:00", "2018-11-04 03:00:00|2018-11-04 02:00:00", "2018-11-05 02:00:00"}},
		// Started at the very time: that one does not count.
		{"UTC", "12:00", "2024-03-05 12:00:00", []string{"2024-03-06 12:00:00", "2024-03-07 12:00:00"}},
		{"UTC", "12:00:00", "2024-03-05 11:59:59", []string{"2024-03-05 12:00:00", "2024-03-06 12:00:00"}},
		{"Asia/Tokyo", "23:59:59", "1969-12-30 15:00:00", []string{"1969-12-31 14:59:59", "1970-01-01 14:59:59"}},
	} {
		timer := scriptTimer{zone: zone(t, c.zone)}
		var err error
		if timer.second, err = ParseTimeOfDay(c.clock); err != nil {
			t.Fatal(err)
		}
		now := at(c.from)
		for _, want := range c.want {
			now = timer.next(now)
			if got := now.UTC().Format(time.DateTime); !strings.Contains(want, got) {
				t.Errorf("%s %s after %s: %s, want %s", c.zone, c.clock, c.from, got, want)
			}
		}
	}
}

// TestAtIsOnceADay checks drawn times of day in zones that change their clocks:
// the timer fires once for every local day, at that wall-clock time or, where the
// day lacks it, within the gap's length of it.
func TestAtIsOnceADay(t *testing.T) {
	zones := []*time.Location{zone(t, "America/New_York"), zone(t, "Australia/Lord_Howe"), zone(t, "Europe/London"), zone(t, "Pacific/Apia")}
	rapid.Check(t, func(t *rapid.T) {
		loc := zones[rapid.IntRange(0, len(zones)-1).Draw(t, "zone")]
		timer := scriptTimer{zone: loc, second: rapid.IntRange(0, 86399).Draw(t, "second")}
		day := time.Date(rapid.IntRange(1960, 2050).Draw(t, "year"), 1, rapid.IntRange(1, 365).Draw(t, "day"), 12, 0, 0, 0, loc)
		now := engine.TimeOf(day)
		for range 5 {
			next := timer.next(now)
			if gap := next.Sub(now); gap <= 0 || gap > 49*time.Hour { // Apia skipped a day
				t.Fatalf("after %v: %v", now.In(loc), next.In(loc))
			}
			h, m, s := next.In(loc).Clock()
			off := (h*3600 + m*60 + s - timer.second + 86400) % 86400
			if off != 0 && off != 1800 && off != 3600 && off != 86400-3600 && off != 86400-1800 {
				t.Fatalf("second %d fires at %v", timer.second, next.In(loc))
			}
			now = next
		}
	})
}

// TestTimersAreForgotten: nothing is kept of what has fired.
func TestTimersAreForgotten(t *testing.T) {
	r, s, d := newRig(t, nil), NewSetup(nil), &diary{}
	s.Seconds(1)
	s.Minutes(1)
	s.Ticks(3)
	h := full(d)
	h.OnStart = func(c *Context) { c.Every("a", time.Second) }
	r.join(s, h)
	r.start(noon)
	for n := range engine.Time(5000) {
		r.trade(noon+n*second/2, 4, 1)
	}
	if n := len(r.runner.timers); n > 4 {
		t.Errorf("%d timers under way", n)
	}
	r.step(&engine.TimerFired{At: noon + 9000*second, ID: 1}) // one that fired long ago
	r.step(&engine.TimerFired{At: noon + 9000*second, ID: 1 << 40})
}
