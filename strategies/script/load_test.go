package script

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"tollgate/strategies"
)

const crossing = `package cross

import "tollgate/strategies"

var (
	n    = strategies.Int("n", 9, 2, 200, "length of the fast average")
	fast = strategies.EMA(strategies.Last(), n)
	slow = strategies.EMA(strategies.Last(), 2*n+3)

	S struct {
		Quotes, Trades int
		Up             bool
	}
)

// OnQuote counts crossings.
func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	S.Quotes++
	if !slow.Ready || q.Bid <= 0 {
		return
	}
	up := fast.V > slow.V
	if up != S.Up && ctx.Position <= 0 {
		S.Trades++
	}
	S.Up = up
}

func OnTrade(ctx *strategies.Context, t *strategies.Trade) { S.Trades += t.Size }
`

func mustLoad(t testing.TB, text string) *strategies.Program {
	t.Helper()
	p, err := Load(FromText("cross.go", text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoadSetsOnlyDefinedHandlers(t *testing.T) {
	p := mustLoad(t, crossing)
	v := reflect.ValueOf(p.Handlers)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		want := name == "OnQuote" || name == "OnTrade"
		if v.Field(i).IsNil() == want {
			t.Errorf("%s set: %v, want %v", name, !want, want)
		}
	}
	if p.Name != "cross" || len(p.Hash) != 64 || p.Setup == nil || p.Locate == nil {
		t.Errorf("incomplete program %+v", p)
	}
}

// Every handler of the host can be defined and called.
func TestEveryHandler(t *testing.T) {
	text := "package p\nimport \"tollgate/strategies\"\nvar N int\n"
	for _, name := range handlerNames {
		text += "func " + name + wantText(name) + " { N++ }\n"
	}
	p := mustLoad(t, text)
	v := reflect.ValueOf(p.Handlers)
	for i := range v.NumField() {
		f := v.Field(i)
		args := []reflect.Value{}
		for j := range f.Type().NumIn() {
			args = append(args, reflect.New(f.Type().In(j).Elem()))
		}
		f.Call(args)
	}
}

// Two instances of one script share nothing.
func TestInstancesAreSeparate(t *testing.T) {
	checked, err := Check(FromText("cross.go", strings.Replace(crossing, "S.Quotes++", "S.Quotes++\n\tctx.Working = S.Quotes", 1)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := checked.Load(Options{Params: map[string]string{"n": "5"}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := checked.Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var ca, cb strategies.Context
	for range 3 {
		a.Handlers.OnQuote(&ca, &strategies.Quote{})
	}
	b.Handlers.OnQuote(&cb, &strategies.Quote{})
	if ca.Working != 3 || cb.Working != 1 {
		t.Errorf("counted %d and %d, want 3 and 1", ca.Working, cb.Working)
	}
	if a.Setup.Params[0].Value != "5" || b.Setup.Params[0].Value != "9" {
		t.Errorf("parameters %+v and %+v", a.Setup.Params, b.Setup.Params)
	}
}

func TestLoadErrors(t *testing.T) {
	head := "package p\nimport \"tollgate/strategies\"\nfunc OnStart(ctx *strategies.Context) {}\n"
	for _, c := range []struct{ name, text, want string }{
		{"parameter", head + "var n = strategies.Int(\"n\", 5, 10, 20, \"\")", "s.go:4:9: parameter \"n\""},
		{"panic of a variable", head + "var a = []int{1}\nvar i = 3\nvar x = a[i]", "s.go:6: index out of range"},
		{"panic in a function of a variable", head + "var x = f(0)\nfunc f(n int) int {\n\treturn 1 / n\n}", "s.go:6: division by zero"},
		{"panic in init", head + "var m map[string]int\nfunc init() {\n\tm[\"a\"] = 1\n}", "s.go:6: assignment to an entry of a nil map"},
		{"endless variable", head + "var x = f()\nfunc f() int {\n\tn := 1\n\tfor n > 0 {\n\t\tn = 2\n\t}\n\treturn n\n}", "took longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(FromText("s.go", c.text), Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestUnknownParameterIsRefused(t *testing.T) {
	_, err := Load(FromText("cross.go", crossing), Options{Params: map[string]string{"m": "1"}})
	if err == nil || !strings.Contains(err.Error(), "script cross") || !strings.Contains(err.Error(), `"m"`) {
		t.Errorf("got %v", err)
	}
}

// A panic in the second file of a folder has that file's name and line.
func TestFolder(t *testing.T) {
	fsys := fstest.MapFS{
		"x/b.go":      {Data: []byte("package x\n\nimport \"math\"\n\nconst limit = 3\n\nfunc helper(a []float64, i int) float64 {\n\tx := math.Sqrt(2)\n\treturn x * a[i] // HERE\n}\n")},
		"x/a.go":      {Data: []byte("package x\n\nimport \"tollgate/strategies\"\n\nvar state = helper([]float64{1}, 0)\n\nfunc OnStart(ctx *strategies.Context) {\n\tctx.Bid = helper([]float64{1}, limit)\n}\n")},
		"x/a_test.go": {Data: []byte("package x_test\n")},
		"x/note.txt":  {Data: []byte("no Go")},
	}
	src, err := ReadFS(fsys, "x", "examples")
	if err != nil {
		t.Fatal(err)
	}
	if src.Name != "x" || len(src.Files) != 2 || src.Files[0].Name != filepath.Join("examples", "x", "a.go") {
		t.Fatalf("source %+v", src)
	}
	p, err := Load(src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkPlace(t, locate(t, p), filepath.Join("examples", "x", "b.go"), 9, "index out of range", "")
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := write("cross/main.go", crossing)
	write("empty/readme.txt", "")
	write("large/a.go", "package a\n"+strings.Repeat("// filler\n", MaxBytes/10))
	text := write("plain.txt", "x")

	one, err := Read(file)
	if err != nil || one.Name != "main" || one.Files[0].Name != file {
		t.Fatalf("%+v %v", one, err)
	}
	folder, err := Read(filepath.Dir(file))
	if err != nil || folder.Name != "cross" || folder.Files[0].Name != file {
		t.Fatalf("%+v %v", folder, err)
	}
	if one.Hash != folder.Hash {
		t.Error("the hash depends on how the script is named")
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none"):  "no such file",
		filepath.Join(dir, "empty"): "holds no Go file",
		filepath.Join(dir, "large"): "the limit",
		text:                        "not a Go file",
	} {
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
	}
}

func TestHashSeesNamesAndContents(t *testing.T) {
	seen := map[string]string{}
	for _, c := range [][2]string{{"a.go", "x"}, {"b.go", "x"}, {"a.go", "y"}, {"a.go", ""}, {"a.gox", ""}} {
		h := FromText(c[0], c[1]).Hash
		if other, ok := seen[h]; ok {
			t.Errorf("%v has the hash of %s", c, other)
		}
		seen[h] = c[0]
	}
}

func TestFolderWithSeveralPackages(t *testing.T) {
	fsys := fstest.MapFS{"a.go": {Data: []byte("package a\n")}, "b.go": {Data: []byte("package b\n")}}
	src, err := ReadFS(fsys, ".", "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Check(src)
	if err == nil || !strings.Contains(err.Error(), "b.go:1:9: package b, but a.go is package a") {
		t.Errorf("got %v", err)
	}
}

func TestFindingsAreShownLikeACompiler(t *testing.T) {
	text := "package p\n\nimport \"tollgate/strategies\"\n\nfunc OnQuote(ctx *strategies.Context, q *strategies.Quote) {\n\tif q.Bidd > 0 {\n\t\tgo ctx.Buy(1, 2)\n\t}\n}\n"
	_, err := Check(FromText("x/s.go", text))
	want := "x/s.go:6:7: q.Bidd undefined (type *strategies.Quote has no field or method Bidd)\n" +
		"\t\tif q.Bidd > 0 {\n\t\t     ^\n" +
		"x/s.go:7:3: go statement: " + ruleOf["go"].Why + "\n" +
		"\t\t\tgo ctx.Buy(1, 2)\n\t\t\t^\n\tinstead: " + ruleOf["go"].Instead + "\n" +
		"x/s.go:7:17: too many arguments in call to ctx.Buy\n\thave (number, number)\n\twant (int)\n" +
		"\t\t\tgo ctx.Buy(1, 2)\n\t\t\t              ^"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	var found Findings
	b, _ := json.Marshal(err)
	if e := json.Unmarshal(b, &found); e != nil || len(found) != 3 || found[0].Line != 6 || !bytes.Contains(b, []byte(`"source_line"`)) {
		t.Errorf("JSON %s: %v", b, e)
	}
}

func TestHandlerMessages(t *testing.T) {
	head := "package p\nimport \"tollgate/strategies\"\n"
	for _, c := range []struct{ name, text, code, want string }{
		{"none", head + "var b = strategies.Minutes(1)", "no-handler", "no handler"},
		{"signature", head + "func OnBar(ctx *strategies.Context, q *strategies.Quote) {}", "handler", "want func OnBar(ctx *strategies.Context, b *strategies.Bar)"},
		{"result", head + "func OnStart(ctx *strategies.Context) error { return nil }", "handler", "have func OnStart(ctx *strategies.Context) error"},
		{"value", head + "func OnQuote(ctx *strategies.Context, q strategies.Quote) {}", "handler", "want func OnQuote(ctx *strategies.Context, q *strategies.Quote)"},
		{"main", "package main\nfunc main() {}", "package", "cannot be main"},
		{"syntax", head + "func OnStart(ctx *strategies.Context) {\n\tx := \n}", "syntax", "s.go:5:"},
		{"near symbol", head + "import \"math\"\nfunc OnStart(ctx *strategies.Context) { ctx.Bid = math.Sqr(2) }", "type", "did you mean math.Sqrt?"},
		{"the time", head + "import \"time\"\nfunc OnStart(ctx *strategies.Context) { ctx.Log(time.Now()) }", "type", "the time is ctx.Time"},
		{"waiting", head + "import \"time\"\nfunc OnStart(ctx *strategies.Context) { time.Sleep(1) }", "type", "use ctx.Every"},
		{"hidden symbol", head + "import \"math\"\nfunc OnStart(ctx *strategies.Context) { ctx.Bid = math.Float64frombits(2) }", "type", "math gives scripts: Abs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := findings(t, c.text)
			if len(found) == 0 || !strings.Contains(found.Error(), c.want) || found[0].Code != c.code {
				t.Errorf("got %v", found)
			}
		})
	}
}

func TestLookalikesAreWarnings(t *testing.T) {
	head := "package p\nimport \"tollgate/strategies\"\nfunc OnStart(ctx *strategies.Context) {}\n"
	for decl, want := range map[string]string{
		"func OnQuotes(ctx *strategies.Context, q *strategies.Quote) {}":                  "did you mean OnQuote?",
		"func onQuote(ctx *strategies.Context, q *strategies.Quote) {}":                   "did you mean OnQuote?",
		"func OnTick(ctx *strategies.Context, q *strategies.Quote) {}":                    "OnQuote or OnTrade",
		"type s struct{}\nfunc (x *s) OnBar(c *strategies.Context, b *strategies.Bar) {}": "write func OnBar(ctx",
	} {
		c, err := Check(FromText("s.go", head+decl))
		if err != nil {
			t.Errorf("%s: %v", decl, err)
			continue
		}
		if len(c.Warnings) != 1 || c.Warnings[0].Severity != Warning || !strings.Contains(c.Warnings[0].Instead, want) {
			t.Errorf("%s: %v, want %q", decl, c.Warnings, want)
		}
	}
	c, err := Check(FromText("s.go", head+"func online() bool { return true }\nfunc once() {}"))
	if err != nil || len(c.Warnings) != 0 {
		t.Errorf("warned of an honest name: %v %v", c, err)
	}
}

func TestStderrIsHandedOn(t *testing.T) {
	var b bytes.Buffer
	p, err := Load(FromText("cross.go", wrap(panics[0].text)), Options{Stderr: &b})
	if err != nil {
		t.Fatal(err)
	}
	locate(t, p)
	if !strings.Contains(b.String(), "panic") {
		t.Errorf("stderr %q", b.String())
	}
}
