package script

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"
)

// A call from the host into the interpreter makes a frame for the function and
// fills it with a fresh variable for every local and every intermediate value;
// that costs more than what most handlers do. So the handlers that the market
// calls often are moved into one function that never returns:
//
//	func Zz_run() {
//	Zz_loop:
//		for {
//			Zz_host.Wait()
//			if Zz_kind == 1 { body of OnQuote; continue Zz_loop }
//			if Zz_kind == 2 { body of OnBar; continue Zz_loop }
//			return
//		}
//	}
//
// Wait leaves the interpreter as a coroutine does and comes back with the next
// event, so there is one frame for the whole life of the script. The pass reads the
// rewritten source and knows nothing of how that was made.

// often are the handlers that are moved, in the order they are asked for: the most
// frequent first.
var often = []string{"OnQuote", "OnTrade", "OnBar"}

// pulled is a script's source for the interpreter with handlers moved into the loop.
type pulled struct {
	code string
	arms []arm // the handler that Zz_kind i+1 stands for
}

// has reports whether a handler is in the loop; p may be nil.
func (p *pulled) has(name string) bool {
	return p != nil && slices.ContainsFunc(p.arms, func(a arm) bool { return a.handler == name })
}

// markOf is the mark of the handler of a kind of turn; -1 when it has none.
func (p *pulled) markOf(kind int) int {
	if kind < 1 || kind > len(p.arms) {
		return -1
	}
	return p.arms[kind-1].mark
}

// arm is a handler in the loop.
type arm struct {
	handler string
	mark    int // number of the variable that keeps its line; -1 = it has none
}

// pullCache makes the moved source when it is first needed, once.
type pullCache struct {
	once sync.Once
	made *pulled // nil = no handler qualifies
}

// looped is the script with the handlers that qualify moved into the loop, nil
// when there are none. Safe for concurrent use.
func (c *Checked) looped() *pulled {
	c.pull.once.Do(func() { c.pull.made = moveHandlers(c.code, often) })
	return c.pull.made
}

// Pulled are the handlers that run in the loop, in the order of the source's
// handlers; the others are called plainly. Safe for concurrent use.
func (c *Checked) Pulled() []string {
	var names []string
	if p := c.looped(); p != nil {
		for _, name := range c.Handlers {
			if p.has(name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// mover moves handlers of one source.
type mover struct {
	file  *ast.File
	info  *types.Info
	pkg   *types.Package
	names map[types.Object]string // new names of parameters, locals and labels
	vars  []string                // declarations of the package variables of the loop
	local []string                // declarations of the loop's own variables
	body  strings.Builder
	arms  []arm
}

// moveHandlers makes the loop for the named functions of a rewritten source; nil
// when none qualifies, or when the source is not what this pass understands.
func moveHandlers(code string, names []string) *pulled {
	m := &mover{names: map[types.Object]string{}}
	if !m.read(code) {
		return nil
	}
	for _, name := range names {
		if fn := m.function(name); fn != nil && m.fits(fn) {
			m.move(fn)
		}
	}
	if len(m.arms) == 0 {
		return nil
	}
	text, err := m.text()
	if err != nil {
		return nil
	}
	return &pulled{code: text, arms: m.arms}
}

// read parses and type checks the source. What the rewrite makes is Go; should a
// construct of it not pass here, the script runs plain and nothing is lost but speed.
func (m *mover) read(code string) bool {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", code, parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	m.file = file
	m.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	sound := true
	conf := types.Config{
		GoVersion: goVersion, Importer: allowed(), Sizes: types.SizesFor("gc", "amd64"),
		// The rewrite may leave variables and imports unused, which hurts nobody.
		Error: func(err error) { sound = sound && err.(types.Error).Soft },
	}
	m.pkg, _ = conf.Check(packageName, fset, []*ast.File{file}, m.info)
	return sound
}

func (m *mover) function(name string) *ast.FuncDecl {
	for _, d := range m.file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == name && fn.Body != nil {
			return fn
		}
	}
	return nil
}

// move takes a function out of the source and into the loop.
func (m *mover) move(fn *ast.FuncDecl) {
	a := arm{handler: fn.Name.Name, mark: markOf(fn.Body)}
	m.parameters(fn)
	m.hoist(fn.Body)
	m.leave(fn.Body)
	m.rename(fn.Body)
	m.arms = append(m.arms, a)
	m.file.Decls = slices.DeleteFunc(m.file.Decls, func(d ast.Decl) bool { return d == fn })
	fmt.Fprintf(&m.body, "\t\tif %s == %d {\n", loopKind, len(m.arms))
	for _, s := range fn.Body.List {
		m.body.WriteString(printed(s))
	}
	fmt.Fprintf(&m.body, "\t\t\tcontinue %s\n\t\t}\n", loopLabel)
}

// text is the whole source with the loop.
func (m *mover) text() (string, error) {
	var b strings.Builder
	for _, d := range m.file.Decls {
		b.WriteString(printed(d))
	}
	code := "package " + packageName + "\nimport \"" + loopPath + "\"\n" + b.String() + "var " + loopKind + " int\n" + strings.Join(m.vars, "") +
		"func " + loopFunc + "() {\n" + strings.Join(m.local, "") + loopLabel + ":\n\tfor {\n\t\t" + loopHost + ".Wait()\n" +
		m.body.String() + "\t\treturn\n\t}\n}\n"
	_, err := parser.ParseFile(token.NewFileSet(), "", code, parser.SkipObjectResolution)
	return code, err
}

// Names in the source of the loop. Scripts cannot have names that begin so.
const (
	loopFunc  = "Zz_run"
	loopLabel = "Zz_loop"
	loopKind  = "Zz_kind"
	loopHost  = "Zz_host" // package with what the loop calls
	loopPath  = hostPath + "/" + loopHost
)

// loopParam is the package variable that holds a parameter of a handler in the loop.
func loopParam(handler string, i int) string { return fmt.Sprintf("Zz_%s_%d", handler, i) }
