package indicator

import (
	"testing"

	"pgregory.net/rapid"
)

// drawBars draws a history of bars: prices are whole ticks of a quarter, often
// unchanged, sometimes without range or volume, across several sessions.
func drawBars(t *rapid.T) []Bar {
	count := rapid.IntRange(1, 90).Draw(t, "bars")
	ticks := rapid.IntRange(-50, 80_000).Draw(t, "first")
	step := rapid.SampledFrom([]int{0, 1, 8, 400}).Draw(t, "step")
	session := 20240102
	var out []Bar
	for range count {
		ticks += rapid.IntRange(-step, step).Draw(t, "move")
		up, down := rapid.IntRange(0, step).Draw(t, "up"), rapid.IntRange(0, step).Draw(t, "down")
		if rapid.IntRange(0, 19).Draw(t, "new session") == 0 {
			session++
		}
		x := float64(ticks) / 4
		out = append(out, Bar{
			Open: x, High: x + float64(up)/4, Low: x - float64(down)/4, Close: x,
			Volume: float64(rapid.SampledFrom([]int{0, 0, 1, 7, 2500}).Draw(t, "volume")), Session: session,
		})
	}
	return out
}

// TestTwins holds every indicator to its dumb twin after every single update.
func TestTwins(t *testing.T) {
	for i, s := range subjects(2) {
		t.Run(s.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n := rapid.IntRange(2, 20).Draw(t, "length")
				bars := drawBars(t)
				checkTwin(t, &subjects(n)[i], bars, n)
			})
		})
	}
}

func checkTwin(t *rapid.T, s *subject, bars []Bar, n int) {
	prev := make([]float64, len(s.lines()))
	for j := range prev {
		prev[j] = nan
	}
	for k := range bars {
		s.update(&bars[k])
		want := slow(s.name, bars[:k+1], n)
		for j, l := range s.lines() {
			if !near(l.V, want[j], scaleOf(want[j]), 1e-9) {
				t.Fatalf("%s line %d after %d bars is %v, want %v", s.name, j, k+1, l.V, want[j])
			}
			if l.Ready != (want[j] == want[j]) || l.N != k+1 || !near(l.Prev, prev[j], 1, 0) {
				t.Fatalf("%s line %d after %d bars: %+v, want prev %v", s.name, j, k+1, *l, prev[j])
			}
			prev[j] = l.V
		}
	}
}

// scaleOf gives small results, differences of prices of up to 20000, the rounding of
// those prices.
func scaleOf(want float64) float64 { return max(want, -want, 100) }

// TestLongWindowTwins runs windows that are filled many times over.
func TestLongWindowTwins(t *testing.T) {
	bars := walk(2100)
	for _, n := range []int{64, 500} {
		for _, s := range subjects(n) {
			for k := range bars {
				s.update(&bars[k])
				if k%97 != 0 && k != len(bars)-1 || s.name == "MACD" || s.name == "HMA" || s.name == "ADX" || s.name == "Stochastic" {
					continue // the twins of these four are quadratic or worse
				}
				want := slow(s.name, bars[:k+1], n)
				for j, got := range s.values() {
					if !near(got, want[j], want[j], 1e-9) {
						t.Fatalf("%s(%d) line %d after %d bars is %v, want %v", s.name, n, j, k+1, got, want[j])
					}
				}
			}
		}
	}
}

// walk is a fixed pseudo-random walk of n bars around 18000 in ticks of a quarter.
func walk(n int) []Bar {
	out := make([]Bar, n)
	x, seed := 72_000, uint32(1)
	draw := func(k int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>8) % k
	}
	for i := range out {
		x += draw(9) - 4
		p := float64(x) / 4
		out[i] = Bar{
			Open: p, High: p + float64(draw(5))/4, Low: p - float64(draw(5))/4, Close: p,
			Volume: float64(draw(40)), Session: 20240102 + i/400,
		}
	}
	return out
}
