package strategies

import (
	"fmt"
	"slices"
	"time"

	"tollgate/engine"
)

// scriptTimer is a timer a script asked for: at every multiple of a duration, or
// once a day at a wall-clock time.
type scriptTimer struct {
	name   string
	every  time.Duration
	second int
	zone   *time.Location
	due    engine.Time // when the Runner's timer for it fires
	gone   bool        // stopped, but the Runner's timer is still under way
}

// Bounds of the timers of one instance.
const (
	maxTimers   = 100  // named ones
	maxUnderWay = 1000 // with those that were stopped or restarted and have not fired
)

func (i *instance) every(name string, d time.Duration) {
	if d < time.Millisecond {
		panic(fmt.Sprintf("ctx.Every(%q, %v): the interval must be at least 1ms", name, d))
	}
	i.startTimer(&scriptTimer{name: name, every: d})
}

func (i *instance) at(name, timeOfDay, zone string) {
	second, err := ParseTimeOfDay(timeOfDay)
	if err != nil {
		panic(fmt.Sprintf("ctx.At(%q): %v", name, err))
	}
	loc := i.local.zone()
	if zone != "" {
		if i.runner.cfg.Zone == nil {
			panic("ctx.AtIn: no time zones are available here; use ctx.At")
		}
		if loc, err = i.runner.cfg.Zone(zone); err != nil {
			panic(fmt.Sprintf("ctx.AtIn(%q): %q is not a time zone such as America/New_York", name, zone))
		}
	}
	i.startTimer(&scriptTimer{name: name, second: second, zone: loc})
}

// startTimer starts a timer, in place of one with the same name. A Runner's timer
// cannot be taken back; where the one under way is right for the new timer, it is
// used again, so that a script may restart a timer with every quote.
func (i *instance) startTimer(t *scriptTimer) {
	i.stopTimer(t.name)
	t.due = t.next(i.now)
	running := 0
	for _, old := range i.timers {
		if old.name == t.name && old.due == t.due {
			*old = *t
			return
		}
		if !old.gone {
			running++
		}
	}
	if running == maxTimers {
		panic(fmt.Sprintf("more than %d timers; stop one with ctx.StopTimer first", maxTimers))
	}
	if len(i.timers) == maxUnderWay {
		panic(fmt.Sprintf("timers stopped or restarted more than %d times before they were due; start a timer once", maxUnderWay))
	}
	i.timers = append(i.timers, t)
	i.arm(t)
}

func (i *instance) stopTimer(name string) {
	for _, t := range i.timers {
		t.gone = t.gone || t.name == name
	}
}

func (i *instance) arm(t *scriptTimer) { i.runner.setTimer(t.due, timerUse{instance: i, timer: t}) }

// next is the first time after now at which the timer is due; now itself does not
// count. A wall-clock time that a change of clocks skips falls an hour off, where
// time.Date puts it, and one that comes twice counts once.
func (t *scriptTimer) next(now engine.Time) engine.Time {
	if t.every > 0 {
		d := engine.Time(t.every)
		into := now % d
		if into < 0 {
			into += d // times before 1970
		}
		return now - into + d
	}
	y, m, d := now.In(t.zone).Date()
	for ; ; d++ {
		at := engine.TimeOf(time.Date(y, m, d, 0, 0, t.second, 0, t.zone))
		// time.Date counts elapsed seconds of the nominal day, so this is the wall clock.
		if at > now {
			return at
		}
	}
}

func (i *instance) onTimer(at engine.Time, use timerUse) {
	if i.halted {
		return
	}
	t := use.timer
	if t == nil && use.bars.armed != at {
		return // the stream of a version that was replaced, or this bar is closed and the next one begun
	}
	i.moveTo(at)
	i.closeBars(i.number)
	if t == nil || i.halted {
		return
	}
	if t.gone {
		i.timers = slices.DeleteFunc(i.timers, func(x *scriptTimer) bool { return x == t })
		return
	}
	t.due = t.next(i.now)
	i.arm(t)
	if i.prog.Handlers.OnTimer != nil {
		i.timer = Timer{Time: int64(at), Name: t.name}
		i.call(onTimer)
	}
}
