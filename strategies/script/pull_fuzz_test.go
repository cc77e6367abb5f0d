package script

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"testing"
)

// TestPullRandomPrograms runs the random programs, less what a handler in the loop
// must not have, three times in one frame and three times plainly. -script.programs
// and -script.seed choose them.
func TestPullRandomPrograms(t *testing.T) {
	moved, all := 0, 0
	for i := range *fuzzPrograms {
		seed := *fuzzSeed + uint64(i)
		text := thinned(t, program(fmt.Sprintf("r%d", seed), randomProgram(seed)))
		if _, err := check(FromText("p.go", text), true); err != nil {
			continue // a label that nothing needs any more
		}
		all++
		if pullAndPlain(t, text) {
			moved++
		}
		if t.Failed() {
			t.Fatalf("-script.seed %d", seed)
		}
	}
	t.Logf("%d of %d programs in the loop", moved, all)
	if moved < *fuzzPrograms/3 {
		t.Errorf("only %d of %d programs ran in the loop: the test shows little", moved, *fuzzPrograms)
	}
}

// thinned takes the statements out of a program's Run that keep it from the loop, and
// then those that use what these declared.
func thinned(t *testing.T, text string) string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "Run" {
			th := thinner{bad: map[string]bool{}}
			for th.again = true; th.again; {
				th.again = false
				th.block(fn.Body)
			}
		}
	}
	dropImports(file)
	out := "package " + file.Name.Name + "\n"
	for _, d := range file.Decls {
		out += printed(d)
	}
	return out
}

// dropImports takes the imports out that nothing names any more.
func dropImports(file *ast.File) {
	named := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok {
				named[id.Name] = true
			}
		}
		return true
	})
	file.Decls = slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.IMPORT {
			return false
		}
		gen.Specs = slices.DeleteFunc(gen.Specs, func(s ast.Spec) bool {
			name, err := strconv.Unquote(s.(*ast.ImportSpec).Path.Value)
			return err == nil && !named[path.Base(name)]
		})
		return len(gen.Specs) == 0
	})
}

// thinner knows the variables that are gone; names are unique in random programs.
type thinner struct {
	bad   map[string]bool
	again bool
}

func (th *thinner) block(b *ast.BlockStmt) { b.List = th.list(b.List) }

func (th *thinner) list(list []ast.Stmt) []ast.Stmt {
	return slices.DeleteFunc(list, func(s ast.Stmt) bool {
		for _, n := range heads(s) {
			if th.unfit(n) {
				th.forget(s)
				return true
			}
		}
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BlockStmt:
				th.block(n)
				return false
			case *ast.CaseClause:
				n.Body = th.list(n.Body)
				return false
			}
			return true
		})
		return false
	})
}

// heads are the parts of a statement that are not blocks.
func heads(s ast.Stmt) []ast.Node {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		return heads(s.Stmt)
	case *ast.BlockStmt:
		return nil
	case *ast.IfStmt:
		list := []ast.Node{s.Init, s.Cond}
		if e, ok := s.Else.(*ast.IfStmt); ok {
			list = append(list, heads(e)...)
		}
		return list
	case *ast.ForStmt:
		return []ast.Node{s.Init, s.Cond, s.Post}
	case *ast.RangeStmt:
		return []ast.Node{s.X}
	case *ast.SwitchStmt:
		list := []ast.Node{s.Init, s.Tag}
		for _, c := range s.Body.List {
			for _, e := range c.(*ast.CaseClause).List {
				list = append(list, e)
			}
		}
		return list
	}
	return []ast.Node{s}
}

func (th *thinner) unfit(n ast.Node) bool {
	found := false
	if n == nil {
		return false
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND
		case *ast.Ident:
			found = found || th.bad[n.Name] || n.Name == "new"
		case *ast.CallExpr:
			// A method of a local, which may want its address.
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok {
				id := rootOf(sel.X)
				found = found || id == nil || id.Name[0] == 'v'
			}
		case *ast.SliceExpr:
			id := rootOf(n.X)
			found = found || id == nil || id.Name[0] == 'v'
		}
		return !found
	})
	return found
}

// forget notes the variables that a statement declares.
func (th *thinner) forget(s ast.Stmt) {
	note := func(e ast.Expr) {
		if id, ok := e.(*ast.Ident); ok && !th.bad[id.Name] && id.Name != "_" {
			th.bad[id.Name], th.again = true, true
		}
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			for _, e := range s.Lhs {
				note(e)
			}
		}
	case *ast.DeclStmt:
		for _, id := range s.Decl.(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Names {
			note(id)
		}
	}
}
