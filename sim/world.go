package sim

import (
	"errors"
	"fmt"
	"io"
	"time"

	"tollgate/engine"
	"tollgate/sim/venue"
	"tollgate/strategies"
)

// Source yields market events in order of time; io.EOF ends it.
type Source interface {
	Next(q *engine.Quote) error
}

// Tape is a Source out of memory: Next takes the first of its events off.
type Tape struct{ Quotes []engine.Quote }

// Next implements Source.
func (t *Tape) Next(q *engine.Quote) error {
	if len(t.Quotes) == 0 {
		return io.EOF
	}
	*q, t.Quotes = t.Quotes[0], t.Quotes[1:]
	return nil
}

// Entry is a strategy instance to run.
type Entry struct {
	Program *strategies.Program
	OnPanic strategies.OnPanic
}

// Config is what a World is made of.
type Config struct {
	Universe *engine.Universe
	Gate     engine.Gate
	Cash     engine.Money
	Calendar *engine.Calendar // the account's risk session; nil = UTC days
	Venue    venue.Config
	Latency  time.Duration // one way
	// Spawn makes the strategy instance for an instrument when its first market
	// event arrives; nil = none trades it.
	Spawn func(id engine.InstrumentID) (*Entry, error)
	Zone  func(name string) (*time.Location, error)
	Trace Trace // nil = none
	// Turn, when set, hears at once that a strategy instance was stopped (*engine.Halt)
	// or runs another version (*engine.Version).
	Turn func(m engine.Member, c engine.Command)
	// History is how many market events of each instrument are kept for Swap.
	History int
	// Before, when set, is called before each market event with its time. It may
	// wait, to play at the pace of a clock, and it may call Swap and Rollback.
	Before func(w *World, next engine.Time)
	// Progress, when set, is called about every ProgressEvery market events.
	Progress func(events int64, at engine.Time)
}

// ProgressEvery is how many market events lie between two calls of Progress.
const ProgressEvery = 1 << 16

// World is desk, runner and venue on one clock.
type World struct {
	cfg     Config
	desk    *engine.Desk
	runner  *strategies.Runner
	venue   *venue.Venue
	queue   queue
	now     engine.Time
	met     []bool // instruments that have had an event
	latency engine.Time
	record  *recorder
	err     error
}

// NewWorld puts a world together.
func NewWorld(c Config) *World {
	w := &World{
		cfg: c, venue: venue.New(c.Universe, c.Venue), latency: engine.Time(c.Latency), now: engine.NoTime,
		runner: strategies.NewRunner(strategies.RunnerConfig{
			Universe: c.Universe, Zone: c.Zone, History: c.History, Balance: engine.Balance{Cash: c.Cash, Equity: c.Cash},
		}),
	}
	w.desk = engine.NewDesk(engine.DeskConfig{Universe: c.Universe, Gate: c.Gate, Cash: c.Cash, Calendar: c.Calendar})
	w.desk.TellPnL(time.Second)
	w.record = newRecorder(w)
	return w
}

// Run plays a source to its end and returns what happened. An error of the
// source ends the run; the result up to then is returned with it.
func (w *World) Run(src Source) (*Result, error) {
	var q engine.Quote
	started := false
	for w.err == nil {
		if err := src.Next(&q); err != nil {
			if !errors.Is(err, io.EOF) {
				w.err = err
			}
			break
		}
		if !started {
			started = true
			w.record.begin(q.At)
		} else if q.At < w.record.r.Last {
			w.err = fmt.Errorf("market event %d is of %v, before the one before it (%v): events must come in order of time",
				w.record.events+1, q.At, w.record.r.Last)
			break
		}
		if int(q.Instrument) >= len(w.met) || !w.met[q.Instrument] {
			if w.err = w.meet(q.Instrument, q.At); w.err != nil {
				break
			}
		}
		if w.cfg.Before != nil {
			w.cfg.Before(w, q.At)
		}
		w.market(&q)
	}
	if started {
		w.finish()
	}
	return w.record.result(), w.err
}

// meet starts the strategy instance of an instrument that is new to the world.
func (w *World) meet(id engine.InstrumentID, at engine.Time) error {
	if int(id) >= w.cfg.Universe.Len() {
		return fmt.Errorf("market event %d is of instrument number %d, but there are %d", w.record.events+1, id, w.cfg.Universe.Len())
	}
	for int(id) >= len(w.met) {
		w.met = append(w.met, false)
	}
	w.met[id] = true
	w.deliver(at)
	w.now = at
	if w.cfg.Spawn == nil {
		return nil
	}
	e, err := w.cfg.Spawn(id)
	if e == nil || err != nil {
		return err
	}
	s := w.desk.Join(engine.Member{Name: e.Program.Name, Instrument: id})
	if err := w.runner.Join(s, e.Program, id, e.OnPanic); err != nil {
		return err
	}
	w.record.join(engine.Member{Name: e.Program.Name, Instrument: id})
	w.fromRunner(w.runner.Step(&engine.Phase{At: at, Strategy: s, Begin: true}))
	w.deliver(at)
	return nil
}

// finish stops the strategies. What they ask for now still happens, as far as it
// happens at once: the recording is over, and so is time.
func (w *World) finish() {
	for s := range w.record.r.Members {
		w.fromRunner(w.runner.Step(&engine.Phase{At: w.now, Strategy: engine.StrategyID(s)}))
		w.deliver(w.now)
	}
	w.record.finish()
}

// market takes one market event through the world.
func (w *World) market(q *engine.Quote) {
	w.deliver(q.At)
	w.now = q.At
	w.fromVenue(w.venue.Quote(q))
	w.deliver(q.At)
	w.fromDesk(w.desk.Step(q))
	w.deliver(q.At)
	w.record.market(q)
	if w.cfg.Progress != nil && w.record.events%ProgressEvery == 0 {
		w.cfg.Progress(w.record.events, q.At)
	}
}

// deliver hands over everything due by t, oldest first.
func (w *World) deliver(t engine.Time) {
	for w.queue.due(t) && w.err == nil {
		m := w.queue.pop()
		w.now = max(w.now, m.at)
		w.hand(&m)
	}
}

// hand delivers one message.
func (w *World) hand(m *message) {
	switch m.to {
	case toVenue:
		w.atVenue(&m.request)
	case toDesk:
		w.fromDesk(w.desk.Step(m.event))
	case toRunner:
		w.fromRunner(w.runner.Step(m.event))
	}
}

// atVenue does what a request asks for. Every way to the venue comes through here.
func (w *World) atVenue(r *engine.Request) {
	w.fromVenue(w.venue.Advance(w.now))
	switch r.Kind {
	case engine.PlaceOrder:
		w.fromVenue(w.venue.Place(w.now, r.Order, r.Terms))
	case engine.ChangeOrder:
		w.fromVenue(w.venue.Change(w.now, r.Order, r.Terms.Qty, r.Terms.Limit, r.Terms.Stop))
	case engine.CancelOrder:
		w.fromVenue(w.venue.Cancel(w.now, r.Order))
	default: // a kill's; nothing kills a backtest
		w.err = fmt.Errorf("a backtest has no way to %s", r.Kind)
	}
}

// fromVenue sends reports on their way back.
func (w *World) fromVenue(reports []engine.Report) {
	for i := range reports {
		r := reports[i]
		r.At = w.now + w.latency
		w.queue.push(message{at: r.At, to: toDesk, event: &r})
	}
}

// fromDesk carries out the Desk's commands. A Send whose permit does not cover
// it ends the run: that is a bug, and no run with it can be believed.
func (w *World) fromDesk(commands []engine.Command) {
	for _, c := range commands {
		switch c := c.(type) {
		case *engine.Publish:
			w.fromRunner(w.runner.Step(c.Quote))
		case *engine.Send:
			r, err := c.Request()
			if err != nil {
				w.err = fmt.Errorf("the desk sent what the gate did not permit: %w", err)
				return
			}
			w.record.sent(&r)
			w.traceSend(&r)
			w.queue.push(message{at: w.now + w.latency, to: toVenue, request: r})
		case *engine.Update:
			w.record.update(c)
			w.traceUpdate(c)
			w.queue.push(message{at: w.now, to: toRunner, event: c})
		case *engine.PnL:
			w.queue.push(message{at: w.now, to: toRunner, event: c})
		case *engine.SetTimer:
			w.queue.push(message{at: c.At, to: toDesk, event: &engine.TimerFired{At: c.At, ID: c.ID}})
		}
	}
	for _, t := range w.desk.Finished() {
		w.record.trip(t)
	}
}

// fromRunner carries out the Runner's commands.
func (w *World) fromRunner(commands []engine.Command) {
	for _, c := range commands {
		switch c := c.(type) {
		case *engine.Intent:
			w.record.intent(c)
			w.traceIntent(c)
			w.queue.push(message{at: w.now, to: toDesk, event: c})
		case *engine.SetTimer:
			w.queue.push(message{at: c.At, to: toRunner, event: &engine.TimerFired{At: c.At, ID: c.ID}})
		case *engine.Log:
			w.record.log(c)
			w.traceText("log", c.Text)
		case *engine.Halt:
			w.record.halt(c)
			w.traceText("halt", c.Reason)
			w.turn(c.Strategy, c)
		case *engine.Version:
			w.record.version(c)
			w.traceVersion(c)
			w.turn(c.Strategy, c)
		}
	}
}

func (w *World) turn(s engine.StrategyID, c engine.Command) {
	if w.cfg.Turn != nil {
		w.cfg.Turn(w.Members()[s], c)
	}
}

// Members are the strategy instances that have joined, by StrategyID.
func (w *World) Members() []engine.Member { return w.record.r.Members }

// Swap replaces an instance's program between two market events; see
// strategies.Runner.Swap.
func (w *World) Swap(id engine.StrategyID, p *strategies.Program, g strategies.Guard) error {
	commands, err := w.runner.Swap(w.now, id, p, g)
	w.fromRunner(commands)
	return err
}

// Rollback brings an instance's version before the newest swap back.
func (w *World) Rollback(id engine.StrategyID, reason string) error {
	commands, err := w.runner.Rollback(w.now, id, reason)
	w.fromRunner(commands)
	return err
}

// Hash digests every decision of the run: the Desk's and the strategies'.
func (w *World) Hash() engine.Hash {
	h := w.desk.Hash()
	h.Word(uint64(w.runner.Hash()))
	return h
}

// SetBefore replaces Config.Before; not while Run is under way.
func (w *World) SetBefore(before func(w *World, next engine.Time)) { w.cfg.Before = before }

// Recent copies the newest market events of an instrument; see strategies.Runner.Recent.
func (w *World) Recent(id engine.InstrumentID, d time.Duration) []engine.Quote {
	return w.runner.Recent(id, d)
}
