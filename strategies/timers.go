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
	gone   bool
}

// maxTimers bounds the named timers of one instance.
const maxTimers = 100

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

func (i *instance) startTimer(t *scriptTimer) {
	i.stopTimer(t.name)
	if len(i.timers) == maxTimers {
		panic(fmt.Sprintf("more than %d timers; stop one with ctx.StopTimer first", maxTimers))
	}
	i.timers = append(i.timers, t)
	i.arm(t)
}

func (i *instance) stopTimer(name string) {
	i.timers = slices.DeleteFunc(i.timers, func(t *scriptTimer) bool {
		t.gone = t.gone || t.name == name
		return t.name == name
	})
}

func (i *instance) arm(t *scriptTimer) {
	i.runner.setTimer(t.next(i.now), timerUse{instance: i, timer: t})
}

// next is the first time after now at which the timer is due. A wall-clock time
// that a change of clocks skips falls where time.Date puts it.
func (t *scriptTimer) next(now engine.Time) engine.Time {
	if t.every > 0 {
		d := engine.Time(t.every)
		return (now/d + 1) * d
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
	if use.bars != nil && use.bars.armed != at {
		return // the stream of a version that was replaced
	}
	if use.bars != nil {
		i.moveTo(at)
		if use.bars.build.Advance(at) > 0 {
			i.tellBars(use.bars, false)
		}
		return
	}
	t := use.timer
	if t.gone {
		return
	}
	i.moveTo(at)
	i.arm(t)
	if i.prog.Handlers.OnTimer != nil {
		i.timer = Timer{Time: int64(at), Name: t.name}
		i.call(onTimer)
	}
}
