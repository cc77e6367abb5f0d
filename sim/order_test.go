package sim_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/sim/venue"
	"tollgate/strategies"
)

// diary is what handlers wrote down.
type diary struct{ lines []string }

func (d *diary) add(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) want(t testing.TB, lines ...string) {
	t.Helper()
	if got, want := strings.Join(d.lines, "\n"), strings.Join(lines, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// ms prints a time in milliseconds.
func ms(t int64) string { return fmt.Sprint(t/1_000_000, "ms") }

// TestOrderAtOneTime: timers, then what the venue says, then the quote itself.
func TestOrderAtOneTime(t *testing.T) {
	var d diary
	h := strategies.Handlers{
		OnStart: func(c *strategies.Context) {
			d.add("start %s", ms(c.Time))
			c.Every("x", time.Second)
		},
		OnQuote: func(c *strategies.Context, q *strategies.Quote) {
			d.add("quote %s bid %v position %d", ms(q.Time), q.Bid, c.Position)
			if q.Time == int64(second) {
				c.SellLimit(1, 27.5)
			}
		},
		OnOrder: func(c *strategies.Context, o *strategies.Order) { d.add("order %s %s", ms(c.Time), o.State) },
		OnFill:  func(c *strategies.Context, f *strategies.Fill) { d.add("fill %s bid %v", ms(c.Time), c.Bid) },
		OnTimer: func(c *strategies.Context, x *strategies.Timer) { d.add("timer %s bid %v", ms(c.Time), c.Bid) },
		OnStop:  func(c *strategies.Context) { d.add("stop %s", ms(c.Time)) },
	}
	world(t, h, risk.Limits{}, 0, []engine.Quote{book(second, 100, 101), book(2*second, 120, 121)})
	d.want(t,
		"start 1000ms", "quote 1000ms bid 25 position 0", "order 1000ms in flight", "order 1000ms working",
		"timer 2000ms bid 25",                       // the market before it
		"fill 2000ms bid 25", "order 2000ms filled", // the quote that filled it is seen after
		"quote 2000ms bid 30 position -1", "stop 2000ms")
}

// TestLatencyBothWays: a request is at the venue after one way, its report back
// after two.
func TestLatencyBothWays(t *testing.T) {
	var d diary
	h := strategies.Handlers{
		OnQuote: func(c *strategies.Context, q *strategies.Quote) {
			if q.Time == int64(second) {
				c.Buy(1)
				c.BuyLimit(1, 1)
			}
			if q.Time == int64(2*second) {
				c.Cancel(2)
			}
		},
		OnOrder: func(c *strategies.Context, o *strategies.Order) { d.add("order %d %s %s", o.ID, ms(c.Time), o.State) },
		OnFill:  func(c *strategies.Context, f *strategies.Fill) { d.add("fill %s at %v", ms(c.Time), f.Price) },
	}
	// At 1.1 s the market has moved: that is where the order is filled.
	r := world(t, h, risk.Limits{}, 150*time.Millisecond, []engine.Quote{
		book(second, 100, 101), book(second+second/10, 104, 105), book(second+second/5, 108, 109), book(2*second, 100, 101), book(4*second, 100, 101),
	})
	d.want(t,
		"order 1 1000ms in flight", "order 2 1000ms in flight",
		"order 1 1300ms working", "fill 1300ms at 26.25", "order 1 1300ms filled", "order 2 1300ms working",
		"order 2 2300ms cancelled")
	if r.Orders[0].Sent != second || r.Orders[0].Ended != second+300*second/1000 {
		t.Errorf("%+v", r.Orders[0])
	}
}

// TestNothingHappensAfterTheRecording: what is still under way at the end stays so.
func TestNothingHappensAfterTheRecording(t *testing.T) {
	h := strategies.Handlers{OnQuote: func(c *strategies.Context, q *strategies.Quote) { c.Buy(1) }}
	r := world(t, h, risk.Limits{}, time.Second, []engine.Quote{book(second, 100, 101)})
	if len(r.Fills) != 0 || len(r.Orders) != 1 || r.Orders[0].State != engine.InFlight || r.Orders[0].Ended != engine.NoTime {
		t.Errorf("%+v", r)
	}
}

// TestWhatOnStopAsksForHappens, as far as it happens at once.
func TestWhatOnStopAsksForHappens(t *testing.T) {
	var d diary
	h := strategies.Handlers{
		OnQuote: func(c *strategies.Context, q *strategies.Quote) { c.Target(3) },
		OnStop:  func(c *strategies.Context) { d.add("stop at %d", c.Position); c.Flatten() },
		OnFill:  func(c *strategies.Context, f *strategies.Fill) { d.add("position %d", f.Position) },
	}
	r := world(t, h, risk.Limits{}, 0, []engine.Quote{book(second, 100, 101), book(2*second, 104, 105)})
	d.want(t, "position 3", "stop at 3", "position 0")
	// 3 ticks of 12.50 and 3 contracts, less 6 sides of 2.15.
	if len(r.Positions) != 0 || len(r.Trips) != 1 || r.Net().String() != "99.60" || r.Equity[len(r.Equity)-1].Equity != r.End.Equity {
		t.Errorf("net %v, trips %+v", r.Net(), r.Trips)
	}
}

// TestLateInstrument: an instance joins with the first event of its instrument,
// in a market that is under way, and sees its own instrument only.
func TestLateInstrument(t *testing.T) {
	u := universe(t)
	nq, err := u.Add("NQ 12-26", engine.Spec{Root: "NQ", Tick: 250_000_000, PointValue: decimal.NewFromInt(20)})
	if err != nil {
		t.Fatal(err)
	}
	var d diary
	w := sim.NewWorld(sim.Config{
		Universe: u, Gate: risk.New(risk.Limits{}, risk.DefaultBudget), Cash: engine.Dollars(100_000),
		Spawn: func(id engine.InstrumentID) (*sim.Entry, error) {
			s := strategies.NewSetup(nil)
			return &sim.Entry{Program: &strategies.Program{Name: "p", Setup: s, Handlers: strategies.Handlers{
				OnStart: func(c *strategies.Context) { d.add("start %s %s", c.Instrument, ms(c.Time)); c.Every("t", time.Second) },
				OnQuote: func(c *strategies.Context, q *strategies.Quote) {
					d.add("quote %s %s", c.Instrument, ms(q.Time))
					c.Target(1)
				},
				OnFill:  func(c *strategies.Context, f *strategies.Fill) { d.add("fill %s %v", c.Instrument, f.Price) },
				OnTimer: func(c *strategies.Context, x *strategies.Timer) { d.add("timer %s %s", c.Instrument, ms(x.Time)) },
			}}}, s.Seal()
		},
	})
	late := book(3*second, 400, 401)
	late.Instrument = nq
	r, err := w.Run(&sim.Tape{Quotes: []engine.Quote{book(second, 100, 101), late, book(3*second, 100, 101)}})
	if err != nil {
		t.Fatal(err)
	}
	d.want(t, "start ES 12-26 1000ms", "quote ES 12-26 1000ms", "fill ES 12-26 25.25",
		"timer ES 12-26 2000ms", "timer ES 12-26 3000ms", "start NQ 12-26 3000ms", "quote NQ 12-26 3000ms", "fill NQ 12-26 100.25", "quote ES 12-26 3000ms")
	if len(r.Members) != 2 || r.Members[1].Instrument != nq || len(r.Charts) != 2 || len(r.Positions) != 2 || len(w.Members()) != 2 {
		t.Errorf("members %+v", r.Members)
	}
}

// careless is a gate that says yes without a permit, or with one for another request.
type careless struct{ other bool }

func (c careless) Judge(b *engine.Book, r *engine.Request) (engine.Permit, *engine.Denial) {
	if c.other {
		x := *r
		x.Terms.Qty++
		return engine.Grant(&x), nil
	}
	return engine.Permit{}, nil
}

// TestNoPermitNoOrder: a broken gate sends nothing, and the run says so.
func TestNoPermitNoOrder(t *testing.T) {
	for _, other := range []bool{false, true} {
		w := sim.NewWorld(sim.Config{
			Universe: universe(t), Gate: careless{other},
			Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
				return &sim.Entry{Program: &strategies.Program{Setup: strategies.NewSetup(nil), Handlers: strategies.Handlers{
					OnQuote: func(c *strategies.Context, q *strategies.Quote) { c.Buy(1) },
				}}}, nil
			},
		})
		r, err := w.Run(&sim.Tape{Quotes: []engine.Quote{book(second, 100, 101), book(2*second, 100, 101)}})
		if err != nil || len(r.Fills) != 0 || len(r.Orders) != 0 || r.Ignored != 2 {
			t.Errorf("other %v: %v, %d orders, %d fills, %d faults", other, err, len(r.Orders), len(r.Fills), r.Ignored)
		}
	}
}

// broken is a source that fails after its quotes.
type broken struct {
	sim.Tape
	err error
}

func (b *broken) Next(q *engine.Quote) error {
	if err := b.Tape.Next(q); !errors.Is(err, io.EOF) {
		return err
	}
	return b.err
}

var errTorn = errors.New("row 3 is torn")

func TestRunsThatEndEarly(t *testing.T) {
	strange := book(2*second, 100, 101)
	strange.Instrument = 1
	quotes := []engine.Quote{book(second, 100, 101), book(2*second, 110, 111)}
	for name, c := range map[string]struct {
		src    sim.Source
		spawn  error
		err    string
		events int64
	}{
		"nothing":            {&sim.Tape{}, nil, "", 0},
		"to its end":         {&sim.Tape{Quotes: quotes}, nil, "", 2},
		"a torn source":      {&broken{sim.Tape{Quotes: quotes}, errTorn}, nil, "row 3 is torn", 2},
		"torn at once":       {&broken{sim.Tape{}, errTorn}, nil, "row 3 is torn", 0},
		"no instance":        {&sim.Tape{Quotes: quotes}, errors.New("no such strategy"), "no such strategy", 0},
		"time goes back":     {&sim.Tape{Quotes: []engine.Quote{quotes[1], quotes[0]}}, nil, "market event 2 is of 1970-01-01T00:00:01Z, before the one before it (1970-01-01T00:00:02Z)", 1},
		"unknown instrument": {&sim.Tape{Quotes: []engine.Quote{quotes[0], strange}}, nil, "market event 2 is of instrument number 1, but there are 1", 1},
		"unknown at once":    {&sim.Tape{Quotes: []engine.Quote{strange}}, nil, "market event 1 is of instrument number 1", 0},
	} {
		w := sim.NewWorld(sim.Config{
			Universe: universe(t), Gate: risk.New(risk.Limits{}, risk.DefaultBudget), Cash: engine.Dollars(1000),
			Venue: venue.Config{},
			Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
				return &sim.Entry{Program: &strategies.Program{Setup: strategies.NewSetup(nil), Handlers: strategies.Handlers{
					OnQuote: func(c *strategies.Context, q *strategies.Quote) { c.Target(1) },
				}}}, c.spawn
			},
		})
		r, err := w.Run(c.src)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error %v, want %q", name, err, c.err)
		}
		if r == nil || r.Events != c.events || len(r.Fills) != int(min(c.events, 1)) || r.Start.Equity != engine.Dollars(1000) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
