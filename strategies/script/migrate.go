package script

import (
	"fmt"
	"go/token"
	"reflect"
	"slices"
	"strings"

	"tollgate/strategies"
)

// migrate lets the new version look at the state of the one before, for what could
// not be carried over by name and type. A panic in it refuses the swap.
// What carrying over has left behind, by path, is told unless it was read here.
func (in *instance) migrate(p *strategies.Program, before map[string]reflect.Value, left []string) (err error) {
	if p.Left = left; p.Handlers.Migrate == nil {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the state cannot be migrated, so the version before goes on: %s", in.locate(r))
		}
	}()
	state := strategies.NewState(func(path string) any {
		p.Left = slices.DeleteFunc(p.Left, func(l string) bool { return l == path || strings.HasPrefix(path, l+".") })
		return at(before, path)
	})
	p.Handlers.Migrate(state)
	p.Missed = state.Missed()
	return nil
}

// at is the value at a path: a float64, int64, bool, string or []float64.
func at(vars map[string]reflect.Value, path string) any {
	name, rest, _ := strings.Cut(path, ".")
	v, ok := vars[name]
	if !ok {
		return nil
	}
	for _, field := range strings.FieldsFunc(rest, func(r rune) bool { return r == '.' }) {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct {
			return nil
		}
		if !token.IsExported(field) {
			field = hiddenMark + field
		}
		if v = v.FieldByName(field); !v.IsValid() {
			return nil
		}
	}
	return plainValue(v)
}

func plainValue(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.String:
		return v.String()
	case reflect.Slice, reflect.Array:
		return numbersOf(v)
	}
	switch {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return int64(v.Uint())
	case v.CanFloat():
		return v.Float()
	}
	return nil
}

// numbersOf are the numbers of a list; nil when it holds anything else.
func numbersOf(v reflect.Value) any {
	out := make([]float64, v.Len())
	for i := range out {
		switch x := plainValue(v.Index(i)).(type) {
		case float64:
			out[i] = x
		case int64:
			out[i] = float64(x)
		default:
			return nil
		}
	}
	return out
}
