package indicator

import "math"

// wilder is the average of Wilder 1978, "New Concepts in Technical Trading
// Systems": the simple mean of the first n inputs, then one n-th of the way to
// each new input.
type wilder struct {
	n, seen int // seen stops at n
	seed    pair
	v       float64
}

func (w *wilder) step(x float64) {
	if w.seen < w.n {
		w.seen++
		w.seed = w.seed.add(x)
		w.v = w.seed.over(float64(w.n))
		return
	}
	w.v += (x - w.v) / float64(w.n)
}

func (w *wilder) ready() bool { return w.n > 0 && w.seen == w.n }

// RSI is the relative strength index, 0 to 100: 100 * G / (G + L), with G and L
// the Wilder averages of the gains and of the losses from input to input (Wilder
// 1978; StockCharts ChartSchool, "RSI"). Without any movement (G and L both zero)
// it is 50. Ready at input number length + 1.
type RSI struct {
	Line
	gain, loss wilder
	last       float64
	started    bool
}

// NewRSI returns an RSI over length changes, 1 to MaxLength.
func NewRSI(length int) (*RSI, error) {
	if err := checkLength("RSI", "length", length, 1); err != nil {
		return nil, err
	}
	return &RSI{Line: noLine(), gain: wilder{n: length}, loss: wilder{n: length}}, nil
}

// Update adds one input.
func (r *RSI) Update(x float64) {
	if !usable(x) || r.gain.n == 0 {
		return
	}
	if r.started {
		r.gain.step(max(x-r.last, 0))
		r.loss.step(max(r.last-x, 0))
	}
	r.started, r.last = true, x
	r.set(r.index(), r.gain.ready())
}

func (r *RSI) index() float64 {
	if r.gain.v+r.loss.v == 0 {
		return 50
	}
	return 100 * (r.gain.v / (r.gain.v + r.loss.v))
}

// trueRange is the largest of high-low and the distances of the high and of the
// low from the close before (Wilder 1978).
func trueRange(b *Bar, before float64) float64 {
	return max(b.High, before) - min(b.Low, before)
}

// ATR is the average true range, in price units: the Wilder average of the true
// range, which of the first bar is high-low (Wilder 1978; StockCharts ChartSchool,
// "Average True Range"). Ready at bar number length. TA-Lib leaves the first bar
// out and is ready one bar later.
type ATR struct {
	Line
	avg     wilder
	before  float64 // the close before
	started bool
}

// NewATR returns an ATR over length bars, 1 to MaxLength.
func NewATR(length int) (*ATR, error) {
	if err := checkLength("ATR", "length", length, 1); err != nil {
		return nil, err
	}
	a := makeATR(length)
	return &a, nil
}

func makeATR(length int) ATR { return ATR{Line: noLine(), avg: wilder{n: length}} }

// Update adds one closed bar.
func (a *ATR) Update(b *Bar) {
	if !b.usable() || a.avg.n == 0 {
		return
	}
	if !a.started {
		a.started, a.before = true, b.Close
	}
	a.avg.step(trueRange(b, a.before))
	a.before = b.Close
	a.set(a.avg.v, a.avg.ready())
}

// ADX is the directional movement system: Plus (+DI), Minus (-DI) and the average
// directional index, each 0 to 100 (Wilder 1978; StockCharts ChartSchool, "ADX").
// The directional indexes are Wilder averages of the directional movements over
// that of the true range; they are 0 when the range is. The movement index between
// them is 0 when both are. The first bar has no movement: Plus and Minus are Ready
// at bar number length + 1, ADX at bar number 2*length. TA-Lib seeds its sums with
// length-1 values and differs slightly in the beginning.
type ADX struct {
	ADX, Plus, Minus            Line
	up, down, ranges, direction wilder
	last                        Bar
	started                     bool
}

// NewADX returns an ADX over length bars, 1 to MaxLength.
func NewADX(length int) (*ADX, error) {
	if err := checkLength("ADX", "length", length, 1); err != nil {
		return nil, err
	}
	w := wilder{n: length}
	return &ADX{ADX: noLine(), Plus: noLine(), Minus: noLine(), up: w, down: w, ranges: w, direction: w}, nil
}

// Update adds one closed bar.
func (a *ADX) Update(b *Bar) {
	if !b.usable() || a.up.n == 0 {
		return
	}
	if a.started {
		a.move(b)
	}
	a.started, a.last = true, *b
	plus, minus := a.share(a.up.v), a.share(a.down.v)
	if a.ranges.ready() {
		a.direction.step(movementIndex(plus, minus))
	}
	a.Plus.set(plus, a.ranges.ready())
	a.Minus.set(minus, a.ranges.ready())
	a.ADX.set(a.direction.v, a.direction.ready())
}

// move adds the movement from the last bar: only the larger of the two counts,
// and neither when they are equal.
func (a *ADX) move(b *Bar) {
	up, down := max(b.High-a.last.High, 0), max(a.last.Low-b.Low, 0)
	switch {
	case up > down:
		down = 0
	case down > up:
		up = 0
	default:
		up, down = 0, 0
	}
	a.ranges.step(trueRange(b, a.last.Close))
	a.up.step(up)
	a.down.step(down)
}

func (a *ADX) share(movement float64) float64 {
	if a.ranges.v == 0 {
		return 0
	}
	return 100 * (movement / a.ranges.v)
}

func movementIndex(plus, minus float64) float64 {
	if plus+minus == 0 {
		return 0
	}
	return 100 * (math.Abs(plus-minus) / (plus + minus))
}
