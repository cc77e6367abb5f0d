package script

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// Bounds of one allocation. A huge one ends the whole process and cannot be
// recovered from, so it must not be tried.
const (
	// MaxSize is the most items a script may ask for in one make or write as the
	// index of a literal, and the most bytes in one string that a function of the
	// library makes.
	MaxSize = 1 << 24
	// MaxMake is the most bytes in one make.
	MaxMake = 1 << 28
	// MaxVariable is the most bytes one value may take by its type alone.
	MaxVariable = 1 << 26
)

// sizeFunc checks a size inside the interpreter; it is part of every script.
var sizeFunc = fmt.Sprintf(`
func Zz_size(n, most int) int {
	if n > most {
		if most == %d {
			panic("a size of more than %d items")
		}
		panic("a size of more than %d MB")
	}
	return n
}

func Zz_text(s string) string {
	if len(s) > %d {
		panic("a string of more than %d bytes in a sum")
	}
	return s
}
`, MaxSize, MaxSize, MaxMake>>20, MaxSize, MaxSize)

// checkSizes sends every size that is not a constant through Zz_size, and what could
// double with each turn of a loop, parts of sums of strings and slices that are
// appended whole, through a check of its length.
func (c *checker) checkSizes() {
	for _, f := range c.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				c.checkCall(n)
			case *ast.BinaryExpr:
				if n.Op == token.ADD {
					n.X, n.Y = c.part(n.X), c.part(n.Y)
				}
			case *ast.AssignStmt:
				if n.Tok == token.ADD_ASSIGN {
					n.Rhs[0] = c.part(n.Rhs[0])
				}
			}
			return true
		})
	}
}

func (c *checker) checkCall(call *ast.CallExpr) {
	switch c.builtin(call) {
	case "make":
		most := mostOf(c.typeOf(call.Args[0]))
		for i := 1; i < len(call.Args); i++ {
			call.Args[i] = c.sized(call.Args[i], most)
		}
	case "append":
		if !call.Ellipsis.IsValid() || !stored(call.Args[1]) {
			return
		}
		whole, t := call.Args[1], c.typeOf(call.Args[1])
		length := c.callOf("len", whole)
		call.Args[1] = &ast.SliceExpr{X: whole, High: c.sized(length, mostOf(t)), Lbrack: whole.End(), Rbrack: whole.End()}
		c.info.Types[call.Args[1]] = types.TypeAndValue{Type: t}
	}
}

// part checks the length of a variable in a sum of strings. What is no variable is a
// sum itself or was made by a function, which has its own bound.
func (c *checker) part(e ast.Expr) ast.Expr {
	tv := c.info.Types[e]
	if tv.Value != nil || tv.Type == nil || !stored(e) {
		return e
	}
	if b, ok := tv.Type.(*types.Basic); !ok || b.Kind() != types.String {
		return e
	}
	call := c.callOf("Zz_text", e)
	c.info.Types[call] = types.TypeAndValue{Type: tv.Type}
	return call
}

// stored reports whether an expression is a variable or a part of one, which can be
// read twice.
func stored(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return stored(e.X)
	case *ast.IndexExpr:
		return stored(e.X) && stored(e.Index)
	case *ast.StarExpr:
		return stored(e.X)
	case *ast.BasicLit:
		return true
	}
	return false
}

// builtin is the name of the function built into the language that a call is of.
func (c *checker) builtin(call *ast.CallExpr) string {
	if id, ok := call.Fun.(*ast.Ident); ok {
		if b, ok := c.info.Uses[id].(*types.Builtin); ok {
			return b.Name()
		}
	}
	return ""
}

// mostOf is how many items of a slice or a map may be asked for at once.
func mostOf(t types.Type) int64 {
	item := int64(1)
	switch u := t.Underlying().(type) {
	case *types.Slice:
		item = sizes.Sizeof(u.Elem())
	case *types.Map:
		item = sizes.Sizeof(u.Key()) + sizes.Sizeof(u.Elem())
	}
	return min(MaxSize, MaxMake/max(item, 1))
}

// sizes are those of a 64-bit machine, whatever the check runs on.
var sizes = types.SizesFor("gc", "amd64")

// sized wraps a size; a constant one within the bound is left.
func (c *checker) sized(size ast.Expr, most int64) ast.Expr {
	tv := c.info.Types[size]
	if tv.Value != nil {
		if n, exact := constant.Int64Val(tv.Value); exact && n <= most {
			return size
		}
	}
	if b, ok := tv.Type.(*types.Basic); !ok || b.Kind() != types.Int {
		size = c.callOf("int", size)
	}
	bound := &ast.BasicLit{Kind: token.INT, Value: strconv.FormatInt(most, 10)}
	return c.callOf("Zz_size", size, bound)
}

func (c *checker) callOf(name string, args ...ast.Expr) ast.Expr {
	at := args[0].Pos()
	call := &ast.CallExpr{Fun: &ast.Ident{NamePos: at, Name: name}, Lparen: at, Args: args, Rparen: token.NoPos}
	c.info.Types[call] = types.TypeAndValue{Type: types.Typ[types.Int]}
	return call
}

// hugeValues refuses what is a huge allocation by its type or its literal alone.
func (c *checker) hugeValues() {
	if len(c.found.Errors()) > 0 {
		return // types may be incomplete, and the script is refused anyway
	}
	for _, f := range c.files {
		ast.Inspect(f, c.hugeNode)
	}
}

// hugeNode goes no deeper once it has refused something.
func (c *checker) hugeNode(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for _, id := range n.Names {
			if v, ok := c.info.Defs[id].(*types.Var); ok && huge(v.Type()) {
				c.refuse(n, "huge", "%s takes more than %d MB", id.Name, MaxVariable>>20)
				return false
			}
		}
	case ast.Expr:
		tv := c.info.Types[n]
		if lit, ok := n.(*ast.CompositeLit); ok && c.longest(lit) > MaxSize {
			c.refuse(n, "huge", "a literal of more than %d items", MaxSize)
			return false
		}
		if tv.Type != nil && (tv.IsType() || tv.IsValue()) && huge(tv.Type) {
			c.refuse(n, "huge", "a value of type %s takes more than %d MB", types.TypeString(tv.Type, hostQualifier), MaxVariable>>20)
			return false
		}
	}
	return true
}

// longest is one more than the largest index written in a literal of a slice.
func (c *checker) longest(lit *ast.CompositeLit) int64 {
	if _, ok := c.typeOf(lit).Underlying().(*types.Slice); !ok {
		return 0
	}
	last := int64(len(lit.Elts))
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if i, exact := constant.Int64Val(constant.ToInt(c.info.Types[kv.Key].Value)); exact {
				last = max(last, i+1)
			}
		}
	}
	return last
}

// huge reports whether values of a type are. A size that overflows is negative.
func huge(t types.Type) bool {
	if generic(t) || t.Underlying() == nil {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Array, *types.Struct:
		size := sizes.Sizeof(u)
		return size > MaxVariable || size < 0
	}
	return false
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

// The functions below are those of Go with a bound on what they make.

func repeat(s string, n int) string {
	if n > 0 && len(s) > MaxSize/n {
		tooLong("strings.Repeat")
	}
	return strings.Repeat(s, n)
}

func replace(s, old, with string, n int) string {
	count := strings.Count(s, old)
	if n >= 0 {
		count = min(count, n)
	}
	if grow := len(with) - len(old); grow > 0 && count > 0 && grow > (MaxSize-len(s))/count {
		tooLong("strings.Replace")
	}
	return strings.Replace(s, old, with, n)
}

func replaceAll(s, old, with string) string { return replace(s, old, with, -1) }

func join(list []string, sep string) string {
	size := 0
	for _, s := range list {
		if size += len(s) + len(sep); size > MaxSize {
			tooLong("strings.Join")
		}
	}
	return strings.Join(list, sep)
}

func formatFloat(f float64, format byte, precision, bits int) string {
	if precision > MaxSize {
		tooLong("strconv.FormatFloat")
	}
	return strconv.FormatFloat(f, format, precision, bits)
}

func tooLong(name string) { panic(fmt.Sprintf("%s: more than %d bytes", name, MaxSize)) }
