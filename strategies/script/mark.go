package script

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// This file puts the marks that make a panic's line exact. The interpreter's own
// trace knows only the function, so a statement that can panic is preceded by an
// assignment of its place. Statements that cannot panic cost nothing.

// body marks the statements of a function and, separately, of the func literals
// in it. Constant declarations are dropped on the way.
func (r *rewriter) body(b *ast.BlockStmt, pos token.Pos) {
	if b == nil {
		return
	}
	p := r.fset.Position(pos)
	f := &marking{rewriter: r, id: len(r.marks)}
	r.marks = append(r.marks, marker{file: r.index[p.Filename], line: p.Line})
	// Literals first: marking moves statements about.
	for _, lit := range literals(b) {
		r.body(lit.Body, lit.Pos())
	}
	f.block(b)
}

// literals are the func literals directly in b, not those inside of others.
func literals(b *ast.BlockStmt) []*ast.FuncLit {
	var list []*ast.FuncLit
	ast.Inspect(b, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			list = append(list, lit)
			return false
		}
		return true
	})
	return list
}

// marking is one function being marked.
type marking struct {
	*rewriter
	id int
}

func (m *marking) block(b *ast.BlockStmt) { b.List = m.list(b.List) }

func (m *marking) list(in []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range in {
		if d, ok := s.(*ast.DeclStmt); ok && d.Decl.(*ast.GenDecl).Tok == token.CONST {
			continue
		}
		if m.header(s) {
			out = append(out, m.mark(s))
		}
		m.inside(s)
		out = append(out, m.inPlace(s))
	}
	return out
}

// inPlace makes v = T{...} assign into v. The interpreter would give v new
// memory, and pointers to v or to its fields would keep the old values:
//
//	{ tmp := T{...}; v = tmp }
func (m *marking) inPlace(s ast.Stmt) ast.Stmt {
	a, ok := s.(*ast.AssignStmt)
	if !ok || !m.structToVariable(a) {
		return s
	}
	tmp := ast.NewIdent("Zz_v")
	return &ast.BlockStmt{List: []ast.Stmt{
		&ast.AssignStmt{Lhs: []ast.Expr{tmp}, Tok: token.DEFINE, Rhs: a.Rhs},
		&ast.AssignStmt{Lhs: a.Lhs, Tok: token.ASSIGN, Rhs: []ast.Expr{tmp}},
	}}
}

// structToVariable reports whether a statement assigns a struct literal to a
// variable as a whole.
func (c *checker) structToVariable(a *ast.AssignStmt) bool {
	if a.Tok != token.ASSIGN || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
		return false
	}
	id, plain := ast.Unparen(a.Lhs[0]).(*ast.Ident)
	lit, literal := ast.Unparen(a.Rhs[0]).(*ast.CompositeLit)
	if !plain || !literal || id.Name == "_" {
		return false
	}
	_, ok := c.typeOf(lit).Underlying().(*types.Struct)
	return ok
}

// mark is the assignment of a statement's place.
func (m *marking) mark(n ast.Node) ast.Stmt {
	if l, ok := n.(*ast.LabeledStmt); ok {
		n = l.Stmt
	}
	p := m.fset.Position(n.Pos())
	value := strconv.Itoa(m.index[p.Filename]<<lineBits | p.Line)
	return &ast.AssignStmt{
		Lhs: []ast.Expr{ast.NewIdent(lineName(m.id))}, Tok: token.ASSIGN,
		Rhs: []ast.Expr{&ast.BasicLit{Kind: token.INT, Value: value}},
	}
}

// header reports whether what a statement evaluates before its blocks can panic.
func (m *marking) header(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		return m.header(s.Stmt)
	case *ast.IfStmt:
		return m.risky(s.Init) || m.risky(s.Cond)
	case *ast.ForStmt:
		return m.risky(s.Init)
	case *ast.RangeStmt:
		return m.risky(s.X)
	case *ast.SwitchStmt:
		return m.risky(s.Init) || m.risky(s.Tag) || m.riskyCases(s)
	case *ast.BlockStmt:
		return false
	}
	return m.risky(s)
}

func (m *marking) riskyCases(s *ast.SwitchStmt) bool {
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			if m.risky(e) {
				return true
			}
		}
	}
	return false
}

// inside marks the blocks of a statement.
func (m *marking) inside(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		m.inside(s.Stmt)
	case *ast.BlockStmt:
		m.block(s)
	case *ast.IfStmt:
		m.block(s.Body)
		m.otherwise(s)
	case *ast.ForStmt:
		m.loop(s)
	case *ast.RangeStmt:
		m.runes(s)
		m.block(s.Body)
	case *ast.SwitchStmt:
		for _, c := range s.Body.List {
			clause := c.(*ast.CaseClause)
			clause.Body = labelsInBlock(m.list(clause.Body))
		}
	}
}

// runes gives a range over a string both of its variables: with the index alone
// the interpreter counts characters, where Go counts bytes.
func (m *marking) runes(s *ast.RangeStmt) {
	b, ok := m.typeOf(s.X).Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsString == 0 || s.Value != nil && !isBlank(s.Value) {
		return
	}
	s.Tok, s.Value = token.DEFINE, ast.NewIdent("Zz_r")
	if s.Key == nil || isBlank(s.Key) {
		s.Key = ast.NewIdent("Zz_i")
	}
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// labelsInBlock puts a clause that declares labels into a block of its own: the
// interpreter finds labels in blocks only.
func labelsInBlock(list []ast.Stmt) []ast.Stmt {
	for _, s := range list {
		if _, ok := s.(*ast.LabeledStmt); ok {
			return []ast.Stmt{&ast.BlockStmt{List: list}}
		}
	}
	return list
}

// otherwise marks an else; a risky else-if becomes a block, so that its own
// line can be kept.
func (m *marking) otherwise(s *ast.IfStmt) {
	switch e := s.Else.(type) {
	case *ast.BlockStmt:
		m.block(e)
	case *ast.IfStmt:
		risky := m.header(e)
		m.inside(e)
		if risky {
			s.Else = &ast.BlockStmt{List: []ast.Stmt{m.mark(e), e}}
		}
	}
}

// loop marks a for statement. A condition or a post statement that can panic
// moves into the body, where its line can be kept on every turn:
//
//	for init; cond; post { body }
//
// becomes
//
//	for init; true; again = true { if again { again = false; post }; if !cond { break }; body }
func (m *marking) loop(s *ast.ForStmt) {
	m.block(s.Body)
	cond, post := s.Cond, s.Post
	riskyCond, riskyPost := cond != nil && m.risky(cond), post != nil && m.risky(post)
	if !riskyCond && !riskyPost {
		return
	}
	var front []ast.Stmt
	if riskyPost {
		front = append(front, m.postInside(s)...)
	}
	if cond != nil {
		leave := &ast.IfStmt{
			Cond: &ast.UnaryExpr{Op: token.NOT, X: cond},
			Body: &ast.BlockStmt{List: []ast.Stmt{&ast.BranchStmt{Tok: token.BREAK}}},
		}
		front = append(front, m.mark(s), leave)
		s.Cond = ast.NewIdent("true")
	}
	s.Body.List = append(front, s.Body.List...)
}

// postInside takes the post statement to the top of the body, skipped on the
// first turn.
func (m *marking) postInside(s *ast.ForStmt) []ast.Stmt {
	// A package variable would be shared by nested runs; recursion is refused,
	// so every loop runs once at a time and one variable each is enough.
	name := "Zz_again" + strconv.Itoa(m.hidden)
	m.hidden++
	m.extra = append(m.extra, name)
	post := s.Post
	s.Post = &ast.AssignStmt{
		Lhs: []ast.Expr{ast.NewIdent(name)}, Tok: token.ASSIGN, Rhs: []ast.Expr{ast.NewIdent("true")},
	}
	return []ast.Stmt{
		&ast.IfStmt{
			Cond: ast.NewIdent(name),
			Body: &ast.BlockStmt{List: []ast.Stmt{
				&ast.AssignStmt{Lhs: []ast.Expr{ast.NewIdent(name)}, Tok: token.ASSIGN, Rhs: []ast.Expr{ast.NewIdent("false")}},
				m.mark(s), post,
			}},
		},
	}
}
