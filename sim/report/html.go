package report

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"tollgate/engine"
)

// The parts of the page. lightweight-charts.js is the unchanged file
// dist/lightweight-charts.standalone.production.js of the npm package
// lightweight-charts, whose version stands in its first lines. To update it: npm
// pack lightweight-charts, copy that file, LICENSE and the notice over the old
// ones, run the tests, and look at a report in a browser.
var (
	//go:embed web/report.gohtml
	pageText string
	//go:embed web/report.css
	pageStyle string
	//go:embed web/report.js
	pageScript string
	//go:embed web/lightweight-charts.js
	chartScript string
	//go:embed web/lightweight-charts.NOTICE
	chartNotice string
)

var page = template.Must(template.New("report").Funcs(template.FuncMap{"class": class}).Parse(pageText))

// class is the CSS class of a tone.
func class(t tone) string { return [...]string{"", "good", "bad"}[t] }

// maxTradeRows is how many round trips the page lists; all are in trips.csv.
const maxTradeRows = 2000

// pageData is what the template shows.
type pageData struct {
	Title                    string
	Style                    template.CSS
	Library, Script, Data    template.JS
	Notice                   string
	Warnings, Notes          []string
	Cards                    []figure
	Account, Trips           []figure
	Facts                    []figure
	Annualised, Drawdown     string
	Charts                   []string // names of the instruments with a chart
	HasCurve                 bool
	Zone                     string
	Histogram                histogram
	Scatter                  scatter
	Tables                   []pageTable
	Trades                   []trade
	TradesMore               string
	ManyStrategies           bool
	Denials                  []pageDenial
	Rejects                  []tally
	Counts                   []figure
	Positions                []pagePosition
	Params                   []param
	Config, ScriptHash, Tier string
	Logs                     []pageLog
	LogsMore                 string
}

type pageTable struct {
	Title string
	Head  []string
	Rows  [][]cellView
}

type cellView struct {
	Text string
	Tone tone
}

type pageDenial struct{ Code, Count, Text string }

type pagePosition struct {
	Text, Profit string
	Tone         tone
}

type param struct{ Name, Value, Default, Doc string }

type pageLog struct {
	At        moment
	Who, Text string
}

// moment is a time for a <time> element: the page's script shows it in the zone chosen.
type moment struct {
	Millis int64
	Text   string // UTC
}

func momentOf(t engine.Time) moment {
	return moment{int64(t) / int64(time.Millisecond), stamp(t)}
}

// HTML writes the report as one page that needs nothing else: no network, no
// other file. Times are UTC until the reader chooses the exchange's zone.
func HTML(w io.Writer, run *Run) error {
	s := summarise(run)
	data, err := json.Marshal(s.chartData())
	if err != nil {
		return err
	}
	d := s.page()
	d.Style, d.Library, d.Script = template.CSS(pageStyle), template.JS(chartScript), template.JS(pageScript)
	d.Data = template.JS(data) // json.Marshal has escaped <, > and &
	return page.Execute(w, d)
}

func (s *summary) page() *pageData {
	run := s.run
	account, trips := s.figures()
	d := &pageData{
		Title: s.title(), Notice: strings.TrimSpace(chartNotice), Warnings: s.warnings(), Notes: run.Notes,
		Cards: cards(account, trips), Account: account, Trips: trips, Facts: s.facts(),
		Drawdown: s.drawdown(), HasCurve: len(s.r.Equity) > 0, Zone: s.zone(),
		Histogram: histogramOf(s.r.Trips), Scatter: scatterOf(s.r.Trips),
		ManyStrategies: s.strategies != nil, Rejects: s.rejects, Config: run.Config, ScriptHash: run.ScriptHash, Tier: run.Tier,
	}
	if len(run.Feeds) > 0 {
		d.Facts = append([]figure{{Label: "Feed", Value: strings.Join(run.Feeds, ", ")}}, d.Facts...)
	}
	if known(s.stats.Sharpe) || known(s.stats.Sortino) {
		d.Annualised = annualised
	}
	for _, c := range s.r.Charts {
		d.Charts = append(d.Charts, run.instrument(c.Instrument).Key)
	}
	s.pageLists(d)
	d.Trades, d.TradesMore = s.trades()
	return d
}

// cards are the figures shown large.
func cards(lists ...[]figure) (out []figure) {
	for _, label := range []string{"Net P&L", "Max drawdown", "Round trips", "Win rate", "Profit factor", "Sharpe"} {
		for _, f := range slices.Concat(lists...) {
			if f.Label == label {
				if strings.HasPrefix(f.Value, "n/a") {
					f.Value = "n/a"
				}
				out = append(out, f)
			}
		}
	}
	return out
}

// pageLists fills in the tables and lists.
func (s *summary) pageLists(d *pageData) {
	r := s.r
	d.Counts = []figure{
		{Label: "Intents", Value: count(r.Intents)},
		{Label: "Orders", Value: count(len(r.Orders))},
		{Label: "Fills", Value: count(len(r.Fills))},
		{Label: "Denials", Value: count(s.denials)},
		{Label: "Rejects", Value: count(r.Rejects)},
		{Label: "Open at the end", Value: count(s.open)},
	}
	d.Tables = s.pageTables()
	for _, x := range r.Denials {
		d.Denials = append(d.Denials, pageDenial{string(x.Code), count(x.Count), x.First.Text + limits(&x.First)})
	}
	for i := range r.Positions {
		p := &r.Positions[i]
		d.Positions = append(d.Positions, pagePosition{s.position(p), signed(p.Unrealized), toneOf(p.Unrealized)})
	}
	for _, p := range s.run.Params {
		d.Params = append(d.Params, param{p.Name, p.Value, p.Default, p.Doc})
	}
	for i, l := range r.Logs {
		if i == maxPageLogs {
			break
		}
		d.Logs = append(d.Logs, pageLog{momentOf(l.At), s.run.member(l.Strategy), l.Text})
	}
	if n := int64(len(r.Logs)-len(d.Logs)) + r.LogsDropped; n > 0 {
		d.LogsMore = count(n)
	}
}

// maxPageLogs is how many log lines the page shows; log.txt has more.
const maxPageLogs = 200

func (s *summary) pageTables() (out []pageTable) {
	for _, t := range []struct {
		title string
		table table
	}{
		{"Sessions", sessionTable(s.r.Sessions)},
		{"Instruments", rowTable("Instrument", s.instruments)},
		{"Strategies", rowTable("Strategy", s.strategies)},
	} {
		if len(t.table.rows) == 0 {
			continue
		}
		p := pageTable{Title: t.title, Head: t.table.head}
		for _, r := range t.table.rows {
			var row []cellView
			for _, c := range r {
				row = append(row, cellView{c.text, c.tone})
			}
			p.Rows = append(p.Rows, row)
		}
		out = append(out, p)
	}
	return out
}

// zone is where the exchange of the first instrument is; empty when unknown.
func (s *summary) zone() string {
	list := s.r.Charts
	if len(list) == 0 {
		return ""
	}
	c := s.run.instrument(list[0].Instrument).Calendar
	if c == nil || c.Zone == nil || c.Zone == time.UTC || c.Zone == time.Local {
		return ""
	}
	return c.Zone.String()
}

// trade is a row of the table of round trips.
type trade struct {
	N                                  int
	Opened, Closed                     moment
	Instrument, Strategy, Side         string
	Qty, Entry, Exit                   string
	Net, Fees, MAE, MFE, Held, HeldKey string
	Tone                               tone
}

func (s *summary) trades() (rows []trade, more string) {
	trips := s.r.Trips
	if n := len(trips); n > maxTradeRows {
		trips, more = trips[:maxTradeRows], count(n-maxTradeRows)
	}
	for i := range trips {
		rows = append(rows, s.trade(i, &trips[i]))
	}
	return rows, more
}

func (s *summary) trade(i int, t *engine.RoundTrip) trade {
	in := s.run.instrument(t.Instrument)
	side := "long"
	if t.Side == engine.Sell {
		side = "short"
	}
	held := t.Closed.Sub(t.Opened)
	return trade{
		N: i + 1, Opened: momentOf(t.Opened), Closed: momentOf(t.Closed), Instrument: in.Key, Strategy: s.run.member(t.Strategy),
		Side: side, Qty: count(t.MaxQty), Entry: average(in, t.Entry), Exit: average(in, t.Exit),
		Net: signed(t.Net()), Fees: money(t.Fees), MAE: money(t.MAE), MFE: money(t.MFE),
		Held: span(held), HeldKey: itoa(int(held)), Tone: toneOf(t.Net()),
	}
}
