package script

import (
	"strings"
	"testing"

	"tollgate/strategies"
)

func TestHugeAllocationsAreNotTried(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"make a slice", "x := make([]int, n); x[0] = 1", "more than"},
		{"make with a capacity", "x := make([]int, 0, n); x = append(x, 1)", "more than"},
		{"make a map", "x := make(map[int]int, n); x[0] = 1", "more than"},
		{"make with a constant", "x := make([]int, 1<<40); x[0] = 1", "more than"},
		{"make with another type", "x := make([]int, int64(n)); x[0] = 1", "more than"},
		{"repeat", "last = strings.Repeat(\"ab\", n)", "more than"},
		{"make of large items", "x := make([][1 << 20]int, n>>24); ctx.Log(len(x))", "MB"},
		{"make of large items with a constant", "x := make([][1 << 20]int, 1<<10); ctx.Log(len(x))", "MB"},
		{"replace", "last = strings.Replace(strings.Repeat(\"a\", size), \"a\", strings.Repeat(\"b\", size), -1)", "more than"},
		{"replace all", "last = strings.ReplaceAll(strings.Repeat(\"a\", size), \"\", \"bb\")", "more than"},
		{"replace some", "last = strings.Replace(strings.Repeat(\"a\", size), \"a\", \"b\", 3)", ""},
		{"join", "last = strings.Join(make([]string, size), \"ab\")", "more than"},
		{"join one", "last = strings.Join([]string{strings.Repeat(\"a\", size)}, \"\")", ""},
		{"digits", "last = strconv.FormatFloat(1, 'f', n, 64)", "more than"},
		{"shortest digits", "last = strconv.FormatFloat(1, 'f', -1, 64)", ""},
		{"just inside", "x := make([]byte, size); x[0] = 1; last = strings.Repeat(\"a\", size)", ""},
		{"just outside", "x := make([]byte, size+1); x[0] = 1", "more than"},
		{"doubled", "s := strings.Repeat(\"a\", size); s += s; s += s", "in a sum"},
		{"added up", "s := strings.Repeat(\"a\", size); t := s + \"b\"; s = t + s; last = s", "in a sum"},
		{"added within", "s := strings.Repeat(\"a\", size); s += s; last = s", ""},
		{"appended to itself", "x := make([]int, size); x = append(x, x...); x = append(x, x...)", "more than"},
		{"appended once", "x := make([]byte, size); x = append(x, x...); last = string(x[:9])", ""},
		{"text appended", "s := strings.Repeat(\"a\", size) + \"b\"; x := append([]byte(nil), s...); last = string(x[:9])", "more than"},
		{"nil appended", "var x, y []int; x = append(x, y...); ctx.Log(x[0])", "index out of range"},
		{"negative", "x := make([]int, -size); x[0] = 1", "make"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "package big\n\nimport (\n\t\"strconv\"\n\t\"strings\"\n\n\t\"tollgate/strategies\"\n)\n\nvar (\n\tn = 1 << 40\n\tsize = 1 << 24\n\tlast = strings.ToUpper(strconv.Itoa(1))\n)\n\n" +
				"func OnStart(ctx *strategies.Context) {\n\t" + strings.ReplaceAll(c.body, "; ", "\n\t") + "\n}\n"
			p, err := Load(FromText("big.go", text), Options{})
			if err != nil {
				t.Fatal(err)
			}
			said := ""
			func() {
				defer func() {
					if v := recover(); v != nil {
						said = p.Locate(v)
					}
				}()
				p.Handlers.OnStart(new(strategies.Context))
			}()
			if c.want == "" && said != "" || !strings.Contains(said, c.want) {
				t.Errorf("said %q, want %q", said, c.want)
			}
		})
	}
}

func TestHugeValuesAreRefused(t *testing.T) {
	for text, ok := range map[string]bool{
		"var x [1 << 40]int":                            false,
		"var x struct{ a [1 << 24]int }":                false,
		"var x [1 << 23]int":                            true,
		"var x [1<<23 + 1]int":                          false,
		"type big [1 << 40]int\nvar x []big":            false,
		"var x = new([1 << 40]int)":                     false,
		"var x = map[int][1 << 30]int{}":                false,
		"var x = [][1 << 40]int{{}}":                    false,
		"var x = []int{1 << 40: 1}":                     false,
		"var x = []byte{1 << 24: 1}":                    false,
		"var x = []byte{1<<24 - 1: 1}":                  true,
		"var x func() [1 << 40]int":                     false,
		"var x [1 << 20][1 << 20][1 << 20][1 << 10]int": false,
	} {
		found := findings(t, "package big\n\nimport \"tollgate/strategies\"\n\n"+text+"\n\nfunc OnStart(ctx *strategies.Context) {\n\t_ = x\n}\n")
		if (len(found) == 0) != ok {
			t.Errorf("%s: %v", text, found)
		}
	}
}
