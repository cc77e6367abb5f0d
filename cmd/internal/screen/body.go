package screen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/engine"
	"tollgate/engine/gateway"
)

// staleAfter is the age from which a quote is called old. It is the time after which
// the gateway subscribes again.
const staleAfter = time.Minute

// most is how wide a name may be.
const mostName = 20

// sections are the parts that can be shortened, the most important first.
func (d *drawing) sections() []section {
	return []section{d.positions(), d.orders(), d.quotes(), d.strategies(), d.denials(), d.events()}
}

// heading is the title of a section with so many rows.
func heading(name string, n int) line {
	if n == 0 {
		return line{{name, strong}, {"  none", faint}}
	}
	return line{{fmt.Sprintf("%s %d", name, n), strong}}
}

// finish names a section and says how many rows it should have.
func (s section) finish(name string, least int) section {
	s.name, s.least = name, least
	return s
}

// name is a strategy, with its account where there are several.
func (d *drawing) name(strategy, account string) span {
	if len(d.view.Accounts) > 1 {
		strategy = account + " " + strategy
	}
	return span{strategy, plain}
}

// positions: those that are open first.
func (d *drawing) positions() section {
	columns := []column{
		{most: mostName},
		{head: "instrument", most: mostName},
		{head: "qty", right: true},
		{head: "average", right: true, rank: 2},
		{head: "mark", right: true, rank: 3},
		{head: "open P&L", right: true},
		{head: "realised", right: true, rank: 1},
	}
	var open, flat [][]span
	for _, a := range d.view.Accounts {
		for _, p := range a.Positions {
			row := []span{
				d.name(p.Strategy, a.Name),
				{p.Instrument, plain},
				{fmt.Sprintf("%+d", p.Qty), strong},
				{p.Average, plain},
				{p.Mark, plain},
				profit(amount(p.Unrealized)), profit(amount(p.Realized)),
			}
			if p.Qty == 0 {
				row[2], row[5] = span{"flat", faint}, span{"-", faint}
				flat = append(flat, row)
			} else {
				open = append(open, row)
			}
		}
	}
	rows := slices.Concat(open, flat)
	if len(rows) == 0 {
		return section{title: heading("POSITIONS", 0)}.finish("positions", 0)
	}
	title := heading("POSITIONS", len(open))
	if len(open) == 0 {
		title = line{{"POSITIONS 0", strong}}
	}
	return table(title, columns, rows, d.room).finish("positions", 4)
}

func (d *drawing) orders() section {
	columns := []column{
		{most: mostName},
		{head: "instrument", most: mostName},
		{head: "order"},
		{head: "price", right: true},
		{head: "filled", right: true, rank: 2},
		{head: "state"},
		{head: "age", right: true, rank: 3},
		{head: "id", rank: 4},
	}
	var rows [][]span
	for _, a := range d.view.Accounts {
		for _, o := range a.Orders {
			rows = append(rows, []span{
				d.name(o.Strategy, a.Name),
				{o.Instrument, plain},
				{fmt.Sprintf("%s %d %s", o.Side, o.Qty, typeName(o.Type)), plain},
				{strings.TrimSpace(o.Stop + " " + o.Limit), plain},
				{fmt.Sprintf("%d/%d", o.Filled, o.Qty), plain},
				orderState(o.State),
				{age(d.view.Time.Sub(o.Sent)), plain},
				{o.ID, faint},
			})
		}
	}
	title := heading("ORDERS", len(rows))
	if a := d.view.Accounts; len(rows) > 0 && len(a) == 1 && a[0].Limits != nil && a[0].Limits.MaxWorking > 0 {
		title = title.and(fmt.Sprintf("/%d", a[0].Limits.MaxWorking), plain)
	}
	if len(rows) == 0 {
		return section{title: title}.finish("orders", 0)
	}
	return table(title, columns, rows, d.room).finish("orders", 4)
}

// typeName is the name of an order type as short as it is known.
func typeName(s string) string {
	if s == engine.StopMarket.String() {
		return "STOP"
	}
	return s
}

func orderState(s string) span {
	if s == engine.Unknown.String() {
		return span{"UNKNOWN", alarm}
	}
	return span{s, plain}
}

func (d *drawing) quotes() section {
	columns := []column{
		{most: mostName},
		{head: "bid", right: true},
		{head: "ask", right: true},
		{head: "last", right: true, rank: 1},
		{head: "age", right: true},
		{},
	}
	var rows [][]span
	for _, q := range d.view.Quotes {
		since := d.view.Time.Sub(q.Time)
		note := span{}
		if since >= staleAfter {
			note = span{"OLD", warning}
		}
		rows = append(rows, []span{{q.Instrument, plain}, {dash(q.Bid), plain}, {dash(q.Ask), plain}, {dash(q.Last), plain}, {age(since), note.style}, note})
	}
	title := heading("QUOTES", len(rows))
	if len(rows) == 0 {
		return section{title: title}.finish("quotes", 0)
	}
	return table(title, columns, rows, d.room).finish("quotes", 3)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// strategies: those that do not run first, then those about which there is something
// to say.
func (d *drawing) strategies() section {
	columns := []column{
		{most: mostName},
		{head: "instrument", most: mostName},
		{head: "state"},
		{head: "version", rank: 2},
		{head: "since", rank: 1},
		{rank: 3, tail: true},
	}
	var rows, noted, well [][]span
	for _, s := range d.view.Strategies {
		since := "start"
		if s.Since != engine.NoTime {
			since = clock(s.Since, d.view.Time)
		}
		row := []span{d.name(s.Name, s.Account), {s.Instrument, plain}, {s.State, good}, {s.Version[:min(12, len(s.Version))], faint}, {since, plain}, {s.Reason, plain}}
		switch {
		case s.State != gateway.StrategyRunning:
			row[2] = span{strings.ToUpper(s.State), alarm}
			rows = append(rows, row)
		case s.Reason != "":
			noted = append(noted, row)
		default:
			well = append(well, row)
		}
	}
	rows = slices.Concat(rows, noted, well)
	title := heading("STRATEGIES", len(rows))
	if len(rows) == 0 {
		return section{title: title}.finish("strategies", 0)
	}
	return table(title, columns, rows, d.room).finish("strategies", 1)
}

// denials: the rule and its numbers first, then what was asked for.
func (d *drawing) denials() section {
	s := section{title: heading("DENIALS", int(min(d.view.Stats.Denials, 1<<30)))}
	for _, x := range d.view.Denials {
		l := text(spaces(indent)+clock(x.Time, d.view.Time)+"  ").and(d.name(x.Strategy, x.Account).text+" ", plain).and(string(x.Code), warning)
		if x.Count > 1 {
			l = l.and(fmt.Sprintf(" x%d", x.Count), plain)
		}
		if x.Limit != "" {
			l = l.and(fmt.Sprintf(": limit %s, would be %s", x.Limit, x.Value), plain)
		}
		s.rows = append(s.rows, l.and(" · "+x.Instrument+" "+x.Order, plain).and(" · "+x.Text, faint))
	}
	return s.finish("denials", 1)
}

func (d *drawing) events() section {
	s := section{title: line{{"EVENTS", strong}, {"  newest first", faint}}, log: true}
	if len(d.view.Events) == 0 {
		s.title = heading("EVENTS", 0)
	}
	for _, e := range d.view.Events {
		l := text(spaces(indent) + clock(e.Time, d.view.Time) + "  ")
		if e.Kind == gateway.EventAlarm {
			l = l.and("ALARM ", alarm)
		}
		if len(d.view.Accounts) > 1 && e.Account != "" {
			l = l.and(e.Account+" ", plain)
		}
		s.rows = append(s.rows, l.and(e.Text, eventStyles[e.Kind]))
	}
	return s.finish("events", 3)
}

var eventStyles = map[string]style{gateway.EventFill: strong, gateway.EventUnknown: warning}
