package script

import (
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
)

// parameters makes a package variable of each parameter; the host writes it before
// a turn.
func (m *mover) parameters(fn *ast.FuncDecl) {
	params := m.info.Defs[fn.Name].(*types.Func).Signature().Params()
	for i := range params.Len() {
		p, name := params.At(i), loopParam(fn.Name.Name, i)
		m.names[p] = name
		m.vars = append(m.vars, fmt.Sprintf("var %s %s\n", name, types.TypeString(p.Type(), (*types.Package).Name)))
	}
}

// hoist declares numbers, strings and truth values once, before the loop, and only
// assigns them in it: a declaration costs a piece of memory on every turn. That is
// the same for variables whose address nobody can have. Others stay as they are,
// the interpreter makes them anew on every turn.
func (m *mover) hoist(body *ast.BlockStmt) {
	kept := m.redeclared(body)
	astutil.Apply(body, nil, func(c *astutil.Cursor) bool {
		if c.Index() < 0 {
			return true // the head of an if, a for or a switch
		}
		switch s := c.Node().(type) {
		case *ast.AssignStmt:
			if id := defined(s); id != nil && m.hoistable(id, kept) {
				m.declare(id)
				s.Tok = token.ASSIGN
			}
		case *ast.DeclStmt:
			if id, value := varDeclared(s); id != nil && m.hoistable(id, kept) {
				m.declare(id)
				if value == nil {
					value = zeroOf(m.info.Defs[id].Type().(*types.Basic))
				}
				c.Replace(&ast.AssignStmt{Lhs: []ast.Expr{id}, Tok: token.ASSIGN, Rhs: []ast.Expr{value}})
			}
		}
		return true
	})
}

// defined is the variable that v := x declares; nil for any other assignment.
func defined(s *ast.AssignStmt) *ast.Ident {
	if s.Tok != token.DEFINE || len(s.Lhs) != 1 || len(s.Rhs) != 1 {
		return nil
	}
	id, _ := s.Lhs[0].(*ast.Ident)
	return id
}

// varDeclared is the variable and the value, if any, of a declaration of one variable.
func varDeclared(s *ast.DeclStmt) (*ast.Ident, ast.Expr) {
	d, ok := s.Decl.(*ast.GenDecl)
	if !ok || d.Tok != token.VAR || len(d.Specs) != 1 {
		return nil, nil
	}
	v, ok := d.Specs[0].(*ast.ValueSpec)
	switch {
	case !ok || len(v.Names) != 1 || len(v.Values) > 1:
		return nil, nil
	case len(v.Values) == 1:
		return v.Names[0], v.Values[0]
	}
	return v.Names[0], nil
}

// redeclared are the variables that a later := assigns beside a new one: that needs
// them to be declared where they were.
func (m *mover) redeclared(body *ast.BlockStmt) map[types.Object]bool {
	kept := map[types.Object]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		if s, ok := n.(*ast.AssignStmt); ok && s.Tok == token.DEFINE {
			for _, x := range s.Lhs {
				if id, ok := x.(*ast.Ident); ok && m.info.Defs[id] == nil {
					kept[m.info.Uses[id]] = true
				}
			}
		}
		return true
	})
	return kept
}

const hoistedKinds = types.IsBoolean | types.IsInteger | types.IsFloat | types.IsString

func (m *mover) hoistable(id *ast.Ident, kept map[types.Object]bool) bool {
	v := m.info.Defs[id]
	if v == nil || kept[v] || id.Name == "_" {
		return false
	}
	b, ok := v.Type().(*types.Basic)
	return ok && b.Info()&hoistedKinds != 0 && b.Info()&types.IsUntyped == 0 && b.Kind() != types.Uintptr
}

// declare declares a local before the loop, under a name of its own.
func (m *mover) declare(id *ast.Ident) {
	v := m.info.Defs[id]
	m.names[v] = fmt.Sprintf("Zz_v%d", len(m.local))
	m.local = append(m.local, fmt.Sprintf("\tvar %s %s\n", m.names[v], v.Type()))
}

// zeroOf is a basic type's zero as the interpreter takes it without doubt.
func zeroOf(b *types.Basic) ast.Expr {
	switch {
	case b.Info()&types.IsBoolean != 0:
		return ast.NewIdent("false")
	case b.Info()&types.IsString != 0:
		return &ast.BasicLit{Kind: token.STRING, Value: `""`}
	case b.Kind() == types.Int:
		return &ast.BasicLit{Kind: token.INT, Value: "0"}
	case b.Kind() == types.Float64:
		return &ast.BasicLit{Kind: token.FLOAT, Value: "0.0"}
	}
	return &ast.CallExpr{Fun: ast.NewIdent(b.Name()), Args: []ast.Expr{&ast.BasicLit{Kind: token.INT, Value: "0"}}}
}

// leave makes a return go on to the next event.
func (m *mover) leave(body *ast.BlockStmt) {
	if n := len(body.List); n > 0 {
		if _, last := body.List[n-1].(*ast.ReturnStmt); last {
			body.List = body.List[:n-1]
		}
	}
	astutil.Apply(body, nil, func(c *astutil.Cursor) bool {
		if _, ok := c.Node().(*ast.ReturnStmt); ok {
			c.Replace(&ast.BranchStmt{Tok: token.CONTINUE, Label: ast.NewIdent(loopLabel)})
		}
		return true
	})
}

// rename gives parameters, hoisted locals and labels their new names. Labels belong
// to a whole function, and several handlers share one now.
func (m *mover) rename(body *ast.BlockStmt) {
	of := func(id *ast.Ident) types.Object {
		if o := m.info.Defs[id]; o != nil {
			return o
		}
		return m.info.Uses[id]
	}
	ast.Inspect(body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		o := of(id)
		if l, label := o.(*types.Label); label && m.names[l] == "" {
			m.names[l] = fmt.Sprintf("Zz_t%d_%s", len(m.arms), l.Name())
		}
		if name := m.names[o]; o != nil && name != "" {
			id.Name = name
		}
		return true
	})
}

// printed is a node as text. Positions would only bring back blank lines.
func printed(n ast.Node) string {
	var b strings.Builder
	// A strings.Builder does not fail, and every node here was parsed before; what
	// could still come out wrong is parsed again in text.
	_ = printer.Fprint(&b, token.NewFileSet(), n)
	return b.String() + "\n"
}
