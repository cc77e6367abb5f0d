package script

import (
	"go/ast"
	"go/types"
)

// appended refuses y = append(x, ...): whether y and x then share memory depends on
// the capacity of x, which Go leaves open. Compiled, a slice that does not outlive its
// function has a larger one than interpreted.
func (l *linter) appended(targets, values []ast.Expr) {
	if len(targets) != len(values) {
		return
	}
	for i, v := range values {
		call, ok := ast.Unparen(v).(*ast.CallExpr)
		if !ok || len(call.Args) < 2 || !l.isAppend(call) {
			continue
		}
		from := ast.Unparen(call.Args[0])
		switch from.(type) {
		case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr:
			if !isNil(l.typeOf(from)) && types.ExprString(ast.Unparen(targets[i])) != types.ExprString(from) {
				l.refuse(call, "append-elsewhere", "append to %s, assigned to %s", types.ExprString(from), types.ExprString(targets[i]))
			}
		}
	}
}

func (l *linter) isAppend(call *ast.CallExpr) bool {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	return ok && id.Name == "append" && l.info.Types[id].IsBuiltin()
}
