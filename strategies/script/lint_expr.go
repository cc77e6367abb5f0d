package script

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"

	"tollgate/strategies"
)

// expression refuses what must not stand as an expression or a type.
func (l *linter) expression(e ast.Expr) {
	switch e := e.(type) {
	case *ast.Ident:
		l.identifier(e)
	case *ast.CallExpr:
		l.called[ast.Unparen(e.Fun)] = true
		l.call(e)
	case *ast.SelectorExpr:
		l.selector(e)
	case *ast.BinaryExpr:
		l.binary(e)
	case *ast.UnaryExpr:
		l.unary(e)
	case *ast.CompositeLit:
		l.composite(e)
	case *ast.StarExpr:
		l.star(e)
	case *ast.FuncLit:
		l.keeps(e)
	case *ast.TypeAssertExpr:
		if e.Type != nil {
			l.refuse(e, "type-assert", "type assertion")
		}
	case *ast.BasicLit:
		if e.Kind == token.IMAG {
			l.refuse(e, "complex", "imaginary number %s", e.Value)
		}
	default:
		l.typeExpression(e)
	}
	l.bigConstant(e)
}

func (l *linter) typeExpression(e ast.Expr) {
	switch e := e.(type) {
	case *ast.ChanType:
		l.refuse(e, "channel", "channel type")
	case *ast.InterfaceType:
		l.interfaceType(e)
	case *ast.StructType:
		l.structType(e)
	case *ast.MapType:
		if hasInterface(l.typeOf(e.Key), 0) {
			l.refuse(e, "interface-key", "map with an interface in its key")
		}
	case *ast.ParenExpr, *ast.IndexExpr, *ast.IndexListExpr, *ast.SliceExpr, *ast.KeyValueExpr,
		*ast.ArrayType, *ast.FuncType, *ast.Ellipsis:
	default:
		l.refuse(e, "unsupported", "this expression")
	}
}

func (l *linter) interfaceType(e *ast.InterfaceType) {
	if e.Methods == nil || len(e.Methods.List) == 0 {
		l.refuse(e, "any", "an interface without methods")
		return
	}
	if t, ok := l.typeOf(e).(*types.Interface); ok && !t.IsMethodSet() {
		return // a constraint, still there when the types are wrong elsewhere
	}
	l.refuse(e, "interface", "an interface")
}

func (l *linter) structType(e *ast.StructType) {
	fields := map[string]bool{}
	for _, f := range e.Fields.List {
		for _, name := range f.Names {
			fields[name.Name] = true
		}
	}
	for _, f := range e.Fields.List {
		if f.Tag != nil {
			l.refuse(f.Tag, "struct-tag", "struct tag")
		}
		for _, name := range f.Names {
			if name.Name == "_" {
				l.refuse(name, "unsupported", "a field named _")
			}
			if !name.IsExported() && fields["X"+name.Name] { // how the interpreter exports a field
				l.refuse(name, "unsupported", "a struct with the fields %s and X%s, which are one to the interpreter: rename one", name.Name, name.Name)
			}
		}
	}
}

// refusedNames are predeclared names that have a rule.
var refusedNames = map[string]string{
	"any": "any", "complex64": "complex", "complex128": "complex", "uintptr": "complex",
	"complex": "complex", "real": "complex", "imag": "complex", "close": "channel",
	"print": "print", "println": "print", "recover": "recover",
}

func (l *linter) identifier(id *ast.Ident) {
	if obj := l.info.Defs[id]; obj != nil {
		l.declares(id, obj)
		return
	}
	obj := l.info.Uses[id]
	if obj == nil || obj.Parent() != types.Universe {
		return
	}
	if code, ok := refusedNames[id.Name]; ok {
		l.refuse(id, code, "%s", id.Name)
	}
}

func (l *linter) selector(e *ast.SelectorExpr) {
	s := l.info.Selections[e]
	if s == nil {
		l.hostFunctionValue(e)
		l.hostType(e)
		return
	}
	switch {
	case s.Kind() == types.MethodExpr:
		l.refuse(e, "method-value", "method expression %s", e.Sel.Name)
	case s.Kind() == types.MethodVal && !l.called[e]:
		l.refuse(e, "method-value", "method value %s", e.Sel.Name)
	}
}

// hostFunctionValue refuses functions of Go and of the host used as values.
func (l *linter) hostFunctionValue(e *ast.SelectorExpr) {
	if f, ok := l.info.Uses[e.Sel].(*types.Func); ok && fromHost(f) && !l.called[e] {
		l.refuse(e, "method-value", "%s.%s used as a value", f.Pkg().Name(), f.Name())
	}
}

func (l *linter) binary(e *ast.BinaryExpr) {
	switch e.Op {
	case token.QUO:
		l.zeroDivisor(e, e.Y)
	case token.EQL, token.NEQ:
		l.comparison(e)
	}
}

func (l *linter) zeroDivisor(at ast.Node, y ast.Expr) {
	v := l.info.Types[y].Value
	if v != nil && (v.Kind() == constant.Float || v.Kind() == constant.Int) && constant.Sign(v) == 0 {
		l.refuse(at, "zero-divisor", "division by the constant 0")
	}
}

func (l *linter) comparison(e *ast.BinaryExpr) {
	x, y := l.typeOf(e.X), l.typeOf(e.Y)
	if !isInterface(x) && !isInterface(y) {
		l.comparable(e, x, y)
		return
	}
	if (isError(x) || isNil(x)) && (isError(y) || isNil(y)) {
		return
	}
	l.refuse(e, "interface-compare", "comparison of interfaces")
}

// comparable leaves numbers, strings, booleans and pointers, and nil with
// slices, maps and functions.
func (l *linter) comparable(e *ast.BinaryExpr, x, y types.Type) {
	if isNil(x) || isNil(y) {
		return
	}
	switch x.Underlying().(type) {
	case *types.Struct, *types.Array:
		if hasInterface(x, 0) {
			l.refuse(e, "interface-compare", "comparison of values that hold interfaces")
		}
	}
}

// hasInterface looks for interfaces inside a struct or an array.
func hasInterface(t types.Type, depth int) bool {
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return true
	case *types.Array:
		return hasInterface(u.Elem(), depth+1)
	case *types.Struct:
		for f := range u.Fields() {
			if depth < 20 && hasInterface(f.Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

func isBool(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

func (l *linter) unary(e *ast.UnaryExpr) {
	switch e.Op {
	case token.ARROW:
		l.refuse(e, "channel", "receive from a channel")
	}
}

// composite refuses values of the host's own that leave out their type, as
// []*strategies.Line{{}} does. Others are told where the type is named.
func (l *linter) composite(e *ast.CompositeLit) {
	t := l.typeOf(e)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if e.Type == nil && isLive(t) {
		l.refuse(e, "host-literal", "a %s of the script's own", types.TypeString(t, qualifier))
	}
}

// hostType refuses types that live at the host anywhere but behind a pointer.
func (l *linter) hostType(e *ast.SelectorExpr) {
	name, ok := l.info.Uses[e.Sel].(*types.TypeName)
	if !ok {
		return
	}
	_, pointer := l.parent(1).(*ast.StarExpr)
	if pointer && isEvent(name.Type()) && l.kept() {
		l.refuse(e, "kept-event", "a *%s that outlives its handler", types.TypeString(name.Type(), qualifier))
	}
	if !pointer && isLive(name.Type()) {
		l.refuse(e, "host-literal", "a %s of the script's own", types.TypeString(name.Type(), qualifier))
	}
}

// isEvent reports whether a type is one that handlers get a reused pointer to.
func isEvent(t types.Type) bool {
	n, ok := t.(*types.Named)
	return ok && isHost(t) && eventTypes[n.Obj().Name()]
}

var eventTypes = func() map[string]bool {
	m := map[string]bool{}
	h := reflect.TypeFor[strategies.Handlers]()
	for i := range h.NumField() {
		f := h.Field(i).Type
		for k := range f.NumIn() {
			if in := f.In(k); in.Kind() == reflect.Pointer && in != reflect.TypeFor[*strategies.Context]() {
				m[in.Elem().Name()] = true
			}
		}
	}
	return m
}()

// kept reports whether the type at hand is that of a package variable or of a field,
// and not of a parameter, a result or a local.
func (l *linter) kept() bool {
	for _, n := range l.stack {
		switch n.(type) {
		case *ast.FuncType, *ast.FuncDecl, *ast.FuncLit:
			return false
		}
	}
	return true
}

// isLive reports whether a type is one of the host's whose values are connected
// to the market.
func isLive(t types.Type) bool {
	n, ok := t.(*types.Named)
	return ok && isHost(t) && !allowed().plain[n.Obj()]
}

// star refuses copies of what lives at the host.
func (l *linter) star(e *ast.StarExpr) {
	if t := l.typeOf(e); !l.info.Types[e].IsType() && isLive(t) {
		l.refuse(e, "host-copy", "copy of a %s", types.TypeString(t, qualifier))
	}
}

// bigConstant refuses what the interpreter cannot hold.
func (l *linter) bigConstant(e ast.Expr) {
	v := l.info.Types[e].Value
	if v == nil || v.Kind() != constant.Int {
		return
	}
	b, ok := l.typeOf(e).Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsInteger == 0 || b.Info()&types.IsUntyped != 0 {
		return
	}
	if _, exact := constant.Int64Val(v); !exact {
		l.refuse(e, "big-constant", "constant %s", v)
	}
}
