package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// What a variable holds can be changed without an assignment to it: what its maps,
// slices and pointers lead to, by a function it was given to or by another name of the
// same memory; and what a function it holds keeps for itself.

// ways finds these changes. param is true for parameters, receivers first, that their
// function writes through.
type ways struct {
	*checker
	param   map[types.Object]bool
	changed map[types.Object]bool
}

// otherWays adds to changed what is changed by other ways than assigning.
func (c *checker) otherWays(changed map[types.Object]bool) {
	w := &ways{checker: c, param: map[types.Object]bool{}, changed: changed}
	for before := -1; before != len(w.param)+len(changed); {
		before = len(w.param) + len(changed)
		for _, f := range c.files {
			for _, d := range f.Decls {
				w.follow(d)
			}
		}
	}
	makers := c.makers()
	for _, in := range c.info.InitOrder {
		for _, v := range in.Lhs {
			if holdsFunc(v.Type(), map[types.Type]bool{}) && c.callsOneOf(in.Rhs, makers) {
				changed[v] = true
			}
		}
	}
}

// initialOf is the expression that a package variable begins with, or nil.
func (c *checker) initialOf(o types.Object) ast.Expr {
	for _, in := range c.info.InitOrder {
		for _, v := range in.Lhs {
			if v == o {
				return in.Rhs
			}
		}
	}
	return nil
}

// settingNames are the exported variables that no version of the script changes while it
// runs, as its settings: plain values, whose memory nothing else leads to. changed are
// all that are changed.
func (c *checker) settingNames(state []string, changed map[types.Object]bool) []string {
	sliced := map[types.Object]bool{} // arrays
	for _, f := range c.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SliceExpr); ok {
				if id := c.root(s.X); id != nil {
					sliced[c.info.ObjectOf(id)] = true
				}
			}
			return true
		})
	}
	var names []string
	for _, name := range state {
		if o := c.pkg.Scope().Lookup(name); !changed[o] && !sliced[o] && !leadsOut(o.Type()) {
			names = append(names, name)
		}
	}
	return names
}

// follow notes what one declaration writes through maps, slices and pointers.
func (w *ways) follow(d ast.Decl) {
	other := w.otherNames(d)
	mark := func(e ast.Expr) {
		id := sourceOf(e)
		if id == nil {
			return
		}
		seen := map[types.Object]bool{}
		for list := []types.Object{w.info.ObjectOf(id)}; len(list) > 0; list = list[1:] {
			o := list[0]
			if o == nil || seen[o] {
				continue
			}
			seen[o] = true
			if o.Parent() == w.pkg.Scope() {
				w.changed[o] = true
			} else {
				w.param[o] = true // of no consequence where it is a local variable
			}
			list = append(list, other[o]...)
		}
	}
	w.inspectRuns(d, func(n ast.Node, first bool) {
		if first {
			return
		}
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				if w.root(x) == nil {
					mark(x)
				}
			}
		case *ast.IncDecStmt:
			if w.root(n.X) == nil {
				mark(n.X)
			}
		case *ast.CallExpr:
			w.call(n, mark)
		}
	})
}

// inspectRuns visits the nodes of a declaration. first is true for those that run only
// while the package is initialised, which a new version does itself: an init function,
// without the functions it makes, and unless these keep something for themselves.
func (c *checker) inspectRuns(d ast.Decl, visit func(n ast.Node, first bool)) {
	fn, ok := d.(*ast.FuncDecl)
	isInit := ok && fn.Recv == nil && fn.Name.Name == "init" && fn.Body != nil && !c.keepsState(fn.Body)
	depth := 0 // of func literals
	var stack []ast.Node
	ast.Inspect(d, func(n ast.Node) bool {
		if n == nil {
			if _, lit := stack[len(stack)-1].(*ast.FuncLit); lit {
				depth--
			}
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if _, lit := n.(*ast.FuncLit); lit {
			depth++
		}
		visit(n, isInit && depth == 0)
		return true
	})
}

// call marks the arguments that a call writes through.
func (w *ways) call(n *ast.CallExpr, mark func(ast.Expr)) {
	fun := ast.Unparen(n.Fun)
	if id, ok := fun.(*ast.Ident); ok && w.info.Types[id].IsBuiltin() && len(n.Args) > 0 {
		_, part := ast.Unparen(n.Args[0]).(*ast.SliceExpr)
		part = part && !w.isEmpty(n.Args[0])
		if id.Name == "delete" || id.Name == "clear" || id.Name == "copy" || id.Name == "append" && part {
			mark(n.Args[0])
		}
		return
	}
	f, ok := w.object(fun).(*types.Func)
	if !ok {
		return
	}
	if f.Pkg() != nil && f.Pkg().Path() == "sort" && len(n.Args) > 0 {
		mark(n.Args[0])
		return
	}
	sig := f.Signature()
	if s, ok := fun.(*ast.SelectorExpr); ok && sig.Recv() != nil && w.param[sig.Recv()] {
		mark(s.X)
	}
	for i := range sig.Params().Len() {
		if i < len(n.Args) && w.param[sig.Params().At(i)] {
			mark(n.Args[i])
		}
	}
}

// otherNames are the variables that local ones may share memory with.
func (w *ways) otherNames(d ast.Decl) map[types.Object][]types.Object {
	names := map[types.Object][]types.Object{}
	add := func(to, from ast.Expr) {
		id, ok := to.(*ast.Ident)
		source := sourceOf(from)
		if !ok || source == nil || !leadsOut(w.typeOf(to)) {
			return
		}
		if a, b := w.info.ObjectOf(id), w.info.ObjectOf(source); a != nil && b != nil {
			names[a] = append(names[a], b)
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, x := range n.Lhs {
				if len(n.Lhs) == len(n.Rhs) {
					add(x, n.Rhs[i])
				} else if i == 0 {
					add(x, n.Rhs[0])
				}
			}
		case *ast.RangeStmt:
			if n.Value != nil {
				add(n.Value, n.X)
			}
		}
		return true
	})
	return names
}

// sourceOf is the variable whose memory an expression leads to; a method may return
// what belongs to its receiver.
func sourceOf(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.SliceExpr:
			e = x.X
		case *ast.UnaryExpr:
			if x.Op != token.AND {
				return nil
			}
			e = x.X
		case *ast.CallExpr:
			s, ok := ast.Unparen(x.Fun).(*ast.SelectorExpr)
			if !ok {
				return nil
			}
			e = s.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.Ident:
			return x
		default:
			return nil
		}
	}
}

// leadsOut reports whether a value leads to memory outside of it.
func leadsOut(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Signature, *types.Interface:
		return true
	case *types.Array:
		return leadsOut(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if leadsOut(f.Type()) {
				return true
			}
		}
	}
	return false
}

// makers are the functions of a script that make a function with variables of its own,
// which a call of it changes.
func (c *checker) makers() map[types.Object]bool {
	list := map[types.Object]bool{}
	for before := -1; before != len(list); {
		before = len(list)
		for _, f := range c.files {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && (c.keepsState(fn.Body) || c.callsOneOf(fn.Body, list)) {
					list[c.info.Defs[fn.Name]] = true
				}
			}
		}
	}
	return list
}

// keepsState reports whether a func literal in a body changes a variable of the body.
func (c *checker) keepsState(body *ast.BlockStmt) bool {
	found := false
	changes := func(lit *ast.FuncLit, e ast.Expr) {
		if id := rootOf(e); id != nil {
			o := c.info.Uses[id]
			inBody := o != nil && body.Pos() <= o.Pos() && o.Pos() < body.End()
			found = found || inBody && (o.Pos() < lit.Pos() || lit.End() <= o.Pos())
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		lit, ok := n.(*ast.FuncLit)
		if !ok {
			return !found
		}
		ast.Inspect(lit.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, e := range n.Lhs {
					changes(lit, e)
				}
			case *ast.IncDecStmt:
				changes(lit, n.X)
			}
			return true
		})
		return true
	})
	return found
}

// callsOneOf reports whether a node calls one of the functions.
func (c *checker) callsOneOf(n ast.Node, list map[types.Object]bool) bool {
	found := false
	if n == nil {
		return false
	}
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(*ast.CallExpr); ok {
			found = found || list[c.object(e.Fun)]
		}
		return !found
	})
	return found
}
