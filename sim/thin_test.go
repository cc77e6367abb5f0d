package sim

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

const second = engine.Time(time.Second)

// TestChart: candles are in order, in their grid, within the bound; together they
// open, close, rise and fall as the price did.
func TestChart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newChart(3)
		at := engine.Time(rapid.Int64Range(-1e17, 1e18).Draw(t, "start"))
		stride := engine.Time(1) << rapid.IntRange(20, 45).Draw(t, "stride")
		n := rapid.IntRange(1, 3*MaxPoints).Draw(t, "events")
		seed := uint64(n)
		var first, last, high, low engine.Price
		for i := range n {
			seed = seed*6364136223846793005 + 1442695040888963407
			p := engine.Price(seed>>33%1000) - 500
			top := engine.NewTop()
			top.Last = p
			c.add(at, &top)
			if i == 0 {
				first, high, low = p, p, p
			}
			last, high, low = p, max(high, p), min(low, p)
			at += engine.Time(seed>>11) % stride
		}
		out := c.done()
		checkCandles(t, out)
		k, z := out.Candles[0], out.Candles[len(out.Candles)-1]
		h, l := k.High, k.Low
		for _, x := range out.Candles {
			h, l = max(h, x.High), min(l, x.Low)
		}
		if k.Open != first || z.Close != last || h != high || l != low || out.Instrument != 3 {
			t.Fatalf("%d candles: %d %d %d %d, want %d %d %d %d", len(out.Candles), k.Open, h, l, z.Close, first, high, low, last)
		}
	})
}

func checkCandles(t *rapid.T, out Chart) {
	if len(out.Candles) == 0 || len(out.Candles) > MaxPoints {
		t.Fatalf("%d candles", len(out.Candles))
	}
	for i, k := range out.Candles {
		if k.At%engine.Time(out.Width) != 0 || i > 0 && k.At <= out.Candles[i-1].At {
			t.Fatalf("candle %d of %v begins at %v after %v", i, out.Width, k.At, out.Candles[max(i-1, 0)].At)
		}
		if k.High < max(k.Open, k.Close) || k.Low > min(k.Open, k.Close) {
			t.Fatalf("candle %+v", k)
		}
	}
}

func TestChartOfABookWithoutTrades(t *testing.T) {
	c := newChart(0)
	top := engine.NewTop()
	c.add(0, &top)
	if len(c.Candles) != 0 {
		t.Error("a candle of nothing")
	}
	top.Bid, top.Ask = -3, 0 // the middle is -1.5, rounded down
	c.add(0, &top)
	top.Last = 7
	c.add(second-1, &top)
	if len(c.Candles) != 1 || c.Candles[0] != (Candle{0, -2, 7, -2, 7}) {
		t.Errorf("%+v", c.Candles)
	}
}

// TestCurve: points are in order and within the bound, the first and the newest
// are there, and each is the equity as it was at its time.
func TestCurve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c curve
		at := engine.Time(rapid.Int64Range(-1e17, 1e18).Draw(t, "start"))
		stride := engine.Time(1) << rapid.IntRange(0, 45).Draw(t, "stride")
		still := uint64(rapid.IntRange(1, 4).Draw(t, "still"))
		n := rapid.IntRange(1, 3*MaxPoints).Draw(t, "events")
		seed := uint64(n)
		truth := map[engine.Time]EquityPoint{} // the last word at each time
		var all []EquityPoint
		equity := engine.Money(0)
		for range n {
			seed = seed*6364136223846793005 + 1442695040888963407
			if seed>>40%still == 0 {
				equity += engine.Money(seed>>33%1000) - 500
			}
			p := EquityPoint{At: at, Equity: equity, Drawdown: equity / 2}
			c.add(p)
			truth[at] = p
			all = append(all, p)
			if seed>>50&3 > 0 {
				at += engine.Time(seed>>11) % stride
			}
		}
		points := c.points()
		if len(points) > MaxPoints || points[0].At != all[0].At || points[len(points)-1] != truth[all[n-1].At] {
			t.Fatalf("%d points from %+v to %+v, want %+v to %+v", len(points), points[0], points[len(points)-1], all[0], all[n-1])
		}
		for i, p := range points {
			if truth[p.At] != p || i > 0 && p.At <= points[i-1].At {
				t.Fatalf("point %d is %+v after %+v, want %+v", i, p, points[max(i-1, 0)], truth[p.At])
			}
		}
	})
}

// TestCurveKeepsTheEndOfEveryInterval, as long as it need not be thinned.
func TestCurveKeepsTheEndOfEveryInterval(t *testing.T) {
	var c curve
	for i := range engine.Time(40) {
		c.add(EquityPoint{At: i * second / 4, Equity: engine.Money(i)})
	}
	points := c.points()
	for i, p := range points[1:] {
		if want := engine.Money(4*i + 3); p.Equity != want {
			t.Errorf("point %d is %d, want %d", i, p.Equity, want)
		}
	}
	if len(points) != 11 {
		t.Errorf("%d points", len(points))
	}
}
