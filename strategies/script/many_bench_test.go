package script

import (
	"runtime"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/strategies"
)

// manyScript looks at every quote.
const manyScript = `package many

import "tollgate/strategies"

var (
	mid  = strategies.Mid()
	fast = strategies.EMA(mid, 9)
	slow = strategies.EMA(mid, 21)
	up   bool
)

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	above := fast.V > slow.V
	if above && !up && ctx.Position <= 0 {
		ctx.Target(1)
	}
	if !above && up && ctx.Position >= 0 {
		ctx.Target(-1)
	}
	up = above
}
`

// BenchmarkMany is one second of 200 strategies on 20 instruments in one Runner,
// every instrument quoted once a second: the share of a core it takes, and the
// memory of the 200 scripts.
func BenchmarkMany(b *testing.B) {
	checked, err := Check(FromText("many.go", manyScript))
	if err != nil {
		b.Fatal(err)
	}
	u := engine.NewUniverse()
	for i := range 20 {
		if _, err := u.Add(engine.ContractKey("ES", i%12+1, 2026+i/12), engine.Spec{Root: "ES", Tick: engine.NanoScale / 4, PointValue: decimal.NewFromInt(50)}); err != nil {
			b.Fatal(err)
		}
	}
	before := footprint()
	r := strategies.NewRunner(strategies.RunnerConfig{Universe: u})
	for i := range 200 {
		p, err := checked.Load(Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := r.Join(engine.StrategyID(i), p, engine.InstrumentID(i%20), strategies.FlattenOnPanic); err != nil {
			b.Fatal(err)
		}
	}
	now, timers := engine.Time(0), []engine.SetTimer{}
	take := func(commands []engine.Command) {
		for _, c := range commands {
			if t, ok := c.(*engine.SetTimer); ok {
				timers = append(timers, *t)
			}
		}
	}
	second := func() {
		now += engine.Time(time.Second)
		due := timers
		timers = nil
		for _, t := range due {
			if t.At > now {
				timers = append(timers, t)
				continue
			}
			take(r.Step(&engine.TimerFired{At: t.At, ID: t.ID}))
		}
		for id := range engine.InstrumentID(20) {
			p := engine.Price(20_000 + int64(now/1e9)%17*int64(id%5))
			take(r.Step(&engine.Quote{
				At: now, Instrument: id, Kind: engine.QuoteChange, Bid: p, Ask: p + 1, Last: p, BidSize: 5, AskSize: 5,
				LastSize: engine.UnknownQty, Volume: engine.Qty(now / 1e9),
			}))
		}
	}
	second() // the first event starts the loop of a script
	megabytes := float64(footprint()-before) / 1e6
	for b.Loop() {
		second()
	}
	b.ReportMetric(megabytes, "MB")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e9*100, "%core")
}

// footprint is what is left after collecting, the stacks of loops included.
func footprint() uint64 {
	heap := collected()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return heap + m.StackInuse
}

func collected() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
