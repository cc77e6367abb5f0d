package script

import (
	"go/ast"
	"go/types"
	"strings"
)

// callGraph knows which function of a script can call which. A call of a
// variable of a function type can reach every func literal and every function
// used as a value with that signature; a call through an interface every method
// of that name. The graph may have an edge too many, never one too few.
type callGraph struct {
	*checker
	calls   map[ast.Node][]ast.Node // FuncDecl and FuncLit nodes
	decls   map[types.Object]*ast.FuncDecl
	values  map[ast.Node]*types.Signature // functions that are used as values
	dynamic map[ast.Node][]*types.Signature
	methods map[ast.Node][]*types.Func // calls through interfaces
	inCall  map[*ast.Ident]bool
	order   []ast.Node
}

// recursion refuses functions that can reach themselves.
func recursion(c *checker) {
	g := &callGraph{
		checker: c, calls: map[ast.Node][]ast.Node{}, decls: map[types.Object]*ast.FuncDecl{},
		values: map[ast.Node]*types.Signature{}, dynamic: map[ast.Node][]*types.Signature{},
		methods: map[ast.Node][]*types.Func{}, inCall: map[*ast.Ident]bool{},
	}
	g.collect()
	for _, f := range c.files {
		for _, d := range f.Decls {
			g.walk(d, nil)
		}
	}
	g.connect()
	g.cycles()
	evaluationOrder(g)
}

// reachedBy are the functions of the script that a call can run.
func (g *callGraph) reachedBy(e *ast.CallExpr) []ast.Node {
	fun := ast.Unparen(e.Fun)
	if tv := g.info.Types[fun]; tv.IsType() || tv.IsBuiltin() {
		return nil
	}
	obj := g.object(fun)
	if f, ok := obj.(*types.Func); ok && g.decls[f] != nil {
		return []ast.Node{g.decls[f]}
	}
	if lit, ok := fun.(*ast.FuncLit); ok {
		return []ast.Node{lit}
	}
	var list []ast.Node
	candidates := []ast.Expr{fun}
	if fromHost(obj) {
		candidates = e.Args
	}
	for _, c := range candidates {
		if sig, ok := g.typeOf(c).Underlying().(*types.Signature); ok {
			list = append(list, g.withSignature(sig)...)
		}
	}
	return list
}

// withSignature are the functions used as values that have a signature.
func (g *callGraph) withSignature(sig *types.Signature) []ast.Node {
	var list []ast.Node
	for _, target := range g.order {
		if have := g.values[target]; have != nil && types.Identical(have, sig) {
			list = append(list, target)
		}
	}
	return list
}

func (g *callGraph) collect() {
	for _, f := range g.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				g.decls[g.info.Defs[fn.Name]] = fn
			}
		}
	}
}

// walk attributes calls to the innermost function around them.
func (g *callGraph) walk(n ast.Node, in ast.Node) {
	ast.Inspect(n, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.FuncDecl:
			if m != n || in == nil {
				g.order = append(g.order, m)
				g.body(m.Body, m)
			}
			return false
		case *ast.FuncLit:
			g.order = append(g.order, m)
			if sig, ok := g.typeOf(m).Underlying().(*types.Signature); ok {
				g.values[m] = sig
			}
			g.body(m.Body, m)
			return false
		case *ast.CallExpr:
			g.call(m, in)
		case *ast.Ident:
			g.value(m)
		}
		return true
	})
}

func (g *callGraph) body(b *ast.BlockStmt, in ast.Node) {
	if b != nil {
		g.walk(b, in)
	}
}

func (g *callGraph) call(e *ast.CallExpr, in ast.Node) {
	fun := ast.Unparen(e.Fun)
	switch obj := g.object(fun).(type) {
	case *types.Func:
		g.markCallee(fun)
		if decl := g.decls[obj]; decl != nil {
			g.calls[in] = append(g.calls[in], decl)
		} else if recv := obj.Signature().Recv(); recv != nil && isInterface(recv.Type()) {
			g.methods[in] = append(g.methods[in], obj)
		}
	default:
		if tv := g.info.Types[fun]; tv.IsType() || tv.IsBuiltin() {
			return
		}
		if sig, ok := g.typeOf(fun).Underlying().(*types.Signature); ok {
			g.dynamic[in] = append(g.dynamic[in], sig)
		}
	}
}

func (g *callGraph) markCallee(fun ast.Expr) {
	switch f := fun.(type) {
	case *ast.Ident:
		g.inCall[f] = true
	case *ast.SelectorExpr:
		g.inCall[f.Sel] = true
	}
}

// value notes a declared function that is used other than by calling it.
func (g *callGraph) value(id *ast.Ident) {
	f, ok := g.info.Uses[id].(*types.Func)
	if ok && !g.inCall[id] && g.decls[f] != nil {
		g.values[g.decls[f]] = f.Signature()
	}
}

func (g *callGraph) connect() {
	for in, list := range g.dynamic {
		for _, sig := range list {
			for _, target := range g.order {
				if have := g.values[target]; have != nil && types.Identical(have, sig) {
					g.calls[in] = append(g.calls[in], target)
				}
			}
		}
	}
	for in, list := range g.methods {
		for _, m := range list {
			for _, target := range g.order {
				if fn, ok := target.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == m.Name() {
					g.calls[in] = append(g.calls[in], target)
				}
			}
		}
	}
	// A func literal handed to the host, such as the less function of
	// sort.Slice, runs inside the function that hands it over.
	for _, in := range g.order {
		g.handedOver(in)
	}
}

func (g *callGraph) handedOver(in ast.Node) {
	ast.Inspect(in, func(n ast.Node) bool {
		e, ok := n.(*ast.CallExpr)
		if !ok || !fromHost(g.object(ast.Unparen(e.Fun))) {
			return true
		}
		for _, arg := range e.Args {
			sig, ok := g.typeOf(arg).Underlying().(*types.Signature)
			if !ok {
				continue
			}
			for _, target := range g.order {
				if have := g.values[target]; have != nil && types.Identical(have, sig) {
					g.calls[in] = append(g.calls[in], target)
				}
			}
		}
		return true
	})
}

// cycles refuses every function on a cycle, once, where it is declared.
func (g *callGraph) cycles() {
	for _, start := range g.order {
		if path := g.path(start); path != nil {
			at, name := g.head(start)
			g.refuse(at, "recursion", "%s can call itself (%s)", name, strings.Join(path, " -> "))
		}
	}
}

// path is a shortest way from a function back to itself, by names, or nil.
func (g *callGraph) path(start ast.Node) []string {
	from := map[ast.Node]ast.Node{}
	queue := []ast.Node{start}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, next := range g.calls[n] {
			if next == start {
				return g.names(from, start, n)
			}
			if _, seen := from[next]; !seen {
				from[next] = n
				queue = append(queue, next)
			}
		}
	}
	return nil
}

func (g *callGraph) names(from map[ast.Node]ast.Node, start, last ast.Node) []string {
	_, first := g.head(start)
	list := []string{first}
	for n := last; n != start; n = from[n] {
		_, name := g.head(n)
		list = append([]string{name}, list...)
	}
	return append([]string{first}, list...)
}

func (g *callGraph) head(n ast.Node) (ast.Node, string) {
	if fn, ok := n.(*ast.FuncDecl); ok {
		return fn.Name, fn.Name.Name
	}
	return n, "a func literal"
}
