package fakebridge

import (
	"math"
	"time"

	"tollgate/engine"
)

// pace maps real time to another clock: from a moment on it runs at a rate.
type pace struct {
	real time.Time
	base engine.Time
	rate float64 // 0 = it stands still
}

// at is what the clock shows.
func (p *pace) at(r time.Time) engine.Time {
	d := r.Sub(p.real)
	if d <= 0 || p.rate == 0 {
		return p.base
	}
	if p.rate == 1 {
		return p.base.Add(d)
	}
	// A clock that runs fast for long stops at the end of time.
	return min(p.base+engine.Time(min(float64(d)*p.rate, float64(never/2))), engine.Time(never))
}

// change sets another rate from now on, without a jump.
func (p *pace) change(r time.Time, rate float64) {
	p.base, p.real, p.rate = p.at(r), r, rate
}

// set makes the clock show t now.
func (p *pace) set(r time.Time, t engine.Time) { p.base, p.real = t, r }

// until is the real time from r until the clock shows t; never when it stands still.
func (p *pace) until(r time.Time, t engine.Time) time.Duration {
	left := t.Sub(p.at(r))
	if left <= 0 {
		return 0
	}
	if p.rate == 0 {
		return never
	}
	// Rounded up, so that nobody wakes too early and in vain.
	d := math.Ceil(float64(left) / p.rate)
	if d >= float64(never) {
		return never
	}
	return time.Duration(d)
}

// never is longer than any run, and the last moment of any clock.
const never = time.Duration(1 << 62)
