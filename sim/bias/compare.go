package bias

import (
	"time"

	"tollgate/engine"
)

// Difference is where two runs part: what each decided there. One of the two is
// nil when that run decided nothing more on the instrument.
type Difference struct {
	At         engine.Time // of the earlier of the two
	Instrument string
	A, B       *Decision
	Alike      int // decisions on the instrument before it that are the same
}

// Scope says what a comparison looks at.
type Scope struct {
	To      engine.Time // decisions after it are left out; Forever = none
	Stop    bool        // decisions made because the run ended count too
	Numbers bool        // order numbers must agree
}

// Compare returns the earliest difference between two runs, or nil. Among
// instruments that part at the same time the first by name is told.
func Compare(a, b *Log, s Scope) *Difference {
	until := min(a.until(), b.until())
	keep := func(d *Decision) bool {
		return d.At <= s.To && (d.At < until || until == Forever) && (s.Stop || !d.Stop)
	}
	x, y := a.streams(keep), b.streams(keep)
	var first *Difference
	for _, key := range keysOf(x, y) {
		if d := part(x[key], y[key], s.Numbers); d != nil && (first == nil || d.At < first.At) {
			first = d
		}
	}
	return first
}

// part finds the first difference of two streams of one instrument.
func part(a, b []*Decision, numbers bool) *Difference {
	n := 0
	for n < len(a) && n < len(b) && a[n].same(b[n], numbers) {
		n++
	}
	if n == len(a) && n == len(b) {
		return nil
	}
	return differ(at(a, n), at(b, n), n)
}

// at is element i, or nil beyond either end.
func at(list []*Decision, i int) *Decision {
	if i < 0 || i >= len(list) {
		return nil
	}
	return list[i]
}

// differ makes a Difference of two decisions, at most one of them nil.
func differ(a, b *Decision, alike int) *Difference {
	d := &Difference{A: a, B: b, Alike: alike}
	if a != nil {
		d.At, d.Instrument = a.At, a.Instrument
	}
	if b != nil && (a == nil || b.At < a.At) {
		d.At, d.Instrument = b.At, b.Instrument
	}
	return d
}

// WarmUp is how a later begin compares with the whole run.
type WarmUp struct {
	Compared  int           // decisions of the later run that were looked at
	Agreed    int           // of them, after the last difference on their instrument
	After     time.Duration // from the begin to the last difference; 0 = there is none
	Bars      int           // closed in that time on that instrument; -1 = it sees none
	Stream    string        // the bars counted
	Converged bool          // on each instrument decisions agree after the last difference, if there is one
	First     *Difference   // nil = they always agree
	Last      *Difference
}

// Converge compares a run that begins at start with the whole run: all decisions,
// and entries alone. See the package's doc for what both mean.
func Converge(whole, late *Log, start engine.Time) (all, entries WarmUp) {
	until := min(whole.until(), late.until())
	keep := func(d *Decision) bool { return d.At >= start && (d.At < until || until == Forever) && !d.Stop }
	entry := func(other *Log) func(*Decision) bool {
		return func(d *Decision) bool {
			return keep(d) && d.Flat && d.Side() != "" && other.flatAt(d.Instrument, d.At)
		}
	}
	all = converge(whole.streams(keep), late.streams(keep), late, start, func(a, b *Decision) bool { return a.same(b, false) })
	entries = converge(whole.streams(entry(late)), late.streams(entry(whole)), late, start, sameEntry)
	return all, entries
}

func sameEntry(a, b *Decision) bool { return a.At == b.At && a.Side() == b.Side() }

// converge finds the last difference on each instrument by going backwards.
func converge(a, b map[string][]*Decision, late *Log, start engine.Time, same func(a, b *Decision) bool) WarmUp {
	w := WarmUp{Converged: true}
	for _, key := range keysOf(a, b) {
		x, y := a[key], b[key]
		w.Compared += len(y)
		n := 0
		for n < len(x) && n < len(y) && same(x[len(x)-1-n], y[len(y)-1-n]) {
			n++
		}
		w.Agreed += n
		if n == len(x) && n == len(y) {
			continue
		}
		w.Converged = w.Converged && n > 0
		w.widen(late, start, at(x, len(x)-1-n), at(y, len(y)-1-n))
		w.begin(x, y, same)
	}
	return w
}

// widen takes in the last difference on one instrument.
func (w *WarmUp) widen(late *Log, start engine.Time, a, b *Decision) {
	d := differ(a, b, 0)
	last := d.At
	if a != nil && b != nil {
		last = max(a.At, b.At)
	}
	if w.Last != nil && last.Sub(start) <= w.After {
		return
	}
	w.Last, w.After, w.Bars = d, last.Sub(start), -1
	if n, stream, ok := late.BarsBy(d.Instrument, last); ok {
		w.Bars, w.Stream = n, stream
	}
}

// begin takes in the first difference on one instrument.
func (w *WarmUp) begin(a, b []*Decision, same func(a, b *Decision) bool) {
	n := 0
	for n < len(a) && n < len(b) && same(a[n], b[n]) {
		n++
	}
	if d := differ(at(a, n), at(b, n), n); w.First == nil || d.At < w.First.At {
		w.First = d
	}
}
