package indicator

import "math"

// SMA is the simple moving average: the mean of the newest length inputs
// (StockCharts ChartSchool, "Moving Averages"). Ready at input number length.
type SMA struct {
	Line
	s sums
}

// NewSMA returns an SMA over length inputs, 1 to MaxLength.
func NewSMA(length int) (*SMA, error) {
	if err := checkLength("SMA", "length", length, 1); err != nil {
		return nil, err
	}
	m := makeSMA(length)
	return &m, nil
}

func makeSMA(length int) SMA { return SMA{Line: noLine(), s: newSums(length)} }

// Update adds one input.
func (m *SMA) Update(x float64) {
	if usable(x) && m.s.buf != nil {
		m.step(x)
	}
}

func (m *SMA) step(x float64) {
	m.s.push(x)
	m.set(m.s.mean(), m.s.full())
}

// EMA is the exponential moving average with the weight 2/(length+1) on the
// newest input, seeded with the simple mean of the first length inputs (TA-Lib
// TA_EMA in its default mode; StockCharts ChartSchool, "Moving Averages"). Ready
// at input number length.
type EMA struct {
	Line
	weight float64
	length int
	seen   int  // inputs so far, at most length
	seed   pair // sum of the first length inputs
	v      float64
}

// NewEMA returns an EMA over length inputs, 1 to MaxLength. Length 1 is the input
// itself.
func NewEMA(length int) (*EMA, error) {
	if err := checkLength("EMA", "length", length, 1); err != nil {
		return nil, err
	}
	m := makeEMA(length)
	return &m, nil
}

func makeEMA(length int) EMA {
	return EMA{Line: noLine(), weight: 2 / float64(length+1), length: length}
}

// Update adds one input.
func (m *EMA) Update(x float64) {
	if usable(x) && m.length != 0 {
		m.step(x)
	}
}

func (m *EMA) step(x float64) {
	switch {
	case m.seen < m.length:
		m.seen++
		m.seed = m.seed.add(x)
		m.v = m.seed.over(float64(m.length))
	case m.length == 1:
		m.v = x // exactly, which the difference would not always give
	default:
		m.v += float64(m.weight * (x - m.v))
	}
	m.set(m.v, m.seen == m.length)
}

// WMA is the weighted moving average: weight length on the newest input, down to
// 1 on the oldest, over the sum of the weights (TA-Lib TA_WMA). Ready at input
// number length.
type WMA struct {
	Line
	s sums
}

// NewWMA returns a WMA over length inputs, 1 to MaxLength.
func NewWMA(length int) (*WMA, error) {
	if err := checkLength("WMA", "length", length, 1); err != nil {
		return nil, err
	}
	m := makeWMA(length)
	return &m, nil
}

func makeWMA(length int) WMA {
	m := WMA{Line: noLine(), s: newSums(length)}
	m.s.wantRamp = true
	return m
}

// Update adds one input.
func (m *WMA) Update(x float64) {
	if usable(x) && m.s.buf != nil {
		m.step(x)
	}
}

func (m *WMA) step(x float64) {
	m.s.push(x)
	n := m.s.length()
	weighted := m.s.ramp.cur.plus(m.s.sum.cur) // positions count from 0, weights from 1
	m.set(weighted.over(n*(n+1)/2), m.s.full())
}

// HMA is Alan Hull's moving average (alanhull.com, 2005): the WMA over the whole
// part of sqrt(length) of 2*WMA(length/2) - WMA(length), with length/2 rounded
// down. Ready at input number length + floor(sqrt(length)) - 1.
type HMA struct {
	Line
	half, full, smooth WMA
}

// NewHMA returns an HMA over length inputs, 2 to MaxLength.
func NewHMA(length int) (*HMA, error) {
	if err := checkLength("HMA", "length", length, 2); err != nil {
		return nil, err
	}
	root := int(math.Sqrt(float64(length)))
	return &HMA{Line: noLine(), half: makeWMA(length / 2), full: makeWMA(length), smooth: makeWMA(root)}, nil
}

// Update adds one input.
func (m *HMA) Update(x float64) {
	if !usable(x) || m.full.s.buf == nil {
		return
	}
	m.half.step(x)
	m.full.step(x)
	if m.full.Ready {
		m.smooth.step(float64(2*m.half.V) - m.full.V)
	}
	m.set(m.smooth.V, m.smooth.Ready)
}
