package script

import (
	"iter"
	"reflect"
	"runtime"

	"tollgate/strategies"
)

// loop is the coroutine in which an instance's moved handlers run. The coroutine's
// stack is a root of the garbage collector as long as it waits: so neither this nor
// anything the interpreter reaches may reach the instance, whose collection is what
// ends the coroutine.
type loop struct {
	run   func() // the moved source; returns when kind is 0
	kind  *int   // of the turn
	yield func(struct{}) bool
	next  func() (struct{}, bool) // nil = not begun
	stop  func()
	busy  bool // a turn began and did not end: its handler panicked
}

// ended is the panic of a handler whose loop is gone for good. It takes a script
// that the guard halted, and then the guard's own panic replaces it.
const ended = stopped("stopped: the script was halted and cannot run any more")

// wait is what the interpreted loop calls to get its next event.
func (l *loop) wait() {
	if !l.yield(struct{}{}) {
		*l.kind = 0
	}
}

// turn runs one handler. A panic in it comes out here and ends the coroutine; the
// next turn begins a new one, which finds the script's variables as they were left,
// as a plain call would.
func (l *loop) turn(kind int) {
	if l.next == nil || l.busy {
		l.begin()
	}
	l.busy = true
	*l.kind = kind
	_, ok := l.next()
	l.busy = false
	if !ok {
		l.next = nil
		panic(ended)
	}
}

// begin starts the coroutine and takes it to its first wait.
func (l *loop) begin() {
	l.next, l.stop = iter.Pull(func(yield func(struct{}) bool) {
		l.yield = yield
		l.run()
	})
	l.next()
}

// end lets the interpreted loop return, which ends the coroutine.
func (l *loop) end() {
	if l.stop != nil {
		l.stop()
	}
}

// attach binds the loop to the script that was loaded as moved source.
func (in *instance) attach() bool {
	symbols := in.it.Symbols(packageName)[packageName]
	run, ok1 := valueOf[func()](symbols[loopFunc])
	kind, ok2 := pointerTo[int](symbols[loopKind])
	in.loop.run, in.loop.kind = run, kind
	// Ending the coroutine runs interpreted code, which must not hold up the cleanups
	// of others.
	runtime.AddCleanup(in, func(l *loop) { go l.end() }, in.loop)
	return ok1 && ok2
}

// follow puts the handlers of the loop into h.
func (in *instance) follow(h *strategies.Handlers) bool {
	symbols := in.it.Symbols(packageName)[packageName]
	ok := in.attach()
	for i, a := range in.moved.arms {
		bound := false
		switch a.handler {
		case "OnQuote":
			h.OnQuote, bound = pull[strategies.Quote](in, symbols, i)
		case "OnTrade":
			h.OnTrade, bound = pull[strategies.Trade](in, symbols, i)
		case "OnBar":
			h.OnBar, bound = pull[strategies.Bar](in, symbols, i)
		}
		ok = ok && bound
	}
	return ok
}

// pull makes the handler of an arm.
func pull[T any](in *instance, symbols map[string]reflect.Value, i int) (func(*strategies.Context, *T), bool) {
	name := in.moved.arms[i].handler
	ctx, ok1 := pointerTo[*strategies.Context](symbols[loopParam(name, 0)])
	event, ok2 := pointerTo[*T](symbols[loopParam(name, 1)])
	return func(c *strategies.Context, x *T) {
		*ctx, *event = c, x
		in.loop.turn(i + 1)
		runtime.KeepAlive(in) // the loop must not be ended in the middle of a turn
	}, ok1 && ok2
}

func valueOf[T any](v reflect.Value) (t T, ok bool) {
	if !v.IsValid() || !v.CanInterface() {
		return t, false
	}
	t, ok = v.Interface().(T)
	return t, ok
}

// pointerTo is the address of a variable of the script.
func pointerTo[T any](v reflect.Value) (*T, bool) {
	if !v.IsValid() || !v.CanAddr() {
		return nil, false
	}
	return valueOf[*T](v.Addr())
}
