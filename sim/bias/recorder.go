package bias

import (
	"fmt"
	"strconv"
	"strings"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/strategies"
)

// MaxDecisions is a bound for a Recorder that holds a log to some tens of megabytes.
const MaxDecisions = 1 << 18

// Recorder takes down what is decided in one world.
type Recorder struct {
	limit    int
	universe *engine.Universe
	log      Log
	members  []*member
	current  *member // whose handler was called last
	stopping bool
}

// NewRecorder returns a Recorder that keeps the first limit decisions.
func NewRecorder(limit int) *Recorder {
	return &Recorder{limit: limit, log: Log{members: map[string]*member{}}}
}

// Attach makes a configuration, which must be complete otherwise, record into r.
// It wraps Spawn and Trace, and changes nothing about what is decided. A strategy
// with OnPnL logs a further line for each call, so the decisions hash of such a run
// compares only with other recorded runs.
func (r *Recorder) Attach(c *sim.Config) {
	r.universe = c.Universe
	if spawn := c.Spawn; spawn != nil {
		c.Spawn = func(id engine.InstrumentID) (*sim.Entry, error) {
			e, err := spawn(id)
			if e == nil || err != nil {
				return e, err
			}
			return r.watch(e, id), nil
		}
	}
	trace := c.Trace
	c.Trace = func(at engine.Time, line string) {
		r.line(at, line)
		if trace != nil {
			trace(at, line)
		}
	}
}

// Log is what was decided so far.
func (r *Recorder) Log() *Log { return &r.log }

// watch wraps the handlers of an instance, so that it is known whose they are.
func (r *Recorder) watch(e *sim.Entry, id engine.InstrumentID) *sim.Entry {
	m := &member{key: r.universe.Get(id).Key, flat: true, called: engine.NoTime}
	r.log.members[m.key] = m
	number := len(r.members)
	r.members = append(r.members, m)
	p := *e.Program
	r.wrap(&p.Handlers, m)
	if pnl := p.Handlers.OnPnL; pnl != nil {
		// All instances hear of the account's P&L in one step of the Runner, and
		// their intents come after all of them; a log line tells them apart.
		p.Handlers.OnPnL = func(ctx *strategies.Context, x *strategies.PnL) {
			r.see(m, ctx)
			ctx.Log(mark + strconv.Itoa(number))
			pnl(ctx, x)
		}
	}
	return &sim.Entry{Program: &p, OnPanic: e.OnPanic}
}

// mark begins a log line of the recorder's own. No script writes it by accident.
const mark = "\x00bias "

func (r *Recorder) wrap(h *strategies.Handlers, m *member) {
	around(&h.OnQuote, r, m)
	around(&h.OnTrade, r, m)
	around(&h.OnOrder, r, m)
	around(&h.OnFill, r, m)
	around(&h.OnTimer, r, m)
	around(&h.OnLink, r, m)
	if bar := h.OnBar; bar != nil {
		h.OnBar = func(ctx *strategies.Context, b *strategies.Bar) {
			r.enter(m, ctx)
			m.count(b.Name, engine.Time(ctx.Time), r.limit)
			bar(ctx, b)
		}
	}
	if start := h.OnStart; start != nil {
		h.OnStart = func(ctx *strategies.Context) {
			r.enter(m, ctx)
			start(ctx)
		}
	}
	if stop := h.OnStop; stop != nil {
		h.OnStop = func(ctx *strategies.Context) {
			r.stopping = true
			r.enter(m, ctx)
			stop(ctx)
		}
	}
}

// around wraps a handler that takes an event.
func around[E any](h *func(*strategies.Context, *E), r *Recorder, m *member) {
	if inner := *h; inner != nil {
		*h = func(ctx *strategies.Context, e *E) {
			r.enter(m, ctx)
			inner(ctx, e)
		}
	}
}

// enter notes that a handler of an instance is called. Its intents follow before
// any other handler is called.
func (r *Recorder) enter(m *member, ctx *strategies.Context) {
	r.current = m
	r.see(m, ctx)
}

// see follows whether the instance is flat.
func (r *Recorder) see(m *member, ctx *strategies.Context) {
	if flat := ctx.Position == 0 && ctx.Working == 0; flat != m.flat {
		m.flat = flat
		if len(m.states) < r.limit {
			m.states = append(m.states, state{engine.Time(ctx.Time), flat, m.called})
		}
	}
	m.called = engine.Time(ctx.Time)
}

// count counts a closed bar of the stream whose bar closed first.
func (m *member) count(stream string, at engine.Time, limit int) {
	if m.stream == "" {
		m.stream = stream
	}
	if stream != m.stream {
		return
	}
	if len(m.bars) == limit {
		m.uncount = true
		return
	}
	m.bars = append(m.bars, at)
}

// line takes a line of the trace.
func (r *Recorder) line(at engine.Time, line string) {
	what, rest, _ := strings.Cut(line, " ")
	switch what {
	case "want":
		kind, terms, _ := strings.Cut(rest, " ")
		d := Decision{At: at, Kind: kind, Terms: terms}
		if strings.HasPrefix(terms, "#") {
			d.Order, d.Terms, _ = strings.Cut(terms, " ")
		}
		r.add(d)
	case "halt":
		r.add(Decision{At: at, Kind: halt, Terms: rest})
	case "log":
		if number, ours := strings.CutPrefix(rest, mark); ours {
			if n, err := strconv.Atoi(number); err == nil && n < len(r.members) {
				r.current = r.members[n]
			}
		}
	}
}

func (r *Recorder) add(d Decision) {
	if len(r.log.Decisions) >= r.limit {
		r.log.Dropped++
		return
	}
	d.Stop = r.stopping
	if r.current != nil {
		d.Instrument, d.Flat = r.current.key, r.current.flat
	}
	r.log.Decisions = append(r.log.Decisions, d)
}

// String says how much was decided.
func (l *Log) String() string {
	if l.Dropped == 0 {
		return fmt.Sprintf("%d decisions", len(l.Decisions))
	}
	return fmt.Sprintf("%d decisions, of which the first %d were kept", int64(len(l.Decisions))+l.Dropped, len(l.Decisions))
}
