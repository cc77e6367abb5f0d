package script

import (
	"fmt"
	"strings"
)

// The statements that are rewritten before the interpreter sees them.

// countStatement is a range over a whole number.
func (g *generator) countStatement() {
	if g.loops >= 2 {
		g.assign()
		return
	}
	k := g.fresh()
	typ := []string{"int", "int", "Q", "uint8"}[g.r.IntN(4)]
	limit := fmt.Sprint(1 + g.r.IntN(4))
	switch {
	case typ != "int":
		limit = fmt.Sprintf("%s(idx(%s, 4))", typ, g.expr("int", 1))
	case g.r.IntN(2) == 0:
		limit = "idx(" + g.expr("int", 2) + ", 5)"
	}
	if v := g.variableOf("int", true); v != "" && typ == "int" && g.r.IntN(4) == 0 {
		g.line("for %s = range %s {", v, limit)
		g.body("")
		g.line("}")
		return
	}
	label := g.label()
	if label == "" && g.r.IntN(4) == 0 {
		g.line("for range %s {", limit)
		g.body(label)
	} else {
		g.line("for %s := range %s {", k, limit)
		g.freeBody(label, variable{k, typ})
	}
	g.line("}")
}

// freeBody is a body that may change the loop's variables.
func (g *generator) freeBody(label string, vars ...variable) {
	g.free = true
	g.body(label, vars...)
}

// rangeAssignStatement ranges with variables and fields that exist already.
func (g *generator) rangeAssignStatement() {
	if g.loops >= 2 {
		g.assign()
		return
	}
	k, v := g.target("int"), g.target("int")
	g.line("for %s = range %s {", []string{k, "_, " + v, k + ", " + v}[g.r.IntN(3)], g.expr("[]int", 1))
	g.body("")
	g.line("}")
}

// initStatement is a for with an initial statement alone.
func (g *generator) initStatement() {
	if g.loops >= 2 {
		g.assign()
		return
	}
	name := g.fresh()
	label := g.label()
	g.line("for %s := %d; ; {", name, g.r.IntN(3))
	g.line("\tif %s++; %s > %d {\n\t\tbreak\n\t}", name, name, 3+g.r.IntN(2))
	g.body(label, variable{name, "int"})
	g.line("}")
}

// manyStatement assigns several values at once.
func (g *generator) manyStatement() {
	if g.r.IntN(3) == 0 {
		g.resultsStatement()
		return
	}
	n := 2 + g.r.IntN(2)
	var targets, values []string
	declared := []variable{}
	define := g.r.IntN(2) == 0
	for i := range n {
		typ := g.typ()
		target := g.target(typ)
		if define {
			target = g.fresh()
			declared = append(declared, variable{target, typ})
		} else if target == "" || typ == "[]int" && i > 0 {
			typ, target = "int", g.target("int")
		}
		value := g.expr(typ, 2)
		switch {
		case define:
			value = g.typed(typ, value)
			if typ == "error" {
				value = fmt.Sprintf("fail(%d)", g.r.IntN(9))
			}
		case typ == "string":
			value = "cut(" + value + ")"
		}
		targets, values = append(targets, target), append(values, value)
	}
	op := "="
	if define {
		op = ":="
	}
	head := g.level > 1 && g.r.IntN(4) == 0
	if !head {
		g.line("%s %s %s", strings.Join(targets, ", "), op, strings.Join(values, ", "))
		for _, v := range declared {
			g.line("_ = %s", v.name)
			g.declare(v.name, v.typ)
		}
		return
	}
	g.push()
	for i, v := range values {
		if strings.Contains(v, "{") {
			values[i] = "(" + v + ")"
		}
	}
	for i, t := range targets {
		if strings.Contains(t, "{") {
			targets[i] = "(" + t + ")"
		}
	}
	for _, v := range declared {
		g.declare(v.name, v.typ)
	}
	g.line("if %s %s %s; %s {", strings.Join(targets, ", "), op, strings.Join(values, ", "), g.condition(1))
	for _, v := range declared {
		g.line("\t_ = %s", v.name)
	}
	g.block()
	g.line("}")
	g.pop()
}

// resultsStatement assigns several results to fields, elements and variables.
func (g *generator) resultsStatement() {
	switch g.r.IntN(3) {
	case 0:
		g.line("%s, %s = two(%s)", g.target("int"), g.variableOf("S", true)+".s", g.expr("int", 1))
	case 1:
		g.line("%s, %s = %s[%q]", g.target("int"), []string{"g5", "_"}[g.r.IntN(2)], g.variableOf("map[string]int", false), g.key())
	default:
		if len(g.funcs) == 0 {
			g.line("_, %s = two(%s)", g.variableOf("S", true)+".s", g.expr("int", 1))
			return
		}
		f := g.funcs[g.r.IntN(len(g.funcs))]
		var targets []string
		for _, typ := range f.results {
			t := g.target(typ)
			if t == "" || typ == "string" {
				t = "_"
			}
			targets = append(targets, t)
		}
		if strings.Trim(strings.Join(targets, ""), "_") == "" && len(targets) == 1 {
			targets[0] = "_"
		}
		g.line("%s = %s(%s)", strings.Join(targets, ", "), f.name, g.values(f.params))
	}
}
