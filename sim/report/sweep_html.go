package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"tollgate/sim"
	"tollgate/sim/tune"
)

// The parts of a sweep's page, which has the style of a backtest's.
var (
	//go:embed web/sweep.gohtml
	sweepText string
	//go:embed web/sweep.css
	sweepStyle string
	//go:embed web/sweep.js
	sweepScript string
)

var sweepPage = template.Must(template.New("sweep").Funcs(template.FuncMap{"class": class}).Parse(sweepText))

// Bounds of the page.
const (
	maxSweepRows  = 500    // runs listed; all are in runs.csv
	maxSweepCells = 20_000 // runs in the heat map
)

// sweepData is what the template shows.
type sweepData struct {
	Title           string
	Style           template.CSS
	Script, Data    template.JS
	Warnings, Notes []string
	Cards, Facts    []figure
	Verdict         []figure
	Map             bool
	MapNote         string
	Runs            *pageTable
	RunsMore        string
	Windows         *pageTable
	Joined          []figure
	Curve           *curveView
	MonteCarlo      *pageTable
	MonteCarloNote  string
	Params          []param
	Hash            string
}

// SweepHTML writes a sweep as one page that needs nothing else.
func SweepHTML(w io.Writer, s *Sweep) error {
	data, err := json.Marshal(s.mapData())
	if err != nil {
		return err
	}
	d := s.page()
	d.Style, d.Script = template.CSS(pageStyle+sweepStyle), template.JS(sweepScript)
	d.Data = template.JS(data) // json.Marshal has escaped <, > and &
	return sweepPage.Execute(w, d)
}

func (s *Sweep) page() *sweepData {
	d := &sweepData{
		Title: s.title(), Warnings: s.warnings(), Notes: s.Notes, Facts: s.facts(), Verdict: s.verdict(), Hash: s.ScriptHash,
		Cards: s.cards(), Map: s.Walk == nil && len(s.Runs) > 0,
	}
	if n := len(s.Runs) - maxSweepCells; n > 0 {
		d.MapNote = "The map has the best " + count(maxSweepCells) + " runs; all are in runs.csv."
	}
	if s.Walk != nil {
		t := view("Windows", s.windowTable())
		d.Windows, d.Joined, d.Curve = &t, s.joinedFigures(), curveOf(s.Walk.Equity)
	} else {
		table := s.bestTable(maxSweepRows)
		t := view("Runs, best first", table)
		d.Runs = &t
		if table.more > 0 {
			d.RunsMore = count(table.more)
		}
	}
	if len(s.MonteCarlo) > 0 {
		t := view("Round trips dealt anew", monteCarloTable(s.MonteCarlo))
		d.MonteCarlo, d.MonteCarloNote = &t, monteCarloNote(s.MonteCarlo)
	}
	for _, p := range s.Params {
		d.Params = append(d.Params, param{p.Name, s.tried(p.Name, p.Value), p.Default, p.Doc})
	}
	return d
}

// tried is what a parameter was set to.
func (s *Sweep) tried(name, value string) string {
	for _, a := range s.Space {
		if a.Name == name {
			return span2(a.Values)
		}
	}
	return value
}

// span2 names a list by its ends where it is long.
func span2(values []string) string {
	if len(values) <= 4 {
		return strings.Join(values, ", ")
	}
	return values[0] + ", " + values[1] + " ... " + values[len(values)-1]
}

func view(title string, t table) pageTable {
	out := pageTable{Title: title, Head: t.head}
	for _, r := range t.rows {
		var row []cellView
		for _, c := range r {
			row = append(row, cellView{c.text, c.tone})
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// cards are the figures shown large.
func (s *Sweep) cards() []figure {
	if s.Walk != nil {
		list := s.joinedFigures()
		return append([]figure{list[0], list[1], list[3], list[5], list[6]}, figure{Label: "Efficiency", Value: figures(s.Walk.Efficiency)})
	}
	b := s.best()
	if b == nil {
		return nil
	}
	dsr := "n/a"
	if s.Deflated != nil {
		dsr = percent(float64(s.Deflated.DSR), "n/a")
	}
	return []figure{
		{Label: "Best " + s.Objective.Name, Value: s.score(b.Score)},
		{Label: "Parameters", Value: s.Space.Text(b.Point)},
		{Label: "Net P&L", Value: signed(b.Figures.Net), Tone: toneOf(b.Figures.Net)},
		{Label: "Max drawdown", Value: money(b.Figures.MaxDrawdown)},
		{Label: "Neighbours", Value: s.around(&b.Around, b.Score)},
		{Label: "Deflated Sharpe", Value: dsr},
	}
}

func monteCarloNote(list []tune.Resampled) string {
	m, b := &list[0], &list[len(list)-1]
	return fmt.Sprintf("%s samples each. Shuffled: the same round trips in other orders, which changes the drawdown and not the sum. Bootstrap: drawn with repetition. "+
		"The order that happened fell by %s; %s of the orders fall deeper. Of the bootstrap, %s end with a loss. Falls within a round trip are not in it, nor is a position still open at the end.",
		count(m.Samples), money(m.Happened), percent(float64(m.Deeper), "n/a"), percent(float64(b.Loss), "n/a"))
}

// mapView is the data of the heat map.
type mapView struct {
	Axes    []axisView   `json:"axes"`
	Metrics []metricView `json:"metrics"`
	Runs    []runView    `json:"runs"` // best first
}

type axisView struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

type metricView struct {
	Name  string  `json:"name"`
	Money bool    `json:"money"`
	Zero  float64 `json:"zero"` // neither good nor bad
	Less  bool    `json:"less"` // less is better
}

type runView struct {
	P tune.Point    `json:"p"`
	V []tune.Number `json:"v"` // by metric; null = none
	E string        `json:"e,omitempty"`
}

// mapMetrics are what the map can show besides the objective.
var mapMetrics = []struct {
	metricView
	value func(f *tune.Figures) tune.Number
}{
	{metricView{Name: "net", Money: true}, func(f *tune.Figures) tune.Number { return tune.Number(f.Net.Float()) }},
	{metricView{Name: "max drawdown", Money: true, Less: true}, func(f *tune.Figures) tune.Number { return tune.Number(f.MaxDrawdown.Float()) }},
	{metricView{Name: "round trips"}, func(f *tune.Figures) tune.Number { return tune.Number(f.Trips) }},
	{metricView{Name: "win_rate", Zero: 0.5}, func(f *tune.Figures) tune.Number { return f.WinRate }},
	{metricView{Name: "profit_factor", Zero: 1}, func(f *tune.Figures) tune.Number { return f.ProfitFactor }},
	{metricView{Name: "sharpe"}, func(f *tune.Figures) tune.Number { return f.Sharpe }},
}

// neutral is the value of an objective that is neither good nor bad.
func neutral(o *tune.Objective) float64 {
	for _, m := range mapMetrics {
		if m.Name == o.Name {
			return m.Zero
		}
	}
	return 0
}

func (s *Sweep) mapData() *mapView {
	m := &mapView{Runs: []runView{}, Axes: []axisView{}}
	for _, a := range s.Space {
		m.Axes = append(m.Axes, axisView{a.Name, a.Values})
	}
	m.Metrics = []metricView{
		{Name: s.Objective.Name, Money: s.Objective.Money, Zero: neutral(s.Objective)},
		{Name: "mean of neighbours", Money: s.Objective.Money, Zero: neutral(s.Objective)},
	}
	for _, x := range mapMetrics {
		if x.Name != s.Objective.Name {
			m.Metrics = append(m.Metrics, x.metricView)
		}
	}
	for _, i := range s.Order {
		if len(m.Runs) == maxSweepCells {
			break
		}
		r := &s.Runs[i]
		v := runView{P: r.Point, V: []tune.Number{r.Score, r.Around.Mean}, E: r.fault()}
		for _, x := range mapMetrics {
			if x.Name != s.Objective.Name && r.Error == "" {
				v.V = append(v.V, x.value(&r.Figures))
			}
		}
		m.Runs = append(m.Runs, v)
	}
	return m
}

// curveView is an equity curve as an SVG path in a box of 1000 by 200.
type curveView struct{ Path, High, Low, From, To string }

func curveOf(points []sim.EquityPoint) *curveView {
	if len(points) < 2 {
		return nil
	}
	low, high := points[0].Equity, points[0].Equity
	for _, p := range points {
		low, high = min(low, p.Equity), max(high, p.Equity)
	}
	if low == high {
		return nil
	}
	var b strings.Builder
	last := -1
	for i, p := range points {
		x := i * 1000 / (len(points) - 1)
		if x == last && i != len(points)-1 {
			continue
		}
		last = x
		fmt.Fprintf(&b, "%s%d %.1f", [2]string{"M", "L"}[min(i, 1)], x, 200*(high-p.Equity).Float()/(high-low).Float())
	}
	from, to := axisTimes(points[0].At, points[len(points)-1].At)
	return &curveView{b.String(), money(high), money(low), from, to}
}
