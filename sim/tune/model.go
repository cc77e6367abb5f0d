package tune

import "math"

// Settings of the model. Bergstra et al. use a better share of 15 to 25 % and draw
// some dozens of candidates; the batch is small so that the model learns often.
const (
	modelBatch      = 8
	modelBetter     = 0.25
	modelCandidates = 48
	modelStart      = 16 // random points before the model has a say, at most a third of the trials
)

// model is a tree-structured Parzen estimator on a grid.
type model struct {
	dealer  *dealer
	left    int // trials
	start   int // random points left
	points  []Point
	scores  []float64
	pending []Point
}

// Model tries points one batch after the other, each chosen in the light of the
// scores before it, until trials points were tried or none is left.
func Model(s Space, trials int, seed uint64) Searcher {
	return &model{dealer: newDealer(s, seed), left: trials, start: max(1, min(modelStart, trials/3))}
}

func (m *model) Batch() []Point {
	m.pending = nil
	for len(m.pending) < modelBatch && m.left > 0 {
		p := m.next()
		if p == nil {
			break
		}
		m.left--
		m.pending = append(m.pending, p)
	}
	return m.pending
}

func (m *model) Tell(scores []float64) {
	m.points = append(m.points, m.pending...)
	m.scores = append(m.scores, scores...)
	m.pending = nil
}

// next chooses one point.
func (m *model) next() Point {
	if m.start > 0 {
		m.start--
		return m.dealer.fresh()
	}
	good, bad := m.split()
	if len(good) == 0 {
		return m.dealer.fresh()
	}
	var best Point
	value := math.Inf(-1)
	axes := m.densities(good, bad)
	for range modelCandidates {
		p := m.draw(axes)
		if v := worth(axes, p); v > value && !m.dealer.seen[p.key()] {
			best, value = p, v
		}
	}
	if best == nil || !m.dealer.take(best) {
		return m.dealer.fresh()
	}
	return best
}

// split parts the points tried into the better ones and the rest. Points whose
// score is not known yet count as rest, which keeps a batch from crowding.
func (m *model) split() (good, bad []Point) {
	known := 0
	for _, s := range m.scores {
		if s == s {
			known++
		}
	}
	n := int(math.Ceil(modelBetter * float64(known)))
	for rank, i := range Rank(m.scores) {
		if rank < n {
			good = append(good, m.points[i])
		} else {
			bad = append(bad, m.points[i])
		}
	}
	return good, append(bad, m.pending...)
}

// density is what is known along one axis: where the better points lie, and the rest.
type density struct{ good, bad []float64 }

func (m *model) densities(good, bad []Point) []density {
	list := make([]density, len(m.dealer.space))
	for k := range list {
		a := &m.dealer.space[k]
		list[k] = density{parzen(a, good, k), parzen(a, bad, k)}
	}
	return list
}

// parzen estimates the density of points along axis k: a bell around each on an
// ordered axis, counts on another, and everywhere a uniform share worth one point.
func parzen(a *Axis, points []Point, k int) []float64 {
	n := len(a.Values)
	out := make([]float64, n)
	for i := range out {
		out[i] = 1 / float64(n)
	}
	width := max(float64(n)/math.Sqrt(float64(len(points))+1)/2, 0.7)
	for _, p := range points {
		if !a.Ordered {
			out[p[k]]++
			continue
		}
		bell(out, float64(p[k]), width)
	}
	total := float64(len(points) + 1)
	for i := range out {
		out[i] /= total
	}
	return out
}

// bell adds a Gaussian of mass 1, cut off at the ends.
func bell(out []float64, at, width float64) {
	weights := make([]float64, len(out))
	sum := 0.0
	for i := range weights {
		z := (float64(i) - at) / width
		weights[i] = math.Exp(-z * z / 2)
		sum += weights[i]
	}
	for i, w := range weights {
		out[i] += w / sum
	}
}

// draw draws a candidate from the density of the better points.
func (m *model) draw(axes []density) Point {
	p := make(Point, len(axes))
	for k := range axes {
		x := m.dealer.rand.Float64()
		last := len(axes[k].good) - 1
		for p[k] < last && x >= axes[k].good[p[k]] {
			x -= axes[k].good[p[k]]
			p[k]++
		}
	}
	return p
}

// worth is the logarithm of the ratio of the densities.
func worth(axes []density, p Point) float64 {
	sum := 0.0
	for k := range axes {
		sum += math.Log(axes[k].good[p[k]] / axes[k].bad[p[k]])
	}
	return sum
}
