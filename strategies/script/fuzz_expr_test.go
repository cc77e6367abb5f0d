package script

import (
	"fmt"
	"strings"
)

// expr is an expression of a type.
func (g *generator) expr(typ string, depth int) string {
	if depth <= 0 || g.r.IntN(5) == 0 {
		if v := g.variableOf(typ, false); v != "" && g.r.IntN(4) > 0 {
			return v
		}
		return g.literal(typ)
	}
	if g.generic && g.r.IntN(6) == 0 {
		if x := g.genericExpr(typ, depth); x != "" {
			return x
		}
	}
	if g.types && g.r.IntN(5) == 0 {
		if x := g.typeExpr(typ, depth); x != "" {
			return x
		}
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
	case "K":
		return fmt.Sprintf("K{sym: %q, lots: %d}", g.key(), n)
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
