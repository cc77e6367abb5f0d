package tree

import (
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// pure are the packages that are functions of their input: same events, same
// bytes. Everything a backtest says about live trading rests on this.
var pure = []string{"engine", "risk", "strategies", "strategies/indicator", "sim", "sim/tune", "sim/venue", "sim/fakebridge/broker"}

// harmless are the packages of others that pure code may import: none of them can
// read a clock, a file, the environment or a random number, with the exceptions
// that banned names.
var harmless = []string{
	"cmp", "encoding/binary", "errors", "fmt", "io", "iter", "math", "math/bits", "math/rand/v2", "slices", "sort", "strconv", "strings", "time", "unicode", "unicode/utf8",
	"github.com/shopspring/decimal",
}

// banned are functions of harmless packages that are not pure.
var banned = map[string]string{
	"time.Now": "time arrives in events", "time.Since": "time arrives in events", "time.Until": "time arrives in events",
	"time.After": "timers are commands", "time.AfterFunc": "timers are commands", "time.Tick": "timers are commands",
	"time.NewTimer": "timers are commands", "time.NewTicker": "timers are commands", "time.Sleep": "nothing waits",
	"time.LoadLocation": "it reads files; zones are handed in", "time.Local": "it depends on the machine",
	"fmt.Print": "output is a command", "fmt.Println": "output is a command", "fmt.Printf": "output is a command",
	"rand.Int": seeded, "rand.IntN": seeded, "rand.Int64": seeded, "rand.Int64N": seeded, "rand.Uint64": seeded, "rand.Uint32": seeded,
	"rand.Float64": seeded, "rand.Float32": seeded, "rand.NormFloat64": seeded, "rand.ExpFloat64": seeded, "rand.N": seeded,
	"rand.Perm": seeded, "rand.Shuffle": seeded, "rand.UintN": seeded, "rand.Int32N": seeded, "rand.Uint64N": seeded,
	"fmt.Scan": "input is an event", "fmt.Scanln": "input is an event",
}

const seeded = "random numbers come from rand.New with a seed that was handed in"

func TestPureImports(t *testing.T) {
	for _, f := range pureFiles(load(t)) {
		for _, path := range f.imports() {
			if !strings.HasPrefix(path, "tollgate/") && !slices.Contains(harmless, path) {
				t.Errorf("%s imports %s: %s is pure and may only use %v", f.path, path, f.pkg, harmless)
			}
		}
	}
}

func TestPureCode(t *testing.T) {
	for _, f := range pureFiles(load(t)) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s:%d starts a goroutine: a pure machine is stepped by its shell", f.path, f.line(n))
			case *ast.SelectStmt, *ast.ChanType, *ast.SendStmt:
				t.Errorf("%s:%d uses a channel: events come in as arguments", f.path, f.line(n))
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok {
					if why, bad := banned[x.Name+"."+n.Sel.Name]; bad {
						t.Errorf("%s:%d: %s.%s in pure code: %s", f.path, f.line(n), x.Name, n.Sel.Name, why)
					}
				}
			}
			return true
		})
	}
}

func pureFiles(files []file) []file {
	return slices.DeleteFunc(files, func(f file) bool { return f.test || !slices.Contains(pure, f.pkg) })
}

// TestPureMaps: the order of a map is random, so a range over one in pure code
// must say on its line, in a comment with "map order:", why nobody can observe it.
func TestPureMaps(t *testing.T) {
	byPackage := map[string][]file{}
	for _, f := range pureFiles(load(t)) {
		byPackage[f.pkg] = append(byPackage[f.pkg], f)
	}
	for _, pkg := range pure {
		files := byPackage[pkg]
		if len(files) == 0 {
			t.Errorf("pure package %s has no files: the list is out of date", pkg)
			continue
		}
		info := typesOf(t, pkg, files)
		for _, f := range files {
			explained := comments(&f)
			ast.Inspect(f.ast, func(n ast.Node) bool {
				r, ok := n.(*ast.RangeStmt)
				if !ok {
					return true
				}
				if _, isMap := info.TypeOf(r.X).Underlying().(*types.Map); isMap && !explained[f.line(r)] {
					t.Errorf(`%s:%d ranges over a map: sort first, or explain with a comment "map order: ..." on the line`, f.path, f.line(r))
				}
				return true
			})
		}
	}
}

// comments are the lines with an explanation.
func comments(f *file) map[int]bool {
	lines := map[int]bool{}
	for _, g := range f.ast.Comments {
		for _, c := range g.List {
			if strings.Contains(c.Text, "map order:") {
				lines[f.line(c)] = true
			}
		}
	}
	return lines
}

// typesOf type-checks a package from source.
func typesOf(t *testing.T, pkg string, files []file) *types.Info {
	t.Helper()
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	var asts []*ast.File
	var fset *token.FileSet
	for _, f := range files {
		asts, fset = append(asts, f.ast), f.fset
	}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := conf.Check("tollgate/"+pkg, fset, asts, info); err != nil {
		t.Fatal(err)
	}
	return info
}
