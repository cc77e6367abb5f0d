package script

import (
	"go/ast"
	"go/token"
	"reflect"
	"strings"

	"tollgate/strategies"
)

// site is a place in a script's source.
type site struct{ file, line, column int }

// sites are the calls of the host's declarations, by the name of the declaration, in the
// order in which a script is initialised. Each of them runs once: none is inside a
// function.
func (c *checker) sites() map[string][]site {
	list := map[string][]site{}
	for _, in := range c.info.InitOrder {
		var stack []ast.Node
		ast.Inspect(in.Rhs, func(n ast.Node) bool {
			if n != nil {
				stack = append(stack, n)
				return true
			}
			done := stack[len(stack)-1] // after its arguments
			stack = stack[:len(stack)-1]
			if e, ok := done.(*ast.CallExpr); ok {
				if name := c.declaration(e); name != "" {
					list[name] = append(list[name], c.siteOf(e.Pos()))
				}
			}
			return true
		})
	}
	return list
}

func (c *checker) siteOf(pos token.Pos) site {
	p := c.fset.Position(pos)
	return site{c.index[p.Filename], p.Line, p.Column}
}

// mistakes are the declarations that the script itself got wrong, whatever its
// parameters, with their places. It is loaded once more for them.
func (c *Checked) mistakes() Findings {
	var found Findings
	calls, told := map[string]int{}, 0
	o := Options{Plain: true, declared: func(s *strategies.Setup, name string) {
		sites, k := c.sites[name], calls[name]
		calls[name]++
		for _, err := range s.Mistakes()[told:] {
			told++
			if k < len(sites) {
				found = append(found, c.finding(sites[k], "declaration", err.Error()))
			}
		}
	}}
	if _, err := c.start(o); err != nil {
		return nil
	}
	return found.sorted()
}

func (c *Checked) finding(at site, code, message string) Finding {
	f := c.Source.Files[at.file]
	line := strings.Split(f.Text, "\n")[at.line-1]
	return Finding{
		File: f.Name, Line: at.line, Column: at.column, SourceLine: strings.TrimRight(line, "\r"),
		Code: code, Message: message, Severity: Error,
	}
}

// heard is a function that tells when it has been called.
func heard(f reflect.Value, after func()) reflect.Value {
	return reflect.MakeFunc(f.Type(), func(args []reflect.Value) []reflect.Value {
		defer after()
		if f.Type().IsVariadic() {
			return f.CallSlice(args)
		}
		return f.Call(args)
	})
}
