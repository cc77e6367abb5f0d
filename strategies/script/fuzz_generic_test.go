package script

import "fmt"

// genericPrelude is what the random programs know of generics.
const genericPrelude = `type number interface{ ~int | ~int32 | ~int64 | ~uint8 | ~float64 }
type P[A, B any] struct {
	a A
	b B
	n *P[A, B]
}
func (p *P[A, B]) set(a A) *P[A, B] { p.a = a; p.n = &P[A, B]{b: p.b}; return p }
func (p P[A, B]) first() A { p.n = nil; return p.a }
func (p P[A, B]) flip() P[B, A] { return P[B, A]{a: p.b, b: p.a} }
func mapped[T, U any](xs []T, f func(T) U) []U {
	var out []U
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}
func pick[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}
func total[T number](xs ...T) (t T) {
	for i := range xs {
		t += xs[i]
	}
	return
}
func lastOf[L ~[]E, E any](l L, none E) E {
	if len(l) == 0 {
		return none
	}
	return l[len(l)-1]
}
func pt[T any](v T) *T { return &v }
func bound[T number](x, low, high T) T { return min(max(x, low), high) }
type L []int
func twice(n int) int { return 2 * n }
`

// genericExpr is an expression of a type made by generics and what is rewritten with
// them; "" = it has none for the type.
func (g *generator) genericExpr(typ string, depth int) string {
	sub := func(t string) string { return g.typed(t, g.expr(t, depth-1)) }
	var options []string
	switch typ {
	case "int":
		options = []string{
			"lastOf(" + sub("[]int") + ", " + sub("int") + ")",
			"lastOf(L(" + sub("[]int") + "), " + sub("int") + ")",
			"slices.Max(append([]int{" + sub("int") + "}, " + sub("[]int") + "...))",
			"slices.Min(append([]int{" + sub("int") + "}, " + sub("[]int") + "...))",
			"slices.Index(" + sub("[]int") + ", " + sub("int") + ")",
			"(P[int, string]{" + sub("int") + ", " + sub("string") + ", nil}).first()",
			"(P[string, int]{b: " + sub("int") + "}).flip().a",
			"*new(" + sub("int") + ")",
			"cmp.Compare(" + sub("string") + ", " + sub("string") + ")",
			"min(" + sub("int") + ", " + sub("int") + ", 7)",
		}
	case "[]int":
		options = []string{
			"slices.Clone(" + sub("[]int") + ")",
			"trim(slices.Insert(slices.Clone(trim(" + sub("[]int") + ")), 0, " + sub("int") + "))",
			"mapped(trim(" + sub("[]int") + "), twice)",
			"mapped([]string{\"a\", cut(" + sub("string") + ")}, func(s string) int { return len(s) + " + fmt.Sprint(g.r.IntN(5)) + " })",
		}
	case "bool":
		options = []string{
			"slices.Contains(" + sub("[]int") + ", " + sub("int") + ")",
			"slices.Equal(" + sub("[]int") + ", " + sub("[]int") + ")",
			"slices.IsSorted(" + sub("[]int") + ")",
		}
	case "float64", "int64", "uint8", "Q":
		options = []string{
			"total(" + sub(typ) + ", " + sub(typ) + ")",
			"bound(" + sub(typ) + ", 1, 9)",
		}
	}
	switch typ {
	case "int", "float64", "string", "Q", "uint8", "int64":
		options = append(options,
			"min("+sub(typ)+", "+sub(typ)+")", "max("+sub(typ)+", "+sub(typ)+")",
			"pick("+g.condition(depth)+", "+sub(typ)+", "+sub(typ)+")", "*pt("+sub(typ)+")")
	case "T":
		options = append(options, "pick("+g.condition(depth)+", "+g.expr("T", 1)+", "+g.expr("T", 1)+")", "*pt("+g.expr("T", 1)+")")
	}
	if len(options) == 0 {
		return ""
	}
	return options[g.r.IntN(len(options))]
}

// genericStatement calls what changes its arguments.
func (g *generator) genericStatement() {
	list, m := g.variableOf("[]int", true), g.variableOf("map[string]int", true)
	switch g.r.IntN(9) {
	case 0:
		g.line("slices.Sort(%s)", list)
	case 1:
		g.line("slices.Reverse(%s)", list)
	case 2:
		g.line("clear(%s)", m)
	case 3:
		g.line("clear(%s)", list)
	case 4:
		g.line("maps.Copy(%s, %s)", m, g.literal("map[string]int"))
	case 5:
		g.line("slices.SortFunc(%s, func(a, b int) int { return cmp.Compare(b%%5, a%%5) })", list)
	case 6:
		k := g.fresh()
		if g.loops >= 2 {
			g.line("%s = maps.Clone(%s)", m, m)
			return
		}
		g.line("for _, %s := range slices.Sorted(maps.Keys(%s)) {", k, m)
		g.freeBody("", variable{k, "string"})
		g.line("}")
	case 7:
		name := g.fresh()
		g.line("%s := (&P[int, float64]{b: %s}).set(%s)", name, g.expr("float64", 1), g.expr("int", 1))
		g.line("say(fmt.Sprint(%s.a, %s.n.b, %s.first(), %s.flip().a))", name, name, name, name)
	default:
		name := g.fresh()
		g.line("%s := pt(%s)", name, g.expr("T", 2))
		g.declare(name, "*T")
		g.line("_ = %s", name)
	}
}
