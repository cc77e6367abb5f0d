package script

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// program makes a whole file of a program of the archive: imports of what it
// uses, and say, which collects what Run reports.
func program(name, body string) string {
	text := "package " + name + "\n"
	seen := map[string]bool{}
	for _, m := range qualified.FindAllStringSubmatch(body, -1) {
		if !seen[m[1]] {
			seen[m[1]] = true
			text += fmt.Sprintf("import %q\n", m[1])
		}
	}
	return text + "var Out string\nfunc say(s string) { Out += s + \"\\n\" }\n" + body
}

// interpreted runs a program in the interpreter.
func interpreted(text string) (out string, err error) {
	checked, err := check(FromText("p.go", text), true)
	if err != nil {
		return "", err
	}
	return runOf(checked)
}

// runOf is what a program says that was checked before.
func runOf(checked *Checked) (out string, err error) {
	in, err := checked.start(Options{})
	if err != nil {
		return "", err
	}
	symbols := in.it.Symbols(packageName)[packageName]
	run, ok := symbols["Run"].Interface().(func())
	if !ok {
		return "", fmt.Errorf("Run is %v", symbols["Run"].Type())
	}
	said := symbols["Out"].Addr().Interface().(*string)
	defer func() {
		out = *said
		if r := recover(); r != nil {
			out += "PANIC " + kind(panicText(r)) + "\n"
		}
	}()
	run()
	return *said, nil
}

var numbers = regexp.MustCompile(` \[.*`)

// kind is a panic's text without the numbers, which the interpreter does not know.
func kind(text string) string { return numbers.ReplaceAllString(text, "") }

// compiled builds all programs into one, a package each, and returns what each said.
func compiled(t testing.TB, programs map[string]string) map[string]string {
	t.Helper()
	var units []unit
	for name, text := range programs {
		units = append(units, unit{name: name, text: text})
	}
	return compiledUnits(t, units)
}

// compiledUnits builds packages of programs; one without a list is a program itself.
func compiledUnits(t testing.TB, units []unit) map[string]string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module native\n\ngo 1.26\n")
	var imports, calls strings.Builder
	for _, u := range units {
		write(u.name+"/p.go", u.text)
		fmt.Fprintf(&imports, "import %s %q\n", u.name, "native/"+u.name)
		if u.programs == nil {
			fmt.Fprintf(&calls, "run(%q, %s.Run, &%s.Out)\n", u.name, u.name, u.name)
		}
		for _, name := range u.programs {
			fmt.Fprintf(&calls, "run(%q, %s.Run_%s, &%s.Out_%s)\n", name, u.name, name, u.name, name)
		}
	}
	write("main.go", "package main\nimport \"os\"\nimport \"fmt\"\n"+imports.String()+nativeMain+"func main() {\n"+calls.String()+"}\n")
	cmd := exec.Command("go", "run", "-gcflags=-d=fmahash=qn", ".") // every product is rounded, as in the compiled tier
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("native build: %v\n%s", err, output)
	}
	return saidBy(string(output))
}

// saidBy takes the output of nativeMain apart.
func saidBy(output string) map[string]string {
	results := map[string]string{}
	for _, part := range strings.Split(output, "\x01")[1:] {
		name, out, _ := strings.Cut(part, "\x02")
		out, panicked, _ := strings.Cut(out, "\x03")
		if panicked != "" {
			out += "PANIC " + kind(panicText(panicked)) + "\n"
		}
		results[name] = out
	}
	return results
}

const nativeMain = `
func run(name string, f func(), out *string) {
	defer func() {
		text := ""
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
		fmt.Fprintf(os.Stdout, "\x01%s\x02%s\x03%s", name, *out, text)
	}()
	f()
}
`

// differential compares every program interpreted and compiled.
func differential(t *testing.T, programs map[string]string) {
	t.Helper()
	needGo(t)
	compare(t, programs, compiled(t, programs))
}

func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not in PATH, so nothing can be compiled to compare with")
	}
}

// compare compares what programs said compiled with what they say interpreted.
func compare(t *testing.T, programs, native map[string]string) {
	t.Helper()
	for name, text := range programs {
		t.Run(name, func(t *testing.T) {
			checked, err := check(FromText("p.go", text), true)
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
			compareOne(t, checked, native[name])
		})
	}
}

func compareOne(t *testing.T, checked *Checked, want string) {
	t.Helper()
	got, err := runOf(checked)
	if err != nil {
		t.Fatalf("not run: %v", err)
	}
	if got != want {
		t.Errorf("interpreted:\n%s\ncompiled:\n%s\nrewritten:\n%s", got, want, checked.code)
	}
}

func TestLanguage(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/language.txtar")
	if err != nil {
		t.Fatal(err)
	}
	programs := map[string]string{}
	for _, f := range archive.Files {
		name := "p_" + strings.ReplaceAll(f.Name, "-", "_")
		programs[name] = program(name, string(f.Data))
	}
	if len(programs) < 60 {
		t.Errorf("only %d programs", len(programs))
	}
	differential(t, programs)
}
