package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// shiftFuncs are part of scripts that need them. A count below 0 panics as it does in
// Go, where the interpreter gives 0; a constant that is shifted goes through a function,
// for the interpreter takes it to be constant still.
const shiftFuncs = `
func Zz_count(n int) uint {
	if n < 0 {
		panic("negative shift amount")
	}
	return uint(n)
}

func Zz_keep(n int) int { return n }
`

// shiftsPlain makes the counts of shifts unsigned and what is shifted a variable.
func (r *rewriter) shiftsPlain() {
	for _, f := range r.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				if shifts[n.Op] && !r.isConst(n) {
					r.shifted(&n.X)
					r.counted(&n.Y)
				}
			case *ast.AssignStmt:
				if shifts[n.Tok] {
					r.counted(&n.Rhs[0])
				}
			}
			return true
		})
	}
}

func (r *rewriter) counted(count *ast.Expr) {
	b, ok := r.typeOf(*count).Underlying().(*types.Basic)
	if r.isConst(*count) || !ok || b.Info()&types.IsUnsigned != 0 {
		return
	}
	n := *count
	if r.typeOf(n) != types.Typ[types.Int] {
		n = r.callOf("int", n)
	}
	*count = r.callOf("Zz_count", n)
	r.info.Types[*count] = types.TypeAndValue{Type: types.Typ[types.Uint]}
	r.shiftFuncs = true
}

func (r *rewriter) shifted(x *ast.Expr) {
	tv := r.info.Types[*x]
	if tv.Value == nil {
		return
	}
	call := r.callOf("Zz_keep", &ast.BasicLit{ValuePos: (*x).Pos(), Kind: token.INT, Value: tv.Value.ExactString()})
	if t := types.Default(tv.Type); t != types.Typ[types.Int] {
		to := r.typeExpr(t)
		r.info.Types[to] = types.TypeAndValue{Type: t}
		call = &ast.CallExpr{Fun: to, Lparen: call.Pos(), Args: []ast.Expr{call}}
		r.info.Types[call] = types.TypeAndValue{Type: t}
	}
	*x = call
	r.shiftFuncs = true
}
