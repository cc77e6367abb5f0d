package strategies

import (
	"fmt"
	"math"
	"time"

	"tollgate/engine"
	"tollgate/strategies/indicator"
)

// root is a source of updates: one stream of bars, the quotes, or the trades.
// Its updates run in the order of declaration, and a Line can only be declared
// from Lines declared before it, so one pass brings everything up to date.
type root struct{ updates []func() }

func (r *root) run() {
	for _, update := range r.updates {
		update()
	}
}

// graph is the set of declared lines and what drives them.
type graph struct {
	quotes, trades      root
	streams             []*stream
	from                map[*Line][]*root
	bid, ask, mid, last *Line
	vwap                *indicator.VWAP
}

func newGraph() graph { return graph{from: map[*Line][]*root{}} }

// Bars is a stream of bars of the strategy's instrument. Its lines hold the
// newest closed bar: a bar cannot be read before it closes.
type Bars struct {
	Name                           string // "1m", "500 ticks" ...
	Open, High, Low, Close, Volume *Line
	Count                          int // closed so far

	stream *stream
}

// stream is what makes a Bars. It is apart from it, because a script can overwrite
// a Bars as a whole.
type stream struct {
	root
	bars    *Bars // what the script sees
	lines   [5]*Line
	name    string
	count   int            // closed so far
	build   indicator.Bars // once the instrument is known
	spec    barSpec
	current indicator.Bar // the newest closed one
	past    []pastBar     // closed bars, when the Runner keeps history
	from    uint64        // events before this number are in the bars already
	skip    bool          // the next bar to close is not whole and must not be seen
	armed   engine.Time   // a timer is set for the bar's end at this time
	untold  bool          // the newest bar has just closed and OnBar is still to come
}

// barSpec says how to build bars once the instrument is known.
type barSpec struct {
	every   time.Duration
	session bool
	trades  int
	volume  int
	ticks   int
}

func (s *Setup) newBars(name string, spec barSpec, n int) *Bars {
	s.late("bars")
	if n < 1 || n > 1_000_000 {
		s.fail("bars of %s: the count must be 1 to 1000000", name)
	}
	x := &stream{name: name, spec: spec, lines: [5]*Line{newLine(), newLine(), newLine(), newLine(), newLine()}, armed: engine.NoTime}
	l := &x.lines
	x.bars = &Bars{Name: name, stream: x, Open: l[0], High: l[1], Low: l[2], Close: l[3], Volume: l[4]}
	for _, line := range l {
		s.graph.from[line] = []*root{&x.root}
	}
	for _, other := range s.graph.streams {
		if other.name == name {
			s.fail("bars of %s are declared twice; use one variable", name)
		}
	}
	s.graph.streams = append(s.graph.streams, x)
	return x.bars
}

// Seconds is the instance form of the function Seconds.
func (s *Setup) Seconds(n int) *Bars {
	return s.newBars(fmt.Sprintf("%ds", n), barSpec{every: time.Duration(n) * time.Second}, n)
}

// Minutes is the instance form of the function Minutes.
func (s *Setup) Minutes(n int) *Bars {
	return s.newBars(fmt.Sprintf("%dm", n), barSpec{every: time.Duration(n) * time.Minute}, n)
}

// Hours is the instance form of the function Hours.
func (s *Setup) Hours(n int) *Bars {
	return s.newBars(fmt.Sprintf("%dh", n), barSpec{every: time.Duration(n) * time.Hour}, n)
}

// Sessions is the instance form of the function Sessions.
func (s *Setup) Sessions() *Bars { return s.newBars("session", barSpec{session: true}, 1) }

// Ticks is the instance form of the function Ticks.
func (s *Setup) Ticks(n int) *Bars {
	return s.newBars(fmt.Sprintf("%d trades", n), barSpec{trades: n}, n)
}

// Volume is the instance form of the function Volume.
func (s *Setup) Volume(n int) *Bars {
	return s.newBars(fmt.Sprintf("%d contracts", n), barSpec{volume: n}, n)
}

// Range is the instance form of the function Range.
func (s *Setup) Range(n int) *Bars {
	return s.newBars(fmt.Sprintf("%d ticks", n), barSpec{ticks: n}, n)
}

// base declares one of the market's own lines, once.
func (s *Setup) base(slot **Line, r *root) *Line {
	s.late("a line")
	if *slot == nil {
		*slot = newLine()
		s.graph.from[*slot] = []*root{r}
	}
	return *slot
}

// Bid is the instance form of the function Bid.
func (s *Setup) Bid() *Line { return s.base(&s.graph.bid, &s.graph.quotes) }

// Ask is the instance form of the function Ask.
func (s *Setup) Ask() *Line { return s.base(&s.graph.ask, &s.graph.quotes) }

// Mid is the instance form of the function Mid.
func (s *Setup) Mid() *Line { return s.base(&s.graph.mid, &s.graph.quotes) }

// Last is the instance form of the function Last.
func (s *Setup) Last() *Line { return s.base(&s.graph.last, &s.graph.trades) }

// derive hangs an update on every source that drives the inputs and registers
// its outputs as lines of the same sources.
func (s *Setup) derive(what string, update func(), inputs []*Line, outputs ...*Line) {
	s.late(what)
	var roots []*root
	for _, in := range inputs {
		from, ok := s.graph.from[in]
		if !ok {
			s.fail("%s: its input is not a line declared with a function of package strategies", what)
		}
		for _, r := range from {
			if !containsRoot(roots, r) {
				roots = append(roots, r)
			}
		}
	}
	s.hang(roots, update, outputs)
}

func (s *Setup) hang(roots []*root, update func(), outputs []*Line) {
	for _, r := range roots {
		r.updates = append(r.updates, update)
	}
	for _, out := range outputs {
		s.graph.from[out] = roots
	}
}

func containsRoot(list []*root, r *root) bool {
	for _, x := range list {
		if x == r {
			return true
		}
	}
	return false
}

func newLine() *Line { return &Line{V: math.NaN(), Prev: math.NaN()} }

// put gives a line of the host's own its newest value. A line nobody declared is
// nil; an unknown value leaves the line as it was.
func put(l *Line, v float64) {
	if l == nil || math.IsNaN(v) {
		return
	}
	l.Prev, l.V, l.Ready = l.V, v, true
	l.N++
}

// bind makes the bar builders, now that the instrument is known.
func (g *graph) bind(in *engine.Instrument) error {
	for _, b := range g.streams {
		var err error
		if b.build, err = b.spec.builder(in); err != nil {
			return fmt.Errorf("bars of %s: %w", b.name, err)
		}
	}
	return nil
}

func (s *barSpec) builder(in *engine.Instrument) (indicator.Bars, error) {
	switch {
	case s.session:
		return indicator.NewTimeBars(indicator.MaxBarDuration, in.Calendar)
	case s.every > 0:
		return indicator.NewTimeBars(s.every, in.Calendar)
	case s.trades > 0:
		return indicator.NewTickBars(s.trades, in.Calendar)
	case s.volume > 0:
		return indicator.NewVolumeBars(float64(s.volume), in.Calendar)
	}
	return indicator.NewRangeBars(float64(s.ticks)*in.TickFloat(), in.Calendar)
}

// closed takes over a bar that has just closed and brings everything that hangs
// on this stream up to date.
func (b *stream) closed(bar indicator.Bar) {
	b.current = bar
	b.count++
	b.bars.Count = b.count
	for n, v := range [5]float64{bar.Open, bar.High, bar.Low, bar.Close, bar.Volume} {
		put(b.lines[n], v)
	}
	b.run()
}
