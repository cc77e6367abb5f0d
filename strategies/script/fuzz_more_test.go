package script

import (
	"strings"
)

func (g *generator) switchStatement() {
	switch g.r.IntN(3) {
	case 0:
		g.line("switch {")
		for range 1 + g.r.IntN(3) {
			conditions := g.condition(3)
			for range g.r.IntN(3) {
				conditions += ", " + g.condition(1)
			}
			g.line("case %s:", conditions)
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

// closureStatement makes func literals.
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

func (g *generator) hideFuncs() [][]variable {
	kept := g.scopes
	g.scopes = nil
	for _, s := range kept {
		var list []variable
		for _, v := range s {
			if !strings.Contains(v.typ, "func(") {
				list = append(list, v)
			}
		}
		g.scopes = append(g.scopes, list)
	}
	return kept
}

func (g *generator) funcLit(typ string) string {
	kept, out, level := g.hideFuncs(), g.b.String(), g.level
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
