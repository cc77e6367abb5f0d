package report

import (
	"cmp"
	"slices"

	"tollgate/engine"
	"tollgate/sim"
)

// summary is what all outputs are made from, so that they cannot disagree.
type summary struct {
	run         *Run
	r           *sim.Result
	stats       sim.Stats
	denials     int64
	open        int // orders that could still fill at the end
	instruments []row
	strategies  []row // empty unless there are several names
	rejects     []tally
}

// row is a share of the result: of one instrument, or of one strategy.
type row struct {
	Name                 string
	Fills, Trips, Wins   int
	Contracts            engine.Qty
	Position             engine.Qty // signed, at the end
	Realized, Unrealized engine.Money
	Fees                 engine.Money
}

// Net is realised and unrealised profit, fees taken off.
func (r *row) Net() engine.Money { return r.Realized + r.Unrealized - r.Fees }

// tally is a text and how often it was said.
type tally struct {
	Text  string
	Count int
}

func summarise(run *Run) *summary {
	s := &summary{run: run, r: run.Result, stats: run.Result.Stats()}
	for _, d := range s.r.Denials {
		s.denials += d.Count
	}
	s.orders()
	s.instruments = s.rows(func(_ engine.StrategyID, i engine.InstrumentID) string { return run.instrument(i).Key })
	s.strategies = s.rows(func(m engine.StrategyID, _ engine.InstrumentID) string { return run.member(m) })
	if len(s.strategies) < 2 {
		s.strategies = nil
	}
	return s
}

func (s *summary) orders() {
	for i := range s.r.Orders {
		o := &s.r.Orders[i]
		if !o.State.Terminal() {
			s.open++
		}
		if o.State == engine.Refused {
			s.rejected(o.Reason)
		}
	}
	slices.SortStableFunc(s.rejects, func(a, b tally) int { return cmp.Compare(b.Count, a.Count) })
}

func (s *summary) rejected(reason string) {
	for i := range s.rejects {
		if s.rejects[i].Text == reason {
			s.rejects[i].Count++
			return
		}
	}
	s.rejects = append(s.rejects, tally{reason, 1})
}

// rows shares out the result by name, in the order of the strategy instances.
func (s *summary) rows(name func(engine.StrategyID, engine.InstrumentID) string) []row {
	g := grouping{at: map[string]int{}}
	for i, m := range s.r.Members {
		g.row(name(engine.StrategyID(i), m.Instrument))
	}
	for i := range s.r.Fills {
		f := &s.r.Fills[i]
		r := g.row(name(f.Strategy, f.Instrument))
		r.Fills++
		r.Contracts += f.Qty
		r.Realized += f.Realized
		r.Fees += f.Fee
	}
	for i := range s.r.Trips {
		t := &s.r.Trips[i]
		r := g.row(name(t.Strategy, t.Instrument))
		r.Trips++
		if t.Net() > 0 {
			r.Wins++
		}
	}
	for _, p := range s.r.Positions {
		r := g.row(name(p.Strategy, p.Instrument))
		r.Position += p.Qty
		r.Unrealized += p.Unrealized
	}
	return g.list
}

// grouping finds or begins the row of a name.
type grouping struct {
	list []row
	at   map[string]int
}

func (g *grouping) row(name string) *row {
	i, ok := g.at[name]
	if !ok {
		i = len(g.list)
		g.at[name] = i
		g.list = append(g.list, row{Name: name})
	}
	return &g.list[i]
}

// title says what ran on what.
func (s *summary) title() string {
	title := "Backtest"
	if s.run.Strategy != "" {
		title += " of " + s.run.Strategy
	}
	switch n := len(s.instruments); {
	case n == 1:
		title += " on " + s.instruments[0].Name
	case n > 1:
		title += " on " + plural(n, "instrument")
	}
	return title
}
