package tune

import "math"

// Stability compares a point with the points around it.
type Stability struct {
	Neighbours int    // tried points at most one step away on every ordered axis, alike on the others
	Mean       Number // of their scores; NaN without any
	Worst      Number // of their scores; NaN without any
}

// Ratio is the neighbours' mean over the point's own score: near 1 on a plateau,
// far below on a lonely peak. NaN where the score is not above zero.
func (s *Stability) Ratio(score float64) float64 {
	if !(score > 0) {
		return math.NaN()
	}
	return float64(s.Mean) / score
}

// Neighbours looks around point i of those tried. A neighbour without a score
// counts for nothing.
func Neighbours(s Space, points []Point, scores []float64, i int) Stability {
	out := Stability{Mean: Number(math.NaN()), Worst: Number(math.NaN())}
	sum, worst := 0.0, math.Inf(1)
	for j := range points {
		if j == i || math.IsNaN(scores[j]) || !adjacent(s, points[i], points[j]) {
			continue
		}
		out.Neighbours++
		sum += scores[j]
		worst = min(worst, scores[j])
	}
	if out.Neighbours > 0 {
		out.Mean, out.Worst = Number(sum/float64(out.Neighbours)), Number(worst)
	}
	return out
}

func adjacent(s Space, a, b Point) bool {
	for k := range s {
		d := a[k] - b[k]
		if d != 0 && (!s[k].Ordered || d < -1 || d > 1) {
			return false
		}
	}
	return true
}
