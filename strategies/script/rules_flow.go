package script

// flowRules are about statements.
var flowRules = []Rule{
	{
		"go", "a go statement", "a strategy is one line of events; a goroutine would make its decisions depend on chance", "do the work in the handler, or use ctx.Every for work at intervals",
		"go func() { ctx.Log(1) }()", "ctx.Every(\"work\", time.Second)",
	},
	{
		"channel", "channels and select", "without goroutines they can only block, and a blocked strategy cannot be stopped", "use a slice or a variable",
		"c := make(chan int, 1)\nc <- 1", "c := []int{}\nc = append(c, 1)\nctx.Log(len(c))",
	},
	{
		"defer", "a defer statement", whyHang, "call the function before each return",
		"defer ctx.Log(\"done\")", "ctx.Log(\"done\")",
	},
	{
		"recover", "recover", "a panic must stop the strategy: its state is not to be trusted any more", "test for the error before it happens",
		"recover()", "ctx.Log(\"fine\")",
	},
	{
		"goto", "a goto statement", whyWrong + " in places", "use a loop with break and continue",
		"n := 0\nagain:\nn++\nif n < 3 {\n\tgoto again\n}", "n := 0\nfor n < 3 {\n\tn++\n}",
	},
	{
		"fallthrough", "fallthrough", whyWrong + ": it can go on to the wrong case", "list the values in one case, or call a function from both",
		"switch ctx.Position {\ncase 0:\n\tfallthrough\ncase 1:\n\tctx.Log(1)\n}", "switch ctx.Position {\ncase 0, 1:\n\tctx.Log(1)\n}",
	},
	{
		"named-result", "a return of several values that uses a named result", whyWrong + ": it assigns one after the other", "leave the results unnamed, or assign to them and write a bare return",
		"func f() (a, b int) {\n\treturn b, a\n}", "func f(a, b int) (int, int) {\n\treturn b, a\n}",
	},
	{
		"label", "a label that is not on a loop", whyWrong + " in places", "put the label on the for statement, or use return",
		"done:\nswitch {\ncase ctx.Bid > 0:\n\tbreak done\n}", "done:\nfor i := 0; i < 3; i++ {\n\tif ctx.Bid > 0 {\n\t\tbreak done\n\t}\n}",
	},
	{
		"range-func", "range over a function", "the interpreter does not know it", "call the function in a for loop",
		"each := func(yield func(int) bool) { yield(1) }\nfor i := range each {\n\tctx.Log(i)\n}", "each := func(do func(int)) { do(1) }\neach(func(i int) { ctx.Log(i) })",
	},
	{
		"range-map", "range over a map", "the order of the keys changes from run to run, so two backtests would differ", "range over slices.Sorted(maps.Keys(m)), which sorts numbers and strings; keep keys of other types in a slice as well",
		"m := map[string]int{\"a\": 1}\nfor k := range m {\n\tctx.Log(k)\n}", "m := map[string]int{\"a\": 1}\nfor _, k := range slices.Sorted(maps.Keys(m)) {\n\tctx.Log(m[k])\n}",
	},
	{
		"empty-loop", "an endless loop without a body", "it never ends", "remove it",
		"for {\n}", "for ctx.Position > 0 {\n\tbreak\n}",
	},
	{
		"loop-variable", "a loop variable in a func literal, or its address, in the condition or the post statement of a loop", whyWrong + ": all turns share one variable", "use it in the body of the loop, where every turn has its own",
		"f := func(p *int) bool { return *p < 3 }\nfor i := 0; f(&i); i++ {\n\tctx.Log(i)\n}",
		"f := func(p *int) bool { return *p < 3 }\nfor i := 0; ; i++ {\n\tif !f(&i) {\n\t\tbreak\n\t}\n\tctx.Log(i)\n}",
	},
	{
		"append-elsewhere", "append to one slice, assigned to another", "whether the two then share memory is left open by Go, and differs between interpreted and compiled", "append to a copy, or assign back to the same slice",
		"x := []int{1}\ny := append(x, 2)\nctx.Log(len(y))", "x := []int{1}\ny := append([]int{}, x...)\ny = append(y, 2)\nctx.Log(len(y))",
	},
	{
		"order", "a statement that calls a function and reads what that function can change", "Go leaves open which comes first, so interpreted and compiled may differ", "call the function in a statement of its own, first or last as you mean it",
		"var n int\nfunc next() int {\n\tn++\n\treturn n\n}\nvar sum = n + next()", "var n int\nfunc next(k int) int { return k + 1 }\nvar sum = n + next(n)",
	},
	{
		"several-results", "the results of a function passed on as the arguments of another", "the interpreter has not been shown to keep their types there", "assign them to variables first",
		"f := func() (int, int) { return 1, 2 }\nctx.Log(f())", "f := func() (int, int) { return 1, 2 }\na, b := f()\nctx.Log(a, b)",
	},
	{
		"unsupported", "a construct that has not been shown to behave as when compiled", "what is not proven is refused", "write it in simpler words",
		"var a [3]int\nfor i := range &a {\n\tctx.Log(i)\n}", "var a [3]int\nfor i := 0; i < len(a); i++ {\n\tctx.Log(i)\n}",
	},
}

// interfaceRules are about interfaces, where interpreted types are not what
// compiled types are. Of all interfaces only error is left, with values that
// errors.New and fmt.Errorf make.
var interfaceRules = []Rule{
	{
		"any", "any, and interfaces without methods", whyWrong + ": types of one shape are the same to it", "use the type you mean",
		"var x any\nfunc OnStop(ctx *strategies.Context) { x = 1 }", "var x int\nfunc OnStop(ctx *strategies.Context) { x = 1 }",
	},
	{
		"interface", "an interface of the script's own", whyWrong + ": a pointer put into an interface twice is one and the same", "use a struct with a field of a function type, or a switch on a field",
		"type shape interface{ area() float64 }\nvar s shape", "type shape struct{ area func() float64 }\nvar s shape",
	},
	{
		"any-named", "a value of a script's own type, a pointer or a function where anything can be passed", "it is printed otherwise than when compiled", "convert it, such as int(side), or pass its fields",
		"type side int\nfunc OnStart(ctx *strategies.Context) { ctx.Log(side(1)) }", "type side int\nfunc OnStart(ctx *strategies.Context) { ctx.Log(int(side(1))) }",
	},
	{
		"interface-compare", "a switch on an error", whyWrong + ": it says they differ", "compare with == in an if, or use errors.Is",
		"var err error\nfunc OnStop(ctx *strategies.Context) {\n\tswitch err {\n\tcase nil:\n\t\tctx.Log(1)\n\t}\n}", "var err error\nfunc OnStop(ctx *strategies.Context) {\n\tif err == nil {\n\t\tctx.Log(1)\n\t}\n}",
	},
	{
		"interface-key", "an interface as the key of a map, or inside of it", whyWrong + ": keys are not found again", "use a string or a number as the key",
		"var m = map[error]int{}", "var m = map[string]int{}",
	},
	{
		"type-assert", "a type assertion or type switch", whyWrong + " for types of one shape", "keep the value in a variable of its type",
		"var err error\nfunc OnStop(ctx *strategies.Context) {\n\t_, ok := err.(error)\n\tctx.Log(ok)\n}", "var err error\nfunc OnStop(ctx *strategies.Context) {\n\tok := err != nil\n\tctx.Log(ok)\n}",
	},
	{
		"interface-convert", "converting to an interface explicitly", whyWrong + " in places", "assign to a variable of type error",
		"var a error\nvar e = error(a)", "var a error\nvar e error = a",
	},
}
