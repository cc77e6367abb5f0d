package script

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"

	"tollgate/strategies"
)

// stateNames are the exported package variables that live on over a reload: all
// but those the host declares (parameters, bars, lines), which the new version
// declares anew.
func (c *checker) stateNames() []string {
	var names []string
	for _, f := range c.files {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range g.Specs {
				if v, ok := s.(*ast.ValueSpec); ok {
					names = append(names, c.stateOf(v)...)
				}
			}
		}
	}
	slices.Sort(names)
	return names
}

func (c *checker) stateOf(v *ast.ValueSpec) []string {
	var names []string
	for i, name := range v.Names {
		if !name.IsExported() || c.info.Defs[name] == nil || i < len(v.Values) && c.declares(v.Values[i]) {
			continue
		}
		if c.pkg.Scope().Lookup(name.Name) == c.info.Defs[name] && isVariable(c.info.Defs[name]) {
			names = append(names, name.Name)
		}
	}
	return names
}

// rootOf is the variable that an assignment reaches into.
func rootOf(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// declares reports whether a value is made by a declaration of the host.
func (c *checker) declares(e ast.Expr) bool { return c.declaration(e) != "" }

// declaration is the name of the host's declaration that an expression calls, or empty.
func (c *checker) declaration(e ast.Expr) string {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return ""
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	obj := c.info.Uses[sel.Sel]
	if obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == hostPath && slices.Contains(declarations, sel.Sel.Name) {
		return sel.Sel.Name
	}
	return ""
}

// carry copies the state of the version before into this one: variables of the
// same name and type, copied deep, so that the old version can still be gone back
// to; what two of them point at stays one thing. A field that is new begins as this
// version says. A variable whose type changed, or that holds functions or things of the
// host, starts anew and is named in the program's Reset. What neither version changes is
// no state but a setting: it is what this version says.
func (in *instance) carry(p *strategies.Program) func(*strategies.Program) error {
	return func(from *strategies.Program) error {
		p.Reset, p.Dropped, p.Missed, p.Small, p.Left = nil, nil, nil, nil, nil
		old, ok := from.Host.(*instance)
		if !ok {
			return nil
		}
		for _, h := range old.checked.Handlers {
			if !slices.Contains(in.checked.Handlers, h) {
				p.Dropped = append(p.Dropped, h)
			}
		}
		c := carrier{done: map[uintptr]reflect.Value{}}
		before := old.it.Symbols(packageName)[packageName]
		now := in.it.Symbols(packageName)[packageName]
		for _, name := range in.checked.State {
			if !slices.Contains(old.checked.State, name) || slices.Contains(in.checked.settings, name) && slices.Contains(old.checked.settings, name) {
				continue
			}
			c.path = append(c.path[:0], name)
			dst, src := now[name], before[name]
			if !dst.IsValid() || !src.IsValid() || !dst.CanSet() {
				p.Reset = append(p.Reset, name)
				continue
			}
			fresh := reflect.New(dst.Type()).Elem()
			fresh.Set(dst)
			known, left := maps.Clone(c.done), len(c.left)
			if !c.copy(fresh, src, 0) {
				c.done, c.left = known, c.left[:left] // half of what it points at was not copied
				p.Reset = append(p.Reset, name)
				continue
			}
			dst.Set(fresh)
		}
		for _, name := range old.checked.State {
			if v := before[name]; !slices.Contains(in.checked.State, name) && !slices.Contains(old.checked.settings, name) && v.IsValid() && !v.IsZero() {
				c.left = append(c.left, name)
			}
		}
		for _, name := range in.checked.Lost {
			switch {
			case token.IsExported(name) || !slices.Contains(old.checked.Lost, name): // named above, or nothing is lost
			case slices.Contains(in.checked.small, name):
				p.Small = append(p.Small, name)
			default:
				p.Reset = append(p.Reset, name)
			}
		}
		return in.migrate(p, before, c.left)
	}
}

// carrier copies values deep, onto what the new version begins with.
type carrier struct {
	done map[uintptr]reflect.Value // pointers copied already, so that what was shared stays shared and rings end
	path []string                  // of names to where it is
	left []string                  // paths of values that the new version has no field for, each once
}

// maxDepth bounds nested values.
const maxDepth = 100

// copy reports whether src could be copied whole into dst.
func (c *carrier) copy(dst, src reflect.Value, depth int) bool {
	if depth > maxDepth || dst.Kind() != src.Kind() {
		return false
	}
	switch dst.Kind() {
	case reflect.Struct:
		return c.copyStruct(dst, src, depth)
	case reflect.Slice:
		return c.copySlice(dst, src, depth)
	case reflect.Array:
		return dst.Len() == src.Len() && c.copyItems(dst, src, depth)
	case reflect.Map:
		return c.copyMap(dst, src, depth)
	case reflect.Pointer:
		return c.copyPointer(dst, src, depth)
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		dst.SetZero()
		return src.IsNil()
	}
	if !src.Type().ConvertibleTo(dst.Type()) {
		return false
	}
	dst.Set(src.Convert(dst.Type()))
	return true
}

// copyStruct copies fields by name; those that are new are left as they are.
func (c *carrier) copyStruct(dst, src reflect.Value, depth int) bool {
	if dst.Type().PkgPath() != "" {
		if dst.Type() != src.Type() {
			return false
		}
		dst.Set(src) // a value of the library, such as time.Time
		return true
	}
	for i := range src.NumField() {
		name := src.Type().Field(i).Name
		to := dst.FieldByName(name)
		c.path = append(c.path, writtenName(name))
		if !to.IsValid() {
			c.leave(src.Field(i))
		} else if !to.CanSet() || !c.copy(to, src.Field(i), depth+1) {
			return false
		}
		c.path = c.path[:len(c.path)-1]
	}
	return true
}

// hiddenMark is what the interpreter puts before the name of a field that is not
// exported.
const hiddenMark = "X"

// writtenName is a field's name as the script has it, of what the interpreter made of it.
func writtenName(field string) string {
	if own, ok := strings.CutPrefix(field, hiddenMark); ok && own != "" && !token.IsExported(own) {
		return own
	}
	return field
}

// leave notes that a value stays behind.
func (c *carrier) leave(src reflect.Value) {
	path := strings.Join(c.path, ".")
	if !src.IsZero() && !slices.Contains(c.left, path) {
		c.left = append(c.left, path)
	}
}

func (c *carrier) copySlice(dst, src reflect.Value, depth int) bool {
	if src.IsNil() {
		dst.SetZero()
		return true
	}
	dst.Set(reflect.MakeSlice(dst.Type(), src.Len(), src.Len()))
	return c.copyItems(dst, src, depth)
}

func (c *carrier) copyItems(dst, src reflect.Value, depth int) bool {
	for i := range src.Len() {
		if !c.copy(dst.Index(i), src.Index(i), depth+1) {
			return false
		}
	}
	return true
}

func (c *carrier) copyMap(dst, src reflect.Value, depth int) bool {
	if src.IsNil() {
		dst.SetZero()
		return true
	}
	dst.Set(reflect.MakeMapWithSize(dst.Type(), src.Len()))
	for it := src.MapRange(); it.Next(); {
		key, value := reflect.New(dst.Type().Key()).Elem(), reflect.New(dst.Type().Elem()).Elem()
		if !c.copy(key, it.Key(), depth+1) || !c.copy(value, it.Value(), depth+1) {
			return false
		}
		dst.SetMapIndex(key, value)
	}
	return true
}

// copyPointer copies what is pointed at; things of the host are not state.
func (c *carrier) copyPointer(dst, src reflect.Value, depth int) bool {
	if src.IsNil() {
		dst.SetZero()
		return true
	}
	if dst.Type().Elem().PkgPath() != "" {
		return false
	}
	if made, ok := c.done[src.Pointer()]; ok && made.Type() == dst.Type() {
		dst.Set(made)
		return true
	}
	made := reflect.New(dst.Type().Elem())
	if !dst.IsNil() {
		made.Elem().Set(dst.Elem())
	}
	c.done[src.Pointer()] = made
	dst.Set(made)
	return c.copy(made.Elem(), src.Elem(), depth+1)
}

func isVariable(o types.Object) bool {
	_, ok := o.(*types.Var)
	return ok
}
