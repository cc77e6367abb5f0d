package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"sync"
	"time"

	"github.com/traefik/yaegi/interp"

	"tollgate/strategies"
)

// InitLimit is how long a script's package variables and init functions may
// take. The limit is wall-clock time: it decides whether a script is loaded, not
// what it does.
const InitLimit = 2 * time.Second

// Options are what one instance of a script is loaded with.
type Options struct {
	// Params gives parameters their values, by name, as text. Nil leaves every
	// parameter at its default.
	Params map[string]string
	// Stdout and Stderr get what the script prints; accepted scripts print
	// nothing. Nil discards it.
	Stdout, Stderr io.Writer
	// Guard watches the handlers; nil leaves them alone.
	Guard *Guard
	// Plain calls every handler as a function of its own, also those that could run
	// in the loop. It decides the same and is slower; it is there to be compared with.
	Plain bool

	declared func(s *strategies.Setup, name string) // called after each declaration; nil = not
}

// Load checks a script and loads it into an interpreter of its own. The error is
// a Findings when the script is refused or declares what cannot be; otherwise it names
// the script and says what happened while its package variables were initialised, or
// which parameters are wrong.
func Load(src *Source, o Options) (*strategies.Program, error) {
	checked, err := Check(src)
	if err != nil {
		return nil, err
	}
	return checked.Load(o)
}

// Load makes one more instance of a script that was checked before.
func (c *Checked) Load(o Options) (*strategies.Program, error) {
	in, err := c.start(o)
	if err != nil {
		return nil, err
	}
	if err := in.setup.Seal(); err != nil {
		if found := c.mistakes(); len(found) > 0 {
			return nil, found
		}
		return nil, fmt.Errorf("script %s: %w", c.Source.Name, err)
	}
	p := &strategies.Program{Name: c.Source.Name, Hash: c.Source.Hash, Setup: in.setup, Locate: in.locate}
	if err := in.bind(&p.Handlers); err != nil {
		return nil, err
	}
	p.Host, p.Carry = in, in.carry(p)
	if o.Guard != nil {
		o.Guard.add(in)
		in.watched.cover(&p.Handlers)
	}
	return p, nil
}

// instance is one loaded script. Nothing that the interpreter reaches may reach it;
// see loop.
type instance struct {
	checked *Checked
	code    string // that was loaded
	it      *interp.Interpreter
	setup   *strategies.Setup
	trace   *traceBuffer
	watched *watched // by a guard; nil = by none
	moved   *pulled  // what code is, when handlers run in the loop; else nil
	loop    *loop    // nil = every handler is called plainly
}

// start evaluates the script in a fresh interpreter.
func (c *Checked) start(o Options) (*instance, error) {
	moved := c.looped()
	if o.Plain || moved == nil {
		return c.startAs(o, nil)
	}
	in, err := c.startAs(o, moved)
	if errors.Is(err, errUnloadable) {
		return c.startAs(o, nil) // the loop is there for speed alone
	}
	return in, err
}

// errUnloadable is what the interpreter does not take: nothing of the script ran.
var errUnloadable = errors.New("the interpreter cannot load it")

// startAs evaluates a script with handlers moved into the loop; nil = with none.
func (c *Checked) startAs(o Options, moved *pulled) (*instance, error) {
	in := &instance{checked: c, code: c.code, setup: strategies.NewSetup(o.Params), trace: &traceBuffer{to: o.Stderr}}
	if moved != nil {
		in.code, in.moved, in.loop = moved.code, moved, &loop{}
	}
	stdout := o.Stdout
	if stdout == nil {
		stdout = io.Discard
	}
	in.it = interp.New(interp.Options{
		Stdin: bytes.NewReader(nil), Stdout: stdout, Stderr: in.trace, SourcecodeFilesystem: noFiles{},
	})
	if err := in.it.Use(in.symbols(o.declared)); err != nil {
		return nil, fmt.Errorf("script %s: %w", c.Source.Name, err)
	}
	if err := in.eval(); err != nil {
		return in, err
	}
	return in, in.checkRings()
}

// loading is held while a script is evaluated. For a struct type that refers to itself
// the interpreter writes into a type that package reflect already shows to everybody,
// so two such scripts must not be loaded at one time.
var loading sync.Mutex

func (in *instance) eval() error {
	loading.Lock()
	defer loading.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), InitLimit)
	defer cancel()
	_, err := in.it.EvalWithContext(ctx, in.code)
	name := in.checked.Source.Name
	var p interp.Panic
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("script %s: its package variables and init functions took longer than %v", name, InitLimit)
	case errors.As(err, &p):
		if in.trace.first() == "" {
			return fmt.Errorf("script %s: %w: %v; please report the script", name, errUnloadable, p.Value)
		}
		return fmt.Errorf("script %s: while its package variables were initialised: %s", name, in.locate(p.Value))
	}
	return fmt.Errorf("script %s: %w: %w; please report the script", name, errUnloadable, err)
}

// bind puts the script's handlers into h, as plain Go functions.
func (in *instance) bind(h *strategies.Handlers) error {
	symbols := in.it.Symbols(packageName)[packageName]
	fields := reflect.ValueOf(h).Elem()
	if in.loop != nil && !in.follow(h) {
		return fmt.Errorf("script %s: the interpreter does not give the loop of its handlers; please report the script", in.checked.Source.Name)
	}
	for _, name := range in.checked.Handlers {
		if in.moved.has(name) {
			continue
		}
		field, v := fields.FieldByName(name), symbols[name]
		if !v.IsValid() || !v.Type().AssignableTo(field.Type()) {
			return fmt.Errorf("script %s: the interpreter does not give %s; please report the script", in.checked.Source.Name, name)
		}
		field.Set(v)
	}
	return nil
}

// symbols is what this instance can reach: the library, the host's types, and
// the declarations bound to its own Setup.
func (in *instance) symbols(declared func(*strategies.Setup, string)) interp.Exports {
	host := make(map[string]reflect.Value, 2*len(declarations))
	for name, v := range hostTypes() {
		host[name] = v
	}
	setup := reflect.ValueOf(in.setup)
	for _, name := range declarations {
		host[name] = setup.MethodByName(name)
		if declared != nil {
			host[name] = heard(host[name], func() { declared(in.setup, name) })
		}
	}
	all := interp.Exports{hostPath + "/strategies": host}
	if in.loop != nil {
		all[loopPath+"/"+loopHost] = map[string]reflect.Value{"Wait": reflect.ValueOf(in.loop.wait)}
	}
	for path, symbols := range librarySymbols() {
		all[path] = symbols
	}
	return all
}

var hostTypes = sync.OnceValue(func() map[string]reflect.Value { return symbolsOf(hostPackage) })

// librarySymbols is shared by all interpreters, which only read it. A key of
// "fmt/./fmt" imports as "fmt"; "fmt/fmt" would make the interpreter compile
// generic sources for 3 ms.
var librarySymbols = sync.OnceValue(func() interp.Exports {
	all := interp.Exports{}
	for _, p := range library {
		all[p.path+"/./"+p.path] = symbolsOf(p)
	}
	return all
})

// symbolsOf leaves constants out: every one is folded before the interpreter
// sees the script.
func symbolsOf(p allowedPackage) map[string]reflect.Value {
	m := map[string]reflect.Value{}
	for name, f := range p.funcs {
		m[name] = reflect.ValueOf(f)
	}
	for _, t := range p.types {
		m[t.name] = reflect.ValueOf(t.pointer)
	}
	return m
}

// noFiles is a file system without files: a script imports nothing from disk.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
