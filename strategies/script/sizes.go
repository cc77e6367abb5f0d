package script

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// MaxSize is the most items a script may ask for in one make, and the most bytes
// in one strings.Repeat. One huge allocation ends the whole process and cannot be
// recovered from, so it must not be tried.
const MaxSize = 1 << 24

// sizeFunc checks a size inside the interpreter; it is part of every script.
var sizeFunc = fmt.Sprintf(`
func Zz_size(n int) int {
	if n > %d {
		panic("make: a size of more than %d items")
	}
	return n
}
`, MaxSize, MaxSize)

// checkSizes sends every size that is not a constant through Zz_size.
func (c *checker) checkSizes() {
	for _, f := range c.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && c.isMake(call) {
				for i := 1; i < len(call.Args); i++ {
					call.Args[i] = c.sized(call.Args[i])
				}
			}
			return true
		})
	}
}

func (c *checker) isMake(call *ast.CallExpr) bool {
	id, ok := call.Fun.(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := c.info.Uses[id].(*types.Builtin)
	return ok && b.Name() == "make"
}

// sized wraps a size; a constant one within the bound is left.
func (c *checker) sized(size ast.Expr) ast.Expr {
	tv := c.info.Types[size]
	if tv.Value != nil {
		if n, exact := constant.Int64Val(tv.Value); exact && n <= MaxSize {
			return size
		}
	}
	if b, ok := tv.Type.(*types.Basic); !ok || b.Kind() != types.Int {
		size = c.callOf("int", size)
	}
	return c.callOf("Zz_size", size)
}

func (c *checker) callOf(name string, arg ast.Expr) ast.Expr {
	call := &ast.CallExpr{Fun: &ast.Ident{NamePos: arg.Pos(), Name: name}, Lparen: arg.Pos(), Args: []ast.Expr{arg}, Rparen: token.NoPos}
	c.info.Types[call] = types.TypeAndValue{Type: types.Typ[types.Int]}
	return call
}

// MaxVariable is the most bytes one variable may take.
const MaxVariable = 1 << 26

// hugeVariables refuses variables whose type alone is a huge allocation.
func (c *checker) hugeVariables() {
	if len(c.found.Errors()) > 0 {
		return // types may be incomplete, and the script is refused anyway
	}
	sizes := types.SizesFor("gc", "amd64")
	for id, obj := range c.info.Defs {
		v, ok := obj.(*types.Var)
		if !ok || generic(v.Type()) || sizes.Sizeof(v.Type()) <= MaxVariable && sizes.Sizeof(v.Type()) >= 0 {
			continue
		}
		c.add(id.Pos(), Error, "huge-variable", fmt.Sprintf("%s takes more than %d MB", id.Name, MaxVariable>>20),
			"use a slice and append what is needed")
	}
}

// generic reports whether a type's size depends on a type parameter.
func generic(t types.Type) bool {
	switch t := t.(type) {
	case *types.TypeParam:
		return true
	case *types.Array:
		return generic(t.Elem())
	case *types.Named:
		return t.TypeParams().Len() > 0 && t.TypeArgs().Len() == 0
	case *types.Struct:
		for i := range t.NumFields() {
			if generic(t.Field(i).Type()) {
				return true
			}
		}
	}
	return false
}

// repeat is strings.Repeat with a bound.
func repeat(s string, n int) string {
	if n > 0 && len(s) > MaxSize/n {
		panic(fmt.Sprintf("strings.Repeat: more than %d bytes", MaxSize))
	}
	return strings.Repeat(s, n)
}
