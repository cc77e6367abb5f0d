package worker

import (
	"cmp"
	"slices"
	"time"

	"tollgate/engine"
)

// timers are those under way, the next one last.
type timers struct{ list []engine.SetTimer }

func (t *timers) add(s engine.SetTimer) {
	at, _ := slices.BinarySearchFunc(t.list, s, func(a, b engine.SetTimer) int {
		return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID))
	})
	t.list = slices.Insert(t.list, at, s)
}

// due takes the next timer out if it is due by now.
func (t *timers) due(now engine.Time) (engine.SetTimer, bool) {
	n := len(t.list) - 1
	if n < 0 || t.list[n].At > now {
		return engine.SetTimer{}, false
	}
	next := t.list[n]
	t.list = t.list[:n]
	return next, true
}

// fire fires the timers due by now. Strategies that wait for the state are left alone.
func (w *Worker) fire(now engine.Time) {
	for w.waiting == 0 && w.broken == nil {
		next, ok := w.timers.due(now)
		if !ok {
			return
		}
		w.now = max(w.now, next.At)
		w.step(&engine.TimerFired{At: next.At, ID: next.ID})
	}
}

// arm sets the alarm for the next timer. While the state is missing nothing fires.
func (w *Worker) arm(alarm *time.Timer) {
	next := engine.NoTime
	if n := len(w.timers.list); n > 0 && w.waiting == 0 {
		next = w.timers.list[n-1].At
	}
	if next == w.armed {
		return
	}
	w.armed = next
	if next == engine.NoTime {
		alarm.Stop()
		return
	}
	alarm.Reset(max(0, w.cfg.Clock.Until(next)))
}
