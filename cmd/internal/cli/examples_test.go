package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"tollgate/cmd/internal/native"
	"tollgate/examples"
	"tollgate/strategies/script"
)

const examplesDir = "../../../examples"

// names lists the example strategies.
func names(t *testing.T) []string {
	t.Helper()
	entries, err := fs.ReadDir(examples.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	if len(list) < 6 {
		t.Fatalf("only %d examples", len(list))
	}
	return list
}

// compiled builds one binary with every example in it, and the leaver, once.
var compiled = sync.OnceValues(func() (string, error) {
	var wanted []native.Wanted
	entries, err := fs.ReadDir(examples.FS, ".")
	if err != nil {
		return "", err
	}
	dirs := []string{"testdata/leaver"}
	for _, e := range entries {
		dirs = append(dirs, filepath.Join(examplesDir, e.Name()))
	}
	for _, dir := range dirs {
		src, err := script.Read(dir)
		if err != nil {
			return "", err
		}
		checked, err := script.Check(src)
		if err != nil {
			return "", err
		}
		wanted = append(wanted, native.Wanted{Script: checked, Copies: 10})
	}
	return native.Build(wanted, cacheDir, os.Stderr)
})

var cacheDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tollgate-test")
	if err != nil {
		panic(err)
	}
	cacheDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// TestScenariosInterpretedAndCompiled: every example does what its scenarios say,
// and does the same compiled.
func TestScenariosInterpretedAndCompiled(t *testing.T) {
	binary, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t) {
		dir := filepath.Join(examplesDir, name)
		paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
		if err != nil || len(paths) == 0 {
			t.Errorf("%s has no scenario", name)
		}
		for _, path := range paths {
			t.Run(name+"/"+filepath.Base(path), func(t *testing.T) {
				for _, flags := range [][]string{nil, {"--plain"}} {
					diff, err := runScenario(dir, path, false, flags...)
					if err != nil || diff != "" {
						t.Fatalf("%v: %v\n%s", flags, err, diff)
					}
				}
				want, got := traces(t, binary, dir, path)
				if diff := difference(want, got); diff != "" {
					t.Fatalf("compiled it decides differently (want = interpreted):\n%s", diff)
				}
			})
		}
	}
}

// traces runs a scenario interpreted, here, and compiled, there.
func traces(t *testing.T, binary, dir, path string) (interpreted, there string) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if interpreted, err = traceOf(dir, archive); err != nil {
		t.Fatal(err)
	}
	tmp := t.TempDir()
	trace := filepath.Join(tmp, "trace")
	args := []string{"backtest", dir, "--trace=" + trace, "--json"}
	params := map[string]string{}
	for _, s := range archive.Files {
		file := filepath.Join(tmp, s.Name)
		if err := os.WriteFile(file, s.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		switch s.Name {
		case "feed.csv":
			args = append(args, "--feed="+file)
		case "config.yaml":
			args = append(args, "--config="+file)
		case "flags":
			for _, f := range strings.Fields(string(s.Data)) {
				args = append(args, f)
				if p, ok := strings.CutPrefix(f, "--param="); ok {
					key, value, _ := strings.Cut(p, "=")
					params[key] = value
				}
			}
		}
	}
	there, _ = runCompiled(t, binary, dir, params, args, trace)
	return interpreted, there
}

func runCompiled(t *testing.T, binary, dir string, params map[string]string, args []string, trace string) (string, result) {
	t.Helper()
	src, err := script.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	status, err := native.Run(context.Background(), binary, src.Hash, params, args, &out, &log)
	if err != nil || status != 0 {
		t.Fatalf("status %d, %v\n%s", status, err, log.String())
	}
	var r result
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Tier != "compiled" {
		t.Fatalf("the binary ran it %s", r.Tier)
	}
	if trace == "" {
		return "", r
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), r
}

// result is what the tests read of result.json.
type result struct {
	Tier   string `json:"tier"`
	Hash   string `json:"decisions_hash"`
	Events int64  `json:"events"`
	Orders int64  `json:"orders"`
	Fills  int64  `json:"fills"`
	Net    string `json:"net_pnl"`
	Fees   string `json:"fees"`
}

// TestExamplesInterpretedAndCompiledOnTheSample: equal decisions over a whole session.
func TestExamplesInterpretedAndCompiledOnTheSample(t *testing.T) {
	long(t)
	binary, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(examplesDir, name)
			here := backtestJSON(t, "backtest", dir, "--json")
			if plain := backtestJSON(t, "backtest", dir, "--json", "--plain"); plain != here {
				t.Fatalf("in the loop %+v\nplain       %+v", here, plain)
			}
			_, there := runCompiled(t, binary, dir, nil, []string{"backtest", dir, "--json"}, "")
			here.Tier, there.Tier = "", ""
			if here != there {
				t.Fatalf("interpreted %+v\ncompiled    %+v", here, there)
			}
			if here.Fills == 0 {
				t.Errorf("no fills on the bundled sample: the example shows nothing")
			}
		})
	}
}

// TestEveryQuoteInTheLoopAndPlain: equal decisions of a strategy that is called on
// every quote, whose handler is in the loop.
func TestEveryQuoteInTheLoopAndPlain(t *testing.T) {
	long(t)
	const strategy = "testdata/quotecross"
	src, err := script.Read(strategy)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := script.Check(src)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(checked.Pulled(), " "); got != "OnQuote" {
		t.Fatalf("in the loop: %q", got)
	}
	loop := backtestJSON(t, "backtest", strategy, "--json")
	plain := backtestJSON(t, "backtest", strategy, "--json", "--plain")
	if loop != plain || loop.Fills == 0 {
		t.Fatalf("in the loop %+v\nplain       %+v", loop, plain)
	}
}

// backtestJSON runs the command line in this process.
func backtestJSON(t *testing.T, args ...string) result {
	t.Helper()
	var out, log bytes.Buffer
	if status := Main(args, &out, &log); status != 0 {
		t.Fatalf("tollgate %s: status %d\n%s", strings.Join(args, " "), status, log.String())
	}
	var r result
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	return r
}
