package strategies

import (
	"testing"
	"time"

	"tollgate/engine"
)

// barsOnly writes down bars alone.
func barsOnly(d *diary) Handlers { return Handlers{OnBar: full(d).OnBar} }

// TestBarClosesAtItsEnd: by its timer, not with the next trade, and before
// whatever else happens at its end.
func TestBarClosesAtItsEnd(t *testing.T) {
	r, s, d := newRig(t, nil), NewSetup(nil), &diary{}
	s.Minutes(1)
	r.join(s, full(d))
	r.trade(noon+10*second, 4, 2)
	r.until(noon + minute - 1)
	d.want(t, "quote 12:00:10 NaN/NaN last 1", "trade 12:00:10 1 x 2")
	r.until(noon + minute)
	d.want(t, "bar 1m 12:00:00-12:01:00 1/1/1/1 v2 n1 at 12:01:00")
	r.trade(noon+minute, 8, 1) // at the very end: of the next bar
	r.trade(noon+2*minute-1, 12, 3)
	d.lines = nil
	r.trade(noon+2*minute, 16, 1)
	d.want(t, "bar 1m 12:01:00-12:02:00 2/3/2/3 v4 n2 at 12:02:00", "quote 12:02:00 NaN/NaN last 4", "trade 12:02:00 4 x 1")
	r.until(noon + 10*minute)
	d.want(t, "bar 1m 12:02:00-12:03:00 4/4/4/4 v1 n1 at 12:03:00") // and none for minutes without a trade
}

// TestBarComesFirstWhicheverTimerDoes: what a script sees does not depend on the
// order in which a shell fires timers of one time.
func TestBarComesFirstWhicheverTimerDoes(t *testing.T) {
	for _, late := range []bool{false, true} {
		r, s, d := newRig(t, nil), NewSetup(nil), &diary{}
		r.late = late
		five, one := s.Minutes(5), s.Minutes(1)
		average := s.SMA(five.Close, 1)
		r.join(s, Handlers{
			OnStart: func(c *Context) { c.Every("tick", time.Minute) },
			OnTimer: func(c *Context, x *Timer) { d.add("timer %s: %d %d", clock(x.Time), one.Count, five.Count) },
			OnBar:   func(c *Context, b *Bar) { d.add("bar %s: %d %d, average %v", b.Name, one.Count, five.Count, average.V) },
			OnFill:  func(c *Context, f *Fill) { d.add("fill: %d %d, position %d", one.Count, five.Count, c.Position) },
			OnQuote: func(c *Context, q *Quote) { d.add("quote %s: %d %d", clock(q.Time), one.Count, five.Count) },
		})
		r.start(noon)
		r.trade(noon+4*minute+second, 4, 1)
		d.lines = nil
		u := order(noon+5*minute, 1, engine.Done)
		u.Fill, u.Holding = engine.Fill{Qty: 1, Price: 4}, engine.Holding{Position: 1, Cost: 5000 * engine.MoneyScale}
		r.until(u.At)
		if late {
			r.update(u)
			d.want(t, "bar 5m: 1 1, average 1", "bar 1m: 1 1, average 1", "fill: 1 1, position 1")
		} else {
			d.want(t, "bar 5m: 1 1, average 1", "bar 1m: 1 1, average 1", "timer 12:05:00: 1 1")
		}
		r.trade(noon+5*minute, 4, 1)
		d.want(t, "quote 12:05:00: 1 1")
		r.until(noon + 5*minute + 1)
		if late {
			d.want(t, "timer 12:05:00: 1 1")
		}
	}
}

func globex(t testing.TB) *engine.Calendar {
	return &engine.Calendar{
		Zone: zone(t, "America/New_York"), Open: 18 * time.Hour, Close: 17 * time.Hour, Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true},
	}
}

// TestBarsEndWithTheSession: 17:00 New York is 22:00 UTC in winter.
func TestBarsEndWithTheSession(t *testing.T) {
	r, s, d := newRig(t, globex(t)), NewSetup(nil), &diary{}
	s.Sessions()
	s.Ticks(3)
	s.Volume(100)
	s.Range(40)
	s.Hours(5)
	r.join(s, barsOnly(d))
	end := noon + 600*minute
	r.trade(end-2*second, 4, 1)
	r.trade(end-second, 8, 1)
	r.until(end - 1)
	d.want(t)
	r.until(end)
	d.want(t,
		"bar session 23:00:00-22:00:00 1/2/1/2 v2 n2 at 22:00:00",
		"bar 3 trades 21:59:58-21:59:59.000000001 1/2/1/2 v2 n2 at 22:00:00",
		"bar 100 contracts 21:59:58-21:59:59.000000001 1/2/1/2 v2 n2 at 22:00:00",
		"bar 40 ticks 21:59:58-21:59:59.000000001 1/2/1/2 v2 n2 at 22:00:00",
		"bar 5h 19:00:00-22:00:00 1/2/1/2 v2 n2 at 22:00:00")
	r.trade(end+30*minute, 40, 1) // in the break: no bar has it
	r.until(end + 59*minute)
	d.want(t)
}

// TestBarFilledByItsTrade: OnBar follows the OnTrade of the trade that filled it.
func TestBarFilledByItsTrade(t *testing.T) {
	r, s, d := newRig(t, nil), NewSetup(nil), &diary{}
	s.Ticks(2)
	s.Volume(5)
	s.Range(4)
	h := full(d)
	h.OnQuote = nil
	r.join(s, h)
	r.trade(noon, 4, 3)
	r.trade(noon, 8, 3)
	d.want(t, "trade 12:00:00 1 x 3", "trade 12:00:00 2 x 3",
		"bar 2 trades 12:00:00-12:00:00.000000001 1/2/1/2 v6 n2 at 12:00:00",
		"bar 5 contracts 12:00:00-12:00:00.000000001 1/2/1/2 v6 n2 at 12:00:00",
		"bar 4 ticks 12:00:00-12:00:00.000000001 1/2/1/2 v6 n2 at 12:00:00")
}

// TestWhatBarsAreMadeOf: trades; before any, the middle of the book with volume 0.
func TestWhatBarsAreMadeOf(t *testing.T) {
	for _, c := range []struct {
		name string
		feed func(r *rig)
		want []string
	}{
		{"quotes only", func(r *rig) {
			r.book(noon, 4, 8)
			r.book(noon+second, 8, engine.NoPrice) // one side: nothing to take the middle of
			r.book(noon+2*second, 8, 12)
		}, []string{"bar 1m 12:00:00-12:01:00 1.5/2.5/1.5/2.5 v0 n2 at 12:01:00"}},
		{"quotes until the first trade", func(r *rig) {
			r.book(noon, 4, 8)
			r.trade(noon+second, 40, 2)
			r.book(noon+2*second, 400, 800)
		}, []string{"bar 1m 12:00:00-12:01:00 1.5/10/1.5/10 v2 n2 at 12:01:00"}},
		{"trades of unknown size", func(r *rig) {
			r.trade(noon, 4, engine.UnknownQty)
			r.trade(noon+second, 8, 0)
		}, []string{"bar 1m 12:00:00-12:01:00 1/2/1/2 v0 n2 at 12:01:00"}},
		{"a print without a price", func(r *rig) { r.trade(noon, engine.NoPrice, 5) }, nil},
		{"an event without anything", func(r *rig) { r.event(blank(noon, engine.QuoteChange)) }, nil},
		{"snapshots: growth is a trade, the first and a reset are not", func(r *rig) {
			r.trade(noon, 4, 1) // so that books do not stand in
			r.snapshot(noon+second, 4, 8, 40, 1000)
			r.snapshot(noon+2*second, 4, 8, 8, 1007)
			r.snapshot(noon+3*second, 4, 8, 80, 1007)  // no growth
			r.snapshot(noon+4*second, 4, 8, 80, 3)     // a new count
			r.snapshot(noon+5*second, 4, 8, 12, 5)     // and growth of it
			r.snapshot(noon+6*second, 4, 8, 800, none) // no count, no trade
		}, []string{"bar 1m 12:00:00-12:01:00 1/3/1/3 v10 n3 at 12:01:00"}},
		{"a print that states the volume is not counted again", func(r *rig) {
			r.snapshot(noon, 4, 8, 4, 1000)
			q := blank(noon+second, engine.TradePrint)
			q.Last, q.LastSize, q.Volume = 8, 5, 1005
			r.event(q)
			r.snapshot(noon+2*second, 4, 8, 8, 1005)
			r.snapshot(noon+3*second, 4, 8, 12, 1006)
		}, []string{"bar 1m 12:00:00-12:01:00 1.5/3/1.5/3 v6 n3 at 12:01:00"}},
	} {
		r, s, d := newRig(t, nil), NewSetup(nil), &diary{}
		s.Minutes(1)
		r.join(s, barsOnly(d))
		c.feed(r)
		r.until(noon + 2*minute)
		t.Run(c.name, func(t *testing.T) { d.want(t, c.want...) })
	}
}

const none = engine.UnknownQty

func TestOnQuoteAndOnTrade(t *testing.T) {
	r, s, d := newRig(t, nil), NewSetup(nil), &diary{}
	h := full(d)
	r.join(s, h)
	r.trade(noon, 4, 1) // no book was ever stated
	d.want(t, "quote 12:00:00 NaN/NaN last 1", "trade 12:00:00 1 x 1")
	r.book(noon, 4, 8)
	d.want(t, "quote 12:00:00 1/2 last 1")
	r.trade(noon, 8, 1)
	d.want(t, "trade 12:00:00 2 x 1")
	r.book(noon, engine.NoPrice, 8)
	d.want(t, "quote 12:00:00 NaN/2 last 2")
	r.snapshot(noon+second, 4, 8, 12, 10)
	r.snapshot(noon+second, 4, 8, 16, 12)
	d.want(t, "quote 12:00:01 1/2 last 3", "quote 12:00:01 1/2 last 4", "trade 12:00:01 4 x 2")
	r.book(noon+second, -4, -8)
	d.want(t, "quote 12:00:01 -1/-2 last 4")
}

// TestOverwrittenBars: what a script does to its own Bars hurts nobody else.
func TestOverwrittenBars(t *testing.T) {
	r, s, d := newRig(t, nil), NewSetup(nil), &diary{}
	b := s.Minutes(1)
	average, true_ := s.SMA(b.Close, 1), s.ATR(b, 1)
	h := barsOnly(d)
	h.OnStart = func(*Context) { *b = Bars{} }
	r.join(s, h)
	r.start(noon)
	r.trade(noon, 4, 1)
	r.until(noon + minute)
	r.trade(noon+minute, 8, 1)
	r.until(noon + 2*minute)
	d.want(t, "bar 1m 12:00:00-12:01:00 1/1/1/1 v1 n1 at 12:01:00", "bar 1m 12:01:00-12:02:00 2/2/2/2 v1 n1 at 12:02:00")
	if average.V != 2 || true_.N != 2 {
		t.Errorf("average %v, %d true ranges", average.V, true_.N)
	}
}

// TestBarComesBeforeTheQuoteThatIsLaterThanIt: also when its timer has not fired.
func TestBarComesBeforeTheQuoteThatIsLaterThanIt(t *testing.T) {
	r, s, d := newRig(t, nil), NewSetup(nil), &diary{}
	s.Minutes(1)
	r.join(s, full(d))
	r.trade(noon, 4, 1)
	d.lines = nil
	r.timers = nil // a shell that is late with it
	r.trade(noon+minute+5*second, 8, 1)
	d.want(t, "bar 1m 12:00:00-12:01:00 1/1/1/1 v1 n1 at 12:01:05", "quote 12:01:05 NaN/NaN last 2", "trade 12:01:05 2 x 1")
	r.step(&engine.TimerFired{At: noon + minute, ID: 1})
	r.until(noon + 2*minute)
	d.want(t, "bar 1m 12:01:00-12:02:00 2/2/2/2 v1 n1 at 12:02:00")
}
