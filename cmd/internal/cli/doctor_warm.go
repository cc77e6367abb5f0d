package cli

import (
	"fmt"

	"tollgate/engine"
	"tollgate/sim/bias"
)

// littleEvidence is how few agreeing decisions are said to be few.
const littleEvidence = 5

// warmed is what one later begin showed.
type warmed struct {
	start        engine.Time
	all, entries bias.WarmUp
	level        int // 0 all decisions agree in the end, 1 entries do, 2 neither, 3 there was nothing to compare
}

func newWarmed(start engine.Time, all, entries bias.WarmUp) warmed {
	w := warmed{start: start, all: all, entries: entries}
	switch {
	case all.Compared == 0 && all.Last == nil:
		w.level = 3
	case all.Converged:
	case entries.Converged && entries.Agreed > 0:
		w.level = 1
	default:
		w.level = 2
	}
	return w
}

// judgeWarmUp puts the later begins together. The worst of them speaks.
func judgeWarmUp(c *verdict, list []warmed) {
	count := [4]int{}
	var longest *warmed
	for i := range list {
		w := &list[i]
		count[w.level]++
		if w.level < 3 && (longest == nil || w.level > longest.level || w.level == longest.level && w.longer(longest)) {
			longest = w
		}
		c.note("begun at %s: %s", onClock(w.start), w.told())
	}
	if longest == nil {
		c.Status = statusSkip
		c.say("nothing is decided after the later begins: the feed is too short to tell")
		return
	}
	switch longest.level {
	case 0:
		sayWarm(c, longest)
	case 1:
		c.say("after a later begin entries agree within %s; other decisions follow from the position carried, and may differ for ever", longest.warm(&longest.entries))
	case 2:
		c.warn("runs that begin later do not come to decide the same on this feed (%d of %d begins)", count[2], len(list)-count[3])
		c.Mend = "often harmless: state made from its own trades, a session's average, timers that count from the start. " +
			"If the strategy should know only its indicators, look for package variables that never forget; a longer feed gives more evidence"
	}
	if n := longest.counts().Agreed; longest.level < 2 && n < littleEvidence {
		c.Summary += fmt.Sprintf("; little evidence: %s", countOf(n, "decision"))
	}
	if longest.all.First != nil {
		c.find("begun at "+onClock(longest.start), longest.all.First, wholeRun, "later run")
	}
}

func sayWarm(c *verdict, w *warmed) {
	if w.all.Last == nil {
		c.say("runs that begin later decide the same from their first decision on")
		return
	}
	c.say("after a later begin all decisions agree within %s", w.warm(&w.all))
	c.Mend = "live, give the strategy that long before it trades, or history to warm up from"
}

// counts is the comparison that counts at the level reached.
func (w *warmed) counts() *bias.WarmUp {
	if w.level == 1 {
		return &w.entries
	}
	return &w.all
}

// longer compares warm-ups, in bars where both have them: a night between two
// sessions warms nothing.
func (w *warmed) longer(v *warmed) bool {
	a, b := w.counts(), v.counts()
	if a.Last != nil && b.Last != nil && a.Bars >= 0 && b.Bars >= 0 && a.Bars != b.Bars {
		return a.Bars > b.Bars
	}
	return a.After > b.After
}

// warm tells a warm-up in time and, where the strategy sees bars, in bars.
func (w *warmed) warm(x *bias.WarmUp) string {
	if x.Last == nil {
		return "no time at all"
	}
	if x.Bars < 0 {
		return lasting(x.After)
	}
	return fmt.Sprintf("%s of %s (%s)", countOf(x.Bars, "bar"), x.Stream, lasting(x.After))
}

// told is a line about one later begin.
func (w *warmed) told() string {
	switch w.level {
	case 0:
		if w.all.Last == nil {
			return fmt.Sprintf("the same from the first on: %s", countOf(w.all.Compared, "decision"))
		}
		return fmt.Sprintf("all agree after %s: %s", w.warm(&w.all), countOf(w.all.Agreed, "decision"))
	case 1:
		return fmt.Sprintf("entries agree after %s: %d; other decisions do not", w.warm(&w.entries), w.entries.Agreed)
	case 2:
		return fmt.Sprintf("the last decisions still differ: at %s, %s after the begin", onClock(w.all.Last.At), lasting(w.all.Last.At.Sub(w.start)))
	}
	return "nothing decided"
}
