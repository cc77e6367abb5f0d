package tune

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// axis is an ordered axis with the values 0 to n-1.
func axis(name string, n int) Axis {
	a := Axis{Name: name, Ordered: true}
	for i := range n {
		a.Values = append(a.Values, strconv.Itoa(i))
	}
	return a
}

func spaces(t *rapid.T) Space {
	var s Space
	for i := range rapid.IntRange(1, 4).Draw(t, "axes") {
		a := axis(strconv.Itoa(i), rapid.IntRange(1, 7).Draw(t, "values"))
		a.Ordered = rapid.Bool().Draw(t, "ordered")
		s = append(s, a)
	}
	return s
}

// play runs a search to its end on a function and returns the points and scores.
func play(s Searcher, f func(Point) float64) (points []Point, scores []float64) {
	for {
		batch := s.Batch()
		if len(batch) == 0 {
			return points, scores
		}
		told := make([]float64, len(batch))
		for i, p := range batch {
			told[i] = f(p)
		}
		s.Tell(told)
		points, scores = append(points, batch...), append(scores, told...)
	}
}

func flat(Point) float64 { return 1 }

// once checks that points are inside the space and none comes twice.
func distinct(t *rapid.T, s Space, points []Point) {
	seen := map[string]bool{}
	for _, p := range points {
		if seen[p.key()] {
			t.Fatalf("%v twice", p)
		}
		seen[p.key()] = true
		for k, i := range p {
			if i < 0 || i >= len(s[k].Values) {
				t.Fatalf("%v is outside the space", p)
			}
		}
	}
}

func TestGridCoversAllOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := spaces(t)
		g, err := Grid(s)
		if err != nil {
			t.Fatal(err)
		}
		points, _ := play(g, flat)
		distinct(t, s, points)
		if len(points) != s.Size() {
			t.Fatalf("%d of %d points", len(points), s.Size())
		}
	})
}

func TestGridBound(t *testing.T) {
	if _, err := Grid(Space{axis("a", 1000), axis("b", 100)}); err != nil {
		t.Error(err)
	}
	if _, err := Grid(Space{axis("a", 1001), axis("b", 100)}); err == nil {
		t.Error("a grid above the bound")
	}
	big := Space{axis("a", 10_000), axis("b", 10_000), axis("c", 10_000), axis("d", 10_000), axis("e", 10_000)}
	if big.Size() != math.MaxInt {
		t.Error("the size overflowed:", big.Size())
	}
	if points, _ := play(Random(big, 10, 1), flat); len(points) != 10 {
		t.Error(len(points), "points of a huge space")
	}
}

// TestSearchesStayInside: random and model try as many distinct points as asked, or
// all there are, and the same ones for the same seed.
func TestSearchesStayInside(t *testing.T) {
	for name, search := range map[string]func(Space, int, uint64) Searcher{"random": Random, "model": Model} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s, trials := spaces(t), rapid.IntRange(1, 60).Draw(t, "trials")
				seed := rapid.Uint64().Draw(t, "seed")
				score := func(p Point) float64 {
					if p[0] == 0 {
						return math.NaN()
					}
					return float64(p[0])
				}
				points, _ := play(search(s, trials, seed), score)
				distinct(t, s, points)
				if want := min(trials, s.Size()); len(points) != want {
					t.Fatalf("%d points, want %d", len(points), want)
				}
				again, _ := play(search(s, trials, seed), score)
				if !slices.EqualFunc(points, again, slices.Equal) {
					t.Fatal("another search for the same seed")
				}
			})
		})
	}
}

// TestModelBeatsRandom: on smooth hills, with a trap beside them and an axis that
// means nothing, the model's best is better on average over seeds than chance, by
// a good margin.
func TestModelBeatsRandom(t *testing.T) {
	s := Space{axis("x", 50), axis("y", 50), axis("noise", 10), {Name: "mode", Values: []string{"a", "b", "c"}}}
	hill := func(p Point) float64 {
		x, y := float64(p[0])-36, float64(p[1])-14
		v := 10 * math.Exp(-(x*x+y*y)/150)
		x, y = float64(p[0])-8, float64(p[1])-40
		v += 6 * math.Exp(-(x*x+y*y)/60)
		if p[3] != 1 {
			v -= 2
		}
		return v
	}
	const seeds, trials = 40, 60
	var chance, model float64
	wins := 0
	for seed := range uint64(seeds) {
		_, a := play(Random(s, trials, seed), hill)
		_, b := play(Model(s, trials, seed), hill)
		chance, model = chance+slices.Max(a)/seeds, model+slices.Max(b)/seeds
		if slices.Max(b) >= slices.Max(a) {
			wins++
		}
	}
	t.Logf("best on average: random %.2f, model %.2f of 10; the model is as good or better for %d of %d seeds", chance, model, wins, seeds)
	if model < chance+0.5 || wins < seeds*2/3 {
		t.Errorf("the model finds %.2f on average, chance %.2f", model, chance)
	}
}

func TestRank(t *testing.T) {
	nan := math.NaN()
	if got := Rank([]float64{nan, 1, 3, nan, 3, math.Inf(-1)}); !slices.Equal(got, []int{2, 4, 1, 5, 0, 3}) {
		t.Error(got)
	}
	if len(Rank(nil)) != 0 {
		t.Error("a rank of nothing")
	}
}
