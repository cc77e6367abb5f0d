package indicator

import "fmt"

// MACD is Gerald Appel's moving average convergence/divergence: Line is the EMA
// over fast inputs minus the EMA over slow inputs, Signal the EMA of Line,
// Histogram Line minus Signal (StockCharts ChartSchool, "MACD"; usual: 12, 26, 9).
// Each EMA is seeded from its own first inputs; TA-Lib starts the fast one later
// and differs slightly in the beginning. Line is Ready at input number slow, Signal
// and Histogram at input number slow + signal - 1.
type MACD struct {
	Line, Signal, Histogram Line
	fast, slow, avg         EMA
}

// NewMACD returns a MACD. Lengths are 1 to MaxLength, fast less than slow.
func NewMACD(fast, slow, signal int) (*MACD, error) {
	if err := firstError(
		checkLength("MACD", "fast", fast, 1),
		checkLength("MACD", "slow", slow, 1),
		checkLength("MACD", "signal", signal, 1),
	); err != nil {
		return nil, err
	}
	if fast >= slow {
		return nil, &ParamError{"MACD", "fast", fmt.Sprint(fast), fmt.Sprintf("less than slow, which is %d", slow)}
	}
	return &MACD{noLine(), noLine(), noLine(), makeEMA(fast), makeEMA(slow), makeEMA(signal)}, nil
}

// Update adds one input.
func (m *MACD) Update(x float64) {
	if !usable(x) || m.slow.length == 0 {
		return
	}
	m.fast.step(x)
	m.slow.step(x)
	m.Line.set(m.fast.V-m.slow.V, m.slow.Ready)
	if m.Line.Ready {
		m.avg.step(m.Line.V)
	}
	m.Signal.set(m.avg.V, m.avg.Ready)
	m.Histogram.set(m.Line.V-m.avg.V, m.avg.Ready)
}

// ROC is the rate of change in percent: 100 * (x - old) / old, with old the input
// length inputs before (TA-Lib TA_ROC; StockCharts ChartSchool, "Rate of Change").
// Ready at input number length + 1, except on updates where old is zero. With a
// negative old the sign is that of the formula, against the direction of the move.
type ROC struct {
	Line
	w window
}

// NewROC returns a ROC against the input length inputs before, 1 to MaxLength.
func NewROC(length int) (*ROC, error) {
	if err := checkLength("ROC", "length", length, 1); err != nil {
		return nil, err
	}
	return &ROC{Line: noLine(), w: newWindow(length)}, nil
}

// Update adds one input.
func (r *ROC) Update(x float64) {
	if !usable(x) || r.w.buf == nil {
		return
	}
	old, ready := r.w.push(x)
	r.set(100*((x-old)/old), ready) // set does not show a division by zero
}

// Stochastic is George Lane's oscillator, 0 to 100 (StockCharts ChartSchool,
// "Stochastic Oscillator", full form). Raw is the place of the close between the
// lowest low and the highest high of the newest length bars, K the SMA of Raw over
// slowing bars, D the SMA of K over signal bars. With slowing 1 it is the fast
// stochastic, with slowing 3 and signal 3 the slow one. A channel without height
// puts Raw at 50. Raw is Ready at bar number length, K slowing-1 bars later, D
// another signal-1 bars later.
type Stochastic struct {
	Raw, K, D Line
	c         channel
	slow, avg SMA
}

// NewStochastic returns a stochastic oscillator; each length is 1 to MaxLength.
func NewStochastic(length, slowing, signal int) (*Stochastic, error) {
	if err := firstError(
		checkLength("Stochastic", "length", length, 1),
		checkLength("Stochastic", "slowing", slowing, 1),
		checkLength("Stochastic", "signal", signal, 1),
	); err != nil {
		return nil, err
	}
	return &Stochastic{noLine(), noLine(), noLine(), newChannel(length), makeSMA(slowing), makeSMA(signal)}, nil
}

// Update adds one closed bar.
func (s *Stochastic) Update(b *Bar) {
	if !b.usable() || s.c.high.value == nil {
		return
	}
	s.c.push(b)
	s.Raw.set(s.place(b.Close), s.c.high.full())
	if s.Raw.Ready {
		s.slow.step(s.Raw.V)
	}
	if s.slow.Ready {
		s.avg.step(s.slow.V)
	}
	s.K.set(s.slow.V, s.slow.Ready)
	s.D.set(s.avg.V, s.avg.Ready)
}

func (s *Stochastic) place(x float64) float64 {
	bottom, height := s.c.bottom(), s.c.top()-s.c.bottom()
	if height == 0 {
		return 50
	}
	return 100 * ((x - bottom) / height)
}
