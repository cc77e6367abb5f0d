package script

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/astutil"
)

// neverName is a variable that is always false; it stands for a constant where the
// interpreter cannot have one.
const neverName = "Zz_false"

// logic makes conditions plain:
//
//	switch { case a, b: }   switch { case a || b: }
//	x == true, x && false   x, x && never
//	len(T{1}) > 0 || x      len(func() T { return T{1} }()) > 0 || x
//
// The interpreter takes neither branch when a case of a switch without a tag lists
// several conditions, takes a constant operand for the whole condition, and fails on a
// composite literal inside && and ||.
func (p *plainer) logic() {
	for _, f := range p.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SwitchStmt); ok && s.Tag == nil {
				for _, clause := range s.Body.List {
					p.joinCase(clause.(*ast.CaseClause))
				}
			}
			return true
		})
		p.literalOperands(f)
		astutil.Apply(f, nil, p.ownType)
		astutil.Apply(f, nil, p.constOperand)
	}
	if p.never {
		p.declareNever()
	}
}

// ownType leaves out the conversion of a pointer to the type that it has.
func (p *plainer) ownType(c *astutil.Cursor) bool {
	e, ok := c.Node().(*ast.CallExpr)
	if !ok || len(e.Args) != 1 || !p.info.Types[e.Fun].IsType() {
		return true
	}
	if _, pointer := p.typeOf(e).Underlying().(*types.Pointer); pointer && types.Identical(p.typeOf(e), p.typeOf(e.Args[0])) {
		c.Replace(&ast.ParenExpr{Lparen: e.Pos(), X: e.Args[0], Rparen: e.End()})
	}
	return true
}

// constOperand takes constants out of conditions that are not constant as a whole.
func (p *plainer) constOperand(c *astutil.Cursor) bool {
	e, ok := c.Node().(*ast.BinaryExpr)
	if !ok || p.isConst(e) || !isBool(p.typeOf(e.X)) || !isBool(p.typeOf(e.Y)) {
		return true
	}
	x, y := p.truth(e.X), p.truth(e.Y)
	switch e.Op {
	case token.LAND, token.LOR:
		if x != nil || y != nil {
			c.Replace(p.shortened(e, x, y))
		}
	case token.EQL, token.NEQ:
		if x != nil {
			c.Replace(p.compared(e.Y, *x == (e.Op == token.EQL)))
		} else if y != nil {
			c.Replace(p.compared(e.X, *y == (e.Op == token.EQL)))
		}
	}
	return true
}

// truth is the value of a constant condition; nil = it is not constant.
func (p *plainer) truth(e ast.Expr) *bool {
	v := p.info.Types[e].Value
	if v == nil || v.Kind() != constant.Bool {
		return nil
	}
	b := constant.BoolVal(v)
	return &b
}

// shortened is a && or || with a constant operand. What stands left of a constant is
// evaluated all the same.
func (p *plainer) shortened(e *ast.BinaryExpr, x, y *bool) ast.Expr {
	decides := e.Op == token.LOR // the value that settles the matter
	switch {
	case x != nil && *x == decides:
		return nameAt(e.Pos(), map[bool]string{true: "true", false: "false"}[decides])
	case x != nil:
		return e.Y
	case *y != decides:
		return e.X
	}
	p.never = true
	var never ast.Expr = nameAt(e.Y.Pos(), neverName)
	if decides {
		never = &ast.UnaryExpr{OpPos: e.Y.Pos(), Op: token.NOT, X: never}
	}
	e.Y = never
	return e
}

func (p *plainer) compared(x ast.Expr, same bool) ast.Expr {
	if same {
		return x
	}
	return &ast.UnaryExpr{OpPos: x.Pos(), Op: token.NOT, X: &ast.ParenExpr{Lparen: x.Pos(), X: x, Rparen: x.End()}}
}

func (p *plainer) declareNever() {
	spec := &ast.ValueSpec{Names: []*ast.Ident{ast.NewIdent(neverName)}, Type: ast.NewIdent("bool")}
	p.files = append(p.files, &ast.File{
		Name:  ast.NewIdent(p.files[0].Name.Name),
		Decls: []ast.Decl{&ast.GenDecl{Tok: token.VAR, Specs: []ast.Spec{spec}}},
	})
}

// literalOperands wraps the composite literals inside && and || in calls.
func (p *plainer) literalOperands(f *ast.File) {
	wrap := map[ast.Node]bool{}
	var stack []ast.Node
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if lit, ok := n.(*ast.CompositeLit); ok && insideLogic(stack) {
			wrap[lit] = true
		}
		return true
	})
	if len(wrap) == 0 {
		return
	}
	astutil.Apply(f, nil, func(c *astutil.Cursor) bool {
		e, ok := c.Node().(ast.Expr)
		if !ok || e == nil {
			return true
		}
		if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND && wrap[ast.Unparen(u.X)] {
			c.Replace(p.made(u))
		} else if wrap[e] && !addressed(c.Parent()) {
			c.Replace(p.made(e))
		}
		return true
	})
}

// addressed reports whether a literal below a node is wrapped with its &.
func addressed(parent ast.Node) bool {
	u, ok := parent.(*ast.UnaryExpr)
	return ok && u.Op == token.AND
}

// insideLogic reports whether the last node is an operand of && or || in its function,
// and not inside another literal.
func insideLogic(stack []ast.Node) bool {
	for i := len(stack) - 2; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.CompositeLit, *ast.FuncLit:
			return false
		case *ast.BinaryExpr:
			if n.Op == token.LAND || n.Op == token.LOR {
				return true
			}
		}
	}
	return false
}

// made is func() T { return x }().
func (p *plainer) made(x ast.Expr) ast.Expr {
	at := x.Pos()
	lit := &ast.FuncLit{
		Type: &ast.FuncType{Func: at, Params: &ast.FieldList{}, Results: &ast.FieldList{List: []*ast.Field{{Type: p.typeAt(at, p.typeOf(x))}}}},
		Body: &ast.BlockStmt{Lbrace: at, List: []ast.Stmt{&ast.ReturnStmt{Return: at, Results: []ast.Expr{x}}}, Rbrace: at},
	}
	call := &ast.CallExpr{Fun: lit, Lparen: at, Rparen: at}
	p.info.Types[call] = types.TypeAndValue{Type: p.typeOf(x)}
	return call
}
