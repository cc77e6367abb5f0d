package cli

import (
	"fmt"
	"time"
)

// From where on a fault of the recording is worth a warning.
const (
	fewTrips       = 30              // round trips below which figures mean little
	brokenShare    = 1000            // one quote in so many crossed or locked
	outsideShare   = 100             // one trade in so many outside the quote
	longSilence    = 5 * time.Minute // and
	silenceFactor  = 50              // times the usual time between events
	maxSilenceTold = 5               // instruments
)

// dead is the whole report on a strategy that was stopped in its first run: what other
// runs decide before they too are stopped says nothing, and a hang takes its time in each.
func (d *doctor) dead() *examination {
	c := verdict{Name: "run"}
	for i, h := range faults(d.base.result) {
		m := d.base.result.Members[h.Strategy]
		text := fmt.Sprintf("%s on %s was stopped at %s: %s", m.Name, d.base.universe.Get(m.Instrument).Key, onClock(h.At), h.Text)
		if i > 0 {
			c.note("%s", text)
			continue
		}
		c.fail("%s", text)
	}
	c.Mend = "mend this first; nothing else was checked"
	e := d.examination()
	e.add(c)
	return e
}

// data looks at the recording and at how much of it the strategy used.
func (d *doctor) data() ([]errand, func() verdict) {
	return nil, func() verdict {
		c := verdict{Name: "data", Status: statusOK}
		d.broken(&c)
		d.silences(&c)
		d.amount(&c)
		if c.Status == statusOK {
			r := d.base.result
			c.say("%d quotes and %d trades, %s", r.Quotes, r.Trades, countOf(len(r.Trips), "round trip"))
		}
		return c
	}
}

// broken tells of quotes and trades that cannot be, and rows that could not be read.
func (d *doctor) broken(c *verdict) {
	r := d.base.result
	if n := r.Crossed + r.Locked; n > 0 {
		tell := c.note
		if n*brokenShare > r.Quotes {
			tell = c.warn
		}
		tell("%d crossed and %d locked of %d quotes: nothing fills on a crossed book, and indicators see it", r.Crossed, r.Locked, r.Quotes)
	}
	if n := r.Outside; n > 0 {
		tell := c.note
		if n*outsideShare > r.Trades {
			tell = c.warn
		}
		tell("%d of %d trades outside the bid and ask before them: book and trades do not always agree", n, r.Trades)
	}
	switch t := &d.base.stats.Tally; {
	case t.Bad > 0:
		c.warn("%d rows could not be read and were left out; the first: %s", t.Bad, t.Messages[0])
	case t.Torn, t.Unclosed:
		c.warn("a recording was not closed by its writer; what came before its last flush was played")
	}
	switch {
	case r.Quotes == 0:
		c.warn("trades only: the book is assumed one tick either side of the last trade, so costs of crossing it are a guess")
	case r.Trades == 0:
		c.note("quotes only: resting orders fill on quote evidence alone")
	}
}

// silences tells of stretches without events while the session was open.
func (d *doctor) silences(c *verdict) {
	told := 0
	for _, s := range d.base.survey.Silences() {
		if s.Length < longSilence || s.Length < silenceFactor*s.Usual {
			continue
		}
		if told++; told > maxSilenceTold {
			c.note("and other instruments")
			return
		}
		c.warn("%s is silent for %s of its session, from %s; usually an event comes every %s: a gap in the recording or a halt",
			d.base.universe.Get(s.Instrument).Key, lasting(s.Length), onClock(s.From), s.Usual.Round(time.Millisecond))
	}
}

// amount asks whether there is enough to judge by, and whether the strategy lived.
func (d *doctor) amount(c *verdict) {
	r := d.base.result
	for _, h := range r.Halts {
		c.warn("%s on %s stopped at %s: %s", r.Members[h.Strategy].Name, d.base.universe.Get(r.Members[h.Strategy].Instrument).Key, onClock(h.At), h.Text)
	}
	if n := len(r.Trips); n < fewTrips {
		c.warn("%s: below %d the figures mean little", countOf(n, "round trip"), fewTrips)
	}
	if d.base.log.Dropped > 0 {
		c.note("%s: the comparisons above end with these", d.base.log)
	}
}
