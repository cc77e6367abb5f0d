package script

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"time"

	"tollgate/strategies"
)

// What makes the market call a handler that the script must ask for.
var (
	barKinds   = []string{"Seconds", "Minutes", "Hours", "Sessions", "Ticks", "Volume", "Range"}
	timerKinds = []string{"Every", "At", "AtIn"}
	paramKinds = []string{"Int", "Float", "Bool", "Choice", "Duration", "TimeOfDay"}
)

// doubts tells of what is accepted and cannot be meant: handlers that are never called,
// parameters that nothing reads, calls whose constants can never work.
func (c *checker) doubts() {
	used := map[types.Object]bool{}
	asks := map[string]bool{} // functions and methods of the host, by name
	for _, obj := range c.info.Uses {
		used[obj] = true
		if f, ok := obj.(*types.Func); ok && f.Pkg() != nil && f.Pkg().Path() == hostPath {
			asks[f.Name()] = true
		}
	}
	asked := func(kinds []string) bool {
		return slices.ContainsFunc(kinds, func(name string) bool { return asks[name] })
	}
	for _, f := range c.files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				switch {
				case d.Recv != nil:
				case d.Name.Name == "OnBar" && !asked(barKinds):
					c.add(d.Name.Pos(), Warning, "never-called", "OnBar is never called: the script declares no bars", "add a package variable such as var bars = strategies.Minutes(1)")
				case d.Name.Name == "OnTimer" && !asked(timerKinds):
					c.add(d.Name.Pos(), Warning, "never-called", "OnTimer is never called: the script starts no timer", "start one in OnStart, such as ctx.Every(\"tick\", time.Minute)")
				}
			case *ast.GenDecl:
				c.unread(d, used)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				c.futile(call)
			}
			return true
		})
	}
}

// unread notes parameters that nothing reads.
func (c *checker) unread(d *ast.GenDecl, used map[types.Object]bool) {
	for _, s := range d.Specs {
		v, ok := s.(*ast.ValueSpec)
		if !ok || len(v.Names) != len(v.Values) {
			continue
		}
		for i, name := range v.Names {
			if kind := c.declaration(v.Values[i]); slices.Contains(paramKinds, kind) && !used[c.info.Defs[name]] {
				c.add(name.Pos(), Note, "unread", "nothing reads the parameter "+name.Name, "use it, or remove it")
			}
		}
	}
}

// futile warns of a call whose constants can never work.
func (c *checker) futile(call *ast.CallExpr) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || c.info.Selections[sel] == nil || len(call.Args) == 0 {
		return
	}
	f, ok := c.info.Uses[sel.Sel].(*types.Func)
	if !ok || !fromHost(f) {
		return
	}
	name := f.Name()
	warn := func(arg int, format string, args ...any) {
		c.add(call.Args[arg].Pos(), Warning, "futile", "ctx."+name+fmt.Sprintf(format, args...), "")
	}
	value := func(arg int) constant.Value {
		if arg >= len(call.Args) {
			return nil
		}
		return c.info.Types[call.Args[arg]].Value
	}
	switch {
	case strings.HasPrefix(name, "Buy"), strings.HasPrefix(name, "Sell"):
		if v := value(0); v != nil && constant.Sign(v) <= 0 {
			warn(0, " of %s contracts is always denied: the quantity must be above zero", v)
		}
	case name == "Every":
		if v := value(1); v != nil && constant.Compare(v, token.LSS, constant.MakeInt64(int64(time.Millisecond))) {
			warn(1, " with an interval below 1ms stops the strategy")
		}
	case name == "At", name == "AtIn":
		if v := value(1); v != nil {
			if _, err := strategies.ParseTimeOfDay(constant.StringVal(v)); err != nil {
				warn(1, " stops the strategy: %v", err)
			}
		}
	}
}
