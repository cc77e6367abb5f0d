package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// risky reports whether evaluating n can panic. Func literals in n are values,
// they run elsewhere.
func (m *marking) risky(n ast.Node) bool {
	if n == nil {
		return false
	}
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if _, lit := n.(*ast.FuncLit); lit || found {
			return false
		}
		found = m.riskyNode(n)
		return !found
	})
	return found
}

func (m *marking) riskyNode(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IndexExpr:
		return m.riskyIndex(n)
	case *ast.SliceExpr:
		return true
	case *ast.BinaryExpr:
		return (n.Op == token.QUO || n.Op == token.REM) && m.riskyDivision(n.X, n.Y)
	case *ast.AssignStmt:
		return m.riskyAssign(n)
	case *ast.IncDecStmt:
		return m.isMapElement(n.X)
	case *ast.StarExpr:
		return !m.info.Types[n].IsType()
	case *ast.SelectorExpr:
		return m.throughPointer(n)
	case *ast.CallExpr:
		return m.riskyCall(n)
	}
	return false
}

func (m *marking) riskyAssign(n *ast.AssignStmt) bool {
	if n.Tok == token.QUO_ASSIGN || n.Tok == token.REM_ASSIGN {
		if m.riskyDivision(n.Lhs[0], n.Rhs[0]) {
			return true
		}
	}
	for _, x := range n.Lhs {
		if m.isMapElement(x) {
			return true
		}
	}
	return false
}

func (m *marking) isMapElement(x ast.Expr) bool {
	i, ok := ast.Unparen(x).(*ast.IndexExpr)
	if !ok {
		return false
	}
	_, isMap := m.typeOf(i.X).Underlying().(*types.Map)
	return isMap
}

func (m *marking) riskyIndex(n *ast.IndexExpr) bool {
	switch m.typeOf(n.X).Underlying().(type) {
	case *types.Map:
		return false
	case *types.Array:
		return !m.isConst(n.Index)
	}
	return true
}

func (m *marking) riskyDivision(x, y ast.Expr) bool {
	b, ok := m.typeOf(x).Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0 && !m.isConst(y)
}

// riskyCall holds for every call that leaves the function, for they may panic
// inside, and for the built-in functions that can.
func (m *marking) riskyCall(n *ast.CallExpr) bool {
	fun := ast.Unparen(n.Fun)
	tv := m.info.Types[fun]
	if tv.IsType() {
		return false
	}
	if !tv.IsBuiltin() {
		return true
	}
	id, ok := fun.(*ast.Ident)
	return !ok || id.Name == "panic" || id.Name == "make"
}

// throughPointer reports whether a selector follows a pointer that may be nil.
func (m *marking) throughPointer(n *ast.SelectorExpr) bool {
	s := m.info.Selections[n]
	if s == nil {
		return false
	}
	if _, ptr := s.Recv().Underlying().(*types.Pointer); !ptr {
		return s.Indirect() && s.Kind() == types.FieldVal
	}
	return !m.certain(n.X)
}

// certain reports whether a pointer cannot be nil: a handler's parameter, a line
// or bars declared by the host, or a pointer the host keeps in one of those.
func (m *marking) certain(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return m.nonNil[m.info.Uses[e]]
	case *ast.SelectorExpr:
		s := m.info.Selections[e]
		return s != nil && isHostPointer(s.Recv()) && isHostPointer(s.Type()) && m.certain(e.X)
	}
	return false
}

func isHostPointer(t types.Type) bool {
	p, ok := t.Underlying().(*types.Pointer)
	return ok && isHost(p.Elem())
}
