package script

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"strings"
	"sync"
)

// universe is the allowed symbols as go/types knows them. It is built once and
// shared: complete packages are only read by a type check.
type universe struct {
	packages map[string]*types.Package
	named    map[reflect.Type]*types.Named
	plain    map[types.Object]bool // types a script may build and copy
	sources  map[string]sourcePackage
}

// allowed builds the universe on first use. It panics when the table of this
// package is wrong, which a test would have shown.
var allowed = sync.OnceValue(buildUniverse)

// Import implements types.Importer over the allowed packages alone: no file is
// read, no Go toolchain is needed.
func (u *universe) Import(path string) (*types.Package, error) {
	if p, ok := u.packages[path]; ok {
		return p, nil
	}
	return nil, fmt.Errorf("%q is not available to scripts", path)
}

func buildUniverse() *universe {
	u := &universe{
		packages: map[string]*types.Package{}, named: map[reflect.Type]*types.Named{},
		plain: map[types.Object]bool{},
	}
	all := packages()
	for _, p := range all {
		u.packages[p.path] = types.NewPackage(p.path, p.path[strings.LastIndex(p.path, "/")+1:])
		u.declareTypes(p)
	}
	for _, p := range all {
		u.completeTypes(p)
		u.addSymbols(p)
	}
	host := u.packages[hostPath].Scope()
	for _, name := range declarations {
		t, ok := declaration(name)
		if !ok {
			panic("script: Setup has no method " + name)
		}
		host.Insert(types.NewFunc(token.NoPos, u.packages[hostPath], name, u.signature(t, nil, name)))
	}
	for _, p := range u.packages {
		p.MarkComplete()
	}
	u.loadSources()
	return u
}

// declareTypes enters the names, so that types may refer to each other.
func (u *universe) declareTypes(p allowedPackage) {
	pkg := u.packages[p.path]
	for _, t := range p.types {
		name := types.NewTypeName(token.NoPos, pkg, t.name, nil)
		u.named[reflect.TypeOf(t.pointer).Elem()] = types.NewNamed(name, nil, nil)
		u.plain[name] = t.plain
		pkg.Scope().Insert(name)
	}
}

func (u *universe) completeTypes(p allowedPackage) {
	for _, t := range p.types {
		rt := reflect.TypeOf(t.pointer).Elem()
		named := u.named[rt]
		named.SetUnderlying(u.structure(rt))
		for _, name := range t.methods {
			u.addMethod(named, rt, t.name, name)
		}
	}
}

func (u *universe) addMethod(named *types.Named, rt reflect.Type, typeName, name string) {
	m, onValue := rt.MethodByName(name)
	recv := types.Type(named)
	if !onValue {
		var ok bool
		if m, ok = reflect.PointerTo(rt).MethodByName(name); !ok {
			panic("script: " + typeName + " has no method " + name)
		}
		recv = types.NewPointer(named)
	}
	pkg := named.Obj().Pkg()
	self := types.NewVar(token.NoPos, pkg, "", recv)
	sig := u.signature(withoutReceiver(m.Type), self, typeName+"."+name)
	named.AddMethod(types.NewFunc(token.NoPos, pkg, name, sig))
}

func (u *universe) addSymbols(p allowedPackage) {
	pkg := u.packages[p.path]
	for name, f := range p.funcs {
		sig := u.signature(reflect.TypeOf(f), nil, "")
		pkg.Scope().Insert(types.NewFunc(token.NoPos, pkg, name, sig))
	}
	for name, c := range p.consts {
		pkg.Scope().Insert(u.constant(pkg, name, c))
	}
}

func (u *universe) constant(pkg *types.Package, name string, c any) *types.Const {
	if v, ok := c.(constant.Value); ok {
		kind := types.UntypedInt
		if v.Kind() == constant.Float {
			kind = types.UntypedFloat
		}
		return types.NewConst(token.NoPos, pkg, name, types.Typ[kind], v)
	}
	rv := reflect.ValueOf(c)
	return types.NewConst(token.NoPos, pkg, name, u.typ(rv.Type()), constant.MakeInt64(rv.Int()))
}

// basics maps the kinds that have a predeclared type.
var basics = map[reflect.Kind]types.BasicKind{
	reflect.Bool: types.Bool, reflect.String: types.String,
	reflect.Int: types.Int, reflect.Int8: types.Int8, reflect.Int16: types.Int16, reflect.Int32: types.Int32, reflect.Int64: types.Int64,
	reflect.Uint: types.Uint, reflect.Uint8: types.Uint8, reflect.Uint16: types.Uint16, reflect.Uint32: types.Uint32, reflect.Uint64: types.Uint64,
	reflect.Float32: types.Float32, reflect.Float64: types.Float64,
}

// typ translates a type that an allowed symbol mentions. A named type that is
// not in the table itself is a hole in the table.
func (u *universe) typ(t reflect.Type) types.Type {
	if n, ok := u.named[t]; ok {
		return n
	}
	if t == reflect.TypeFor[error]() {
		return types.Universe.Lookup("error").Type()
	}
	if t.PkgPath() != "" {
		panic("script: type " + t.String() + " is reachable but not in the table of allowed symbols")
	}
	return u.structure(t)
}

// structure translates what stands behind a name.
func (u *universe) structure(t reflect.Type) types.Type {
	if k, ok := basics[t.Kind()]; ok {
		return types.Typ[k]
	}
	switch t.Kind() {
	case reflect.Pointer:
		return types.NewPointer(u.typ(t.Elem()))
	case reflect.Slice:
		return types.NewSlice(u.typ(t.Elem()))
	case reflect.Map:
		return types.NewMap(u.typ(t.Key()), u.typ(t.Elem()))
	case reflect.Func:
		return u.signature(t, nil, "")
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return types.NewInterfaceType(nil, nil).Complete()
		}
	case reflect.Struct:
		return u.fields(t)
	}
	panic("script: the table of allowed symbols mentions " + t.String())
}

// fields are the exported ones: the rest of a host type does not exist for a script.
func (u *universe) fields(t reflect.Type) *types.Struct {
	var list []*types.Var
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			list = append(list, types.NewField(token.NoPos, nil, f.Name, u.typ(f.Type), f.Anonymous))
		}
	}
	return types.NewStruct(list, nil)
}

// signature translates a function type; names finds its parameter names, for
// messages only.
func (u *universe) signature(t reflect.Type, recv *types.Var, names string) *types.Signature {
	given := strings.Fields(parameterNames[names])
	var in, out []*types.Var
	for i := range t.NumIn() {
		name := ""
		if len(given) == t.NumIn() {
			name = given[i]
		}
		in = append(in, types.NewParam(token.NoPos, nil, name, u.typ(t.In(i))))
	}
	for i := range t.NumOut() {
		out = append(out, types.NewParam(token.NoPos, nil, "", u.typ(t.Out(i))))
	}
	return types.NewSignatureType(recv, nil, nil, types.NewTuple(in...), types.NewTuple(out...), t.IsVariadic())
}
