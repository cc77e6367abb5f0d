package tune

import (
	"math"
	"math/rand/v2"
	"slices"

	"tollgate/engine"
)

var nan = Number(math.NaN())

// Percentiles that distributions are told by.
var Percentiles = []int{1, 5, 25, 50, 75, 95, 99}

// Distribution is a sample of amounts.
type Distribution struct {
	At   []engine.Money // at Percentiles: the smallest value with at least that share at or below it
	Mean Number
}

// Resampled is what dealing the round trips anew shows.
type Resampled struct {
	Method   string // "shuffle": the same trips in other orders; "bootstrap": drawn with repetition
	Samples  int
	Drawdown Distribution // largest fall of closed equity, >= 0
	End      Distribution // equity at the end
	Loss     Number       // share of samples that end below the start
	Deeper   Number       // share of samples with a larger drawdown than the order that happened
	Happened engine.Money // the drawdown of the order that happened, on the same measure
}

// MaxSamples bounds a resampling.
const MaxSamples = 100_000

// MonteCarlo deals the net profits of round trips anew, samples times, from equity
// start: shuffled, and drawn with repetition (the bootstrap of B. Efron, "Bootstrap
// Methods: Another Look at the Jackknife", Annals of Statistics 7(1), 1979). Both
// take the trips as independent of each other; trips that follow on one another's
// heels are not, and real drawdowns can then be deeper. Excursions within a trip
// are not in it. Nil without at least two trips.
func MonteCarlo(trips []engine.Money, start engine.Money, samples int, seed uint64) []Resampled {
	samples = min(samples, MaxSamples)
	if len(trips) < 2 || samples < 1 {
		return nil
	}
	r := rand.New(rand.NewPCG(seed, 0x6d6f6e7465))
	order := slices.Clone(trips)
	shuffle := func() {
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	draw := func() {
		for i := range order {
			order[i] = trips[r.IntN(len(trips))]
		}
	}
	return []Resampled{resample("shuffle", trips, order, start, samples, shuffle), resample("bootstrap", trips, order, start, samples, draw)}
}

func resample(method string, trips, order []engine.Money, start engine.Money, samples int, deal func()) Resampled {
	out := Resampled{Method: method, Samples: samples}
	_, out.Happened = walk(trips)
	falls, ends := make([]engine.Money, samples), make([]engine.Money, samples)
	losses, deeper := 0, 0
	for i := range samples {
		deal()
		sum, fall := walk(order)
		ends[i], falls[i] = start+sum, fall
		if sum < 0 {
			losses++
		}
		if fall > out.Happened {
			deeper++
		}
	}
	out.Drawdown, out.End = distribution(falls), distribution(ends)
	out.Loss, out.Deeper = Number(float64(losses)/float64(samples)), Number(float64(deeper)/float64(samples))
	return out
}

// walk adds up the trips and returns the sum and the largest fall on the way.
func walk(trips []engine.Money) (sum, fall engine.Money) {
	var peak engine.Money
	for _, t := range trips {
		sum += t
		peak = max(peak, sum)
		fall = max(fall, peak-sum)
	}
	return sum, fall
}

// distribution sorts the values and takes percentiles by nearest rank.
func distribution(values []engine.Money) Distribution {
	slices.Sort(values)
	d := Distribution{At: make([]engine.Money, len(Percentiles))}
	for i, p := range Percentiles {
		rank := (p*len(values) + 99) / 100
		d.At[i] = values[max(rank, 1)-1]
	}
	sum := 0.0
	for _, v := range values {
		sum += v.Float()
	}
	d.Mean = Number(sum / float64(len(values)))
	return d
}
