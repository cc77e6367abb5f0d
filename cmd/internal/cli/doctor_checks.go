package cli

import (
	"fmt"
	"slices"
	"time"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/bias"
)

// How many runs the checks make.
const (
	lookaheadCuts = 8 // cut short, each just after a decision
	lateStarts    = 4 // that begin later, over the first half of the feed
	shuffles      = 2 // with the events of one time in another order
)

const wholeRun = "whole run"

// nothingDecided is why a comparison has no object.
const nothingDecided = "the strategy decided nothing on this feed"

// moments are times a part of the way through the feed, each once, none at its begin.
func (d *doctor) moments(n int, of int) []engine.Time {
	var list []engine.Time
	for k := 1; k <= n; k++ {
		t := d.base.survey.Fraction(k, of)
		if t > d.base.result.First && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// cuts are times just after some of the decisions, evenly chosen: a decision that
// depends on what comes next shows itself there. The event that answers a timer is
// still played, because only it moves time on.
func (d *doctor) cuts() []engine.Time {
	var ends []engine.Time
	for _, t := range d.base.ends { // in order of time; those of OnStop are not among them
		if t < d.base.result.Last && (len(ends) == 0 || t > ends[len(ends)-1]) {
			ends = append(ends, t)
		}
	}
	n := min(lookaheadCuts, len(ends))
	list := make([]engine.Time, n)
	for k := range n {
		list[k] = ends[(2*k+1)*len(ends)/(2*n)] + 1
	}
	return list
}

// lookahead cuts the feed short after several decisions. What is decided up to a
// cut can then depend on nothing after it.
func (d *doctor) lookahead() ([]errand, func() verdict) {
	cuts := d.cuts()
	found := make([]*bias.Difference, len(cuts))
	var errands []errand
	for i, cut := range cuts {
		t := d.usual()
		t.to = cut
		errands = append(errands, errand{t, func(o *probed) {
			found[i] = bias.Compare(d.base.log, o.log, bias.Scope{To: o.result.Last, Numbers: true})
		}})
	}
	return errands, func() verdict {
		c := verdict{Name: "lookahead", Status: statusOK}
		if d.nothing(&c) {
			return c
		}
		if len(cuts) == 0 {
			c.Status = statusSkip
			c.say("every decision is at the end of the feed: nothing comes after it that could be cut off")
			return c
		}
		c.say("runs cut short after %s of the %d decide what the whole run decides up to there", countOf(len(cuts), "decision"), len(d.base.log.Decisions))
		for i, diff := range found {
			if diff != nil {
				c.fail("the run cut short at %s decides otherwise before that moment: a decision depended on what came after it", onClock(cuts[i]))
				c.find("run cut short at "+onClock(cuts[i]), diff, wholeRun, "cut run")
				c.Mend = "find what the strategy reads besides the events it is handed; live, the future is not there to read"
				break // the others say the same of later moments
			}
		}
		return c
	}
}

// warmUp begins later in the feed, and sees how soon that makes no difference.
func (d *doctor) warmUp() ([]errand, func() verdict) {
	starts := d.moments(lateStarts, 2*lateStarts)
	warmed := make([]warmed, len(starts))
	var errands []errand
	for i, start := range starts {
		t := d.usual()
		t.from = start
		errands = append(errands, errand{t, func(o *probed) {
			all, entries := bias.Converge(d.base.log, o.log, o.result.First)
			warmed[i] = newWarmed(o.result.First, all, entries)
		}})
	}
	return errands, func() verdict {
		c := verdict{Name: "warm-up", Status: statusOK}
		switch {
		case d.nothing(&c):
		case len(starts) == 0:
			c.Status = statusSkip
			c.say("the feed is too short to be begun later")
		default:
			judgeWarmUp(&c, warmed)
		}
		return c
	}
}

// order shuffles events of one time across instruments, which says nothing about
// the market, and within one instrument, which does and is told for information.
func (d *doctor) order() ([]errand, func() verdict) {
	s := d.base.survey
	found := make([]*bias.Difference, shuffles)
	var within *bias.Difference
	scope := bias.Scope{To: bias.Forever, Numbers: true, Stop: true}
	var errands []errand
	for i := range shuffles {
		if s.Ties == 0 {
			break
		}
		t := d.usual()
		seed := uint64(d.plan.flags.seed) + uint64(i)
		t.arrange = func(src sim.Source) sim.Source { return bias.Shuffle(src, seed) }
		errands = append(errands, errand{t, func(o *probed) { found[i] = bias.Compare(d.base.log, o.log, scope) }})
	}
	if s.Mixed > 0 {
		t := d.usual()
		t.arrange = func(src sim.Source) sim.Source { return bias.Turn(src) }
		errands = append(errands, errand{t, func(o *probed) { within = bias.Compare(d.base.log, o.log, scope) }})
	}
	return errands, func() verdict {
		c := verdict{Name: "order", Status: statusOK}
		if d.nothing(&c) {
			return c
		}
		d.judgeOrder(&c, found)
		d.judgeWithin(&c, within)
		return c
	}
}

func (d *doctor) judgeOrder(c *verdict, found []*bias.Difference) {
	ties := d.base.survey.Ties
	if ties == 0 {
		c.Status = statusSkip
		c.say("no two instruments have an event at the same time, and no instrument has a quote and a trade at one time")
		return
	}
	c.say("shuffling the events of %s shared by several instruments changes no decision", countOf(int(ties), "moment"))
	for i, diff := range found {
		if diff == nil {
			continue
		}
		c.warn("decisions depend on the order of events of different instruments at the same time, which is arbitrary")
		c.find(fmt.Sprintf("shuffled with seed %d", d.plan.flags.seed+int64(i)), diff, "as recorded", "shuffled")
		c.Mend = "the instances share one account: its budget of calls, its limits and its P&L go to whoever comes first; widen them, or trade fewer instruments"
		return
	}
}

// judgeWithin tells of quotes and trades of one time, turned round. Beside a shuffle of several
// instruments it is for information; for one instrument it is all there is.
func (d *doctor) judgeWithin(c *verdict, within *bias.Difference) {
	mixed, alone := d.base.survey.Mixed, d.base.survey.Ties == 0
	switch {
	case mixed == 0:
		return
	case within == nil && alone:
		c.Status = statusOK
		c.say("turning quotes and trades of one instrument and one time round (%s) changes no decision", countOf(int(mixed), "moment"))
	case within == nil:
		return
	case alone:
		c.warn("with quotes and trades of one instrument and one time turned round (%s), decisions differ from %s on", countOf(int(mixed), "moment"), onClock(within.At))
		c.Mend = "whether a quote or a trade of one moment comes first is up to whoever recorded them; live it may be otherwise"
	default:
		c.note("for information: with quotes and trades of one instrument and one time turned round (%s), decisions differ from %s on", countOf(int(mixed), "moment"), onClock(within.At))
	}
	if within != nil {
		c.find("quotes and trades of one time", within, "as recorded", "turned round")
	}
}

// nothing skips a check of decisions where there are none.
func (d *doctor) nothing(c *verdict) bool {
	if len(d.base.log.Decisions) > 0 {
		return false
	}
	c.Status = statusSkip
	c.say(nothingDecided)
	return true
}

// onClock prints a time in UTC, to the millisecond.
func onClock(t engine.Time) string { return t.UTC().Format("2006-01-02 15:04:05.999") }

// lasting prints a duration in the unit it deserves.
func lasting(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		return fmt.Sprintf("%dd %dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%dh %02dm", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Minute:
		return fmt.Sprintf("%dm %02ds", d/time.Minute, d%time.Minute/time.Second)
	}
	return d.Round(time.Millisecond).String()
}

// countOf counts things.
func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
