package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"tollgate/engine"
	"tollgate/sim/bias"
)

// What a check can come to.
const (
	statusOK   = "ok"
	statusSkip = "skip" // there was nothing to check
	statusWarn = "warn"
	statusFail = "fail"
)

// examination is the doctor's report. Its JSON form is what --json prints.
type examination struct {
	Strategy    string    `json:"strategy"`
	ScriptHash  string    `json:"script_hash"`
	Feeds       []string  `json:"feeds"`
	Instruments []string  `json:"instruments"`
	Events      int64     `json:"events"`
	Decisions   int64     `json:"decisions"`
	Hash        string    `json:"decisions_hash"` // of the doctor's runs; see bias.Recorder
	Status      string    `json:"status"`         // the worst of the checks: ok, warn or fail
	Checks      []verdict `json:"checks"`
}

// verdict is one of the doctor's questions and its answer.
type verdict struct {
	Name     string      `json:"name"`
	Status   string      `json:"status"` // ok, skip, warn or fail
	Summary  string      `json:"summary"`
	Notes    []string    `json:"notes"`
	Findings []parting   `json:"findings"`
	Table    []senseLine `json:"table,omitempty"`
	Mend     string      `json:"mend,omitempty"`
}

// parting is the first decision at which two runs part.
type parting struct {
	What       string  `json:"what"`
	At         string  `json:"at"`
	AtNS       int64   `json:"at_ns"`
	Instrument string  `json:"instrument"`
	Alike      int     `json:"alike_before"` // decisions on the instrument before it
	A          decided `json:"a"`
	B          decided `json:"b"`
}

// decided is what one run decided where two part; all but Run is empty when it
// decided nothing more.
type decided struct {
	Run      string `json:"run"`
	At       string `json:"at,omitempty"`
	AtNS     int64  `json:"at_ns,omitempty"`
	Decision string `json:"decision,omitempty"`
}

// say sets the sentence of a check.
func (c *verdict) say(format string, args ...any) { c.Summary = fmt.Sprintf(format, args...) }

// note adds a line below it.
func (c *verdict) note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}

// warn makes it a warning: the first one is the sentence, others are lines below.
func (c *verdict) warn(format string, args ...any) {
	if c.Status == statusWarn {
		c.note(format, args...)
		return
	}
	c.Status = statusWarn
	c.say(format, args...)
}

func (c *verdict) fail(format string, args ...any) {
	c.Status = statusFail
	c.say(format, args...)
}

// find adds where two runs part.
func (c *verdict) find(what string, d *bias.Difference, a, b string) {
	c.Findings = append(c.Findings, parting{
		What: what, At: d.At.UTC().Format(time.RFC3339Nano), AtNS: int64(d.At), Instrument: d.Instrument, Alike: d.Alike,
		A: decidedBy(a, d.A), B: decidedBy(b, d.B),
	})
}

func decidedBy(run string, d *bias.Decision) decided {
	if d == nil {
		return decided{Run: run}
	}
	return decided{Run: run, At: d.At.UTC().Format(time.RFC3339Nano), AtNS: int64(d.At), Decision: d.String()}
}

// examination begins the report.
func (d *doctor) examination() *examination {
	p, r := d.plan, d.base.result
	e := &examination{
		Strategy: p.src.Name, ScriptHash: p.src.Hash, Feeds: p.flags.feeds, Events: r.Events,
		Decisions: int64(len(d.base.log.Decisions)) + d.base.log.Dropped, Hash: r.Hash.String(), Status: statusOK,
	}
	if len(e.Feeds) == 0 {
		e.Feeds = []string{sampleName}
	}
	for _, m := range r.Members {
		e.Instruments = append(e.Instruments, d.base.universe.Get(m.Instrument).Key)
	}
	return e
}

func (e *examination) add(c verdict) {
	if c.Status == statusFail || c.Status == statusWarn && e.Status == statusOK {
		e.Status = c.Status
	}
	if c.Notes == nil {
		c.Notes = []string{}
	}
	if c.Findings == nil {
		c.Findings = []parting{}
	}
	e.Checks = append(e.Checks, c)
}

func (e *examination) json(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(e)
}

// text prints the report for people.
func (e *examination) text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Doctor of %s on %s: %s, %s, %s\n\n",
		e.Strategy, strings.Join(e.Instruments, ", "), strings.Join(e.Feeds, ", "), countOf(int(e.Events), "event"), countOf(int(e.Decisions), "decision"))
	for i := range e.Checks {
		e.Checks[i].text(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const (
	indent    = "                   "
	textWidth = 110
)

func (c *verdict) text(b *strings.Builder) {
	status := c.Status
	if status == statusFail {
		status = "FAIL"
	}
	fmt.Fprintf(b, "%-4s  %-11s  %s\n", status, c.Name, folded(c.Summary, indent))
	for _, n := range c.Notes {
		fmt.Fprintf(b, "%s%s\n", indent, folded(n, indent+"  "))
	}
	for i := range c.Findings {
		c.Findings[i].text(b)
	}
	table(b, c.Table)
	if c.Mend != "" {
		fmt.Fprintf(b, "%s> %s\n", indent, folded(c.Mend, indent+"  "))
	}
}

// folded breaks a text into lines, all but the first of which begin with the margin.
func folded(text, margin string) string {
	var b strings.Builder
	room := textWidth - len(indent)
	for i, word := range strings.Fields(text) {
		if i > 0 && room-len(word)-1 < 0 {
			b.WriteString("\n" + margin)
			room = textWidth - len(margin)
		} else if i > 0 {
			b.WriteByte(' ')
			room--
		}
		b.WriteString(word)
		room -= len(word)
	}
	return b.String()
}

func (f *parting) text(b *strings.Builder) {
	fmt.Fprintf(b, "%sfirst difference (%s): %s on %s, after %d alike\n", indent, f.What, onClock(engine.Time(f.AtNS)), f.Instrument, f.Alike)
	for _, d := range []decided{f.A, f.B} {
		what := "decides nothing more"
		if d.Decision != "" {
			what = d.Decision
			if d.At != f.At {
				what = "nothing then; next, at " + onClock(engine.Time(d.AtNS)) + ": " + what
			}
		}
		fmt.Fprintf(b, "%s  %-12s %s\n", indent, d.Run+":", what)
	}
}

func table(b *strings.Builder, lines []senseLine) {
	if len(lines) == 0 {
		return
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s\tnet P&L\tfills\tround trips\tmax drawdown\t\n", indent)
	for i := range lines {
		s := &lines[i]
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t  %s\n", indent, toCents(s.Net), s.Fills, s.Trips, toCents(s.Drawdown), s.Name)
	}
	w.Flush()
}
