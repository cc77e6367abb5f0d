package script

import "fmt"

// typeStatement changes what typesPrelude declares, or a copy of it.
func (g *generator) typeStatement() {
	if g.inLit > 0 {
		g.assign()
		return
	}
	switch g.r.IntN(6) {
	case 0:
		g.copyStatement()
	case 1:
		g.methodStatement()
	case 2:
		g.mapStatement()
	case 3:
		g.smallStatement()
	case 4:
		g.partStatement()
	default:
		g.flowStatement()
	}
}

// copyStatement declares a copy, or a pointer to a copy's part, with a name of its own.
func (g *generator) copyStatement() {
	t := typesVariables[g.r.IntN(len(typesVariables))].typ
	name := g.fresh()
	switch from := g.variableOf(t, false); {
	case t == "map[K]int" || t == "map[string]T" || t == "C":
		g.line("%s := maps.Clone(%s)", name, from)
	case t == "[][]int" || t == "W" || t == "[]E" || t == "[]rune" || t == "[]byte":
		g.line("%s := slices.Clone(%s)", name, from)
	case g.r.IntN(3) == 0 && t != "spread" && t != "F":
		g.line("var %s %s", name, t)
		if t[0] == 'm' {
			g.line("%s = %s", name, from)
		}
	default:
		g.line("%s := %s", name, from)
	}
	g.line("_ = %s", name)
	g.declare(name, t)
}

// methodStatement calls methods, promoted and overridden ones among them.
func (g *generator) methodStatement() {
	v := func(t string) string { return g.variableOf(t, true) }
	s, n, f := g.literal("string"), g.expr("int", 1), g.expr("float64", 1)
	calls := []string{
		fmt.Sprintf("%s.mark(%s)", v("E"), s),
		fmt.Sprintf("%s.mark(%s)", v("F"), s),
		fmt.Sprintf("%s.grow()", v("F")),
		fmt.Sprintf("j1[%s].mark(%s)", g.index(2), s),
		fmt.Sprintf("%s.put(%s, %s)", v("G"), n, g.literal("int")),
		fmt.Sprintf("%s.push(%s)", v("W"), f),
		fmt.Sprintf("%s.bump(%s)", v("C"), s),
		fmt.Sprintf("%s.link(%q, %s)", v("spread"), g.key(), n),
		fmt.Sprintf("%s.in2.add(%s)", v("F"), n),
	}
	g.line("%s", calls[g.r.IntN(len(calls))])
}

func (g *generator) mapStatement() {
	v := func(t string) string { return g.variableOf(t, true) }
	n, key := g.expr("int", 1), g.key()
	one, two := g.fresh(), g.fresh()
	switch m := v("map[K]int"); g.r.IntN(9) {
	case 0:
		g.line("%s[K{%q, %s}] %s %s", m, key, g.literal("int"), []string{"=", "+=", "-="}[g.r.IntN(3)], n)
	case 1:
		g.line("%s[idx(%s, 4)] = cut(%s)", v("map[int]string"), n, g.expr("string", 1))
	case 2:
		g.line("%s[[2]int{idx(%s, 2), %s}] += %s", v("map[[2]int]float64"), n, g.literal("int"), g.expr("float64", 1))
	case 3:
		m = v("map[string][]int")
		g.line("%s[%q] = trim(append(%s[%q], %s))", m, key, m, key, n)
	case 4:
		m = v("map[string]T")
		g.line("%s := %s[%q]\n%s.x += %s\n%s[%q] = %s\n%s.y--", one, m, key, one, n, m, key, one, one)
		g.declare(one, "T")
	case 5:
		m = v("map[string]*T")
		g.line("if %s, %s := %s[%q]; %s {\n%s.y = %s\n} else {\n%s[%q] = &T{%s, 1}\n}", one, two, m, key, two, one, n, m, key, n)
	case 6:
		g.line("delete(%s, K{%q, 1})", m, key)
	case 7:
		m = v("map[string]func(int) int")
		g.line("if %s := %s[%q]; %s != nil {\nsay(strconv.Itoa(%s(%s)))\n}", one, m, key, one, one, g.literal("int"))
	default:
		g.line("%s[%q] = made(%s)", v("map[string]func(int) int"), key, n)
	}
}

// smallStatement does arithmetic that wraps around.
func (g *generator) smallStatement() {
	t := []string{"int16", "uint32", "uint64", "flag", "uint8", "int8"}[g.r.IntN(6)]
	name := g.variableOf(t, true)
	if name == "" {
		g.newVariable()
		return
	}
	op := []string{"+=", "-=", "*=", "&=", "|=", "^=", "&^=", "="}[g.r.IntN(8)]
	switch g.r.IntN(5) {
	case 0:
		g.line("%s%s", name, []string{"++", "--"}[g.r.IntN(2)])
	case 1:
		g.line("%s %s %s(idx(%s, 9))", name, []string{"<<=", ">>="}[g.r.IntN(2)], []string{"int8", "uint", "int"}[g.r.IntN(3)], g.expr("int", 1))
	case 2:
		g.line("%s %s %s(g1 + %s)", name, op, t, g.typed("float64", g.expr("float64", 1)))
	case 3:
		g.line("i9 += time.Duration(%s%%100) * time.Millisecond", g.typed("int", g.expr("int", 1)))
	default:
		g.line("%s %s %s(g0 + %s)", name, op, t, g.typed("int", g.expr("int", 1)))
	}
}

// partStatement assigns to parts of what is nested.
func (g *generator) partStatement() {
	v := func(t string) string { return g.variableOf(t, true) }
	n := g.expr("int", 2)
	row := fmt.Sprintf("%s[%s]", v("G"), g.index(2))
	parts := []string{
		fmt.Sprintf("%s[%s] %s %s", row, g.index(3), []string{"=", "+=", "^="}[g.r.IntN(3)], n),
		fmt.Sprintf("%s = %s", row, g.expr("[3]int", 1)),
		fmt.Sprintf("%s = %s", v("G"), v("G")),
		fmt.Sprintf("%s.id = %s", v("E"), n),
		fmt.Sprintf("%s.wt = %s", v("F"), g.expr("float64", 2)),
		fmt.Sprintf("%s.tiny += int8(g0 + %s)", v("F"), n),
		fmt.Sprintf("%s.in2 = %s", v("F"), g.expr("T", 1)),
		fmt.Sprintf("*%s.E = %s", v("F"), v("E")),
		fmt.Sprintf("j1[%s] = %s", g.index(2), v("E")),
		"j1[0], j1[1] = j1[1], j1[0]",
		fmt.Sprintf("i2.first = %s.legs[%s]", v("spread"), g.index(2)),
		fmt.Sprintf("%s.legs[%s].qty += %s", v("spread"), g.index(2), n),
		fmt.Sprintf("h6[1] = trim(append(h6[1], %s))", n),
		fmt.Sprintf("i3[%s] += rune(idx(%s, 3))", g.index(2), n),
		fmt.Sprintf("i4[%s] ^= byte(g0 - %s)", g.index(3), n),
		fmt.Sprintf("g0 += copy(%s, %s)", v("[]int"), g.expr("[]int", 1)),
	}
	g.line("%s", parts[g.r.IntN(len(parts))])
}

// flowStatement goes through strings, calls with several results, and functions that
// return functions.
func (g *generator) flowStatement() {
	a, b, c := g.fresh(), g.fresh(), g.fresh()
	switch g.r.IntN(6) {
	case 0:
		if g.loops >= 2 {
			g.assign()
			return
		}
		g.line("for %s, %s := range cut(%s) {", a, b, g.expr("string", 2))
		g.line("\ti3[0] = i3[0]%%1000 + %s", b)
		g.body("", variable{a, "int"})
		g.line("}")
	case 1:
		g.line("%s, %s, %s := split(%s)", a, b, c, g.expr("int", 1))
		g.line("_, _ = %s, %s", a, c)
		g.line("_ = %s", b)
		g.declare(a, "int")
		g.declare(b, "int")
		g.declare(c, "error")
	case 2:
		g.line("%s := made(%s)", a, g.expr("int", 1))
		g.declare(a, "func(int) int")
		g.line("_ = %s", a)
	case 3:
		g.line("slices.SortStableFunc(j1, func(p, q E) int { return cmp.Compare(p.id%%4, q.id%%4) })")
	case 4:
		g.line("switch %s := %s; {", a, g.typed("float64", g.expr("float64", 1)))
		g.line("case %s > 3, %s < -3:", a, a)
		g.block()
		g.line("case %s:", g.condition(2))
		g.block()
		g.line("default:\n\tg1 = %s/2 + 1", a)
		g.line("}")
	default:
		g.line("if %s := &j1[%s]; %s.wt < %s {", a, g.index(2), a, g.expr("float64", 1))
		g.line("\t%s.mark(%q)\n\t%s.wt++", a, "p", a)
		g.line("}")
	}
}
