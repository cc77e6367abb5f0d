package report

import (
	"tollgate/engine"
	"tollgate/sim"
)

// maxRows is how many rows of a table the terminal shows.
const maxRows = 12

func (p *printer) tables() {
	if n := len(p.s.r.Sessions); n > 0 {
		p.table(sessionTable(p.s.r.Sessions))
	}
	p.table(rowTable("Instrument", p.s.instruments))
	p.table(rowTable("Strategy", p.s.strategies))
}

func (p *printer) table(t table) {
	if len(t.rows) == 0 {
		return
	}
	if n := len(t.rows); n > maxRows {
		t.rows, t.more = t.rows[:maxRows], n-maxRows
	}
	for _, r := range t.rows {
		r[0].text = clean(r[0].text)
	}
	p.line("")
	for _, l := range t.lines(p.o.Width, p.paint) {
		p.line(l)
	}
}

func sessionTable(sessions []sim.Session) table {
	t := table{head: []string{"Session", "Net P&L", "Fees", "Fills", "Trips", "Equity"}}
	for _, s := range sessions {
		net := s.End - s.Start
		t.rows = append(t.rows, []cell{
			{text: day(s.Date)},
			{signed(net), toneOf(net)},
			{text: money(s.Fees)},
			{text: count(s.Fills)},
			{text: count(s.Trips)},
			{text: money(s.End)},
		})
	}
	return t
}

func rowTable(name string, rows []row) table {
	t := table{head: []string{name, "Net P&L", "Fees", "Fills", "Trips", "Won", "Held"}}
	for i := range rows {
		r := &rows[i]
		won := "n/a"
		if r.Trips > 0 {
			won = percent(float64(r.Wins)/float64(r.Trips), "n/a")
		}
		t.rows = append(t.rows, []cell{
			{text: r.Name},
			{signed(r.Net()), toneOf(r.Net())},
			{text: money(r.Fees)},
			{text: count(r.Fills)},
			{text: count(r.Trips)},
			{text: won},
			{text: held(r.Position)},
		})
	}
	return t
}

// held prints a position with its sign.
func held(q engine.Qty) string {
	if q > 0 {
		return "+" + count(q)
	}
	return count(q)
}

// position is an open position in words, its profit left to the caller.
func (s *summary) position(x *sim.Position) string {
	in := s.run.instrument(x.Instrument)
	who := ""
	if s.strategies != nil {
		who = s.run.member(x.Strategy) + " "
	}
	return who + held(x.Qty) + " " + in.Key + " from " + entryPrice(in, x) + ", mark " + price(in, x.Mark) + ", unrealised"
}

// entryPrice is the average price of an open position.
func entryPrice(in *engine.Instrument, x *sim.Position) string {
	points := in.Point
	if x.Qty == 0 || points.IsZero() {
		return "unknown"
	}
	per := x.Cost.Decimal().DivRound(points.Mul(quantity(x.Qty)), 12)
	return between(in, per)
}
