package report

import (
	"fmt"
	"math"
	"strings"
)

const (
	fewTrips    = 30 // round trips below which the figures are said to mean little
	fewSessions = 20 // sessions below which Sharpe and Sortino are
	maxHalted   = 5  // halted strategies named one by one
)

// warnings are what a reader must know before believing the figures, gravest first.
func (s *summary) warnings() []string {
	var w []string
	say := func(when bool, format string, args ...any) {
		if when {
			w = append(w, fmt.Sprintf(format, args...))
		}
	}
	r := s.r
	say(r.Ignored > 0, "%s made no sense to the desk and %s ignored: a fault in the program, not in the strategy. Do not trust this run.",
		plural(r.Ignored, "report"), were(r.Ignored))
	w = append(w, s.halted()...)
	w = append(w, s.run.Warnings...)
	say(r.Events == 0, "The feed has no market events for these instruments and this time.")
	say(r.Events > 0 && len(r.Orders) == 0 && s.denials == 0, "The strategy asked for no orders.")
	say(len(r.Orders) == 0 && s.denials > 0, "Nothing was sent: all orders were denied.")
	say(s.stats.Trips > 0 && s.stats.Trips < fewTrips, "Only %s: below %d the figures mean little.", plural(s.stats.Trips, "round trip"), fewTrips)
	say(!math.IsNaN(s.stats.Sharpe) && len(r.Sessions) < fewSessions, "Sharpe and Sortino come from %s: below %d they mean next to nothing.",
		plural(len(r.Sessions), "session"), fewSessions)
	say(r.Throttled > 0, "%s for want of request budget: live, they would have been too late as well.", wasThrottled(r.Throttled))
	say(r.Outside > 0, "%s of %s printed outside the recorded bid and ask: the book and the trades of this feed do not always agree.",
		count(r.Outside), plural(r.Trades, "trade"))
	say(r.Hollow > 0, "%s of %s show a price with a size of 0, and nothing is believed to be there: a market order pays the next prices. If the source writes 0 where it does not know, leave those sizes empty.",
		count(r.Hollow), plural(r.Quotes, "quote"))
	say(s.open > 0, "%s still open at the end of the recording.", isAre(s.open, "order"))
	say(len(r.Positions) > 0, "%s still open at the end: net P&L counts the price to close, not the fee for it.", isAre(len(r.Positions), "position"))
	say(len(s.run.AbsentLimits) > 0, "Not enforced, because not set: %s.", strings.Join(s.run.AbsentLimits, ", "))
	say(r.LogsDropped > 0, "%s of the strategies beyond the first %s not kept.", plural(r.LogsDropped, "log line"), count(len(r.Logs)))
	return w
}

func (s *summary) halted() (w []string) {
	for i, h := range s.r.Halts {
		if i == maxHalted {
			return append(w, plural(len(s.r.Halts)-maxHalted, "more strategy instance")+" stopped before the end.")
		}
		w = append(w, fmt.Sprintf("%s stopped at %s UTC: %s", s.run.member(h.Strategy), stamp(h.At), h.Text))
	}
	return w
}

func were(n uint64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func isAre(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return plural(n, what) + " are"
}

func wasThrottled(n int64) string {
	if n == 1 {
		return "1 intent was refused"
	}
	return plural(n, "intent") + " were refused"
}
