package report

import (
	"bufio"
	"io"
	"strings"
	"time"

	"tollgate/engine"
)

const hour = time.Hour

// TerminalOptions say what the terminal can show.
type TerminalOptions struct {
	Width int  // characters in a line; 0 = 80; held to 60 ... 120
	Color bool // ANSI colours for profit, loss and warnings; nothing else is coloured
	ASCII bool // no character beyond ASCII
}

// Terminal writes the report as text. It returns the first error of w.
func Terminal(w io.Writer, run *Run, o TerminalOptions) error {
	if o.Width == 0 {
		o.Width = 80
	}
	o.Width = min(max(o.Width, 60), 120)
	p := &printer{w: bufio.NewWriter(w), o: o, s: summarise(run)}
	p.header()
	p.figures()
	p.curve()
	p.orders()
	p.tables()
	p.positions()
	p.notes()
	p.warnings()
	return p.w.Flush()
}

// printer writes one report. Errors are kept by the buffered writer until Flush.
type printer struct {
	w *bufio.Writer
	o TerminalOptions
	s *summary
}

// The colours, as ANSI sequences.
const (
	green  = "\x1b[32m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

func (p *printer) paint(s string, t tone) string {
	if p.o.Color && t == good {
		return green + s + reset
	}
	if p.o.Color && t == bad {
		return red + s + reset
	}
	return s
}

// line writes one line, the parts of which were cleaned.
func (p *printer) line(s string) {
	if p.o.ASCII {
		s = ascii(s)
	}
	p.w.WriteString(s + "\n")
}

// heading begins a part.
func (p *printer) heading(s string) {
	p.line("")
	p.line(s)
}

// block writes text with a label at its left, wrapped and hanging.
func (p *printer) block(label, text string) {
	for _, l := range wrap(clean(text), p.o.Width-labelWidth) {
		p.line(padRight(label, labelWidth) + l)
		label = ""
	}
}

const labelWidth = 12

func (p *printer) header() {
	p.line(fit(clean(p.s.title()), p.o.Width))
	rule := "─"
	if p.o.ASCII {
		rule = "-"
	}
	p.line(strings.Repeat(rule, p.o.Width))
	if feeds := p.s.run.Feeds; len(feeds) > 0 {
		p.block("Feed", strings.Join(feeds, ", "))
	}
	for _, f := range p.s.facts() {
		p.block(f.Label, f.Value)
	}
	p.block("Ran", p.ran())
}

func (p *printer) ran() string {
	text := p.s.run.Tier
	if p.s.run.Elapsed > 0 {
		text += " in " + span(p.s.run.Elapsed) + ", " + count(int64(p.s.run.eventsPerSecond())) + " events/s"
	}
	if text == "" {
		return "not measured"
	}
	return text
}

// figures writes the two columns of numbers.
func (p *printer) figures() {
	account, trips := p.s.figures()
	p.line("")
	half := (p.o.Width - 4) / 2
	if half < minHalf {
		account, trips, half = append(account, trips...), nil, p.o.Width
	}
	for i := range max(len(account), len(trips)) {
		left := p.figure(account, i, half)
		p.line(strings.TrimRight(left+"    "+p.figure(trips, i, half), " "))
	}
	if d := p.s.drawdown(); d != "" {
		p.line("")
		p.prose(d)
	} else if known(p.s.stats.Sharpe) {
		p.line("")
	}
	if known(p.s.stats.Sharpe) || known(p.s.stats.Sortino) {
		p.prose(annualised)
	}
}

// minHalf is how many characters a column of figures needs.
const minHalf = 36

func (p *printer) figure(list []figure, i, n int) string {
	if i >= len(list) {
		return strings.Repeat(" ", n)
	}
	f := list[i]
	return f.Label + strings.Repeat(" ", max(n-width(f.Label)-width(f.Value), 1)) + p.paint(f.Value, f.Tone)
}

func (p *printer) prose(text string) {
	for _, l := range wrap(clean(text), p.o.Width) {
		p.line(l)
	}
}

func (p *printer) curve() {
	lines := plot(p.s.r.Equity, p.o.Width, p.o.ASCII)
	if lines == nil {
		return
	}
	p.heading("Equity")
	for _, l := range lines {
		p.line(l)
	}
}

func (p *printer) orders() {
	r := p.s.r
	p.heading("Orders")
	p.prose(plural(r.Intents, "intent") + ", " + plural(len(r.Orders), "order") + ", " + plural(len(r.Fills), "fill") + ", " +
		plural(p.s.denials, "denial") + ", " + plural(r.Rejects, "reject") + ", " + count(p.s.open) + " open at the end")
	for _, d := range r.Denials {
		first := d.First
		p.item(count(d.Count)+" denied, "+string(d.Code), first.Text+limits(&first))
	}
	for i, t := range p.s.rejects {
		if i == maxReasons {
			p.item(plural(len(p.s.rejects)-i, "more reason")+" for rejects", "see --out")
			break
		}
		p.item(count(t.Count)+" rejected", t.Text)
	}
}

const maxReasons = 4

// limits are the numbers of a denial.
func limits(d *engine.Denial) string {
	if d.Limit == "" {
		return ""
	}
	return " (limit " + d.Limit + ", would be " + d.Value + ")"
}

// item writes a point with its explanation, hanging under its begin.
func (p *printer) item(what, why string) {
	for i, l := range wrap(clean(what+": "+why), p.o.Width-4) {
		if i == 0 {
			p.line("  " + l)
		} else {
			p.line("    " + l)
		}
	}
}

func (p *printer) positions() {
	if len(p.s.r.Positions) == 0 {
		return
	}
	p.heading("Open at the end")
	for i := range p.s.r.Positions {
		if i == maxRows {
			p.line("... " + count(len(p.s.r.Positions)-i) + " more, see --out")
			break
		}
		x := &p.s.r.Positions[i]
		profit := signed(x.Unrealized)
		p.line("  " + fit(clean(p.s.position(x)), p.o.Width-3-width(profit)) + " " + p.paint(profit, toneOf(x.Unrealized)))
	}
}

func (p *printer) notes() {
	if len(p.s.run.Notes) == 0 {
		return
	}
	p.heading("Notes")
	for _, n := range p.s.run.Notes {
		p.point("-", n, "")
	}
}

func (p *printer) warnings() {
	list := p.s.warnings()
	if len(list) == 0 {
		return
	}
	p.heading("Warnings")
	for _, n := range list {
		p.point("!", n, yellow)
	}
}

func (p *printer) point(mark, text, color string) {
	on, off := "", ""
	if p.o.Color && color != "" {
		on, off = color, reset
	}
	for _, l := range wrap(clean(text), p.o.Width-2) {
		p.line(on + mark + " " + l + off)
		mark = " "
	}
}
