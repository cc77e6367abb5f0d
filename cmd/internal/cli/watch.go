package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/strategies"
	"tollgate/strategies/script"
)

// Defaults of a watched run.
const (
	watchHistory = 1 << 18         // market events of each instrument kept to warm new versions
	guardFor     = 5 * time.Minute // of event time in which a new version is taken back by itself
	guardDenials = 20              // denials in that time that take it back
)

// guard watches every script of the process, from the first one on.
var guard = sync.OnceValue(func() *script.Guard {
	return script.NewGuard(func(text string) {
		if say := guardSays.Load(); say != nil {
			(*say)(text)
			return
		}
		fmt.Fprintln(os.Stderr, text)
	})
})

// guardSays takes the guard's words while a screen stands where they would be printed.
var guardSays atomic.Pointer[func(text string)]

// stage plays a run at a pace and lets new versions of its strategy in between
// two market events. A live worker will do the same with the same reloader.
type stage struct {
	plan     *plan
	ctx      context.Context // it ends when a person wants the run to
	former   *former
	speed    float64 // times real time; 0 = as fast as possible
	reloader *script.Reloader
	out      io.Writer

	// rehearsed brings candidates back from their shadow run; nil = there is none.
	rehearsed chan rehearsal
	pending   sync.WaitGroup

	began  time.Time
	first  engine.Time
	joined int
}

// startStage prepares pacing and watching; the function it returns ends the latter.
func (p *plan) startStage(ctx context.Context, out io.Writer) (*stage, func()) {
	s := &stage{plan: p, ctx: ctx, speed: p.flags.speed, out: out, first: engine.NoTime}
	if !p.flags.watch {
		return s, func() {}
	}
	s.reloader = script.NewReloader(p.path, p.src.Hash, p.options())
	if p.shadow > 0 {
		s.rehearsed = make(chan rehearsal, 1)
	}
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		defer done.Done()
		if err := s.reloader.Run(ctx); err != nil {
			fmt.Fprintln(out, "reload is off:", err)
		}
	}()
	return s, func() {
		cancel()
		done.Wait()
		s.pending.Wait()
	}
}

// before waits until a market event is due and takes new versions in.
func (s *stage) before(w *sim.World, next engine.Time) {
	if s.reloader != nil && s.joined != len(w.Members()) {
		s.joined = len(w.Members())
		s.reloader.Instances(s.joined)
	}
	if s.speed <= 0 {
		s.poll(w)
		return
	}
	if s.first == engine.NoTime {
		s.first, s.began = next, time.Now()
	}
	due := s.began.Add(time.Duration(float64(next.Sub(s.first)) / s.speed))
	for {
		wait := time.Until(due)
		if wait <= 0 || s.ctx.Err() != nil {
			s.poll(w)
			return
		}
		s.pause(w, wait)
	}
}

// rehearsal is a candidate that has been through its shadow run.
type rehearsal struct {
	candidate *script.Candidate
	text      string
	err       error
}

// pause waits for the time to pass or for a new version.
func (s *stage) pause(w *sim.World, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	case c := <-s.ready():
		s.consider(w, c)
	case r := <-s.rehearsed:
		s.decide(w, r)
	}
}

// consider sends a candidate into its shadow run, or takes it at once.
func (s *stage) consider(w *sim.World, c *script.Candidate) {
	if c.Err != nil || s.rehearsed == nil {
		s.take(w, c)
		return
	}
	h := s.newShadow(w)
	s.pending.Add(1)
	go func() {
		defer s.pending.Done()
		text, err := h.Run(c)
		for {
			select {
			case s.rehearsed <- rehearsal{c, text, err}:
				return
			default:
			}
			select {
			case <-s.rehearsed: // nobody took the one before: it is out of date
			default:
			}
		}
	}()
}

// decide takes a candidate after its shadow run.
func (s *stage) decide(w *sim.World, r rehearsal) {
	if r.err != nil {
		fmt.Fprintf(s.out, "reload refused, the running version goes on: %v\n", r.err)
		return
	}
	fmt.Fprintln(s.out, r.text)
	s.take(w, r.candidate)
}

// ready is where new versions come from; nil, which never is, when not watching.
func (s *stage) ready() chan *script.Candidate {
	if s.reloader == nil {
		return nil
	}
	return s.reloader.Ready
}

func (s *stage) poll(w *sim.World) {
	select {
	case c := <-s.ready():
		s.consider(w, c)
	case r := <-s.rehearsed:
		s.decide(w, r)
	default:
	}
}

// take swaps a candidate in for every instance, or for none.
func (s *stage) take(w *sim.World, c *script.Candidate) {
	if c.Err != nil {
		fmt.Fprintf(s.out, "reload refused, the running version goes on:\n%v\n", c.Err)
		return
	}
	guard := strategies.Guard{For: guardFor, Denials: guardDenials}
	members := w.Members()
	for id := range members {
		p, err := s.program(c, id)
		if err == nil {
			err = w.Swap(engine.StrategyID(id), p, guard)
		}
		if err != nil {
			s.takeBack(w, id)
			fmt.Fprintf(s.out, "reload refused, the running version goes on: %v\n", err)
			return
		}
	}
	s.former = &former{s.plan.src, s.plan.checked}
	s.plan.src, s.plan.checked = c.Source, c.Checked
	fmt.Fprintf(s.out, "reloaded: %s %.12s runs on %d instruments%s\n", c.Source.Name, c.Source.Hash, len(members), c.Remarks())
}

// program is the candidate's program for an instance; one that joined since the
// candidate was made gets one now.
func (s *stage) program(c *script.Candidate, id int) (*strategies.Program, error) {
	if id < len(c.Programs) {
		return c.Programs[id], nil
	}
	return c.Checked.Load(s.plan.options())
}

// takeBack undoes the swaps of the instances before one that failed.
func (s *stage) takeBack(w *sim.World, failed int) {
	for id := range failed {
		if err := w.Rollback(engine.StrategyID(id), "another instance could not be swapped"); err != nil {
			fmt.Fprintln(s.out, err)
		}
	}
}
