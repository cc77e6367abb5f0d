package script

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// lostNames are the package variables that the script changes and that start anew with a
// reload: small, because they are not exported, or because what they hold cannot be
// carried over, which has a note of its own.
func (c *checker) lostNames(changed map[types.Object]bool) (names, small []string) {
	makers := c.makers()
	first := token.NoPos
	for _, name := range c.pkg.Scope().Names() { // sorted
		obj := c.pkg.Scope().Lookup(name)
		switch {
		case !changed[obj] || !isVariable(obj):
			continue
		case holdsFunc(obj.Type(), map[types.Type]bool{}) && c.callsOneOf(c.initialOf(obj), makers):
			c.add(obj.Pos(), Note, "lost-type", "a reload starts "+name+" anew: what its functions keep to themselves is the old version's", "keep it in a struct with methods, in a variable whose name begins with a capital letter")
		case holdsFunc(obj.Type(), map[types.Type]bool{}):
			c.add(obj.Pos(), Note, "lost-type", "a reload starts "+name+" anew: a function in it would be the old version's", "set it in every handler that calls it while it is nil, or choose among plain functions by a number")
		case !obj.Exported():
			small = append(small, name)
			if first == token.NoPos || obj.Pos() < first {
				first = obj.Pos()
			}
		default:
			continue
		}
		names = append(names, name)
	}
	if len(small) > 0 {
		c.add(first, Note, "lost-name", "a reload starts "+strings.Join(small, ", ")+" anew", "begin a name with a capital letter to carry it over")
	}
	return names, small
}

// altered are the variables that the script assigns to, in whole or in part, or that
// something with their address may change.
func (c *checker) altered() map[types.Object]bool {
	changed := map[types.Object]bool{}
	note := func(e ast.Expr) {
		if id := rootOf(e); id != nil && c.info.Uses[id] != nil {
			changed[c.info.Uses[id]] = true
		}
	}
	writers := c.writers()
	assigned := func(n ast.Node) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				note(e)
			}
		case *ast.IncDecStmt:
			note(n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				note(n.Key)
				note(n.Value)
			}
		}
	}
	visit := func(n ast.Node, first bool) {
		if !first {
			assigned(n)
		}
		switch n := n.(type) {
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				note(n.X)
			}
		case *ast.SelectorExpr:
			if writers[c.info.Uses[n.Sel]] {
				note(n.X)
			}
		}
	}
	for _, f := range c.files {
		for _, d := range f.Decls {
			c.inspectRuns(d, visit)
		}
	}
	c.otherWays(changed)
	return changed
}

// writers are the methods that can change what their receiver points at: they assign to
// it, or hand the pointer on.
func (c *checker) writers() map[types.Object]bool {
	list := map[types.Object]bool{}
	for _, f := range c.files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || fn.Body == nil || len(fn.Recv.List) == 0 || len(fn.Recv.List[0].Names) == 0 {
				continue
			}
			self := c.info.Defs[fn.Recv.List[0].Names[0]]
			if self == nil {
				continue
			}
			if _, pointer := self.Type().(*types.Pointer); pointer && c.writes(fn.Body, self) {
				list[c.info.Defs[fn.Name]] = true
			}
		}
	}
	return list
}

// writes reports whether a body can change what a pointer points at. Reading a field is
// the only use that cannot.
func (c *checker) writes(body *ast.BlockStmt, pointer types.Object) bool {
	read := map[*ast.Ident]bool{}
	found := false
	target := func(e ast.Expr) {
		id := rootOf(e)
		found = found || id != nil && c.info.Uses[id] == pointer
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				target(e)
			}
		case *ast.IncDecStmt:
			target(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				target(n.X)
			}
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				s := c.info.Selections[n]
				read[id] = s != nil && s.Kind() == types.FieldVal
			}
		case *ast.Ident:
			found = found || c.info.Uses[n] == pointer && !read[n]
		}
		return !found
	})
	return found
}

// holdsFunc reports whether a value of a type can hold a function, which is the code of
// one version and cannot be carried into another.
func holdsFunc(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Signature:
		return true
	case *types.Pointer:
		return holdsFunc(u.Elem(), seen)
	case *types.Slice:
		return holdsFunc(u.Elem(), seen)
	case *types.Array:
		return holdsFunc(u.Elem(), seen)
	case *types.Map:
		return holdsFunc(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if holdsFunc(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}
