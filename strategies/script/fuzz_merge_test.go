package script

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// Building a package for every random program costs more than everything else, so the
// compiled side puts many of them into one, with the name of the program behind every
// name it declares.

const programsInPackage = 25

// unit is a package of programs to compile.
type unit struct {
	name, text string
	programs   []string
}

// merged puts random programs into few packages.
func merged(t testing.TB, programs map[string]string) []unit {
	t.Helper()
	var names []string
	for name := range programs {
		names = append(names, name)
	}
	slices.Sort(names)
	var units []unit
	for part := range slices.Chunk(names, programsInPackage) {
		u := unit{name: fmt.Sprintf("m%d", len(units)), programs: part}
		imports, body := map[string]bool{}, ""
		for _, name := range part {
			body += renamed(t, programs[name], "_"+name, imports)
		}
		u.text = "package " + u.name + "\n"
		for path := range imports {
			u.text += fmt.Sprintf("import %q\n", path)
		}
		u.text += body
		units = append(units, u)
	}
	return units
}

// renamed is a program without its head, its declarations under longer names.
func renamed(t testing.TB, text, suffix string, imports map[string]bool) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	declared, embedded := map[string]bool{}, map[string]bool{}
	keep := map[*ast.Ident]bool{} // fields and methods
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				declared[d.Name.Name] = true
			}
			keep[d.Name] = d.Recv != nil
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					declared[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range s.Names {
						declared[id.Name] = true
					}
				case *ast.ImportSpec:
					path, _ := strconv.Unquote(s.Path.Value)
					imports[path] = true
				}
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StructType:
			for _, f := range n.Fields.List {
				if id, ok := embeddedType(f); ok {
					embedded[id] = true
				}
			}
		case *ast.SelectorExpr:
			keep[n.Sel] = !embedded[n.Sel.Name]
		case *ast.Ident:
			if declared[n.Name] && !keep[n] {
				n.Name += suffix
			}
		}
		return true
	})
	out := ""
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.IMPORT {
			out += printed(d)
		}
	}
	return out
}

// embeddedType is the name of an embedded type, and of the field that holds it.
func embeddedType(f *ast.Field) (string, bool) {
	t := f.Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	id, ok := t.(*ast.Ident)
	return id.String(), ok && len(f.Names) == 0
}
