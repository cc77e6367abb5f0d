package bias

import (
	"math"
	"sort"
	"strings"

	"tollgate/engine"
)

// Decision is one thing a strategy instance wanted, or its end.
type Decision struct {
	At         engine.Time
	Instrument string // canonical key
	Kind       string // an intent's kind (submit, amend, withdraw, cancel-all, flatten), or halt
	Order      string // the strategy's own number of the order, "#3"; empty where the kind has none
	Terms      string // side, quantity, type and prices as in a trace; the reason of a halt
	Flat       bool   // the instance had no position and no working order when its handler was called
	Stop       bool   // made because the run ended (OnStop)
}

// halt is the kind of the decision that ends a strategy.
const halt = "halt"

// String says what was decided, without time and instrument's own line.
func (d *Decision) String() string {
	return strings.Join(strings.Fields(d.Kind+" "+d.Order+" "+d.Terms), " ")
}

// Side is BUY or SELL for a submitted order, else empty.
func (d *Decision) Side() string {
	if d.Kind != engine.Submit.String() {
		return ""
	}
	side, _, _ := strings.Cut(d.Terms, " ")
	return side
}

// same compares everything but Flat and Stop; numbers says whether order numbers count.
func (d *Decision) same(e *Decision, numbers bool) bool {
	return d.At == e.At && d.Instrument == e.Instrument && d.Kind == e.Kind &&
		(d.Terms == e.Terms || d.Kind == halt) && (d.Order == e.Order || !numbers)
}

// Log is what was decided in one run.
type Log struct {
	Decisions []Decision // in the order they were made
	Dropped   int64      // decisions beyond the recorder's bound
	members   map[string]*member
}

// Forever is later than every event.
const Forever engine.Time = math.MaxInt64

// until is the time before which the log is complete.
func (l *Log) until() engine.Time {
	if l.Dropped == 0 {
		return Forever
	}
	if len(l.Decisions) == 0 {
		return engine.NoTime
	}
	return l.Decisions[len(l.Decisions)-1].At
}

// streams are the decisions of each instrument that keep accepts, and the
// instruments in the order of their names.
func (l *Log) streams(keep func(*Decision) bool) map[string][]*Decision {
	s := map[string][]*Decision{}
	for i := range l.Decisions {
		if d := &l.Decisions[i]; keep(d) {
			s[d.Instrument] = append(s[d.Instrument], d)
		}
	}
	return s
}

// keysOf are the instruments of either, sorted.
func keysOf(a, b map[string][]*Decision) []string {
	var keys []string
	for key := range a { // map order: sorted below
		keys = append(keys, key)
	}
	for key := range b { // map order: sorted below
		if _, both := a[key]; !both {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	return keys
}

// member is what is known of one strategy instance.
type member struct {
	key     string
	flat    bool
	called  engine.Time // when a handler was last called
	states  []state     // every change of flat
	stream  string      // the bars that are counted: those that closed first
	bars    []engine.Time
	uncount bool // more bars than the bound
}

// state is whether an instance was flat, from the call of a handler on.
type state struct {
	at     engine.Time
	flat   bool
	before engine.Time // of the call before, which saw the opposite
}

// flatAt reports whether the instance of an instrument was flat when a handler was
// called at t, or, if none was, when the last one before t was. Before its first
// call it was.
func (l *Log) flatAt(key string, t engine.Time) bool {
	m, ok := l.members[key]
	if !ok {
		return true
	}
	n := sort.Search(len(m.states), func(i int) bool { return m.states[i].at > t })
	flat := n == 0 || m.states[n-1].flat
	for i := n - 1; i >= 0 && m.states[i].at == t; i-- {
		flat = flat || m.states[i].flat || m.states[i].before == t
	}
	return flat
}

// BarsBy returns how many bars of a stream the instance of an instrument saw close
// by t, and the stream's name. ok is false when it sees no bars, or more than the
// recorder's bound.
func (l *Log) BarsBy(key string, t engine.Time) (n int, stream string, ok bool) {
	m, known := l.members[key]
	if !known || m.uncount || m.stream == "" {
		return 0, "", false
	}
	return sort.Search(len(m.bars), func(i int) bool { return m.bars[i] > t }), m.stream, true
}
