package script

import (
	"fmt"
	"go/token"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// instances is a script that needs n copies of a generic function.
func instances(n int) string {
	text := "func f[T any](v T) int { return 1 }\nfunc OnStart(ctx *strategies.Context) {\n"
	for i := range n {
		text += fmt.Sprintf("ctx.Position = f([%d]int{})\n", i)
	}
	return wrap(text + "}\n")
}

func TestCopiesAreBounded(t *testing.T) {
	if found := findings(t, instances(MaxCopies)); len(found) > 0 {
		t.Errorf("at the bound: %v", found[0])
	}
	found := findings(t, instances(MaxCopies+1))
	if !slices.ContainsFunc(found, func(f Finding) bool { return f.Code == "generics" && f.Line > 0 }) {
		t.Errorf("past the bound: %v", found)
	}
}

// Findings speak of generic functions and types as the script does.
func TestCopiesKeepTheirNames(t *testing.T) {
	found := findings(t, wrap("type box[T any] struct{ v T }\nfunc show[T any](v T) string { return fmt.Sprint(v) }\nvar s = show(box[int]{1})"))
	if len(found) == 0 {
		t.Fatal("accepted")
	}
	for _, f := range found {
		if strings.Contains(f.Message, "Zz_") || !strings.Contains(f.Message, "box[int]") {
			t.Errorf("%v", f)
		}
	}
}

// What is plain stays as it is: no rewriting leaves something that needs another.
func TestPlainIsFinal(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/language.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		c := plained(t, program("p", string(f.Data)))
		before := c.text()
		if err := c.plain(); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if after := c.text(); after != before {
			t.Errorf("%s: the second time\n%s\nthe first time\n%s", f.Name, after, before)
		}
	}
}

func plained(t *testing.T, text string) *checker {
	t.Helper()
	c := &checker{src: FromText("p.go", text), fset: token.NewFileSet(), index: map[string]int{}, free: true}
	if !c.parse() {
		t.Fatal(c.found)
	}
	c.typeCheck()
	if err := c.specialise(); err != nil {
		t.Fatal(err)
	}
	if err := c.plain(); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *checker) text() string {
	text := ""
	for _, f := range c.files {
		for _, d := range f.Decls {
			text += printed(d)
		}
	}
	return text
}

// A constraint is no finding beside an error of another kind.
func TestConstraintBesideAnError(t *testing.T) {
	found := findings(t, wrap("type number interface{ ~int | ~float64 }\nfunc twice[T number](v T) T { return v + v }\nvar s string = twice(1)"))
	if len(found) != 1 || found[0].Code != "type" {
		t.Errorf("%v", found)
	}
}
