package strategies

import (
	"fmt"
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"tollgate/engine"
)

// ticks are tick sizes of listed contracts, in nanos.
var ticks = []engine.Nano{250_000_000, 31_250_000, 3_906_250, 500, 100_000_000, 1_000_000_000, 5_000_000_000, 5_000_000, 10_000_000}

func instrumentOf(t testing.TB, tick engine.Nano) *instance {
	in, err := engine.NewInstrument(0, "X", engine.Spec{Tick: tick, PointValue: decimal.NewFromInt(1000)})
	if err != nil {
		t.Fatal(err)
	}
	return &instance{in: &in}
}

// TestEveryPriceOnTheGridIsFound: whatever price of the grid a script computes,
// a little arithmetic noise included, is that price; a thousandth of a tick off is none.
func TestEveryPriceOnTheGridIsFound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		i := instrumentOf(t, rapid.SampledFrom(ticks).Draw(rt, "tick"))
		n := rapid.Int64Range(-10_000_000, 10_000_000).Draw(rt, "ticks")
		p := engine.Price(n)
		x := i.in.Float(p)
		far := x + rapid.Float64Range(-1, 1).Draw(rt, "noise")*gridTolerance*0.9*i.in.TickFloat()
		for _, y := range []float64{x, math.Nextafter(x, math.Inf(1)), math.Nextafter(x, math.Inf(-1)), far} {
			if got := i.ticks(y); got != p {
				rt.Fatalf("%v of tick %v is %d, want %d", y, i.in.TickFloat(), got, p)
			}
			down, up := i.round(y, floorTick), i.round(y, ceilTick)
			if down != x || up != x || i.round(y, math.Round) != x {
				rt.Fatalf("%v is rounded to %v and %v", y, down, up)
			}
		}
		into := rapid.Float64Range(0.001, 0.999).Draw(rt, "into")
		y := x + into*i.in.TickFloat()
		if got := i.ticks(y); got != engine.InvalidPrice {
			rt.Fatalf("%v of tick %v is %d", y, i.in.TickFloat(), got)
		}
		if down, up := i.round(y, floorTick), i.round(y, ceilTick); down != x || up != i.in.Float(p+1) {
			rt.Fatalf("%v of tick %v is between %v and %v", y, i.in.TickFloat(), down, up)
		}
	})
}

func TestRoundingWhatIsNoPrice(t *testing.T) {
	i := instrumentOf(t, 1_000_000_000)
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 9.1e9, 1e13} {
		if i.ticks(x) != engine.InvalidPrice || !math.IsNaN(i.round(x, math.Round)) || !math.IsNaN(i.round(x, floorTick)) {
			t.Errorf("%v is a price", x)
		}
	}
	if i.ticks(-9e9) != -9e9 || i.round(-9e9, math.Round) != -9e9 {
		t.Error("the edge of the range is not in it")
	}
}

func FuzzTicks(f *testing.F) {
	for _, x := range []float64{0, math.Copysign(0, -1), 0.25, 4780.25, -37.63, 1e-300, 9e9, math.MaxFloat64, math.NaN(), math.Inf(1)} {
		f.Add(x, byte(0))
	}
	f.Fuzz(func(t *testing.T, x float64, tick byte) {
		i := instrumentOf(t, ticks[int(tick)%len(ticks)])
		p := i.ticks(x)
		if p == engine.InvalidPrice {
			return
		}
		if !p.Known() || math.Abs(i.in.Float(p)-x) > 1.1*gridTolerance*i.in.TickFloat() {
			t.Fatalf("%v is %d ticks of %v", x, p, i.in.TickFloat())
		}
	})
}

func TestRound(t *testing.T) {
	acting(t, func(c *Context) {
		for _, x := range [][4]float64{
			{4.3, 4.25, 4.25, 4.5},
			{4.4, 4.5, 4.25, 4.5},
			{-4.3, -4.25, -4.5, -4.25},
			{4.25, 4.25, 4.25, 4.25},
			{0, 0, 0, 0},
			{4.375, 4.5, 4.25, 4.5},
			{-4.375, -4.5, -4.5, -4.25},
			{math.NaN(), math.NaN(), math.NaN(), math.NaN()},
		} {
			if got := [4]float64{x[0], c.Round(x[0]), c.RoundDown(x[0]), c.RoundUp(x[0])}; fmt.Sprint(got) != fmt.Sprint(x) {
				t.Errorf("%v, want %v", got, x)
			}
		}
	})
}
