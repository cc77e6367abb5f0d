package script

import (
	"go/ast"
	"go/types"
)

// keeps refuses a func literal that uses an event of the handler around it and is
// assigned to what outlives the handler: it would read a later event. One that takes a
// way round through local variables is not found.
func (l *linter) keeps(f *ast.FuncLit) {
	if !f.Pos().IsValid() || !l.stored() {
		return
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		v, ok := l.info.Uses[id].(*types.Var)
		if !ok || v.Pos() >= f.Pos() && v.Pos() < f.End() {
			return true
		}
		if p, ok := v.Type().(*types.Pointer); ok && isEvent(p.Elem()) {
			l.refuse(id, "kept-event", "*%s %s in a func literal that outlives its handler", types.TypeString(p.Elem(), qualifier), id.Name)
			return false
		}
		return true
	})
}

// stored reports whether the value at hand is assigned, by itself, within a literal or
// by append, to a package variable or to what lies behind a pointer, a slice or a map.
func (l *linter) stored() bool {
	for i := len(l.stack) - 1; i > 0; i-- {
		switch n := l.stack[i-1].(type) {
		case *ast.ParenExpr, *ast.CompositeLit, *ast.KeyValueExpr, *ast.UnaryExpr:
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); !ok || id.Name != "append" || !l.info.Types[n.Fun].IsBuiltin() {
				return false
			}
		case *ast.AssignStmt:
			for k, e := range n.Rhs {
				if e == l.stack[i] {
					return len(n.Lhs) == len(n.Rhs) && l.lasting(n.Lhs[k])
				}
			}
			return false
		default:
			return false
		}
	}
	return false
}

// lasting reports whether the memory of an expression can outlive a handler.
func (l *linter) lasting(e ast.Expr) bool {
	id := l.root(e)
	if id == nil {
		return true
	}
	obj := l.object(id)
	return obj != nil && obj.Parent() == l.pkg.Scope()
}
