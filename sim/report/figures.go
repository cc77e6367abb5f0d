package report

import "tollgate/engine"

// tone is how a figure is to be coloured.
type tone uint8

const (
	plain tone = iota
	good
	bad
)

func toneOf(m engine.Money) tone {
	switch {
	case m > 0:
		return good
	case m < 0:
		return bad
	}
	return plain
}

// figure is one number of the report with its name.
type figure struct {
	Label, Value string
	Tone         tone
}

// account figures, then those of the round trips.
func (s *summary) figures() (account, trips []figure) {
	return s.accountFigures(), s.tripFigures()
}

// accountFigures are exact, so that start and net P&L make the end.
func (s *summary) accountFigures() []figure {
	r, why := s.r, "n/a"
	if len(r.Sessions) < 2 {
		why = "n/a, needs 2 sessions"
	}
	return []figure{
		{"Net P&L", plus(r.Net()) + exact(r.Net()), toneOf(r.Net())},
		{"Fees paid", exact(r.Fees), plain},
		{"Start equity", exact(r.Start.Equity), plain},
		{"End equity", exact(r.End.Equity), plain},
		{"Max drawdown", exact(r.MaxDrawdown), plain},
		{"Sharpe", ratio(s.stats.Sharpe, why), plain},
		{"Sortino", ratio(s.stats.Sortino, why), plain},
		{"Exposure", percent(s.stats.Exposure, "n/a"), plain},
		{"Contracts traded", count(s.stats.Contracts), plain},
	}
}

func (s *summary) tripFigures() []figure {
	t := &s.stats
	factor := "n/a"
	if t.Wins > 0 && t.Losses == 0 {
		factor = "n/a, no losses"
	}
	best, worst, hold := "n/a", "n/a", "n/a"
	if t.Trips > 0 {
		best, worst, hold = signed(t.Best), signed(t.Worst), span(t.AverageHold)
	}
	return []figure{
		{"Round trips", count(t.Trips), plain},
		{"Win rate", percent(t.WinRate, "n/a"), plain},
		{"Profit factor", ratio(t.ProfitFactor, factor), plain},
		{"Expectancy", amount(t.Expectancy, "n/a"), plain},
		{"Average win", amount(t.AverageWin, "n/a"), plain},
		{"Average loss", amount(t.AverageLoss, "n/a"), plain},
		{"Best, worst", best + ", " + worst, plain},
		{"Longest losing run", count(t.LosingRun), plain},
		{"Average holding", hold, plain},
	}
}

// annualised says what the two ratios are made of.
const annualised = "Sharpe and Sortino: profit per session over starting equity, no riskless rate, times the square root of 252."

// facts are what ran, on what and how, as label and text.
func (s *summary) facts() []figure {
	run, r := s.run, s.r
	f := []figure{{Label: "Period", Value: period(r.First, r.Last)}}
	if r.First != engine.NoTime {
		f[0].Value += ", " + plural(len(r.Sessions), "session")
	}
	f = append(f, figure{Label: "Events", Value: s.events()})
	if len(run.Params) > 0 {
		f = append(f, figure{Label: "Parameters", Value: s.params()})
	}
	f = append(f, figure{Label: "Fill model", Value: s.model()})
	return append(f, figure{Label: "Decisions", Value: r.Hash.String() + ", seed " + itoa(int(run.Seed))})
}

func (s *summary) events() string {
	r := s.r
	text := count(r.Events) + ": " + plural(r.Quotes, "quote") + ", " + plural(r.Trades, "trade")
	if r.Crossed > 0 {
		text += ", " + count(r.Crossed) + " crossed"
	}
	if r.Locked > 0 {
		text += ", " + count(r.Locked) + " locked"
	}
	return text
}

func (s *summary) params() string {
	text := ""
	for i, p := range s.run.Params {
		if i > 0 {
			text += ", "
		}
		text += p.Name + "=" + p.Value
	}
	return text
}

func (s *summary) model() string {
	text := s.run.FillModel
	if text == "" {
		text = "unknown"
	}
	if s.run.Trigger != "" {
		text += ", stops trigger on " + s.run.Trigger
	}
	if s.run.Latency > 0 {
		return text + ", latency " + s.run.Latency.String() + " each way"
	}
	return text + ", no latency"
}

// drawdown says when the deepest fall was.
func (s *summary) drawdown() string {
	if s.r.MaxDrawdown == 0 {
		return ""
	}
	return "Deepest drawdown " + period(s.r.DrawdownFrom, s.r.DrawdownTo) + ", " + span(s.r.DrawdownTo.Sub(s.r.DrawdownFrom)) + "."
}
