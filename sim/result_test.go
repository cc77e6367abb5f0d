package sim_test

import (
	"io"
	"reflect"
	"runtime"
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/strategies"
)

const hour = 3600 * second

// account is a risk session from 18:00 to 17:00 UTC, closing on weekdays.
var account = &engine.Calendar{
	Zone: time.UTC, Open: 18 * time.Hour, Close: 17 * time.Hour, Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true},
}

// tuesday is 5 March 2024, 00:00 UTC.
const tuesday = 1_709_596_800 * second

// script does what a table says at given times.
func script(t testing.TB, latency time.Duration, quotes []engine.Quote, at map[engine.Time]func(c *strategies.Context)) *sim.Result {
	t.Helper()
	w := sim.NewWorld(sim.Config{
		Universe: universe(t), Gate: risk.New(risk.Limits{}, risk.DefaultBudget), Cash: engine.Dollars(10_000), Calendar: account, Latency: latency,
		Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
			return &sim.Entry{Program: &strategies.Program{Setup: strategies.NewSetup(nil), Handlers: strategies.Handlers{
				OnQuote: func(c *strategies.Context, q *strategies.Quote) {
					if do := at[engine.Time(q.Time)]; do != nil {
						do(c)
					}
				},
			}}}, nil
		},
	})
	r, err := w.Run(&sim.Tape{Quotes: quotes})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func cents(n int64) engine.Money { return engine.Money(n) * engine.MoneyScale / 100 }

// TestResultOfTwoSessions is reckoned by hand. A tick is 12.50, a side 2.15.
func TestResultOfTwoSessions(t *testing.T) {
	quotes := []engine.Quote{
		book(tuesday+10*hour, 100, 101),
		book(tuesday+11*hour, 100, 101), // buys 2 at 101: -25.00 at the bid, -4.30
		book(tuesday+12*hour, 110, 111), // +225.00: the peak, equity 10220.70
		book(tuesday+13*hour, 99, 100),  // -50.00: 9945.70, 275.00 below the peak
		book(tuesday+14*hour, 105, 106), // sells 1 at 105: +50.00 made, +50.00 open, -2.15 more
		book(tuesday+17*hour, 105, 106), // the close: already Wednesday's
		book(tuesday+19*hour, 103, 104), // one hour into Wednesday's session: +25.00 open
		book(tuesday+20*hour, 107, 108), // sells 2 at 107: +75.00 for one, short one at 107, -4.30
		book(tuesday+22*hour, 102, 103), // short one: +50.00 open
	}
	r := script(t, 0, quotes, map[engine.Time]func(c *strategies.Context){
		tuesday + 11*hour: func(c *strategies.Context) { c.Buy(2) },
		tuesday + 14*hour: func(c *strategies.Context) { c.Sell(1) },
		tuesday + 20*hour: func(c *strategies.Context) { c.Sell(2) },
	})
	money := func(what string, got, want engine.Money) {
		t.Helper()
		if got != want {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	money("fees", r.Fees, cents(1075))
	money("net", r.Net(), cents(12500+5000-1075))
	money("cash", r.End.Cash, cents(1_000_000+12500-1075))
	money("drawdown", r.MaxDrawdown, cents(27500))
	if r.DrawdownFrom != tuesday+12*hour || r.DrawdownTo != tuesday+13*hour {
		t.Errorf("drawdown from %v to %v", r.DrawdownFrom, r.DrawdownTo)
	}
	want := []sim.Session{
		{Date: 20240305, Start: cents(1_000_000), End: cents(1_000_000 + 10000 - 645), Fees: cents(645), Fills: 2},
		{Date: 20240306, Start: cents(1_000_000 + 10000 - 645), End: cents(1_000_000 + 17500 - 1075), Fees: cents(430), Fills: 1, Trips: 1},
	}
	if !reflect.DeepEqual(r.Sessions, want) {
		t.Errorf("sessions %+v, want %+v", r.Sessions, want)
	}
	// 10 to 14 h of Tuesday are 4 h, 3 of them with a position; 14 to the close were
	// seen at the next session's first event only, which opens at 18: 4 h more, all in.
	if r.Open != 8*time.Hour || r.InMarket != 7*time.Hour {
		t.Errorf("open %v, in the market %v", r.Open, r.InMarket)
	}
	if len(r.Trips) != 1 || r.Trips[0].Net() != cents(12500-430-430*1/2-215) {
		t.Errorf("trips %+v", r.Trips)
	}
	if r.Events != 9 || r.Quotes != 9 || r.Intents != 3 || r.First != quotes[0].At || r.Last != quotes[8].At || r.Rejects != 0 {
		t.Errorf("%+v", r)
	}
	p := sim.Position{Strategy: 0, Instrument: 0, Qty: -1, Cost: -cents(107 * 1250), Mark: 103, Unrealized: cents(5000)}
	if len(r.Positions) != 1 || r.Positions[0] != p {
		t.Errorf("positions %+v", r.Positions)
	}
}

// TestExposureIsFromFillToFill: not from the event before the fill.
func TestExposureIsFromFillToFill(t *testing.T) {
	var quotes []engine.Quote
	for n := range engine.Time(11) {
		quotes = append(quotes, book(tuesday+n*10*second, 100, 101))
	}
	act := map[engine.Time]func(c *strategies.Context){
		tuesday + 20*second: func(c *strategies.Context) { c.Buy(1) },
		tuesday + 50*second: func(c *strategies.Context) { c.Flatten() },
	}
	for latency, want := range map[time.Duration]time.Duration{0: 30 * time.Second, 2 * time.Second: 30 * time.Second, 12 * time.Second: 30 * time.Second} {
		r := script(t, latency, quotes, act)
		if r.InMarket != want || r.Open != 100*time.Second || len(r.Fills) != 2 {
			t.Errorf("latency %v: %v of %v", latency, r.InMarket, r.Open)
		}
	}
}

// TestFillBetweenSessions: a fill that is learned of after the close belongs to
// the next session, with its fee and what it does to equity.
func TestFillBetweenSessions(t *testing.T) {
	r := script(t, 2*time.Second, []engine.Quote{
		book(tuesday+17*hour-second, 100, 101), book(tuesday+18*hour+second, 100, 101), book(tuesday+18*hour+3*second, 100, 101),
	}, map[engine.Time]func(c *strategies.Context){tuesday + 17*hour - second: func(c *strategies.Context) { c.Buy(1) }})
	if len(r.Sessions) != 2 || r.Sessions[0].Fills != 0 || r.Sessions[0].End != r.Sessions[0].Start || r.Sessions[1].Fills != 1 ||
		r.Sessions[1].End != r.Sessions[1].Start-cents(1250+215) {
		t.Errorf("%+v", r.Sessions)
	}
	if r.Open != 3*time.Second || r.InMarket != 3*time.Second {
		t.Errorf("open %v, in the market %v", r.Open, r.InMarket)
	}
}

// TestFillAfterTheLastEventOfASession is in that session, fee, profit and all.
func TestFillAfterTheLastEventOfASession(t *testing.T) {
	r := script(t, 2*time.Second, []engine.Quote{book(tuesday+17*hour-9*second, 100, 101), book(tuesday+18*hour+second, 100, 101)},
		map[engine.Time]func(c *strategies.Context){tuesday + 17*hour - 9*second: func(c *strategies.Context) { c.Buy(1) }})
	if s := r.Sessions; len(s) != 2 || s[0].Fills != 1 || s[0].Fees != cents(215) || s[0].End != s[0].Start-cents(1250+215) || s[1].Start != s[1].End {
		t.Errorf("%+v", s)
	}
}

// TestEventsInTheBreakAreNoTime: a feed that repeats itself while the market is
// closed does not make the account's day longer.
func TestEventsInTheBreakAreNoTime(t *testing.T) {
	var quotes []engine.Quote
	for n := range engine.Time(9) {
		quotes = append(quotes, book(tuesday+16*hour+n*hour/2, 100, 101))
	}
	r := script(t, 0, quotes, nil)
	if r.Open != 30*time.Minute+2*time.Hour {
		t.Errorf("open %v", r.Open)
	}
}

func TestTalliesOfTheMarket(t *testing.T) {
	quotes := []engine.Quote{
		deal(second, 90, 1), // nothing is known to be outside of
		book(second, 100, 101), deal(second, 100, 1), deal(second, 101, 1), deal(second, 102, 1), deal(second, 99, 1),
		book(second, 101, 101), book(second, 102, 101), book(second, engine.NoPrice, 101), deal(second, 1, 1),
	}
	quotes[6].AskSize = 0
	r := script(t, 0, quotes, nil)
	if r.Events != 10 || r.Quotes != 4 || r.Trades != 6 || r.Outside != 2 || r.Locked != 1 || r.Crossed != 1 || r.Hollow != 1 {
		t.Errorf("%+v", r)
	}
}

// TestRejectsAndDenials: what the venue refused and what the gate did are counted
// once each and apart.
func TestRejectsAndDenials(t *testing.T) {
	r := script(t, 100*time.Millisecond, []engine.Quote{book(second, 100, 101), book(2*second, 100, 101), book(3*second, 100, 101)},
		map[engine.Time]func(c *strategies.Context){second: func(c *strategies.Context) {
			c.Cancel(c.BuyStop(1, 20)) // below the market: the venue rejects it, and the cancel after it
			c.BuyLimit(1, 20.1)
			c.BuyLimit(1, 20.1)
			c.Buy(0)
			c.Cancel(99)
		}})
	if r.Rejects != 1 || len(r.Orders) != 1 || r.Orders[0].State != engine.Refused || r.Ignored != 0 {
		t.Errorf("rejects %d, ignored %d, orders %+v", r.Rejects, r.Ignored, r.Orders)
	}
	got := map[engine.Code]int64{}
	for _, d := range r.Denials {
		got[d.Code] = d.Count
	}
	if want := map[engine.Code]int64{engine.BadPrice: 2, engine.BadTerms: 1, engine.UnknownRef: 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("denials %v, want %v", got, want)
	}
}

func TestLogsAreBounded(t *testing.T) {
	r := script(t, 0, []engine.Quote{book(second, 100, 101)}, map[engine.Time]func(c *strategies.Context){second: func(c *strategies.Context) {
		for n := range sim.MaxLogs + 3 {
			c.Log(n)
		}
	}})
	if len(r.Logs) != sim.MaxLogs || r.LogsDropped != 3 || r.Logs[sim.MaxLogs-1].Text != "9999" {
		t.Errorf("%d logs, %d dropped", len(r.Logs), r.LogsDropped)
	}
}

// TestSameInputSameResult: everything in the result, not only its hash.
func TestSameInputSameResult(t *testing.T) {
	quotes := walk(200_000)
	run := func() *sim.Result {
		r, err := crossWorld(t).Run(&sim.Tape{Quotes: quotes})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	a, b := run(), run()
	if !reflect.DeepEqual(a, b) {
		t.Error("two runs of one input differ")
	}
	if len(a.Fills) < 50 || a.Ignored != 0 || len(a.Equity) > sim.MaxPoints || len(a.Charts[0].Candles) > sim.MaxPoints {
		t.Errorf("%d fills, %d ignored, %d points, %d candles", len(a.Fills), a.Ignored, len(a.Equity), len(a.Charts[0].Candles))
	}
	quotes[199_999].BidSize++
	if c := run(); c.Hash == a.Hash {
		t.Error("another market makes no other hash")
	}
}

func TestOneDecisionChangesTheHash(t *testing.T) {
	quotes := []engine.Quote{book(second, 100, 101), book(2*second, 100, 101), book(3*second, 100, 101)}
	hashes := map[engine.Hash]int{}
	for n, do := range []func(c *strategies.Context){
		nil,
		func(c *strategies.Context) { c.Buy(1) },
		func(c *strategies.Context) { c.Buy(2) },
		func(c *strategies.Context) { c.Sell(1) },
		func(c *strategies.Context) { c.BuyLimit(1, 25.25) },
		func(c *strategies.Context) { c.BuyLimit(1, 20) },
		func(c *strategies.Context) { c.BuyLimit(1, 20.25) },
		func(c *strategies.Context) { c.BuyBracket(1, 20, 0) },
		func(c *strategies.Context) { c.BuyBracket(1, 0, 30) },
		func(c *strategies.Context) { c.Log("a") },
		func(c *strategies.Context) { c.Log("b") },
		func(c *strategies.Context) { c.Every("t", time.Hour) },
		func(c *strategies.Context) { c.Cancel(1) },
		func(c *strategies.Context) { c.CancelAll() },
		func(c *strategies.Context) { c.Stop("") },
		func(*strategies.Context) { panic(0) },
	} {
		r := script(t, 0, quotes, map[engine.Time]func(c *strategies.Context){2 * second: do})
		if before, twice := hashes[r.Hash]; twice {
			t.Errorf("decisions %d and %d have one hash", before, n)
		}
		hashes[r.Hash] = n
	}
}

// endless repeats quotes with ever later times and looks at the memory on the way.
type endless struct {
	quotes []engine.Quote
	left   int
	now    engine.Time
	look   func(left int)
}

func (e *endless) Next(q *engine.Quote) error {
	e.left--
	e.look(e.left)
	if e.left < 0 {
		return io.EOF
	}
	*q = e.quotes[e.left%len(e.quotes)]
	e.now += second / 10
	q.At = e.now
	return nil
}

// TestNothingIsAllocatedForAnEvent: once charts and curve have reached their
// bound, a market event that decides nothing allocates nothing, and a second in which
// the profit and loss moved only what tells of it, so memory does not depend on the
// length of the recording.
func TestNothingIsAllocatedForAnEvent(t *testing.T) {
	const warm, measured = 300_000, 100_000
	const seconds, each = measured / 10, 3 // a timer set, the timer, the P&L
	var before, after runtime.MemStats
	src := &endless{quotes: walk(1000), left: warm + measured, look: func(left int) {
		switch left {
		case measured:
			runtime.ReadMemStats(&before)
		case 0:
			runtime.ReadMemStats(&after)
		}
	}}
	w := sim.NewWorld(sim.Config{
		Universe: universe(t), Gate: risk.New(risk.Limits{}, risk.DefaultBudget), Cash: engine.Dollars(100_000),
		Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
			s := strategies.NewSetup(nil)
			s.EMA(s.Mid(), 20)
			return &sim.Entry{Program: &strategies.Program{Setup: s, Handlers: strategies.Handlers{
				OnQuote: func(c *strategies.Context, q *strategies.Quote) { c.Position++ },
				OnStart: func(c *strategies.Context) { c.Buy(1) },
			}}}, s.Seal()
		},
	})
	r, err := w.Run(src)
	if err != nil {
		t.Fatal(err)
	}
	if n := after.Mallocs - before.Mallocs; n > 50+seconds*each || r.Events != warm+measured || len(r.Fills) != 1 {
		t.Errorf("%d allocations in %d events of %d, %d fills", n, measured, r.Events, len(r.Fills))
	}
}
