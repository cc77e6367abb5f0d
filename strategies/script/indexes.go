package script

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// bareIndexes writes the indexes of array and slice literals as bare numbers: as a value
// of a named type, which a constant made by iota often is, the interpreter does not take
// them for constants and cannot tell the length of [...]string{long: "long"}.
func (r *rewriter) bareIndexes() {
	for _, f := range r.files {
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			switch r.typeOf(lit).Underlying().(type) {
			case *types.Array, *types.Slice:
				for _, e := range lit.Elts {
					r.bareIndex(e)
				}
			}
			return true
		})
	}
}

func (r *rewriter) bareIndex(e ast.Expr) {
	kv, ok := e.(*ast.KeyValueExpr)
	if !ok {
		return
	}
	if v := r.info.Types[kv.Key].Value; v != nil {
		index := &ast.BasicLit{ValuePos: kv.Key.Pos(), Kind: token.INT, Value: constant.ToInt(v).ExactString()}
		r.info.Types[index] = types.TypeAndValue{Type: types.Typ[types.Int], Value: v}
		kv.Key = index
	}
}
