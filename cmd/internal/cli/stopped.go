package cli

import (
	"fmt"
	"strings"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/strategies"
)

// stoppedError is a run in which strategies were stopped by a fault of theirs: a panic,
// a hang, too much memory. What the run gave is told before it.
type stoppedError string

func (e stoppedError) Error() string { return string(e) }

// faults are the strategies that were stopped, and did not ask for it.
func faults(r *sim.Result) []sim.Note {
	var list []sim.Note
	for _, h := range r.Halts {
		if !strategies.StoppedItself(h.Text) {
			list = append(list, h)
		}
	}
	return list
}

// stopped is nil when no strategy was; otherwise one line about the first of them.
func stopped(r *sim.Result, u *engine.Universe) error {
	list := faults(r)
	if len(list) == 0 {
		return nil
	}
	first := list[0]
	m := r.Members[first.Strategy]
	reason, _, _ := strings.Cut(first.Text, "\n") // below it stands the line of the source
	text := fmt.Sprintf("%s on %s was stopped at %s UTC: %s", m.Name, u.Get(m.Instrument).Key, onClock(first.At), reason)
	if n := len(list) - 1; n > 0 {
		text += "; and " + countOf(n, "other instance")
	}
	return stoppedError(text)
}
