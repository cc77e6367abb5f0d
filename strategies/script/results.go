package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
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
