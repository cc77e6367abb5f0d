package strategies

import (
	"errors"
	"slices"
	"time"

	"tollgate/engine"
)

// Rehearse runs a fresh program over past market events of one instrument with
// nobody at the other end: what it wants is noted and nothing of it happens, so its
// position stays flat. It returns the intents, oldest first, at most limit of them.
// A program that stops itself or panics is an error. The program is used up.
func Rehearse(p *Program, c RunnerConfig, in engine.InstrumentID, events []engine.Quote, limit int) ([]engine.Intent, error) {
	c.History = 0
	r := NewRunner(c)
	if err := r.Join(0, p, in, LeaveOnPanic); err != nil {
		return nil, err
	}
	s := rehearsal{runner: r, limit: limit}
	for i := range events {
		q := &events[i]
		if i == 0 {
			s.take(r.Step(&engine.Phase{At: q.At, Begin: true}))
		}
		s.fire(q.At)
		s.take(r.Step(q))
		if s.err != nil {
			return s.wants, s.err
		}
	}
	return s.wants, nil
}

// rehearsal collects what a program wants and keeps its timers.
type rehearsal struct {
	runner *Runner
	timers []engine.SetTimer // by time, then by order of setting
	wants  []engine.Intent
	limit  int
	err    error
}

func (s *rehearsal) take(commands []engine.Command) {
	for _, c := range commands {
		switch c := c.(type) {
		case *engine.Intent:
			if len(s.wants) < s.limit {
				s.wants = append(s.wants, *c)
			}
		case *engine.SetTimer:
			at, _ := slices.BinarySearchFunc(s.timers, c.At+1, func(t engine.SetTimer, at engine.Time) int { return int(min(max(t.At-at, -1), 1)) })
			s.timers = slices.Insert(s.timers, at, *c)
		case *engine.Halt:
			s.err = errors.New(c.Reason)
		}
	}
}

// fire runs the timers that are due by t.
func (s *rehearsal) fire(t engine.Time) {
	for len(s.timers) > 0 && s.timers[0].At <= t && s.err == nil {
		due := s.timers[0]
		s.timers = slices.Delete(s.timers, 0, 1)
		s.take(s.runner.Step(&engine.TimerFired{At: due.At, ID: due.ID}))
	}
}

// Recent copies the market events of an instrument that the Runner keeps, of the
// last d before the newest.
func (r *Runner) Recent(id engine.InstrumentID, d time.Duration) []engine.Quote {
	h := r.historyOf(id)
	if h == nil || len(h.ring) == 0 {
		return nil
	}
	since := h.get(h.seen).At - engine.Time(d)
	n := h.seen
	for n > h.first() && h.get(n-1).At >= since {
		n--
	}
	var events []engine.Quote
	for ; n <= h.seen; n++ {
		events = append(events, *h.get(n))
	}
	return events
}
