package script

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// Go leaves open whether x or f() is evaluated first in x + f(). When f changes
// x, compilers and the interpreter may differ, so such statements are refused.
// What a function changes is known by keys: a variable, a field of a struct type
// (whatever the struct), the elements of a type, the target of a pointer type.
// Keys can meet where memory does not; then an honest statement is refused.

// orderCheck looks for such statements.
type orderCheck struct {
	*callGraph
	direct map[ast.Node]map[any]bool // what a function itself writes
	all    map[ast.Node]map[any]bool // and what the functions it can call write
}

func evaluationOrder(g *callGraph) {
	o := &orderCheck{callGraph: g, direct: map[ast.Node]map[any]bool{}, all: map[ast.Node]map[any]bool{}}
	for _, fn := range g.order {
		o.direct[fn] = o.written(fn)
	}
	for _, f := range g.files {
		ast.Inspect(f, o.visit)
	}
}

// elements and target are the keys of memory behind a slice, map, array or pointer.
type (
	elements struct{ of string }
	target   struct{ of string }
)

func (o *orderCheck) elementsOf(e ast.Expr) any { return elements{o.typeOf(e).Underlying().String()} }

func (o *orderCheck) written(fn ast.Node) map[any]bool {
	keys := map[any]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return n == fn
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				o.write(fn, x, keys)
			}
		case *ast.IncDecStmt:
			o.write(fn, n.X, keys)
		case *ast.CallExpr:
			o.writeByCall(n, keys)
		}
		return true
	})
	return keys
}

// write notes what an assignment to x changes, unless it is memory of the
// function's own.
func (o *orderCheck) write(fn ast.Node, x ast.Expr, keys map[any]bool) {
	if id := o.root(x); id != nil {
		if v := o.info.ObjectOf(id); v == nil || fn.Pos() <= v.Pos() && v.Pos() < fn.End() {
			return
		}
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		if v, ok := o.info.Uses[x].(*types.Var); ok {
			keys[v] = true
		}
	case *ast.SelectorExpr:
		keys[o.info.Uses[x.Sel]] = true
	case *ast.IndexExpr:
		keys[o.elementsOf(x.X)] = true
	case *ast.StarExpr:
		keys[target{o.typeOf(x).String()}] = true
	}
}

// writeByCall knows the built-in functions that write.
func (o *orderCheck) writeByCall(n *ast.CallExpr, keys map[any]bool) {
	id, ok := ast.Unparen(n.Fun).(*ast.Ident)
	if !ok || !o.info.Types[id].IsBuiltin() || len(n.Args) == 0 {
		return
	}
	switch id.Name {
	case "append":
		if !o.isEmpty(n.Args[0]) {
			keys[o.elementsOf(n.Args[0])] = true
		}
	case "copy", "delete":
		keys[o.elementsOf(n.Args[0])] = true
	}
}

// isEmpty reports whether a slice is x[:0:0], which append cannot write into.
func (c *checker) isEmpty(e ast.Expr) bool {
	s, ok := ast.Unparen(e).(*ast.SliceExpr)
	if !ok || !s.Slice3 {
		return false
	}
	v := c.info.Types[s.Max].Value
	return v != nil && constant.Sign(v) == 0
}

// effects is everything a function can write, with all it can call.
func (o *orderCheck) effects(fn ast.Node) map[any]bool {
	if keys, ok := o.all[fn]; ok {
		return keys
	}
	keys := map[any]bool{}
	o.all[fn] = keys // a cycle is refused as recursion anyway
	for k := range o.direct[fn] {
		keys[k] = true
	}
	for _, next := range o.calls[fn] {
		for k := range o.effects(next) {
			keys[k] = true
		}
	}
	return keys
}

// visit checks what one statement evaluates, without the blocks below it.
func (o *orderCheck) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ExprStmt:
		o.statement(n.X)
	case *ast.AssignStmt:
		o.assignment(n)
	case *ast.ReturnStmt:
		o.statement(exprNodes(n.Results)...)
	case *ast.ValueSpec:
		o.statement(exprNodes(n.Values)...)
	case *ast.IfStmt:
		o.statement(n.Cond)
	case *ast.ForStmt:
		o.statement(n.Cond)
	case *ast.RangeStmt:
		o.statement(n.X)
	case *ast.SwitchStmt:
		o.statement(n.Tag)
	case *ast.CaseClause:
		for _, e := range n.List {
			o.statement(e)
		}
	}
	return true
}

func exprNodes(list []ast.Expr) []ast.Node {
	var out []ast.Node
	for _, e := range list {
		out = append(out, e)
	}
	return out
}

// assignment reads its right side and the operands of its left side; what is
// merely assigned is not read.
func (o *orderCheck) assignment(n *ast.AssignStmt) {
	nodes := exprNodes(n.Rhs)
	for _, x := range n.Lhs {
		if n.Tok != token.ASSIGN && n.Tok != token.DEFINE {
			nodes = append(nodes, x)
			continue
		}
		switch x := ast.Unparen(x).(type) {
		case *ast.IndexExpr:
			nodes = append(nodes, x.X, x.Index)
		case *ast.SelectorExpr:
			if _, ptr := o.typeOf(x.X).Underlying().(*types.Pointer); ptr {
				nodes = append(nodes, x.X)
			}
		case *ast.StarExpr:
			nodes = append(nodes, x.X)
		}
	}
	o.statement(nodes...)
}

// place is a node with the nodes above it in its statement.
type place struct {
	node ast.Node
	path []ast.Node
}

func (o *orderCheck) statement(nodes ...ast.Node) {
	var calls, reads []place
	for _, n := range nodes {
		if n == nil {
			continue
		}
		var path []ast.Node
		ast.Inspect(n, func(m ast.Node) bool {
			if m == nil {
				path = path[:len(path)-1]
				return true
			}
			if _, lit := m.(*ast.FuncLit); lit {
				return false
			}
			p := place{m, append([]ast.Node{}, path...)}
			switch m.(type) {
			case *ast.CallExpr:
				calls = append(calls, p)
			case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.SliceExpr, *ast.StarExpr:
				reads = append(reads, p)
			}
			path = append(path, m)
			return true
		})
	}
	for _, c := range calls {
		if o.conflict(c, reads) {
			return
		}
	}
}

// conflict refuses a call that can write what the statement reads elsewhere.
func (o *orderCheck) conflict(call place, reads []place) bool {
	keys := map[any]bool{}
	for _, fn := range o.reachedBy(call.node.(*ast.CallExpr)) {
		for k := range o.effects(fn) {
			keys[k] = true
		}
	}
	if len(keys) == 0 {
		return false
	}
	for _, r := range reads {
		// What is read of the call's own result, or at the index it gives, is read after it.
		if within(r, call.node) || within(call, r.node) || separated(r, call) {
			continue
		}
		for _, k := range o.readKeys(r.node) {
			if keys[k] {
				o.refuse(call.node, "order", "this call can change %s, which the statement reads as well", types.ExprString(r.node.(ast.Expr)))
				return true
			}
		}
	}
	return false
}

func within(p place, above ast.Node) bool {
	for _, n := range p.path {
		if n == above {
			return true
		}
	}
	return false
}

// separated reports whether a && or || settles which of two places comes first.
func separated(a, b place) bool {
	for i := range min(len(a.path), len(b.path)) {
		if a.path[i] != b.path[i] {
			return false
		}
		l, ok := a.path[i].(*ast.BinaryExpr)
		if ok && (l.Op == token.LAND || l.Op == token.LOR) && side(l, a, i) != side(l, b, i) {
			return true
		}
	}
	return false
}

func side(l *ast.BinaryExpr, p place, depth int) bool {
	next := p.node
	if depth+1 < len(p.path) {
		next = p.path[depth+1]
	}
	return next == l.X
}

// readKeys is the memory an expression reads.
func (o *orderCheck) readKeys(n ast.Node) []any {
	var keys []any
	e := n.(ast.Expr)
	switch n := n.(type) {
	case *ast.Ident:
		if v, ok := o.info.Uses[n].(*types.Var); ok && !v.IsField() {
			keys = append(keys, v)
		}
	case *ast.SelectorExpr:
		if s := o.info.Selections[n]; s != nil && s.Kind() == types.FieldVal {
			keys = append(keys, s.Obj(), target{derefString(s.Recv())})
		}
	case *ast.IndexExpr:
		keys = append(keys, o.elementsOf(n.X))
	case *ast.SliceExpr:
		return nil // shares the elements, reads none
	case *ast.StarExpr:
		keys = append(keys, target{o.typeOf(n).String()})
	}
	return append(keys, o.parts(o.typeOf(e), 0)...)
}

func derefString(t types.Type) string {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	return t.String()
}

// parts are the fields and elements that are read with a struct or an array.
func (o *orderCheck) parts(t types.Type, depth int) []any {
	var keys []any
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for f := range u.Fields() {
			keys = append(keys, f)
			if depth < 8 {
				keys = append(keys, o.parts(f.Type(), depth+1)...)
			}
		}
	case *types.Array:
		keys = append(keys, elements{u.String()})
	}
	return keys
}
