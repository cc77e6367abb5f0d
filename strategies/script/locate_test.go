package script

import (
	"encoding/json"
	"strings"
	"testing"

	"tollgate/strategies"
)

// panics are scripts that panic in OnStart; the line that fails holds the word HERE.
var panics = []struct{ name, what, text string }{
	{"index", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\ti := 4\n\tb := 1\n\tb += a[i] // HERE\n\tctx.Position = b\n}"},
	{"array index", "index out of range", "var a [3]int\nfunc OnStart(ctx *strategies.Context) {\n\ti := 4\n\ti--\n\ta[i] = 1 // HERE\n}"},
	{"slice bounds", "slice bounds out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\ti := 4\n\ta = a[:i] // HERE\n\tctx.Position = len(a)\n}"},
	{"division", "division by zero", "var z int\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = 1\n\tctx.Working = 5 / z // HERE\n}"},
	{"modulo", "division by zero", "var z int\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = 7\n\tctx.Position %= z // HERE\n}"},
	{"nil map", "assignment to an entry of a nil map", "var m map[string]int\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = m[\"a\"]\n\tm[\"a\"] = 1 // HERE\n}"},
	{"nil map increment", "assignment to an entry of a nil map", "var m map[string]int\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = m[\"a\"]\n\tm[\"a\"]++ // HERE\n}"},
	{"nil pointer", "nil pointer", "type t struct{ v int }\nvar p *t\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = 1\n\tp.v = 1 // HERE\n}"},
	{"nil pointer read", "nil pointer", "type t struct{ v int }\nvar p *t\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = 1\n\tctx.Position = p.v // HERE\n}"},
	{"nil function", "nil pointer", "var f func(int) int\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = 1\n\tctx.Position = f(1) // HERE\n}"},
	{"explicit", "panic: no way", "func OnStart(ctx *strategies.Context) {\n\tctx.Position = 1\n\tif ctx.Position > 0 {\n\t\tpanic(\"no way\") // HERE\n\t}\n}"},
	{"in the host", "panic: strings: negative Repeat count", "func OnStart(ctx *strategies.Context) {\n\tn := -1\n\tn--\n\tctx.Instrument = strings.Repeat(\"x\", n) // HERE\n}"},
	{"helper", "index out of range", "func last(a []int) int {\n\tn := len(a)\n\treturn a[n] // HERE\n}\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = 1\n\tctx.Position = last([]int{1})\n}"},
	{"after a helper", "index out of range", "func one() int {\n\ta := []int{1}\n\treturn a[0]\n}\nfunc OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\tctx.Position = a[one()] // HERE\n}"},
	{"method", "division by zero", "type t struct{ n int }\nfunc (p *t) half(z int) {\n\tp.n++\n\tp.n /= z // HERE\n}\nvar x t\nfunc OnStart(ctx *strategies.Context) {\n\tx.half(1)\n\tx.half(0)\n}"},
	{"func literal", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\tf := func(i int) int {\n\t\ti += 5\n\t\treturn a[i] // HERE\n\t}\n\tctx.Position = f(0)\n}"},
	{"after a func literal", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\tf := func(i int) int {\n\t\treturn a[i]\n\t}\n\tctx.Position = f(0)\n\tctx.Position = f(0) + a[f(0)] // HERE\n}"},
	{"callback of the host", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1, 2}\n\tsort.Slice(a, func(i, j int) bool {\n\t\ti += 5\n\t\treturn a[i] < a[j] // HERE\n\t})\n}"},
	{"condition", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\ti := 3\n\tif ctx.Position > 1 {\n\t\tctx.Position = 1\n\t} else if a[i] > 0 { // HERE\n\t\tctx.Position = 2\n\t}\n}"},
	{"loop condition, later turn", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1, 1}\n\tb := []int{1, 2, 3}\n\tfor i := 0; a[i] > 0; i++ { // HERE\n\t\tctx.Position += b[i]\n\t}\n}"},
	{"post statement", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1, 5}\n\tb := []int{1, 2, 3, 4, 5, 6}\n\tfor i := 0; i < 9; i = a[i] { // HERE\n\t\tctx.Position += b[i]\n\t}\n}"},
	{"range operand", "nil pointer", "type t struct{ xs []int }\nvar p *t\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = 1\n\tfor i := range p.xs { // HERE\n\t\tctx.Position = i\n\t}\n}"},
	{"switch tag", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\ti := 2\n\tswitch a[i] { // HERE\n\tcase 1:\n\t\ti++\n\t}\n}"},
	{"case body", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\ti := 2\n\tswitch {\n\tcase i == 2:\n\t\ti++\n\t\tctx.Position = a[i] // HERE\n\t}\n}"},
	{"labelled loop", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\nouter:\n\tfor i := 0; i < 3; i++ {\n\t\tfor j := 0; j < 3; j++ {\n\t\t\tif j == 2 {\n\t\t\t\tcontinue outer\n\t\t\t}\n\t\t\tctx.Position = a[i] // HERE\n\t\t}\n\t}\n}"},
	{"range over a number", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\tfor i := range 3 {\n\t\tctx.Position = 1\n\t\tctx.Position = a[i] // HERE\n\t}\n}"},
	{"limit of a range", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\tn := 3\n\tfor i := range a[n] { // HERE\n\t\tctx.Position = i\n\t}\n}"},
	{"second of several assignments", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1}\n\tn := 3\n\tctx.Position, ctx.Working = len(a), a[n] // HERE\n}"},
	{"target of several results", "assignment to an entry of a nil map", "var m map[string]int\nfunc two() (int, int) { return 1, 2 }\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = m[\"a\"]\n\tctx.Position, m[\"a\"] = two() // HERE\n}"},
	{"loop with a captured variable", "division by zero", "func OnStart(ctx *strategies.Context) {\n\tvar fs []func() int\n\tfor i := 1; 4/(3-i) > 0; i++ { // HERE\n\t\tfs = append(fs, func() int { return i })\n\t}\n\tctx.Position = len(fs)\n}"},
	{"generic function", "index out of range", "func at[T any](list []T, i int) T {\n\ti++\n\treturn list[i] // HERE\n}\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Position = at([]int{1, 2}, 0)\n\tctx.Instrument = at([]string{\"a\"}, 0)\n}"},
	{"generic method", "nil pointer", "type box[T any] struct{ v T }\nfunc (b *box[T]) get() T {\n\treturn b.v // HERE\n}\nfunc OnStart(ctx *strategies.Context) {\n\tvar b *box[int]\n\tctx.Position = b.get()\n}"},
	{"function of slices", "panic: slices.Max: empty list", "func OnStart(ctx *strategies.Context) {\n\tvar none []int\n\tctx.Position = 1\n\tctx.Position = slices.Max(none) // HERE\n}"},
	{"callback of slices", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ta := []int{1, 2}\n\tslices.SortFunc(a, func(x, y int) int {\n\t\tx += 5\n\t\treturn a[x] // HERE\n\t})\n}"},
	{"literal inside of &&", "index out of range", "func OnStart(ctx *strategies.Context) {\n\ti := 3\n\tif ctx.Position == 0 && []int{1, 2}[i] > 0 { // HERE\n\t\tctx.Position = 1\n\t}\n}"},
	{"host field set to nil", "nil pointer", "var b = strategies.Minutes(1)\nfunc OnStart(ctx *strategies.Context) {\n\tb.Close = nil\n\tctx.Position = 2\n\tctx.Bid = b.Close.V // HERE\n}"},
	{"assigned parameter", "nil pointer", "func OnStart(ctx *strategies.Context) {\n\tctx.Position = 2\n\tctx = nil\n\tctx.Position = 3 // HERE\n}"},
}

func locate(t *testing.T, p *strategies.Program) (text string) {
	t.Helper()
	defer func() {
		r := recover()
		if r == nil {
			t.Fatal("no panic")
		}
		text = p.Locate(r)
	}()
	p.Handlers.OnStart(&strategies.Context{})
	return ""
}

func TestPanicsAreLocated(t *testing.T) {
	for _, c := range panics {
		t.Run(c.name, func(t *testing.T) {
			text := wrap(c.text)
			line := 0
			for i, l := range strings.Split(text, "\n") {
				if strings.Contains(l, "// HERE") {
					line = i + 1
				}
			}
			checkPlace(t, locate(t, mustLoad(t, text)), "cross.go", line, c.what, text)
		})
	}
}

func checkPlace(t *testing.T, got, file string, line int, what, text string) {
	t.Helper()
	first, source, _ := strings.Cut(got, "\n\t")
	want := file + ":" + itoa(line) + ": " + what
	if !strings.HasPrefix(first, want) {
		t.Errorf("got %q, want %q\n%s", first, want, text)
	}
	if !strings.HasSuffix(strings.TrimSpace(source), "// HERE") {
		t.Errorf("source line is %q", source)
	}
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}
