package script

import (
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"

	"tollgate/strategies"
)

// Every function of declare.go, and nothing else, is a method of Setup with the
// same signature, and a script can call it.
func TestDeclarationsAreMethodsOfSetup(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../declare.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.IsExported() && fn.Name.Name != "Begin" {
			names = append(names, fn.Name.Name)
		}
	}
	want := slices.Clone(declarations)
	sort.Strings(names)
	sort.Strings(want)
	if !slices.Equal(names, want) {
		t.Errorf("declare.go has %v\nthe table has %v", names, want)
	}
	functions := map[string]any{"Int": strategies.Int, "EMA": strategies.EMA, "Choice": strategies.Choice, "MACD": strategies.MACD}
	for name, f := range functions {
		if got, _ := declaration(name); got != reflect.TypeOf(f) {
			t.Errorf("%s: method %v, function %v", name, got, reflect.TypeOf(f))
		}
	}
	checkSignatures(t, names)
}

// checkSignatures type-checks package strategies as it stands and compares.
func checkSignatures(t *testing.T, names []string) {
	t.Helper()
	pkg, err := importer.ForCompiler(token.NewFileSet(), "source", nil).Import(hostPath)
	if err != nil {
		t.Skipf("package %s cannot be read from source here: %v", hostPath, err)
	}
	setup := types.NewPointer(pkg.Scope().Lookup("Setup").Type())
	for _, name := range names {
		f := pkg.Scope().Lookup(name).Type().(*types.Signature)
		obj, _, _ := types.LookupFieldOrMethod(setup, false, pkg, name)
		m, ok := obj.(*types.Func)
		if !ok {
			t.Errorf("Setup has no method %s", name)
			continue
		}
		if !types.Identical(types.NewSignatureType(nil, nil, nil, m.Signature().Params(), m.Signature().Results(), m.Signature().Variadic()), f) {
			t.Errorf("%s: function %v, method %v", name, f, m.Signature())
		}
	}
}

// hostOnly is what package strategies exports for the host alone.
var hostOnly = []string{
	"Setup", "Param", "Program", "Handlers", "NewSetup", "Begin", "ParseTimeOfDay", "HandlerNames",
	"NewState", "Runner", "RunnerConfig", "NewRunner", "OnPanic", "FlattenOnPanic", "LeaveOnPanic", "Guard", "Rehearse", "Remarks", "StoppedItself", "MaxIntents",
}

// Every exported name of package strategies is either for scripts or known to
// be for the host: a new one must be put on one side.
func TestHostTableIsComplete(t *testing.T) {
	scope := allowed().packages[hostPath].Scope()
	for _, name := range hostOnly {
		if scope.Lookup(name) != nil {
			t.Errorf("%s is visible to scripts", name)
		}
	}
	for _, name := range exported(t, "..") {
		if scope.Lookup(name) == nil && !slices.Contains(hostOnly, name) {
			t.Errorf("%s is neither allowed nor known to be for the host alone", name)
		}
	}
	for _, ty := range hostPackage.types {
		rt := reflect.TypeOf(ty.pointer)
		if ty.name != "Context" {
			continue
		}
		for i := range rt.NumMethod() {
			if !slices.Contains(ty.methods, rt.Method(i).Name) {
				t.Errorf("method %s.%s is neither allowed nor known", ty.name, rt.Method(i).Name)
			}
		}
	}
}

// exported lists the exported top-level names of a package's source.
func exported(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source in %s: %v", dir, err)
	}
	var names []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			names = append(names, declared(d)...)
		}
	}
	return slices.DeleteFunc(names, func(n string) bool { return !ast.IsExported(n) })
}

func declared(d ast.Decl) (names []string) {
	if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
		return []string{fn.Name.Name}
	}
	gen, ok := d.(*ast.GenDecl)
	if !ok {
		return nil
	}
	for _, s := range gen.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			names = append(names, s.Name.Name)
		case *ast.ValueSpec:
			for _, id := range s.Names {
				names = append(names, id.Name)
			}
		}
	}
	return names
}

// The constants of the library are those of Go, to the last digit.
func TestConstantsAreThoseOfGo(t *testing.T) {
	source := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, p := range packages() {
		if len(p.consts) == 0 {
			continue
		}
		pkg, err := source.Import(p.path)
		if err != nil {
			t.Skipf("package %s cannot be read from source here: %v", p.path, err)
		}
		for name := range p.consts {
			want, ok := pkg.Scope().Lookup(name).(*types.Const)
			got := allowed().packages[p.path].Scope().Lookup(name).(*types.Const)
			if !ok || !constant.Compare(got.Val(), token.EQL, want.Val()) || got.Type().String() != want.Type().String() {
				t.Errorf("%s.%s is %v %v, want %v", p.path, name, got.Val(), got.Type(), want)
			}
		}
	}
}

// Functions of the library are the functions of Go under their own names.
func TestFunctionsAreThoseOfGo(t *testing.T) {
	source := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, p := range library {
		pkg, err := source.Import(p.path)
		if err != nil {
			t.Skipf("package %s cannot be read from source here: %v", p.path, err)
		}
		for name := range p.funcs {
			got := allowed().packages[p.path].Scope().Lookup(name).Type()
			want := pkg.Scope().Lookup(name)
			if want == nil || got.(*types.Signature).Params().Len() != want.Type().(*types.Signature).Params().Len() {
				t.Errorf("%s.%s is %v, want %v", p.path, name, got, want)
			}
		}
	}
}
