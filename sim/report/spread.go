package report

import (
	"math"
	"slices"

	"tollgate/engine"
)

// histogram is the distribution of the net profit of round trips.
type histogram struct {
	Bins []bin
	Top  string  // the largest count
	Step string  // width of a bin
	Low  string  // begin of the first bin
	High string  // end of the last bin
	Zero float64 // where zero is, as a percentage from the left; negative or above 100 = outside
}

type bin struct {
	From, To string
	Count    int
	Height   float64 // percent of the highest bin
	Tone     tone
}

// bins is about how many bins show n round trips well: more for more, within reason.
func bins(n int) engine.Money {
	return engine.Money(min(max(2*math.Sqrt(float64(n)), 6), 24))
}

func histogramOf(trips []engine.RoundTrip) histogram {
	if len(trips) == 0 {
		return histogram{}
	}
	low, high := trips[0].Net(), trips[0].Net()
	for i := range trips {
		low, high = min(low, trips[i].Net()), max(high, trips[i].Net())
	}
	step := niceStep((high - low) / bins(len(trips)))
	first, last := floorDiv(low, step), floorDiv(high, step)
	counts := make([]int, last-first+1)
	for i := range trips {
		counts[floorDiv(trips[i].Net(), step)-first]++
	}
	return histogramFrom(counts, first, step)
}

func histogramFrom(counts []int, first, step engine.Money) histogram {
	top := slices.Max(counts)
	h := histogram{Step: money(step), Low: money(first * step), High: money((first + engine.Money(len(counts))) * step), Top: count(top)}
	for i, n := range counts {
		from := (first + engine.Money(i)) * step
		b := bin{From: money(from), To: money(from + step), Count: n, Height: round2(100 * float64(n) / float64(top)), Tone: good}
		if from < 0 {
			b.Tone = bad
		}
		h.Bins = append(h.Bins, b)
	}
	h.Zero = round2(-100 * float64(first) / float64(len(counts)))
	return h
}

// niceStep is the smallest of 1, 2, 5, 10, 20, 50 ... cents that is not below m.
func niceStep(m engine.Money) engine.Money {
	step := engine.Money(engine.MoneyScale / 100)
	for i := 0; step < m; i++ {
		if i%3 == 1 {
			step = step / 2 * 5
		} else {
			step *= 2
		}
	}
	return step
}

func floorDiv(a, b engine.Money) engine.Money {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// scatter shows how far round trips went against and for the position.
type scatter struct {
	Dots  []dot
	Worst string // the right end of the horizontal axis
	Best  string // the upper end of the vertical axis
	Drawn string // how many of the round trips, when not all
}

// dot is a round trip, in percent from the left and from the top.
type dot struct {
	X, Y float64
	Tone tone
}

func scatterOf(trips []engine.RoundTrip) scatter {
	var s scatter
	every := (len(trips) + maxTradeRows - 1) / maxTradeRows
	var worst, best engine.Money
	for i := range trips {
		worst, best = min(worst, trips[i].MAE), max(best, trips[i].MFE)
	}
	s.Worst, s.Best = money(worst), money(best)
	for i := 0; i < len(trips); i += every {
		t := &trips[i]
		s.Dots = append(s.Dots, dot{X: share(t.MAE, worst), Y: 100 - share(t.MFE, best), Tone: toneOf(t.Net())})
	}
	if every > 1 {
		s.Drawn = count(len(s.Dots))
	}
	return s
}

// share is 2 to 98 percent, so that no dot is cut by the border.
func share(m, whole engine.Money) float64 {
	if whole == 0 {
		return 2
	}
	return round2(2 + 96*m.Float()/whole.Float())
}
