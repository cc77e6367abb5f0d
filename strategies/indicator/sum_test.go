package indicator

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// exact is a sum in arithmetic wide enough to lose nothing here.
type exact struct{ *big.Float }

func newExact() exact { return exact{new(big.Float).SetPrec(600)} }

func (e exact) addProduct(a, b float64) {
	p := new(big.Float).SetPrec(200).Mul(big.NewFloat(a), big.NewFloat(b))
	e.Add(e.Float, p)
}

// errorOf is the distance of a pair from the exact sum.
func (e exact) errorOf(p pair) float64 {
	d := new(big.Float).SetPrec(600).Sub(e.Float, big.NewFloat(p.hi))
	v, _ := d.Sub(d, big.NewFloat(p.lo)).Float64()
	return math.Abs(v)
}

func TestPairSumsProducts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), 1, 50).Draw(t, "inputs")
		sum, want, size := pair{}, newExact(), 0.0
		for i, x := range xs {
			y := xs[len(xs)-1-i]
			sum = sum.plus(twoProduct(x, y))
			want.addProduct(x, y)
			size += math.Abs(x * y)
		}
		if e := want.errorOf(sum); e > size*0x1p-98+0x1p-1060 { // the low part of a tiny product underflows
			t.Fatalf("off by %v of %v", e, size)
		}
	})
}

func TestPairTimesAndQuotients(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := pair{}.add(rapid.Float64Range(1e-3, 1e9).Draw(t, "a")).add(rapid.Float64Range(1e-12, 1e-9).Draw(t, "a low"))
		b := pair{}.add(rapid.Float64Range(1e-3, 1e9).Draw(t, "b")).add(rapid.Float64Range(1e-12, 1e-9).Draw(t, "b low"))
		wide := func(p pair) *big.Float {
			f := new(big.Float).SetPrec(400).SetFloat64(p.hi)
			return f.Add(f, big.NewFloat(p.lo))
		}
		product := exact{new(big.Float).SetPrec(400).Mul(wide(a), wide(b))}
		if e := product.errorOf(a.times(b)); e > a.hi*b.hi*0x1p-98 {
			t.Fatalf("product off by %v", e)
		}
		want, _ := new(big.Float).SetPrec(400).Quo(wide(a), wide(b)).Float64()
		if got := a.ratio(b); !near(got/want, 1, 1, 0x1p-51) {
			t.Fatalf("ratio is %v, want %v", got, want)
		}
		want, _ = new(big.Float).SetPrec(400).Quo(wide(a), big.NewFloat(b.hi)).Float64()
		if got := a.over(b.hi); !near(got/want, 1, 1, 0x1p-52) {
			t.Fatalf("quotient is %v, want %v", got, want)
		}
	})
}

// TestMeanOfEqualNumbers: the sum of n equal numbers over n is that number, bit for
// bit.
func TestMeanOfEqualNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-1e12, 1e12).Draw(t, "x")
		n := rapid.IntRange(1, 2000).Draw(t, "n")
		sum := pair{}
		for range n {
			sum = sum.add(x)
		}
		if got := sum.over(float64(n)); got != x {
			t.Fatalf("mean of %d times %v is %v", n, x, got)
		}
	})
}

// TestNoDrift makes ten million updates and compares with indicators that have seen
// the newest window only. The inputs are not multiples of a power of two, so that
// every sum is rounded.
func TestNoDrift(t *testing.T) {
	const updates, n = 10_000_000, 50
	old := newDriftSet(n)
	seed := uint32(7)
	var tail []float64
	for i := range updates {
		seed = seed*1664525 + 1013904223
		x := 18000.1 + float64(seed>>12)/1000.3
		old.update(x)
		if i >= updates-n {
			tail = append(tail, x)
		}
	}
	fresh := newDriftSet(n)
	for _, x := range tail {
		fresh.update(x)
	}
	a, b := old.values(), fresh.values()
	for i := range a {
		if !near(a[i], b[i], b[i], 1e-15) {
			t.Errorf("value %d after %d updates is %v, of the last %d alone %v", i, updates, a[i], n, b[i])
		}
	}
}

// driftSet is every kind of running sum.
type driftSet struct {
	reg  *LinReg
	dev  *StdDev
	wma  *WMA
	vwma *VWMA
	bar  Bar
}

func newDriftSet(n int) *driftSet {
	return &driftSet{reg: must(NewLinReg(n)), dev: must(NewStdDev(n)), wma: must(NewWMA(n)), vwma: must(NewVWMA(n))}
}

func (d *driftSet) update(x float64) {
	d.reg.Update(x)
	d.dev.Update(x)
	d.wma.Update(x)
	d.bar.High, d.bar.Low, d.bar.Close, d.bar.Volume = x, x, x, x/7
	d.vwma.Update(&d.bar)
}

func (d *driftSet) values() []float64 {
	return []float64{d.reg.Value.V, d.reg.Slope.V, d.reg.R2.V, d.reg.s.mean(), d.dev.V, d.wma.V, d.vwma.V}
}

// TestExtremeInputDoesNotStay: after two window lengths nothing is left of an input
// of the largest size.
func TestExtremeInputDoesNotStay(t *testing.T) {
	const n = 10
	for at := range n { // wherever in the block it falls
		hit, clean := newDriftSet(n), newDriftSet(n)
		for i := range at + 1 + 2*n {
			x := 100 + float64(i%7)/3
			clean.update(x)
			if i == at {
				x = MaxInput
			}
			hit.update(x)
		}
		a, b := hit.values(), clean.values()
		for i := range a {
			if !near(a[i], b[i], b[i], 1e-14) {
				t.Errorf("value %d with %v at %d is %v, without %v", i, MaxInput, at, a[i], b[i])
			}
		}
	}
}

// TestSmallSpreadOnHighPrices: a spread that plain sums of squares would lose.
func TestSmallSpreadOnHighPrices(t *testing.T) {
	d := must(NewStdDev(4))
	for i := range 1001 {
		d.Update(1e9 + float64(i%2)/1024)
	}
	if d.V != 1.0/2048 {
		t.Errorf("deviation is %v, want %v", d.V, 1.0/2048)
	}
}

// TestRotation: at the end of each block of n updates the sums are, bit for bit,
// those of an indicator that has seen that block alone.
func TestRotation(t *testing.T) {
	const n = 7
	bars := walk(6 * n)
	old := newDriftSet(n)
	for block := range 6 {
		alone := newDriftSet(n)
		for _, b := range bars[block*n : (block+1)*n] {
			x := b.Close + 0.1
			old.update(x)
			alone.update(x)
		}
		if a, b := old.sums(), alone.sums(); a != b {
			t.Fatalf("after block %d: %v, of the block alone %v", block, a, b)
		}
	}
}

func (d *driftSet) sums() [7]rolling {
	return [7]rolling{
		d.reg.s.sum, d.reg.s.squares, d.reg.s.ramp, d.wma.s.ramp, d.vwma.pv, d.vwma.v, d.vwma.p,
	}
}

// TestStraightLines: a line explains itself, and never more than everything.
func TestStraightLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := must(NewLinReg(rapid.IntRange(2, 60).Draw(t, "length")))
		start, slope := rapid.Float64Range(-1e5, 1e5).Draw(t, "start"), rapid.Float64Range(1e-3, 1e3).Draw(t, "slope")
		for i := range 150 {
			r.Update(start + slope*float64(i))
			if !r.R2.Ready {
				continue
			}
			if r.R2.V > 1 || !near(r.R2.V, 1, 1, 1e-8) || !near(r.Slope.V, slope, 1e3, 1e-9) {
				t.Fatalf("slope %v, R2 %v, want %v and 1", r.Slope.V, r.R2.V, slope)
			}
			if at := start + slope*float64(i); !near(r.Value.V, at, 1e5, 1e-12) {
				t.Fatalf("value %v, want %v", r.Value.V, at)
			}
		}
	})
}
