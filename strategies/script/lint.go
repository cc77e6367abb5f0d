package script

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// linter walks a script and refuses every construct that has a Rule. A node of
// a kind it does not know is refused too: strict first. Types may be missing
// where the type check failed; the linter then says what it can.
type linter struct {
	*checker
	stack   []ast.Node        // from the file down to the node at hand
	called  map[ast.Expr]bool // expressions in call position
	gotos   map[string]bool   // labels a goto jumps to
	library bool              // in a copy of a library function
}

func lint(c *checker) {
	l := &linter{checker: c, called: map[ast.Expr]bool{}, gotos: map[string]bool{}}
	for _, f := range c.files {
		ast.Inspect(f, l.findGotos)
		for _, d := range f.Decls {
			l.declaration(d)
		}
	}
	recursion(c)
}

// declaration walks what is declared. Findings in a copy of a library function are
// told where the copy was asked for first.
func (l *linter) declaration(d ast.Decl) {
	l.site, l.library = token.NoPos, false
	if fn, ok := d.(*ast.FuncDecl); ok {
		if k, ok := l.copies[fn.Name.Name]; ok && !fn.Pos().IsValid() {
			l.site, l.library = k.at, true
		}
	}
	ast.Inspect(d, l.step)
	l.site, l.library = token.NoPos, false
}

func (l *linter) step(n ast.Node) bool {
	if n == nil {
		l.stack = l.stack[:len(l.stack)-1]
		return true
	}
	l.stack = append(l.stack, n)
	switch n := n.(type) {
	case ast.Stmt:
		l.statement(n)
	case ast.Expr:
		l.expression(n)
	case *ast.FuncDecl:
		if n.Type.TypeParams != nil || n.Recv != nil && genericReceiver(n) {
			return l.leave() // its copies are told of
		}
		l.function(n)
	case *ast.TypeSpec:
		if n.TypeParams != nil {
			return l.leave()
		}
		l.typeSpec(n)
	case *ast.ImportSpec:
		return l.leave() // told by imports
	}
	return true
}

// leave skips what is below the node at hand.
func (l *linter) leave() bool {
	l.stack = l.stack[:len(l.stack)-1]
	return false
}

// parent is the node above the one at hand, n levels up from it.
func (l *linter) parent(n int) ast.Node {
	if i := len(l.stack) - 1 - n; i >= 0 {
		return l.stack[i]
	}
	return nil
}

// inFunction reports whether the node at hand is inside a function body.
func (l *linter) inFunction() bool {
	for _, n := range l.stack {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			return true
		}
	}
	return false
}

func (c *checker) typeOf(e ast.Expr) types.Type {
	if t := c.info.TypeOf(e); t != nil {
		return t
	}
	return types.Typ[types.Invalid]
}

func (c *checker) isConst(e ast.Expr) bool { return c.info.Types[e].Value != nil }

// object is what an identifier or a selector names, or nil.
func (c *checker) object(e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return c.info.ObjectOf(e)
	case *ast.SelectorExpr:
		return c.info.ObjectOf(e.Sel)
	}
	return nil
}

func isInterface(t types.Type) bool { return t != nil && types.IsInterface(t) }

var errorType = types.Universe.Lookup("error").Type()

func isError(t types.Type) bool { return t != nil && types.Identical(t, errorType) }

func isNil(t types.Type) bool { return t == types.Typ[types.UntypedNil] }

// isHost reports whether a type is a named type of an allowed package.
func isHost(t types.Type) bool {
	n, ok := t.(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return false
	}
	p, ok := allowed().packages[n.Obj().Pkg().Path()]
	return ok && p == n.Obj().Pkg()
}

// fromHost reports whether an object belongs to an allowed package.
func fromHost(o types.Object) bool {
	if o == nil || o.Pkg() == nil {
		return false
	}
	p, ok := allowed().packages[o.Pkg().Path()]
	return ok && p == o.Pkg()
}

// automatic are the methods that packages of Go call on values they are handed.
var automatic = map[string]bool{
	"Error": true, "String": true, "GoString": true, "Format": true, "Is": true, "As": true, "Unwrap": true,
	"MarshalJSON": true, "UnmarshalJSON": true, "MarshalText": true, "UnmarshalText": true,
	"MarshalBinary": true, "UnmarshalBinary": true, "Scan": true,
}

func (l *linter) function(fn *ast.FuncDecl) {
	if fn.Recv != nil && automatic[fn.Name.Name] {
		l.refuse(fn.Name, "method-name", "method %s", fn.Name.Name)
	}
	if fn.Body == nil {
		l.refuse(fn.Name, "unsupported", "function %s without a body", fn.Name.Name)
	}
	if fn.Recv == nil && (fn.Name.Name == "_" || fn.Name.Name == "main") {
		l.refuse(fn.Name, "unsupported", "a function named %s", fn.Name.Name)
	}
}

// genericReceiver reports whether a method's receiver has type parameters.
func genericReceiver(fn *ast.FuncDecl) bool {
	t := fn.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	switch t.(type) {
	case *ast.IndexExpr, *ast.IndexListExpr:
		return true
	}
	return false
}

func (l *linter) typeSpec(t *ast.TypeSpec) {
	switch {
	case t.Assign.IsValid():
		l.refuse(t.Name, "alias", "type %s is an alias", t.Name.Name)
	case l.inFunction():
		l.refuse(t.Name, "local-type", "type %s is declared inside a function", t.Name.Name)
	default:
		l.recursiveType(t)
	}
}

// declares checks a name where it is declared.
func (l *linter) declares(id *ast.Ident, obj types.Object) {
	name := id.Name
	if _, copy := l.copies[name]; copy || l.library {
		return
	}
	if strings.HasPrefix(name, "Zz_") || strings.HasPrefix(name, "zz_") {
		l.refuse(id, "reserved-name", "name %s", name)
	}
	if v, ok := obj.(*types.Var); ok && v.IsField() {
		return
	}
	if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
		return
	}
	if types.Universe.Lookup(name) != nil {
		l.refuse(id, "shadow", "%s hides the built-in %s", name, name)
		return
	}
	if _, isPackage := obj.(*types.PkgName); isPackage {
		return
	}
	for path, p := range allowed().packages {
		if _, source := allowed().sources[path]; p.Name() == name && !source {
			l.refuse(id, "shadow", "%s is the name of a package", name)
		}
	}
}

// basicOnly reports whether a type is made of predeclared types and of named
// host types with a number behind them: what anything can print alike.
func basicOnly(t types.Type) bool {
	switch t := t.(type) {
	case *types.Basic:
		return t.Kind() != types.UntypedNil && t.Info()&(types.IsBoolean|types.IsNumeric|types.IsString) != 0
	case *types.Slice:
		return basicOnly(t.Elem())
	case *types.Array:
		return basicOnly(t.Elem())
	case *types.Map:
		return basicOnly(t.Key()) && basicOnly(t.Elem())
	case *types.Named:
		_, basic := t.Underlying().(*types.Basic)
		return isError(t) || isHost(t) && basic
	}
	return false
}

var shifts = map[token.Token]bool{token.SHL: true, token.SHR: true, token.SHL_ASSIGN: true, token.SHR_ASSIGN: true}
