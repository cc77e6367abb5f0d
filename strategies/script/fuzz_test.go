package script

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var (
	fuzzPrograms = flag.Int("script.programs", 120, "number of random programs to compare interpreted and compiled")
	fuzzSeed     = flag.Uint64("script.seed", 1, "seed of the first of them")
)

// TestRandomPrograms compares random programs of the accepted language,
// interpreted and compiled. A program that is refused is counted, not compared;
// too many of them would make the test empty.
func TestRandomPrograms(t *testing.T) {
	const batch = 400
	accepted, refused, codes := 0, 0, map[string]int{} // by code; "type" is constants that overflow
	for first := 0; first < *fuzzPrograms; first += batch {
		programs := map[string]string{}
		for i := first; i < min(first+batch, *fuzzPrograms); i++ {
			seed := *fuzzSeed + uint64(i)
			name := fmt.Sprintf("r%d", seed)
			text := program(name, randomProgram(seed))
			if _, err := check(FromText("p.go", text), true); err != nil {
				found, ok := err.(Findings)
				if !ok {
					t.Fatalf("%v\n%s", err, text)
				}
				codes[found[0].Code]++
				if testing.Verbose() {
					t.Logf("%v", found)
				}
				refused++
				continue
			}
			accepted++
			programs[name] = text
		}
		differential(t, programs)
	}
	t.Logf("%d accepted and compared, %d refused: %v", accepted, refused, codes)
	if refused > accepted/4 {
		t.Errorf("%d of %d programs refused: the generator has left the language", refused, refused+accepted)
	}
}

// generator writes random programs that type-check and end.
type generator struct {
	r      *rand.Rand
	b      strings.Builder
	level  int          // indentation
	scopes [][]variable // innermost last
	funcs  []function   // that may be called from here
	names  int
	loops  int // around the statement at hand
	labels []string
	budget int             // statements left
	locked map[string]bool // loop variables: not to be assigned
	inLit  int
}

type variable struct{ name, typ string }

type function struct {
	name    string
	params  []string
	results []string
}

const fuzzPrelude = `type T struct{ x, y int }
func (t *T) add(n int) int { t.x += n; t.y--; return t.x }
func (t T) sum() int { t.x++; return t.x + t.y }
type S struct {
	a  int
	f  float64
	s  string
	xs []int
	arr [3]int
	in T
	p  *T
}
func (s *S) bump(f float64) float64 { s.f += f; s.a++; s.in.x += 2; return s.f }
type Q int32
func (q Q) twice() Q { return q * 2 }
const (
	k0 = iota * 3
	k1
	k2
	half  = 0.5
	label = "lbl"
)
const kq Q = 7
var g0 = 3
var g1 = 2.5
var g2 = []int{4, 5, 6}
var g3 = S{a: 1, s: "g", xs: []int{9}, p: &T{1, 2}}
var g4 = map[string]int{"a": 1, "b": 2}
var g5 bool
var g6 = [3]int{7, 8, 9}
var g7 = "glob"
var g8 Q = 5
var g9 uint8 = 250
func at(xs []int, i int) int {
	if len(xs) == 0 {
		return -1
	}
	if i < 0 {
		i = -(i + 1)
	}
	return xs[i%len(xs)]
}
func idx(i, n int) int {
	if i < 0 {
		i = -(i + 1)
	}
	return i % n
}
func cut(s string) string {
	if len(s) > 12 {
		return s[:12]
	}
	return s
}
func trim(xs []int) []int {
	if len(xs) > 8 {
		return xs[2:6]
	}
	return xs
}
func two(n int) (int, string) { return n + 1, label }
var e0 = errors.New("zero")
func fail(n int) error {
	if n%3 == 0 {
		return nil
	}
	return errors.New("e" + strconv.Itoa(n))
}
`

func randomProgram(seed uint64) string {
	g := &generator{r: rand.New(rand.NewPCG(seed, 42)), budget: 60, locked: map[string]bool{}}
	g.scopes = [][]variable{{
		{"g0", "int"}, {"g1", "float64"}, {"g2", "[]int"}, {"g3", "S"}, {"g4", "map[string]int"}, {"g5", "bool"},
		{"g6", "[3]int"}, {"g7", "string"}, {"g8", "Q"}, {"g9", "uint8"},
	}}
	g.b.WriteString(fuzzPrelude)
	for range g.r.IntN(3) {
		g.function()
	}
	g.b.WriteString("func Run() {\n")
	g.level = 1
	g.push()
	for g.budget > 0 {
		g.statement()
	}
	g.report()
	g.pop()
	g.b.WriteString("}\n")
	return g.b.String()
}

func (g *generator) line(format string, args ...any) {
	g.b.WriteString(strings.Repeat("\t", g.level) + fmt.Sprintf(format, args...) + "\n")
}

func (g *generator) push() { g.scopes = append(g.scopes, nil) }
func (g *generator) pop()  { g.scopes = g.scopes[:len(g.scopes)-1] }

func (g *generator) fresh() string {
	g.names++
	return fmt.Sprintf("v%d", g.names)
}

func (g *generator) declare(name, typ string) {
	i := len(g.scopes) - 1
	g.scopes[i] = append(g.scopes[i], variable{name, typ})
}

var fuzzTypes = []string{
	"int", "int", "int", "float64", "float64", "bool", "string", "[]int", "map[string]int", "S", "*S", "T", "*T", "[3]int",
	"Q", "uint8", "int64", "func(int) int", "error", "float32", "[]T", "[]error", "uint", "[]func() int", "int8", "[]*T",
}

func (g *generator) typ() string { return fuzzTypes[g.r.IntN(len(fuzzTypes))] }

func (g *generator) scalar() string {
	return []string{"int", "float64", "bool", "string", "Q", "uint8", "int64", "float32", "uint", "int8"}[g.r.IntN(10)]
}

// variableOf picks a variable of a type in scope.
func (g *generator) variableOf(typ string, assign bool) string {
	var list []string
	for _, s := range g.scopes {
		for _, v := range s {
			if v.typ == typ && !(assign && g.locked[v.name]) {
				list = append(list, v.name)
			}
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[g.r.IntN(len(list))]
}

func (g *generator) function() {
	f := function{name: fmt.Sprintf("f%d", len(g.funcs))}
	g.push()
	var params []string
	for i := range g.r.IntN(3) {
		typ, name := g.typ(), fmt.Sprintf("p%d", i)
		f.params = append(f.params, typ)
		params = append(params, name+" "+typ)
		g.declare(name, typ)
	}
	for range 1 + g.r.IntN(2) {
		f.results = append(f.results, g.scalar())
	}
	g.line("func %s(%s) (%s) {", f.name, strings.Join(params, ", "), strings.Join(f.results, ", "))
	g.level++
	g.push()
	kept := g.budget
	g.budget = 4 + g.r.IntN(8)
	for g.budget > 0 {
		g.statement()
	}
	g.budget = kept
	g.line("return %s", g.values(f.results))
	g.pop()
	g.level--
	g.line("}")
	g.pop()
	g.funcs = append(g.funcs, f)
}

func (g *generator) values(types []string) string {
	var list []string
	for _, t := range types {
		list = append(list, g.expr(t, 2))
	}
	return strings.Join(list, ", ")
}

// report says every variable of the program and of Run that can be printed.
func (g *generator) report() {
	for _, s := range g.scopes {
		for _, v := range s {
			switch v.typ {
			case "int", "float64", "bool", "string", "uint8", "int64", "float32", "uint", "int8", "[]int", "map[string]int", "[3]int":
				g.line("say(fmt.Sprint(%q, %s))", v.name, v.name)
			case "Q":
				g.line("say(fmt.Sprint(int(%s)))", v.name)
			case "T", "*T":
				g.line("say(fmt.Sprint(%s.x, %s.y))", v.name, v.name)
			case "S", "*S":
				g.line("say(fmt.Sprint(%s.a, %s.f, %s.s, %s.xs, %s.arr, %s.in.x, %s.p.y))", v.name, v.name, v.name, v.name, v.name, v.name, v.name)
			case "error":
				g.line("say(fmt.Sprint(%s, %s == nil, %s == e0, errors.Is(%s, e0)))", v.name, v.name, v.name, v.name)
			case "func(int) int":
				g.line("say(fmt.Sprint(%s(3)))", v.name)
			case "[]T":
				g.line("for _, e := range %s {\nsay(fmt.Sprint(e.x, e.y))\n}", v.name)
			case "[]*T":
				g.line("for _, e := range %s {\nsay(fmt.Sprint(e.x, e.y))\n}", v.name)
			case "[]func() int":
				g.line("for _, e := range %s {\nsay(fmt.Sprint(e(), e()))\n}", v.name)
			case "[]error":
				g.line("for _, e := range %s {\nsay(fmt.Sprint(e, e == e0))\n}", v.name)
			}
		}
	}
}

func (g *generator) block() {
	g.level++
	g.push()
	for range 1 + g.r.IntN(4) {
		g.statement()
	}
	g.pop()
	g.level--
}

func (g *generator) statement() {
	g.budget--
	if g.budget < 0 && g.r.IntN(3) > 0 {
		g.line("g0++")
		return
	}
	deep := g.level > 5
	switch n := g.r.IntN(30); {
	case n < 6:
		g.newVariable()
	case n < 12:
		g.assign()
	case n < 14 && !deep:
		g.ifStatement()
	case n < 17 && !deep:
		g.forStatement()
	case n < 19 && !deep:
		g.rangeStatement()
	case n < 21 && !deep:
		g.switchStatement()
	case n < 22:
		g.swap()
	case n < 24:
		g.closureStatement()
	case n < 25 && g.loops > 0 && g.inLit == 0:
		g.jump()
	case n < 27:
		g.callStatement()
	case n < 28 && !deep:
		g.line("{")
		g.block()
		g.line("}")
	default:
		g.line("say(fmt.Sprint(%s, %s))", g.expr(g.scalarBasic(), 2), g.expr(g.scalarBasic(), 2))
	}
}

func (g *generator) scalarBasic() string {
	return []string{"int", "float64", "bool", "string", "uint8", "int64", "[]int", "[3]int", "map[string]int"}[g.r.IntN(9)]
}

func (g *generator) newVariable() {
	name, typ := g.fresh(), g.typ()
	switch g.r.IntN(4) {
	case 0:
		g.line("var %s %s = %s", name, typ, g.expr(typ, 3))
	case 1:
		if zeroOK(typ) {
			g.line("var %s %s", name, typ)
			break
		}
		fallthrough
	default:
		if typ == "error" {
			g.line("var %s %s = %s", name, typ, g.expr(typ, 3))
		} else {
			g.line("%s := %s", name, g.typed(typ, g.expr(typ, 3)))
		}
	}
	g.line("_ = %s", name)
	g.declare(name, typ)
}

func zeroOK(typ string) bool {
	switch typ {
	case "map[string]int", "*S", "S", "*T", "func(int) int":
		return false
	}
	return true
}

// typed gives an expression its type where := would choose another.
func (g *generator) typed(typ, e string) string {
	switch typ {
	case "float64", "float32", "int64", "uint", "uint8", "Q", "int8", "int", "string":
		return typ + "(" + e + ")"
	}
	return e
}

func (g *generator) assign() {
	typ := g.typ()
	target := g.target(typ)
	if target == "" {
		g.newVariable()
		return
	}
	switch {
	case typ == "int" && g.r.IntN(3) == 0:
		g.line("%s %s %s", target, []string{"+=", "-=", "*=", "|=", "&=", "^=", "&^="}[g.r.IntN(7)], g.expr(typ, 2))
	case typ == "int" && g.r.IntN(5) == 0:
		g.line("%s%s", target, []string{"++", "--"}[g.r.IntN(2)])
	case typ == "int" && g.r.IntN(6) == 0:
		g.line("%s %s %d", target, []string{"<<=", ">>="}[g.r.IntN(2)], g.r.IntN(5))
	case (typ == "float64" || typ == "float32") && g.r.IntN(3) == 0:
		g.line("%s %s %s", target, []string{"+=", "-=", "*=", "/="}[g.r.IntN(4)], g.expr(typ, 2))
	case typ == "string":
		g.line("%s = cut(%s)", target, g.expr(typ, 2))
	case typ == "[]int" && g.r.IntN(2) == 0:
		g.line("%s = trim(append(%s, %s))", target, target, g.expr("int", 2))
	case typ == "[]T" && g.r.IntN(2) == 0:
		g.line("%s = append(%s, %s)", target, target, g.expr("T", 2))
	case typ == "[]*T" && g.r.IntN(2) == 0:
		g.line("%s = append(%s, %s)", target, target, g.expr("*T", 2))
	case typ == "[]error" && g.r.IntN(2) == 0:
		g.line("%s = append(%s, %s)", target, target, g.expr("error", 2))
	default:
		g.line("%s = %s", target, g.expr(typ, 3))
	}
}

// target is something of a type that can be assigned to.
func (g *generator) target(typ string) string {
	v := g.variableOf(typ, true)
	if g.r.IntN(2) == 0 {
		return v
	}
	s := g.variableOf("S", true)
	if p := g.variableOf("*S", false); p != "" && g.r.IntN(2) == 0 {
		s = p
	}
	switch typ {
	case "int":
		options := []string{s + ".a", s + ".in.x", s + ".arr[" + g.index(3) + "]", s + ".p.y", fmt.Sprintf("%s[%q]", g.variableOf("map[string]int", true), g.key())}
		if t := g.variableOf("*T", false); t != "" {
			options = append(options, t+".x")
		}
		if t := g.variableOf("[3]int", true); t != "" {
			options = append(options, t+"["+g.index(3)+"]")
		}
		return options[g.r.IntN(len(options))]
	case "float64":
		return s + ".f"
	case "string":
		return s + ".s"
	case "[]int":
		return s + ".xs"
	case "T":
		if t := g.variableOf("*T", false); t != "" && g.r.IntN(2) == 0 {
			return "*" + t
		}
		return s + ".in"
	case "*T":
		return s + ".p"
	case "[3]int":
		return s + ".arr"
	}
	return v
}

func (g *generator) index(n int) string {
	if g.r.IntN(2) == 0 {
		return fmt.Sprint(g.r.IntN(n))
	}
	return fmt.Sprintf("idx(%s, %d)", g.expr("int", 1), n)
}

func (g *generator) key() string { return string(rune('a' + g.r.IntN(4))) }

func (g *generator) ifStatement() {
	if g.r.IntN(4) == 0 {
		name := g.fresh()
		g.line("if %s := %s; %s > %d {", name, g.expr("int", 2), name, g.r.IntN(10))
		g.push()
		g.declare(name, "int")
		g.block()
		g.pop()
	} else {
		g.line("if %s {", g.expr("bool", 3))
		g.block()
	}
	if g.r.IntN(3) == 0 {
		g.line("} else if %s {", g.expr("bool", 2))
		g.block()
	}
	if g.r.IntN(2) == 0 {
		g.line("} else {")
		g.block()
	}
	g.line("}")
}

func (g *generator) label() string {
	if g.r.IntN(4) > 0 {
		return ""
	}
	name := "L" + g.fresh()
	g.line("%s:", name)
	return name
}

// enter and leave surround a loop body. The first statement uses the label, so
// that it is never unused.
func (g *generator) body(label string, vars ...variable) {
	g.loops++
	g.labels = append(g.labels, label)
	g.push()
	g.level++
	for _, v := range vars {
		g.locked[v.name] = true
		g.declare(v.name, v.typ)
		g.line("_ = %s", v.name)
	}
	if label != "" {
		g.line("if %s {\n%s %s\n}", g.expr("bool", 1), []string{"break", "continue"}[g.r.IntN(2)], label)
	}
	g.level--
	// What a func literal captures must not be a loop variable.
	g.block()
	g.pop()
	g.labels = g.labels[:len(g.labels)-1]
	g.loops--
}

func (g *generator) forStatement() {
	if g.loops >= 2 {
		g.assign()
		return
	}
	name := g.fresh()
	n := 1 + g.r.IntN(4)
	switch g.r.IntN(4) {
	case 0:
		g.line("%s := %d", name, n)
		g.locked[name] = true
		label := g.label()
		g.line("for %s > 0 {", name)
		g.line("\t%s--", name)
		g.body(label, variable{name, "int"})
	case 1:
		label := g.label()
		g.line("for %s := %d; %s > 0 && %s; %s-- {", name, n, name, g.expr("bool", 2), name)
		g.body(label, variable{name, "int"})
	case 2:
		label := g.label()
		other := g.fresh()
		g.line("for %s, %s := 0, %d; %s < %s; %s, %s = %s+1, %s-1 {", name, other, n+3, name, other, name, other, name, other)
		g.body(label, variable{name, "int"}, variable{other, "int"})
	default:
		label := g.label()
		g.line("for %s := 0; %s < %d; %s++ {", name, name, n, name)
		g.body(label, variable{name, "int"})
	}
	g.line("}")
}

func (g *generator) rangeStatement() {
	if g.loops >= 2 {
		g.assign()
		return
	}
	k, v := g.fresh(), g.fresh()
	typ := []string{"[]int", "[3]int", "string", "[]T", "[]*T"}[g.r.IntN(5)]
	elem := map[string]string{"[]int": "int", "[3]int": "int", "string": "rune", "[]T": "T", "[]*T": "*T"}[typ]
	over := g.variableOf(typ, false)
	if over == "" || g.r.IntN(3) == 0 {
		over = g.literal(typ)
	}
	label := g.label()
	switch g.r.IntN(3) {
	case 0:
		g.line("for %s := range %s {", k, over)
		g.body(label, variable{k, "int"})
	case 1:
		g.line("for _, %s := range %s {", v, over)
		g.body(label, variable{v, elem})
	default:
		g.line("for %s, %s := range %s {", k, v, over)
		g.body(label, variable{k, "int"}, variable{v, elem})
	}
	g.line("}")
}

func (g *generator) switchStatement() {
	switch g.r.IntN(3) {
	case 0:
		g.line("switch {")
		for range 1 + g.r.IntN(3) {
			g.line("case %s:", g.expr("bool", 2))
			g.block()
		}
	case 1:
		g.line("switch %s {", g.expr("int", 2))
		g.line("case 0, 1, k1:")
		g.block()
		g.line("case %d:", 4+g.r.IntN(5))
		g.block()
	default:
		g.line("switch %s := cut(%s); %s {", "sw", g.expr("string", 2), "sw")
		g.line("case \"a\", label:")
		g.block()
		g.line("case \"\":")
		g.block()
	}
	if g.r.IntN(2) == 0 {
		g.line("default:")
		g.block()
	}
	g.line("}")
}

func (g *generator) swap() {
	typ := []string{"int", "float64", "string", "uint8"}[g.r.IntN(4)]
	a, b := g.variableOf(typ, true), g.variableOf(typ, true)
	if typ == "int" && g.r.IntN(2) == 0 {
		s := g.variableOf("S", true)
		a, b = s+".a", s+".in.x"
		if g.r.IntN(2) == 0 {
			a, b = s+".arr[0]", s+".arr[2]"
		}
	}
	if a == "" || b == "" || a == b {
		g.assign()
		return
	}
	g.line("%s, %s = %s, %s", a, b, b, a)
}

func (g *generator) jump() {
	word := []string{"break", "continue"}[g.r.IntN(2)]
	g.line("if %s {\n%s\n}", g.expr("bool", 2), word)
}

// closureStatement makes func literals; inside, loop variables are not visible.
func (g *generator) closureStatement() {
	if g.inLit > 0 {
		g.assign()
		return
	}
	switch list := g.variableOf("[]func() int", true); {
	case list != "" && g.r.IntN(2) == 0:
		k := g.fresh()
		g.line("%s := %s", k, g.typed("int", g.expr("int", 2)))
		g.line("_ = %s", k)
		g.declare(k, "int")
		g.line("%s = append(%s, %s)", list, list, g.funcLit("func() int"))
	case g.r.IntN(2) == 0:
		name := g.fresh()
		g.line("%s := %s", name, g.funcLit("func(int) int"))
		g.line("_ = %s", name)
		g.declare(name, "func(int) int")
	default:
		g.assign()
	}
}

func (g *generator) hideLocked() [][]variable {
	kept := g.scopes
	g.scopes = nil
	for _, s := range kept {
		var list []variable
		for _, v := range s {
			if !g.locked[v.name] && !strings.Contains(v.typ, "func(") {
				list = append(list, v)
			}
		}
		g.scopes = append(g.scopes, list)
	}
	return kept
}

func (g *generator) funcLit(typ string) string {
	kept, out, level := g.hideLocked(), g.b.String(), g.level
	loops, budget := g.loops, g.budget
	g.b.Reset()
	g.loops, g.inLit, g.budget = 0, g.inLit+1, 2
	g.push()
	head := "func() int {\n"
	if typ == "func(int) int" {
		head = "func(n int) int {\n"
		g.declare("n", "int")
	}
	g.level++
	for range 1 + g.r.IntN(2) {
		g.assign()
	}
	g.line("return %s", g.expr("int", 2))
	g.level = level
	body := g.b.String()
	g.b.Reset()
	g.b.WriteString(out)
	g.scopes, g.loops, g.budget = kept, loops, budget
	g.inLit--
	return head + body + strings.Repeat("\t", level) + "}"
}

func (g *generator) callStatement() {
	if len(g.funcs) > 0 && g.r.IntN(2) == 0 {
		f := g.funcs[g.r.IntN(len(g.funcs))]
		var names []string
		for range f.results {
			names = append(names, g.fresh())
		}
		g.line("%s := %s(%s)", strings.Join(names, ", "), f.name, g.values(f.params))
		for i, n := range names {
			g.line("_ = %s", n)
			g.declare(n, f.results[i])
		}
		return
	}
	switch g.r.IntN(5) {
	case 0:
		if e := g.variableOf("error", true); e != "" {
			g.line("%s = fail(%s)", e, g.expr("int", 1))
			return
		}
	case 1:
		g.line("delete(%s, %q)", g.variableOf("map[string]int", true), g.key())
		return
	case 2:
		a, b := g.fresh(), g.fresh()
		g.line("%s, %s := two(%s)", a, b, g.expr("int", 2))
		g.line("_ = %s", b)
		g.line("_ = %s", a)
		g.declare(a, "int")
		return
	case 3:
		a, ok := g.fresh(), g.fresh()
		g.line("%s, %s := %s[%q]", a, ok, g.variableOf("map[string]int", false), g.key())
		g.line("_ = %s", a)
		g.declare(a, "int")
		g.declare(ok, "bool")
		g.line("_ = %s", ok)
		return
	}
	g.line("%s.bump(%s)", g.variableOf("S", true), g.expr("float64", 2))
}

// expr is an expression of a type.
func (g *generator) expr(typ string, depth int) string {
	if depth <= 0 || g.r.IntN(5) == 0 {
		if v := g.variableOf(typ, false); v != "" && g.r.IntN(4) > 0 {
			return v
		}
		return g.literal(typ)
	}
	sub := func(t string) string { return g.expr(t, depth-1) }
	pick := func(options ...func() string) string { return options[g.r.IntN(len(options))]() }
	switch typ {
	case "int":
		return pick(
			func() string {
				return fmt.Sprintf("(%s %s %s)", sub("int"), []string{"+", "-", "*", "&", "|", "^", "&^"}[g.r.IntN(7)], sub("int"))
			},
			func() string {
				return fmt.Sprintf("%s %s %s", g.typed("int", sub("int")), []string{"+", "-"}[g.r.IntN(2)], sub("int"))
			},
			func() string { return fmt.Sprintf("(%s / (%s | 1))", g.typed("int", sub("int")), sub("int")) },
			func() string { return fmt.Sprintf("(%s %% %d)", g.typed("int", sub("int")), 2+g.r.IntN(7)) },
			func() string { return "-(" + sub("int") + ")" },
			func() string { return "^" + g.typed("int", sub("int")) },
			func() string { return fmt.Sprintf("at(%s, %s)", sub("[]int"), sub("int")) },
			func() string { return "len(" + sub([]string{"string", "[]int", "map[string]int"}[g.r.IntN(3)]) + ")" },
			func() string { return g.operand("S") + ".a" },
			func() string { return g.operand("S") + ".arr[" + g.index(3) + "]" },
			func() string { return g.operand("S") + ".in.sum()" },
			func() string { return g.operand("S") + ".p.x" },
			func() string { return fmt.Sprintf("%s[%q]", g.operand("map[string]int"), g.key()) },
			func() string { return fmt.Sprintf("%s[%s]", g.operand("[3]int"), g.index(3)) },
			func() string { return "int(" + sub([]string{"Q", "uint8", "int64", "int8"}[g.r.IntN(4)]) + ")" },
			func() string { return fmt.Sprintf("(%s << %d)", g.typed("int", sub("int")), g.r.IntN(6)) },
			func() string {
				return fmt.Sprintf("(%s >> (%s & 7))", g.operand("int"), g.typed("uint", sub("uint")))
			},
			func() string { return []string{"k0", "k1", "k2 * 2", "len(label)"}[g.r.IntN(4)] },
			func() string {
				if f := g.variableOf("func(int) int", false); f != "" {
					return f + "(" + sub("int") + ")"
				}
				return "k2"
			},
			func() string { return g.call("int", depth) },
		)
	case "float64":
		return pick(
			func() string {
				return fmt.Sprintf("(%s %s %s)", sub("float64"), []string{"+", "-", "*"}[g.r.IntN(3)], g.typed("float64", sub("float64")))
			},
			func() string {
				return fmt.Sprintf("(%s / %s)", g.typed("float64", sub("float64")), g.typed("float64", sub("float64")))
			},
			func() string { return "float64(" + g.typed("int", sub("int")) + ")" },
			func() string { return "math.Abs(" + sub("float64") + ")" },
			func() string { return "math.Floor(" + sub("float64") + ")" },
			func() string { return g.operand("S") + ".f" },
			func() string { return fmt.Sprintf("math.Max(%s, %s)", sub("float64"), sub("float64")) },
			func() string { return "half * " + sub("float64") },
			func() string { return g.call("float64", depth) },
		)
	case "bool":
		return pick(
			func() string {
				return fmt.Sprintf("%s %s %s", g.typed("int", sub("int")), []string{"<", "<=", ">", ">=", "==", "!="}[g.r.IntN(6)], sub("int"))
			},
			func() string {
				return fmt.Sprintf("%s %s %s", g.typed("float64", sub("float64")), []string{"<", ">", "=="}[g.r.IntN(3)], sub("float64"))
			},
			func() string { return fmt.Sprintf("%s == %s", g.typed("string", sub("string")), sub("string")) },
			func() string { return fmt.Sprintf("(%s && %s)", g.condition(depth), g.condition(depth)) },
			func() string { return fmt.Sprintf("(%s || (%s))", g.condition(depth), g.condition(depth)) },
			func() string { return "!(" + g.condition(depth) + ")" },
			func() string { return fmt.Sprintf("%s == %s", g.operand("T"), g.operand("T")) },
			func() string { return fmt.Sprintf("%s > %s", g.operand("Q"), g.operand("Q")) },
		)
	case "string":
		return pick(
			func() string { return sub("string") + " + " + sub("string") },
			func() string { return "strconv.Itoa(" + sub("int") + ")" },
			func() string { return "cut(" + sub("string") + ")" },
			func() string { return "strings.ToUpper(" + sub("string") + ")" },
			func() string { return g.operand("S") + ".s" },
			func() string { return "label" },
			func() string { return g.call("string", depth) },
		)
	case "Q":
		return pick(
			func() string {
				return fmt.Sprintf("(%s %s %s)", g.number("Q"), []string{"+", "-", "*"}[g.r.IntN(3)], sub("Q"))
			},
			func() string { return "Q(" + g.operand("int") + " - " + sub("int") + ")" },
			func() string { return g.typed("Q", sub("Q")) + ".twice()" },
			func() string { return "kq" },
		)
	case "uint8", "int64", "uint", "int8", "float32":
		return pick(
			func() string {
				return fmt.Sprintf("(%s %s %s)", g.number(typ), []string{"+", "-", "*"}[g.r.IntN(3)], sub(typ))
			},
			func() string { return typ + "(" + g.operand("int") + " + " + sub("int") + ")" },
			func() string { return g.number(typ) },
		)
	case "[]int":
		return pick(
			func() string { return fmt.Sprintf("append([]int{}, %s...)", sub("[]int")) },
			func() string { return g.operand("S") + ".xs" },
			func() string { return fmt.Sprintf("[]int{%s, %s}", sub("int"), sub("int")) },
			func() string { return "trim(" + sub("[]int") + ")" },
			func() string {
				if v := g.variableOf("[3]int", true); v != "" {
					return v + "[:]"
				}
				return "g2"
			},
		)
	case "S":
		return pick(
			func() string {
				return fmt.Sprintf("S{a: %s, f: %s, in: %s, p: %s}", sub("int"), sub("float64"), sub("T"), sub("*T"))
			},
			func() string {
				if p := g.variableOf("*S", false); p != "" {
					return "*" + p
				}
				return "g3"
			},
		)
	case "T":
		return pick(
			func() string { return fmt.Sprintf("T{%s, %s}", sub("int"), sub("int")) },
			func() string { return g.operand("S") + ".in" },
			func() string { return "*" + g.operand("S") + ".p" },
		)
	case "*T":
		return pick(
			func() string { return fmt.Sprintf("&T{%s, %s}", sub("int"), sub("int")) },
			func() string { return g.operand("S") + ".p" },
			func() string { return "&" + g.variableOf("S", true) + ".in" },
		)
	case "func(int) int":
		if g.inLit == 0 && g.level < 6 {
			return g.funcLit(typ)
		}
	}
	return g.literal(typ)
}

// number is a value of a small type that is not constant.
func (g *generator) number(typ string) string {
	if v := g.variableOf(typ, false); v != "" {
		return v
	}
	return typ + "(" + g.operand("int") + ")"
}

// condition is a bool that is not constant.
func (g *generator) condition(depth int) string {
	if v := g.variableOf("bool", false); v != "" && g.r.IntN(3) == 0 {
		return v
	}
	return fmt.Sprintf("%s > %s", g.operand("int"), g.expr("int", depth-2))
}

// operand is a variable of the type, behind which a selector can stand.
func (g *generator) operand(typ string) string {
	if typ == "S" {
		if p := g.variableOf("*S", false); p != "" && g.r.IntN(2) == 0 {
			return p
		}
	}
	if v := g.variableOf(typ, false); v != "" {
		return v
	}
	return map[string]string{"S": "g3", "int": "g0", "map[string]int": "g4", "[3]int": "g6", "Q": "g8", "T": "g3.in"}[typ]
}

func (g *generator) call(typ string, depth int) string {
	for _, f := range g.funcs {
		if len(f.results) == 1 && f.results[0] == typ {
			var args []string
			for _, p := range f.params {
				args = append(args, g.expr(p, depth-2))
			}
			return f.name + "(" + strings.Join(args, ", ") + ")"
		}
	}
	return g.literal(typ)
}

func (g *generator) literal(typ string) string {
	n := g.r.IntN(20)
	switch typ {
	case "int", "int64":
		return fmt.Sprint(n - 5)
	case "uint8", "uint", "Q", "int8", "rune":
		return fmt.Sprint(n)
	case "float64", "float32":
		return fmt.Sprintf("%v", float64(n)/4+0.25)
	case "bool":
		return g.operand("int") + " > 1"
	case "string":
		return fmt.Sprintf("%q", []string{"", "a", "xyz", "é!"}[n%4])
	case "[]int":
		return fmt.Sprintf("[]int{%d, %d, %d}", n, n*2, n-9)
	case "[3]int":
		return fmt.Sprintf("[3]int{%d, 2, %d}", n, n+1)
	case "map[string]int":
		return fmt.Sprintf("map[string]int{\"a\": %d, \"c\": 4}", n)
	case "S":
		return fmt.Sprintf("S{a: %d, s: \"lit\", p: &T{%d, 1}}", n, n)
	case "*S":
		return fmt.Sprintf("&S{f: %d.5, xs: []int{%d}, p: &T{1, %d}}", n, n, n)
	case "T":
		return fmt.Sprintf("T{x: %d}", n)
	case "*T":
		return fmt.Sprintf("&T{y: %d}", n)
	case "func(int) int":
		if v := g.variableOf(typ, false); v != "" {
			return v
		}
		return fmt.Sprintf("func(n int) int { return n*%d + 1 }", n)
	case "error":
		return []string{"e0", "nil", fmt.Sprintf("fail(%d)", n), "fmt.Errorf(\"w: %w\", e0)"}[n%4]
	case "[]T":
		return fmt.Sprintf("[]T{{%d, 1}, {y: 2}}", n)
	case "[]*T":
		return fmt.Sprintf("[]*T{{%d, 1}, {y: 2}}", n)
	case "[]error":
		return fmt.Sprintf("[]error{e0, fail(%d)}", n)
	case "[]func() int":
		return fmt.Sprintf("[]func() int{func() int { return %d }}", n)
	}
	return "nil"
}
