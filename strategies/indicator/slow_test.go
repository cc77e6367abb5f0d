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
