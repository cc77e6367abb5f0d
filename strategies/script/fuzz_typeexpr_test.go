package script

import "fmt"

// typeExpr is an expression of a type that reads what typesPrelude declares; "" = it has
// none for the type.
func (g *generator) typeExpr(typ string, depth int) string {
	sub := func(t string) string { return g.typed(t, g.expr(t, depth-1)) }
	v := func(t string) string { return g.variableOf(t, false) }
	var options []func() string
	switch typ {
	case "int":
		options = g.intReads(sub, v)
	case "float64":
		options = []func() string{
			func() string { return fmt.Sprintf("%s[[2]int{%s, 2}]", v("map[[2]int]float64"), sub("int")) },
			func() string { return v("W") + ".mean()" },
			func() string { return v("E") + ".wt" },
			func() string { return v("F") + ".wt" },
			func() string { return "float64(" + v([]string{"int16", "uint32", "uint64"}[g.r.IntN(3)]) + ")" },
			func() string { return fmt.Sprintf("(math.Round(%s/tick)*tick + 0)", sub("float64")) },
			func() string { return fmt.Sprintf("(math.Mod(%s, 7) + 0)", sub("float64")) },
			func() string { return v("time.Duration") + ".Seconds()" },
		}
	case "string":
		options = g.stringReads(sub, v)
	case "bool":
		options = []func() string{
			func() string { return fmt.Sprintf("%s == %s", v("G"), v("G")) },
			func() string { return fmt.Sprintf("%s&fb != 0", v("flag")) },
			func() string { return fmt.Sprintf("%s < %s", v("time.Duration"), v("time.Duration")) },
			func() string { return fmt.Sprintf("(%s == K{%s, 1})", g.literal("K"), sub("string")) },
			func() string { return fmt.Sprintf("%s[%q] != nil", v("map[string]*T"), g.key()) },
			func() string {
				return fmt.Sprintf("slices.ContainsFunc(%s, func(n int) bool { return n > %s })", sub("[]int"), g.literal("int"))
			},
		}
	case "[]int":
		options = []func() string{
			func() string { return fmt.Sprintf("%s[%q]", v("map[string][]int"), g.key()) },
			func() string { return v("[][]int") + "[1]" },
			func() string { return fmt.Sprintf("slices.Sorted(maps.Keys(%s))", v("map[int]string")) },
			func() string { return v("G") + "[" + g.index(2) + "][:]" },
		}
	case "T":
		options = []func() string{
			func() string { return fmt.Sprintf("%s[%q]", v("map[string]T"), g.key()) },
			func() string { return v("F") + ".in2" },
		}
	}
	if len(options) == 0 {
		return ""
	}
	return options[g.r.IntN(len(options))]()
}

func (g *generator) intReads(sub, v func(string) string) []func() string {
	return []func() string{
		func() string { return fmt.Sprintf("%s[K{%q, %s}]", v("map[K]int"), g.key(), g.literal("int")) },
		func() string { return fmt.Sprintf("len(%s[%s])", v("map[int]string"), sub("int")) },
		func() string { return fmt.Sprintf("at(%s[%q], %s)", v("map[string][]int"), g.key(), sub("int")) },
		func() string { return fmt.Sprintf("%s[%q].x", v("map[string]T"), g.key()) },
		func() string { return fmt.Sprintf("%s[%s][%s]", v("G"), g.index(2), g.index(3)) },
		func() string { return v("G") + ".whole()" },
		func() string { return v("E") + ".id" },
		func() string { return v("F") + ".in2.sum()" },
		func() string { return "int(" + v("F") + ".tiny)" },
		func() string { return v("spread") + ".count()" },
		func() string { return v("spread") + ".legs[" + g.index(2) + "].qty" },
		func() string { return "int(" + v("[]rune") + "[0])" },
		func() string { return fmt.Sprintf("int(%s[idx(%s, 3)])", v("[]byte"), sub("int")) },
		func() string { return fmt.Sprintf("(%s >> idx(%s, 70))", v("int"), sub("int")) },
		func() string { return fmt.Sprintf("(%d << idx(%s, 12))", 1+g.r.IntN(3), sub("int")) },
		func() string { return "int(" + v([]string{"int16", "uint32", "flag"}[g.r.IntN(3)]) + ")" },
		func() string { return fmt.Sprintf("int(%s %% 1000)", v("uint64")) },
		func() string { return fmt.Sprintf("int(%s / time.Second)", v("time.Duration")) },
		func() string { return fmt.Sprintf("int(math.Mod(%s, 500))", sub("float64")) },
		func() string { return fmt.Sprintf("int(int8(%s + g1))", sub("float64")) },
		func() string {
			return fmt.Sprintf("sum(%s, []int{%s, %s}...)", sub("int"), g.literal("int"), g.literal("int"))
		},
		func() string { return fmt.Sprintf("sum(%s, %s)", sub("int"), g.literal("int")) },
		func() string {
			return fmt.Sprintf("slices.IndexFunc(%s, func(n int) bool { return n < %s })", sub("[]int"), g.literal("int"))
		},
	}
}

func (g *generator) stringReads(sub, v func(string) string) []func() string {
	verbs := func(of ...string) string { return of[g.r.IntN(len(of))] }
	return []func() string{
		func() string { return v([]string{"E", "F"}[g.r.IntN(2)]) + ".key()" },
		func() string { return fmt.Sprintf("%s[%s]", v("map[int]string"), sub("int")) },
		func() string { return "string(" + v("[]rune") + ")" },
		func() string { return "string(" + v("[]byte") + "[1:])" },
		func() string { return "string(" + v("[]rune") + "[1])" },
		func() string {
			return fmt.Sprintf("fmt.Sprintf(%q, %s)", verbs("%5d|", "%-4d|", "%+d", "%04x", "%o"), sub("int"))
		},
		func() string {
			return fmt.Sprintf("fmt.Sprintf(%q, %s)", verbs("%8.3f", "%.2e", "%g", "%+.1f", "%v"), sub("float64"))
		},
		func() string {
			return fmt.Sprintf("fmt.Sprintf(%q, %s)", verbs("%q", "%6s|", "%x", "%.2s"), sub("string"))
		},
		func() string { return fmt.Sprintf("strconv.FormatFloat(%s, 'f', 3, 64)", sub("float64")) },
		func() string { return fmt.Sprintf("strings.ReplaceAll(%s, \"a\", \"bc\")", sub("string")) },
		func() string { return fmt.Sprintf("strings.TrimLeft(%s, \"ax\")", sub("string")) },
		func() string { return v("time.Duration") + ".String()" },
		func() string { return fmt.Sprintf("strings.Join([]string{%s, label}, \"-\")", sub("string")) },
	}
}
