package indicator

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestReadyBoundary(t *testing.T) {
	for _, n := range []int{2, 3, 4, 9, 14, 50} {
		for _, s := range subjects(n) {
			for k := 1; k <= 2*n+10; k++ {
				s.update(barOf(100+float64(k%11), k+1))
				for j, l := range s.lines() {
					if want := k >= s.ready[j]; l.Ready != want || math.IsNaN(l.V) == want || l.N != k {
						t.Fatalf("%s(%d) line %d after %d updates: %+v, want ready %v", s.name, n, j, k, *l, want)
					}
				}
			}
		}
	}
}

func TestShortestLengths(t *testing.T) {
	ema, sma, wma, rsi := must(NewEMA(1)), must(NewSMA(1)), must(NewWMA(1)), must(NewRSI(1))
	atr, adx := must(NewATR(1)), must(NewADX(1))
	for i, x := range []float64{1e12, 1e-9, -3, 0.1} {
		ema.Update(x)
		sma.Update(x)
		wma.Update(x)
		rsi.Update(x)
		atr.Update(candle(x+1, x-1, x, 0))
		adx.Update(candle(x+1, x-1, x, 0))
		if ema.V != x || sma.V != x || wma.V != x {
			t.Errorf("of length 1 at %v: EMA %v SMA %v WMA %v", x, ema.V, sma.V, wma.V)
		}
		if rsi.Ready != (i > 0) || !atr.Ready || adx.ADX.Ready != (i > 0) {
			t.Errorf("ready after %d: RSI %v ATR %v ADX %v", i+1, rsi.Ready, atr.Ready, adx.ADX.Ready)
		}
	}
}

// TestUnusableInputIsIgnored: an indicator that is offered rubbish between its
// inputs ends in exactly the state of one that was not.
func TestUnusableInputIsIgnored(t *testing.T) {
	inf := math.Inf(1)
	rubbish := []*Bar{
		nil, candle(nan, nan, nan, 1), candle(inf, inf, inf, 1), candle(-inf, -inf, -inf, 1),
		candle(2e15, 2e15, 2e15, 1), candle(-2e15, -2e15, -2e15, 1),
	}
	onlyBars := []*Bar{
		candle(9, 10, 9, 1), candle(10, 9, 11, 1), candle(10, 9, 8, 1), candle(10, 9, 10, -1),
		candle(10, 9, 10, nan), candle(10, 9, 10, inf), candle(inf, 9, 10, 1), candle(10, nan, 10, 1), candle(10, 9, nan, 1),
	}
	clean, dirty := subjects(5), subjects(5)
	for i := range clean {
		bad := rubbish[1:]
		if readsBars(clean[i].name) {
			bad = append(append([]*Bar{}, rubbish...), onlyBars...)
		}
		for k := range 40 {
			clean[i].update(barOf(100+float64(k%7), k))
			for _, b := range bad {
				dirty[i].update(b)
			}
			dirty[i].update(barOf(100+float64(k%7), k))
			for j, l := range clean[i].lines() {
				if d := dirty[i].lines()[j]; l.N != d.N || l.Ready != d.Ready || !near(d.V, l.V, 1, 0) || !near(d.Prev, l.Prev, 1, 0) {
					t.Fatalf("%s line %d after %d: %+v, undisturbed %+v", clean[i].name, j, k+1, *d, *l)
				}
			}
		}
	}
}

func readsBars(name string) bool {
	return strings.Contains(" ATR ADX CCI Keltner Donchian Stochastic VWMA VWAP OBV ", " "+name+" ")
}

// TestInputBounds: MaxInput counts, the next number above does not.
func TestInputBounds(t *testing.T) {
	m := must(NewSMA(1))
	for _, x := range []float64{MaxInput, -MaxInput} {
		m.Update(x)
		m.Update(math.Nextafter(x, 2*x))
		if m.V != x {
			t.Errorf("after %v and the next beyond it: %v", x, m.V)
		}
	}
	if m.N != 2 {
		t.Errorf("N is %d, want 2", m.N)
	}
}

// TestConstantInput: equal inputs give exactly the value that mathematics gives.
func TestConstantInput(t *testing.T) {
	for _, x := range []float64{0, 0.1, -37.63, 18250.25, 1e15} {
		want := map[string][]float64{
			"SMA": {x}, "EMA": {x}, "WMA": {x}, "HMA": {x}, "RSI": {50}, "ROC": {0}, "StdDev": {0}, "Highest": {x},
			"Lowest": {x}, "LinReg": {x, 0, x, 0}, "MACD": {0, 0, 0}, "Bollinger": {x, x, x}, "ATR": {0}, "ADX": {0, 0, 0},
			"CCI": {0}, "Keltner": {x, x, x}, "Donchian": {x, x, x}, "Stochastic": {50, 50, 50}, "VWMA": {x}, "VWAP": {x}, "OBV": {0},
		}
		if x == 0 {
			want["ROC"] = []float64{nan} // no percentage of nothing
		}
		for _, n := range []int{2, 7, 20, 33} {
			checkConstant(t, n, x, want)
		}
	}
}

func checkConstant(t *testing.T, n int, x float64, want map[string][]float64) {
	for _, s := range subjects(n) {
		for range 3*n + 10 {
			s.update(flatBar(x))
		}
		for j, got := range s.values() {
			if s.name == "VWAP" && near(got, x, x, 1e-15) {
				continue // the typical price itself is rounded
			}
			if !near(got, want[s.name][j], 1, 0) {
				t.Errorf("%s(%d) line %d of constant %v is %v, want %v", s.name, n, j, x, got, want[s.name][j])
			}
		}
	}
}

func TestROCOfZero(t *testing.T) {
	r := must(NewROC(1))
	for i, want := range []float64{nan, -100, nan, 100} {
		r.Update([]float64{5, 0, 4, 8}[i])
		if !near(r.V, want, 1, 0) || r.Ready == math.IsNaN(want) || r.N != i+1 {
			t.Errorf("after %d inputs: %+v, want %v", i+1, r.Line, want)
		}
	}
	if r.Prev == r.Prev {
		t.Errorf("Prev is %v, want NaN: the update before was not ready", r.Prev)
	}
}

func TestZeroValuesIgnoreUpdates(t *testing.T) {
	bar := candle(2, 1, 1.5, 3)
	for _, s := range []Scalar{
		&SMA{}, &EMA{}, &WMA{}, &HMA{}, &RSI{}, &ROC{}, &StdDev{}, &Highest{}, &Lowest{}, &LinReg{}, &MACD{}, &Bollinger{},
	} {
		before := reflect.ValueOf(s).Elem().Interface()
		s.Update(1)
		if after := reflect.ValueOf(s).Elem().Interface(); !reflect.DeepEqual(before, after) {
			t.Errorf("zero %T changed to %+v", s, after)
		}
	}
	for _, s := range []OnBar{&ATR{}, &ADX{}, &CCI{}, &Keltner{}, &Donchian{}, &Stochastic{}, &VWMA{}} {
		before := reflect.ValueOf(s).Elem().Interface()
		s.Update(bar)
		if after := reflect.ValueOf(s).Elem().Interface(); !reflect.DeepEqual(before, after) {
			t.Errorf("zero %T changed to %+v", s, after)
		}
	}
}

func TestConstructorBounds(t *testing.T) {
	type build func(n int) error
	length := map[string]struct {
		min   int
		build build
	}{
		"SMA": {1, func(n int) error { _, err := NewSMA(n); return err }}, "EMA": {1, func(n int) error { _, err := NewEMA(n); return err }},
		"WMA": {1, func(n int) error { _, err := NewWMA(n); return err }}, "HMA": {2, func(n int) error { _, err := NewHMA(n); return err }},
		"RSI": {1, func(n int) error { _, err := NewRSI(n); return err }}, "ROC": {1, func(n int) error { _, err := NewROC(n); return err }},
		"ATR": {1, func(n int) error { _, err := NewATR(n); return err }}, "ADX": {1, func(n int) error { _, err := NewADX(n); return err }},
		"CCI": {2, func(n int) error { _, err := NewCCI(n); return err }}, "VWMA": {1, func(n int) error { _, err := NewVWMA(n); return err }},
		"StdDev": {2, func(n int) error { _, err := NewStdDev(n); return err }}, "LinReg": {2, func(n int) error { _, err := NewLinReg(n); return err }},
		"Highest": {1, func(n int) error { _, err := NewHighest(n); return err }}, "Lowest": {1, func(n int) error { _, err := NewLowest(n); return err }},
		"Donchian":  {1, func(n int) error { _, err := NewDonchian(n); return err }},
		"Bollinger": {2, func(n int) error { _, err := NewBollinger(n, 2); return err }},
		"Keltner":   {1, func(n int) error { _, err := NewKeltner(n, 10, 2); return err }},
		"Stochastic": {1, func(n int) error {
			_, err := NewStochastic(n, 1, 1)
			return err
		}},
	}
	for name, c := range length {
		for _, n := range []int{c.min, MaxLength} {
			if err := c.build(n); err != nil {
				t.Errorf("%s of length %d: %v", name, n, err)
			}
		}
		for _, n := range []int{c.min - 1, -1, MaxLength + 1, math.MaxInt} {
			wantParamError(t, c.build(n), name, "length")
		}
	}
}

func TestOtherParameters(t *testing.T) {
	for _, bad := range []float64{0, -1, nan, math.Inf(1), math.Nextafter(MaxMultiplier, 2000)} {
		_, err := NewBollinger(20, bad)
		wantParamError(t, err, "Bollinger", "mult")
		_, err = NewKeltner(20, 10, bad)
		wantParamError(t, err, "Keltner", "mult")
	}
	for _, bad := range []int{0, MaxLength + 1} {
		_, err := NewKeltner(20, bad, 2)
		wantParamError(t, err, "Keltner", "atrLength")
		_, err = NewStochastic(14, bad, 3)
		wantParamError(t, err, "Stochastic", "slowing")
		_, err = NewStochastic(14, 3, bad)
		wantParamError(t, err, "Stochastic", "signal")
		_, err = NewMACD(bad, 26, 9)
		wantParamError(t, err, "MACD", "fast")
		_, err = NewMACD(12, bad, 9)
		wantParamError(t, err, "MACD", "slow")
		_, err = NewMACD(12, 26, bad)
		wantParamError(t, err, "MACD", "signal")
	}
	_, err := NewMACD(26, 26, 9)
	wantParamError(t, err, "MACD", "fast")
	if want := "indicator: MACD: fast is 26, allowed is less than slow, which is 26"; err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
	if _, err := NewBollinger(2, MaxMultiplier); err != nil {
		t.Error(err)
	}
	_, err = NewSMA(0)
	if want := "indicator: SMA: length is 0, allowed is 1 to 10000"; err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
}

func wantParamError(t *testing.T, err error, indicator, param string) {
	t.Helper()
	var p *ParamError
	if !errors.As(err, &p) || p.Indicator != indicator || p.Param != param {
		t.Errorf("error is %v, want one about %s of %s", err, param, indicator)
	}
}

func TestNoAllocations(t *testing.T) {
	bars := walk(64)
	for _, s := range subjects(20) {
		i := 0
		if n := testing.AllocsPerRun(500, func() {
			i++
			s.update(&bars[i%len(bars)])
		}); n != 0 {
			t.Errorf("%s allocates %v times an update", s.name, n)
		}
	}
	c, a, b := NewCross(), Line{V: 1, Ready: true}, Line{V: 2, Ready: true}
	v := NewVWAP()
	if n := testing.AllocsPerRun(500, func() {
		a.V = -a.V + 3
		c.Update(&a, &b)
		c.UpdateLevel(&a, 1.5)
		v.UpdateTrade(a.V, 1, 1)
	}); n != 0 {
		t.Errorf("Cross and VWAP allocate %v times an update", n)
	}
}

// TestChain: NaN is ignored, so an average of an RSI needs no question for Ready.
func TestChain(t *testing.T) {
	rsi, avg := must(NewRSI(3)), must(NewSMA(2))
	for k := 1; k <= 6; k++ {
		rsi.Update(float64(k * k % 5))
		avg.Update(rsi.V)
		if avg.Ready != (k >= 5) {
			t.Errorf("ready after %d inputs: %v", k, avg.Ready)
		}
	}
}
