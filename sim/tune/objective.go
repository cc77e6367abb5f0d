package tune

import (
	"fmt"
	"math"
	"strings"

	"tollgate/sim"
)

// Objective is what a search makes as large as it can.
type Objective struct {
	Name  string
	Doc   string
	Daily bool // needs two sessions at least
	Money bool // in account currency
	Value func(f *Figures) float64
}

// Objectives are all there are; the first is the default.
var Objectives = []Objective{
	{"sharpe", "Sharpe ratio of session profits, annualised", true, false, func(f *Figures) float64 { return float64(f.Sharpe) }},
	{"sortino", "Sortino ratio of session profits, annualised", true, false, func(f *Figures) float64 { return float64(f.Sortino) }},
	{"calmar", "annualised net profit over the largest drawdown", false, false, calmar},
	{"net", "net profit, after fees", false, true, func(f *Figures) float64 { return f.Net.Float() }},
	{"profit_factor", "net profit of the winning round trips over the net loss of the losing", false, false, func(f *Figures) float64 { return float64(f.ProfitFactor) }},
	{"expectancy", "average net profit of a round trip", false, true, func(f *Figures) float64 { return float64(f.Expectancy) }},
	{"win_rate", "share of round trips with a net profit", false, false, func(f *Figures) float64 { return float64(f.WinRate) }},
	{"trade_sharpe", "average net profit of a round trip over its standard deviation", false, false, func(f *Figures) float64 { return f.Trade.Sharpe() }},
	{"drawdown", "the largest drawdown, negative, so that less is better", false, true, func(f *Figures) float64 { return -f.MaxDrawdown.Float() }},
}

// calmar is the ratio of T. W. Young ("Calmar Ratio: A Smoother Tool", Futures,
// 1991) on the sessions of the run instead of three years. NaN without a drawdown.
func calmar(f *Figures) float64 {
	if f.MaxDrawdown <= 0 || f.Sessions == 0 {
		return math.NaN()
	}
	return f.Net.Float() / float64(f.Sessions) * sim.SessionsPerYear / f.MaxDrawdown.Float()
}

// ParseObjective finds an objective by name.
func ParseObjective(name string) (*Objective, error) {
	var names []string
	for i := range Objectives {
		if Objectives[i].Name == name {
			return &Objectives[i], nil
		}
		names = append(names, Objectives[i].Name)
	}
	return nil, fmt.Errorf("there is no objective %q; there are: %s", name, strings.Join(names, ", "))
}

// Score is the objective's value of a run; NaN where the run does not support it,
// made no round trip (that it lost nothing is no achievement), or its strategy was
// stopped by a failure. Infinity counts as not supported.
func (o *Objective) Score(f *Figures) float64 {
	v := o.Value(f)
	if f.Trips == 0 || f.Halted != "" || math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}
