package indicator

import "math"

// StdDev is the population standard deviation of the newest length inputs (the
// sum of squares is divided by length, not by length-1; TA-Lib TA_STDDEV,
// StockCharts ChartSchool "Standard Deviation"). Ready at input number length.
type StdDev struct {
	Line
	s sums
}

// NewStdDev returns a StdDev over length inputs, 2 to MaxLength.
func NewStdDev(length int) (*StdDev, error) {
	if err := checkLength("StdDev", "length", length, 2); err != nil {
		return nil, err
	}
	return &StdDev{Line: noLine(), s: newSquares(length)}, nil
}

func newSquares(length int) sums {
	s := newSums(length)
	s.wantSquares = true
	return s
}

// Update adds one input.
func (d *StdDev) Update(x float64) {
	if !usable(x) || d.s.buf == nil {
		return
	}
	d.s.push(x)
	d.set(d.s.deviation(), d.s.full())
}

// deviation is the population standard deviation of a full window.
func (s *sums) deviation() float64 { return math.Sqrt(s.spread()) / s.length() }

// Bollinger is John Bollinger's band: the SMA of the newest length inputs, and
// mult population standard deviations above and below it ("Bollinger on Bollinger
// Bands", 2001; usual: 20, 2). Ready at input number length.
type Bollinger struct {
	Upper, Middle, Lower Line
	mult                 float64
	s                    sums
}

// NewBollinger returns a band over length inputs, 2 to MaxLength, mult deviations
// wide on each side, more than 0 and up to MaxMultiplier.
func NewBollinger(length int, mult float64) (*Bollinger, error) {
	if err := firstError(
		checkLength("Bollinger", "length", length, 2),
		checkMultiplier("Bollinger", "mult", mult),
	); err != nil {
		return nil, err
	}
	return &Bollinger{noLine(), noLine(), noLine(), mult, newSquares(length)}, nil
}

// Update adds one input.
func (d *Bollinger) Update(x float64) {
	if !usable(x) || d.s.buf == nil {
		return
	}
	d.s.push(x)
	mean, half, ready := d.s.mean(), float64(d.mult*d.s.deviation()), d.s.full()
	d.Upper.set(mean+half, ready)
	d.Middle.set(mean, ready)
	d.Lower.set(mean-half, ready)
}

// Keltner is the channel of Chester Keltner as revised by Linda Raschke: the EMA
// of the closes, and mult average true ranges above and below it (StockCharts
// ChartSchool, "Keltner Channels"; usual: 20, 10, 2). Ready at bar number
// max(length, atrLength).
type Keltner struct {
	Upper, Middle, Lower Line
	mult                 float64
	ema                  EMA
	atr                  ATR
}

// NewKeltner returns a channel around an EMA over length closes, mult times an ATR
// over atrLength bars wide on each side. Lengths are 1 to MaxLength, mult more than
// 0 and up to MaxMultiplier.
func NewKeltner(length, atrLength int, mult float64) (*Keltner, error) {
	if err := firstError(
		checkLength("Keltner", "length", length, 1),
		checkLength("Keltner", "atrLength", atrLength, 1),
		checkMultiplier("Keltner", "mult", mult),
	); err != nil {
		return nil, err
	}
	return &Keltner{noLine(), noLine(), noLine(), mult, makeEMA(length), makeATR(atrLength)}, nil
}

// Update adds one closed bar.
func (k *Keltner) Update(b *Bar) {
	if !b.usable() || k.ema.length == 0 {
		return
	}
	k.ema.step(b.Close)
	k.atr.Update(b)
	half, ready := float64(k.mult*k.atr.V), k.ema.Ready && k.atr.Ready
	k.Upper.set(k.ema.V+half, ready)
	k.Middle.set(k.ema.V, ready)
	k.Lower.set(k.ema.V-half, ready)
}
