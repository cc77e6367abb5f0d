package cli

import (
	"fmt"
	"time"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/strategies"
	"tollgate/strategies/script"
)

// shadow runs a candidate beside the running version over the last minutes, both
// fresh and without orders, and says how what they want differs. It works on copies
// in a goroutine of its own; the run goes on meanwhile.
type shadow struct {
	universe *engine.Universe
	old      *script.Checked
	options  script.Options
	span     time.Duration
	members  []engine.Member
	events   [][]engine.Quote // by member
}

// maxIntents bounds what is compared of each version, told what is shown.
const (
	maxIntents = 100_000
	toldDiffs  = 3
)

// newShadow copies what a shadow run needs out of the world, between two events.
func (s *stage) newShadow(w *sim.World) *shadow {
	h := &shadow{
		universe: s.plan.universe, old: s.plan.checked, span: s.plan.shadow, members: append([]engine.Member(nil), w.Members()...),
		options: script.Options{Params: s.plan.params, Guard: guard()},
	}
	for _, m := range h.members {
		h.events = append(h.events, w.Recent(m.Instrument, h.span))
	}
	return h
}

// run compares; an error refuses the candidate.
func (h *shadow) run(c *script.Candidate) (string, error) {
	var before, now int
	var diffs []string
	for i, m := range h.members {
		was, err := h.rehearse(h.old, m, h.events[i])
		if err != nil {
			was = nil // the running version fails from a cold start; the new one is still judged
		}
		will, err := h.rehearse(c.Checked, m, h.events[i])
		if err != nil {
			return "", fmt.Errorf("in the shadow run over the last %v: %w", h.span, err)
		}
		before, now = before+len(was), now+len(will)
		diffs = append(diffs, h.compare(m, was, will)...)
	}
	text := fmt.Sprintf("shadow run over the last %v: %d intents before, %d now", h.span, before, now)
	for _, d := range diffs[:min(len(diffs), toldDiffs)] {
		text += "\n  " + d
	}
	if more := len(diffs) - toldDiffs; more > 0 {
		text += fmt.Sprintf("\n  and %d more differences", more)
	}
	return text, nil
}

func (h *shadow) rehearse(checked *script.Checked, m engine.Member, events []engine.Quote) ([]engine.Intent, error) {
	p, err := checked.Load(h.options)
	if err != nil {
		return nil, err
	}
	return strategies.Rehearse(p, strategies.RunnerConfig{Universe: h.universe, Zone: time.LoadLocation}, m.Instrument, events, maxIntents)
}

// compare walks both lists by time and tells what only one of them has.
func (h *shadow) compare(m engine.Member, was, will []engine.Intent) []string {
	var diffs []string
	for len(was) > 0 || len(will) > 0 {
		switch {
		case len(will) == 0 || len(was) > 0 && was[0].At < will[0].At:
			diffs = append(diffs, h.tell("only before", m, &was[0]))
			was = was[1:]
		case len(was) == 0 || will[0].At < was[0].At:
			diffs = append(diffs, h.tell("only now", m, &will[0]))
			will = will[1:]
		default:
			if !sameIntent(&was[0], &will[0]) {
				diffs = append(diffs, h.tell("before", m, &was[0])+"; "+h.tell("now", m, &will[0]))
			}
			was, will = was[1:], will[1:]
		}
	}
	return diffs
}

func sameIntent(a, b *engine.Intent) bool {
	return a.Kind == b.Kind && a.Terms == b.Terms && a.StopLoss == b.StopLoss && a.Target == b.Target
}

func (h *shadow) tell(when string, m engine.Member, i *engine.Intent) string {
	in := h.universe.Get(m.Instrument)
	text := fmt.Sprintf("%s at %s %s: %s", when, i.At.UTC().Format("15:04:05.000"), in.Key, i.Kind)
	if i.Kind == engine.Submit {
		text += fmt.Sprintf(" %s %d %s", i.Terms.Side, i.Terms.Qty, i.Terms.Type)
	}
	for _, p := range []struct {
		name  string
		price engine.Price
	}{{"limit", i.Terms.Limit}, {"stop", i.Terms.Stop}, {"stop-loss", i.StopLoss}, {"target", i.Target}} {
		if p.price.Known() {
			text += fmt.Sprintf(" %s %s", p.name, in.Decimal(p.price))
		}
	}
	return text
}
