package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// spread rewrites a statement that assigns several values at once, unless the
// interpreter is right about it, into statements that assign one each; nil = leave it.
// They are in the scope the statement was in.
func (p *plainer) spread(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return p.spreadAssign(s)
	case *ast.DeclStmt:
		if spec := onlyValueSpec(s); spec != nil && len(spec.Names) > 1 && len(spec.Values) > 1 && !p.allSimple(spec.Values) {
			return p.spreadVars(spec)
		}
	}
	return nil
}

func (p *plainer) spreadAssign(a *ast.AssignStmt) []ast.Stmt {
	switch {
	case len(a.Lhs) < 2:
		return nil
	case len(a.Rhs) == len(a.Lhs):
		if p.allSimple(a.Rhs) && (a.Tok == token.DEFINE || p.independent(a)) {
			return nil
		}
		return p.inTurn(a)
	case allNames(a.Lhs):
		return nil
	}
	return p.results(a)
}

func allNames(list []ast.Expr) bool {
	for _, x := range list {
		if _, ok := x.(*ast.Ident); !ok {
			return false
		}
	}
	return true
}

// inTurn is a, b = x, y in Go's own order: what the left side points at and the
// values are evaluated first, from left to right; then the assignments follow.
func (p *plainer) inTurn(a *ast.AssignStmt) []ast.Stmt {
	var first, then []ast.Stmt
	for i, x := range a.Lhs {
		a.Lhs[i] = p.location(x, &first)
	}
	for i, x := range a.Lhs {
		value := p.value(a.Rhs[i], &first)
		then = append(then, assignAt(x.Pos(), x, p.tokenFor(a, x), value))
	}
	return append(first, then...)
}

// tokenFor is := for the new names of a statement with :=, for others =.
func (p *plainer) tokenFor(a *ast.AssignStmt, x ast.Expr) token.Token {
	if id, ok := x.(*ast.Ident); ok && !isBlank(id) && a.Tok == token.DEFINE && p.info.Defs[id] != nil {
		return token.DEFINE
	}
	return token.ASSIGN
}

// value keeps a value in a hidden variable until it is assigned. Constants and nil,
// which have no type of their own, stay where they are.
func (p *plainer) value(x ast.Expr, first *[]ast.Stmt) ast.Expr {
	tv := p.info.Types[x]
	if tv.Value != nil || tv.IsNil() {
		return x
	}
	return p.keep(x, first)
}

func (p *plainer) keep(x ast.Expr, first *[]ast.Stmt) ast.Expr {
	name := p.fresh()
	*first = append(*first, assignAt(x.Pos(), nameAt(x.Pos(), name), token.DEFINE, x))
	return nameAt(x.Pos(), name)
}

// location keeps what a target depends on, its index or pointer, but not the target
// itself.
func (p *plainer) location(x ast.Expr, first *[]ast.Stmt) ast.Expr {
	switch e := ast.Unparen(x).(type) {
	case *ast.SelectorExpr:
		e.X = p.holder(e.X, first)
		return e
	case *ast.IndexExpr:
		e.X = p.holder(e.X, first)
		e.Index = p.value(e.Index, first)
		return e
	case *ast.StarExpr:
		e.X = p.keep(e.X, first)
		return e
	default:
		return e
	}
}

// holder is the memory a target lies in: a struct or an array is a place itself, a
// pointer, slice or map leads to one.
func (p *plainer) holder(x ast.Expr, first *[]ast.Stmt) ast.Expr {
	if o := p.object(x); o != nil {
		if _, isPackage := o.(*types.PkgName); isPackage {
			return x
		}
	}
	switch p.typeOf(x).Underlying().(type) {
	case *types.Struct, *types.Array:
		return p.location(x, first)
	}
	return p.keep(x, first)
}

// results is a, m[k] = f(), where the interpreter loses what is not a variable: the
// results go into hidden variables first.
func (p *plainer) results(a *ast.AssignStmt) []ast.Stmt {
	var first, then []ast.Stmt
	call := &ast.AssignStmt{TokPos: a.TokPos, Tok: token.DEFINE, Rhs: a.Rhs}
	hidden := false
	for _, x := range a.Lhs {
		if isBlank(x) {
			call.Lhs = append(call.Lhs, x)
			continue
		}
		x = p.location(x, &first)
		name := p.fresh()
		hidden = true
		call.Lhs = append(call.Lhs, nameAt(x.Pos(), name))
		then = append(then, assignAt(x.Pos(), x, token.ASSIGN, nameAt(x.Pos(), name)))
	}
	if !hidden {
		call.Tok = token.ASSIGN
	}
	return append(append(first, call), then...)
}

// spreadVars is var a, b T = x, y.
func (p *plainer) spreadVars(spec *ast.ValueSpec) []ast.Stmt {
	var first, then []ast.Stmt
	for i, id := range spec.Names {
		value := p.value(spec.Values[i], &first)
		one := &ast.ValueSpec{Names: []*ast.Ident{id}, Type: spec.Type, Values: []ast.Expr{value}}
		then = append(then, &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: id.Pos(), Tok: token.VAR, Specs: []ast.Spec{one}}})
	}
	return append(first, then...)
}

// allSimple reports whether the interpreter is right about several values at once.
func (c *checker) allSimple(values []ast.Expr) bool {
	for _, v := range values {
		if !c.simple(v) {
			return false
		}
	}
	return true
}

// simple reports whether a value is an operand without calls, functions,
// interfaces or pointers made on the spot.
func (c *checker) simple(e ast.Expr) bool {
	t := c.typeOf(e)
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

// independent reports whether no target of a parallel assignment uses a variable that
// the same statement assigns (i, a[i] = 1, 2), calls something, or is an interface.
func (c *checker) independent(n *ast.AssignStmt) bool {
	assigned := map[types.Object]bool{}
	for _, x := range n.Lhs {
		if isBlank(x) {
			continue
		}
		if id, ok := x.(*ast.Ident); ok {
			assigned[c.info.ObjectOf(id)] = true
		}
		if isInterface(c.typeOf(x)) {
			return false
		}
	}
	for _, x := range n.Lhs {
		if _, plain := x.(*ast.Ident); !plain && c.uses(x, assigned) {
			return false
		}
	}
	return true
}

// uses reports whether a target mentions an assigned variable or calls something.
func (c *checker) uses(x ast.Expr, vars map[types.Object]bool) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			found = found || vars[c.info.ObjectOf(n)]
		case *ast.CallExpr:
			found = true
		}
		return true
	})
	return found
}
