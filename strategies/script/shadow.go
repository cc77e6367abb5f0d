package script

import (
	"fmt"
	"time"

	"tollgate/engine"
	"tollgate/strategies"
)

// Shadow runs a candidate beside the running version over the last minutes, both
// fresh and without orders, and says how what they want differs. It works on copies,
// so it can run in a goroutine of its own while the strategies go on.
type Shadow struct {
	Universe *engine.Universe
	Old      *Checked // that runs
	Options  Options
	Span     time.Duration // of Events, for the text
	Members  []engine.Member
	Events   [][]engine.Quote // by member
}

// Bounds of a shadow run.
const (
	maxIntents = 100_000 // of each version are compared
	toldDiffs  = 3       // are shown
)

// Run compares; an error refuses the candidate.
func (h *Shadow) Run(c *Candidate) (string, error) {
	var before, now int
	var diffs []string
	for i, m := range h.Members {
		was, err := h.rehearse(h.Old, m, h.Events[i])
		if err != nil {
			was = nil // the running version fails from a cold start; the new one is still judged
		}
		will, err := h.rehearse(c.Checked, m, h.Events[i])
		if err != nil {
			return "", fmt.Errorf("in the shadow run over the last %v: %w", h.Span, err)
		}
		before, now = before+len(was), now+len(will)
		diffs = append(diffs, h.compare(m, was, will)...)
	}
	text := fmt.Sprintf("shadow run over the last %v, in which nothing fills: intents before %d, now %d", h.Span, before, now)
	for _, d := range diffs[:min(len(diffs), toldDiffs)] {
		text += "\n  " + d
	}
	if more := len(diffs) - toldDiffs; more > 0 {
		text += fmt.Sprintf("\n  and %d more differences", more)
	}
	return text, nil
}

func (h *Shadow) rehearse(checked *Checked, m engine.Member, events []engine.Quote) ([]engine.Intent, error) {
	p, err := checked.Load(h.Options)
	if err != nil {
		return nil, err
	}
	return strategies.Rehearse(p, strategies.RunnerConfig{Universe: h.Universe, Zone: time.LoadLocation}, m.Instrument, events, maxIntents)
}

// compare walks both lists by time and tells what only one of them has.
func (h *Shadow) compare(m engine.Member, was, will []engine.Intent) []string {
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

func (h *Shadow) tell(when string, m engine.Member, i *engine.Intent) string {
	in := h.Universe.Get(m.Instrument)
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
