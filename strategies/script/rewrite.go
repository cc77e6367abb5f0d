package script

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
)

// packageName is that of every script inside its interpreter.
const packageName = "strategy"

// rewriter turns the checked files into one source for the interpreter. It
// changes words, not meaning:
//
//   - every constant expression becomes its value, as go/types computed it;
//     constant declarations disappear
//   - redundant parentheses go
//   - package variables are declared without a value, and get it in one init
//     function, in the order Go initialises them
//   - before a statement that can panic, its line is kept in a variable of its
//     function
type rewriter struct {
	*checker
	out        bytes.Buffer
	imports    map[string]bool
	marks      []marker
	nonNil     map[types.Object]bool // pointer variables that cannot be nil
	hidden     int                   // hidden variables made so far
	extra      []string              // names of the hidden variables, all bool
	failures   []error
	narrows    bool // narrowFunc is used
	shiftFuncs bool // shiftFuncs are used
	ringRoots  []*types.Named
}

// marker is a function of the script as panics are located: variable lineName(i)
// holds file and line of the statement at hand of function i.
type marker struct {
	file, line int // where the function is declared
}

// lineBits is how much of a mark is the line; the file is above.
const lineBits = 24

func lineName(i int) string { return fmt.Sprintf("Zz_l%d", i) }

func rewrite(c *checker) (string, []marker, []*types.Named, error) {
	r := &rewriter{checker: c, imports: map[string]bool{}, nonNil: map[types.Object]bool{}}
	r.unnameResults()
	r.builtinsFirst()
	r.missingKeys()
	r.checkSizes()
	r.narrow()
	r.shiftsPlain()
	r.bareIndexes()
	r.findNonNil()
	var decls []ast.Decl
	for _, f := range c.files {
		f.Comments = nil
		for _, d := range f.Decls {
			decls = append(decls, r.declaration(d)...)
		}
	}
	decls = append([]ast.Decl{r.initialiser()}, decls...)
	var body bytes.Buffer
	body.WriteString(r.roots())
	body.WriteString(r.variables())
	for _, d := range decls {
		body.WriteString(r.print(d))
	}
	body.WriteString(sizeFunc)
	if r.narrows {
		body.WriteString(narrowFunc)
	}
	if r.shiftFuncs {
		body.WriteString(shiftFuncs)
	}
	r.head()
	r.out.Write(body.Bytes())
	if len(r.failures) > 0 {
		return "", nil, nil, r.failures[0]
	}
	return r.out.String(), r.marks, r.ringRoots, nil
}

// declaration keeps types and functions; imports, constants and variables are
// written anew.
func (r *rewriter) declaration(d ast.Decl) []ast.Decl {
	switch d := d.(type) {
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if i, ok := s.(*ast.ImportSpec); ok {
				r.imports[strings.Trim(i.Path.Value, "\"`")] = true
			}
		}
		if d.Tok != token.TYPE {
			return nil
		}
		d.Doc = nil
		r.simplify(d)
		return []ast.Decl{d}
	case *ast.FuncDecl:
		d.Doc = nil
		if _, copy := r.copies[d.Name.Name]; !copy || d.Pos().IsValid() {
			r.body(d.Body, d.Pos())
		}
		r.simplify(d)
		return []ast.Decl{d}
	}
	return nil
}

// head writes the package clause, the imports and the line variables.
func (r *rewriter) head() {
	fmt.Fprintf(&r.out, "package %s\n\n", packageName)
	var paths []string
	for p := range r.imports {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	for _, p := range paths {
		fmt.Fprintf(&r.out, "import %q\n", p)
	}
	for i := range r.marks {
		fmt.Fprintf(&r.out, "var %s int\n", lineName(i))
	}
	for _, name := range r.extra {
		fmt.Fprintf(&r.out, "var %s bool\n", name)
	}
}

// variables declares the package variables with their types alone.
func (r *rewriter) variables() string {
	var b strings.Builder
	scope := r.pkg.Scope()
	for _, name := range scope.Names() {
		if v, ok := scope.Lookup(name).(*types.Var); ok {
			fmt.Fprintf(&b, "var %s %s\n", name, r.typeText(v.Type()))
		}
	}
	return b.String()
}

// initialiser gives the package variables their values, in Go's own order.
func (r *rewriter) initialiser() ast.Decl {
	body := &ast.BlockStmt{}
	for _, in := range r.info.InitOrder {
		s := &ast.AssignStmt{Tok: token.ASSIGN, TokPos: in.Rhs.Pos(), Rhs: []ast.Expr{in.Rhs}}
		for _, v := range in.Lhs {
			s.Lhs = append(s.Lhs, &ast.Ident{Name: v.Name(), NamePos: v.Pos()})
		}
		body.List = append(body.List, s)
	}
	fn := &ast.FuncDecl{Name: ast.NewIdent("init"), Type: &ast.FuncType{}, Body: body}
	r.body(body, r.files[0].Package)
	r.simplify(fn)
	return fn
}

// typeText writes a type as the merged source may; packages it names are imported.
func (r *rewriter) typeText(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == r.pkg {
			return ""
		}
		r.imports[p.Path()] = true
		return p.Name()
	})
}

func (r *rewriter) print(n ast.Node) string {
	var b bytes.Buffer
	// Positions would only bring back blank lines; the printer needs none.
	if err := printer.Fprint(&b, token.NewFileSet(), n); err != nil {
		r.failures = append(r.failures, err)
	}
	return b.String() + "\n"
}

// simplify folds constants and drops parentheses below n.
func (r *rewriter) simplify(n ast.Node) {
	astutil.Apply(n, r.fold, func(c *astutil.Cursor) bool {
		if p, ok := c.Node().(*ast.ParenExpr); ok && !r.info.Types[p].IsType() && (inBraces(c.Parent()) || !hasComposite(p)) {
			c.Replace(p.X)
		}
		return true
	})
}

// inBraces reports whether what stands below n stands in the braces of a literal, where
// no parentheses are needed, and where the interpreter takes those around *f() + g(T{})
// for something else.
func inBraces(n ast.Node) bool {
	switch n.(type) {
	case *ast.CompositeLit, *ast.KeyValueExpr:
		return true
	}
	return false
}

// hasComposite reports whether dropping the parentheses could change how a
// statement is read: if (T{1}) == x {
func hasComposite(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		_, ok := n.(*ast.CompositeLit)
		found = found || ok
		return !found
	})
	return found
}

func (r *rewriter) fold(c *astutil.Cursor) bool {
	e, ok := c.Node().(ast.Expr)
	if !ok {
		return true
	}
	tv := r.info.Types[e]
	if tv.Value == nil {
		return true
	}
	if plainLiteral(e) {
		return false
	}
	lit := r.literal(tv.Value, tv.Type, r.typedByNeighbour(c))
	c.Replace(lit)
	return false
}

// plainLiteral leaves 1, -1, "x", true as they are.
func plainLiteral(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return e.Name == "true" || e.Name == "false"
	case *ast.UnaryExpr:
		_, ok := e.X.(*ast.BasicLit)
		return ok && e.Op == token.SUB
	}
	return false
}

// typedByNeighbour reports whether the other operand gives a bare literal its type.
func (r *rewriter) typedByNeighbour(c *astutil.Cursor) bool {
	b, ok := c.Parent().(*ast.BinaryExpr)
	if !ok || shifts[b.Op] {
		return false
	}
	other := b.X
	if c.Name() == "X" {
		other = b.Y
	}
	return r.info.Types[other].Value == nil
}

// literal writes a constant of a type; bare leaves the type to the context.
func (r *rewriter) literal(v constant.Value, t types.Type, bare bool) ast.Expr {
	basic, ok := t.Underlying().(*types.Basic)
	if !ok {
		r.failures = append(r.failures, fmt.Errorf("constant %s of type %s", v, t))
		return ast.NewIdent("nil")
	}
	lit, natural := literalText(v, basic)
	if bare || t == natural || basic.Info()&types.IsUntyped != 0 && types.Default(t) == natural {
		return lit
	}
	to, err := parser.ParseExpr(r.typeText(types.Default(t)))
	if err != nil {
		r.failures = append(r.failures, err)
		return lit
	}
	return &ast.CallExpr{Fun: to, Args: []ast.Expr{lit}}
}

// literalText writes a value and says which type it would have by itself.
func literalText(v constant.Value, basic *types.Basic) (ast.Expr, types.Type) {
	switch info := basic.Info(); {
	case info&types.IsBoolean != 0:
		return ast.NewIdent(strconv.FormatBool(constant.BoolVal(v))), types.Typ[types.Bool]
	case info&types.IsString != 0:
		return &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(constant.StringVal(v))}, types.Typ[types.String]
	case info&types.IsInteger != 0:
		return number(token.INT, constant.ToInt(v).ExactString()), types.Typ[types.Int]
	}
	f, _ := constant.Float64Val(v)
	if basic.Kind() == types.Float32 {
		f32, _ := constant.Float32Val(v)
		f = float64(f32)
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return number(token.FLOAT, text), types.Typ[types.Float64]
}

func number(kind token.Token, text string) ast.Expr {
	if positive, negative := strings.CutPrefix(text, "-"); negative {
		return &ast.UnaryExpr{Op: token.SUB, X: &ast.BasicLit{Kind: kind, Value: positive}}
	}
	return &ast.BasicLit{Kind: kind, Value: text}
}
