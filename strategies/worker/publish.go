package worker

import (
	"tollgate/engine"
	"tollgate/engine/bus"
)

// carry carries out the Runner's commands.
func (w *Worker) carry(commands []engine.Command) {
	lost := false
	for _, c := range commands {
		switch c := c.(type) {
		case *engine.Intent:
			lost = !w.publish(c) || lost
		case *engine.SetTimer:
			w.timers.add(*c)
		case *engine.Version:
			w.versioned(c)
			w.tell(c)
		case *engine.Log, *engine.Halt:
			w.tell(c)
		}
	}
	if lost {
		w.desync()
	}
}

// versioned notes what an instance runs from now on.
func (w *Worker) versioned(v *engine.Version) {
	m := w.members[v.Strategy]
	m.hash = v.Hash
	if old := m.script.former; v.Rollback != "" && old != nil && old.Source.Hash == v.Hash {
		m.script.Checked, m.script.former = old, nil
	}
}

// publish sends something to the Desk.
func (w *Worker) publish(e engine.Event) bool {
	w.buffer = engine.AppendEvent(w.buffer[:0], e)
	return w.intents.Publish(w.buffer) == nil
}

// tell publishes news. Whether anybody hears them decides nothing.
func (w *Worker) tell(c engine.Command) {
	w.buffer = engine.AppendNews(w.buffer[:0], c)
	_ = w.cfg.Bus.Publish(w.news, w.buffer)
}

// say tells people something about a script.
func (w *Worker) say(s *running, text string) {
	w.tell(&engine.Log{At: w.cfg.Clock.Now(), Strategy: s.Instances[0].ID, Text: text})
}

func (w *Worker) beat(last bool) {
	w.buffer = bus.AppendBeat(w.buffer[:0], &bus.Beat{
		At: w.cfg.Clock.Now(), Done: w.done, Hash: w.runner.Hash(), Gaps: w.gaps, Synced: w.waiting == 0, Last: last,
	})
	_ = w.cfg.Bus.Publish(w.beats, w.buffer) // the next one says the same
}
