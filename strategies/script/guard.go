package script

import (
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
	"weak"

	"github.com/traefik/yaegi/interp"

	"tollgate/strategies"
)

// Limits of what a handler may take. Shorter than these a busy machine's own
// pauses would stop healthy scripts: 5 ms was measured to, 100 ms was not.
const (
	guardTick  = 5 * time.Millisecond // the heap is looked at this often
	HangLimit  = 2 * time.Second      // a handler that runs longer is stopped
	SlowLimit  = 100 * time.Millisecond
	HeapGrowth = 2 << 30 // bytes the program's heap may grow by before a script is stopped for it
)

// Guard watches the handlers of scripts from a goroutine of its own: it warns of
// slow ones, stops hung ones, and stops the one to blame when memory runs away. A
// stopped handler panics in its Runner, which ends that strategy or brings
// its former version back; others do not notice. It holds scripts weakly: one
// that nobody runs any more is collected. Safe for concurrent use.
type Guard struct {
	warn func(text string)
	mu   sync.Mutex
	all  []*watched
	heap []metrics.Sample
	stop context.CancelFunc
	done chan struct{}

	growth, most uint64    // bytes the heap may grow by, and to
	asked        time.Time // since when scripts weigh themselves; zero = they do not
	again        uint64    // usage.asked from which on the next search may begin
}

// usage is of the whole program, in bytes.
type usage struct {
	objects uint64 // in memory, the dead that were not collected yet among them
	asked   uint64 // for, ever
}

// NewGuard starts a guard; warn gets what people should read and may be nil.
// Close ends it.
func NewGuard(warn func(text string)) *Guard { return newGuard(warn, HeapGrowth) }

func newGuard(warn func(text string), growth uint64) *Guard {
	ctx, stop := context.WithCancel(context.Background())
	if warn == nil {
		warn = func(string) {}
	}
	g := &Guard{
		warn: warn, stop: stop, done: make(chan struct{}),
		heap:   []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/allocs:bytes"}},
		growth: growth,
	}
	g.most = g.usage().objects + growth
	go g.run(ctx)
	return g
}

// Close ends the guard and waits for its goroutine.
func (g *Guard) Close() {
	g.stop()
	<-g.done
}

// add takes an instance under watch. The guard keeps only its counters, never the
// instance: even looking at a weak pointer keeps what it points at alive for the
// garbage collection under way.
func (g *Guard) add(in *instance) {
	in.watched = &watched{name: in.checked.Source.Name, it: weak.Make(in.it)}
	runtime.AddCleanup(in, func(w *watched) { w.gone.Store(true) }, in.watched)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, in.watched)
}

func (g *Guard) run(ctx context.Context) {
	defer close(g.done)
	tick := time.NewTicker(guardTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			g.look(now, g.usage())
		}
	}
}

func (g *Guard) usage() usage {
	metrics.Read(g.heap)
	return usage{g.heap[0].Value.Uint64(), g.heap[1].Value.Uint64()}
}

// look checks every script that is in a handler, and forgets those collected.
func (g *Guard) look(now time.Time, u usage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	kept := g.all[:0]
	for _, w := range g.all {
		if w.gone.Load() {
			continue
		}
		kept = append(kept, w)
		g.check(w, now, u)
	}
	clear(g.all[len(kept):])
	g.all = kept
	g.remember(now, u)
}

func (g *Guard) check(w *watched, now time.Time, u usage) {
	calls := w.calls.Load()
	if calls%2 == 0 { // between handlers
		w.seen = 0
		return
	}
	if calls != w.seen {
		w.seen, w.since, w.asked, w.warned = calls, now, u.asked, false
	}
	ran := now.Sub(w.since)
	switch {
	case u.objects > g.most && u.asked-w.asked > g.growth/callShare, u.objects > g.most+g.growth:
		w.greedy.Store(true)
		w.halt(fmt.Sprintf("stopped: the program's memory grew by more than %d MB, %d MB of it in this call of a handler", g.growth>>20, (u.asked-w.asked)>>20))
	case ran > HangLimit:
		w.halt(fmt.Sprintf("stopped: the handler ran longer than %v; a loop that does not end?", HangLimit))
	case ran > SlowLimit && !w.warned:
		w.warned = true
		g.warn(fmt.Sprintf("%s: a handler has been running for %v; at %v it is stopped", w.name, ran.Round(time.Millisecond), HangLimit))
	}
}

// watched is what the guard knows of an instance. calls is odd while a handler
// runs; what is not atomic belongs to the guard's goroutine.
type watched struct {
	name   string
	it     weak.Pointer[interp.Interpreter]
	calls  atomic.Uint64
	reason atomic.Pointer[string]
	greedy atomic.Bool   // it was stopped for its memory
	order  atomic.Uint32 // what to do before the next handler
	size   atomic.Uint64 // bytes its variables held when it last weighed them
	gone   atomic.Bool   // the instance was collected
	seen   uint64
	since  time.Time
	asked  uint64 // for by the program, when the handler was first seen
	warned bool
}

// Orders to a script.
const (
	goOn uint32 = iota
	weighYourself
	endYourself
)

func (w *watched) weigh() { w.order.CompareAndSwap(goOn, weighYourself) }

// halt makes the interpreter return from whatever it runs, at its next
// instruction, now and for ever after.
func (w *watched) halt(reason string) {
	it := w.it.Value()
	if it == nil {
		return
	}
	w.reason.CompareAndSwap(nil, &reason)
	w.order.Store(endYourself)
	// interp.Interpreter's first field is the run id that every running frame
	// compares with its own before each instruction (yaegi v0.16.1, interp.go). The
	// documented way, cancelling an EvalWithContext parked for the purpose, does the
	// same but costs two goroutines for each script. TestHaltStopsLoops fails should a
	// later version of yaegi move the field.
	atomic.AddUint64((*uint64)(unsafe.Pointer(it)), 1)
}

// stopped is the panic of a handler that the guard stopped.
type stopped string

func (s stopped) Error() string { return string(s) }

// enter begins a handler, unless the script was stopped between two.
func (w *watched) enter() {
	if w.order.Load() != goOn {
		w.obey()
	}
	w.calls.Add(1)
}

// leave ends a handler; one that was stopped returned early and must not be
// believed.
func (w *watched) leave() {
	w.calls.Add(1)
	if w.order.Load() == endYourself {
		w.obey()
	}
}

// obey does what the guard wants of the script, on the goroutine that runs it.
func (w *watched) obey() {
	it := w.it.Value()
	if r := w.reason.Load(); r != nil {
		if it != nil && w.greedy.Load() {
			release(it)
		}
		panic(stopped(*r))
	}
	if it != nil {
		bytes, whole := weightOf(it)
		if !whole {
			bytes = max(bytes, HeapGrowth/leastShare)
		}
		w.size.Store(bytes)
	}
	w.order.CompareAndSwap(weighYourself, goOn)
}

// cover puts every handler under the guard.
func (w *watched) cover(h *strategies.Handlers) {
	alone := func(f func(*strategies.Context)) func(*strategies.Context) {
		if f == nil {
			return nil
		}
		return func(c *strategies.Context) {
			w.enter()
			defer w.leave()
			f(c)
		}
	}
	h.OnStart, h.OnStop = alone(h.OnStart), alone(h.OnStop)
	h.OnQuote, h.OnTrade, h.OnBar = watch(w, h.OnQuote), watch(w, h.OnTrade), watch(w, h.OnBar)
	h.OnOrder, h.OnFill, h.OnPnL = watch(w, h.OnOrder), watch(w, h.OnFill), watch(w, h.OnPnL)
	h.OnTimer, h.OnLink = watch(w, h.OnTimer), watch(w, h.OnLink)
	if migrate := h.Migrate; migrate != nil {
		h.Migrate = func(s *strategies.State) {
			w.enter()
			defer w.leave()
			migrate(s)
		}
	}
}

func watch[T any](w *watched, f func(*strategies.Context, *T)) func(*strategies.Context, *T) {
	if f == nil {
		return nil
	}
	return func(c *strategies.Context, x *T) {
		w.enter()
		defer w.leave()
		f(c, x)
	}
}
