package tune

import "math"

// euler is the Euler-Mascheroni constant.
const euler = 0.57721566490153286060651209008240243

// ExpectedBest is the Sharpe ratio that the best of n independent trials shows on
// average when no trial has any skill, given the standard deviation of the trials'
// Sharpe ratios (Bailey and López de Prado 2014, equation 1). It is 0 for one trial.
func ExpectedBest(n int, sd float64) float64 {
	if n < 2 {
		return 0
	}
	a, b := quantile(1-1/float64(n)), quantile(1-1/(float64(n)*math.E))
	return sd * ((1-euler)*a + euler*b)
}

// quantile is the inverse of the standard normal distribution, 0 < p < 1.
func quantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// normal is the standard normal distribution.
func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// Probabilistic is the probability that the true Sharpe ratio of a record is above
// a benchmark (Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier",
// Journal of Risk 15(2), 2012). Both ratios are of one period, not annualised. NaN
// where the record is too short or never varies.
func Probabilistic(m *Moments, benchmark float64) float64 {
	sr := m.Sharpe()
	v := 1 - float64(m.Skew)*sr + (float64(m.Kurt)-1)/4*sr*sr
	if m.N < 2 || !(v > 0) {
		return math.NaN()
	}
	return normal((sr - benchmark) * math.Sqrt(float64(m.N-1)) / math.Sqrt(v))
}

// Deflated is the verdict on the best of several trials.
type Deflated struct {
	Basis   string // what a period is: "session" or "round trip"
	Trials  int    // with a Sharpe ratio
	Periods int    // of the best
	Sharpe  Number // of the best, of one period
	Luck    Number // the Sharpe ratio that the best of as many skill-less trials shows on average
	DSR     Number // deflated Sharpe ratio: probability that the true ratio is above 0; NaN = cannot be said
}

// fewSessions is the number of sessions below which round trips say more.
const fewSessions = 30

// fewPeriods is the number of periods below which the Sharpe ratio of a trial is
// too wild to say anything about how much trials spread.
const fewPeriods = 10

// Deflate judges run best of the trials. Its periods are sessions where the best
// run has at least 30 of them, and round trips otherwise.
//
// The formula is for trials of one length. Round trips differ in number, so ratios
// are brought to the length of the best first: a ratio over n periods weighs as
// ratio times the square root of n. Trials of fewer than 10 periods count as trials
// but not for the spread, unless there are no others.
func Deflate(runs []Figures, best int) Deflated {
	d := Deflated{Basis: "session"}
	series := func(f *Figures) *Moments { return &f.Daily }
	if runs[best].Sessions < fewSessions {
		d.Basis, series = "round trip", func(f *Figures) *Moments { return &f.Trade }
	}
	m := series(&runs[best])
	var all, long []float64
	for i := range runs {
		x := series(&runs[i])
		sr := x.Sharpe() * math.Sqrt(float64(x.N)/float64(max(m.N, 1)))
		if math.IsNaN(sr) {
			continue
		}
		all = append(all, sr)
		if x.N >= fewPeriods {
			long = append(long, sr)
		}
	}
	if len(long) < 2 {
		long = all
	}
	d.Trials, d.Periods, d.Sharpe = len(all), m.N, Number(m.Sharpe())
	luck := 0.0
	if spread := MomentsOf(long); spread.SD.Known() {
		luck = ExpectedBest(len(all), float64(spread.SD))
	}
	d.Luck = Number(luck)
	d.DSR = Number(Probabilistic(m, luck))
	return d
}
