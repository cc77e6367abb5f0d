package report

import (
	"bufio"
	"io"
	"strings"

	"tollgate/engine"
	"tollgate/sim/tune"
)

// SweepTerminal writes a sweep as text. It returns the first error of w.
func SweepTerminal(w io.Writer, s *Sweep, o TerminalOptions) error {
	if o.Width == 0 {
		o.Width = 100
	}
	o.Width = min(max(o.Width, 60), 160)
	p := &printer{w: bufio.NewWriter(w), o: o}
	p.line(fit(clean(s.title()), o.Width))
	rule := "─"
	if o.ASCII {
		rule = "-"
	}
	p.line(strings.Repeat(rule, o.Width))
	for _, f := range s.facts() {
		p.block(f.Label, f.Value)
	}
	if s.Walk != nil {
		p.sweepTable("Windows", s.windowTable())
		p.joinedTests(s)
	} else {
		p.sweepTable("Best runs", s.bestTable(s.top()))
	}
	p.verdict(s)
	p.resampled(s)
	p.sweepPoints("Notes", "-", s.Notes, "")
	p.sweepPoints("Warnings", "!", s.warnings(), yellow)
	return p.w.Flush()
}

func (s *Sweep) top() int {
	if s.Top == 0 {
		return 10
	}
	return s.Top
}

func (p *printer) sweepTable(title string, t table) {
	p.heading(title)
	for _, l := range t.lines(p.o.Width, p.paint) {
		p.line(l)
	}
}

// bestTable is the best n runs.
func (s *Sweep) bestTable(n int) table {
	t := table{head: []string{"#"}}
	for _, a := range s.Space {
		t.head = append(t.head, clean(a.Name))
	}
	t.head = append(t.head, s.columns()...)
	for rank, i := range s.Order {
		if rank == n {
			t.more = len(s.Order) - n
			break
		}
		r := &s.Runs[i]
		row := []cell{{text: itoa(rank + 1)}}
		for k, a := range s.Space {
			row = append(row, cell{text: clean(a.Values[r.Point[k]])})
		}
		t.rows = append(t.rows, append(row, s.cells(r)...))
	}
	return t
}

// columns are the figures of a run; the objective comes first and is not repeated.
func (s *Sweep) columns() []string {
	head := []string{s.Objective.Name}
	for _, c := range sweepColumns {
		if c.objective != s.Objective.Name {
			head = append(head, c.head)
		}
	}
	return append(head, "neighbours")
}

var sweepColumns = []struct {
	objective, head string
	cell            func(f *tune.Figures) cell
}{
	{"net", "net", func(f *tune.Figures) cell { return cell{signed(f.Net), toneOf(f.Net)} }},
	{"drawdown", "drawdown", func(f *tune.Figures) cell { return cell{text: money(f.MaxDrawdown)} }},
	{"", "trips", func(f *tune.Figures) cell { return cell{text: count(f.Trips)} }},
	{"win_rate", "wins", func(f *tune.Figures) cell { return cell{text: percent(float64(f.WinRate), "n/a")} }},
	{"profit_factor", "factor", func(f *tune.Figures) cell { return cell{text: ratio(float64(f.ProfitFactor), "n/a")} }},
	{"sharpe", "sharpe", func(f *tune.Figures) cell { return cell{text: ratio(float64(f.Sharpe), "n/a")} }},
}

func (s *Sweep) cells(r *SweepRun) []cell {
	if r.Error != "" {
		row := []cell{{text: "stopped", tone: bad}}
		for range len(s.columns()) - 1 {
			row = append(row, cell{text: "-"})
		}
		return row
	}
	row := []cell{{text: s.score(r.Score)}}
	if r.fault() != "" {
		row[0] = cell{text: "stopped", tone: bad}
	}
	for _, c := range sweepColumns {
		if c.objective != s.Objective.Name {
			row = append(row, c.cell(&r.Figures))
		}
	}
	return append(row, cell{text: s.around(&r.Around, r.Score)})
}

// windowTable is the steps of a walk.
func (s *Sweep) windowTable() table {
	t := table{head: []string{"tested"}}
	for _, a := range s.Space {
		t.head = append(t.head, clean(a.Name))
	}
	if s.Objective.Name != "net" {
		t.head = append(t.head, "train "+s.Objective.Name)
	}
	t.head = append(t.head, "train net", "test net", "test drawdown", "test trips")
	for i := range s.Walk.Windows {
		t.rows = append(t.rows, s.windowRow(&s.Walk.Windows[i]))
	}
	return t
}

func (s *Sweep) windowRow(w *SweepWindow) []cell {
	dates := day(w.First)
	if w.Last != w.First {
		dates += " to " + day(w.Last)
	}
	row := []cell{{text: dates}}
	for k, a := range s.Space {
		text := "-"
		if !w.Idle {
			text = clean(a.Values[w.Point[k]])
		}
		row = append(row, cell{text: text})
	}
	if s.Objective.Name != "net" {
		row = append(row, cell{text: s.score(w.Score)})
	}
	if w.Idle {
		return append(row, cell{text: "-"}, cell{text: "idle"}, cell{text: "-"}, cell{text: "-"})
	}
	row = append(row, cell{signed(w.In.Net), toneOf(w.In.Net)})
	if w.Error != "" {
		return append(row, cell{text: "stopped", tone: bad}, cell{text: "-"}, cell{text: "-"})
	}
	return append(row, cell{signed(w.Out.Net), toneOf(w.Out.Net)}, cell{text: money(w.Out.MaxDrawdown)}, cell{text: count(w.Out.Trips)})
}

// joinedTests are the figures of a walk's tests, joined.
func (p *printer) joinedTests(s *Sweep) {
	p.heading("Out of sample, all tests joined")
	for _, f := range s.joinedFigures() {
		p.line("  " + f.Label + strings.Repeat(" ", max(30-width(f.Label), 1)) + p.paint(f.Value, f.Tone))
	}
	for _, l := range plot(s.Walk.Equity, min(p.o.Width, 100), p.o.ASCII) {
		p.line(l)
	}
}

func (s *Sweep) joinedFigures() []figure {
	f := &s.Walk.Figures
	list := []figure{
		{Label: "Net P&L", Value: signed(f.Net), Tone: toneOf(f.Net)},
		{Label: "Max drawdown", Value: money(f.MaxDrawdown)},
		{Label: "Sessions", Value: count(f.Sessions)},
		{Label: "Round trips", Value: count(f.Trips)},
		{Label: "Win rate", Value: percent(float64(f.WinRate), "n/a")},
		{Label: "Profit factor", Value: ratio(float64(f.ProfitFactor), "n/a")},
		{Label: "Sharpe", Value: ratio(float64(f.Sharpe), "n/a")},
		{Label: "Sortino", Value: ratio(float64(f.Sortino), "n/a")},
	}
	switch s.Objective.Name {
	case "net", "drawdown", "win_rate", "profit_factor", "sharpe", "sortino":
		return list
	}
	return append(list, figure{Label: s.Objective.Name, Value: s.score(s.Walk.Score)})
}

func (p *printer) verdict(s *Sweep) {
	list := s.verdict()
	if len(list) == 0 {
		return
	}
	p.heading("How far to believe it")
	for _, f := range list {
		p.line("  " + f.Label + strings.Repeat(" ", max(40-width(f.Label), 1)) + f.Value)
	}
}

// resampled is the Monte Carlo of trade order.
func (p *printer) resampled(s *Sweep) {
	if len(s.MonteCarlo) == 0 {
		return
	}
	p.heading("Round trips dealt anew, " + plural(s.MonteCarlo[0].Samples, "time"))
	t := monteCarloTable(s.MonteCarlo)
	for _, l := range t.lines(p.o.Width, p.paint) {
		p.line(l)
	}
	b := s.MonteCarlo[len(s.MonteCarlo)-1]
	p.prose("The order that happened had a drawdown of " + money(b.Happened) + "; " + percent(float64(s.MonteCarlo[0].Deeper), "n/a") +
		" of the orders have a deeper one. Drawn anew, " + percent(float64(b.Loss), "n/a") + " end with a loss. A position still open at the end is not among them.")
}

func monteCarloTable(list []tune.Resampled) table {
	t := table{head: []string{""}}
	for _, p := range tune.Percentiles {
		t.head = append(t.head, itoa(p)+" %")
	}
	row := func(name string, at []engine.Money) {
		r := []cell{{text: name}}
		for _, m := range at {
			r = append(r, cell{text: money(m)})
		}
		t.rows = append(t.rows, r)
	}
	for i := range list {
		m := &list[i]
		row("fall, "+m.Method, m.Drawdown.At)
		if m.Method != "shuffle" { // the sum of the same trips is the same in any order
			row("end, "+m.Method, m.End.At)
		}
	}
	return t
}

func (p *printer) sweepPoints(title, mark string, list []string, color string) {
	if len(list) == 0 {
		return
	}
	p.heading(title)
	for _, n := range list {
		p.point(mark, n, color)
	}
}
