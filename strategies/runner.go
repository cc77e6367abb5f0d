package strategies

import (
	"fmt"
	"time"

	"tollgate/engine"
)

// OnPanic says what happens to a strategy's orders and position when one of its
// handlers panics. The strategy itself is stopped either way.
type OnPanic uint8

// The choices.
const (
	FlattenOnPanic OnPanic = iota // cancel its orders, close its position
	LeaveOnPanic                  // leave both as they are
)

// RunnerConfig is what a Runner is made of.
type RunnerConfig struct {
	Universe *engine.Universe
	// Zone finds a time zone by name for Context.AtIn. Nil = only the exchange's own.
	Zone func(name string) (*time.Location, error)
	// Balance is the account's when strategies begin; zero = nobody knows it yet.
	Balance engine.Balance
	// History is how many market events of each instrument are kept to warm the
	// lines of new versions with; 0 = none, and Swap starts them cold.
	History int
}

// Runner owns strategy instances. It is a pure machine: Step takes an event and
// returns commands (*engine.Intent, *engine.SetTimer, *engine.Log, *engine.Halt).
// Instances see an event in the order they joined. It is not safe for concurrent
// use; a shell owns it.
//
// The commands Step returns are valid until the next Step.
type Runner struct {
	cfg       RunnerConfig
	instances []*instance
	in        [][]*instance // by instrument
	timers    map[uint64]timerUse
	lastTimer uint64
	histories []history // by instrument
	out       []engine.Command
	hash      engine.Hash
}

// timerUse is what a timer of the Runner is for: a named timer of the script or
// the end of a bar.
type timerUse struct {
	instance *instance
	timer    *scriptTimer
	bars     *stream
}

// NewRunner returns a Runner without strategies.
func NewRunner(c RunnerConfig) *Runner {
	return &Runner{cfg: c, timers: map[uint64]timerUse{}, hash: engine.NewHash()}
}

// Join adds an instance under the number the Desk gave it. Numbers must rise; those
// left out belong to members of the Desk that have no program, and stay vacant. It
// fails when the strategy's bars do not fit the instrument.
func (r *Runner) Join(id engine.StrategyID, p *Program, in engine.InstrumentID, onPanic OnPanic) error {
	if int(id) < len(r.instances) {
		return fmt.Errorf("strategy %s joins as number %d, but number %d is next", p.Name, id, len(r.instances))
	}
	for int(id) > len(r.instances) {
		vacant := newInstance(r, engine.StrategyID(len(r.instances)), &Program{Setup: &Setup{}}, r.cfg.Universe.Get(in), LeaveOnPanic)
		vacant.halted = true
		r.instances = append(r.instances, vacant)
	}
	i := newInstance(r, id, p, r.cfg.Universe.Get(in), onPanic)
	if err := p.Setup.graph.bind(i.in); err != nil {
		return fmt.Errorf("%s on %s: %w", p.Name, i.in.Key, err)
	}
	r.instances = append(r.instances, i)
	for len(r.in) <= int(in) {
		r.in = append(r.in, nil)
	}
	r.in[in] = append(r.in[in], i)
	return nil
}

// Hash digests every command so far.
func (r *Runner) Hash() engine.Hash { return r.hash }

// Step takes one event. Events must not go back in time.
func (r *Runner) Step(e engine.Event) []engine.Command {
	r.out = r.out[:0]
	switch e := e.(type) {
	case *engine.Quote:
		r.onQuote(e)
	case *engine.Update:
		if int(e.Strategy) < len(r.instances) {
			r.instances[e.Strategy].onUpdate(e)
		}
	case *engine.TimerFired:
		r.onTimer(e)
	case *engine.PnL:
		for _, i := range r.instances {
			i.onPnL(e)
		}
	case *engine.LinkChange:
		for _, i := range r.instances {
			i.onLink(e)
		}
	case *engine.Snapshot:
		if int(e.Strategy) < len(r.instances) {
			r.instances[e.Strategy].onSnapshot(e)
		}
	case *engine.Phase:
		if int(e.Strategy) < len(r.instances) {
			r.instances[e.Strategy].onPhase(e)
		}
	}
	return r.out
}

func (r *Runner) onQuote(q *engine.Quote) {
	r.remember(q)
	if int(q.Instrument) >= len(r.in) {
		return
	}
	for _, i := range r.in[q.Instrument] {
		i.number = r.seenBy(i)
		i.onQuote(q)
	}
}

func (r *Runner) onTimer(t *engine.TimerFired) {
	use, ok := r.timers[t.ID]
	if !ok {
		return
	}
	delete(r.timers, t.ID)
	use.instance.onTimer(t.At, use)
}

// emit appends a command and folds it into the digest.
func (r *Runner) emit(c engine.Command) {
	c.Fold(&r.hash)
	r.out = append(r.out, c)
}

func (r *Runner) setTimer(at engine.Time, use timerUse) uint64 {
	r.lastTimer++
	r.timers[r.lastTimer] = use
	r.emit(&engine.SetTimer{At: at, ID: r.lastTimer})
	return r.lastTimer
}
