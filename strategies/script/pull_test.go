package script

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"tollgate/strategies"
)

// turns runs a program's Run several times and returns all it said, panics with
// their places included.
func turns(t testing.TB, checked *Checked, moved *pulled) string {
	t.Helper()
	in, err := checked.startAs(Options{}, moved)
	if err != nil {
		t.Fatalf("%v\n%s", err, in.code)
	}
	symbols := in.it.Symbols(packageName)[packageName]
	run, _ := valueOf[func()](symbols["Run"])
	if moved != nil {
		if !in.attach() {
			t.Fatalf("no loop in\n%s", in.code)
		}
		run = func() { in.loop.turn(1) }
		defer in.loop.end()
	}
	said, ok := pointerTo[string](symbols["Out"])
	if !ok || run == nil {
		t.Fatal("the program has no Out or no Run")
	}
	for n := range 3 {
		func() {
			defer func() {
				if r := recover(); r != nil {
					*said += "PANIC " + in.locate(r) + "\n"
				}
			}()
			*said += fmt.Sprintf("turn %d\n", n)
			run()
		}()
	}
	return *said
}

// pullAndPlain compares a program whose Run is a turn of the loop with the same
// called plainly. It reports whether Run could be moved.
func pullAndPlain(t *testing.T, text string) bool {
	t.Helper()
	checked, err := check(FromText("p.go", text), true)
	if err != nil {
		t.Fatal(err)
	}
	moved := moveHandlers(checked.code, []string{"Run"})
	if moved == nil {
		return false
	}
	want, got := turns(t, checked, nil), turns(t, checked, moved)
	if got != want {
		t.Errorf("in the loop:\n%s\nplain:\n%s\nmoved:\n%s", got, want, moved.code)
	}
	return true
}

// The programs of the language say the same when their Run is turned three times in
// one frame.
func TestPullLanguage(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/language.txtar")
	if err != nil {
		t.Fatal(err)
	}
	moved := 0
	for _, f := range archive.Files {
		t.Run(f.Name, func(t *testing.T) {
			if pullAndPlain(t, program("p", string(f.Data))) {
				moved++
			}
		})
	}
	t.Logf("%d of %d programs in the loop", moved, len(archive.Files))
	if moved < len(archive.Files)/3 {
		t.Errorf("only %d of %d programs qualify: the test shows little", moved, len(archive.Files))
	}
}

// The programs of the language say the same compiled and interpreted when their Run
// is called three times: what a call leaves behind must not reach the next.
func TestLanguageThrice(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/language.txtar")
	if err != nil {
		t.Fatal(err)
	}
	programs := map[string]string{}
	for _, f := range archive.Files {
		name := "p_" + strings.ReplaceAll(f.Name, "-", "_")
		programs[name] = strings.Replace(program(name, string(f.Data)), "func Run() {",
			"func Run() {\n\tfor turn := 0; turn < 3; turn++ {\n\t\tonce()\n\t}\n}\n\nfunc once() {", 1)
	}
	differential(t, programs)
}

// What qualifies, and what does not: the case just inside beside the one outside.
func TestPullQualifies(t *testing.T) {
	const quote = "func OnQuote(ctx *strategies.Context, q *strategies.Quote) {\n"
	for _, c := range []struct{ name, text, want string }{
		{"all three", quote + "}\nfunc OnTrade(ctx *strategies.Context, t *strategies.Trade) {}\nfunc OnBar(ctx *strategies.Context, b *strategies.Bar) {}", "OnQuote OnTrade OnBar"},
		{"others stay", quote + "}\nfunc OnStart(ctx *strategies.Context) {}\nfunc OnFill(ctx *strategies.Context, f *strategies.Fill) {}", "OnQuote"},
		{"unnamed parameters", "func OnQuote(*strategies.Context, *strategies.Quote) {}", "OnQuote"},
		{"blank parameters", "func OnQuote(_ *strategies.Context, _ *strategies.Quote) {}", "OnQuote"},
		{"func literal", quote + "f := func() {}\nf()\n}", ""},
		{"func literal elsewhere", "func f() { g := func() {}\ng() }\n" + quote + "f()\n}", "OnQuote"},
		{"address of a local", quote + "x := 1\np := &x\nctx.Position = *p\n}", ""},
		{"address of a package variable", "var x int\n" + quote + "p := &x\nctx.Position = *p\n}", ""},
		{"address of a literal", "type t struct{ n int }\n" + quote + "p := &t{1}\nctx.Position = p.n\n}", ""},
		{"new", quote + "p := new(int)\nctx.Position = *p\n}", ""},
		{"value method of a local", "type t struct{ n int }\nfunc (v t) get() int { return v.n }\n" + quote + "v := t{1}\nctx.Position = v.get()\n}", "OnQuote"},
		{"pointer method of a local", "type t struct{ n int }\nfunc (v *t) inc() { v.n++ }\n" + quote + "v := t{1}\nv.inc()\nctx.Position = v.n\n}", ""},
		{"pointer method of a package variable", "type t struct{ n int }\nfunc (v *t) inc() { v.n++ }\nvar v t\n" + quote + "v.inc()\n}", "OnQuote"},
		{"pointer method of a part of a local", "type t struct{ n int }\ntype u struct{ a [2]t }\nfunc (v *t) inc() { v.n++ }\n" + quote + "v := u{}\nv.a[1].inc()\nctx.Position = v.a[1].n\n}", ""},
		{"slice of a local array", quote + "a := [3]int{1, 2, 3}\ns := a[:]\nctx.Position = s[0]\n}", ""},
		{"slice of a local slice", quote + "a := []int{1, 2, 3}\ns := a[1:]\nctx.Position = s[0]\n}", "OnQuote"},
		{"called by another handler", quote + "}\nfunc OnTrade(ctx *strategies.Context, t *strategies.Trade) {\nOnQuote(ctx, nil)\n}", "OnTrade"},
		{"kept as a value", quote + "}\nvar f = OnQuote\nfunc OnTrade(ctx *strategies.Context, t *strategies.Trade) {\nf(ctx, nil)\n}", "OnTrade"},
		{"one of two", quote + "f := func() {}\nf()\n}\nfunc OnBar(ctx *strategies.Context, b *strategies.Bar) {}", "OnBar"},
	} {
		t.Run(c.name, func(t *testing.T) {
			checked, err := Check(FromText("p.go", wrap(c.text)))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(checked.Pulled(), " "); got != c.want {
				t.Errorf("in the loop: %q, want %q", got, c.want)
			}
			if p := mustLoad(t, wrap(c.text)); p.Handlers.OnQuote == nil && strings.Contains(c.text, quote) {
				t.Error("OnQuote is not set")
			}
		})
	}
}

// A script whose loop the interpreter does not take runs plain.
func TestPullFallsBack(t *testing.T) {
	checked, err := Check(FromText("cross.go", crossing))
	if err != nil {
		t.Fatal(err)
	}
	if checked.looped() == nil {
		t.Fatal("the script does not qualify")
	}
	checked.pull.made.code = strings.Replace(checked.pull.made.code, loopHost+".Wait()", loopHost+".Missing()", 1)
	p, err := checked.Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if in := p.Host.(*instance); in.loop != nil || p.Handlers.OnQuote == nil {
		t.Error("it is not plain")
	}
	p.Handlers.OnQuote(new(strategies.Context), new(strategies.Quote))
}

// Every way through a handler, three events in a row: what is local begins anew with
// each, what is not goes on.
func TestPullHandlers(t *testing.T) {
	for _, c := range []struct{ name, body string }{
		{"returns", "if N%2 == 0 {\nreturn\n}\nS += \"odd \""},
		{"return in a loop", "for i := 0; i < 5; i++ {\nif i == N {\nreturn\n}\nS += \"turn \"\n}"},
		{"return in a range", "for i, v := range []int{3, 4, 5} {\nif i == N {\nreturn\n}\nctx.Position += v\n}"},
		{"return in a switch", "switch {\ncase N == 1:\nreturn\ncase N == 2:\nS += \"two \"\ndefault:\nS += \"more \"\n}\nS += \"end \""},
		{"return at the end", "S += \"x\"\nreturn"},
		{"return on both ways", "if N > 1 {\nS += \"a\"\nreturn\n} else {\nS += \"b\"\nreturn\n}"},
		{"labels", "outer:\nfor i := 0; i < 3; i++ {\nfor j := 0; j < 3; j++ {\nif j == N {\ncontinue outer\n}\nif i == 2 {\nbreak outer\n}\nS += \"x\"\n}\n}"},
		{"zero of every kind", "var i int\nvar f float64\nvar s string\nvar b bool\nvar u uint8\nvar h float32\nif i != 0 || f != 0 || s != \"\" || b || u != 0 || h != 0 {\nS += \"kept \"\n}\ni++\nf++\ns += \"x\"\nb = true\nu++\nh++"},
		{"zero of composites", "var a [2]int\nvar m map[string]int\nvar l []int\nvar x, y int\nS += strconv.Itoa(a[1] + len(m) + len(l) + x + y)\na[1]++\nm = map[string]int{\"a\": 1}\nl = append(l, m[\"a\"])\nx++\ny += x"},
		{"zero in a loop", "for i := 0; i < 3; i++ {\nvar n int\nn++\nS += strconv.Itoa(n)\n}"},
		{"shadows", "x := N\nif x := x + 1; x > 2 {\nx := x * 10\nS += strconv.Itoa(x)\n}\nS += strconv.Itoa(x)"},
		{"redeclared", "a := N\na, b := a+1, a+2\nS += strconv.Itoa(a*10 + b)"},
		{"two results", "a, err := strconv.Atoi(S)\nif err != nil {\nS = strconv.Itoa(N)\n}\nctx.Position = a"},
		{"declared with a value", "var a float64 = 2\nvar b = a / 4\nctx.Bid += b\na++"},
		{"a slice kept", "l := []int{N}\nKept = append(Kept, l)\nl[0]++\nfor _, k := range Kept {\nS += strconv.Itoa(k[0])\n}"},
		{"an array kept", "a := [2]int{N, N}\nArrays = append(Arrays, a)\na[0] = 100\nfor _, k := range Arrays {\nS += strconv.Itoa(k[0])\n}"},
		{"a struct kept", "p := pair{N, \"x\"}\nPairs = append(Pairs, p)\np.n = 100\nfor _, k := range Pairs {\nS += strconv.Itoa(k.n)\n}"},
		{"a map kept", "m := map[string]int{\"a\": N}\nMaps = append(Maps, m)\nm[\"b\"] = N\nfor _, k := range Maps {\nS += strconv.Itoa(k[\"a\"] + len(k))\n}"},
		{"literals kept", "Kept = append(Kept, []int{N})\nPairs = append(Pairs, pair{N, \"x\"})\nArrays = append(Arrays, [2]int{N, 1})\nMaps = append(Maps, map[string]int{\"a\": N})\nfor i := range Kept {\nKept[i][0]++\nPairs[i].n++\nArrays[i][1]++\nMaps[i][\"a\"]++\nS += strconv.Itoa(Kept[i][0] + Pairs[i].n + Arrays[i][0] + Arrays[i][1] + Maps[i][\"a\"])\n}"},
		{"pointers in a literal kept", "l := []*pair{{N, \"x\"}}\nPtrs = append(Ptrs, l[0])\nfor _, k := range Ptrs {\nk.n++\nS += strconv.Itoa(k.n)\n}"},
		{"pointers in a map literal kept", "l := map[string]*pair{\"a\": {N, \"x\"}}\nPtrs = append(Ptrs, l[\"a\"])\nfor _, k := range Ptrs {\nk.n++\nS += strconv.Itoa(k.n)\n}"},
		{"arguments kept", "keep(N, N+1)\nkeep(N)\nfor _, k := range Kept {\nS += strconv.Itoa(k[0])\n}"},
		{"results kept", "Pairs = append(Pairs, made(N))\nlocal := made(N)\nlocal.n += 50\nPairs = append(Pairs, local)\nPairs[0].n++\nfor _, k := range Pairs {\nS += strconv.Itoa(k.n)\n}"},
		{"structs within", "b := box{xs: []int{N}}\nb.in.n = N\nBoxes = append(Boxes, b)\nb.arr[1]++\nb.xs[0]++\nfor _, k := range Boxes {\nS += strconv.Itoa(k.xs[0] + k.in.n + k.arr[1])\n}"},
		{"assigned whole", "G = pair{N, \"x\"}\nh := G\nG.n++\nPairs = append(Pairs, G, h)\nPairs[0].n += 7\nfor _, k := range Pairs {\nS += strconv.Itoa(k.n)\n}"},
		{"ranged structs kept", "Pairs = append(Pairs, pair{N, \"x\"})\nfor _, p := range Pairs[:1] {\nPairs = append(Pairs, p)\np.n = 99\n}\nfor _, k := range Pairs {\nS += strconv.Itoa(k.n)\n}"},
		{"missing key", "m := map[int]int{1: 5}\nv, ok := m[N]\nif w, fine := m[N-1]; fine || !ok {\nS += strconv.Itoa(v*10 + w)\n}"},
		{"errors kept", "_, err := strconv.Atoi(strings.Repeat(\"x\", N))\nErrs = append(Errs, err)\nfor _, e := range Errs {\nS += e.Error()\n}"},
		{"the event kept", "Quotes = append(Quotes, *q)\nq.Bid = -1\nfor _, k := range Quotes {\nS += strconv.Itoa(int(k.Bid))\n}"},
		{"parameter assigned", "ctx.Position = 1\nq = nil\nif q == nil {\nS += \"nil \"\n}"},
		{"panic", "a := []int{1, 2}\nS += strconv.Itoa(a[N])"},
		{"panic after a line", "a := []int{1}\nS += strconv.Itoa(a[0])\nS += \"next\"\nS += strconv.Itoa(a[N-1])"},
		{"panic in a function", "S += strconv.Itoa(deep(N))"},
		{"panic without a risky line before", "panic(\"no \" + strconv.Itoa(N))"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := wrap("type pair struct {\nn int\ns string\n}\nvar (\nN int\nS string\nKept [][]int\nArrays [][2]int\nPairs []pair\nMaps []map[string]int\nQuotes []strategies.Quote\nPtrs []*pair\nBoxes []box\nG pair\nErrs []error\n)\ntype box struct {\nxs []int\nin pair\narr [2]int\n}\nfunc keep(xs ...int) { Kept = append(Kept, xs) }\nfunc made(n int) pair { return pair{n, \"m\"} }\nfunc deep(n int) int { return 10 / (n - 2) }\n" +
				"func OnQuote(ctx *strategies.Context, q *strategies.Quote) {\nN++\n" + c.body + "\n}\n" +
				"func OnBar(ctx *strategies.Context, bar *strategies.Bar) {\nN += 10\n" + strings.NewReplacer("q.Bid = -1", "bar.Low = -1", "*q", "strategies.Quote{Bid: bar.Low}", "q = nil", "bar = nil", "q == nil", "bar == nil").Replace(c.body) + "\n}\n")
			checked, err := Check(FromText("p.go", text))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(checked.Pulled(), []string{"OnQuote", "OnBar"}) {
				t.Fatalf("in the loop: %v", checked.Pulled())
			}
			want, got := session(t, checked, Options{Plain: true}), session(t, checked, Options{})
			if got != want {
				t.Errorf("in the loop:\n%s\nplain:\n%s\nmoved:\n%s", got, want, checked.looped().code)
			}
		})
	}
}

// session turns the handlers of a script some times and writes down what comes of it.
func session(t *testing.T, checked *Checked, o Options) string {
	t.Helper()
	p, err := checked.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var ctx strategies.Context
	try := func(f func()) {
		defer func() {
			if r := recover(); r != nil {
				fmt.Fprintln(&b, "PANIC", p.Locate(r))
			}
		}()
		f()
	}
	for n := range 5 {
		q, bar := strategies.Quote{Bid: float64(n)}, strategies.Bar{Low: float64(100 + n)}
		try(func() { p.Handlers.OnQuote(&ctx, &q) })
		if n%2 == 1 {
			try(func() { p.Handlers.OnBar(&ctx, &bar) })
		}
		said, _ := pointerTo[string](p.Host.(*instance).it.Symbols(packageName)[packageName]["S"])
		fmt.Fprintf(&b, "%q %+v %v %v\n", *said, ctx, q, bar)
	}
	return b.String()
}

// Panics say the same in the loop.
func TestPullPanics(t *testing.T) {
	moved := 0
	for _, c := range panics {
		t.Run(c.name, func(t *testing.T) {
			text := wrap(strings.Replace(c.text, "OnStart(ctx *strategies.Context)", "OnQuote(ctx *strategies.Context, q *strategies.Quote)", 1))
			checked, err := Check(FromText("p.go", text))
			if err != nil {
				t.Fatal(err)
			}
			if checked.looped() != nil {
				moved++
			}
			say := func(o Options) (text string) {
				p, err := checked.Load(o)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					func() {
						defer func() { text += p.Locate(recover()) + "\n" }()
						p.Handlers.OnQuote(&strategies.Context{}, &strategies.Quote{})
					}()
				}
				return text
			}
			if got, want := say(Options{}), say(Options{Plain: true}); got != want {
				t.Errorf("in the loop %q, plain %q", got, want)
			}
		})
	}
	if moved < len(panics)*3/4 {
		t.Errorf("only %d of %d ran in the loop", moved, len(panics))
	}
}
