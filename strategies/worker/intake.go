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
		if w.hears(e.At) && w.begin(e) {
			w.step(e)
		}
	case *engine.Update:
		if w.memberOf(e.Strategy) != nil && w.hears(e.At) {
			w.step(e)
			w.lostOne(e)
		}
	case *engine.PnL:
		if w.hears(e.At) {
			w.step(e)
		}
	}
}

// hears fires what is due before an event and reports whether the strategies may
// hear it.
func (w *Worker) hears(at engine.Time) bool {
	w.fire(at)
	return w.waiting == 0
}

// lostOne gives up what is known when the Desk says that an intent did not arrive:
// it takes no more until the numbers fit again.
func (w *Worker) lostOne(u *engine.Update) {
	if u.Denial != nil && u.Denial.Code == engine.SequenceGap && w.waiting == 0 {
		w.desync()
	}
}

func (w *Worker) memberOf(id engine.StrategyID) *member {
	if int(id) >= len(w.members) {
		return nil
	}
	return w.members[id]
}

// begin begins the instances that wait for a quote of their instrument, and
// reports whether the strategies may still hear it.
func (w *Worker) begin(q *engine.Quote) bool {
	for _, m := range w.members {
		if m != nil && !m.begun && m.Instrument == q.Instrument {
			m.begun = true
			w.step(&engine.Phase{At: q.At, Strategy: m.ID, Begin: true})
		}
	}
	return w.waiting == 0
}

// tellLink steps the Runner with the newest state of the link, once strategies
// may hear it.
func (w *Worker) tellLink() {
	if l := w.link; l != nil && w.hears(l.At) {
		w.link = nil
		w.step(l)
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
