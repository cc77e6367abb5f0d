package script

import (
	"go/ast"
	"go/types"
)

// recursiveType refuses a type that is made of itself other than through a struct:
// the interpreter fails or hangs while it loads it.
func (l *linter) recursiveType(t *ast.TypeSpec) {
	name, ok := l.info.Defs[t.Name].(*types.TypeName)
	if !ok {
		return
	}
	if _, structure := t.Type.(*ast.StructType); structure {
		return
	}
	if reaches(name.Type().Underlying(), name.Type(), map[types.Type]bool{}) {
		l.refuse(t.Name, "recursive-type", "type %s is made of itself", t.Name.Name)
	}
}

// reaches reports whether a type mentions another one, structs left out.
func reaches(t, to types.Type, seen map[types.Type]bool) bool {
	if t == to {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		return reaches(t.Underlying(), to, seen)
	case *types.Pointer:
		return reaches(t.Elem(), to, seen)
	case *types.Slice:
		return reaches(t.Elem(), to, seen)
	case *types.Array:
		return reaches(t.Elem(), to, seen)
	case *types.Map:
		return reaches(t.Key(), to, seen) || reaches(t.Elem(), to, seen)
	case *types.Signature:
		return reachesAny(t.Params(), to, seen) || reachesAny(t.Results(), to, seen)
	}
	return false
}

func reachesAny(list *types.Tuple, to types.Type, seen map[types.Type]bool) bool {
	for v := range list.Variables() {
		if reaches(v.Type(), to, seen) {
			return true
		}
	}
	return false
}
