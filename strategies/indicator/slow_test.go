package indicator

import (
	"math"
	"math/big"
)

// The dumb twins: each computes the outputs after the last bar of a history from
// the whole history, straight from the definition, with NaN for "not ready". They
// share no code with the indicators.

var nan = math.NaN()

func closesOf(h []Bar) []float64 {
	var out []float64
	for _, b := range h {
		out = append(out, b.Close)
	}
	return out
}

// last returns the newest n values, or nil.
func last(h []float64, n int) []float64 {
	if len(h) < n {
		return nil
	}
	return h[len(h)-n:]
}

// exactMean is the mean in 200-bit arithmetic.
func exactMean(h []float64) float64 {
	if len(h) == 0 {
		return nan
	}
	sum := new(big.Float).SetPrec(200)
	for _, x := range h {
		sum.Add(sum, big.NewFloat(x))
	}
	v, _ := sum.Quo(sum, big.NewFloat(float64(len(h)))).Float64()
	return v
}

func slowSMA(h []float64, n int) float64 { return exactMean(last(h, n)) }

// series applies an indicator to every prefix and keeps what is ready.
func series(h []float64, f func([]float64) float64) []float64 {
	var out []float64
	for i := range h {
		if v := f(h[:i+1]); !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	return out
}

func slowEMA(h []float64, n int) float64 {
	if len(h) < n {
		return nan
	}
	v := exactMean(h[:n])
	k := 2 / float64(n+1)
	for _, x := range h[n:] {
		v = k*x + (1-k)*v
	}
	return v
}

func slowWMA(h []float64, n int) float64 {
	w := last(h, n)
	if w == nil {
		return nan
	}
	var sum, weights float64
	for i, x := range w {
		sum += x * float64(i+1)
		weights += float64(i + 1)
	}
	return sum / weights
}

func slowHMA(h []float64, n int) float64 {
	raw := series(h, func(p []float64) float64 { return 2*slowWMA(p, n/2) - slowWMA(p, n) })
	return slowWMA(raw, int(math.Sqrt(float64(n))))
}

func slowWilder(h []float64, n int) float64 {
	if len(h) < n {
		return nan
	}
	v := exactMean(h[:n])
	for _, x := range h[n:] {
		v = (v*float64(n-1) + x) / float64(n)
	}
	return v
}

func slowRSI(h []float64, n int) float64 {
	var gains, losses []float64
	for i := 1; i < len(h); i++ {
		gains = append(gains, math.Max(h[i]-h[i-1], 0))
		losses = append(losses, math.Max(h[i-1]-h[i], 0))
	}
	g, l := slowWilder(gains, n), slowWilder(losses, n)
	switch {
	case g == 0 && l == 0:
		return 50
	case l == 0:
		return 100
	default:
		return 100 - 100/(1+g/l)
	}
}

func slowROC(h []float64, n int) float64 {
	if len(h) <= n || h[len(h)-1-n] == 0 {
		return nan
	}
	return (h[len(h)-1]/h[len(h)-1-n] - 1) * 100
}

func slowStdDev(h []float64, n int) float64 {
	w := last(h, n)
	if w == nil {
		return nan
	}
	mean, sum := exactMean(w), 0.0
	for _, x := range w {
		sum += (x - mean) * (x - mean)
	}
	return math.Sqrt(sum / float64(n))
}

func slowMax(h []float64, n int) float64 {
	w := last(h, n)
	if w == nil {
		return nan
	}
	v := w[0]
	for _, x := range w {
		v = math.Max(v, x)
	}
	return v
}

func slowMin(h []float64, n int) float64 {
	var minus []float64
	for _, x := range h {
		minus = append(minus, -x)
	}
	return -slowMax(minus, n)
}

func slowLinReg(h []float64, n int) []float64 {
	w := last(h, n)
	if w == nil {
		return []float64{nan, nan, nan, nan}
	}
	meanY, meanX := exactMean(w), float64(n-1)/2
	var xy, xx, yy float64
	for i, y := range w {
		dx, dy := float64(i)-meanX, y-meanY
		xy, xx, yy = xy+dx*dy, xx+dx*dx, yy+dy*dy
	}
	slope := xy / xx
	intercept := meanY - slope*meanX
	r2 := 0.0
	if yy > 0 {
		r2 = xy * xy / (xx * yy)
	}
	return []float64{intercept + slope*float64(n-1), slope, intercept, r2}
}

func slowMACD(h []float64, fast, slow, signal int) []float64 {
	line := func(p []float64) float64 { return slowEMA(p, fast) - slowEMA(p, slow) }
	v, s := line(h), slowEMA(series(h, line), signal)
	return []float64{v, s, v - s}
}

func slowRanges(h []Bar, withFirst bool) []float64 {
	var out []float64
	for i, b := range h {
		switch {
		case i > 0:
			before := h[i-1].Close
			out = append(out, math.Max(b.High-b.Low, math.Max(math.Abs(b.High-before), math.Abs(b.Low-before))))
		case withFirst:
			out = append(out, b.High-b.Low)
		}
	}
	return out
}

func slowATR(h []Bar, n int) float64 { return slowWilder(slowRanges(h, true), n) }

func slowDI(h []Bar, n int) (plus, minus float64) {
	var up, down []float64
	for i := 1; i < len(h); i++ {
		u, d := h[i].High-h[i-1].High, h[i-1].Low-h[i].Low
		if u > d && u > 0 {
			up, down = append(up, u), append(down, 0)
		} else if d > u && d > 0 {
			up, down = append(up, 0), append(down, d)
		} else {
			up, down = append(up, 0), append(down, 0)
		}
	}
	r := slowWilder(slowRanges(h, false), n)
	if r == 0 {
		return 0, 0
	}
	return 100 * slowWilder(up, n) / r, 100 * slowWilder(down, n) / r
}

func slowADX(h []Bar, n int) []float64 {
	var dx []float64
	for i := range h {
		p, m := slowDI(h[:i+1], n)
		if math.IsNaN(p) {
			continue
		}
		v := 0.0
		if p+m > 0 {
			v = 100 * math.Abs(p-m) / (p + m)
		}
		dx = append(dx, v)
	}
	plus, minus := slowDI(h, n)
	return []float64{slowWilder(dx, n), plus, minus}
}

func slowCCI(h []Bar, n int) float64 {
	var typical []float64
	for _, b := range h {
		typical = append(typical, (b.High+b.Low+b.Close)/3)
	}
	w := last(typical, n)
	if w == nil {
		return nan
	}
	mean, sum := exactMean(w), 0.0
	for _, x := range w {
		sum += math.Abs(x - mean)
	}
	if sum == 0 {
		return 0
	}
	return (w[n-1] - mean) / (0.015 * sum / float64(n))
}

func highsLows(h []Bar) (highs, lows []float64) {
	for _, b := range h {
		highs, lows = append(highs, b.High), append(lows, b.Low)
	}
	return highs, lows
}

func slowStochastic(h []Bar, n, slowing, signal int) []float64 {
	var raw []float64
	for i := n; i <= len(h); i++ {
		highs, lows := highsLows(h[:i])
		top, bottom := slowMax(highs, n), slowMin(lows, n)
		v := 50.0
		if top > bottom {
			v = 100 * (h[i-1].Close - bottom) / (top - bottom)
		}
		raw = append(raw, v)
	}
	newest := nan
	if len(raw) > 0 {
		newest = raw[len(raw)-1]
	}
	k := series(raw, func(p []float64) float64 { return slowSMA(p, slowing) })
	return []float64{newest, slowSMA(raw, slowing), slowSMA(k, signal)}
}

func slowVWMA(h []Bar, n int) float64 {
	if len(h) < n {
		return nan
	}
	var pv, v float64
	for _, b := range h[len(h)-n:] {
		pv, v = pv+b.Close*b.Volume, v+b.Volume
	}
	if v == 0 {
		return slowSMA(closesOf(h), n)
	}
	return pv / v
}

func slowVWAP(h []Bar) float64 {
	var pv, v float64
	for _, b := range h {
		if b.Session == h[len(h)-1].Session {
			pv, v = pv+(b.High+b.Low+b.Close)/3*b.Volume, v+b.Volume
		}
	}
	return pv / v
}

func slowOBV(h []Bar) float64 {
	if len(h) < 2 {
		return nan
	}
	var sum float64
	for i := 1; i < len(h); i++ {
		if h[i].Close > h[i-1].Close {
			sum += h[i].Volume
		} else if h[i].Close < h[i-1].Close {
			sum -= h[i].Volume
		}
	}
	return sum
}

// slow returns what the lines of subjects(n) should be after the history.
func slow(name string, h []Bar, n int) []float64 {
	c := closesOf(h)
	highs, lows := highsLows(h)
	switch name {
	case "SMA":
		return []float64{slowSMA(c, n)}
	case "EMA":
		return []float64{slowEMA(c, n)}
	case "WMA":
		return []float64{slowWMA(c, n)}
	case "HMA":
		return []float64{slowHMA(c, n)}
	case "RSI":
		return []float64{slowRSI(c, n)}
	case "ROC":
		return []float64{slowROC(c, n)}
	case "StdDev":
		return []float64{slowStdDev(c, n)}
	case "Highest":
		return []float64{slowMax(c, n)}
	case "Lowest":
		return []float64{slowMin(c, n)}
	case "LinReg":
		return slowLinReg(c, n)
	case "MACD":
		return slowMACD(c, n-1, n, 3)
	case "Bollinger":
		m, d := slowSMA(c, n), 2*slowStdDev(c, n)
		return []float64{m + d, m, m - d}
	case "ATR":
		return []float64{slowATR(h, n)}
	case "ADX":
		return slowADX(h, n)
	case "CCI":
		return []float64{slowCCI(h, n)}
	case "Keltner":
		m, d := slowEMA(c, n), 1.5*slowATR(h, n+2)
		return []float64{m + d, m + 0*d, m - d}
	case "Donchian":
		top, bottom := slowMax(highs, n), slowMin(lows, n)
		return []float64{top, (top + bottom) / 2, bottom}
	case "Stochastic":
		return slowStochastic(h, n, 3, 2)
	case "VWMA":
		return []float64{slowVWMA(h, n)}
	case "VWAP":
		return []float64{slowVWAP(h)}
	case "OBV":
		return []float64{slowOBV(h)}
	}
	panic("no twin for " + name)
}
