package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// findNonNil collects the pointer variables that hold what the host gave and are
// never assigned by the script: parameters of handlers, and package variables
// initialised by a declaration of the host.
func (r *rewriter) findNonNil() {
	for _, f := range r.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && isHandler(fn.Name.Name) {
				for v := range r.info.Defs[fn.Name].(*types.Func).Signature().Params().Variables() {
					r.nonNil[v] = true
				}
			}
		}
	}
	for _, in := range r.info.InitOrder {
		call, ok := ast.Unparen(in.Rhs).(*ast.CallExpr)
		if ok && len(in.Lhs) == 1 && fromHost(r.object(ast.Unparen(call.Fun))) && isHostPointer(in.Lhs[0].Type()) {
			r.nonNil[in.Lhs[0]] = true
		}
	}
	for _, f := range r.files {
		ast.Inspect(f, r.forgetAssigned)
	}
}

// forgetAssigned drops variables that the script writes or takes the address of.
// A host field that is written makes every pointer behind it doubtful; as those
// are few, the whole knowledge of the owner goes.
func (r *rewriter) forgetAssigned(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, x := range n.Lhs {
			r.forget(x)
		}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			r.forget(n.Key)
			r.forget(n.Value)
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			r.forget(n.X)
		}
	}
	return true
}

func (r *rewriter) forget(x ast.Expr) {
	if x == nil {
		return
	}
	if id, ok := ast.Unparen(x).(*ast.Ident); ok {
		delete(r.nonNil, r.info.Uses[id])
		return
	}
	if s, ok := ast.Unparen(x).(*ast.SelectorExpr); ok && isHostPointer(r.typeOf(s)) {
		clear(r.nonNil)
	}
}
