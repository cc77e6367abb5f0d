package script

import "strings"

// Rule is one construct that is refused, with the reason. The table is used by
// the lint for its messages, by the page for script authors, and by a test that
// holds every Bad to be refused with this very code and every Good to be accepted.
type Rule struct {
	Code    string `json:"code"`
	What    string `json:"what"` // the construct
	Why     string `json:"why"`
	Instead string `json:"instead"`
	Bad     string `json:"bad"`  // declarations, or the body of a handler
	Good    string `json:"good"` // the same in words that are accepted
}

// Rules returns every refusal, in the order of the page for script authors. The
// slices are the caller's own.
func Rules() []Rule {
	var all []Rule
	for _, group := range [][]Rule{hostRules, valueRules, flowRules, interfaceRules} {
		all = append(all, group...)
	}
	return all
}

// ruleOf finds a rule by its code; every code the lint uses has one.
var ruleOf = func() map[string]Rule {
	m := map[string]Rule{}
	for _, r := range Rules() {
		m[r.Code] = r
	}
	return m
}()

// Language renders the rules as text for people: what is refused, why, and what
// to write instead.
func Language() string {
	var b strings.Builder
	for _, r := range Rules() {
		b.WriteString(r.Code + ": " + r.What + "\n    why:     " + r.Why + "\n    instead: " + r.Instead + "\n")
		example(&b, "refused", r.Bad)
		example(&b, "accepted", r.Good)
		b.WriteString("\n")
	}
	return b.String()
}

func example(b *strings.Builder, title, text string) {
	b.WriteString("    " + title + ":\n")
	for line := range strings.Lines(strings.TrimSpace(text)) {
		b.WriteString("        " + line)
	}
	b.WriteString("\n")
}

const (
	whyOutside = "a strategy's decisions may depend on nothing but the events it gets, or a backtest could not be repeated"
	whyWrong   = "the interpreter gets this wrong"
	whyHang    = "the interpreter gets this wrong and can hang, where nothing can stop it"
)

// hostRules are about what a script is made of and what it can reach.
var hostRules = []Rule{
	{
		"import", "an import that is not on the list", whyOutside,
		"use " + hostPath + " and the allowed parts of cmp, errors, fmt, maps, math, slices, sort, strconv, strings, time",
		"import \"os\"\nvar home = os.Args[0]", "import \"math\"\nvar root = math.Sqrt(2)",
	},
	{
		"import-name", "an import under another name", "one name for one thing keeps scripts readable, and files of a folder are merged",
		"import the package under its own name", "import m \"math\"\nvar root = m.Sqrt(2)", "import \"math\"\nvar root = math.Sqrt(2)",
	},
	{
		"handler", "a handler with the wrong signature", "handlers have fixed parameters and no results",
		"write the signature as shown", "func OnQuote(q *strategies.Quote) {}", "func OnQuote(ctx *strategies.Context, q *strategies.Quote) {}",
	},
	{
		"reserved-name", "a name that begins with Zz_", "these names belong to the loader",
		"choose another name", "var Zz_state int", "var state int",
	},
	{
		"shadow", "a declaration that hides a built-in name or an imported package", whyWrong + " in places, and readers do too",
		"choose another name", "len := 3\nctx.Log(len)", "length := 3\nctx.Log(length)",
	},
	{
		"print", "print and println", "they write past the record", "use ctx.Log or ctx.Logf",
		"println(1)", "ctx.Log(1)",
	},
	{
		"host-literal", "a value of a type that only the host makes", "it would not be connected to the market",
		"use a pointer, such as *strategies.Line, and the functions of package strategies that make one",
		"b := &strategies.Bars{}\nctx.Log(b.Count)", "ctx.Submit(&strategies.Ticket{Side: strategies.Buy, Qty: 1})",
	},
	{
		"host-copy", "copying what lives at the host, such as a Context or a Line", "a copy would show old values",
		"pass the pointer on", "c := *ctx\nctx.Log(c.Bid)", "c := ctx\nctx.Log(c.Bid)",
	},
	{
		"kept-event", "keeping a pointer to an event in a package variable, a field, or a func literal stored there", "what a handler gets is reused for the next event, so the pointer would show that one",
		"keep a copy: var last strategies.Bar, and last = *b; in a func literal, of what it uses: bid := q.Bid", "var last *strategies.Bar\nfunc OnBar(ctx *strategies.Context, b *strategies.Bar) { last = b }",
		"var last strategies.Bar\nfunc OnBar(ctx *strategies.Context, b *strategies.Bar) { last = *b }",
	},
	{
		"declare-late", "a declaration of the host called inside a function", "parameters, bars and indicators are known before the first event, or they could not be warmed up",
		"declare it as a package variable", "e := strategies.EMA(strategies.Last(), 9)\nctx.Log(e.V)", "var e = strategies.EMA(strategies.Last(), 9)",
	},
}

// valueRules are about types, constants and values.
var valueRules = []Rule{
	{
		"generics", "a generic type embedded in a struct, or more copies of generic functions and types than there may be", "every use with other types becomes a copy of its own under a name of its own", "give the field a name; write the function for the types you need",
		"type stack[T any] struct{ items []T }\ntype orders struct{ stack[int] }\nvar o orders", "type stack[T any] struct{ items []T }\ntype orders struct{ open stack[int] }\nvar o orders",
	},
	{
		"local-type", "a type declared inside a function", whyWrong + " in places", "declare the type at the top of the file",
		"type pair struct{ a, b int }\np := pair{1, 2}\nctx.Log(p.a)", "type pair struct{ a, b int }\nvar p = pair{1, 2}",
	},
	{
		"alias", "a type alias", whyWrong + " in places", "use the type's own name",
		"type Price = float64\nvar p Price", "var p float64",
	},
	{
		"struct-tag", "a struct tag", "nothing reads it", "leave it out",
		"type S struct {\n\tA int `json:\"a\"`\n}\nvar s S", "type S struct {\n\tA int\n}\nvar s S",
	},
	{
		"complex", "complex numbers and raw pointers as numbers", "no strategy needs them", "use float64 or int",
		"c := 1i\nc += c", "c := 1.0\nc += c\nctx.Log(c)",
	},
	{
		"big-constant", "an unsigned constant above the largest int64", "the interpreter cannot hold it", "use a smaller constant",
		"var u uint64 = 1 << 63\nctx.Log(u)", "var u uint64 = 1 << 62\nctx.Log(u)",
	},
	{
		"zero-divisor", "a division of a float by the constant 0", "the interpreter does not accept it", "use math.Inf or math.NaN",
		"ctx.Log(ctx.Bid / 0)", "ctx.Log(math.Inf(1))",
	},
	{
		"func-convert", "converting a function", whyWrong + ": it sees later changes of the variables it uses", "assign the function to a variable of that type",
		"type rule func(float64) bool\nvar r = rule(func(x float64) bool { return x > 0 })", "var r func(float64) bool = func(x float64) bool { return x > 0 }",
	},
	{
		"method-value", "a method, or a function of a package, used as a value", whyWrong + ": it fails, or a method sees later changes of its receiver", "call it inside a func literal",
		"buy := ctx.Buy\nbuy(1)", "buy := func(n int) { ctx.Buy(n) }\nbuy(1)",
	},
	{
		"method-name", "a method that formatting, errors or encoding would call by itself", "the interpreter does not call it there, compiled Go does", "choose another name, such as Text",
		"type side int\nfunc (s side) String() string { return \"x\" }\nvar s side", "type side int\nfunc (s side) Text() string { return \"x\" }\nvar s side",
	},
	{
		"recursion", "a function that calls itself, directly or through others", "endless recursion would end the whole program, not only the script", "write a loop, with a slice as the stack if needed",
		"func f(n int) int {\n\tif n == 0 {\n\t\treturn 0\n\t}\n\treturn f(n - 1)\n}", "func f(n int) int {\n\tfor n > 0 {\n\t\tn--\n\t}\n\treturn n\n}",
	},
	{
		"recursive-type", "a type that is made of itself other than through a struct", "the interpreter fails or hangs on it", "put the function, slice or map into a struct",
		"type state func(n int) state\nvar s state", "type machine struct{ next func(m *machine) }\nvar m machine",
	},
	{
		"struct-ring", "struct types that refer to each other in a way that leads back to no single one of them, or a struct that refers to itself in the key of a map, in a struct without a name or in a list of functions", "package reflect cannot make such types, and what the interpreter does instead gets their memory wrong",
		"let all of them lead back to one type by plain pointers, as leg.of does; keep what would lead to another one by a name or an index",
		"type leg struct {\n\tup, down *leg\n\tof *spread\n}\ntype spread struct{ legs [2]leg }\nvar s spread", "type leg struct{ of *spread }\ntype spread struct{ legs [2]leg }\nvar s spread",
	},
	{
		"huge", "a value, a variable or a literal that is a huge allocation by its type alone", "running out of memory ends the whole program, not only the script", "use a slice and append what is needed",
		"var all [1 << 40]int", "var all []int",
	},
	{
		"format", "a format that is not a constant, or uses %T, %p or #", "it shows types and addresses, which differ between interpreted and compiled", "write a constant format with other verbs",
		"ctx.Logf(\"%T\", ctx.Bid)", "ctx.Logf(\"%v\", ctx.Bid)",
	},
}
