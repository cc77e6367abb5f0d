package script

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"runtime"
	"strings"
)

// A ring is a set of struct types that refer to each other, or one that refers to
// itself. Package reflect cannot make such types, so the interpreter makes them with a
// placeholder and puts the right type into the fields of the placeholder afterwards. It
// does so rightly only when the type it begins with is the one that all others lead back
// to, and when no field has got its size from the placeholder: else it reads and writes
// past the end of a struct. So every ring has a root, with which a variable of the
// rewritten source makes the interpreter begin, or the ring is refused.
type ring struct {
	root    *types.Named
	problem string // why there is no root; "" = there is one
}

// rings are those of the script, each after the ones that its structs refer to.
func (c *checker) rings() []ring {
	f := &ringFinder{own: c.pkg, low: map[*types.Named]int{}, order: map[*types.Named]int{}, on: map[*types.Named]bool{}, inRing: map[*types.Named]bool{}}
	scope := c.pkg.Scope()
	for _, name := range scope.Names() {
		if n, ok := scope.Lookup(name).Type().(*types.Named); ok && f.isStruct(n) && f.order[n] == 0 {
			f.visit(n)
		}
	}
	return f.found
}

// ringFinder is Tarjan's search for strongly connected components.
type ringFinder struct {
	own        *types.Package
	order, low map[*types.Named]int
	stack      []*types.Named
	on, inRing map[*types.Named]bool
	found      []ring
}

func (f *ringFinder) isStruct(n *types.Named) bool {
	_, structure := n.Underlying().(*types.Struct)
	return structure && n.Obj().Pkg() == f.own && n.TypeParams().Len() == n.TypeArgs().Len()
}

func (f *ringFinder) visit(n *types.Named) {
	f.order[n] = len(f.order) + 1
	f.low[n] = f.order[n]
	f.stack, f.on[n] = append(f.stack, n), true
	self := false
	f.mentions(n, func(m *types.Named, _ mention) {
		self = self || m == n
		switch {
		case f.order[m] == 0:
			f.visit(m)
			f.low[n] = min(f.low[n], f.low[m])
		case f.on[m]:
			f.low[n] = min(f.low[n], f.order[m])
		}
	})
	if f.low[n] != f.order[n] {
		return
	}
	i := len(f.stack) - 1
	for f.stack[i] != n {
		i--
	}
	members := map[*types.Named]bool{}
	for _, m := range f.stack[i:] {
		members[m], f.on[m] = true, false
	}
	if len(members) > 1 || self {
		f.found = append(f.found, f.rooted(f.stack[i:], members))
		for m := range members {
			f.inRing[m] = true
		}
	}
	f.stack = f.stack[:i]
}

// rooted finds the root of a ring.
func (f *ringFinder) rooted(list []*types.Named, members map[*types.Named]bool) ring {
	var bad ring
	for _, n := range list {
		problem := f.problem(n, members)
		if problem == "" {
			return ring{root: n}
		}
		if bad.root == nil || n.Obj().Pos() < bad.root.Obj().Pos() {
			bad = ring{n, problem}
		}
	}
	return bad
}

// problem goes through a ring as the interpreter does when it begins with root, and
// says what it would get wrong.
func (f *ringFinder) problem(root *types.Named, members map[*types.Named]bool) string {
	problem, begun, done := "", map[*types.Named]bool{}, map[*types.Named]bool{}
	var visit func(n *types.Named)
	visit = func(n *types.Named) {
		begun[n] = true
		f.mentions(n, func(m *types.Named, how mention) {
			name := m.Obj().Name()
			switch {
			case problem != "":
			case !members[m]:
				if how.function && f.reachesRing(m, map[*types.Named]bool{}) {
					problem = fmt.Sprintf("a function in %s is about %s, which leads to itself in another way", n.Obj().Name(), name)
				}
			case done[m]:
			case !begun[m]:
				visit(m)
			case m != root:
				problem = fmt.Sprintf("more than one way leads from %s back to itself", root.Obj().Name())
			case !how.sized:
				problem = fmt.Sprintf("%s holds a whole %s", n.Obj().Name(), name)
			case how.hidden || how.function && n != root:
				problem = fmt.Sprintf("%s refers to %s in the key of a map, in a struct without a name, or in a function", n.Obj().Name(), name)
			case how.deep && n != root:
				problem = fmt.Sprintf("%s holds a list or a map of %s", n.Obj().Name(), name)
			}
		})
		done[n] = true
	}
	visit(root)
	return problem
}

// reachesRing reports whether a struct is or refers to one of another ring: for the sake
// of functions about it, the interpreter makes that ring once more, and then has two.
func (f *ringFinder) reachesRing(n *types.Named, seen map[*types.Named]bool) bool {
	if f.inRing[n] {
		return true
	}
	seen[n] = true
	found := false
	f.mentions(n, func(m *types.Named, _ mention) {
		found = found || !seen[m] && f.reachesRing(m, seen)
	})
	return found
}

// mention is where in a field another struct is named.
type mention struct {
	sized    bool // behind a pointer, a slice, a map or a function, whose size is known
	function bool
	deep     bool // in a slice, a map or an array
	hidden   bool // where the interpreter does not look for its placeholder
}

// mentions calls do for every struct of the script that a struct's fields name.
func (f *ringFinder) mentions(n *types.Named, do func(*types.Named, mention)) {
	fields := n.Underlying().(*types.Struct)
	for v := range fields.Fields() {
		f.scan(v.Type(), mention{}, false, do)
	}
}

// scan takes a type apart; inside is set below the top of a field.
func (f *ringFinder) scan(t types.Type, at mention, inside bool, do func(*types.Named, mention)) {
	below := at
	switch t := t.(type) {
	case *types.Named:
		if f.isStruct(t) {
			do(t, at)
		} else if t.Obj().Pkg() == f.own {
			f.scan(t.Underlying(), at, inside, do)
		}
	case *types.Array:
		below.deep = true
		f.scan(t.Elem(), below, true, do)
	case *types.Pointer:
		below.sized = true
		f.scan(t.Elem(), below, true, do)
	case *types.Slice:
		below.sized, below.deep = true, true
		f.scan(t.Elem(), below, true, do)
	case *types.Map:
		below.sized, below.deep = true, true
		f.scan(t.Elem(), below, true, do)
		below.hidden = true
		f.scan(t.Key(), below, true, do)
	case *types.Signature:
		below.sized, below.function, below.hidden = true, true, at.hidden || inside
		for _, list := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range list.Variables() {
				f.scan(v.Type(), below, true, do)
			}
		}
	case *types.Struct:
		below.hidden = true
		for v := range t.Fields() {
			f.scan(v.Type(), below, true, do)
		}
	}
}

// refuseRings refuses the rings that have no root.
func (c *checker) refuseRings() {
	if len(c.found.Errors()) > 0 {
		return // types may be incomplete
	}
	for _, r := range c.rings() {
		if r.problem != "" {
			c.refuse(&ast.Ident{NamePos: r.root.Obj().Pos()}, "struct-ring", "type %s refers to itself: %s", r.root.Obj().Name(), r.problem)
		}
	}
}

func rootName(i int) string { return fmt.Sprintf("Zz_r%d", i) }

// roots declares the variables that the interpreter makes the types of rings from.
func (r *rewriter) roots() string {
	var b strings.Builder
	for i, ring := range r.rings() {
		fmt.Fprintf(&b, "var %s *%s\n", rootName(i), r.typeText(ring.root))
		r.ringRoots = append(r.ringRoots, ring.root)
	}
	return b.String()
}

// checkRings compares the types of rings that the interpreter made with those that were
// written: a difference would be memory read as something else.
func (in *instance) checkRings() error {
	symbols := in.it.Symbols(packageName)[packageName]
	for i, root := range in.checked.rings {
		v := symbols[rootName(i)]
		if !v.IsValid() || !sameLayout(v.Type(), types.NewPointer(root), map[reflect.Type]types.Type{}) {
			return fmt.Errorf("script %s: %w: it gets the memory of type %s wrong; please report the script", in.checked.Source.Name, errUnloadable, root.Obj().Name())
		}
	}
	return nil
}

// ownSizes are those of the machine this runs on.
var ownSizes = types.SizesFor("gc", runtime.GOARCH)

// sameLayout reports whether a type of the interpreter is the type that was written, as
// far as memory goes.
func sameLayout(made reflect.Type, t types.Type, seen map[reflect.Type]types.Type) bool {
	if before, ok := seen[made]; ok && made.Kind() == reflect.Struct {
		return types.Identical(before.Underlying(), t.Underlying())
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return made.Kind() == reflect.Pointer && (isHost(u.Elem()) || sameLayout(made.Elem(), u.Elem(), seen))
	case *types.Slice:
		return made.Kind() == reflect.Slice && sameLayout(made.Elem(), u.Elem(), seen)
	case *types.Array:
		return made.Kind() == reflect.Array && made.Len() == int(u.Len()) && sameLayout(made.Elem(), u.Elem(), seen)
	case *types.Map:
		return made.Kind() == reflect.Map && sameLayout(made.Key(), u.Key(), seen) && sameLayout(made.Elem(), u.Elem(), seen)
	case *types.Struct:
		seen[made] = t
		return made.Kind() == reflect.Struct && (isHost(t) || sameFields(made, u, seen))
	}
	return int64(made.Size()) == ownSizes.Sizeof(t)
}

func sameFields(made reflect.Type, u *types.Struct, seen map[reflect.Type]types.Type) bool {
	if made.NumField() != u.NumFields() || int64(made.Size()) != ownSizes.Sizeof(u) {
		return false
	}
	var fields []*types.Var
	for f := range u.Fields() {
		fields = append(fields, f)
	}
	offsets := ownSizes.Offsetsof(fields)
	for i, f := range fields {
		if int64(made.Field(i).Offset) != offsets[i] || !sameLayout(made.Field(i).Type, f.Type(), seen) {
			return false
		}
	}
	return true
}
