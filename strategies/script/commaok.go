package script

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/astutil"
)

// missingKeys gives v its zero in v, ok := m[k] when the key is missing: the
// interpreter leaves there what was in v before, in a loop that of the turn before.
//
//	v, ok := m[k]; if !ok { v = 0 }
//
// In the head of a statement it moves in front of it, both in a block. It comes before
// the marks.
func (r *rewriter) missingKeys() {
	for _, f := range r.files {
		astutil.Apply(f, nil, func(c *astutil.Cursor) bool {
			s, ok := c.Node().(ast.Stmt)
			if !ok || c.Index() < 0 && c.Name() != "Else" {
				return true
			}
			if init := headOf(s); init != nil {
				if fix := r.zeroMissing(*init); fix != nil {
					list := append([]ast.Stmt{*init}, fix...)
					*init = nil
					c.Replace(&ast.BlockStmt{List: append(list, s)})
				}
				return true
			}
			fix := r.zeroMissing(s)
			for i := len(fix) - 1; i >= 0; i-- {
				c.InsertAfter(fix[i])
			}
			return true
		})
	}
}

// headOf is where a statement keeps the one it begins with; nil = it has no place.
func headOf(s ast.Stmt) *ast.Stmt {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		return headOf(s.Stmt)
	case *ast.IfStmt:
		return &s.Init
	case *ast.SwitchStmt:
		return &s.Init
	case *ast.ForStmt:
		return &s.Init
	}
	return nil
}

// zeroMissing is what must follow a statement that looks up a key and asks whether it
// was there; nil for every other statement.
func (r *rewriter) zeroMissing(s ast.Stmt) []ast.Stmt {
	v, ok, from := lookup(s)
	if from == nil || isBlank(v) {
		return nil
	}
	m, isMap := r.typeOf(from.X).Underlying().(*types.Map)
	if !isMap {
		return nil
	}
	if isBlank(ok) {
		// With one variable the interpreter is right.
		shorten(s)
		return nil
	}
	return []ast.Stmt{&ast.IfStmt{
		Cond: &ast.UnaryExpr{Op: token.NOT, X: ast.NewIdent(ok.(*ast.Ident).Name)},
		Body: &ast.BlockStmt{List: r.zero(v.(*ast.Ident).Name, m.Elem())},
	}}
}

// lookup takes v, ok := x[k] apart, also written with = or var.
func lookup(s ast.Stmt) (v, ok ast.Expr, from *ast.IndexExpr) {
	var rhs []ast.Expr
	var lhs []ast.Expr
	switch s := s.(type) {
	case *ast.AssignStmt:
		lhs, rhs = s.Lhs, s.Rhs
	case *ast.DeclStmt:
		if spec := onlyValueSpec(s); spec != nil {
			for _, id := range spec.Names {
				lhs = append(lhs, id)
			}
			rhs = spec.Values
		}
	}
	if len(lhs) != 2 || len(rhs) != 1 {
		return nil, nil, nil
	}
	from, _ = ast.Unparen(rhs[0]).(*ast.IndexExpr)
	for _, x := range lhs {
		if _, plain := x.(*ast.Ident); !plain {
			return nil, nil, nil // refused before
		}
	}
	return lhs[0], lhs[1], from
}

func onlyValueSpec(s *ast.DeclStmt) *ast.ValueSpec {
	d, ok := s.Decl.(*ast.GenDecl)
	if !ok || len(d.Specs) != 1 {
		return nil
	}
	spec, _ := d.Specs[0].(*ast.ValueSpec)
	return spec
}

// shorten drops the second variable.
func shorten(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		s.Lhs = s.Lhs[:1]
	case *ast.DeclStmt:
		spec := onlyValueSpec(s)
		spec.Names = spec.Names[:1]
	}
}

// zero assigns the zero of a type to a variable; a composite has it from a variable
// declared for the purpose.
func (r *rewriter) zero(name string, t types.Type) []ast.Stmt {
	assign := func(x ast.Expr) ast.Stmt {
		return &ast.AssignStmt{Lhs: []ast.Expr{ast.NewIdent(name)}, Tok: token.ASSIGN, Rhs: []ast.Expr{x}}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		z := zeroOf(u)
		if _, named := t.(*types.Named); named {
			z = &ast.CallExpr{Fun: r.typeExpr(t), Args: []ast.Expr{zeroOf(u)}}
		}
		return []ast.Stmt{assign(z)}
	case *types.Pointer, *types.Slice, *types.Map, *types.Signature, *types.Interface:
		return []ast.Stmt{assign(ast.NewIdent("nil"))}
	}
	return []ast.Stmt{varOf("Zz_z", r.typeExpr(t)), assign(ast.NewIdent("Zz_z"))}
}

// typeExpr is a type as the merged source may write it.
func (r *rewriter) typeExpr(t types.Type) ast.Expr {
	e, err := parser.ParseExpr(r.typeText(t))
	if err != nil {
		r.failures = append(r.failures, err)
		return ast.NewIdent("int")
	}
	return e
}
