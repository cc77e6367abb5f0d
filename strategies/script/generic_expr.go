package script

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"regexp"
	"strings"
)

var copyNames = regexp.MustCompile(`Zz_g\d+_\w+`)

// replaced is what stands for an expression in a copy; nil = the same.
func (k *cloner) replaced(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.Ident:
		return k.name(e)
	case *ast.SelectorExpr:
		if x := k.instance(e); x != nil {
			return x
		}
		k.noteImport(e)
	case *ast.IndexExpr:
		return k.instance(e.X)
	case *ast.IndexListExpr:
		return k.instance(e.X)
	case *ast.CallExpr:
		k.noteSorted(e)
		return k.builtin(e)
	}
	return nil
}

// noteSorted allows the iterators of maps where they are sorted at once, which takes
// the order of the map away.
func (k *cloner) noteSorted(e *ast.CallExpr) {
	if !k.isFunc(e.Fun, "slices", "Sorted") || len(e.Args) != 1 {
		return
	}
	if inner, ok := ast.Unparen(e.Args[0]).(*ast.CallExpr); ok {
		if s, ok := ast.Unparen(inner.Fun).(*ast.SelectorExpr); ok {
			k.sorted[s.Sel] = true
		}
	}
}

// isFunc reports whether an expression names a function of a package.
func (k *cloner) isFunc(x ast.Expr, path, name string) bool {
	s, ok := ast.Unparen(x).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := k.info.Uses[s.Sel].(*types.Func)
	return ok && f.Name() == name && f.Pkg() != nil && f.Pkg().Path() == path
}

// name is a type parameter's type, or the copy that an inferred call means.
func (k *cloner) name(id *ast.Ident) ast.Expr {
	if x := k.instance(id); x != nil {
		return x
	}
	t, ok := k.info.Uses[id].(*types.TypeName)
	if !ok {
		return nil
	}
	if p, ok := t.Type().(*types.TypeParam); ok {
		return k.typeWords(k.at(id.Pos()), k.env[p].text)
	}
	if k.held[t] != nil {
		k.used[t] = true
	}
	return nil
}

// at is a place of the script; code of the library has none.
func (k *cloner) at(pos token.Pos) token.Pos {
	if k.library {
		return token.NoPos
	}
	return pos
}

func (k *cloner) typeWords(pos token.Pos, text string) ast.Expr {
	e, err := parser.ParseExpr(text)
	if err != nil {
		return nameAt(pos, text) // the check that follows refuses it
	}
	moveTo(e, pos)
	return e
}

// instance is the copy that a name with type arguments means; nil = it has none.
func (k *cloner) instance(x ast.Expr) ast.Expr {
	x = ast.Unparen(x)
	id, ok := x.(*ast.Ident)
	if s, selector := x.(*ast.SelectorExpr); selector {
		id, ok = s.Sel, true
	}
	if !ok {
		return nil
	}
	inst, ok := k.info.Instances[id]
	if !ok {
		return nil
	}
	if (k.isFunc(x, "maps", "Keys") || k.isFunc(x, "maps", "Values")) && !k.sorted[id] {
		k.refuse(x, "range-map", "maps.%s outside slices.Sorted", id.Name)
	}
	var args []typeArg
	for t := range inst.TypeArgs.Types() {
		args = append(args, k.arg(t, x.Pos()))
	}
	return nameAt(k.at(x.Pos()), k.ask(k.info.Uses[id], args, k.at(x.Pos())))
}

func (k *cloner) arg(t types.Type, at token.Pos) typeArg {
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		return k.env[p]
	}
	b, ok := t.Underlying().(*types.Basic)
	return typeArg{text: k.text(t, at), float: ok && b.Info()&types.IsFloat != 0}
}

// text writes a type in words of the script.
func (k *cloner) text(t types.Type, at token.Pos) string {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return k.env[t].text
	case *types.Named:
		return k.namedText(t, at)
	case *types.Pointer:
		return "*" + k.text(t.Elem(), at)
	case *types.Slice:
		return "[]" + k.text(t.Elem(), at)
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), k.text(t.Elem(), at))
	case *types.Map:
		return "map[" + k.text(t.Key(), at) + "]" + k.text(t.Elem(), at)
	case *types.Signature:
		return "func" + k.signatureText(t, at)
	case *types.Struct:
		return k.structText(t, at)
	default:
		return types.TypeString(t, func(p *types.Package) string { return p.Name() })
	}
}

func (k *cloner) namedText(t *types.Named, at token.Pos) string {
	o := t.Obj()
	if t.TypeArgs().Len() > 0 {
		var args []typeArg
		for a := range t.TypeArgs().Types() {
			args = append(args, k.arg(a, at))
		}
		return k.ask(o, args, k.at(at))
	}
	if o.Pkg() == nil {
		return o.Name()
	}
	if o.Pkg() != k.pkg {
		k.imports[o.Pkg().Path()] = true
		return o.Pkg().Name() + "." + o.Name()
	}
	if o.Parent() != k.pkg.Scope() {
		k.refuse(nameAt(o.Pos(), o.Name()), "local-type", "type %s is declared inside a function", o.Name())
	}
	if k.held[o] != nil {
		k.used[o] = true
	}
	return o.Name()
}

func (k *cloner) signatureText(t *types.Signature, at token.Pos) string {
	list := func(tuple *types.Tuple, variadic bool) string {
		var words []string
		for i := range tuple.Len() {
			word := k.text(tuple.At(i).Type(), at)
			if variadic && i == tuple.Len()-1 {
				word = "..." + strings.TrimPrefix(word, "[]")
			}
			words = append(words, word)
		}
		return "(" + strings.Join(words, ", ") + ")"
	}
	text := list(t.Params(), t.Variadic())
	if t.Results().Len() > 0 {
		text += " " + list(t.Results(), false)
	}
	return text
}

func (k *cloner) structText(t *types.Struct, at token.Pos) string {
	var fields []string
	for f := range t.Fields() {
		name := f.Name() + " "
		if f.Embedded() {
			name = ""
		}
		fields = append(fields, name+k.text(f.Type(), at))
	}
	return "struct{ " + strings.Join(fields, "; ") + " }"
}

// noteImport notes the packages that a copy names: it stands in a file of its own.
func (k *cloner) noteImport(e *ast.SelectorExpr) {
	id, ok := e.X.(*ast.Ident)
	if !ok || k.env == nil {
		return
	}
	if p, ok := k.info.Uses[id].(*types.PkgName); ok {
		k.imports[p.Imported().Path()] = true
	}
}

// builtin is the call of a function for min, max, clear and new with a value.
func (k *cloner) builtin(e *ast.CallExpr) ast.Expr {
	id, ok := ast.Unparen(e.Fun).(*ast.Ident)
	if !ok || len(e.Args) == 0 || k.info.Types[e].Value != nil {
		return nil
	}
	if _, ok := k.info.Uses[id].(*types.Builtin); !ok {
		return nil
	}
	switch id.Name {
	case "min", "max":
		return k.extreme(e, id.Name)
	case "clear":
		return k.clearing(e)
	case "new":
		if !k.info.Types[e.Args[0]].IsType() {
			return k.calls("newOf", e, k.arg(types.Default(k.typeIn(e.Args[0])), e.Pos()))
		}
	}
	return nil
}

func (k *cloner) typeIn(e ast.Expr) types.Type {
	if t := k.info.TypeOf(e); t != nil {
		return t
	}
	return types.Typ[types.Invalid]
}

// extreme is min or max, taken of two values at a time from the left.
func (k *cloner) extreme(e *ast.CallExpr, name string) ast.Expr {
	arg := k.arg(types.Default(k.typeIn(e)), e.Pos())
	helper := name + "Of"
	if arg.float {
		helper = name + "OfFloats"
	}
	x := k.clone(e.Args[0]).(ast.Expr)
	for _, y := range e.Args[1:] {
		x = k.callTo(helper, e, []ast.Expr{x, k.clone(y).(ast.Expr)}, arg)
	}
	return x
}

func (k *cloner) clearing(e *ast.CallExpr) ast.Expr {
	t := k.typeIn(e.Args[0])
	switch u := core(t).(type) {
	case *types.Map:
		return k.calls("clearMap", e, k.arg(t, e.Pos()), k.arg(u.Key(), e.Pos()), k.arg(u.Elem(), e.Pos()))
	case *types.Slice:
		return k.calls("clearSlice", e, k.arg(t, e.Pos()), k.arg(u.Elem(), e.Pos()))
	}
	return nil
}

// core is what stands behind a type, for a type parameter ~[]E the slice.
func core(t types.Type) types.Type {
	p, ok := types.Unalias(t).(*types.TypeParam)
	if !ok {
		return t.Underlying()
	}
	i, ok := p.Constraint().Underlying().(*types.Interface)
	if !ok || i.NumEmbeddeds() != 1 {
		return t.Underlying()
	}
	switch e := i.EmbeddedType(0).(type) {
	case *types.Union:
		return e.Term(0).Type().Underlying()
	default:
		return e.Underlying()
	}
}

// calls is the call of a helper with the arguments of a call.
func (k *cloner) calls(helper string, e *ast.CallExpr, types ...typeArg) ast.Expr {
	return k.callTo(helper, e, k.value(reflect.ValueOf(e.Args)).Interface().([]ast.Expr), types...)
}

func (k *cloner) callTo(helper string, e *ast.CallExpr, args []ast.Expr, types ...typeArg) ast.Expr {
	at := k.at(e.Pos())
	name := k.ask(helperObject(helper), types, at)
	return &ast.CallExpr{Fun: nameAt(at, name), Lparen: at, Args: args, Rparen: k.at(e.Rparen)}
}
