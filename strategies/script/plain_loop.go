package script

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/astutil"
)

// rangeLoop makes range loops that assign to what exists already plain:
//
//	for x.a, b = range list { ... }
//
// becomes
//
//	for k, v := range list { x.a = k; b = v; ... }
//
// A variable that the body changes, or that lives longer than its turn because a func
// literal or a pointer holds it, is a copy made in the body:
//
//	for k, v := range list { i := k; ... }
func (p *plainer) rangeLoop(s *ast.RangeStmt) {
	var front []ast.Stmt
	if s.Tok == token.ASSIGN {
		front = p.rangeTargets(s)
	} else {
		front = append(front, p.turnCopy(&s.Key, s.Body)...)
		front = append(front, p.turnCopy(&s.Value, s.Body)...)
	}
	s.Body.List = append(front, s.Body.List...)
}

// countLoop makes a range over a whole number a loop of three clauses:
//
//	for i := range n { ... }
//
// becomes
//
//	lim := n; for i := 0; i < lim; i++ { ... }
func (p *plainer) countLoop(s *ast.RangeStmt) ([]ast.Stmt, ast.Stmt) {
	if t := p.typeOf(s.X); p.isConst(s.X) && t != types.Typ[types.Int] {
		s.X = p.converted(t, s.X) // a bare number would be an int again
	}
	p.rangeLoop(s)
	at := s.For
	if s.Key == nil || isBlank(s.Key) {
		s.Key = nameAt(at, p.fresh())
	}
	name := s.Key.(*ast.Ident).Name
	var before []ast.Stmt
	limit := func() ast.Expr { return s.X }
	if p.info.Types[s.X].Value == nil {
		hidden := p.fresh()
		limit = func() ast.Expr { return nameAt(s.X.Pos(), hidden) }
		before = append(before, assignAt(s.X.Pos(), limit(), token.DEFINE, s.X))
	}
	return before, &ast.ForStmt{
		For: at, Init: assignAt(at, s.Key, token.DEFINE, p.zeroLike(s.X, limit)),
		Cond: &ast.BinaryExpr{X: nameAt(at, name), OpPos: at, Op: token.LSS, Y: limit()},
		Post: &ast.IncDecStmt{X: nameAt(at, name), TokPos: at, Tok: token.INC}, Body: s.Body,
	}
}

// zeroLike is 0 of the type of an expression, without naming the type, which may have
// no name here.
func (p *plainer) zeroLike(x ast.Expr, again func() ast.Expr) ast.Expr {
	if p.typeOf(x) == types.Typ[types.Int] {
		return numberAt(x.Pos(), "0")
	}
	return &ast.BinaryExpr{X: again(), OpPos: x.Pos(), Op: token.SUB, Y: again()}
}

// rangeTargets declares variables for the loop and assigns them where the source says.
func (p *plainer) rangeTargets(s *ast.RangeStmt) []ast.Stmt {
	many := &ast.AssignStmt{TokPos: s.TokPos, Tok: token.ASSIGN}
	for _, e := range []*ast.Expr{&s.Key, &s.Value} {
		if *e == nil || isBlank(*e) {
			continue
		}
		name := p.fresh()
		many.Lhs = append(many.Lhs, *e)
		many.Rhs = append(many.Rhs, nameAt((*e).Pos(), name))
		*e = nameAt((*e).Pos(), name)
	}
	if len(many.Lhs) == 0 {
		s.Key, s.Value, s.Tok = nil, nil, token.ILLEGAL
		return nil
	}
	s.Tok = token.DEFINE
	if len(many.Lhs) == 1 {
		return []ast.Stmt{many}
	}
	return p.inTurn(many)
}

// turnCopy gives a turn its own copy of a loop variable that needs one, and the loop
// a hidden variable instead.
func (p *plainer) turnCopy(e *ast.Expr, body *ast.BlockStmt) []ast.Stmt {
	id, ok := (*e).(*ast.Ident)
	if !ok || p.info.Defs[id] == nil {
		return nil
	}
	if v := p.info.Defs[id]; !p.held(v, body) && !p.changed(v, body) {
		return nil
	}
	hidden := p.fresh()
	*e = nameAt(id.Pos(), hidden)
	return []ast.Stmt{assignAt(id.Pos(), id, token.DEFINE, nameAt(id.Pos(), hidden))}
}

// held reports whether a variable can live on after its turn: a func literal uses it,
// or its address is taken.
func (c *checker) held(v types.Object, in ast.Node) bool {
	found := false
	ast.Inspect(in, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			found = found || c.mentions(n, v)
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND && c.rootIs(n.X, v)
		case *ast.SliceExpr:
			_, array := c.typeOf(n.X).Underlying().(*types.Array)
			found = found || array && c.rootIs(n.X, v)
		case *ast.SelectorExpr:
			found = found || c.addressesReceiver(n) && c.rootIs(n.X, v)
		}
		return !found
	})
	return found
}

func (c *checker) mentions(in ast.Node, v types.Object) bool {
	found := false
	ast.Inspect(in, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && c.info.Uses[id] == v
		return !found
	})
	return found
}

func (c *checker) rootIs(x ast.Expr, v types.Object) bool {
	id := c.root(x)
	return id != nil && c.info.Uses[id] == v
}

// addressesReceiver reports whether a selector is a method called with the address of
// a variable.
func (c *checker) addressesReceiver(n *ast.SelectorExpr) bool {
	s := c.info.Selections[n]
	if s == nil || s.Kind() != types.MethodVal {
		return false
	}
	sig, ok := s.Obj().Type().(*types.Signature)
	if !ok || sig.Recv() == nil {
		return false
	}
	_, method := sig.Recv().Type().(*types.Pointer)
	_, pointer := s.Recv().Underlying().(*types.Pointer)
	return method && !pointer
}

// changed reports whether a node assigns to a variable or into it.
func (c *checker) changed(v types.Object, in ast.Node) bool {
	found := false
	ast.Inspect(in, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				found = found || c.rootIs(x, v)
			}
		case *ast.IncDecStmt:
			found = found || c.rootIs(n.X, v)
		case *ast.RangeStmt:
			found = found || n.Key != nil && c.rootIs(n.Key, v) || n.Value != nil && c.rootIs(n.Value, v)
		}
		return !found
	})
	return found
}

// forLoop makes a loop of three clauses plain. A variable that lives longer than its
// turn is a copy made in the body, written back at the end of the turn when the body
// can change it:
//
//	for k := 0; k < n; k++ { i := k; ...; k = i }
func (p *plainer) forLoop(s *ast.ForStmt, label *ast.LabeledStmt) []ast.Stmt {
	p.turnVariables(s, label)
	before := p.head(&s.Init)
	if s.Post != nil {
		before = append(before, p.post(s)...)
	}
	// The interpreter would run an initial statement that stands alone on every turn.
	if s.Init != nil && s.Cond == nil && s.Post == nil {
		before = append(before, s.Init)
		s.Init = nil
	}
	return before
}

func (p *plainer) turnVariables(s *ast.ForStmt, label *ast.LabeledStmt) {
	a, ok := s.Init.(*ast.AssignStmt)
	if !ok || a.Tok != token.DEFINE {
		return
	}
	var front, back []ast.Stmt
	for i, e := range a.Lhs {
		id, ok := e.(*ast.Ident)
		v := p.info.Defs[id]
		if !ok || v == nil || !p.held(v, s.Body) {
			continue
		}
		hidden := p.fresh()
		a.Lhs[i] = nameAt(id.Pos(), hidden)
		p.rename(v, hidden, s.Cond)
		p.rename(v, hidden, s.Post)
		front = append(front, assignAt(id.Pos(), id, token.DEFINE, nameAt(id.Pos(), hidden)))
		back = append(back, assignAt(id.Pos(), nameAt(id.Pos(), hidden), token.ASSIGN, nameAt(id.Pos(), id.Name)))
	}
	if len(front) == 0 {
		return
	}
	beforeContinue(s.Body, label, back)
	s.Body.List = append(append(front, s.Body.List...), copies(back)...)
}

// rename gives the uses of a variable another name.
func (p *plainer) rename(v types.Object, name string, in ast.Node) {
	if in == nil || in == ast.Stmt(nil) || in == ast.Expr(nil) {
		return
	}
	ast.Inspect(in, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && p.info.Uses[id] == v {
			id.Name = name
		}
		return true
	})
}

// beforeContinue puts statements before every continue that goes on with this loop.
func beforeContinue(body *ast.BlockStmt, label *ast.LabeledStmt, list []ast.Stmt) {
	depth := 0
	astutil.Apply(body, func(c *astutil.Cursor) bool {
		switch n := c.Node().(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt, *ast.RangeStmt:
			depth++
		case *ast.BranchStmt:
			own := n.Label == nil && depth == 0 || n.Label != nil && label != nil && n.Label.Name == label.Label.Name
			if n.Tok == token.CONTINUE && own {
				c.Replace(&ast.BlockStmt{Lbrace: n.Pos(), List: append(copies(list), n), Rbrace: n.End()})
				return false
			}
		}
		return true
	}, func(c *astutil.Cursor) bool {
		switch c.Node().(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			depth--
		}
		return true
	})
}

// copies makes new nodes of a = b statements: a node stands in one place only.
func copies(list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range list {
		a := s.(*ast.AssignStmt)
		to, from := *a.Lhs[0].(*ast.Ident), *a.Rhs[0].(*ast.Ident)
		out = append(out, assignAt(a.TokPos, &to, a.Tok, &from))
	}
	return out
}

// post takes a post statement that must be rewritten to the top of the body, where
// the first turn leaves it out:
//
//	again := false
//	for { if again { post }; again = true; if !cond { break }; body }
func (p *plainer) post(s *ast.ForStmt) []ast.Stmt {
	list := p.head(&s.Post)
	if list == nil {
		return nil
	}
	var before []ast.Stmt
	if s.Init != nil {
		before = append(before, s.Init)
		s.Init = nil
	}
	at, again := s.For, p.fresh()
	before = append(before, assignAt(at, nameAt(at, again), token.DEFINE, nameAt(at, "false")))
	front := []ast.Stmt{
		&ast.IfStmt{If: at, Cond: nameAt(at, again), Body: &ast.BlockStmt{Lbrace: at, List: list, Rbrace: at}},
		assignAt(at, nameAt(at, again), token.ASSIGN, nameAt(at, "true")),
	}
	if s.Cond != nil {
		leave := &ast.BranchStmt{TokPos: at, Tok: token.BREAK}
		front = append(front, &ast.IfStmt{
			If: at, Cond: &ast.UnaryExpr{OpPos: s.Cond.Pos(), Op: token.NOT, X: &ast.ParenExpr{Lparen: s.Cond.Pos(), X: s.Cond, Rparen: s.Cond.End()}},
			Body: &ast.BlockStmt{Lbrace: at, List: []ast.Stmt{leave}, Rbrace: at},
		})
		s.Cond = nil
	}
	s.Body.List = append(front, s.Body.List...)
	return before
}
