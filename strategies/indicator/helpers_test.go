package indicator

import (
	"math"
	"testing"

	"tollgate/engine"
)

// must unwraps a constructor's result.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// near reports whether two numbers agree to eps, relative to the larger of scale
// and 1. NaN agrees with NaN.
func near(got, want, scale, eps float64) bool {
	if math.IsNaN(want) || math.IsNaN(got) {
		return math.IsNaN(want) && math.IsNaN(got)
	}
	return math.Abs(got-want) <= eps*max(math.Abs(scale), 1)
}

// candle is a bar without times.
func candle(high, low, close, volume float64) *Bar {
	return &Bar{Open: close, High: high, Low: low, Close: close, Volume: volume}
}

// flatBar is a bar at one price.
func flatBar(x float64) *Bar { return candle(x, x, x, 1) }

// barOf makes a usable bar around a price.
func barOf(x float64, i int) *Bar {
	return &Bar{
		Open: x, High: x + float64(i%5), Low: x - float64(i%3), Close: x,
		Volume: float64(i % 7), Session: 20240102 + i/50, Start: engine.Time(i), End: engine.Time(i + 1),
	}
}

// subject is one indicator behind the same face as all others.
type subject struct {
	name   string
	ready  []int          // update on which each line is first Ready
	update func(b *Bar)   // scalar indicators get the close
	lines  func() []*Line // outputs
}

func scalar(name string, s Scalar, lines []*Line, ready ...int) subject {
	return subject{name, ready, func(b *Bar) { s.Update(b.Close) }, func() []*Line { return lines }}
}

func onBar(name string, s OnBar, lines []*Line, ready ...int) subject {
	return subject{name, ready, s.Update, func() []*Line { return lines }}
}

func one(l *Line) []*Line { return []*Line{l} }

// subjects is one of every indicator with Line outputs, for window length n >= 2.
func subjects(n int) []subject {
	sma, ema, wma, hma := must(NewSMA(n)), must(NewEMA(n)), must(NewWMA(n)), must(NewHMA(n))
	rsi, roc, dev := must(NewRSI(n)), must(NewROC(n)), must(NewStdDev(n))
	high, low, reg := must(NewHighest(n)), must(NewLowest(n)), must(NewLinReg(n))
	macd, boll := must(NewMACD(n-1, n, 3)), must(NewBollinger(n, 2))
	atr, adx, cci := must(NewATR(n)), must(NewADX(n)), must(NewCCI(n))
	kelt, donch, stoch := must(NewKeltner(n, n+2, 1.5)), must(NewDonchian(n)), must(NewStochastic(n, 3, 2))
	vwma, vwap, obv := must(NewVWMA(n)), NewVWAP(), NewOBV()
	root := int(math.Sqrt(float64(n)))
	return []subject{
		scalar("SMA", sma, one(&sma.Line), n),
		scalar("EMA", ema, one(&ema.Line), n),
		scalar("WMA", wma, one(&wma.Line), n),
		scalar("HMA", hma, one(&hma.Line), n+root-1),
		scalar("RSI", rsi, one(&rsi.Line), n+1),
		scalar("ROC", roc, one(&roc.Line), n+1),
		scalar("StdDev", dev, one(&dev.Line), n),
		scalar("Highest", high, one(&high.Line), n),
		scalar("Lowest", low, one(&low.Line), n),
		scalar("LinReg", reg, []*Line{&reg.Value, &reg.Slope, &reg.Intercept, &reg.R2}, n, n, n, n),
		scalar("MACD", macd, []*Line{&macd.Line, &macd.Signal, &macd.Histogram}, n, n+2, n+2),
		scalar("Bollinger", boll, []*Line{&boll.Upper, &boll.Middle, &boll.Lower}, n, n, n),
		onBar("ATR", atr, one(&atr.Line), n),
		onBar("ADX", adx, []*Line{&adx.ADX, &adx.Plus, &adx.Minus}, 2*n, n+1, n+1),
		onBar("CCI", cci, one(&cci.Line), n),
		onBar("Keltner", kelt, []*Line{&kelt.Upper, &kelt.Middle, &kelt.Lower}, n+2, n+2, n+2),
		onBar("Donchian", donch, []*Line{&donch.Upper, &donch.Middle, &donch.Lower}, n, n, n),
		onBar("Stochastic", stoch, []*Line{&stoch.Raw, &stoch.K, &stoch.D}, n, n+2, n+3),
		onBar("VWMA", vwma, one(&vwma.Line), n),
		onBar("VWAP", vwap, one(&vwap.Line), 1),
		onBar("OBV", obv, one(&obv.Line), 2),
	}
}

// values copies the newest values of a subject's lines.
func (s *subject) values() []float64 {
	var out []float64
	for _, l := range s.lines() {
		out = append(out, l.V)
	}
	return out
}

// feed updates with every input and returns the values of one line after each.
func feed(update func(x float64), line *Line, inputs []float64) []float64 {
	var out []float64
	for _, x := range inputs {
		update(x)
		out = append(out, line.V)
	}
	return out
}

// wantTail checks that a series is NaN up to its last len(want) values, and that
// these agree with want to within tolerance.
func wantTail(t *testing.T, name string, got, want []float64, tolerance float64) {
	t.Helper()
	first := len(got) - len(want)
	for i, v := range got {
		switch {
		case i < first && !math.IsNaN(v):
			t.Errorf("%s at %d is %v, want not ready", name, i, v)
		case i >= first && !(math.Abs(v-want[i-first]) <= tolerance):
			t.Errorf("%s at %d is %v, want %v", name, i, v, want[i-first])
		}
	}
}
