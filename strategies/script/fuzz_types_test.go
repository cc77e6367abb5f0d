package script

// typesPrelude is what the random programs know of embedded structs, rings of structs,
// maps with other keys than strings, matrices and small numbers. No field or method of it
// bears the name of something declared at the top, but for embedded types.
const typesPrelude = `type K struct {
	sym  string
	lots int
}
type B struct {
	id  int
	tag string
}
func (b *B) mark(s string) { b.tag = cut(b.tag + s); b.id++ }
func (b B) key() string { b.id += 100; return b.tag + strconv.Itoa(b.id) }
type E struct {
	B
	wt float64
}
func (e E) key() string { return "e" + e.B.key() }
func (e *E) grow() float64 { e.wt = e.wt/2 + 1; return e.wt }
type F struct {
	*E
	in2  T
	tiny int8
}
type leg struct {
	of  *spread
	qty int
}
type spread struct {
	legs  [2]leg
	first leg
	all   []*leg
	named map[string]*leg
	each  func(*leg) int
}
func (s *spread) link(n string, i int) {
	l := &s.legs[idx(i, 2)]
	l.of = s
	l.qty += i
	s.named[n] = l
	s.all = append(s.all[:min(len(s.all), 3)], l)
}
func (s spread) count() (n int) {
	for _, l := range s.legs {
		n += l.qty
		if l.of != nil {
			n += l.of.first.qty
		}
	}
	s.first.qty = 1000
	return n
}
type G [2][3]int
func (g G) whole() (n int) {
	for i, row := range g {
		for j := range row {
			n += g[i][j] * (i + j + 1)
		}
	}
	g[0][0] = 99
	return
}
func (g *G) put(i, v int) { g[idx(i, 2)][idx(v, 3)] = v }
type W []float64
func (w *W) push(f float64) {
	if *w = append(*w, f); len(*w) > 4 {
		*w = (*w)[1:]
	}
}
func (w W) mean() (m float64) {
	for _, f := range w {
		m += f
	}
	if len(w) > 0 {
		m /= float64(len(w))
	}
	return
}
type C map[string]int
func (c C) bump(s string) int { c[s] += 2; return len(c) }
type flag uint16
const (
	fa flag = 1 << iota
	fb
	fc
	fall = fa | fb | fc
)
const tick = 0.25
const span = 90 * time.Second
func split(n int) (q, r int, err error) {
	if n%5 == 0 {
		err = fmt.Errorf("split %d", n)
		return
	}
	q = n / 5
	r = n % 5
	return
}
func sum(first int, more ...int) int {
	for i := range more {
		first += more[i]
		more[i]--
	}
	return first
}
func made(n int) func(int) int { return func(k int) int { n += k % 7; return n } }
var h0 = map[K]int{{"a", 1}: 2, {sym: "b"}: 3}
var h1 = map[int]string{1: "one", -2: "two"}
var h2 = map[[2]int]float64{{1, 2}: 1.5}
var h3 = map[string][]int{"a": {1, 2}}
var h4 = map[string]T{"a": {1, 2}}
var h5 = map[string]*T{"a": {3, 4}}
var h6 = [][]int{{1}, {2, 3}, {}}
var h7 = G{{1, 2}, {3}}
var h8 = W{1.5, 2}
var h9 = C{"a": 1}
var i0 = E{B{1, "e"}, 2.5}
var i1 = F{E: &E{wt: 0.5}, tiny: 120}
var i2 = spread{named: map[string]*leg{}, each: func(l *leg) int { return l.qty + 1 }}
var i3 = []rune("aé€z")
var i4 = []byte("tick")
var i5 int16 = 32000
var i6 uint32 = 4294967290
var i7 uint64 = 1 << 62
var i8 = fb
var i9 time.Duration = span
var j0 = map[string]func(int) int{"a": twice, "b": made(3)}
var j1 = []E{{wt: 1}, {B: B{id: 2}}}
`

// typesVariables are those of typesPrelude.
var typesVariables = []variable{
	{"h0", "map[K]int"},
	{"h1", "map[int]string"},
	{"h2", "map[[2]int]float64"},
	{"h3", "map[string][]int"},
	{"h4", "map[string]T"},
	{"h5", "map[string]*T"},
	{"h6", "[][]int"},
	{"h7", "G"},
	{"h8", "W"},
	{"h9", "C"},
	{"i0", "E"},
	{"i1", "F"},
	{"i2", "spread"},
	{"i3", "[]rune"},
	{"i4", "[]byte"},
	{"i5", "int16"},
	{"i6", "uint32"},
	{"i7", "uint64"},
	{"i8", "flag"},
	{"i9", "time.Duration"},
	{"j0", "map[string]func(int) int"},
	{"j1", "[]E"},
}

// reportTypes says a variable of a type of typesPrelude.
func (g *generator) reportType(v variable) {
	n := v.name
	switch v.typ {
	case "map[int]string", "map[string][]int", "[][]int", "[]rune", "[]byte", "int16", "uint32", "uint64", "time.Duration":
		g.line("say(fmt.Sprint(%s))", n)
	case "map[K]int":
		g.line("say(fmt.Sprint(len(%s), %s[K{\"a\", 1}], %s[K{\"b\", 0}]))", n, n, n)
	case "map[[2]int]float64":
		g.line("say(fmt.Sprint(len(%s), %s[[2]int{1, 2}], %s[[2]int{0, 1}]))", n, n, n)
	case "map[string]T":
		g.line("say(fmt.Sprint(len(%s), %s[\"a\"].x, %s[\"b\"].y))", n, n, n)
	case "map[string]*T":
		g.line("for _, k := range slices.Sorted(maps.Keys(%s)) {\nsay(fmt.Sprint(k, %s[k].x, %s[k].y))\n}", n, n, n)
	case "G":
		g.line("say(fmt.Sprint(%s.whole(), %s == h7, %s[1][2]))", n, n, n)
	case "W":
		g.line("say(fmt.Sprintf(\"%%v %%.3f\", []float64(%s), %s.mean()))", n, n)
	case "C":
		g.line("say(fmt.Sprint(len(%s), %s[\"a\"], %s[\"b\"], slices.Sorted(maps.Keys(%s))))", n, n, n, n)
	case "E":
		g.line("say(fmt.Sprint(%s.key(), %s.id, %s.wt))", n, n, n)
	case "F":
		g.line("say(fmt.Sprint(%s.key(), %s.tag, %s.wt, %s.in2.x, %s.tiny))", n, n, n, n, n)
	case "spread":
		g.line("say(fmt.Sprint(%s.count(), %s.legs[0].qty, %s.legs[1].qty, len(%s.named), len(%s.all), %s.first.of == nil))", n, n, n, n, n, n)
	case "flag":
		g.line("say(fmt.Sprintf(\"%%04b\", uint16(%s)))", n)
	case "[]E":
		g.line("for _, e := range %s {\nsay(fmt.Sprint(e.key(), e.wt))\n}", n)
	}
}

// withTypes gives the program typesPrelude.
func (g *generator) withTypes() {
	g.b.WriteString(typesPrelude)
	g.types = true
	g.scopes[0] = append(g.scopes[0], typesVariables...)
}
