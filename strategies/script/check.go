package script

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"strings"
)

// goVersion is the language scripts are written in.
const goVersion = "go1.26"

// Checked is a script that passed: it means the same interpreted and compiled.
type Checked struct {
	Source   *Source
	Package  string   // name of the Go package
	Handlers []string // that it defines, in the order of the Handlers struct
	State    []string // exported variables that live on over a reload, sorted
	Lost     []string // variables that the script changes and that start anew with a reload, sorted
	Warnings Findings // what did not refuse it but is worth saying
	Notes    Findings // what is good to know while writing it

	small    []string          // of Lost: those that only lack a capital letter
	settings []string          // of State: those that the script never changes
	sites    map[string][]site // of the host's declarations
	code     string            // for the interpreter, all files in one
	marks    []marker          // by function: where its current line is kept
	rings    []*types.Named    // the roots of its types that refer to themselves
	pull     pullCache
}

// checker carries one script through the passes.
type checker struct {
	src   *Source
	fset  *token.FileSet
	files []*ast.File
	lines [][]string // of each file
	index map[string]int
	info  *types.Info
	pkg   *types.Package
	found Findings
	free  bool // no handler is needed; for tests of the language alone

	copies map[string]copied // of what is generic, by their names in the rewritten source
	site   token.Pos         // of what was asked for, while the lint is in a copy of the library
}

// Check takes a script through parser, type check and lint, without running
// anything. The error, when there is one, is a Findings with everything that is
// wrong, not only the first.
func Check(src *Source) (*Checked, error) { return check(src, false) }

func check(src *Source, free bool) (*Checked, error) {
	if src == nil || len(src.Files) == 0 {
		return nil, errors.New("script: no source")
	}
	c := &checker{src: src, fset: token.NewFileSet(), index: map[string]int{}, free: free}
	if !c.parse() {
		return nil, c.found.sorted()
	}
	c.imports()
	c.typeCheck()
	handlers := c.handlers()
	if len(c.found.Errors()) == 0 {
		if err := c.specialise(); err != nil {
			return nil, c.refused(err)
		}
	}
	lint(c)
	c.hugeValues()
	c.refuseRings()
	c.found = c.found.sorted()
	if len(c.found.Errors()) > 0 {
		return nil, c.found
	}
	changed := c.altered() // the rewrite moves the values of variables
	state := c.stateNames()
	lost, small := c.lostNames(changed)
	settings := c.settingNames(state, changed)
	sites := c.sites()
	c.doubts()
	c.found = c.found.sorted()
	if err := c.plain(); err != nil {
		return nil, c.refused(err)
	}
	code, marks, roots, err := rewrite(c)
	if err != nil {
		return nil, fmt.Errorf("script %s: %w", src.Name, err)
	}
	return &Checked{
		Source: src, Package: c.files[0].Name.Name, Handlers: handlers, State: state, Lost: lost, small: small, settings: settings,
		Warnings: c.found.Warnings(), Notes: c.found.Notes(), sites: sites, code: code, marks: marks, rings: roots,
	}, nil
}

// refused is why a rewriting failed: findings in the order of the source.
func (c *checker) refused(err error) error {
	if _, ok := err.(Findings); ok {
		return c.found.sorted()
	}
	return fmt.Errorf("script %s: %w", c.src.Name, err)
}

// parse reads every file; it reports whether there is something to check.
func (c *checker) parse() bool {
	for i, f := range c.src.Files {
		// A name of our own: whatever the user's contains, it stays out of positions.
		name := fmt.Sprintf("f%d.go", i)
		c.index[name] = i
		c.lines = append(c.lines, strings.Split(f.Text, "\n"))
		file, err := parser.ParseFile(c.fset, name, f.Text, parser.SkipObjectResolution|parser.AllErrors|parser.ParseComments)
		c.files = append(c.files, file)
		c.syntax(i, err)
	}
	if len(c.found) > 0 {
		return false
	}
	c.directives()
	for _, f := range c.files {
		c.deep(f)
	}
	return c.onePackage() && len(c.found) == 0
}

// maxNesting bounds how deep a syntax tree may be: the passes look upwards and downwards
// from each of its nodes, so their time grows with its square.
const maxNesting = 500

// deep refuses a file that is nested too deep, where it first is.
func (c *checker) deep(f *ast.File) {
	depth, found := 0, false
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			depth--
			return false
		}
		if depth++; depth <= maxNesting || found {
			return true
		}
		found = true
		c.add(n.Pos(), Error, "syntax", fmt.Sprintf("the code is nested more than %d levels deep", maxNesting),
			"compute a part of it before, into a variable of its own, or in a function")
		return true
	})
}

func (c *checker) syntax(file int, err error) {
	if err == nil {
		return
	}
	list, ok := err.(scanner.ErrorList)
	if !ok {
		c.addAt(file, 1, 1, "syntax", err.Error())
		return
	}
	list.RemoveMultiples()
	for _, e := range list {
		c.addAt(file, e.Pos.Line, e.Pos.Column, "syntax", e.Msg)
	}
}

// directives refuses comments that are orders to a compiler: they could move
// positions or leave a file out.
func (c *checker) directives() {
	for _, f := range c.files {
		for _, group := range f.Comments {
			for _, comment := range group.List {
				if strings.HasPrefix(comment.Text, "//go:") || strings.HasPrefix(comment.Text, "//line ") ||
					strings.HasPrefix(comment.Text, "/*line ") || strings.HasPrefix(comment.Text, "// +build") {
					c.add(comment.Pos(), Error, "syntax", "compiler directives are not allowed in a script", "remove the comment")
				}
			}
		}
	}
}

func (c *checker) onePackage() bool {
	first := c.files[0].Name.Name
	for _, f := range c.files {
		switch name := f.Name.Name; {
		case name == "main":
			c.add(f.Name.Pos(), Error, "package", "a strategy is not a program, its package cannot be main", "name the package after the strategy, such as package cross")
		case name != first:
			c.add(f.Name.Pos(), Error, "package", fmt.Sprintf("package %s, but %s is package %s: a folder holds one package", name, c.src.Files[0].Name, first), "use one package name, or one folder for each")
		}
	}
	return len(c.found) == 0
}

// imports refuses what is not on the list, and other names for what is.
func (c *checker) imports() {
	for _, f := range c.files {
		for _, spec := range f.Imports {
			path := strings.Trim(spec.Path.Value, "\"`")
			if _, err := allowed().Import(path); err != nil {
				c.refuse(spec.Path, "import", "%v", err)
				continue
			}
			if spec.Name != nil {
				c.refuse(spec.Name, "import-name", "import of %s as %s", path, spec.Name.Name)
			}
		}
	}
}

// typeCheck is the compiler's own check, against the allowed symbols.
func (c *checker) typeCheck() {
	c.info = newInfo()
	conf := types.Config{
		GoVersion: goVersion, Importer: allowed(), Sizes: types.SizesFor("gc", "amd64"),
		Error: c.typeError,
	}
	c.pkg, _ = conf.Check(c.files[0].Name.Name, c.fset, c.files, c.info)
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{},
		Instances: map[*ast.Ident]types.Instance{}, Implicits: map[ast.Node]types.Object{},
	}
}

func (c *checker) typeError(err error) {
	e, ok := err.(types.Error)
	if !ok || strings.HasPrefix(e.Msg, "could not import") || strings.HasPrefix(e.Msg, "cannot rename import") {
		return // told by imports
	}
	message := strings.TrimPrefix(e.Msg, "\t")
	c.add(e.Pos, Error, "type", message, suggest(message))
}

// whatTime is what scripts have in place of points in time.
const whatTime = "the time is ctx.Time (nanoseconds since 1970), ctx.TimeOfDay (seconds since midnight at the exchange) and ctx.Date; package time gives scripts durations"

// whatTimer is what scripts have in place of waiting.
const whatTimer = "a handler does not wait: use ctx.Every or ctx.At, and OnTimer"

// absent says what to use for names that people look for and no other name is near to.
var absent = map[string]string{
	"time.Now": whatTime, "time.Unix": whatTime, "time.Time": whatTime, "time.Since": whatTime, "time.Date": whatTime, "time.Weekday": whatTime,
	"time.Monday": whatTime, "time.Friday": whatTime, "time.Sunday": whatTime, "time.Location": whatTime, "time.LoadLocation": whatTime, "time.Parse": whatTime,
	"time.Sleep": whatTimer, "time.After": whatTimer, "time.Tick": whatTimer, "time.NewTicker": whatTimer, "time.NewTimer": whatTimer,
	"slices.SortedFunc": "append the keys to a slice and use slices.SortFunc",
}

// suggest adds to a message about an unknown name of a package what that
// package has, when a name is close.
func suggest(message string) string {
	name, ok := strings.CutPrefix(message, "undefined: ")
	if !ok {
		return ""
	}
	pkg, symbol, ok := strings.Cut(name, ".")
	if !ok {
		return ""
	}
	if told := absent[name]; told != "" {
		return told
	}
	for path, p := range allowed().packages {
		if p.Name() == pkg {
			if near := nearest(symbol, p.Scope().Names()); near != "" {
				return "did you mean " + pkg + "." + near + "?"
			}
			return path + " gives scripts: " + strings.Join(p.Scope().Names(), ", ")
		}
	}
	return ""
}

// refuse adds a finding with the words of its rule. The format describes this
// very occurrence.
func (c *checker) refuse(n ast.Node, code, format string, args ...any) {
	r, ok := ruleOf[code]
	if !ok {
		panic("script: no rule " + code)
	}
	c.add(n.Pos(), Error, code, fmt.Sprintf(format, args...)+": "+r.Why, r.Instead)
}

func (c *checker) add(pos token.Pos, severity, code, message, instead string) {
	if !pos.IsValid() {
		pos = c.site
	}
	message = c.prettyText(message)
	p := c.fset.Position(pos)
	i := c.index[p.Filename]
	c.addAt(i, p.Line, p.Column, code, message)
	f := &c.found[len(c.found)-1]
	f.Severity, f.Instead = severity, instead
}

func (c *checker) addAt(file, line, column int, code, message string) {
	text := ""
	if line >= 1 && line <= len(c.lines[file]) {
		text = strings.TrimRight(c.lines[file][line-1], "\r")
	}
	c.found = append(c.found, Finding{
		File: c.src.Files[file].Name, Line: line, Column: column, SourceLine: text,
		Code: code, Message: message, Severity: Error,
	})
}
