package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// fits reports whether a function can be moved: all turns of the loop share one
// frame, so nothing may outlive a turn that holds on to a variable of it, and
// nobody else may call the function.
func (m *mover) fits(fn *ast.FuncDecl) bool {
	sig, ok := m.info.Defs[fn.Name].Type().(*types.Signature)
	if !ok || sig.Results().Len() > 0 || sig.TypeParams().Len() > 0 || sig.Variadic() || m.used(m.info.Defs[fn.Name]) {
		return false
	}
	fits := true
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		fits = fits && m.fit(n)
		return fits
	})
	return fits
}

// used reports whether anything refers to a function, be it to call it.
func (m *mover) used(f types.Object) bool {
	for _, o := range m.info.Uses {
		if o == f {
			return true
		}
	}
	return false
}

// fit reports whether a node can be in the loop, what is below it aside. It lists
// what can: what the language gains later stays out until it is looked at.
func (m *mover) fit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BranchStmt:
		return n.Tok != token.GOTO
	case *ast.GenDecl:
		return n.Tok == token.VAR
	case *ast.UnaryExpr:
		return n.Op != token.AND && n.Op != token.ARROW
	case *ast.SelectorExpr:
		s := m.info.Selections[n]
		return s == nil || s.Kind() == types.FieldVal || s.Kind() == types.MethodVal && !m.addressesLocal(n, s)
	case *ast.SliceExpr:
		_, array := m.info.TypeOf(n.X).Underlying().(*types.Array)
		return !array || !m.isLocal(n.X)
	case *ast.CallExpr:
		return !m.isNew(n)
	case nil, *ast.BlockStmt, *ast.AssignStmt, *ast.IncDecStmt, *ast.ExprStmt, *ast.DeclStmt, *ast.EmptyStmt,
		*ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.CaseClause, *ast.LabeledStmt, *ast.ReturnStmt,
		*ast.ValueSpec, *ast.Ident, *ast.BasicLit, *ast.CompositeLit, *ast.KeyValueExpr, *ast.ParenExpr,
		*ast.BinaryExpr, *ast.IndexExpr, *ast.StarExpr, *ast.ArrayType, *ast.MapType, *ast.Ellipsis:
		return true
	}
	return false
}

// addressesLocal reports whether a method call takes the address of a local.
func (m *mover) addressesLocal(n *ast.SelectorExpr, s *types.Selection) bool {
	recv := s.Obj().(*types.Func).Signature().Recv()
	if _, pointer := recv.Type().Underlying().(*types.Pointer); !pointer {
		return false
	}
	_, already := m.info.TypeOf(n.X).Underlying().(*types.Pointer)
	return !already && m.isLocal(n.X)
}

// isLocal reports whether an expression is a local variable or part of one. What
// lies behind a pointer counts as part: the answer errs towards plain.
func (m *mover) isLocal(e ast.Expr) bool {
	id := rootOf(e)
	return id == nil || m.info.Uses[id] == nil || m.info.Uses[id].Parent() != m.pkg.Scope()
}

func (m *mover) isNew(call *ast.CallExpr) bool {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := m.info.Uses[id].(*types.Builtin)
	return ok && (b.Name() == "new" || b.Name() == "recover")
}
