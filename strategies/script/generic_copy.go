package script

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
)

// copy makes one copy.
func (s *specialiser) copy(r request) {
	k := &cloner{specialiser: s, info: r.decl.info, library: r.decl.library}
	if fn := r.decl.fn; fn != nil {
		sig := k.info.Defs[fn.Name].(*types.Func).Signature()
		k.bind(sig.TypeParams(), r.args)
		bare, words := *fn, *fn.Type
		words.TypeParams, bare.Type = nil, &words
		made := k.clone(&bare).(*ast.FuncDecl)
		made.Name = nameAt(made.Name.Pos(), r.name)
		s.file.Decls = append(s.file.Decls, made)
		return
	}
	k.bind(k.info.Defs[r.decl.spec.Name].Type().(*types.Named).TypeParams(), r.args)
	bare := *r.decl.spec
	bare.TypeParams = nil
	spec := k.clone(&bare).(*ast.TypeSpec)
	spec.Name = nameAt(spec.Name.Pos(), r.name)
	s.file.Decls = append(s.file.Decls, &ast.GenDecl{TokPos: spec.Pos(), Tok: token.TYPE, Specs: []ast.Spec{spec}})
	for _, m := range r.decl.methods {
		s.file.Decls = append(s.file.Decls, s.method(m, r))
	}
}

func (s *specialiser) method(m *ast.FuncDecl, r request) ast.Decl {
	k := &cloner{specialiser: s, info: r.decl.info}
	k.bind(k.info.Defs[m.Name].(*types.Func).Signature().RecvTypeParams(), r.args)
	field := m.Recv.List[0]
	bare := *m
	bare.Recv = nil
	made := k.clone(&bare).(*ast.FuncDecl)
	var t ast.Expr = nameAt(field.Type.Pos(), r.name)
	if p, ok := field.Type.(*ast.StarExpr); ok {
		t = &ast.StarExpr{Star: p.Star, X: t}
	}
	recv := &ast.Field{Type: t}
	for _, id := range field.Names {
		recv.Names = append(recv.Names, nameAt(id.Pos(), id.Name))
	}
	made.Recv = &ast.FieldList{Opening: m.Recv.Opening, List: []*ast.Field{recv}, Closing: m.Recv.Closing}
	return made
}

// cloner copies declarations, replacing type parameters and what is generic.
type cloner struct {
	*specialiser
	info    *types.Info // of what is copied
	env     map[*types.TypeParam]typeArg
	library bool // places are of another file: leave them out
}

func (k *cloner) bind(params *types.TypeParamList, args []typeArg) {
	k.env = map[*types.TypeParam]typeArg{}
	for i := range params.Len() {
		k.env[params.At(i)] = args[i]
	}
}

func (k *cloner) clone(n ast.Node) ast.Node {
	return k.value(reflect.ValueOf(n)).Interface().(ast.Node)
}

// value copies nodes by their fields, whatever they are.
func (k *cloner) value(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type()).Elem()
		out.Set(k.value(v.Elem()))
		return out
	case reflect.Pointer:
		return k.pointer(v)
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(k.value(v.Index(i)))
		}
		return out
	}
	return v
}

func (k *cloner) pointer(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	switch n := v.Interface().(type) {
	case *ast.CommentGroup:
		return reflect.Zero(v.Type())
	case ast.Expr:
		if x := k.replaced(n); x != nil {
			return reflect.ValueOf(x)
		}
	}
	out := reflect.New(v.Type().Elem())
	for i := range v.Elem().NumField() {
		name := v.Elem().Type().Field(i).Name
		field := v.Elem().Field(i)
		if _, isPos := field.Interface().(token.Pos); isPos && k.library && name != "Ellipsis" {
			continue
		}
		out.Elem().Field(i).Set(k.value(field))
	}
	return out
}
