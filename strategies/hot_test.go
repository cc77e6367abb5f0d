package strategies

import (
	"math/rand"
	"runtime"
	"testing"
	"time"

	"tollgate/engine"
)

// crossing is a strategy of two averages on quotes that looks at its position.
func crossing(s *Setup) Handlers {
	fast, slow := s.EMA(s.Mid(), 20), s.EMA(s.Mid(), 100)
	return Handlers{OnQuote: func(c *Context, _ *Quote) {
		if slow.Ready && fast.V > slow.V && c.Position < 0 {
			c.Target(1)
		}
	}}
}

// tape is n quotes and trades on a random walk, ten a second.
func tape(n int) []engine.Quote {
	r := rand.New(rand.NewSource(1))
	list := make([]engine.Quote, n)
	mid := engine.Price(19_000)
	for i := range list {
		mid += engine.Price(r.Intn(3) - 1)
		list[i] = blank(noon+engine.Time(i)*second/10, engine.QuoteChange)
		list[i].Bid, list[i].Ask = mid, mid+1
		if i%4 == 3 {
			list[i].Kind, list[i].Last, list[i].LastSize = engine.TradePrint, mid, 2
		}
	}
	return list
}

func TestNothingIsAllocatedForAQuote(t *testing.T) {
	for name, declare := range map[string]func(s *Setup) Handlers{
		"two averages": crossing,
		"bars too": func(s *Setup) Handlers {
			b := s.Minutes(1)
			s.ATR(b, 14)
			s.Ticks(10)
			s.VWAP()
			h := crossing(s)
			h.OnTrade = func(*Context, *Trade) {}
			h.OnBar = func(*Context, *Bar) {}
			return h
		},
	} {
		r, s := newRig(t, nil), NewSetup(nil)
		h := declare(s)
		r.join(s, h)
		quotes := tape(3000)
		n := 0
		step := func() {
			quotes[n].At = noon + engine.Time(n)*second/1000 // no bar ends by time
			r.runner.Step(&quotes[n])
			n++
		}
		for range 1000 {
			step()
		}
		if a := testing.AllocsPerRun(1000, step); a != 0 {
			t.Errorf("%s: %v allocations for an event", name, a)
		}
	}
}

// TestManyInstances: 200 of them on one instrument and on others see their own
// instrument, keep their own state and go in the order they joined.
func TestManyInstances(t *testing.T) {
	r := newRig(t, nil)
	other, err := r.universe.Add("NQ 06-24", engine.Spec{Root: "NQ", Tick: 250_000_000, PointValue: r.universe.Get(0).Point})
	if err != nil {
		t.Fatal(err)
	}
	var order []int
	counts := make([]int, 200)
	for n := range counts {
		s := NewSetup(nil)
		s.EMA(s.Mid(), n+1)
		h := Handlers{OnQuote: func(c *Context, _ *Quote) {
			order = append(order, n)
			counts[n]++
			if n == 7 {
				panic("one of them")
			}
			c.Buy(1)
		}}
		id := r.id
		if n%2 == 1 {
			id = other
		}
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
		if err := r.runner.Join(engine.StrategyID(n), &Program{Name: "x", Setup: s, Handlers: h}, id, LeaveOnPanic); err != nil {
			t.Fatal(err)
		}
	}
	for n := range engine.Time(10) {
		r.book(noon+n, 4, 8)
		q := blank(noon+n, engine.QuoteChange)
		q.Instrument, q.Bid, q.Ask = other, 4, 8
		r.step(&q)
	}
	for n, c := range counts {
		if want := 10; c != want && n != 7 {
			t.Errorf("instance %d saw %d quotes", n, c)
		}
		if order[n/2+100*(n%2)] != n {
			t.Fatalf("order %v", order[:200])
		}
	}
	if counts[7] != 1 {
		t.Errorf("the one that panicked saw %d quotes", counts[7])
	}
	seqs := map[engine.StrategyID]uint64{}
	for _, i := range r.intents() {
		seqs[i.Strategy]++
		if i.Seq != seqs[i.Strategy] {
			t.Fatalf("intent %+v: want number %d", i, seqs[i.Strategy])
		}
	}
}

// TestSameEventsSameCommands: two Runners fed alike command alike; one different
// decision shows.
func TestSameEventsSameCommands(t *testing.T) {
	run := func(odd int) engine.Hash {
		r, s := newRig(t, nil), NewSetup(nil)
		b := s.Minutes(1)
		n := 0
		r.join(s, Handlers{
			OnStart: func(c *Context) { c.Every("a", 7*time.Second); c.At("b", "13:00") },
			OnTimer: func(c *Context, _ *Timer) { c.Log(c.Bid, b.Close.V) },
			OnBar: func(c *Context, b *Bar) {
				if n++; n == odd {
					c.Buy(2)
				}
				c.Sell(1)
			},
		})
		r.start(noon)
		for _, q := range tape(20_000) {
			r.event(q)
		}
		return r.runner.Hash()
	}
	if a, b := run(0), run(0); a != b {
		t.Errorf("hashes %v and %v", a, b)
	}
	if run(0) == run(9) {
		t.Error("another decision makes no other hash")
	}
}

// TestMemoryDoesNotGrow: what a Runner holds does not depend on how long it ran.
func TestMemoryDoesNotGrow(t *testing.T) {
	held := func(events int) uint64 {
		r, s := newRig(t, nil), NewSetup(nil)
		s.Seconds(1)
		h := crossing(s)
		h.OnStart = func(c *Context) { c.Every("a", time.Second) }
		r.join(s, h)
		r.start(noon)
		quotes := tape(1000)
		for n := range events {
			q := quotes[n%1000]
			q.At = noon + engine.Time(n)*second/10
			r.event(q)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(r)
		return m.HeapAlloc
	}
	short, long := held(10_000), held(100_000)
	if long > short+64<<10 {
		t.Errorf("%d bytes after 10,000 events, %d after 100,000", short, long)
	}
}

func BenchmarkRunner(b *testing.B) {
	quotes := tape(1 << 16)
	r, s := newRig(b, nil), NewSetup(nil)
	r.join(s, crossing(s))
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		r.runner.Step(&quotes[n&(1<<16-1)])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
