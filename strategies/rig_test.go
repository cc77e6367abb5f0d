package strategies

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// rig is a Runner with one instrument and the shell's part of timers: they fire in
// order of time, before anything else of that time.
type rig struct {
	t        testing.TB
	runner   *Runner
	universe *engine.Universe
	id       engine.InstrumentID
	timers   []*engine.SetTimer
	out      []engine.Command // everything commanded but timers
	late     bool             // timers fire after what happens at their time
	volume   engine.Qty
}

const (
	second = engine.Time(time.Second)
	minute = engine.Time(time.Minute)
	// noon is Tuesday 5 March 2024, 12:00 UTC.
	noon = 1_709_640_000 * second
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zone %s on this machine: %v", name, err)
	}
	return loc
}

// newRig makes a rig of ES with sessions by the calendar, nil = days of UTC.
func newRig(t testing.TB, c *engine.Calendar) *rig {
	t.Helper()
	u := engine.NewUniverse()
	id, err := u.Add("ES 06-24", engine.Spec{
		Root: "ES", Tick: 250_000_000, PointValue: decimal.NewFromInt(50), Fee: 2 * engine.MoneyScale, Calendar: c,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &rig{t: t, universe: u, id: id, runner: NewRunner(RunnerConfig{Universe: u, Zone: time.LoadLocation})}
}

// join adds an instance that declares with s before.
func (r *rig) join(s *Setup, h Handlers) {
	r.t.Helper()
	r.joinWith(s, h, FlattenOnPanic)
}

func (r *rig) joinWith(s *Setup, h Handlers, p OnPanic) {
	r.t.Helper()
	if err := s.Seal(); err != nil {
		r.t.Fatal(err)
	}
	n := engine.StrategyID(len(r.runner.instances))
	if err := r.runner.Join(n, &Program{Name: "test", Setup: s, Handlers: h}, r.id, p); err != nil {
		r.t.Fatal(err)
	}
}

// start begins the run of every instance.
func (r *rig) start(at engine.Time) {
	for n := range r.runner.instances {
		r.step(&engine.Phase{At: at, Strategy: engine.StrategyID(n), Begin: true})
	}
}

// step hands an event over and sorts what came of it.
func (r *rig) step(e engine.Event) { r.take(r.runner.Step(e)) }

func (r *rig) take(commands []engine.Command) {
	for _, c := range commands {
		if s, ok := c.(*engine.SetTimer); ok {
			r.timers = append(r.timers, s)
			continue
		}
		r.out = append(r.out, c)
	}
}

// until fires the timers due by t, or, on a rig with late timers, before t.
func (r *rig) until(t engine.Time) {
	for {
		first := -1
		for n, s := range r.timers {
			if (s.At < t || s.At == t && !r.late) && (first < 0 || s.At < r.timers[first].At) {
				first = n
			}
		}
		if first < 0 {
			return
		}
		s := r.timers[first]
		r.timers = append(r.timers[:first], r.timers[first+1:]...)
		r.step(&engine.TimerFired{At: s.At, ID: s.ID})
	}
}

// event hands a market event over after the timers before it.
func (r *rig) event(q engine.Quote) {
	r.until(q.At)
	q.Instrument = r.id
	r.step(&q)
}

func blank(at engine.Time, kind engine.QuoteKind) engine.Quote {
	return engine.Quote{
		At: at, Kind: kind, Bid: engine.NoPrice, Ask: engine.NoPrice, Last: engine.NoPrice,
		BidSize: engine.UnknownQty, AskSize: engine.UnknownQty, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
}

// book states both sides, in ticks.
func (r *rig) book(at engine.Time, bid, ask engine.Price) {
	q := blank(at, engine.QuoteChange)
	q.Bid, q.Ask = bid, ask
	r.event(q)
}

func (r *rig) trade(at engine.Time, price engine.Price, size engine.Qty) {
	q := blank(at, engine.TradePrint)
	q.Last, q.LastSize = price, size
	r.event(q)
}

// snapshot states book, last price and the volume so far.
func (r *rig) snapshot(at engine.Time, bid, ask, last engine.Price, volume engine.Qty) {
	q := blank(at, engine.QuoteChange)
	q.Bid, q.Ask, q.Last, q.Volume = bid, ask, last, volume
	r.event(q)
}

// update hands over news about an order.
func (r *rig) update(u engine.Update) { r.step(&u) }

// order is news about order number ref of instance 0, of one contract at market.
func order(at engine.Time, ref engine.Ref, state engine.OrderState) engine.Update {
	return engine.Update{At: at, Order: engine.Order{
		ID: engine.OrderID(ref) + 100, Ref: ref, State: state,
		Terms: engine.Terms{Side: engine.Buy, Qty: 1, Limit: engine.NoPrice, Stop: engine.NoPrice},
	}}
}

// intents are the intents so far.
func (r *rig) intents() (list []*engine.Intent) {
	for _, c := range r.out {
		if i, ok := c.(*engine.Intent); ok {
			list = append(list, i)
		}
	}
	return list
}

func (r *rig) halts() (list []string) {
	for _, c := range r.out {
		if h, ok := c.(*engine.Halt); ok {
			list = append(list, h.Reason)
		}
	}
	return list
}

// diary is what handlers wrote down, one line each.
type diary struct{ lines []string }

func (d *diary) add(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// want compares the diary with lines and clears it.
func (d *diary) want(t testing.TB, lines ...string) {
	t.Helper()
	if got, want := strings.Join(d.lines, "\n"), strings.Join(lines, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	d.lines = nil
}

// clock prints the time of day in UTC.
func clock(ns int64) string { return engine.Time(ns).UTC().Format("15:04:05.999999999") }

// full handlers write down everything they are called with.
func full(d *diary) Handlers {
	return Handlers{
		OnStart: func(c *Context) { d.add("start %s", clock(c.Time)) },
		OnStop:  func(c *Context) { d.add("stop %s", clock(c.Time)) },
		OnQuote: func(c *Context, q *Quote) { d.add("quote %s %v/%v last %v", clock(q.Time), q.Bid, q.Ask, q.Last) },
		OnTrade: func(c *Context, x *Trade) { d.add("trade %s %v x %d", clock(x.Time), x.Price, x.Size) },
		OnBar: func(c *Context, b *Bar) {
			d.add("bar %s %s-%s %v/%v/%v/%v v%v n%d at %s", b.Name, clock(b.Start), clock(b.End), b.Open, b.High, b.Low, b.Close, b.Volume, b.Trades, clock(c.Time))
		},
		OnOrder: func(c *Context, o *Order) { d.add("order %d %s %s", o.ID, o.State, o.Code) },
		OnFill:  func(c *Context, f *Fill) { d.add("fill %d %d at %v, position %d", f.ID, f.Qty, f.Price, c.Position) },
		OnPnL:   func(c *Context, p *PnL) { d.add("pnl %v", p.Equity) },
		OnTimer: func(c *Context, x *Timer) { d.add("timer %s %s", x.Name, clock(x.Time)) },
		OnLink:  func(c *Context, l *Link) { d.add("link %v", l.Up) },
	}
}

// same reports whether two numbers are equal, NaN included.
func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
