package script

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"tollgate/strategies"
)

// TestKnownFaults runs what the language corpus does not have of the faults that are
// known of the interpreter.
func TestKnownFaults(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/faults.txtar")
	if err != nil {
		t.Fatal(err)
	}
	programs := map[string]string{}
	for _, f := range archive.Files {
		name := "k_" + strings.ReplaceAll(f.Name, "-", "_")
		programs[name] = program(name, string(f.Data))
	}
	differential(t, programs)
}

// Two scripts of one package name, and two instances of one script, share nothing:
// in one interpreter they would share their variables.
func TestInstancesShareNothing(t *testing.T) {
	text := func(step string) string {
		return "package s\n\nimport \"tollgate/strategies\"\n\nvar Sum int\n\nfunc add(n int) { Sum += n }\n\nfunc OnStart(ctx *strategies.Context) {\n\tadd(" + step + ")\n\tctx.Position = Sum\n}\n"
	}
	one, err := Check(FromText("s.go", text("1")))
	if err != nil {
		t.Fatal(err)
	}
	ten, err := Check(FromText("s.go", text("10")))
	if err != nil {
		t.Fatal(err)
	}
	var all []*strategies.Program
	for i := range 20 {
		checked := one
		if i%2 == 1 {
			checked = ten
		}
		p, err := checked.Load(Options{})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	for turn := 1; turn <= 3; turn++ {
		for i, p := range all {
			ctx := new(strategies.Context)
			p.Handlers.OnStart(ctx)
			if want := turn * (1 + 9*(i%2)); ctx.Position != want {
				t.Errorf("turn %d, instance %d: %d, want %d", turn, i, ctx.Position, want)
			}
		}
	}
}

// A negative zero that is passed to a function of the script arrives as zero, which
// package doc tells as not promised. When this fails, the interpreter has been mended.
func TestNegativeZeroAsArgument(t *testing.T) {
	out, err := interpreted(program("z", "func id(x float64) float64 { return x }\nfunc Run() {\n\tx := 0.0\n\ty := -x\n\tsay(fmt.Sprint(y, id(y)))\n}\n"))
	if err != nil || out != "-0 0\n" {
		t.Errorf("%q, %v", out, err)
	}
}
