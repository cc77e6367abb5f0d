package worker

import (
	"fmt"
	"time"

	"tollgate/engine"
	"tollgate/engine/bus"
)

// message takes one message of the feed.
func (w *Worker) message(m *bus.Msg) {
	e, err := w.open(m)
	if err != nil || m.Lost > 0 {
		w.desync()
	}
	if e != nil {
		w.take(e)
	}
	w.done = max(w.follow.Next, 1) - 1
}

// open takes a message apart. An event that comes with an error is good, but
// something before it is missing.
func (w *Worker) open(m *bus.Msg) (engine.Event, error) {
	data, gap := w.follow.Take(m.Data)
	if data == nil {
		return nil, gap
	}
	e, err := engine.ParseEvent(data)
	if err != nil {
		return nil, err
	}
	return e, gap
}

// take decides what an event of the feed is for the strategies.
func (w *Worker) take(e engine.Event) {
	switch e := e.(type) {
	case *engine.Snapshot:
		w.snapshot(e)
	case *engine.LinkChange:
		w.link = e
		w.tellLink()
	case *engine.Quote:
		w.hear(e, e.At, func(m *member) bool { return m.Instrument == e.Instrument })
	case *engine.PnL:
		w.hear(e, e.At, func(*member) bool { return true })
	case *engine.Update:
		w.update(e)
	}
}

// update takes what is for one instance. It may hear it as soon as it has its own
// state, also while others wait for theirs: its Snapshot knew nothing of it.
func (w *Worker) update(u *engine.Update) {
	m := w.memberOf(u.Strategy)
	if m == nil {
		return
	}
	w.fire(u.At)
	if w.begin(u.At, m) {
		w.step(u)
		w.lostOne(u)
	}
}

// hear steps the Runner with what is for every instance, or passes it over while
// one waits for its state. Those it concerns have begun before.
func (w *Worker) hear(e engine.Event, at engine.Time, concerns func(*member) bool) {
	w.fire(at)
	if w.waiting > 0 {
		return
	}
	for _, m := range w.members {
		if m != nil && concerns(m) && !w.begin(at, m) {
			return // what it wanted could not be published
		}
	}
	w.step(e)
}

// begin begins an instance that has not begun, and reports whether it has and may
// be told something. It cannot begin before it has its state, and may have to wait
// for it again afterwards.
func (w *Worker) begin(at engine.Time, m *member) bool {
	if !m.begun && !m.waiting {
		m.begun = true
		w.step(&engine.Phase{At: at, Strategy: m.ID, Begin: true})
	}
	return m.begun && !m.waiting
}

// lostOne gives up what is known when the Desk says that an intent did not arrive:
// it takes no more until the numbers fit again.
func (w *Worker) lostOne(u *engine.Update) {
	if u.Denial != nil && u.Denial.Code == engine.SequenceGap && !w.members[u.Strategy].waiting {
		w.desync()
	}
}

func (w *Worker) memberOf(id engine.StrategyID) *member {
	if int(id) >= len(w.members) {
		return nil
	}
	return w.members[id]
}

// tellLink steps the Runner with the newest state of the link, once strategies
// may hear it.
func (w *Worker) tellLink() {
	if l := w.link; l != nil && w.waiting == 0 {
		w.link = nil
		w.hear(l, l.At, func(*member) bool { return true })
	}
}

// desync gives up what is known and asks the gateway for the state of every
// instance.
func (w *Worker) desync() {
	w.gaps++
	w.waiting = 0
	for _, m := range w.members {
		if m != nil {
			m.waiting = true
			w.waiting++
		}
	}
	w.ask()
}

// ask asks for the states that are missing. When that cannot be published it is
// asked again.
func (w *Worker) ask() {
	w.asked = 0
	now := w.cfg.Clock.Now()
	for _, m := range w.members {
		if m != nil && m.waiting && !w.publish(&engine.Resync{At: now, Strategy: m.ID}) {
			return
		}
	}
}

// askAgain counts beats and asks again for what is still missing.
func (w *Worker) askAgain() {
	w.asked++
	if w.waiting == 0 || time.Duration(w.asked)*w.cfg.Beat < resyncEvery {
		return
	}
	for _, m := range w.members {
		if m != nil && m.waiting {
			w.say(m.script, fmt.Sprintf("%d of the worker's strategies wait for their state; does the gateway run, and does it know number %d?", w.waiting, m.ID))
			break
		}
	}
	w.ask()
}

// snapshot takes the state of an instance.
func (w *Worker) snapshot(s *engine.Snapshot) {
	m := w.memberOf(s.Strategy)
	if m == nil || !m.waiting {
		return // an answer to a question asked twice can be older than intents on their way
	}
	m.waiting = false
	w.waiting--
	w.step(s)
	w.tellLink()
}
