package script

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"unicode/utf8"
)

// stringLoop counts the bytes itself in a range over a string that uses the index: the
// interpreter takes the three bytes of the replacement character for every byte that is
// not UTF-8.
//
//	for i, r := range s { ... }
//
// becomes
//
//	text, next := s, 0
//	for _, r := range text { i := next; next += the bytes of r; ... }
func (p *plainer) stringLoop(s *ast.RangeStmt) []ast.Stmt {
	b, ok := p.typeOf(s.X).Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsString == 0 || s.Key == nil || isBlank(s.Key) {
		return nil
	}
	if v := p.info.Types[s.X].Value; v != nil && utf8.ValidString(constant.StringVal(v)) {
		return nil
	}
	at, text, next := s.For, p.fresh(), p.fresh()
	before := []ast.Stmt{
		assignAt(at, nameAt(at, text), token.DEFINE, s.X),
		assignAt(at, nameAt(at, next), token.DEFINE, numberAt(at, "0")),
	}
	key := s.Key
	s.X, s.Key = nameAt(at, text), nameAt(at, "_")
	if s.Value == nil || isBlank(s.Value) {
		s.Value = nameAt(at, p.fresh())
	}
	value := s.Value.(*ast.Ident).Name
	front := []ast.Stmt{assignAt(at, key, token.DEFINE, nameAt(at, next)), runeBytes(at, text, next, value)}
	s.Body.List = append(front, s.Body.List...)
	return before
}

// runeBytes moves next past a rune:
//
//	if r != 0xfffd { next += len(string(r)) } else if it is written there { next += 3 } else { next++ }
func runeBytes(at token.Pos, text, next, value string) ast.Stmt {
	call := func(name string, x ast.Expr) ast.Expr {
		return &ast.CallExpr{Fun: nameAt(at, name), Lparen: at, Args: []ast.Expr{x}, Rparen: at}
	}
	compare := func(x ast.Expr, op token.Token, y ast.Expr) ast.Expr {
		return &ast.BinaryExpr{X: x, OpPos: at, Op: op, Y: y}
	}
	block := func(s ast.Stmt) *ast.BlockStmt { return &ast.BlockStmt{Lbrace: at, List: []ast.Stmt{s}, Rbrace: at} }
	left := compare(call("len", nameAt(at, text)), token.SUB, nameAt(at, next))
	three := &ast.SliceExpr{X: nameAt(at, text), Lbrack: at, Low: nameAt(at, next), High: compare(nameAt(at, next), token.ADD, numberAt(at, "3")), Rbrack: at}
	return &ast.IfStmt{
		If: at, Cond: compare(nameAt(at, value), token.NEQ, numberAt(at, "0xfffd")),
		Body: block(assignAt(at, nameAt(at, next), token.ADD_ASSIGN, call("len", call("string", nameAt(at, value))))),
		Else: &ast.IfStmt{
			If: at, Cond: compare(compare(left, token.GTR, numberAt(at, "2")), token.LAND, compare(three, token.EQL, &ast.BasicLit{ValuePos: at, Kind: token.STRING, Value: `"\ufffd"`})),
			Body: block(assignAt(at, nameAt(at, next), token.ADD_ASSIGN, numberAt(at, "3"))),
			Else: block(&ast.IncDecStmt{X: nameAt(at, next), TokPos: at, Tok: token.INC}),
		},
	}
}
