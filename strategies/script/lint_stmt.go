package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// statement refuses what must not stand as a statement.
func (l *linter) statement(n ast.Stmt) {
	switch n := n.(type) {
	case *ast.GoStmt:
		l.refuse(n, "go", "go statement")
	case *ast.DeferStmt:
		l.refuse(n, "defer", "defer statement")
	case *ast.SendStmt:
		l.refuse(n, "channel", "send on a channel")
	case *ast.SelectStmt:
		l.refuse(n, "channel", "select statement")
	case *ast.BranchStmt:
		l.branch(n)
	case *ast.LabeledStmt:
		l.label(n)
	case *ast.ForStmt:
		l.forLoop(n)
	case *ast.RangeStmt:
		l.rangeLoop(n)
	case *ast.AssignStmt:
		l.assign(n)
	case *ast.ReturnStmt:
		l.results(n)
	case *ast.TypeSwitchStmt:
		l.refuse(n, "type-assert", "type switch")
	case *ast.SwitchStmt:
		if n.Tag != nil && isInterface(l.typeOf(n.Tag)) {
			l.refuse(n, "interface-compare", "switch on an interface")
		}
	case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.DeclStmt, *ast.EmptyStmt,
		*ast.ExprStmt, *ast.IfStmt, *ast.IncDecStmt:
	default:
		l.refuse(n, "unsupported", "this statement")
	}
}

func (l *linter) branch(n *ast.BranchStmt) {
	switch n.Tok {
	case token.GOTO:
		l.refuse(n, "goto", "goto statement")
	case token.FALLTHROUGH:
		l.refuse(n, "fallthrough", "fallthrough")
	}
}

// findGotos notes the labels of goto statements, whose labels need no finding of
// their own.
func (l *linter) findGotos(n ast.Node) bool {
	if b, ok := n.(*ast.BranchStmt); ok && b.Tok == token.GOTO && b.Label != nil {
		l.gotos[b.Label.Name] = true
	}
	return true
}

func (l *linter) label(n *ast.LabeledStmt) {
	switch n.Stmt.(type) {
	case *ast.ForStmt, *ast.RangeStmt:
	default:
		if l.gotos[n.Label.Name] {
			return
		}
		l.refuse(n, "label", "label %s is not on a loop", n.Label.Name)
	}
}

func (l *linter) forLoop(n *ast.ForStmt) {
	if n.Cond == nil && len(n.Body.List) == 0 {
		l.refuse(n, "empty-loop", "endless loop without a body")
	}
	if a, ok := n.Init.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
		l.headVariables(n, a.Lhs)
	}
}

func (l *linter) rangeLoop(n *ast.RangeStmt) {
	switch t := l.typeOf(n.X).Underlying().(type) {
	case *types.Slice, *types.Array:
	case *types.Map:
		if !l.library {
			l.refuse(n, "range-map", "range over a map")
		}
	case *types.Signature:
		l.refuse(n, "range-func", "range over a function")
	case *types.Chan:
		l.refuse(n, "channel", "range over a channel")
	case *types.Basic:
	default:
		l.refuse(n, "unsupported", "range over %s", types.TypeString(t, hostQualifier))
	}
}

// headVariables refuses a loop's variables that outlive their turn by what the
// condition or the post statement does with them.
func (l *linter) headVariables(loop *ast.ForStmt, list []ast.Expr) {
	for _, e := range list {
		id, ok := e.(*ast.Ident)
		v := l.info.Defs[id]
		if !ok || v == nil {
			continue
		}
		if loop.Cond != nil && l.held(v, loop.Cond) || loop.Post != nil && l.held(v, loop.Post) {
			l.refuse(loop, "loop-variable", "loop variable %s in a func literal, or its address, in the head of the loop", id.Name)
		}
	}
}

// root is the variable that holds the memory of an expression, nil when it lies
// behind a pointer, a slice or a map.
func (c *checker) root(x ast.Expr) *ast.Ident {
	for {
		switch e := x.(type) {
		case *ast.Ident:
			return e
		case *ast.ParenExpr:
			x = e.X
		case *ast.SelectorExpr:
			if _, ptr := c.typeOf(e.X).Underlying().(*types.Pointer); ptr {
				return nil
			}
			x = e.X
		case *ast.IndexExpr:
			if _, array := c.typeOf(e.X).Underlying().(*types.Array); !array {
				return nil
			}
			x = e.X
		default:
			return nil
		}
	}
}

func (l *linter) assign(n *ast.AssignStmt) {
	l.appended(n.Lhs, n.Rhs)
	if n.Tok == token.QUO_ASSIGN {
		l.zeroDivisor(n, n.Rhs[0])
	}
}

// results refuses a return of several values in which one uses a named result
// that another, further left, has changed by then.
func (l *linter) results(n *ast.ReturnStmt) {
	position := l.resultPositions()
	if len(n.Results) < 2 || len(position) == 0 {
		return
	}
	for i, e := range n.Results {
		ast.Inspect(e, func(m ast.Node) bool {
			id, ok := m.(*ast.Ident)
			if !ok {
				return true
			}
			j, named := position[l.info.Uses[id]]
			if same, _ := n.Results[j].(*ast.Ident); named && j < i && (same == nil || l.info.Uses[same] != l.info.Uses[id]) {
				l.refuse(n, "named-result", "return of several values that uses result %s", id.Name)
			}
			return true
		})
	}
}

// resultPositions are the named results of the function around the node at hand.
func (l *linter) resultPositions() map[types.Object]int {
	t := l.innermost()
	if t == nil || t.Results == nil {
		return nil
	}
	position := map[types.Object]int{}
	for _, f := range t.Results.List {
		for _, id := range f.Names {
			position[l.info.Defs[id]] = len(position)
		}
	}
	return position
}

// innermost is the type of the function around the node at hand.
func (l *linter) innermost() *ast.FuncType {
	for i := len(l.stack) - 1; i >= 0; i-- {
		switch f := l.stack[i].(type) {
		case *ast.FuncDecl:
			return f.Type
		case *ast.FuncLit:
			return f.Type
		}
	}
	return nil
}
