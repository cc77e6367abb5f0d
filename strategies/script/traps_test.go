package script

import (
	"slices"
	"testing"
)

// traps are the constructs on which the interpreter alone fails or, worse,
// computes something else than compiled Go. Each is refused with the code given;
// those with no code are rewritten to something right, and the differential
// test has a program with them.
var traps = []struct{ name, code, snippet string }{
	// What it does not know.
	{"min", "", "a, b := 1, 2\nctx.Log(min(a, b))"},
	{"max", "", "a, b := 1, 2\nctx.Log(max(a, b))"},
	{"clear", "", "m := map[string]int{}\nclear(m)"},
	{"new with a value", "", "p := new(3)\nctx.Log(*p)"},
	{"range over int", "", "for i := range 5 {\nctx.Log(i)\n}"},
	{"range over int variable", "", "n := 3\nfor range n {\nctx.Log(n)\n}"},
	{"range over func", "range-func", "f := func(yield func(int) bool) {}\nfor x := range f {\nctx.Log(x)\n}"},
	{"package iter", "import", "import \"iter\"\nvar x iter.Seq[int]"},
	{"package slices", "", "import \"slices\"\nvar x = slices.Max([]int{1})"},
	{"package maps", "", "import \"maps\"\nvar x = maps.Clone(map[string]int{})"},
	{"keys of a map in no order", "range-map", "for k := range maps.Keys(map[string]int{}) {\nctx.Log(k)\n}"},
	{"keys of a map kept", "range-map", "f := maps.Values(map[string]int{})\nf(func(n int) bool { return true })"},
	{"sorted keys of a map", "", "for _, k := range slices.Sorted(maps.Keys(map[string]int{})) {\nctx.Log(k)\n}"},
	{"embedded generic type", "generics", "type a[T any] struct{ v T }\ntype b struct{ *a[int] }\nvar x b"},
	{"generic type of a local type", "local-type", "func f[T any](v T) T { return v }\nfunc OnStop(ctx *strategies.Context) {\ntype t struct{ n int }\nctx.Log(f(t{1}).n)\n}"},
	{"named struct printed by a generic function", "any-named", "type t struct{ n int }\nfunc f[T any](v T) string { return fmt.Sprint(v) }\nvar s = f(t{1})"},
	{"structs with interfaces searched", "interface-compare", "type t struct{ e error }\nvar b = slices.Contains([]t{}, t{})"},
	{"generic recursion", "recursion", "func f[T any](v T, n int) T { return f(v, n-1) }\nvar x = f(1, 2)"},
	{"recursion through a library function", "recursion", "func f(a, b int) int {\nslices.SortFunc([]int{1}, f)\nreturn 0\n}"},
	{"goroutine in a generic function", "go", "func f[T any](v T) { go f(v) }\nfunc OnStop(ctx *strategies.Context) { f(1) }"},
	{"inferred generic", "", "func Map[T, U any](x []T, f func(T) U) []U { return nil }\nvar x = Map([]int{1}, func(i int) string { return \"\" })"},
	{"generic type", "", "type stack[T any] struct{ items []T }\nvar s stack[int]"},
	{"generic method", "", "type stack[T any] struct{ items []T }\nfunc (s *stack[T]) reset() { s.items = nil }"},
	{"variadic generic", "", "func sum[T int | float64](xs ...T) (t T) {\nfor _, x := range xs {\nt += x\n}\nreturn t\n}\nvar s = sum(1, 2)"},
	{"recursive func type", "recursive-type", "type State func(int) State\nvar s State"},
	{"recursive func type by another", "recursive-type", "type a func() []b\ntype b map[string]a\nvar s a"},
	{"recursive slice type", "recursive-type", "type tree []tree\nvar s tree"},
	{"ring of structs without a root", "struct-ring", "type a struct {\nb *b\nc *a\n}\ntype b struct {\na *a\nb *b\n}\nvar x a"},
	{"struct held whole by what it leads to", "struct-ring", "type tree struct {\nnodes []*node\nroot node\n}\ntype node struct {\nup *node\ntree *tree\n}\nvar x tree"},
	{"structs with lists of each other", "struct-ring", "type a struct{ bs []b }\ntype b struct{ as []a }\nvar x a"},
	{"struct in the key of a map in it", "struct-ring", "type node struct{ seen map[*node]bool }\nvar x node"},
	{"struct in a list of functions in it", "struct-ring", "type node struct{ on []func(*node) }\nvar x node"},
	{"struct in a struct without a name in it", "struct-ring", "type node struct {\nin struct{ p *node }\n}\nvar x node"},
	{"ring of structs", "", "type leg struct{ of *spread }\ntype spread struct {\nlegs [2]leg\nall []*leg\n}\nvar s spread"},
	{"recursion of a struct", "", "type node struct{ next []*node }\nvar s node"},
	{"interface embedding another", "interface", "type a interface{ x() }\ntype b interface {\na\ny()\n}\nvar v b"},
	{"uint64 constant", "big-constant", "var u uint64 = 18446744073709551615\nctx.Log(u)"},
	{"parenthesised operand", "", "a, b, c := 1.0, 2.0, false\nif (a > (b)) || c {\nctx.Log(1)\n}"},
	{"negated parenthesis", "", "a, b, c := 1.0, 2.0, false\nif a > -(b) && c {\nctx.Log(1)\n}"},
	{"host method value", "method-value", "f := ctx.Buy\nf(1)"},
	{"host function value", "method-value", "f := math.Sqrt\nctx.Log(f(2))"},
	{"parallel assignment to an interface", "interface", "type s interface{ x() }\ntype t struct{}\nfunc (p *t) x() {}\nvar a int\nvar i s\nfunc OnStop(ctx *strategies.Context) { a, i = 1, &t{} }"},
	{"assertion from any", "any", "type I interface{ x() }\nfunc f(v any) I { return v.(I) }"},
	{"switch on any", "any", "func f(v any) int {\nswitch v {\ncase 3:\nreturn 1\n}\nreturn 0\n}"},
	{"errors.As", "type", "var e error\nvar t *strconv.NumError\nctx.Log(errors.As(e, &t))"},
	{"var from a later function", "", "var a, b = f()\nfunc f() (int, int) { return 1, 2 }"},

	// What it computes wrongly.
	{"1 parallel with a call", "", "var gi int\nvar s struct{ n int }\nfunc OnStop(ctx *strategies.Context) {\nx, y := 1, \"abc\"\ngi, s.n = x, len(y)\n}"},
	{"2 several results to map", "", "f := func() (int, int) { return 1, 2 }\nm := map[string]int{}\nm[\"x\"], m[\"y\"] = f()"},
	{"2 several results to field", "", "var s struct{ a, b int }\nfunc f() (int, int) { return 1, 2 }\nfunc OnStop(ctx *strategies.Context) { s.a, s.b = f() }"},
	{"2 comma ok to field", "", "var s struct{ ok bool }\nvar m map[string]int\nvar x int\nfunc OnStop(ctx *strategies.Context) { x, s.ok = m[\"a\"] }"},
	{"3 range with assignment", "", "var i, v int\nfor i, v = range []int{1} {\n}\nctx.Log(i, v)"},
	{"4 captured for variable", "", "for i := 0; i < 2; i++ {\nf := func() int { return i }\nctx.Log(f())\n}"},
	{"4 captured range variable", "", "for _, v := range []int{1} {\nf := func() int { return v }\nctx.Log(f())\n}"},
	{"4 captured two levels down", "", "for _, v := range []int{1} {\nf := func() func() int { return func() int { return v } }\nctx.Log(f()())\n}"},
	{"4 address of loop variable", "", "var p *int\nfor i := 0; i < 2; i++ {\np = &i\n}\nctx.Log(*p)"},
	{"4 address of a field of it", "", "type t struct{ n int }\nvar p *int\nfunc OnStop(ctx *strategies.Context) {\nfor _, v := range []t{{1}} {\np = &v.n\n}\n}"},
	{"4 slice of an array variable", "", "var p []int\nfor _, v := range [][2]int{{1, 2}} {\np = v[:]\n}\nctx.Log(p)"},
	{"4 pointer method of it", "", "type t struct{ n int }\nfunc (p *t) self() *t { return p }\nvar q *t\nfunc OnStop(ctx *strategies.Context) {\nfor _, v := range []t{{1}} {\nq = v.self()\n}\n}"},
	{"4 go with loop variable", "go", "for i := 0; i < 2; i++ {\ngo func(n int) {}(i)\n}"},
	{"5 conversion of a func literal", "func-convert", "type F func()\nvar f = F(func() {})"},
	{"6 defer with arguments", "defer", "i := 1\ndefer ctx.Log(i)\ni = 2"},
	{"7 defer of a closure", "defer", "c := func() {}\ndefer func() { c() }()"},
	{"8 for with init only", "", "for lo, hi := 0, 10; ; {\nlo++\nif lo > hi {\nbreak\n}\n}"},
	{"9 break in select", "channel", "L:\nfor {\nselect {\ndefault:\nbreak L\n}\n}"},
	{"10 interface equality", "interface-compare", "type I interface{ x() }\nvar a, b I\nfunc f() bool { return a == b }"},
	{"10 interface and value", "interface-compare", "type I interface{ x() }\ntype t struct{}\nfunc (p *t) x() {}\nvar a I\nvar b *t\nfunc f() bool { return a == b }"},
	{"10 struct with an interface", "interface-compare", "type I interface{ x() }\ntype s struct{ i I }\nvar a, b s\nfunc f() bool { return a == b }"},
	{"10 interface as key", "interface-key", "type I interface{ x() }\nvar m map[I]int"},
	{"10 struct with an interface as key", "interface-key", "type I interface{ x() }\ntype s struct{ i I }\nvar m map[s]int"},
	{"11 named types in any", "any", "type A int\ntype B int\nfunc f() bool {\nvar x, y any = A(1), B(1)\nreturn x == y\n}"},
	{"11 assertion", "any", "type A int\nfunc f(x any) bool {\n_, ok := x.(A)\nreturn ok\n}"},
	{"11 map of any", "any", "var m map[any]int"},
	{"11 named type handed to fmt", "any-named", "type A int\nvar s = fmt.Sprint(A(1))"},
	{"12 error type switch", "type-assert", "func f(err error) int {\nswitch err.(type) {\ncase nil:\nreturn 1\n}\nreturn 0\n}"},
	{"12 error type", "method-name", "type myErr struct{}\nfunc (e *myErr) Error() string { return \"\" }"},
	{"12 unwrap", "method-name", "type w struct{ err error }\nfunc (e *w) Unwrap() error { return e.err }"},
	{"12 panic with an own type", "any-named", "type t struct{}\nfunc f() { panic(t{}) }"},
	{"13 stringer", "method-name", "type s struct{}\nfunc (x s) String() string { return \"\" }"},
	{"13 struct handed to fmt", "any-named", "type s struct{ n int }\nvar t = fmt.Sprint(s{1})"},
	{"13 slice of structs handed to fmt", "any-named", "type s struct{ n int }\nvar t = fmt.Sprint([]s{{1}})"},
	{"13 %T", "format", "ctx.Logf(\"%T\", 1)"},
	{"13 %#v", "format", "ctx.Logf(\"%#v\", 1)"},
	{"13 computed format", "format", "f := \"%T\"\nctx.Logf(f, 1)"},
	{"14 json", "import", "import \"encoding/json\"\nvar b, _ = json.Marshal(1)"},
	{"15 value receiver method value", "method-value", "type t struct{ n int }\nfunc (v t) get() int { return v.n }\nvar x t\nvar f = x.get"},
	{"15 pointer receiver method value", "method-value", "type t struct{ n int }\nfunc (v *t) get() int { return v.n }\nvar x t\nvar f = x.get"},
	{"15 method expression", "method-value", "type t struct{ n int }\nfunc (v *t) get() int { return v.n }\nvar f = (*t).get"},
	{"16 negative shift", "", "n := -1\nctx.Log(1 << n)"},
	{"16 shift assignment", "", "n, x := -1, 1\nx <<= n\nctx.Log(x)"},
	{"17 nil pointer in an interface", "interface-compare", "type I interface{ x() }\ntype t struct{}\nfunc (p *t) x() {}\nfunc f() bool {\nvar p *t\nvar i I = p\nreturn i == nil\n}"},
	{"18 receive into any", "channel", "var c chan int\nx := <-c\nctx.Log(x)"},
	{"20 constant condition", "", "x := ctx.Bid > 0\nif !!false || x {\nctx.Log(1)\n}"},
	{"20 constant operand of ==", "", "x := ctx.Bid > 0\nif x == true {\nctx.Log(1)\n}"},
	{"22 unused variable", "type", "x := 1"},
	{"22 unused import", "type", "import \"math\""},
	{"22 missing return", "type", "func f() int { for false { } }"},
	{"22 duplicate case", "type", "switch ctx.Position {\ncase 1:\ncase 1:\n}"},
	{"22 break outside a loop", "type", "break"},

	// Found by the differential tests of this package.
	{"fallthrough to default in the middle", "fallthrough", "switch ctx.Position {\ncase 1:\nfallthrough\ndefault:\ncase 2:\n}"},
	{"swapped named results", "named-result", "func f() (a, b int) { return b, a }"},

	{"one pointer in all interfaces of a loop", "interface", "type I interface{ x() }\ntype t struct{ n int }\nfunc (p *t) x() {}\nvar list []I\nfunc OnStop(ctx *strategies.Context) {\nfor i := 0; i < 3; i++ {\nlist = append(list, &t{i})\n}\n}"},
	{"struct literal in the head of a statement", "", "type t struct{ n int }\nvar v t\nfunc OnStop(ctx *strategies.Context) {\nif v = (t{1}); v.n > 0 {\nctx.Log(1)\n}\n}"},

	// Ways out.
	{"unsafe", "import", "import \"unsafe\"\nvar p unsafe.Pointer"},
	{"reflect", "import", "import \"reflect\"\nvar p = reflect.TypeOf(1)"},
	{"os", "import", "import \"os\"\nvar p = os.Getenv(\"HOME\")"},
	{"os/exec", "import", "import \"os/exec\"\nvar p = exec.Command(\"ls\")"},
	{"net", "import", "import \"net\"\nvar p, e = net.Dial(\"tcp\", \"\")"},
	{"C", "import", "import \"C\"\nvar p int"},
	{"syscall", "import", "import \"syscall\"\nvar p = syscall.Getpid()"},
	{"runtime", "import", "import \"runtime\"\nvar p = runtime.NumCPU()"},
	{"sync", "import", "import \"sync\"\nvar p sync.Mutex"},
	{"the interpreter itself", "import", "import \"github.com/traefik/yaegi/interp\"\nvar p = interp.Self"},
	{"a relative import", "import", "import \"./other\"\nvar p = other.X"},
	{"a package of the host", "import", "import \"tollgate/engine\"\nvar p engine.Price"},
	{"dot import", "import-name", "import . \"math\"\nvar p = Sqrt(2)"},
	{"blank import", "import-name", "import _ \"math\""},
	{"clock", "type", "var p = time.Now()"},
	{"sleep", "type", "time.Sleep(1)"},
	{"timer", "type", "<-time.After(1)"},
	{"local zone", "type", "var p = time.Local"},
	{"printing", "type", "fmt.Println(1)"},
	{"setup", "type", "s := strategies.NewSetup(nil)\nctx.Log(s)"},
	{"begin", "type", "strategies.Begin(nil)"},
	{"hidden field", "type", "ctx.Log(ctx.host)"},
	{"own context", "host-literal", "c := strategies.Context{}\nc.Buy(1)"},
	{"own line", "host-literal", "l := &strategies.Line{V: 1}\nctx.Log(l.V)"},
	{"new host value", "host-literal", "l := new(strategies.Line)\nctx.Log(l.V)"},
	{"declared host value", "host-literal", "var l strategies.Bars\nctx.Log(l.Count)"},
	{"elided host value", "host-literal", "var ls = []*strategies.Line{{V: 1}}"},
	{"kept bars", "kept-event", "var all []*strategies.Bar"},
	{"event in a field", "kept-event", "type day struct{ by map[int]*strategies.Fill }"},
	{"event from a nil", "kept-event", "var q = (*strategies.Quote)(nil)"},
	{"copied line", "host-copy", "var l = strategies.Last()\nvar m = *l"},
	{"copied context", "host-copy", "c := *ctx\nctx.Log(c.Bid)"},
	{"go:embed", "syntax", "//go:embed x\nvar s string"},
	{"go:linkname", "syntax", "//go:linkname a b\nvar s string"},
	{"moved lines", "syntax", "//line other.go:1\nvar s string"},
	{"assembly function", "unsupported", "func f()"},
	{"goroutine", "go", "go ctx.Log(1)"},
	{"recover", "recover", "func f() { recover() }"},
	{"recursion", "recursion", "func f() { f() }"},
	{"mutual recursion", "recursion", "func f() { g() }\nfunc g() { f() }"},
	{"recursion through a variable", "recursion", "var f func()\nfunc OnStop(ctx *strategies.Context) {\nf = func() { f() }\nf()\n}"},
	{"recursion through a field", "recursion", "type t struct{ f func() }\nvar x t\nfunc g() { x.f() }\nfunc OnStop(ctx *strategies.Context) { x.f = g }"},
	{"recursion through an interface", "recursion", "type I interface{ x() }\ntype t struct{ i I }\nfunc (p *t) x() { p.i.x() }"},
	{"recursion of a method", "recursion", "type t struct{}\nfunc (p *t) x() { p.x() }"},
	{"recursion through sort", "recursion", "func f() {\nsort.Slice([]int{1}, func(i, j int) bool {\nf()\nreturn false\n})\n}"},
	{"recursion of a handler", "recursion", "func OnStop(ctx *strategies.Context) { OnStop(ctx) }"},
	{"goto", "goto", "x:\ngoto x"},
	{"println", "print", "println(1)"},
	{"reserved name", "reserved-name", "Zz_l0 := 1\nctx.Log(Zz_l0)"},
	{"hidden builtin", "shadow", "true := false\nctx.Log(true)"},
	{"hidden type", "shadow", "type int float64\nvar x int"},
	{"hidden package", "shadow", "strategies := 1\nctx.Log(strategies)"},
	{"declared in a handler", "declare-late", "b := strategies.Minutes(1)\nctx.Log(b.Count)"},
}

func TestTraps(t *testing.T) {
	for _, trap := range traps {
		t.Run(trap.name, func(t *testing.T) {
			text := wrap(trap.snippet)
			found := findings(t, text)
			if trap.code == "" {
				if len(found) > 0 {
					t.Errorf("refused:\n%v\n%s", found, text)
				}
				return
			}
			if !slices.ContainsFunc(found, func(f Finding) bool { return f.Code == trap.code }) {
				t.Errorf("not refused as %s, but:\n%v\n%s", trap.code, found, text)
			}
		})
	}
}
