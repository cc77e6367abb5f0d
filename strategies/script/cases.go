package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// joinCases turns case a, b of a switch without a tag into case a || b, which
// means the same: yaegi takes neither branch when a case of such a switch lists
// more than one condition.
func (c *checker) joinCases() {
	for _, f := range c.files {
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SwitchStmt)
			if !ok || s.Tag != nil {
				return true
			}
			for _, clause := range s.Body.List {
				c.joinCase(clause.(*ast.CaseClause))
			}
			return true
		})
	}
}

func (c *checker) joinCase(clause *ast.CaseClause) {
	if len(clause.List) < 2 {
		return
	}
	joined := clause.List[0]
	for _, next := range clause.List[1:] {
		either := &ast.BinaryExpr{X: joined, OpPos: next.Pos(), Op: token.LOR, Y: next}
		c.info.Types[either] = types.TypeAndValue{Type: types.Typ[types.Bool]}
		joined = either
	}
	clause.List = []ast.Expr{joined}
}
