package script

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

func (l *linter) call(e *ast.CallExpr) {
	fun := ast.Unparen(e.Fun)
	if tv := l.info.Types[fun]; tv.IsType() {
		l.conversion(e, tv.Type)
		return
	} else if tv.IsBuiltin() {
		l.builtin(e, fun)
		return
	}
	obj := l.object(fun)
	f, ok := obj.(*types.Func)
	if ok && fromHost(f) {
		l.hostCall(e, f)
	}
	l.spread(e)
}

// builtin holds the calls of built-in functions to the forms that are proven.
func (l *linter) builtin(e *ast.CallExpr, fun ast.Expr) {
	id, ok := fun.(*ast.Ident)
	if !ok {
		return
	}
	if id.Name != "panic" || len(e.Args) != 1 {
		return
	}
	switch t := l.typeOf(e.Args[0]); {
	case isNil(t):
		l.add(e.Args[0].Pos(), Error, "any-named", "panic with nil says nothing of what happened", "panic with a text")
	case !l.plainData(t):
		l.refuse(e.Args[0], "any-named", "panic with a value of type %s", l.text(e.Args[0]))
	}
}

func (l *linter) text(e ast.Expr) string { return types.TypeString(l.typeOf(e), hostQualifier) }

// spread refuses f(g()) where g has several results.
func (l *linter) spread(e *ast.CallExpr) {
	if len(e.Args) != 1 {
		return
	}
	if _, tuple := l.typeOf(e.Args[0]).(*types.Tuple); tuple {
		l.refuse(e, "several-results", "several results passed on as arguments")
	}
}

func (l *linter) conversion(e *ast.CallExpr, to types.Type) {
	if len(e.Args) != 1 {
		return
	}
	switch u := to.Underlying().(type) {
	case *types.Signature:
		l.refuse(e, "func-convert", "conversion of a function")
	case *types.Interface:
		l.refuse(e, "interface-convert", "conversion to an interface")
	case *types.Basic:
	case *types.Slice:
		if !basicOnly(u.Elem()) {
			l.refuse(e, "unsupported", "this conversion")
		}
	case *types.Pointer:
		if !types.Identical(to, l.typeOf(e.Args[0])) { // to its own type, as generic functions do: it is left out
			l.refuse(e, "unsupported", "conversion to %s", types.TypeString(to, hostQualifier))
		}
	default:
		l.refuse(e, "unsupported", "conversion to %s", types.TypeString(to, hostQualifier))
	}
}

// hostCall checks what is handed to functions of Go and of the host.
func (l *linter) hostCall(e *ast.CallExpr, f *types.Func) {
	if f.Signature().Recv() == nil && f.Pkg().Path() == hostPath && l.inFunction() {
		l.refuse(e, "declare-late", "strategies.%s inside a function", f.Name())
	}
	params := f.Signature().Params()
	if !f.Signature().Variadic() && !takesAny(f) {
		return
	}
	if e.Ellipsis.IsValid() {
		return // a []any cannot be made by a script; typed spreads are plain slices
	}
	sorting := f.Pkg().Path() == "sort"
	for i, arg := range e.Args {
		if isAny(paramType(params, i, f.Signature().Variadic())) && !sorting && !l.plainData(l.typeOf(arg)) {
			l.refuse(arg, "any-named", "%s given a value of type %s", f.Name(), l.text(arg))
		}
	}
	l.format(e, f)
}

func takesAny(f *types.Func) bool {
	for v := range f.Signature().Params().Variables() {
		if isAny(v.Type()) {
			return true
		}
	}
	return false
}

func paramType(params *types.Tuple, i int, variadic bool) types.Type {
	if variadic && i >= params.Len()-1 {
		return params.At(params.Len() - 1).Type().(*types.Slice).Elem()
	}
	if i < params.Len() {
		return params.At(i).Type()
	}
	return types.Typ[types.Invalid]
}

func isAny(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

// format refuses formats that print types or addresses.
func (l *linter) format(e *ast.CallExpr, f *types.Func) {
	if f.Name() != "Sprintf" && f.Name() != "Errorf" && f.Name() != "Logf" || len(e.Args) == 0 {
		return
	}
	v := l.info.Types[e.Args[0]].Value
	if v == nil || v.Kind() != constant.String {
		l.refuse(e.Args[0], "format", "a format that is not constant")
		return
	}
	if bad := badVerb(constant.StringVal(v)); bad != "" {
		l.refuse(e.Args[0], "format", "%s in a format", bad)
	}
}

// badVerb finds the first verb of a format that is not allowed.
func badVerb(format string) string {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		start := i
		for i++; i < len(format) && !letter(format[i]); i++ {
			if format[i] == '#' {
				return "%#"
			}
			if format[i] == '%' && i == start+1 {
				break
			}
		}
		if i < len(format) && (format[i] == 'T' || format[i] == 'p') {
			return format[start : i+1]
		}
	}
	return ""
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// plainData is basicOnly for an argument; what is refused for another reason passes.
func (l *linter) plainData(t types.Type) bool {
	_, tuple := t.(*types.Tuple)
	unknown := strings.Contains(types.TypeString(t, hostQualifier), types.Typ[types.Invalid].String()) // told by the type check
	return tuple || unknown || basicOnly(t)
}
