package script

import (
	"fmt"
)

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
	switch n := g.r.IntN(51); {
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
	case n < 31 && !deep:
		g.countStatement()
	case n < 32 && !deep:
		g.rangeAssignStatement()
	case n < 33 && !deep:
		g.initStatement()
	case n < 36:
		g.manyStatement()
	case n < 39 && g.generic:
		g.genericStatement()
	case n < 49 && g.types:
		g.typeStatement()
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
	free := g.free
	g.free = false
	for _, v := range vars {
		g.locked[v.name] = !free
		g.declare(v.name, v.typ)
		g.line("_ = %s", v.name)
	}
	if label != "" {
		g.line("if %s {\n%s %s\n}", g.expr("bool", 1), []string{"break", "continue"}[g.r.IntN(2)], label)
	}
	g.level--
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
		g.freeBody(label, variable{k, "int"})
	case 1:
		g.line("for _, %s := range %s {", v, over)
		g.freeBody(label, variable{v, elem})
	default:
		g.line("for %s, %s := range %s {", k, v, over)
		g.freeBody(label, variable{k, "int"}, variable{v, elem})
	}
	g.line("}")
}
