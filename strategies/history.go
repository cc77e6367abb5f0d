package strategies

import (
	"slices"
	"strings"

	"tollgate/engine"
	"tollgate/strategies/indicator"
)

// history keeps the newest market events of one instrument, so that the lines of
// a strategy's new version can be brought up to date without a blind period.
type history struct {
	ring []engine.Quote
	seen uint64 // events ever added; the newest has this number
}

// add keeps an event, in place of the oldest once limit is reached.
func (h *history) add(q *engine.Quote, limit int) {
	if len(h.ring) < limit {
		h.ring = append(h.ring, *q)
	} else {
		h.ring[h.seen%uint64(limit)] = *q
	}
	h.seen++
}

// first is the number of the oldest event kept; the newest is seen.
func (h *history) first() uint64 { return h.seen - uint64(len(h.ring)) + 1 }

// get returns event number n, first <= n <= seen.
func (h *history) get(n uint64) *engine.Quote {
	return &h.ring[(n-1)%uint64(len(h.ring))]
}

// pastBar is a closed bar and the number of the event after which it was closed.
type pastBar struct {
	bar  indicator.Bar
	seen uint64
}

// keepBars bounds the closed bars kept of each stream.
const keepBars = 10_000

// keep remembers a closed bar.
func (b *stream) keep(bar indicator.Bar, seen uint64) {
	if len(b.past) == keepBars {
		copy(b.past, b.past[keepBars/4:])
		b.past = b.past[:keepBars-keepBars/4]
	}
	b.past = append(b.past, pastBar{bar, seen})
}

// warm brings the lines of a program up to date from history, without calling a
// handler. Bars of a stream that the old version had too are taken over as they
// closed; everything else is computed from the events kept. old may be nil.
func (r *Runner) warm(i *instance, p, old *Program) {
	h := r.historyOf(i.in.ID)
	if h == nil || len(h.ring) == 0 {
		return
	}
	quiet := newInstance(r, i.id, &Program{Setup: p.Setup}, i.in, i.onPanic)
	quiet.quiet = true
	g := &p.Setup.graph
	for _, b := range g.streams {
		b.from = h.first()
		b.skip = h.first() > 1 // the first bar built is not whole
		if same := old.streamNamed(b.name); same != nil {
			b.inherit(same)
		}
	}
	for n := h.first(); n <= h.seen; n++ {
		quiet.number = n
		quiet.onQuote(h.get(n))
	}
}

// inherit takes over the bars that the same stream closed before.
func (b *stream) inherit(same *stream) {
	for _, p := range same.past {
		b.closed(p.bar)
		b.keep(p.bar, p.seen)
	}
	if n := len(same.past); n > 0 {
		b.from, b.skip = same.past[n-1].seen+1, false
	}
}

func (p *Program) streamNamed(name string) *stream {
	if p == nil {
		return nil
	}
	for _, b := range p.Setup.graph.streams {
		if b.name == name {
			return b
		}
	}
	return nil
}

func (r *Runner) historyOf(id engine.InstrumentID) *history {
	if int(id) >= len(r.histories) {
		return nil
	}
	return &r.histories[id]
}

// remember adds a market event to the history of its instrument.
func (r *Runner) remember(q *engine.Quote) {
	if r.cfg.History <= 0 {
		return
	}
	for len(r.histories) <= int(q.Instrument) {
		r.histories = append(r.histories, history{})
	}
	r.histories[q.Instrument].add(q, r.cfg.History)
}

// Remarks says what a new version begins without, to stand after a sentence: programs
// are its instances, and what holds for one of them is said.
func Remarks(programs ...*Program) string {
	text := ""
	for _, r := range []struct {
		what  string
		names func(*Program) []string
	}{
		{"no longer there", func(p *Program) []string { return p.Dropped }},
		{"started anew, because their type changed or they hold functions or what the host made", func(p *Program) []string { return p.Reset }},
		{"started anew, because only names with a capital letter live on", func(p *Program) []string { return p.Small }},
		{"left behind, because the new version has nothing of that name", func(p *Program) []string { return p.Left }},
		{"Migrate read as zero what the version before does not have, or has as another kind", func(p *Program) []string { return p.Missed }},
		{"no closed bar yet of", (*Program).NotReady},
	} {
		var names []string
		for _, p := range programs {
			for _, name := range r.names(p) {
				if !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		if len(names) > 0 {
			text += "; " + r.what + ": " + strings.Join(names, ", ")
		}
	}
	return text
}

// NotReady names the lines' owners of a program that history was too short for:
// streams of bars that have not closed one yet.
func (p *Program) NotReady() []string {
	var names []string
	for _, b := range p.Setup.graph.streams {
		if b.count == 0 {
			names = append(names, b.name)
		}
	}
	return names
}
