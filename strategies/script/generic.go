package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// MaxCopies is the most copies that the generic functions and types of a script may
// come to; a script that needs more is refused.
const MaxCopies = 500

// specialiser makes copies of generic functions and types, one for every combination
// of type arguments, so that the interpreter, which gets generics wrong, sees none:
//
//	func first[T any](l []T) T     func Zz_g1_first(l []int) int
//	first(ints)                    Zz_g1_first(ints)
//
// The generic functions of packages slices, maps and cmp come from source of this
// package and are copied in the same way, and so are min, max, clear and new(value).
type specialiser struct {
	*checker
	generics map[types.Object]*genericDecl
	held     map[types.Object]*ast.TypeSpec // interfaces: dropped when they only constrain
	used     map[types.Object]bool          // of these
	names    map[string]string              // of the copies, by original and arguments
	queue    []request
	imports  map[string]bool     // of the file of copies
	sorted   map[*ast.Ident]bool // iterators of maps whose values are sorted at once
	file     *ast.File
}

// genericDecl is a declaration with type parameters.
type genericDecl struct {
	fn      *ast.FuncDecl // or
	spec    *ast.TypeSpec // with
	methods []*ast.FuncDecl
	info    *types.Info
	library bool // not of the script
}

// request is a copy to be made.
type request struct {
	decl *genericDecl
	name string
	args []typeArg
}

// typeArg is a type in words of the script.
type typeArg struct {
	text  string
	float bool // a floating-point number underneath
}

// specialise replaces what is generic in a script that has no type errors.
func (c *checker) specialise() error {
	if !c.anyGeneric() {
		return nil
	}
	s := &specialiser{
		checker: c, generics: map[types.Object]*genericDecl{}, held: map[types.Object]*ast.TypeSpec{},
		used: map[types.Object]bool{}, names: map[string]string{}, imports: map[string]bool{}, sorted: map[*ast.Ident]bool{},
		file: &ast.File{Name: ast.NewIdent(c.files[0].Name.Name)},
	}
	for _, f := range c.files {
		s.collect(f)
	}
	for _, l := range libraryGenerics() {
		s.generics[l.object] = l.decl
	}
	if len(c.found.Errors()) > 0 {
		return c.found
	}
	for _, f := range c.files {
		s.plainDecls(f)
	}
	s.drain()
	if len(c.found.Errors()) > 0 {
		return c.found
	}
	s.writeImports()
	c.files = append(c.files, s.file)
	return c.recheck()
}

// anyGeneric reports whether there is anything to do.
func (c *checker) anyGeneric() bool {
	if len(c.info.Instances) > 0 {
		return true
	}
	for _, o := range c.info.Defs {
		if n, ok := o.(*types.TypeName); ok {
			if _, param := n.Type().(*types.TypeParam); param {
				return true
			}
			if t, ok := n.Type().Underlying().(*types.Interface); ok && !t.IsMethodSet() {
				return true
			}
		}
	}
	for _, o := range c.info.Uses {
		if b, ok := o.(*types.Builtin); ok && (b.Name() == "min" || b.Name() == "max" || b.Name() == "clear" || b.Name() == "new") {
			return true
		}
		if fromSource(o) {
			return true
		}
	}
	return len(c.imported(sourcePaths)) > 0
}

// imported are the packages of a list that the script imports.
func (c *checker) imported(paths []string) []string {
	var list []string
	for _, f := range c.files {
		for _, spec := range f.Imports {
			if p := strings.Trim(spec.Path.Value, "\"`"); slices.Contains(paths, p) {
				list = append(list, p)
			}
		}
	}
	return list
}

// collect takes the generic declarations and the interfaces out of a file.
func (s *specialiser) collect(f *ast.File) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		for _, spec := range g.Specs {
			s.collectType(spec.(*ast.TypeSpec))
		}
		g.Specs = slices.DeleteFunc(g.Specs, func(spec ast.Spec) bool {
			o := s.info.Defs[spec.(*ast.TypeSpec).Name]
			return s.generics[o] != nil || s.held[o] != nil
		})
	}
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		switch d := d.(type) {
		case *ast.GenDecl:
			return d.Tok == token.TYPE && len(d.Specs) == 0
		case *ast.FuncDecl:
			return s.collectFunc(d)
		}
		return false
	})
}

func (s *specialiser) collectType(t *ast.TypeSpec) {
	o := s.info.Defs[t.Name]
	switch {
	case t.TypeParams != nil && t.Assign.IsValid():
		s.refuse(t.Name, "alias", "type %s is an alias", t.Name.Name)
	case t.TypeParams != nil:
		s.declaresGeneric(t.Name)
		s.embeds(t)
		s.genericOf(o).spec = t
	case isInterface(o.Type()) && !t.Assign.IsValid():
		s.declaresGeneric(t.Name)
		s.held[o] = t
	}
}

// declaresGeneric checks a name that the lint will not see.
func (s *specialiser) declaresGeneric(id *ast.Ident) {
	(&linter{checker: s.checker}).declares(id, s.info.Defs[id])
}

func (s *specialiser) genericOf(o types.Object) *genericDecl {
	if s.generics[o] == nil {
		s.generics[o] = &genericDecl{info: s.info}
	}
	return s.generics[o]
}

// collectFunc reports whether a function is generic itself or a method of what is.
func (s *specialiser) collectFunc(fn *ast.FuncDecl) bool {
	f, ok := s.info.Defs[fn.Name].(*types.Func)
	if !ok {
		return false
	}
	sig := f.Signature()
	switch {
	case sig.TypeParams().Len() > 0:
		s.declaresGeneric(fn.Name)
		s.genericOf(f).fn = fn
	case sig.RecvTypeParams().Len() > 0:
		g := s.genericOf(receiverName(sig))
		g.methods = append(g.methods, fn)
	default:
		return false
	}
	return true
}

func receiverName(sig *types.Signature) types.Object {
	t := sig.Recv().Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	return t.(*types.Named).Obj()
}

// embeds refuses generic types without a field name, whose copies have another name.
func (s *specialiser) embeds(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		t, ok := n.(*ast.StructType)
		if !ok {
			return true
		}
		for _, f := range t.Fields.List {
			if len(f.Names) == 0 && s.isInstance(f.Type) {
				s.refuse(f.Type, "generics", "a generic type embedded in a struct")
			}
		}
		return true
	})
}

func (s *specialiser) isInstance(x ast.Expr) bool {
	if p, ok := x.(*ast.StarExpr); ok {
		x = p.X
	}
	switch x.(type) {
	case *ast.IndexExpr, *ast.IndexListExpr:
		return true
	}
	return false
}

// plainDecls rewrites the declarations of a file that are not generic.
func (s *specialiser) plainDecls(f *ast.File) {
	s.embeds(f)
	k := &cloner{specialiser: s, info: s.info}
	var decls []ast.Decl
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			g.Specs = slices.DeleteFunc(g.Specs, func(spec ast.Spec) bool {
				return slices.Contains(sourcePaths, strings.Trim(spec.(*ast.ImportSpec).Path.Value, "\"`"))
			})
			if len(g.Specs) == 0 {
				continue
			}
		}
		decls = append(decls, k.clone(d).(ast.Decl))
	}
	f.Decls = decls
}

// drain makes the copies asked for, which may ask for more, and keeps the interfaces
// that are used as types.
func (s *specialiser) drain() {
	for {
		for len(s.queue) > 0 && len(s.found.Errors()) == 0 {
			next := s.queue[0]
			s.queue = s.queue[1:]
			s.copy(next)
		}
		if !s.keepInterfaces() {
			return
		}
	}
}

func (s *specialiser) keepInterfaces() bool {
	more := false
	for _, name := range s.pkg.Scope().Names() {
		o := s.pkg.Scope().Lookup(name)
		if spec := s.held[o]; spec != nil && s.used[o] {
			delete(s.held, o)
			k := &cloner{specialiser: s, info: s.info}
			s.file.Decls = append(s.file.Decls, &ast.GenDecl{TokPos: spec.Pos(), Tok: token.TYPE, Specs: []ast.Spec{k.clone(spec).(ast.Spec)}})
			more = true
		}
	}
	return more
}

// ask returns the name of a copy, which is made when nobody asked before.
func (s *specialiser) ask(o types.Object, args []typeArg, at token.Pos) string {
	decl := s.generics[o]
	var texts []string
	for _, a := range args {
		texts = append(texts, a.text)
	}
	pretty := o.Name() + "[" + strings.Join(texts, ", ") + "]"
	key := fmt.Sprintf("%p %s", o, pretty)
	if name := s.names[key]; name != "" {
		return name
	}
	name := fmt.Sprintf("Zz_g%d_%s", len(s.names), o.Name())
	s.names[key] = name
	if decl == nil {
		return name // the check that follows refuses it
	}
	if len(s.names) > MaxCopies {
		s.add(at, Error, "generics", fmt.Sprintf("more than %d copies of generic functions and types are needed", MaxCopies), "write it for the types you need")
		return name
	}
	if s.copies == nil {
		s.copies = map[string]copied{}
	}
	s.copies[name] = copied{pretty: s.prettyText(pretty), at: at}
	s.queue = append(s.queue, request{decl, name, args})
	return name
}

// copied is what people should read for the name of a copy, and where it was asked for
// first.
type copied struct {
	pretty string
	at     token.Pos
}

// prettyText puts the names people know for those of copies.
func (c *checker) prettyText(text string) string {
	if len(c.copies) == 0 || !strings.Contains(text, "Zz_g") {
		return text
	}
	return copyNames.ReplaceAllStringFunc(text, func(name string) string {
		if k, ok := c.copies[name]; ok {
			return k.pretty
		}
		return name
	})
}

// writeImports gives the file of copies the packages that it names.
func (s *specialiser) writeImports() {
	var paths []string
	for p := range s.imports {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	var decls []ast.Decl
	for _, p := range paths {
		spec := &ast.ImportSpec{Path: &ast.BasicLit{Kind: token.STRING, Value: fmt.Sprintf("%q", p)}}
		decls = append(decls, &ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}})
	}
	s.file.Decls = append(decls, s.file.Decls...)
}
