package indicator

import "math"

// pair is an unevaluated sum hi+lo of two float64, with |lo| at most half a unit
// in the last place of hi: about 106 bits. The algorithms are the classical ones
// of Dekker 1971 and Knuth (TAOCP 4.2.2).
type pair struct{ hi, lo float64 }

// twoSum returns a+b rounded, and exactly what the rounding lost.
func twoSum(a, b float64) (sum, lost float64) {
	sum = a + b
	bb := sum - a
	return sum, (a - (sum - bb)) + (b - bb)
}

// twoProduct returns a*b rounded, and what the rounding lost: exactly, unless the
// product is below 1e-290, where the lost part underflows.
func twoProduct(a, b float64) pair {
	p := float64(a * b)
	return pair{p, math.FMA(a, b, -p)}
}

// renormalise is twoSum for |a| >= |b|.
func renormalise(a, b float64) pair {
	s := a + b
	return pair{s, b - (s - a)}
}

// add returns p+x.
func (p pair) add(x float64) pair {
	s, e := twoSum(p.hi, x)
	return renormalise(s, e+p.lo)
}

// plus returns p+q.
func (p pair) plus(q pair) pair {
	s, e := twoSum(p.hi, q.hi)
	t, f := twoSum(p.lo, q.lo)
	r := renormalise(s, e+t)
	return renormalise(r.hi, r.lo+f)
}

// minus returns p-q.
func (p pair) minus(q pair) pair { return p.plus(pair{-q.hi, -q.lo}) }

// times returns p*q.
func (p pair) times(q pair) pair {
	r := twoProduct(p.hi, q.hi)
	return renormalise(r.hi, math.FMA(p.lo, q.hi, math.FMA(p.hi, q.lo, r.lo)))
}

// scale returns p*x.
func (p pair) scale(x float64) pair { return p.times(pair{x, 0}) }

// over returns p/x rounded to a float64. When the exact quotient is a float64 the
// result is that number: the mean of equal numbers is that number.
func (p pair) over(x float64) float64 {
	q := p.hi / x
	return q + (math.FMA(-q, x, p.hi)+p.lo)/x
}

// ratio returns p/q rounded to about a float64.
func (p pair) ratio(q pair) float64 {
	r := p.hi / q.hi
	rest := p.minus(q.scale(r))
	return r + rest.hi/q.hi
}

// value returns p rounded to a float64.
func (p pair) value() float64 { return p.hi + p.lo }

// rolling is a sum over a window. fresh sums only what came since the last
// rotate, which is called once per window length; at that moment it covers
// exactly the window, and replaces a sum that has seen as many subtractions as
// additions.
type rolling struct{ cur, fresh pair }

func (r *rolling) add(x float64)  { r.cur, r.fresh = r.cur.add(x), r.fresh.add(x) }
func (r *rolling) drop(x float64) { r.cur = r.cur.add(-x) }

func (r *rolling) addProduct(a, b float64) {
	p := twoProduct(a, b)
	r.cur, r.fresh = r.cur.plus(p), r.fresh.plus(p)
}

func (r *rolling) dropProduct(a, b float64) { r.cur = r.cur.plus(twoProduct(-a, b)) }

func (r *rolling) rotate() { r.cur, r.fresh = r.fresh, pair{} }
