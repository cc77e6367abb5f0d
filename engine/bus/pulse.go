package bus

import (
	"fmt"
	"slices"
	"time"
)

// maxPulses bounds the workers a Pulse knows; beats of more are passed over.
const maxPulses = 1024

// Pulse tells which workers have stopped beating. Time is handed in. For one
// goroutine. The zero value, with a Limit, is ready.
type Pulse struct {
	// Limit is how long a worker may be silent. It should be several beats: a machine
	// that is busy beats late.
	Limit time.Duration

	workers []pulse
}

type pulse struct {
	name   string
	heard  time.Time
	silent bool // it was told
}

// Silence is a worker that has stopped beating, or one that beats again.
type Silence struct {
	Worker string
	Since  time.Time // of its last beat
	Over   bool      // it beats again
}

// String says it to people.
func (s Silence) String() string {
	if s.Over {
		return fmt.Sprintf("the worker %s beats again; its last beat before was at %s", s.Worker, s.Since.UTC().Format("15:04:05.000"))
	}
	return fmt.Sprintf("the worker %s has not beaten since %s: a script hangs, or it is gone", s.Worker, s.Since.UTC().Format("15:04:05.000"))
}

// Expect begins to wait for a worker that may never have beaten.
func (p *Pulse) Expect(worker string, now time.Time) {
	if p.find(worker) < 0 && len(p.workers) < maxPulses {
		p.workers = append(p.workers, pulse{name: worker, heard: now})
	}
}

// Heard takes a beat. It reports a silence that was told and is over. A worker whose
// beat is its last is waited for no longer.
func (p *Pulse) Heard(worker string, b *Beat, now time.Time) (over Silence, was bool) {
	p.Expect(worker, now)
	i := p.find(worker)
	if i < 0 {
		return Silence{}, false
	}
	w := &p.workers[i]
	over, was = Silence{Worker: worker, Since: w.heard, Over: true}, w.silent
	w.heard, w.silent = now, false
	if b.Last {
		p.workers = slices.Delete(p.workers, i, i+1)
	}
	return over, was
}

// Silent returns the workers that have been silent for Limit, each once in a
// silence.
func (p *Pulse) Silent(now time.Time) []Silence {
	var list []Silence
	for i := range p.workers {
		w := &p.workers[i]
		if !w.silent && now.Sub(w.heard) >= p.Limit {
			w.silent = true
			list = append(list, Silence{Worker: w.name, Since: w.heard})
		}
	}
	return list
}

// find is the place of a worker, -1 when it is not known.
func (p *Pulse) find(worker string) int {
	return slices.IndexFunc(p.workers, func(w pulse) bool { return w.name == worker })
}
