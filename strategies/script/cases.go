package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// joinCase turns case a, b of a switch without a tag into case a || b, which means the
// same.
func (p *plainer) joinCase(clause *ast.CaseClause) {
	if len(clause.List) < 2 {
		return
	}
	joined := clause.List[0]
	for _, next := range clause.List[1:] {
		joined = &ast.BinaryExpr{X: joined, OpPos: next.Pos(), Op: token.LOR, Y: next}
		p.info.Types[joined] = types.TypeAndValue{Type: types.Typ[types.Bool]}
	}
	clause.List = []ast.Expr{joined}
}
