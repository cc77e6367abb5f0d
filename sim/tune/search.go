package tune

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Searcher chooses the points to try, batch by batch.
type Searcher interface {
	// Batch returns the points to try next, none of them twice in a search; an
	// empty batch ends it.
	Batch() []Point
	// Tell gives the scores of the newest batch, in its order; more is better and
	// NaN is a point without a score.
	Tell(scores []float64)
}

// Grid tries every point. A space of more than MaxGrid points is an error.
func Grid(s Space) (Searcher, error) {
	n := s.Size()
	if n > MaxGrid {
		return nil, fmt.Errorf("the grid has %s points, more than %d: take larger steps, or search with random or model and a number of trials", sizeText(n), MaxGrid)
	}
	list := make([]Point, n)
	for i := range list {
		list[i] = s.At(i)
	}
	return &once{list: list}, nil
}

func sizeText(n int) string {
	if n > 1e15 {
		return "more than 1e15"
	}
	return fmt.Sprint(n)
}

// Random tries distinct points drawn uniformly: trials of them, or all where the
// space has no more.
func Random(s Space, trials int, seed uint64) Searcher {
	d := newDealer(s, seed)
	var list []Point
	for len(list) < trials {
		p := d.fresh()
		if p == nil {
			break
		}
		list = append(list, p)
	}
	return &once{list: list}
}

// once is a search of one batch.
type once struct{ list []Point }

func (o *once) Batch() []Point {
	list := o.list
	o.list = nil
	return list
}

func (o *once) Tell([]float64) {}

// dealer deals distinct points.
type dealer struct {
	space Space
	rand  *rand.Rand
	seen  map[string]bool
}

func newDealer(s Space, seed uint64) *dealer {
	return &dealer{space: s, rand: rand.New(rand.NewPCG(seed, 0x74756e65)), seen: map[string]bool{}}
}

// take marks a point as dealt and reports whether it was new.
func (d *dealer) take(p Point) bool {
	k := p.key()
	if d.seen[k] {
		return false
	}
	d.seen[k] = true
	return true
}

// fresh draws a point that was not dealt before; nil when there is none. When
// chance keeps hitting old points it goes on to the next free one of the grid:
// that happens only in spaces that are nearly used up.
func (d *dealer) fresh() Point {
	n := d.space.Size()
	if len(d.seen) >= n {
		return nil
	}
	for range 100 {
		if p := d.draw(); d.take(p) {
			return p
		}
	}
	start := d.rand.IntN(n)
	for i := range n {
		if p := d.space.At((start + i) % n); d.take(p) {
			return p
		}
	}
	return nil
}

func (d *dealer) draw() Point {
	p := make(Point, len(d.space))
	for k, a := range d.space {
		p[k] = d.rand.IntN(len(a.Values))
	}
	return p
}

// Rank orders scores from best to worst: NaN last, ties by position. It returns
// positions.
func Rank(scores []float64) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compare(scores[b], scores[a]) })
	return order
}

// compare orders numbers, with NaN below all.
func compare(a, b float64) int {
	switch {
	case a == b || a != a && b != b:
		return 0
	case a < b || a != a:
		return -1
	}
	return 1
}
