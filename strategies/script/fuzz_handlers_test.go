package script

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var fuzzStrategies = flag.Int("script.strategies", 60/slower, "number of random strategies to compare interpreted and compiled; their seeds begin at -script.seed")

// TestRandomStrategies runs random strategies, with parameters, bars, indicators,
// timers and orders, through the real Runner, Desk and venue, interpreted and
// compiled, and compares every decision and everything that came of it.
func TestRandomStrategies(t *testing.T) {
	const batch = 200
	accepted, idle, codes := 0, 0, map[string]int{}
	for first := 0; first < *fuzzStrategies; first += batch {
		programs, seeds := map[string]*Checked{}, map[string]uint64{}
		for i := first; i < min(first+batch, *fuzzStrategies); i++ {
			seed := *fuzzSeed + uint64(i)
			name := fmt.Sprintf("h%d", seed)
			text := randomStrategy(name, seed)
			checked, err := Check(FromText("h.go", text))
			if found, refused := err.(Findings); refused {
				codes[found[0].Code]++
				if testing.Verbose() {
					t.Logf("%v", found)
				}
				continue
			} else if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			programs[name], seeds[name] = checked, seed
		}
		accepted += len(programs)
		idle += compareStrategies(t, programs, seeds)
	}
	t.Logf("%d accepted and compared, %d of them without an order; refused: %v", accepted, idle, codes)
	if accepted < *fuzzStrategies*3/4 || idle > accepted/4 {
		t.Errorf("%d of %d strategies compared, %d of them without an order: the test shows little", accepted, *fuzzStrategies, idle)
	}
}

// compareStrategies returns how many strategies did nothing.
func compareStrategies(t *testing.T, programs map[string]*Checked, seeds map[string]uint64) (idle int) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not in PATH, so nothing can be compiled to compare with")
	}
	native := compiledStrategies(t, programs, seeds)
	for name, checked := range programs {
		for _, plain := range []bool{false, true} {
			p, err := checked.Load(Options{Plain: plain})
			if err != nil {
				t.Errorf("%s: %v\n%s", name, err, checked.Source.Files[0].Text)
				continue
			}
			if got, want := drive(p, seeds[name]), native[name]; got != want {
				t.Errorf("-script.seed %d, plain %v: %s\n%s\nrewritten:\n%s", seeds[name], plain, firstDifference(got, want), checked.Source.Files[0].Text, checked.code)
			}
		}
		if strings.Contains(native[name], "\n0 intents") {
			idle++
		}
	}
	return idle
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\ninterpreted: %s\ncompiled:    %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines interpreted, %d compiled", len(a), len(b))
}

// compiledStrategies builds the strategies and the driver into one program that
// pretends to stand in this module, and returns what each came to.
func compiledStrategies(t *testing.T, programs map[string]*Checked, seeds map[string]uint64) map[string]string {
	t.Helper()
	dir, replace := t.TempDir(), map[string]string{}
	base, err := filepath.Abs("internal/zz_strategies")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		path := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(base, name)] = path
	}
	driver, err := os.ReadFile("fuzz_drive_test.go")
	if err != nil {
		t.Fatal(err)
	}
	write("drive.go", strings.Replace(string(driver), "package script", "package main", 1))
	imports, calls := "", ""
	for name, checked := range programs {
		write(name+"/h.go", checked.Source.Files[0].Text)
		handlers := ""
		for _, h := range checked.Handlers {
			handlers += h + ": " + h + ", "
		}
		// The first file's variables are initialised first.
		write(name+"/0_begin.go", fmt.Sprintf("package %s\nimport zz \"tollgate/strategies\"\nvar Zz_setup = zz.Begin(zz.NewSetup(nil))\nfunc Zz_handlers() zz.Handlers { return zz.Handlers{%s} }\n", name, handlers))
		imports += fmt.Sprintf("import %q\n", "tollgate/strategies/script/internal/zz_strategies/"+name)
		calls += fmt.Sprintf("fmt.Print(\"\\x01%s\\x02\", drive(&strategies.Program{Name: \"h\", Setup: %s.Zz_setup, Handlers: %s.Zz_handlers()}, %d))\n", name, name, name, seeds[name])
	}
	write("main.go", "package main\nimport \"fmt\"\nimport \"tollgate/strategies\"\n"+imports+"func main() {\n"+calls+"}\n")
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "strategies.exe")
	if output, err := exec.Command("go", "build", "-overlay", list, "-o", binary, "./internal/zz_strategies").CombinedOutput(); err != nil {
		t.Fatalf("native build: %v\n%s", err, output)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	output, err := exec.CommandContext(ctx, binary).Output()
	if err != nil {
		t.Fatalf("compiled strategies: %v", err)
	}
	results := map[string]string{}
	for _, part := range strings.Split(string(output), "\x01")[1:] {
		name, out, _ := strings.Cut(part, "\x02")
		results[name] = out
	}
	return results
}

// strategyPrelude collects what random statements say in a number.
const strategyPrelude = `var digest int
func say(s string) {
	for i := 0; i < len(s); i++ {
		digest = digest*31 + int(s[i])
	}
}
var chases int
func chased(n int) bool {
	chases++
	return chases < n
}
var ids []int
func note(id int) int {
	if len(ids) > 6 {
		ids = ids[3:]
	}
	ids = append(ids, id)
	return id
}
`

// randomStrategy is the source of a strategy that trades.
func randomStrategy(name string, seed uint64) string {
	g := newGenerator(rand.New(rand.NewPCG(seed, 43)))
	g.b.WriteString(fuzzPrelude + strategyPrelude + genericPrelude)
	g.generic = true
	g.withTypes()
	g.declare("digest", "int")
	g.indicators()
	for range g.r.IntN(3) {
		g.function()
	}
	g.handler("OnQuote", "q *strategies.Quote", []variable{{"q.Bid", "float64"}, {"q.Ask", "float64"}, {"q.BidSize", "int"}})
	for _, h := range []struct {
		name, param string
		vars        []variable
	}{
		{"OnStart", "", nil},
		{"OnStop", "", nil},
		{"OnTrade", "tr *strategies.Trade", []variable{{"tr.Price", "float64"}, {"tr.Size", "int"}}},
		{"OnBar", "b *strategies.Bar", []variable{{"b.High", "float64"}, {"b.Close", "float64"}, {"b.Trades", "int"}, {"b.Name", "string"}, {"b.End", "int64"}}},
		{"OnFill", "f *strategies.Fill", []variable{{"f.Price", "float64"}, {"f.Qty", "int"}, {"f.ID", "int"}, {"f.Profit", "float64"}}},
		{"OnOrder", "o *strategies.Order", []variable{{"o.ID", "int"}, {"o.State", "string"}, {"o.Open", "bool"}, {"o.Limit", "float64"}}},
		{"OnTimer", "tm *strategies.Timer", []variable{{"tm.Name", "string"}, {"tm.Time", "int64"}}},
	} {
		if g.r.IntN(2) == 0 {
			g.handler(h.name, h.param, h.vars)
		}
	}
	body := g.b.String()
	text := "package " + name + "\nimport \"tollgate/strategies\"\n"
	seen := map[string]bool{}
	for _, m := range qualified.FindAllStringSubmatch(body, -1) {
		if !seen[m[1]] {
			seen[m[1]] = true
			text += fmt.Sprintf("import %q\n", m[1])
		}
	}
	return text + body
}

// hosted declares a variable that the host sets.
func (g *generator) hosted(name, typ string) {
	g.declare(name, typ)
	g.locked[name] = true
}

// indicators declares parameters, bars and lines.
func (g *generator) indicators() {
	g.line("var n0 = strategies.Int(\"n\", %d, 1, 50, \"a length\")", 2+g.r.IntN(9))
	g.line("var m0 = strategies.Float(\"m\", %d.5, 0, 50, \"a factor\")", g.r.IntN(4))
	g.line("var w0 = strategies.Bool(\"w\", %v, \"a switch\")", g.r.IntN(2) == 0)
	g.line("var c0 = strategies.Choice(\"c\", \"b\", \"a choice\", \"a\", \"b\")")
	g.hosted("n0", "int")
	g.hosted("m0", "float64")
	g.hosted("w0", "bool")
	g.hosted("c0", "string")
	g.line("var bars = strategies.%s", []string{"Ticks(3)", "Seconds(45)", "Minutes(1)", "Volume(40)", "Range(6)"}[g.r.IntN(5)])
	g.hosted("bars.Count", "int")
	lines := []string{"bars.Close", "bars.High", "strategies.Bid()", "strategies.Mid()", "strategies.Last()"}
	pick := func() string { return lines[g.r.IntN(len(lines))] }
	for i := range 2 + g.r.IntN(4) {
		name := fmt.Sprintf("l%d", i)
		of := []string{"SMA", "EMA", "WMA", "RSI", "ROC", "StdDev", "Highest", "Lowest"}
		value := fmt.Sprintf("strategies.%s(%s, n0+%d)", of[g.r.IntN(len(of))], pick(), g.r.IntN(5))
		if g.r.IntN(4) == 0 {
			value = fmt.Sprintf("strategies.%s(bars, n0+1)", []string{"ATR", "CCI", "VWMA"}[g.r.IntN(3)])
		}
		g.line("var %s = %s", name, value)
		g.hosted(name+".V", "float64")
		g.hosted(name+".Ready", "bool")
		lines = append(lines, name)
	}
	g.line("var x0 = strategies.Cross(%s, l0)", pick())
	g.line("var bb = strategies.Bollinger(%s, n0+2, 1.5)", pick())
	for _, v := range []variable{{"x0.Up", "bool"}, {"x0.Down", "bool"}, {"bb.Upper.V", "float64"}, {"bb.Lower.V", "float64"}} {
		g.hosted(v.name, v.typ)
	}
}

// handler is a handler of random statements with orders among them.
func (g *generator) handler(name, param string, vars []variable) {
	if param != "" {
		param = ", " + param
	}
	g.line("func %s(ctx *strategies.Context%s) {", name, param)
	g.level++
	g.push()
	for _, v := range append(vars,
		variable{"ctx.Position", "int"}, variable{"ctx.Working", "int"}, variable{"ctx.TimeOfDay", "int"}, variable{"ctx.Time", "int64"},
		variable{"ctx.Bid", "float64"}, variable{"ctx.Ask", "float64"}, variable{"ctx.Profit", "float64"}, variable{"ctx.Cash", "float64"}, variable{"ctx.AveragePrice", "float64"},
	) {
		g.hosted(v.name, v.typ)
	}
	g.budget = 4 + g.r.IntN(8)
	g.order(name)
	for g.budget > 0 {
		g.statement()
		if g.r.IntN(4) == 0 {
			g.order(name)
		}
	}
	if g.r.IntN(2) == 0 {
		g.line("ctx.Logf(\"%%d %%v %%s\", digest, %s, %s)", g.expr("float64", 1), g.expr("string", 1))
	}
	g.pop()
	g.level--
	g.line("}")
}

// order is a statement that acts at the host.
func (g *generator) order(handler string) {
	e := func() string { return g.expr("int", 1) }
	id := fmt.Sprintf("at(ids, %s)", e())
	near := func(sign string) string {
		return fmt.Sprintf("ctx.Round(ctx.Bid %s float64(idx(%s, 9)))", sign, e())
	}
	when := g.expr("bool", 2)
	if handler == "OnOrder" || handler == "OnFill" {
		when = "chased(25) && " + g.condition(1) // or they would answer themselves for ever
	}
	acts := []string{
		fmt.Sprintf("note(ctx.Buy(1 + idx(%s, 3)))", e()),
		fmt.Sprintf("note(ctx.Sell(1 + idx(%s, 3)))", e()),
		fmt.Sprintf("ctx.Target(idx(%s, 5) - 2)", e()),
		fmt.Sprintf("note(ctx.BuyLimit(1, %s))", near("-")),
		fmt.Sprintf("note(ctx.SellLimit(2, %s))", near("+")),
		fmt.Sprintf("note(ctx.BuyStop(1, %s))", near("+")),
		fmt.Sprintf("note(ctx.SellStop(1, %s))", near("-")),
		fmt.Sprintf("note(ctx.BuyBracket(1, %s, %s))", near("-"), near("+")),
		fmt.Sprintf("note(ctx.Submit(&strategies.Ticket{Side: strategies.Sell, Qty: 1, Limit: %s, GTC: w0}))", near("+")),
		fmt.Sprintf("ctx.Cancel(%s)", id),
		fmt.Sprintf("ctx.Change(%s, 1, %s, 0)", id, near("-")),
		"ctx.CancelAll()",
		"ctx.Flatten()",
		fmt.Sprintf("ctx.Every(\"tick\", time.Duration(20+idx(%s, 50))*time.Second)", e()),
		fmt.Sprintf("for _, open := range ctx.Orders() {\nsay(fmt.Sprint(open.ID, open.State, open.Filled, open.Limit))\nif open.Qty > idx(%s, 3) {\nctx.Cancel(open.ID)\n}\n}", e()),
		fmt.Sprintf("was := ctx.Order(%s)\nsay(fmt.Sprint(was.State, was.Side, was.AveragePrice))", id),
		fmt.Sprintf("ctx.Log(%s, %s)", g.expr("int", 2), g.expr("float64", 2)),
	}
	act := acts[g.r.IntN(len(acts))]
	if handler == "OnStop" {
		act = "ctx.Log(digest)"
	}
	g.line("if %s {\n%s\n}", when, act)
}
