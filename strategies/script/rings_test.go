package script

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"testing"
)

// TestSameLayout holds the check of what the interpreter made of a ring to see every
// kind of difference.
func TestSameLayout(t *testing.T) {
	type leg struct {
		Parent *struct{ N int }
		N      [2]int8
		M      map[string][]float64
		E      error
		F      func()
	}
	for _, c := range []struct {
		text string
		same bool
	}{
		{"struct { p *struct{ n int }; n [2]int8; m map[string][]float64; e error; f func() }", true},
		{"struct { p *struct{ n int32 }; n [2]int8; m map[string][]float64; e error; f func() }", false},
		{"struct { p *struct{ n, k int }; n [2]int8; m map[string][]float64; e error; f func() }", false},
		{"struct { p *struct{ n int }; n [3]int8; m map[string][]float64; e error; f func() }", false},
		{"struct { p *struct{ n int }; n [2]int8; m map[string]float64; e error; f func() }", false},
		{"struct { p *struct{ n int }; n [2]int8; m map[string][]float64; e error; f error }", false},
		{"struct { p *struct{ n int }; n [2]int8; m map[string][]float64; e error }", false},
		{"struct { n [2]int8; p *struct{ n int }; m map[string][]float64; e error; f func() }", false},
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "", "package p\ntype t "+c.text, 0)
		if err != nil {
			t.Fatal(err)
		}
		pkg, err := new(types.Config).Check("p", fset, []*ast.File{file}, nil)
		if err != nil {
			t.Fatal(err)
		}
		written := pkg.Scope().Lookup("t").Type()
		if got := sameLayout(reflect.TypeFor[leg](), written, map[reflect.Type]types.Type{}); got != c.same {
			t.Errorf("%s: %v", c.text, got)
		}
	}
}
