package strategies

import (
	"errors"

	"tollgate/strategies/indicator"
)

// Bands is a middle line with one above and one below.
type Bands struct{ Upper, Middle, Lower *Line }

// MACDLines are the three lines of a MACD.
type MACDLines struct{ Value, Signal, Histogram *Line }

// StochasticLines are the two lines of a stochastic oscillator, 0 to 100.
type StochasticLines struct{ K, D *Line }

// ADXLines are the lines of the directional movement system, 0 to 100.
type ADXLines struct{ ADX, Plus, Minus *Line }

// Regression is a least-squares line through the last values: its value at the
// newest, its slope per value, and how well it fits (0 to 1).
type Regression struct{ Value, Slope, R2 *Line }

// Crossing says what the newest update did: Up and Down are true only then.
type Crossing = indicator.Cross

var errNoInput = errors.New("no input")

// fed registers an indicator that eats a line and returns its outputs. After a
// refused argument they are dead lines, so that the script can finish
// initialising; Seal tells.
func (s *Setup) fed(what string, in *Line, ind indicator.Scalar, err error, outputs ...*Line) {
	if err != nil {
		s.fail("%v", err)
		s.hang(nil, nil, outputs)
		return
	}
	seen := 0 // of in.N: a source may run without this input having moved
	s.derive(what, func() {
		if in.N != seen && in.Ready {
			ind.Update(in.V)
		}
		seen = in.N
	}, []*Line{in}, outputs...)
}

// barred registers an indicator that eats bars.
func (s *Setup) barred(what string, in *Bars, ind indicator.OnBar, err error, outputs ...*Line) {
	s.late(what)
	switch {
	case err != nil:
		s.fail("%v", err)
	case in == nil || in.stream == nil:
		s.fail("%s: its input is not a stream of bars declared with a function of package strategies", what)
		err = errNoInput
	}
	if err != nil {
		s.hang(nil, nil, outputs)
		return
	}
	from := in.stream
	s.hang([]*root{&from.root}, func() { ind.Update(&from.current) }, outputs)
}

// kept is the indicator, or an empty one in place of a refused one.
func kept[T any](ind *T) *T {
	if ind == nil {
		return new(T)
	}
	return ind
}

// SMA is the instance form of the function SMA.
func (s *Setup) SMA(in *Line, n int) *Line {
	i, err := indicator.NewSMA(n)
	i = kept(i)
	s.fed("SMA", in, i, err, &i.Line)
	return &i.Line
}

// EMA is the instance form of the function EMA.
func (s *Setup) EMA(in *Line, n int) *Line {
	i, err := indicator.NewEMA(n)
	i = kept(i)
	s.fed("EMA", in, i, err, &i.Line)
	return &i.Line
}

// WMA is the instance form of the function WMA.
func (s *Setup) WMA(in *Line, n int) *Line {
	i, err := indicator.NewWMA(n)
	i = kept(i)
	s.fed("WMA", in, i, err, &i.Line)
	return &i.Line
}

// HMA is the instance form of the function HMA.
func (s *Setup) HMA(in *Line, n int) *Line {
	i, err := indicator.NewHMA(n)
	i = kept(i)
	s.fed("HMA", in, i, err, &i.Line)
	return &i.Line
}

// RSI is the instance form of the function RSI.
func (s *Setup) RSI(in *Line, n int) *Line {
	i, err := indicator.NewRSI(n)
	i = kept(i)
	s.fed("RSI", in, i, err, &i.Line)
	return &i.Line
}

// ROC is the instance form of the function ROC.
func (s *Setup) ROC(in *Line, n int) *Line {
	i, err := indicator.NewROC(n)
	i = kept(i)
	s.fed("ROC", in, i, err, &i.Line)
	return &i.Line
}

// StdDev is the instance form of the function StdDev.
func (s *Setup) StdDev(in *Line, n int) *Line {
	i, err := indicator.NewStdDev(n)
	i = kept(i)
	s.fed("StdDev", in, i, err, &i.Line)
	return &i.Line
}

// Highest is the instance form of the function Highest.
func (s *Setup) Highest(in *Line, n int) *Line {
	i, err := indicator.NewHighest(n)
	i = kept(i)
	s.fed("Highest", in, i, err, &i.Line)
	return &i.Line
}

// Lowest is the instance form of the function Lowest.
func (s *Setup) Lowest(in *Line, n int) *Line {
	i, err := indicator.NewLowest(n)
	i = kept(i)
	s.fed("Lowest", in, i, err, &i.Line)
	return &i.Line
}

// VWMA is the instance form of the function VWMA.
func (s *Setup) VWMA(in *Bars, n int) *Line {
	i, err := indicator.NewVWMA(n)
	i = kept(i)
	s.barred("VWMA", in, i, err, &i.Line)
	return &i.Line
}

// ATR is the instance form of the function ATR.
func (s *Setup) ATR(in *Bars, n int) *Line {
	i, err := indicator.NewATR(n)
	i = kept(i)
	s.barred("ATR", in, i, err, &i.Line)
	return &i.Line
}

// CCI is the instance form of the function CCI.
func (s *Setup) CCI(in *Bars, n int) *Line {
	i, err := indicator.NewCCI(n)
	i = kept(i)
	s.barred("CCI", in, i, err, &i.Line)
	return &i.Line
}

// OBV is the instance form of the function OBV.
func (s *Setup) OBV(in *Bars) *Line {
	i := indicator.NewOBV()
	s.barred("OBV", in, i, nil, &i.Line)
	return &i.Line
}

// VWAP is the instance form of the function VWAP.
func (s *Setup) VWAP() *Line {
	s.late("VWAP")
	if s.graph.vwap == nil {
		s.graph.vwap = indicator.NewVWAP()
		s.graph.from[&s.graph.vwap.Line] = []*root{&s.graph.trades}
	}
	return &s.graph.vwap.Line
}

// MACD is the instance form of the function MACD.
func (s *Setup) MACD(in *Line, fast, slow, signal int) *MACDLines {
	i, err := indicator.NewMACD(fast, slow, signal)
	i = kept(i)
	s.fed("MACD", in, i, err, &i.Line, &i.Signal, &i.Histogram)
	return &MACDLines{&i.Line, &i.Signal, &i.Histogram}
}

// Bollinger is the instance form of the function Bollinger.
func (s *Setup) Bollinger(in *Line, n int, k float64) *Bands {
	i, err := indicator.NewBollinger(n, k)
	i = kept(i)
	s.fed("Bollinger", in, i, err, &i.Upper, &i.Middle, &i.Lower)
	return &Bands{&i.Upper, &i.Middle, &i.Lower}
}

// Keltner is the instance form of the function Keltner.
func (s *Setup) Keltner(in *Bars, n, atr int, k float64) *Bands {
	i, err := indicator.NewKeltner(n, atr, k)
	i = kept(i)
	s.barred("Keltner", in, i, err, &i.Upper, &i.Middle, &i.Lower)
	return &Bands{&i.Upper, &i.Middle, &i.Lower}
}

// Donchian is the instance form of the function Donchian.
func (s *Setup) Donchian(in *Bars, n int) *Bands {
	i, err := indicator.NewDonchian(n)
	i = kept(i)
	s.barred("Donchian", in, i, err, &i.Upper, &i.Middle, &i.Lower)
	return &Bands{&i.Upper, &i.Middle, &i.Lower}
}

// Stochastic is the instance form of the function Stochastic.
func (s *Setup) Stochastic(in *Bars, n, smooth, d int) *StochasticLines {
	i, err := indicator.NewStochastic(n, smooth, d)
	i = kept(i)
	s.barred("Stochastic", in, i, err, &i.K, &i.D)
	return &StochasticLines{&i.K, &i.D}
}

// ADX is the instance form of the function ADX.
func (s *Setup) ADX(in *Bars, n int) *ADXLines {
	i, err := indicator.NewADX(n)
	i = kept(i)
	s.barred("ADX", in, i, err, &i.ADX, &i.Plus, &i.Minus)
	return &ADXLines{&i.ADX, &i.Plus, &i.Minus}
}

// LinReg is the instance form of the function LinReg.
func (s *Setup) LinReg(in *Line, n int) *Regression {
	i, err := indicator.NewLinReg(n)
	i = kept(i)
	s.fed("LinReg", in, i, err, &i.Value, &i.Slope, &i.R2)
	return &Regression{&i.Value, &i.Slope, &i.R2}
}

// Cross is the instance form of the function Cross.
func (s *Setup) Cross(a, b *Line) *Crossing {
	c := indicator.NewCross()
	seenA, seenB := 0, 0
	s.derive("Cross", func() {
		if a.N != seenA || b.N != seenB {
			c.Update(a, b)
		} else {
			c.Up, c.Down = false, false
		}
		seenA, seenB = a.N, b.N
	}, []*Line{a, b})
	return c
}
