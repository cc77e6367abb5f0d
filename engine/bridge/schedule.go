package bridge

import (
	"math/rand/v2"
	"time"
)

// The broker lets five upgrades of one address through in 60 s, and closes the door
// on the sixth. One is left for somebody else.
const (
	maxAttempts = 4
	attemptSpan = time.Minute
	attemptSlop = 2 * time.Second // an attempt may reach the broker later than it was made
	firstWait   = time.Second
	longestWait = 30 * time.Second
	barredWait  = time.Minute // after a violation, or too many attempts
	healthyFor  = time.Minute // a connection that stood so long begins the back-off anew
)

// Schedule says when the next attempt to connect may be made. It is pure: time and
// randomness are handed in. The back-off is 1, 2, 4 ... 30 s with up to a quarter of
// it added at random, so that many clients do not come back at the same moment.
type Schedule struct {
	past  []time.Time // the newest attempts, oldest first
	fails int
	wait  time.Time // not before
	rng   *rand.Rand
}

// NewSchedule goes on from the attempts of before, oldest first.
func NewSchedule(past []time.Time, seed uint64) *Schedule {
	return &Schedule{past: past[max(0, len(past)-maxAttempts):], rng: rand.New(rand.NewPCG(seed, 1))}
}

// Next is when the next attempt may be made; a time that has passed means now.
func (s *Schedule) Next() time.Time {
	next := s.wait
	if len(s.past) == maxAttempts {
		if t := s.past[0].Add(attemptSpan + attemptSlop); t.After(next) {
			next = t
		}
	}
	return next
}

// Attempt takes note of an attempt, and returns those to be remembered.
func (s *Schedule) Attempt(now time.Time) []time.Time {
	s.past = append(s.past, now)
	s.past = s.past[max(0, len(s.past)-maxAttempts):]
	return s.past
}

// Ended takes note that a connection ended, or could not be made, after it stood
// for so long.
func (s *Schedule) Ended(now time.Time, c Class, stood time.Duration) {
	if stood > healthyFor {
		s.fails = 0
	}
	wait := min(firstWait<<min(s.fails, 5), longestWait)
	s.fails++
	if c == Abuse || c == TooMany {
		wait = max(wait, barredWait)
	}
	s.wait = now.Add(wait + time.Duration(s.rng.Int64N(int64(wait)/4)))
}
