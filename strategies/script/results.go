package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/astutil"
)

// unnameResults makes plain variables of named results:
//
//	func sum(list []int) (n int) { ...; return }
//
// becomes
//
//	func sum(list []int) int { var n int; ...; return n }
//
// The interpreter keeps a named result in the caller's memory, in the very variable
// that it will be assigned to: there a second call from the same place finds what the
// first one left, and n = sum(list) changes n while sum still reads it. A plain return
// writes when all is computed.
func (r *rewriter) unnameResults() {
	for _, f := range r.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				r.unname(n.Type, n.Body)
			case *ast.FuncLit:
				r.unname(n.Type, n.Body)
			}
			return true
		})
	}
}

func (r *rewriter) unname(t *ast.FuncType, body *ast.BlockStmt) {
	if t.Results == nil || len(t.Results.List) == 0 || len(t.Results.List[0].Names) == 0 || body == nil {
		return
	}
	var fields []*ast.Field
	var first, last []ast.Stmt // a name that hides a type is declared when no other needs the type
	var names []string
	for _, field := range t.Results.List {
		for _, id := range field.Names {
			name := id.Name
			if name == "_" {
				name = fmt.Sprintf("Zz_n%d", len(names))
			}
			names = append(names, name)
			fields = append(fields, &ast.Field{Type: field.Type})
			if d := varOf(name, field.Type); r.hidesType(name) {
				last = append(last, d)
			} else {
				first = append(first, d)
			}
		}
	}
	t.Results.List = fields
	fillReturns(body, names)
	body.List = append(append(first, last...), body.List...)
}

// varOf is the declaration of a variable.
func varOf(name string, t ast.Expr) ast.Stmt {
	return &ast.DeclStmt{Decl: &ast.GenDecl{
		Tok: token.VAR, Specs: []ast.Spec{&ast.ValueSpec{Names: []*ast.Ident{ast.NewIdent(name)}, Type: t}},
	}}
}

func (r *rewriter) hidesType(name string) bool {
	_, o := r.pkg.Scope().LookupParent(name, token.NoPos)
	_, ok := o.(*types.TypeName)
	return ok
}

// fillReturns makes the bare returns of a function, not of the literals in it, name
// what they return.
func fillReturns(body *ast.BlockStmt, names []string) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) == 0 {
				for _, name := range names {
					n.Results = append(n.Results, ast.NewIdent(name))
				}
			}
		}
		return true
	})
}

// builtinsFirst takes calls of built-in functions out of returns of several values:
// the interpreter puts the value of each into the first result, whichever it is for.
//
//	return n, len(s)
//
// becomes
//
//	v := len(s); return n, v
//
// What else can do or panic at something is taken out with it, so that the order stays.
func (r *rewriter) builtinsFirst() {
	for _, f := range r.files {
		astutil.Apply(f, nil, func(c *astutil.Cursor) bool {
			s, ok := c.Node().(*ast.ReturnStmt)
			if !ok || len(s.Results) < 2 || !slices.ContainsFunc(s.Results, r.callsBuiltin) {
				return true
			}
			for i, x := range s.Results {
				if r.staysInReturn(x) {
					continue
				}
				name := fmt.Sprintf("Zz_o%d_%d", s.Pos(), i)
				c.InsertBefore(&ast.AssignStmt{
					Lhs: []ast.Expr{&ast.Ident{Name: name, NamePos: s.Pos()}}, Tok: token.DEFINE, Rhs: []ast.Expr{x},
				})
				s.Results[i] = &ast.Ident{Name: name, NamePos: s.Pos()}
			}
			return true
		})
	}
}

func (r *rewriter) callsBuiltin(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	return ok && r.info.Types[call].Value == nil && r.info.Types[ast.Unparen(call.Fun)].IsBuiltin()
}

// staysInReturn reports whether a result needs no variable: a name, a constant, a func
// literal, nil; or a comparison, which has no type of its own to give to one and cannot
// do anything unless it calls.
func (r *rewriter) staysInReturn(x ast.Expr) bool {
	x = ast.Unparen(x)
	switch x.(type) {
	case *ast.Ident, *ast.BasicLit, *ast.FuncLit:
		return true
	}
	tv := r.info.Types[x]
	_, named := tv.Type.(*types.Named)
	_, binary := x.(*ast.BinaryExpr)
	return tv.Value != nil || tv.IsNil() || named && binary
}
