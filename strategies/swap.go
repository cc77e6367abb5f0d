package strategies

import (
	"fmt"
	"time"

	"tollgate/engine"
)

// Guard says when a new version is taken back by itself. While it stands, a panic
// in a handler brings the old version back instead of stopping the strategy.
type Guard struct {
	For     time.Duration // of event time after the swap; 0 = the new version is on its own at once
	Denials int           // as many denials within For bring the old version back; 0 = never
}

// version is a program that was replaced and may come back.
type version struct {
	program *Program
	seen    uint64 // events its lines have seen
	market         // as they saw it last
}

// Swap puts a new version in the place of an instance's program, between two
// events. Orders, position, named timers and the numbering of intents belong to the
// instance and stay. Exported package variables are carried over by name and type
// where the program knows how; lines are warmed from history. OnStart is not called
// again: the run goes on.
//
// On an error nothing has changed and the old version goes on. The commands are
// valid until the next Step, Swap or Rollback.
func (r *Runner) Swap(at engine.Time, id engine.StrategyID, p *Program, g Guard) ([]engine.Command, error) {
	r.out = r.out[:0]
	if int(id) >= len(r.instances) {
		return nil, fmt.Errorf("there is no strategy number %d", id)
	}
	i := r.instances[id]
	if i.halted {
		return nil, fmt.Errorf("%s on %s has stopped; a new version cannot take its place", i.prog.Name, i.in.Key)
	}
	if err := p.Setup.graph.bind(i.in); err != nil {
		return nil, err
	}
	if p.Carry != nil {
		if err := p.Carry(i.prog); err != nil {
			return nil, err
		}
	}
	r.warm(i, p, i.prog)
	i.moveTo(max(i.now, at))
	i.former = &version{i.prog, r.seenBy(i), i.market}
	i.guard, i.guardUntil, i.denials = g, i.now.Add(g.For), 0
	r.install(i, p, "")
	return r.out, nil
}

// Rollback brings the version before the newest swap back.
func (r *Runner) Rollback(at engine.Time, id engine.StrategyID, reason string) ([]engine.Command, error) {
	r.out = r.out[:0]
	if int(id) >= len(r.instances) {
		return nil, fmt.Errorf("there is no strategy number %d", id)
	}
	i := r.instances[id]
	if i.former == nil {
		return nil, fmt.Errorf("%s on %s has no earlier version to go back to", i.prog.Name, i.in.Key)
	}
	i.moveTo(max(i.now, at))
	i.rollback(reason)
	return r.out, nil
}

// rollback brings the former version back, its lines caught up with what it missed.
func (i *instance) rollback(reason string) {
	old, r := i.former, i.runner
	i.former, i.guard, i.halting = nil, Guard{}, ""
	if h := r.historyOf(i.in.ID); h != nil {
		quiet := newInstance(r, i.id, &Program{Setup: old.program.Setup}, i.in, i.onPanic)
		quiet.quiet, quiet.market = true, old.market
		if old.seen+1 < h.first() {
			quiet.volume = engine.UnknownQty // what traded in the gap is no trade of one moment
		}
		for n := max(old.seen+1, h.first()); n <= h.seen; n++ {
			quiet.number = n
			quiet.onQuote(h.get(n))
		}
	}
	r.install(i, old.program, reason)
}

// retire makes the timers for the bars of a program that is being replaced find
// their stream gone.
func (i *instance) retire() {
	for _, b := range i.prog.Setup.graph.streams {
		b.armed = engine.NoTime
	}
}

// install makes a program the instance's own.
func (r *Runner) install(i *instance, p *Program, reason string) {
	i.retire()
	i.prog = p
	for _, b := range p.Setup.graph.streams {
		b.armed = engine.NoTime
		i.armBars(b)
	}
	r.emit(&engine.Version{At: i.now, Strategy: i.id, Hash: p.Hash, Rollback: reason})
}

func (r *Runner) seenBy(i *instance) uint64 {
	if h := r.historyOf(i.in.ID); h != nil {
		return h.seen
	}
	return 0
}

// guarding reports whether the newest swap may still be taken back by itself.
func (i *instance) guarding() bool { return i.former != nil && i.guard.For > 0 && i.now < i.guardUntil }

// denied counts a denial against the guard of the newest swap.
func (i *instance) denied() {
	i.denials++
	if i.guard.Denials > 0 && i.denials >= i.guard.Denials && i.guarding() {
		i.rollback(fmt.Sprintf("%d denials within %v of the swap", i.denials, i.guard.For))
	}
}
