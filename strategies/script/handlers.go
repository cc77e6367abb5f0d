package script

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"strings"

	"tollgate/strategies"
)

// handlerNames are the fields of strategies.Handlers, in their order.
var handlerNames = func() []string {
	var list []string
	t := reflect.TypeFor[strategies.Handlers]()
	for i := range t.NumField() {
		list = append(list, t.Field(i).Name)
	}
	return list
}()

// handlerSignature is what a script must write behind the name.
func handlerSignature(name string) *types.Signature {
	f, _ := reflect.TypeFor[strategies.Handlers]().FieldByName(name)
	return allowed().signature(f.Type, nil, "")
}

// otherNames are what people call handlers elsewhere.
var otherNames = map[string]string{
	"ontick": "OnQuote or OnTrade", "oncandle": "OnBar", "oninit": "OnStart", "onend": "OnStop", "onexit": "OnStop",
	"onorderupdate": "OnOrder", "onexecution": "OnFill", "onposition": "OnFill", "onbarupdate": "OnBar",
	"onmarketdata": "OnQuote", "onconnect": "OnLink", "ondisconnect": "OnLink",
}

// handlers finds the handlers, checks their signatures and warns of functions
// that look like one and will never be called.
func (c *checker) handlers() []string {
	defined := map[string]bool{}
	for _, f := range c.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				c.handler(fn, defined)
			}
		}
	}
	var list []string
	for _, name := range handlerNames {
		if defined[name] {
			list = append(list, name)
		}
	}
	if len(list) == 0 && !c.free {
		c.add(c.files[0].Name.Pos(), Error, "no-handler", "the script defines no handler, so nothing would ever be called",
			"define at least one of "+strings.Join(handlerNames, ", "))
	}
	return list
}

func (c *checker) handler(fn *ast.FuncDecl, defined map[string]bool) {
	name := fn.Name.Name
	if !isHandler(name) || fn.Recv != nil {
		c.lookalike(fn)
		return
	}
	defined[name] = true
	obj, ok := c.info.Defs[fn.Name].(*types.Func)
	if !ok {
		return
	}
	have, want := obj.Type().(*types.Signature), handlerSignature(name)
	if !types.Identical(have, want) {
		c.refuse(fn.Name, "handler", "%s has the wrong signature\n\thave func %s%s\n\twant func %s%s", name,
			name, signatureText(have), name, wantText(name))
	}
}

func isHandler(name string) bool {
	for _, h := range handlerNames {
		if h == name {
			return true
		}
	}
	return false
}

// lookalike warns of a function whose name is nearly that of a handler.
func (c *checker) lookalike(fn *ast.FuncDecl) {
	name := fn.Name.Name
	lower := strings.ToLower(name)
	if !strings.HasPrefix(lower, "on") || len(name) < 5 || name[2] < 'A' || name[2] > 'Z' {
		return
	}
	near := otherNames[lower]
	if near == "" {
		near = nearest(name, handlerNames)
	}
	switch {
	case near == "":
		return
	case fn.Recv != nil:
		c.add(fn.Name.Pos(), Warning, "handler-name", "method "+name+" is never called by the host: handlers are plain functions", "write func "+near+wantText(near))
	default:
		c.add(fn.Name.Pos(), Warning, "handler-name", name+" is not a handler and is never called by the host", "did you mean "+near+"?")
	}
}

func qualifier(p *types.Package) string { return p.Name() }

func signatureText(s *types.Signature) string {
	return strings.TrimPrefix(types.TypeString(s, hostQualifier), "func")
}

// hostQualifier leaves the script's own names bare.
func hostQualifier(p *types.Package) string {
	if _, ok := allowed().packages[p.Path()]; ok {
		return p.Name()
	}
	return ""
}

// wantText is a handler's parameters as a script would write them.
func wantText(name string) string {
	if !isHandler(name) {
		return "(...)"
	}
	if name == "Migrate" {
		return "(old *strategies.State)"
	}
	params := handlerSignature(name).Params()
	text := "(ctx *strategies.Context"
	if params.Len() > 1 {
		t := types.TypeString(params.At(1).Type(), qualifier)
		short := strings.ToLower(t[strings.LastIndex(t, ".")+1:])[:1]
		text += fmt.Sprintf(", %s %s", short, t)
	}
	return text + ")"
}

// nearest returns the candidate that differs least from name, when it differs
// by no more than two letters or in case only.
func nearest(name string, candidates []string) string {
	best, least := "", 3
	for _, c := range candidates {
		d := distance(strings.ToLower(name), strings.ToLower(c))
		if d < least && d < len(name)-1 {
			best, least = c, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
