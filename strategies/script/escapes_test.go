package script

import (
	"fmt"
	"strings"
	"testing"
)

// escapes are attempts to reach what a script must not reach. Each is refused
// before anything of it runs, with the code given and a message that holds the
// words given: what a script's author reads must name the thing and the reason.
var escapes = []struct{ name, code, words, snippet string }{
	// Other packages.
	{"files", "import", "\"os\" is not available", "import \"os\"\nvar f, e = os.Open(\"/etc/passwd\")"},
	{"environment", "import", "\"os\" is not available", "import \"os\"\nvar home = os.Getenv(\"HOME\")"},
	{"exit", "import", "\"os\" is not available", "import \"os\"\nfunc init() { os.Exit(0) }"},
	{"a program", "import", "\"os/exec\" is not available", "import \"os/exec\"\nvar c = exec.Command(\"sh\")"},
	{"signals", "import", "\"os/signal\" is not available", "import \"os/signal\"\nvar c = signal.Ignored"},
	{"old files", "import", "\"io/ioutil\" is not available", "import \"io/ioutil\"\nvar b, e = ioutil.ReadFile(\"/proc/self/environ\")"},
	{"a file system", "import", "\"io/fs\" is not available", "import \"io/fs\"\nvar f fs.FS"},
	{"paths", "import", "\"path/filepath\" is not available", "import \"path/filepath\"\nvar g, e = filepath.Glob(\"/*\")"},
	{"memory", "import", "\"unsafe\" is not available", "import \"unsafe\"\nvar n int\nvar p = (*[1]byte)(unsafe.Pointer(&n))"},
	{"system calls", "import", "\"syscall\" is not available", "import \"syscall\"\nvar p = syscall.Getpid()"},
	{"a socket", "import", "\"net\" is not available", "import \"net\"\nvar c, e = net.Dial(\"tcp\", \"localhost:1\")"},
	{"the web", "import", "\"net/http\" is not available", "import \"net/http\"\nvar r, e = http.Get(\"http://localhost\")"},
	{"reflection", "import", "\"reflect\" is not available", "import \"reflect\"\nvar v = reflect.ValueOf(1)"},
	{"the runtime", "import", "\"runtime\" is not available", "import \"runtime\"\nfunc init() { runtime.Goexit() }"},
	{"the collector", "import", "\"runtime/debug\" is not available", "import \"runtime/debug\"\nvar n = debug.SetGCPercent(-1)"},
	{"a plugin", "import", "\"plugin\" is not available", "import \"plugin\"\nvar p, e = plugin.Open(\"x.so\")"},
	{"locks", "import", "\"sync\" is not available", "import \"sync\"\nvar m sync.Mutex"},
	{"atomics", "import", "\"sync/atomic\" is not available", "import \"sync/atomic\"\nvar n atomic.Int64"},
	{"chance", "import", "\"math/rand\" is not available", "import \"math/rand\"\nvar n = rand.Int()"},
	{"real chance", "import", "\"crypto/rand\" is not available", "import \"crypto/rand\"\nvar r = rand.Reader"},
	{"the log", "import", "\"log\" is not available", "import \"log\"\nfunc init() { log.Fatal() }"},
	{"a context", "import", "\"context\" is not available", "import \"context\"\nvar c = context.Background()"},
	{"a template", "import", "\"text/template\" is not available", "import \"text/template\"\nvar t template.Template"},
	{"flags", "import", "\"flag\" is not available", "import \"flag\"\nvar a = flag.Args()"},
	{"cgo", "import", "\"C\" is not available", "import \"C\"\nvar n C.int"},
	{"the interpreter", "import", "yaegi/interp\" is not available", "import \"github.com/traefik/yaegi/interp\"\nvar i = interp.New(interp.Options{})"},
	{"the desk", "import", "\"tollgate/engine\" is not available", "import \"tollgate/engine\"\nvar d engine.Desk"},
	{"the link", "import", "\"tollgate/engine/bridge\" is not available", "import \"tollgate/engine/bridge\"\nvar l bridge.Link"},
	{"the loader", "import", "\"tollgate/strategies/script\" is not available", "import \"tollgate/strategies/script\"\nvar l script.Options"},
	{"a neighbour on disk", "import", "\"./other\" is not available", "import \"./other\"\nvar x = other.X"},
	{"a folder above", "import", "\"../other\" is not available", "import \"../other\"\nvar x = other.X"},
	{"an absolute path", "import", "\"/etc/x\" is not available", "import \"/etc/x\"\nvar y = x.X"},
	{"the other spelling of an import", "import", "\"fmt/./fmt\" is not available", "import \"fmt/./fmt\"\nvar x = fmt.Sprint(1)"},
	{"an import without a use", "import", "\"net/http/pprof\" is not available", "import _ \"net/http/pprof\"\nvar x int"},

	// What allowed packages have beside what is allowed.
	{"printing", "type", "undefined: fmt.Println", "fmt.Println(1)"},
	{"writing", "type", "undefined: fmt.Fprint", "fmt.Fprint(nil, 1)"},
	{"reading", "type", "undefined: fmt.Scan", "fmt.Scan()"},
	{"the clock", "type", "undefined: time.Now", "ctx.Log(time.Now())"},
	{"sleep", "type", "undefined: time.Sleep", "time.Sleep(1)"},
	{"a timer", "type", "undefined: time.AfterFunc", "time.AfterFunc(1, func() {})"},
	{"the local zone", "type", "undefined: time.LoadLocation", "time.LoadLocation(\"Local\")"},
	{"a builder's memory", "type", "undefined: strings.Builder", "var b strings.Builder\nb.Grow(1 << 40)"},
	{"a lazy mapping", "type", "undefined: strings.Map", "strings.Map(nil, \"\")"},
	{"the raw setup", "type", "undefined: strategies.NewSetup", "strategies.NewSetup(nil)"},
	{"the begin of the compiled tier", "type", "undefined: strategies.Begin", "strategies.Begin(nil)"},
	{"the runner", "type", "undefined: strategies.NewRunner", "strategies.NewRunner(strategies.RunnerConfig{})"},

	// The host's own things.
	{"a field of the host", "type", "ctx.host undefined", "ctx.Log(ctx.host)"},
	{"a context of its own", "host-literal", "Context of the script's own", "c := strategies.Context{}\nc.Buy(1)"},
	{"a new context", "host-literal", "Context of the script's own", "c := new(strategies.Context)\nc.Buy(1)"},
	{"a context in a slice", "host-literal", "Context of the script's own", "c := make([]strategies.Context, 1)\nc[0].Buy(1)"},
	{"a line of its own", "host-literal", "Line of the script's own", "l := &strategies.Line{V: 1}\nctx.Log(l.V)"},
	{"overwriting the context", "host-copy", "copy of a strategies.Context", "c := ctx\n*c = *ctx"},
	{"overwriting a line", "host-copy", "copy of a strategies.Line", "var a, b = strategies.Bid(), strategies.Ask()\nfunc OnStop(ctx *strategies.Context) { *a = *b }"},
	{"a host method kept", "method-value", "method value Buy", "f := ctx.Buy\nf(1)"},
	{"a host function kept", "method-value", "math.Sqrt used as a value", "f := math.Sqrt\nctx.Log(f(1))"},
	{"a host method by its type", "method-value", "method expression Buy", "f := (*strategies.Context).Buy\nf(ctx, 1)"},
	{"an indicator in a handler", "declare-late", "inside a function", "l := strategies.Bid()\nctx.Log(l.V)"},

	// Time that no one can stop, and stacks without end.
	{"a goroutine", "go", "goroutine", "go ctx.Log(1)"},
	{"a goroutine in init", "go", "goroutine", "func init() {\n\tgo func() {\n\t\tfor {\n\t\t}\n\t}()\n}"},
	{"a goroutine in a variable", "go", "goroutine", "var x = func() int {\n\tgo func() {}()\n\treturn 1\n}()"},
	{"blocking for ever", "channel", "cannot be stopped", "select {}"},
	{"a nil channel", "channel", "cannot be stopped", "var c chan int\n<-c"},
	{"a deferred closure", "defer", "nothing can stop it", "c := func() {}\ndefer func() { c() }()"},
	{"catching the stop", "recover", "its state is not to be trusted", "func f() {\n\tx := recover()\n\t_ = x\n}"},
	{"an empty endless loop", "empty-loop", "never ends", "for {\n}"},
	{"an endless loop of gotos", "goto", "goto statement", "again:\ngoto again"},
	{"a goto around a declaration", "goto", "goto statement", "n := 0\nif n > 0 {\n\tgoto end\n}\nn++\nend:\nctx.Log(n)"},
	{"a label on a block", "label", "not on a loop", "out:\n{\n\tbreak out\n}"},
	{"endless recursion", "recursion", "can call itself", "func f() { f() }"},
	{"recursion of two", "recursion", "can call itself", "func f() { g() }\nfunc g() { f() }"},
	{"recursion through a variable", "recursion", "can call itself", "var f func()\nfunc OnStop(ctx *strategies.Context) {\n\tf = func() { f() }\n\tf()\n}"},
	{"recursion through a map", "recursion", "can call itself", "var fs = map[int]func(){}\nfunc g() { fs[0]() }\nfunc OnStop(ctx *strategies.Context) { fs[0] = g }"},
	{"recursion through sorting", "recursion", "can call itself", "func f() {\n\tsort.Slice([]int{2, 1}, func(i, j int) bool {\n\t\tf()\n\t\treturn false\n\t})\n}"},
	{"recursion through its own type", "recursion", "can call itself", "type s struct{ f func(s) int }\nvar y s\nvar x func(s) int = func(g s) int { return g.f(g) }\nfunc OnStop(ctx *strategies.Context) {\n\ty.f = x\n\tx(y)\n}"},

	{"a state function", "recursive-type", "made of itself", "type state func(n int) state\nvar s state"},
	{"a list of itself", "recursive-type", "made of itself", "type list []list\nvar l list"},
	{"types of each other", "recursive-type", "made of itself", "type a func() b\ntype b []a\nvar x a"},

	// Memory that ends the process.
	{"a huge array", "huge", "takes more than", "var x [1 << 40]int"},
	{"a huge array made by new", "huge", "takes more than", "x := new([1 << 40]int)\nx[0] = 1"},
	{"a huge array behind a name", "huge", "takes more than", "type big [1 << 40]int\nvar x []big"},
	{"a huge struct", "huge", "takes more than", "var x struct{ a, b [1 << 24]int }"},
	{"a huge index in a literal", "huge", "more than", "x := []int{1 << 40: 1}\nctx.Log(len(x))"},
	{"huge elements of a map", "huge", "takes more than", "x := map[int][1 << 30]int{}\nctx.Log(len(x))"},
	{"a huge result", "huge", "takes more than", "func f() (x [1 << 40]int) { return }"},

	// Orders to a compiler, and holes in types.
	{"linkname", "syntax", "compiler directives", "//go:linkname now time.now\nfunc now() int { return 0 }"},
	{"embedding a file", "syntax", "compiler directives", "//go:embed /etc/passwd\nvar s string"},
	{"lying about lines", "syntax", "compiler directives", "//line other.go:1\nvar s string"},
	{"lying about lines within one", "syntax", "compiler directives", "var /*line other.go:1*/ s string"},
	{"a build constraint", "syntax", "compiler directives", "// +build ignore\n\nvar s string"},
	{"an assembly function", "unsupported", "without a body", "func f(n int) int"},
	{"a pointer as a number", "complex", "uintptr", "var p uintptr"},
	{"a pointer in a format", "format", "%p", "ctx.Logf(\"%p\", ctx)"},
	{"a type in a format", "format", "%T", "ctx.Logf(\"%T\", 1)"},
	{"a hidden format", "format", "not constant", "f := \"%\" + strings.ToUpper(\"t\")\nctx.Logf(f, 1)"},
	{"a map's own order", "range-map", "range over a map", "m := map[int]int{1: 1}\nfor k := range m {\n\tctx.Log(k)\n}"},
	{"hiding a built-in name", "shadow", "hides the built-in", "true := false\nctx.Log(true)"},
	{"the loader's names", "reserved-name", "Zz_l0", "Zz_l0 := 1\nctx.Log(Zz_l0)"},
	{"any, to lose a type", "any", "types of one shape", "var x any"},
	{"println", "print", "past the record", "println(1)"},
	{"a panic with a value of its own", "any-named", "panic with a value", "type t struct{}\nfunc f() { panic(t{}) }"},
	{"main", "unsupported", "named main", "func main() {}"},
}

func TestEscapesAreRefused(t *testing.T) {
	names := map[string]bool{}
	for _, e := range escapes {
		t.Run(e.name, func(t *testing.T) {
			if names[e.name] {
				t.Error("two attempts of this name")
			}
			names[e.name] = true
			text := wrap(e.snippet)
			var told []string
			for _, f := range findings(t, text) {
				told = append(told, f.String())
				if f.Code == e.code && strings.Contains(f.Message, e.words) {
					complete(t, f)
					return
				}
			}
			t.Errorf("not refused as %s with %q, but:\n%s\n%s", e.code, e.words, strings.Join(told, "\n"), text)
		})
	}
	if len(escapes) < 40 {
		t.Errorf("only %d attempts", len(escapes))
	}
}

// complete holds a finding to naming its place and, unless it is in the words of
// Go's own type check, the way out.
func complete(t *testing.T, f Finding) {
	t.Helper()
	if f.File == "" || f.Line == 0 || f.Column == 0 || f.SourceLine == "" {
		t.Errorf("no place: %+v", f)
	}
	if f.Code != "type" && f.Instead == "" {
		t.Errorf("no way out: %+v", f)
	}
}

// A script that is refused is not run, not even its init functions; and a
// missing file system is what keeps imports off the disk if a check ever fails.
func TestNothingIsReadFromDisk(t *testing.T) {
	for _, name := range []string{"/etc/passwd", "src/other/other.go", ".", ""} {
		if f, err := (noFiles{}).Open(name); err == nil {
			t.Errorf("%q opened: %v", name, fmt.Sprint(f))
		}
	}
}
