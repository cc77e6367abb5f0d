package script

import (
	"go/ast"
	"go/types"
)

// narrowFunc makes 32 bits of a float as a compiled program does: what does not fit, and
// NaN, is the smallest of them. It is part of scripts that need it.
const narrowFunc = `
func Zz_narrow(f float64) int32 {
	n := int64(f)
	if n < -2147483648 || n > 2147483647 {
		return -2147483648
	}
	return int32(n)
}
`

// narrow makes conversions of floats to small integers what they are compiled: those go
// by way of 32 bits, or 64 for uint32, where the interpreter always takes 64 of the same
// sign. It matters for floats that do not fit, of which Go itself says nothing.
func (r *rewriter) narrow() {
	for _, f := range r.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 1 && r.info.Types[call.Fun].IsType() && !r.isConst(call.Args[0]) {
				r.narrowed(call)
			}
			return true
		})
	}
}

func (r *rewriter) narrowed(call *ast.CallExpr) {
	to, ok := r.typeOf(call.Fun).Underlying().(*types.Basic)
	from, isBasic := r.typeOf(call.Args[0]).Underlying().(*types.Basic)
	if !ok || !isBasic || from.Info()&types.IsFloat == 0 {
		return
	}
	switch to.Kind() {
	case types.Int8, types.Int16, types.Int32, types.Uint8, types.Uint16:
		wide := r.callOf("float64", call.Args[0])
		r.info.Types[wide] = types.TypeAndValue{Type: types.Typ[types.Float64]}
		call.Args[0] = r.callOf("Zz_narrow", wide)
		r.info.Types[call.Args[0]] = types.TypeAndValue{Type: types.Typ[types.Int32]}
		r.narrows = true
	case types.Uint32:
		call.Args[0] = r.callOf("int64", call.Args[0])
		r.info.Types[call.Args[0]] = types.TypeAndValue{Type: types.Typ[types.Int64]}
	}
}
