package strategies

import (
	"strings"
	"testing"
	"time"

	"tollgate/engine"
)

// everything makes every handler of an instance run once.
func everything(r *rig) {
	r.start(noon)
	r.snapshot(noon+second, engine.NoPrice, 8, 4, 10)   // one side: it makes no bar
	r.snapshot(noon+2*second, engine.NoPrice, 8, 8, 12) // a quote and a trade that fills a bar
	u := order(noon+3*second, 1, engine.Done)
	u.Fill, u.Holding = engine.Fill{Qty: 1, Price: 4}, engine.Holding{Position: 1, Cost: 5000 * engine.MoneyScale}
	r.update(u)
	r.step(&engine.PnL{At: noon + 4*second})
	r.step(&engine.LinkChange{At: noon + 5*second, State: engine.LinkUp})
	r.until(noon + minute)
	r.step(&engine.Phase{At: noon + minute})
}

// faulty is a program whose handler of one name does what fail does; all write
// down that they were called.
func faulty(d *diary, name string, fail func(*Context)) Handlers {
	did := func(h string, c *Context) {
		d.add("%s", h)
		if h == name {
			fail(c)
		}
	}
	return Handlers{
		OnStart: func(c *Context) { c.Every("t", time.Minute); did("OnStart", c) },
		OnStop:  func(c *Context) { did("OnStop", c) },
		OnQuote: func(c *Context, _ *Quote) { did("OnQuote", c) },
		OnTrade: func(c *Context, _ *Trade) { did("OnTrade", c) },
		OnBar:   func(c *Context, _ *Bar) { did("OnBar", c) },
		OnOrder: func(c *Context, _ *Order) { did("OnOrder", c) },
		OnFill:  func(c *Context, _ *Fill) { did("OnFill", c) },
		OnPnL:   func(c *Context, _ *PnL) { did("OnPnL", c) },
		OnTimer: func(c *Context, _ *Timer) { did("OnTimer", c) },
		OnLink:  func(c *Context, _ *Link) { did("OnLink", c) },
	}
}

// order in which everything calls handlers.
var sequence = []string{
	"OnStart", "OnQuote", "OnQuote", "OnTrade", "OnBar", "OnFill", "OnOrder", "OnPnL", "OnLink", "OnTimer", "OnStop",
}

func upTo(name string) []string {
	var list []string
	for _, s := range sequence {
		list = append(list, s)
		if s == name {
			return list
		}
	}
	return list
}

func oneTrade() *Setup {
	s := NewSetup(nil)
	s.Ticks(1)
	return s
}

func TestEveryHandlerIsCalled(t *testing.T) {
	r, d := newRig(t, nil), &diary{}
	r.join(oneTrade(), faulty(d, "", nil))
	everything(r)
	d.want(t, sequence...)
}

// TestPanicStopsItsInstanceAlone: nothing reaches the instance after it, not even
// the rest of the same event; its neighbours see everything.
func TestPanicStopsItsInstanceAlone(t *testing.T) {
	for _, name := range HandlerNames {
		for _, choice := range []OnPanic{FlattenOnPanic, LeaveOnPanic} {
			r, bad, good := newRig(t, nil), &diary{}, &diary{}
			r.joinWith(oneTrade(), faulty(bad, name, func(c *Context) { c.Buy(1); panic("on purpose") }), choice)
			r.join(oneTrade(), faulty(good, "", nil))
			everything(r)
			bad.want(t, upTo(name)...)
			want := []string{"OnStart", "OnQuote", "OnQuote", "OnTrade", "OnBar", "OnPnL", "OnLink", "OnTimer"} // orders and the stop are the other's
			good.want(t, want...)
			if h := r.halts(); len(h) != 1 || h[0] != "panic in "+name+": on purpose" {
				t.Errorf("%s: halts %q", name, h)
			}
			kinds := ""
			for _, i := range r.intents() {
				kinds += i.Kind.String() + " "
			}
			if want := map[OnPanic]string{FlattenOnPanic: "submit flatten ", LeaveOnPanic: "submit "}[choice]; kinds != want {
				t.Errorf("%s: intents %s, want %s", name, kinds, want)
			}
		}
	}
}

// TestStop: the strategy ends after the handler that asked; OnStop runs once,
// with whatever it asks for, then the orders are cancelled.
func TestStop(t *testing.T) {
	for _, name := range HandlerNames {
		r, d := newRig(t, nil), &diary{}
		r.join(oneTrade(), faulty(d, name, func(c *Context) {
			c.Stop("enough")
			c.Stop("really")
			d.add("goes on")
		}))
		everything(r)
		want := append(upTo(name), "goes on")
		if name != "OnStop" {
			want = append(want, "OnStop")
		}
		d.want(t, want...)
		if h := r.halts(); len(h) != 1 || h[0] != "stopped by the strategy: enough" {
			t.Errorf("%s: halts %q", name, h)
		}
		if i := r.intents(); len(i) != 1 || i[0].Kind != engine.CancelAll {
			t.Errorf("%s: %d intents", name, len(i))
		}
	}
}

// TestOnStopOfAStop: what it submits is cancelled after it; when it panics, that
// is the reason.
func TestOnStopOfAStop(t *testing.T) {
	for _, fails := range []bool{false, true} {
		r := newRig(t, nil)
		r.join(NewSetup(nil), Handlers{
			OnStart: func(c *Context) { c.Stop("enough") },
			OnStop: func(c *Context) {
				c.Sell(2)
				if fails {
					panic("and more")
				}
			},
		})
		everything(r)
		kinds := ""
		for _, i := range r.intents() {
			kinds += i.Kind.String() + " "
		}
		want, reason := "submit cancel-all ", "stopped by the strategy: enough"
		if fails {
			want, reason = "submit flatten ", "panic in OnStop: and more"
		}
		if h := r.halts(); kinds != want || len(h) != 1 || h[0] != reason {
			t.Errorf("fails %v: intents %s, halts %q", fails, kinds, h)
		}
	}
}

// TestWritingIntoTheContext: every handler gets the truth anew, and what is sent
// follows the truth.
func TestWritingIntoTheContext(t *testing.T) {
	r := newRig(t, nil)
	var kept *Context
	seen := 0
	r.join(NewSetup(nil), Handlers{OnQuote: func(c *Context, q *Quote) {
		seen++
		if c.Position != 3 || c.Bid != 1 || q.Bid != 1 || c.Tick != 0.25 || c.Instrument != "ES 06-24" || kept != nil && kept.Position != 3 {
			t.Errorf("context %+v, quote %+v", c, q)
		}
		c.Target(3)
		c.Position, c.Bid, c.Tick, c.Instrument, q.Bid, c.Working = -7, 9, 1, "NQ", 9, 4
		c.Target(3)
		c.BuyLimit(1, 1.25) // off any other grid
		kept = c
	}})
	r.update(engine.Update{At: noon, Holding: engine.Holding{Position: 3, Cost: 150 * engine.MoneyScale}})
	r.book(noon, 4, 8)
	r.book(noon+second, 4, 8)
	i := r.intents()
	if seen != 2 || len(i) != 2 || i[0].Terms.Limit != 5 || i[1].Terms.Limit != 5 || i[0].Terms.Instrument != r.id {
		t.Errorf("%d quotes, %d intents", seen, len(i))
	}
	for n, x := range i {
		if x.Seq != uint64(n+1) || x.Ref != engine.Ref(n+1) || x.Cause != x.At {
			t.Errorf("intent %+v", x)
		}
	}
}

// TestReplacedContext: a script that throws its way to trade away has a panic of
// its own, in the handler.
func TestReplacedContext(t *testing.T) {
	r := newRig(t, nil)
	r.join(NewSetup(nil), Handlers{OnQuote: func(c *Context, _ *Quote) {
		*c = Context{}
		c.Buy(1)
	}})
	r.book(noon, 4, 8)
	r.book(noon, 4, 8)
	if h := r.halts(); len(h) != 1 || !strings.HasPrefix(h[0], "panic in OnQuote: ") {
		t.Errorf("halts %q", h)
	}
}

func TestLocatedPanic(t *testing.T) {
	r, s := newRig(t, nil), NewSetup(nil)
	p := &Program{
		Name: "x", Setup: s, Handlers: Handlers{OnQuote: func(*Context, *Quote) { panic(7) }},
		Locate: func(v any) string { return "x.go:3: it was " + strings.Repeat("I", v.(int)) },
	}
	if err := r.runner.Join(0, p, r.id, LeaveOnPanic); err != nil {
		t.Fatal(err)
	}
	r.book(noon, 4, 8)
	if h := r.halts(); len(h) != 1 || h[0] != "panic in OnQuote: x.go:3: it was IIIIIII" {
		t.Errorf("halts %q", h)
	}
}

// TestLogs: what a script logs is stamped with event time, without the line's end.
func TestLogs(t *testing.T) {
	r := newRig(t, nil)
	r.join(NewSetup(nil), Handlers{OnQuote: func(c *Context, _ *Quote) {
		c.Log("bid", c.Bid, c.Position)
		c.Logf("%.1f\n", c.Ask)
		c.Logf("")
	}})
	r.book(noon, 4, 8)
	var got []string
	for _, c := range r.out {
		if l, ok := c.(*engine.Log); ok && l.At == noon {
			got = append(got, l.Text)
		}
	}
	if strings.Join(got, "|") != "bid 1 0|2.0|" {
		t.Errorf("logs %q", got)
	}
}

// TestMaxIntents: a call of a handler may ask for MaxIntents things, and the next call
// for as many again; one more ends the strategy, and what it was is not an order.
func TestMaxIntents(t *testing.T) {
	ask := map[string]func(c *Context, n int){
		"orders":  func(c *Context, n int) { c.BuyLimit(1, float64(n)) },
		"changes": func(c *Context, n int) { c.Change(7, 1, 1, 1) },
		"cancels": func(c *Context, n int) { c.Cancel(7) },
		"sweeps":  func(c *Context, n int) { c.CancelAll() },
	}
	for name, one := range ask {
		for _, more := range []int{0, 1} {
			r := newRig(t, nil)
			r.join(NewSetup(nil), Handlers{OnQuote: func(c *Context, _ *Quote) {
				for n := range MaxIntents + more {
					one(c, n)
				}
			}})
			r.snapshot(noon, engine.NoPrice, 8, 4, 10)
			r.snapshot(noon+second, engine.NoPrice, 8, 4, 10)
			got, halts := len(r.intents()), r.halts()
			if more == 0 && (got != 2*MaxIntents || len(halts) != 0) {
				t.Errorf("%s: %d intents, halts %q", name, got, halts)
			}
			if more == 1 && (got != MaxIntents+1 || len(halts) != 1 || !strings.Contains(halts[0], "more than 1000 orders")) { // and the flatten
				t.Errorf("%s: %d intents, halts %q", name, got, halts)
			}
		}
	}
}
