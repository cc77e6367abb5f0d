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
	if n.Init != nil && n.Cond == nil && n.Post == nil {
		l.refuse(n, "for-init", "for with only an initial statement")
	}
	if n.Cond == nil && len(n.Body.List) == 0 {
		l.refuse(n, "empty-loop", "endless loop without a body")
	}
	if a, ok := n.Init.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
		l.loopVariables(n, a.Lhs...)
	}
}

func (l *linter) rangeLoop(n *ast.RangeStmt) {
	if n.Tok == token.ASSIGN {
		l.refuse(n, "range-assign", "range with =")
	} else {
		l.loopVariables(n, n.Key, n.Value)
	}
	switch t := l.typeOf(n.X).Underlying().(type) {
	case *types.Slice, *types.Array:
	case *types.Map:
		l.refuse(n, "range-map", "range over a map")
	case *types.Signature:
		l.refuse(n, "range-func", "range over a function")
	case *types.Chan:
		l.refuse(n, "channel", "range over a channel")
	case *types.Basic:
		if t.Info()&types.IsInteger != 0 {
			l.refuse(n, "range-int", "range over a whole number")
		}
	default:
		l.refuse(n, "unsupported", "range over %s", types.TypeString(t, hostQualifier))
	}
}

// loopVariables refuses a loop's variables inside func literals and behind &.
func (l *linter) loopVariables(loop ast.Node, list ...ast.Expr) {
	vars := map[types.Object]bool{}
	for _, e := range list {
		if id, ok := e.(*ast.Ident); ok && l.info.Defs[id] != nil {
			vars[l.info.Defs[id]] = true
		}
	}
	if len(vars) == 0 {
		return
	}
	ast.Inspect(loop, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			l.captured(n, vars)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				l.addressed(n, n.X, vars)
			}
		case *ast.SliceExpr:
			if _, array := l.typeOf(n.X).Underlying().(*types.Array); array {
				l.addressed(n, n.X, vars)
			}
		case *ast.SelectorExpr:
			l.addressedReceiver(n, vars)
		}
		return true
	})
}

func (l *linter) captured(lit *ast.FuncLit, vars map[types.Object]bool) {
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && vars[l.info.Uses[id]] {
			l.refuse(id, "loop-variable", "loop variable %s in a func literal", id.Name)
		}
		return true
	})
}

// addressed refuses &v, &v.field, &v[i] for a loop variable v that is a struct
// or an array itself.
func (l *linter) addressed(at ast.Node, x ast.Expr, vars map[types.Object]bool) {
	if id := l.root(x); id != nil && vars[l.info.Uses[id]] {
		l.refuse(at, "loop-variable", "address of loop variable %s", id.Name)
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

func (l *linter) addressedReceiver(n *ast.SelectorExpr, vars map[types.Object]bool) {
	s := l.info.Selections[n]
	if s == nil || s.Kind() != types.MethodVal {
		return
	}
	sig, ok := s.Obj().Type().(*types.Signature)
	if !ok || sig.Recv() == nil {
		return
	}
	if _, ptr := sig.Recv().Type().(*types.Pointer); !ptr {
		return
	}
	if _, ptr := s.Recv().Underlying().(*types.Pointer); !ptr {
		l.addressed(n, n.X, vars)
	}
}

func (l *linter) assign(n *ast.AssignStmt) {
	if shifts[n.Tok] {
		l.shift(n, n.Rhs[0])
	}
	if n.Tok == token.QUO_ASSIGN {
		l.zeroDivisor(n, n.Rhs[0])
	}
	if l.structToVariable(n) {
		switch l.parent(1).(type) {
		case *ast.BlockStmt, *ast.CaseClause:
		default:
			l.refuse(n, "unsupported", "a struct literal assigned in the head of a statement")
		}
	}
	switch {
	case len(n.Lhs) > 1 && len(n.Rhs) == len(n.Lhs):
		l.parallel(n, n.Rhs)
		if n.Tok == token.ASSIGN {
			l.independent(n)
		}
	case len(n.Lhs) > 1:
		for _, x := range n.Lhs {
			if _, ok := x.(*ast.Ident); !ok {
				l.refuse(x, "assign-target", "one of several results is assigned to something else than a variable")
			}
		}
	}
}

// parallel refuses a, b = x, y unless every value is simple.
func (l *linter) parallel(n ast.Node, values []ast.Expr) {
	for _, v := range values {
		if !l.simple(v) {
			l.refuse(n, "assign-many", "several assignments in one")
			return
		}
	}
}

// simple reports whether a value is an operand without calls, functions,
// interfaces or pointers made on the spot.
func (l *linter) simple(e ast.Expr) bool {
	t := l.typeOf(e)
	if isInterface(t) || isNil(t) {
		return false
	}
	if _, fn := t.Underlying().(*types.Signature); fn {
		return false
	}
	ok := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr, *ast.FuncLit, *ast.CompositeLit:
			ok = false
		case *ast.UnaryExpr:
			ok = ok && n.Op != token.AND
		}
		return ok
	})
	return ok
}

// independent refuses a parallel assignment whose targets use a variable that
// the same statement assigns (i, a[i] = 1, 2), or that are interfaces.
func (l *linter) independent(n *ast.AssignStmt) {
	assigned := map[types.Object]bool{}
	for _, x := range n.Lhs {
		if id, ok := x.(*ast.Ident); ok {
			assigned[l.info.ObjectOf(id)] = true
		}
		if id, ok := x.(*ast.Ident); ok && id.Name == "_" {
			continue
		}
		if isInterface(l.typeOf(x)) {
			l.refuse(n, "assign-many", "several assignments in one")
			return
		}
	}
	for _, x := range n.Lhs {
		if _, plain := x.(*ast.Ident); plain {
			continue
		}
		if l.uses(x, assigned) {
			l.refuse(n, "assign-many", "several assignments in one")
			return
		}
	}
}

// uses reports whether a target mentions an assigned variable or calls something.
func (l *linter) uses(x ast.Expr, vars map[types.Object]bool) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			found = found || vars[l.info.ObjectOf(n)]
		case *ast.CallExpr:
			found = true
		}
		return true
	})
	return found
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
