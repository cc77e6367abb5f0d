package script

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator writes random programs that type-check and end.
type generator struct {
	r       *rand.Rand
	b       strings.Builder
	level   int          // indentation
	scopes  [][]variable // innermost last
	funcs   []function   // that may be called from here
	names   int
	loops   int // around the statement at hand
	labels  []string
	budget  int             // statements left
	locked  map[string]bool // loop variables: not to be assigned
	inLit   int
	generic bool // genericPrelude is there
	types   bool // typesPrelude too
	free    bool // the next body may change the loop's variables
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

// newGenerator knows the variables of fuzzPrelude.
func newGenerator(r *rand.Rand) *generator {
	g := &generator{r: r, budget: 60, locked: map[string]bool{}}
	g.scopes = [][]variable{{
		{"g0", "int"},
		{"g1", "float64"},
		{"g2", "[]int"},
		{"g3", "S"},
		{"g4", "map[string]int"},
		{"g5", "bool"},
		{"g6", "[3]int"},
		{"g7", "string"},
		{"g8", "Q"},
		{"g9", "uint8"},
	}}
	return g
}

func randomProgram(seed uint64) string {
	g := newGenerator(rand.New(rand.NewPCG(seed, 42)))
	g.b.WriteString(fuzzPrelude)
	g.b.WriteString(genericPrelude)
	g.generic = true
	g.withTypes()
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
			default:
				g.reportType(v)
			}
		}
	}
}
