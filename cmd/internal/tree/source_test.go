package tree

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// file is one Go file of the module.
type file struct {
	path string // from the root, with slashes
	pkg  string // its folder, the import path without "tollgate/"
	test bool
	ast  *ast.File
	fset *token.FileSet
}

const root = "../../.."

// load parses every Go file of the module.
func load(t *testing.T) []file {
	t.Helper()
	var files []file
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		files = append(files, file{
			path: rel, pkg: strings.TrimSuffix(rel, "/"+name), test: strings.HasSuffix(name, "_test.go"), ast: f, fset: fset,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d files found: the test looks in the wrong place", len(files))
	}
	return files
}

func (f *file) imports() []string {
	var list []string
	for _, s := range f.ast.Imports {
		path, _ := strconv.Unquote(s.Path.Value)
		list = append(list, path)
	}
	return list
}

func (f *file) line(n ast.Node) int { return f.fset.Position(n.Pos()).Line }

func (f *file) generated() bool { return ast.IsGenerated(f.ast) }

// within reports whether a package is p or below it.
func within(pkg, p string) bool { return pkg == p || strings.HasPrefix(pkg, p+"/") }

func TestTopLevel(t *testing.T) {
	allowed := " engine strategies risk sim cmd configs examples go.mod go.sum README.md LICENSE "
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !strings.Contains(allowed, " "+e.Name()+" ") {
			t.Errorf("%s stands at the top level; only these do:%s", e.Name(), allowed)
		}
	}
}

func TestSizes(t *testing.T) {
	for _, f := range load(t) {
		if f.test || f.generated() {
			continue
		}
		if n := f.fset.Position(f.ast.End()).Line; n > 350 {
			t.Errorf("%s has %d lines: a file over 350 holds more than one thing", f.path, n)
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				if n := f.fset.Position(fn.End()).Line - f.line(fn) + 1; n > 70 {
					t.Errorf("%s:%d: %s has %d lines: a function over 70 does more than one thing", f.path, f.line(fn), fn.Name.Name, n)
				}
			}
		}
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range load(t) {
		if !f.test {
			documented[f.pkg] = documented[f.pkg] || f.ast.Doc != nil
		}
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("%s has no package comment: a reader begins there", pkg)
		}
	}
}

// TestNoSleeps: a test that sleeps is slow on a good day and wrong on a bad one.
func TestNoSleeps(t *testing.T) {
	for _, f := range load(t) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if isCall(n, "time", "Sleep") {
				t.Errorf("%s:%d: time.Sleep: wait for the event, or use testing/synctest", f.path, f.line(n))
			}
			return true
		})
	}
}

func isCall(n ast.Node, pkg, name string) bool {
	s, ok := n.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg
}
