package script

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
)

// plainer writes statements that the interpreter gets wrong or does not know in
// plainer words that mean the same. It runs on source that passed the lint; its
// result is type-checked again, so that what follows knows the types of every word.
//
// Every new node stands at the place of the one it comes from, which keeps the lines
// of panics right.
type plainer struct {
	*checker
	names int  // hidden variables made so far
	never bool // neverName is used
}

// plain rewrites every function of the script, func literals included, and checks the
// types anew.
func (c *checker) plain() error {
	p := &plainer{checker: c}
	p.logic()
	var bodies []*ast.BlockStmt
	for _, f := range c.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				bodies = append(bodies, n.Body)
			case *ast.FuncLit:
				bodies = append(bodies, n.Body)
			}
			return true
		})
	}
	for _, b := range bodies {
		p.block(b)
	}
	return c.recheck()
}

// recheck checks the types of source that was rewritten. What is merely unused does
// not matter any more; any other error is a fault of the rewriting.
func (c *checker) recheck() error {
	var first error
	c.info = newInfo()
	conf := types.Config{
		GoVersion: goVersion, Importer: allowed(), Sizes: types.SizesFor("gc", "amd64"),
		Error: func(err error) {
			if e, ok := err.(types.Error); first == nil && (!ok || !e.Soft) {
				first = err
			}
		},
	}
	c.pkg, _ = conf.Check(c.files[0].Name.Name, c.fset, c.files, c.info)
	if first == nil {
		return nil
	}
	if e, ok := first.(types.Error); ok {
		c.add(e.Pos, Error, "unsupported", "this cannot be rewritten for the interpreter: "+e.Msg, "write it in simpler words, and please report the script")
		return c.found
	}
	return first
}

// fresh names a hidden variable.
func (p *plainer) fresh() string {
	p.names++
	return fmt.Sprintf("Zz_t%d", p.names)
}

func (p *plainer) block(b *ast.BlockStmt) {
	if b != nil {
		b.List = p.list(b.List)
	}
}

func (p *plainer) list(in []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range in {
		if several := p.spread(s); several != nil {
			out = append(out, several...)
			continue
		}
		out = append(out, p.whole(s, nil))
	}
	return out
}

// whole rewrites a statement into one, a block when it takes several. label is the one
// it bears, and stays with the loop.
func (p *plainer) whole(s ast.Stmt, label *ast.LabeledStmt) ast.Stmt {
	if l, ok := s.(*ast.LabeledStmt); ok {
		return p.whole(l.Stmt, l)
	}
	before, s := p.inside(s, label)
	if label != nil {
		label.Stmt = s
		s = label
	}
	if len(before) == 0 {
		return s
	}
	return &ast.BlockStmt{Lbrace: s.Pos(), List: append(before, s), Rbrace: s.End()}
}

// inside rewrites what is in a statement and returns it with what must come before it,
// in a block with it.
func (p *plainer) inside(s ast.Stmt, label *ast.LabeledStmt) ([]ast.Stmt, ast.Stmt) {
	switch s := s.(type) {
	case *ast.BlockStmt:
		p.block(s)
	case *ast.IfStmt:
		p.block(s.Body)
		if s.Else != nil {
			s.Else = p.whole(s.Else, nil)
		}
		return p.head(&s.Init), s
	case *ast.SwitchStmt:
		for _, c := range s.Body.List {
			clause := c.(*ast.CaseClause)
			clause.Body = p.list(clause.Body)
		}
		return p.head(&s.Init), s
	case *ast.ForStmt:
		p.block(s.Body)
		return p.forLoop(s, label), s
	case *ast.RangeStmt:
		p.block(s.Body)
		if b, ok := p.typeOf(s.X).Underlying().(*types.Basic); ok && b.Info()&types.IsInteger != 0 {
			return p.countLoop(s)
		}
		p.rangeLoop(s)
		return p.stringLoop(s), s
	}
	return nil, s
}

// head takes the statement a head begins with out of it, when it must be rewritten.
func (p *plainer) head(init *ast.Stmt) []ast.Stmt {
	if *init == nil {
		return nil
	}
	before := p.spread(*init)
	if before == nil && p.assignsStruct(*init) {
		before = []ast.Stmt{*init}
	}
	if before != nil {
		*init = nil
	}
	return before
}

// assignsStruct reports whether a statement assigns a struct literal to a variable,
// which takes two statements for the interpreter.
func (p *plainer) assignsStruct(s ast.Stmt) bool {
	a, ok := s.(*ast.AssignStmt)
	return ok && p.structToVariable(a)
}

// Words of the new source, each at a place of the old.

func nameAt(pos token.Pos, name string) *ast.Ident { return &ast.Ident{NamePos: pos, Name: name} }

func assignAt(pos token.Pos, to ast.Expr, tok token.Token, value ast.Expr) *ast.AssignStmt {
	return &ast.AssignStmt{Lhs: []ast.Expr{to}, TokPos: pos, Tok: tok, Rhs: []ast.Expr{value}}
}

func numberAt(pos token.Pos, text string) ast.Expr {
	return &ast.BasicLit{ValuePos: pos, Kind: token.INT, Value: text}
}

// converted is a constant as a value of a type.
func (p *plainer) converted(t types.Type, x ast.Expr) ast.Expr {
	call := &ast.CallExpr{Fun: p.typeAt(x.Pos(), t), Lparen: x.Pos(), Args: []ast.Expr{x}, Rparen: x.End()}
	p.info.Types[call] = types.TypeAndValue{Type: t, Value: p.info.Types[x].Value}
	return call
}

// typeAt is a type as the script would write it.
func (c *checker) typeAt(pos token.Pos, t types.Type) ast.Expr {
	text := types.TypeString(t, func(p *types.Package) string {
		if p == c.pkg {
			return ""
		}
		return p.Name()
	})
	e, err := parser.ParseExpr(text)
	if err != nil {
		return nameAt(pos, text) // the check that follows refuses it
	}
	moveTo(e, pos)
	return e
}

// moveTo moves what was parsed elsewhere to a place of the script.
func moveTo(n ast.Node, pos token.Pos) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			n.NamePos = pos
		case *ast.BasicLit:
			n.ValuePos = pos
		case *ast.StarExpr:
			n.Star = pos
		case *ast.ArrayType:
			n.Lbrack = pos
		case *ast.MapType:
			n.Map = pos
		case *ast.FuncType:
			n.Func = pos
		case *ast.StructType:
			n.Struct = pos
		case *ast.InterfaceType:
			n.Interface = pos
		}
		return true
	})
}
