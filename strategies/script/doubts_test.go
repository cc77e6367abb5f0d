package script

import (
	"fmt"
	"strings"
	"testing"
)

// TestDoubts: what is accepted and said to be wrong, and what is next to it and is not.
func TestDoubts(t *testing.T) {
	const bar, timer = "func OnBar(ctx *strategies.Context, b *strategies.Bar) {}\n", "func OnTimer(ctx *strategies.Context, x *strategies.Timer) {}\n"
	start := func(body string) string { return "func OnStart(ctx *strategies.Context) {\n" + body + "\n}\n" }
	for _, c := range []struct {
		name, text string
		want       []string // line:column severity code
	}{
		{"bars asked for", bar + "var m = strategies.Range(4)", nil},
		{"no bars", bar, []string{"3:6 warning never-called"}},
		{"lines are not bars", bar + "var m = strategies.EMA(strategies.Last(), 9)", []string{"3:6 warning never-called"}},
		{"a timer", timer + start("ctx.AtIn(\"x\", \"09:30\", \"UTC\")"), nil},
		{"no timer", timer + start("ctx.StopTimer(\"x\")"), []string{"3:6 warning never-called"}},
		{"parameters read", start("ctx.Log(n)") + "var n, m = strategies.Int(\"n\", 1, 1, 9, \"\"), strategies.Float(\"m\", 1, 1, 9, \"\")\nvar k = m + 1", nil},
		{"parameter unread", start("") + "var n, m = strategies.Int(\"n\", 1, 1, 9, \"\"), strategies.Float(\"m\", 1, 1, 9, \"\")\nvar k = n + 1", []string{"6:8 note unread"}},
		{"one contract", start("ctx.Buy(1)\nctx.SellBracket(2, 1, 1)"), nil},
		{"no contract", start("const no = 1 - 1\nctx.Buy(no)\nctx.SellLimit(-1, 5)"), []string{"5:9 warning futile", "6:15 warning futile"}},
		{"not constant", start("n := 0\nctx.Buy(n)"), nil},
		{"bad time", start("ctx.At(\"a\", \"23:59\")\nctx.At(\"a\", \"24:00\")\nctx.AtIn(\"a\", \"9.30\", \"UTC\")"), []string{"5:13 warning futile", "6:15 warning futile"}},
		{"short interval", "import \"time\"\n" + start("ctx.Every(\"a\", time.Millisecond)\nctx.Every(\"a\", time.Millisecond-1)"), []string{"6:16 warning futile"}},
	} {
		t.Run(c.name, func(t *testing.T) { wantTold(t, c.text, c.want) })
	}
}

// wantTold checks a script and compares what is said of it without refusing it.
func wantTold(t *testing.T, text string, want []string) *Checked {
	t.Helper()
	checked, err := Check(FromText("s.go", "package p\nimport \"tollgate/strategies\"\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range append(checked.Warnings, checked.Notes...).sorted() {
		got = append(got, fmt.Sprintf("%d:%d %s %s", f.Line, f.Column, f.Severity, f.Code))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	return checked
}

// TestLostState: each way to change a variable, and each way to only read it.
func TestLostState(t *testing.T) {
	const types = "type state struct{ n int }\nfunc (s *state) add() { s.n++ }\nfunc (s *state) twice() { s.add() }\nfunc (s *state) get() int { return s.n }\nfunc (s state) copy() int { s.n++; return s.n }\nfunc set(s *state) { s.n = 1 }\n" +
		"func fill(m map[int]int) { put(m, 1) }\nfunc put(m map[int]int, k int) { m[k] = 1 }\nfunc peek(m map[int]int) int { return m[1] }\n" +
		"type set1 map[int]bool\nfunc (s set1) add(k int) { s[k] = true }\nfunc (s set1) has(k int) bool { return s[k] }\n" +
		"type box struct{ in []*state }\nfunc (b box) find() *state { return b.in[0] }\n" +
		"func counter() func() int {\nn := 0\nreturn func() int { n++; return n }\n}\nfunc twoDeep() func() int { return counter() }\n" +
		"func constant() func() int {\nn := 7\nreturn func() int { m := n; m++; return m }\n}\n"
	for _, c := range []struct{ declare, body, lost string }{
		{"var s state", "s.n++", "s"},
		{"var s state", "s.add()", "s"},
		{"var s state", "s.twice()", "s"},
		{"var s = &state{}", "s.add()", "s"},
		{"var s [2]state", "s[1].add()", "s"},
		{"var s state", "set(&s)", "s"},
		{"var s int", "p := &s\n*p = 1", "s"},
		{"var s int", "for s = range 3 {\n}", "s"},
		{"var s state", "ctx.Log(s.get(), s.copy(), s.n)", ""},
		{"var S state", "S.add()", ""},
		{"var s int", "{ s := 1\ns++\nctx.Log(s) }", ""},
		{"var F func()", "F = func() {}", "F"},
		{"var f func()", "f = func() {}", "f"},
		{"var F struct{ g []func() }", "F.g = nil", "F"},
		{"var F = func() {}", "F()", ""},
		{"var m = map[int]int{}", "delete(m, 1)", "m"},
		{"var m = map[int]int{}", "clear(m)", "m"},
		{"var m = map[int]int{}", "fill(m)", "m"},
		{"var m = map[int]int{}", "ctx.Log(peek(m))", ""},
		{"var m = map[int]int{}", "n := m\nn[1] = 2", "m"},
		{"var m = map[int]int{}", "n := m[1]\nn++\nctx.Log(n)", ""},
		{"var m = set1{}", "m.add(1)", "m"},
		{"var m = set1{}", "ctx.Log(m.has(1))", ""},
		{"var m = map[int]*state{}", "s, ok := m[1]\nif ok {\ns.n++\n}", "m"},
		{"var m = map[int]state{}", "s, ok := m[1]\nif ok {\ns.n++\n}", ""},
		{"var l []*state", "for _, s := range l {\ns.n++\n}", "l"},
		{"var l []*state", "for _, s := range l {\nset(s)\n}", "l"},
		{"var l []*state", "for _, s := range l {\nctx.Log(s.n)\n}", ""},
		{"var l []int", "slices.Sort(l)", "l"},
		{"var l []int", "n := slices.Clone(l)\nslices.Sort(n)", ""},
		{"var l []int", "sort.Ints(l)", "l"},
		{"var a [3]int", "copy(a[:], []int{1})", "a"},
		{"var b box", "b.find().n++", "b"},
		{"var b box", "s := b.find()\nset(s)", "b"},
		{"var next = counter() // func()", "ctx.Log(next())", "next"},
		{"var next = twoDeep() // func()", "ctx.Log(next())", "next"},
		{"var next = constant() // func()", "ctx.Log(next())", ""},
	} {
		text, line := c.declare+"\n"+types+"func OnStart(ctx *strategies.Context) {\n"+c.body+"\n}\n", 3
		for _, name := range []string{"slices", "sort"} {
			if strings.Contains(c.body, name+".") {
				text, line = "import \""+name+"\"\n"+text, line+1
			}
		}
		var want []string
		switch {
		case strings.Contains(c.declare, "func()") && c.lost != "":
			want = []string{fmt.Sprint(line) + ":5 note lost-type"}
		case c.lost != "":
			want = []string{fmt.Sprint(line) + ":5 note lost-name"}
		}
		if got := wantTold(t, text, want); strings.Join(got.Lost, " ") != c.lost {
			t.Errorf("%s, %s: lost %q, want %q", c.declare, c.body, got.Lost, c.lost)
		}
	}
}
