package broker

import (
	"time"

	"tollgate/engine"
)

// bucket is the token bucket of a user, in nano-tokens so that it is exact: a
// token is 1e9 and one flows in every 1e9/rate nanoseconds.
type bucket struct {
	level, full int64 // nano-tokens; 0 <= level <= full at every moment
	rate        int64 // tokens per second, which is nano-tokens per nanosecond
	at          engine.Time
	lowest      int64 // the least there ever was
}

const token = int64(time.Second)

func newBucket(at engine.Time, full, rate int) bucket {
	n := int64(full) * token
	return bucket{level: n, full: n, rate: int64(rate), at: at, lowest: n}
}

// refill lets time pass. Time that goes back is no time.
func (k *bucket) refill(at engine.Time) {
	d := int64(at - k.at)
	if d <= 0 {
		return
	}
	k.at = at
	if k.rate > 0 && d > (k.full-k.level)/k.rate {
		k.level = k.full
		return
	}
	k.level += d * k.rate
}

// take takes a token, or reports that there is none.
func (k *bucket) take(at engine.Time) bool {
	k.refill(at)
	if k.level < token {
		return false
	}
	k.level -= token
	k.lowest = min(k.lowest, k.level)
	return true
}

// drain takes up to n tokens: somebody else of the same user made calls.
func (k *bucket) drain(at engine.Time, n int) {
	k.refill(at)
	k.level = max(0, k.level-min(int64(n), k.full/token)*token)
	k.lowest = min(k.lowest, k.level)
}

// window allows limit things in any span of time.
type window struct {
	limit int
	span  time.Duration
	times []engine.Time // of those allowed within the last span, oldest first
}

// allow takes a place in the window, or reports that it is full.
func (w *window) allow(at engine.Time) bool {
	w.prune(at)
	if len(w.times) >= w.limit {
		return false
	}
	w.times = append(w.times, at)
	return true
}

// prune forgets what is a full span ago.
func (w *window) prune(at engine.Time) {
	i := 0
	for i < len(w.times) && at.Sub(w.times[i]) >= w.span {
		i++
	}
	w.times = w.times[:copy(w.times, w.times[i:])]
}
