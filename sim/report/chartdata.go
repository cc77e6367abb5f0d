package report

import (
	"cmp"
	"math"
	"slices"
	"time"

	"tollgate/engine"
	"tollgate/sim"
)

// chartData is what the page's script draws. Times are seconds since 1970 UTC, all
// of them begins of intervals of one common width, so that price, equity and
// drawdown share one time axis.
type chartData struct {
	Zone   string       `json:"zone"`
	Width  int64        `json:"width"` // of an interval, in seconds
	Start  float64      `json:"start"` // equity
	Charts []priceData  `json:"charts"`
	Equity [][3]float64 `json:"equity"` // time, equity at its end, deepest drawdown in it as a negative number
}

// priceData is one instrument. Prices are in ticks.
type priceData struct {
	Name    string       `json:"name"`
	Tick    float64      `json:"tick"`
	Places  int32        `json:"places"`
	Candles [][5]int64   `json:"candles"` // time, open, high, low, close
	Marks   []mark       `json:"marks"`
	Trips   [][5]float64 `json:"trips"` // time and price (not in ticks) of entry and exit, 1, 0 or -1 for the result
}

// mark stands for the fills of one side and purpose in one interval.
type mark struct {
	Time  int64   `json:"t"`
	Side  int     `json:"s"` // 1 buy, -1 sell
	Exit  bool    `json:"x"`
	Gain  int     `json:"g"` // sign of what was realised
	Qty   int64   `json:"q"`
	Price float64 `json:"p"` // average, not in ticks
}

func (s *summary) chartData() *chartData {
	width := time.Second
	for _, c := range s.r.Charts {
		width = max(width, c.Width)
	}
	d := &chartData{Zone: s.zone(), Width: int64(width / time.Second), Start: s.r.Start.Equity.Float(), Charts: []priceData{}}
	x := s.axis(engine.Time(width))
	d.Equity = s.equityOn(x)
	for i := range s.r.Charts {
		d.Charts = append(d.Charts, s.priceData(&s.r.Charts[i], x))
	}
	return d
}

// axis is the begins of all intervals in which something is known, in order.
type axis struct {
	width engine.Time
	grid  []engine.Time
}

// at is where on the axis a time is shown, in seconds: in its interval or, when
// nothing else happened in that, in the one before.
func (x *axis) at(t engine.Time) int64 {
	i, found := slices.BinarySearch(x.grid, floor(t, x.width))
	if !found && i > 0 {
		i--
	}
	if i >= len(x.grid) {
		return seconds(floor(t, x.width))
	}
	return seconds(x.grid[i])
}

// floor is the begin of the interval that holds t.
func floor(t, width engine.Time) engine.Time {
	m := t % width
	if m < 0 {
		m += width
	}
	return t - m
}

func seconds(t engine.Time) int64 { return int64(t / engine.Time(time.Second)) }

func (s *summary) axis(width engine.Time) *axis {
	var list []engine.Time
	for _, c := range s.r.Charts {
		for _, k := range c.Candles {
			list = append(list, floor(k.At, width))
		}
	}
	for _, p := range s.r.Equity {
		list = append(list, floor(p.At, width))
	}
	slices.Sort(list)
	return &axis{width, slices.Compact(list)}
}

// equityOn is the equity at the end of each interval.
func (s *summary) equityOn(x *axis) [][3]float64 {
	out, points := [][3]float64{}, s.r.Equity
	i := 0
	last := sim.EquityPoint{Equity: s.r.Start.Equity}
	for _, at := range x.grid {
		deepest := last.Drawdown
		for ; i < len(points) && points[i].At < at+x.width; i++ {
			last = points[i]
			deepest = max(deepest, last.Drawdown)
		}
		out = append(out, [3]float64{float64(seconds(at)), last.Equity.Float(), -deepest.Float()})
	}
	return out
}

func (s *summary) priceData(c *sim.Chart, x *axis) priceData {
	in := s.run.instrument(c.Instrument)
	d := priceData{Name: in.Key, Tick: in.TickDecimal().InexactFloat64(), Places: places(in), Candles: [][5]int64{}}
	for _, k := range c.Candles {
		at := x.at(k.At)
		if n := len(d.Candles); n > 0 && d.Candles[n-1][0] == at {
			last := &d.Candles[n-1]
			last[2], last[3], last[4] = max(last[2], int64(k.High)), min(last[3], int64(k.Low)), int64(k.Close)
			continue
		}
		d.Candles = append(d.Candles, [5]int64{at, int64(k.Open), int64(k.High), int64(k.Low), int64(k.Close)})
	}
	d.Marks = s.marks(in, x)
	d.Trips = s.tripLines(in, x)
	return d
}

// markKey groups fills into marks.
type markKey struct {
	at   int64
	side engine.Side
	exit bool
}

// gathered is a mark in the making.
type gathered struct {
	markKey
	price    engine.VWAP
	realized engine.Money
}

// marks are the fills of an instrument, gathered by interval, side and purpose.
func (s *summary) marks(in *engine.Instrument, x *axis) []mark {
	at, list := map[markKey]int{}, []gathered{}
	for i := range s.r.Fills {
		f := &s.r.Fills[i]
		if f.Instrument != in.ID {
			continue
		}
		k := markKey{x.at(f.At), f.Side, closes(f)}
		n, ok := at[k]
		if !ok {
			n = len(list)
			at[k] = n
			list = append(list, gathered{markKey: k})
		}
		list[n].price.Add(f.Price, f.Qty)
		list[n].realized += f.Realized
	}
	slices.SortStableFunc(list, func(a, b gathered) int { return cmp.Compare(a.at, b.at) })
	out := []mark{}
	for _, g := range list {
		out = append(out, mark{
			Time: g.at, Side: int(g.side), Exit: g.exit, Gain: cmp.Compare(g.realized, 0), Qty: int64(g.price.Qty), Price: round9(g.price.Float(in)),
		})
	}
	return out
}

// closes reports whether a fill made the position smaller or turned it around.
func closes(f *sim.Fill) bool {
	before := f.Position - f.Qty*engine.Qty(f.Side)
	return before != 0 && (before > 0) != (f.Side > 0)
}

// maxTripLines bounds the lines from entry to exit that the page draws.
const maxTripLines = 5000

func (s *summary) tripLines(in *engine.Instrument, x *axis) [][5]float64 {
	out := [][5]float64{}
	for i := range s.r.Trips {
		t := &s.r.Trips[i]
		if t.Instrument != in.ID || len(out) == maxTripLines {
			continue
		}
		out = append(out, [5]float64{
			float64(x.at(t.Opened)), round9(t.Entry.Float(in)),
			float64(x.at(t.Closed)), round9(t.Exit.Float(in)), float64(cmp.Compare(t.Net(), 0)),
		})
	}
	return out
}

func round9(x float64) float64 { return math.Round(x*1e9) / 1e9 }

func round2(x float64) float64 { return math.Round(x*100) / 100 }
