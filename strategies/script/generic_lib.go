package script

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"sync"
)

// sourcePaths are the packages whose functions are generic, given to scripts as source
// of this package, in the order they need each other.
var sourcePaths = []string{"cmp", "slices", "maps"}

// sources are their texts. They do what the functions of Go do, to the last detail a
// script can see: the order of equal elements after an unstable sort included, which
// is that of package sort.
var sources = map[string]string{
	"cmp": `package cmp

type Ordered interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64 | ~string
}

func Or[T comparable](vals ...T) T {
	var zero T
	for i := 0; i < len(vals); i++ {
		if vals[i] != zero {
			return vals[i]
		}
	}
	return zero
}

func Less[T Ordered](x, y T) bool { return x < y || x != x && y == y }

func Compare[T Ordered](x, y T) int {
	if x < y || x != x && y == y {
		return -1
	}
	if x > y || x == x && y != y {
		return 1
	}
	return 0
}
`,
	"slices": slicesSource + slicesMore,
	"maps": `package maps

func Keys[Map ~map[K]V, K comparable, V any](m Map) func(yield func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func Values[Map ~map[K]V, K comparable, V any](m Map) func(yield func(V) bool) {
	return func(yield func(V) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

func Clone[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil {
		return nil
	}
	out := make(M, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func Copy[M1 ~map[K]V, M2 ~map[K]V, K comparable, V any](dst M1, src M2) {
	for k, v := range src {
		dst[k] = v
	}
}

func Equal[M1, M2 ~map[K]V, K, V comparable](m1 M1, m2 M2) bool {
	if len(m1) != len(m2) {
		return false
	}
	for k, v1 := range m1 {
		v2, ok := m2[k]
		if !ok || v1 != v2 {
			return false
		}
	}
	return true
}
`,
	helperPath: `package helper

func minOf[T ~int | ~string](x, y T) T {
	if y < x {
		return y
	}
	return x
}

func maxOf[T ~int | ~string](x, y T) T {
	if y > x {
		return y
	}
	return x
}

func minOfFloats[T ~float32 | ~float64](x, y T) T {
	if x != x {
		return x
	}
	if y != y || y < x {
		return y
	}
	if x == 0 && y == 0 && 1/y < 0 {
		return y
	}
	return x
}

func maxOfFloats[T ~float32 | ~float64](x, y T) T {
	if x != x {
		return x
	}
	if y != y || y > x {
		return y
	}
	if x == 0 && y == 0 && 1/x < 0 {
		return y
	}
	return x
}

func clearMap[M ~map[K]V, K comparable, V any](m M) {
	for k := range m {
		delete(m, k)
	}
}

func clearSlice[S ~[]E, E any](s S) {
	for i := 0; i < len(s); i++ {
		var zero E
		s[i] = zero
	}
}

func newOf[T any](v T) *T {
	kept := v
	return &kept
}
`,
}

// helperPath is that of the functions behind built-in ones; scripts cannot import it.
const helperPath = "helper"

// sourcePackage is one of them, checked.
type sourcePackage struct {
	pkg  *types.Package
	file *ast.File
	info *types.Info
}

// loadSources checks the source packages against the others.
func (u *universe) loadSources() {
	u.sources = map[string]sourcePackage{}
	for _, path := range append(slices.Clone(sourcePaths), helperPath) {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path+".go", sources[path], parser.SkipObjectResolution)
		if err != nil {
			panic("script: source of package " + path + ": " + err.Error())
		}
		p := sourcePackage{file: file, info: newInfo()}
		conf := types.Config{GoVersion: goVersion, Importer: u, Sizes: types.SizesFor("gc", "amd64")}
		if p.pkg, err = conf.Check(path, fset, []*ast.File{file}, p.info); err != nil {
			panic("script: source of package " + path + ": " + err.Error())
		}
		u.sources[path] = p
		if path != helperPath {
			u.packages[path] = p.pkg
		}
	}
}

// libraryGeneric is a function of a source package.
type libraryGeneric struct {
	object types.Object
	decl   *genericDecl
}

var libraryGenerics = sync.OnceValue(func() []libraryGeneric {
	var list []libraryGeneric
	for _, p := range allowed().sources {
		for _, d := range p.file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				list = append(list, libraryGeneric{p.info.Defs[fn.Name], &genericDecl{fn: fn, info: p.info, library: true}})
			}
		}
	}
	return list
})

func helperObject(name string) types.Object {
	return allowed().sources[helperPath].pkg.Scope().Lookup(name)
}

// fromSource reports whether an object belongs to a source package.
func fromSource(o types.Object) bool {
	if o == nil || o.Pkg() == nil {
		return false
	}
	p, ok := allowed().sources[o.Pkg().Path()]
	return ok && p.pkg == o.Pkg()
}
