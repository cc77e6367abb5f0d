package sim

import (
	"math"
	"time"

	"tollgate/engine"
)

// Stats are the figures people judge a run by. A figure that the run does not
// support is NaN: no round trips, no losing ones, too few sessions.
type Stats struct {
	Trips, Wins, Losses int
	WinRate             float64      // share of round trips with a net profit, 0 to 1
	ProfitFactor        float64      // net profit of the winners over net loss of the losers
	Expectancy          float64      // average net profit of a round trip
	AverageWin          float64      // of the winners
	AverageLoss         float64      // of the losers, negative
	Best, Worst         engine.Money // round trips
	LosingRun           int          // longest row of losing round trips
	Exposure            float64      // share of open time with a position, 0 to 1
	AverageHold         time.Duration
	Contracts           engine.Qty // bought plus sold

	// Sharpe and Sortino are made from the account's profit of each session over
	// the starting equity, less nothing for a riskless rate, and annualised with
	// the square root of 252 sessions a year. Sharpe divides by the sample standard
	// deviation (Sharpe 1994); Sortino by the root mean square of the losing
	// sessions over all sessions (Sortino and Price 1994, target 0). Both need two
	// sessions at least, and mean little before there are some dozens.
	Sharpe, Sortino float64
}

// SessionsPerYear annualises session figures.
const SessionsPerYear = 252

// Stats makes the figures of a run.
func (r *Result) Stats() Stats {
	s := Stats{
		WinRate: math.NaN(), ProfitFactor: math.NaN(), Expectancy: math.NaN(), AverageWin: math.NaN(), AverageLoss: math.NaN(),
		Trips: len(r.Trips),
	}
	s.trips(r.Trips)
	for i := range r.Fills {
		s.Contracts += r.Fills[i].Qty
	}
	if r.Open > 0 {
		s.Exposure = float64(r.InMarket) / float64(r.Open)
	}
	s.Sharpe, s.Sortino = ratios(r.Sessions, r.Start.Equity)
	return s
}

func (s *Stats) trips(trips []engine.RoundTrip) {
	var won, lost engine.Money
	var held, rest time.Duration // whole shares of the average, and what is left: the sum could overflow
	count := time.Duration(max(len(trips), 1))
	run := 0
	for i := range trips {
		t := &trips[i]
		net := t.Net()
		d := t.Closed.Sub(t.Opened)
		held, rest = held+d/count, rest+d%count
		if i == 0 || net > s.Best {
			s.Best = net
		}
		if i == 0 || net < s.Worst {
			s.Worst = net
		}
		run++
		switch {
		case net > 0:
			s.Wins++
			won += net
			run = 0
		case net < 0:
			s.Losses++
			lost -= net
		default:
			run = 0
		}
		s.LosingRun = max(s.LosingRun, run)
	}
	if s.Trips == 0 {
		return
	}
	n := float64(s.Trips)
	s.WinRate, s.Expectancy = float64(s.Wins)/n, (won-lost).Float()/n
	s.AverageHold = held + rest/count
	if s.Wins > 0 {
		s.AverageWin = won.Float() / float64(s.Wins)
	}
	if s.Losses > 0 {
		s.AverageLoss = -lost.Float() / float64(s.Losses)
		s.ProfitFactor = won.Float() / lost.Float()
	}
}

// ratios are the annualised Sharpe and Sortino ratios of session returns.
func ratios(sessions []Session, capital engine.Money) (sharpe, sortino float64) {
	n := float64(len(sessions))
	if len(sessions) < 2 || capital <= 0 {
		return math.NaN(), math.NaN()
	}
	// In units of money, where sums are exact: equal sessions have no deviation at all.
	var sum engine.Money
	for _, s := range sessions {
		sum += s.End - s.Start
	}
	mean := float64(sum) / n
	var square, down float64
	for _, s := range sessions {
		x := float64(s.End - s.Start)
		square += (x - mean) * (x - mean)
		if x < 0 {
			down += x * x
		}
	}
	year := math.Sqrt(SessionsPerYear)
	return ratio(mean, math.Sqrt(square/(n-1)), year), ratio(mean, math.Sqrt(down/n), year)
}

func ratio(mean, risk, year float64) float64 {
	if risk == 0 {
		return math.NaN()
	}
	return mean / risk * year
}
