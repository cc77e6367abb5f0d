package script

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/strategies"
)

const pullHung = `package hung

import "tollgate/strategies"

var N int

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	for q.Bid > 0 {
		N = (N + 1) % 1000
	}
}

func OnTrade(ctx *strategies.Context, t *strategies.Trade) {
	N++
}

func OnStop(ctx *strategies.Context) { N++ }
`

// said is what a call panics with, located; empty = it did not.
func said(p *strategies.Program, call func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = p.Locate(r)
		}
	}()
	call()
	return ""
}

// A handler that hangs in the loop is stopped, and stays stopped: in the loop and
// outside of it.
func TestPullHaltStopsLoops(t *testing.T) {
	g := NewGuard(nil)
	defer g.Close()
	p, err := Load(FromText("hung.go", pullHung), Options{Guard: g})
	if err != nil {
		t.Fatal(err)
	}
	in := p.Host.(*instance)
	ctx := new(strategies.Context)
	if text := said(p, func() { p.Handlers.OnQuote(ctx, &strategies.Quote{}) }); text != "" {
		t.Fatalf("a healthy handler was stopped: %s", text)
	}
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		defer done.Done()
		for in.watched.calls.Load()%2 == 0 {
			runtime.Gosched()
		}
		in.watched.halt("stopped by the test")
	}()
	for _, call := range []func(){
		func() { p.Handlers.OnQuote(ctx, &strategies.Quote{Bid: 1}) }, // it hangs
		func() { p.Handlers.OnQuote(ctx, &strategies.Quote{}) },
		func() { p.Handlers.OnTrade(ctx, &strategies.Trade{}) },
		func() { p.Handlers.OnStop(ctx) }, // not in the loop
	} {
		if text := said(p, call); !strings.Contains(text, "stopped by the test") {
			t.Errorf("said %q", text)
		}
	}
	done.Wait()
}

// The guard's own limits hold in the loop.
func TestPullGuardLimits(t *testing.T) {
	g := newGuard(nil, 64<<20)
	defer g.Close()
	for _, c := range []struct{ text, want string }{
		{pullHung, "longer than"},
		{"package bomb\n\nimport \"tollgate/strategies\"\n\nvar all []string\n\nfunc OnQuote(ctx *strategies.Context, q *strategies.Quote) {\n\ttext := \"0123456789\"\n\tfor i := 0; i < 20; i++ {\n\t\ttext = text + text\n\t}\n\tfor len(text) > 0 {\n\t\tall = append(all, text+\"x\")\n\t}\n}\n", "memory"},
	} {
		p, err := Load(FromText("s.go", c.text), Options{Guard: g})
		if err != nil {
			t.Fatal(err)
		}
		if !p.Host.(*instance).moved.has("OnQuote") {
			t.Fatal("OnQuote is not in the loop")
		}
		if text := said(p, func() { p.Handlers.OnQuote(new(strategies.Context), &strategies.Quote{Bid: 1}) }); !strings.Contains(text, c.want) {
			t.Errorf("said %q, want %q", text, c.want)
		}
	}
}

// A script may be stepped by one goroutine after the other, and many scripts at once.
func TestPullGoroutines(t *testing.T) {
	checked, err := Check(FromText("hung.go", pullHung))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		p, err := checked.Load(Options{})
		if err != nil {
			t.Fatal(err)
		}
		all.Add(1)
		go func() {
			defer all.Done()
			for range 100 {
				var one sync.WaitGroup
				one.Add(1)
				go func() {
					defer one.Done()
					p.Handlers.OnTrade(new(strategies.Context), &strategies.Trade{})
				}()
				one.Wait()
			}
			n, ok := pointerTo[int](p.Host.(*instance).it.Symbols(packageName)[packageName]["N"])
			if !ok || *n != 100 {
				t.Errorf("N is not 100")
			}
		}()
	}
	all.Wait()
}

const pullKeeps = `package keeps

import "tollgate/strategies"

var (
	bars = strategies.Minutes(1)
	ema  = strategies.EMA(bars.Close, 2)
	seen *strategies.Context
	last strategies.Quote
	N    int
)

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	seen = ctx
	last = *q
	if N++; N%2 == 1 {
		ctx.BuyLimit(1, ctx.Round(q.Bid))
	}
	if q.Bid < 0 {
		panic("no")
	}
	for _, o := range ctx.Orders() {
		if o.Open && seen.Order(o.ID).Open {
			ctx.Cancel(o.ID)
		}
	}
}

func OnBar(ctx *strategies.Context, b *strategies.Bar) {
	if ema.V > b.Low {
		N++
	}
}
`

// trial runs a script through a Runner and lets go of all of it.
func trial(t *testing.T, checked *Checked, u *engine.Universe, o Options, fault bool) {
	t.Helper()
	p, err := checked.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	r := strategies.NewRunner(strategies.RunnerConfig{Universe: u, History: 100})
	if err := r.Join(0, p, 0, strategies.FlattenOnPanic); err != nil {
		t.Fatal(err)
	}
	halted := false
	for i := range 8 {
		price := engine.Price(100 + i)
		if fault && i == 6 {
			price = -5
		}
		for _, c := range r.Step(&engine.Quote{
			At: engine.Time(i) * engine.Time(20*time.Second), Kind: engine.QuoteChange, Bid: price, Ask: price + 1, Last: price,
			BidSize: 1, AskSize: 1, LastSize: engine.UnknownQty, Volume: engine.Qty(i),
		}) {
			if _, ok := c.(*engine.Halt); ok {
				halted = true
			}
		}
	}
	if halted != fault {
		t.Fatalf("halted: %v, want %v", halted, fault)
	}
}

// Whatever a script keeps of what it was given, a dropped program leaves no goroutine
// and no memory: healthy or after a panic, guarded or not.
func TestPullLeavesNothingBehind(t *testing.T) {
	u := engine.NewUniverse()
	if _, err := u.Add("ES 06-24", engine.Spec{Root: "ES", Tick: engine.NanoScale / 4, PointValue: decimal.NewFromInt(50)}); err != nil {
		t.Fatal(err)
	}
	checked, err := Check(FromText("keeps.go", pullKeeps))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(checked.Pulled(), " "); got != "OnQuote OnBar" {
		t.Fatalf("in the loop: %s", got)
	}
	g := NewGuard(nil)
	defer g.Close()
	before := runtime.NumGoroutine()
	var heap uint64
	for n := range 1200 {
		o := Options{}
		if n%2 == 0 {
			o.Guard = g
		}
		trial(t, checked, u, o, n%3 == 0)
		if n == 300 {
			settle(t, before)
			heap = collected()
		}
	}
	settle(t, before)
	if after := collected(); after > heap+heap/4+4<<20 {
		t.Errorf("the heap grew from %d to %d bytes", heap, after)
	}
}

// settle collects until the coroutines of dropped programs are gone: they go when the
// collector has found the program.
func settle(t *testing.T, want int) {
	t.Helper()
	for range 100 {
		runtime.GC()
		if runtime.NumGoroutine() <= want {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), want)
}
