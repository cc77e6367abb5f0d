package indicator

import "math"

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
