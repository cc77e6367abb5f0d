package configs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Bounds of a configuration file. The parser takes time with the square of the
// size of a mapping.
const (
	maxFileSize = 256 << 10 // bytes
	maxDepth    = 32        // levels of mappings and lists
	maxEcho     = 60        // characters of a value repeated in an error
)

type kind uint8

const (
	absent  kind = iota // nothing, or null
	scalar              // text holds it exactly as written
	list                // items
	dict                // fields
	refused             // a problem has been reported: whoever meets it says nothing more
)

// node is a value of the file with its place. Numbers stay text, so that no
// amount of money goes through a float64.
type node struct {
	kind      kind
	text      string
	line, col int
	path      string
	items     []*node
	fields    []field
}

// field is one key of a dict, in the order of the file.
type field struct {
	key       string
	line, col int
	value     *node
}

// at is a stand-in for the key, to report a problem at its place.
func (f *field) at() *node { return &node{line: f.line, col: f.col, path: f.value.path} }

// builder makes nodes of the parser's tree and refuses what a configuration has
// no use for: anchors, aliases, tags, merge keys, keys that are not plain.
type builder struct{ *reporter }

// parse reads one YAML document.
func (r *reporter) parse(data []byte) *node {
	data = []byte(strings.TrimPrefix(string(data), "\ufeff"))
	if text := oversize(data); text != "" {
		r.fail(&node{}, "%s", text)
		return &node{kind: refused}
	}
	file, err := parseYAML(data)
	if err != nil {
		r.syntax(err)
		return &node{kind: refused}
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return &node{line: 1, col: 1}
	case 1:
		return builder{r}.build(bodies[0], "", 0)
	}
	r.fail(place(bodies[1]), "a second document or a directive begins here: a configuration is one YAML document")
	return &node{kind: refused}
}

// oversize finds what the parser would take too long for.
func oversize(data []byte) string {
	if len(data) > maxFileSize {
		return fmt.Sprintf("%d bytes are too many for a configuration: at most %d", len(data), maxFileSize)
	}
	depth := 0
	for _, c := range data {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		if depth > 4*maxDepth {
			return fmt.Sprintf("brackets are nested more than %d deep", 4*maxDepth)
		}
	}
	return ""
}

// parseYAML turns a panic of the parser into an error: what is in the file must
// not be able to stop the program.
func parseYAML(data []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			file, err = nil, errors.New("it is not YAML that the parser understands")
		}
	}()
	return parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
}

// syntax reports the parser's error without the extract of the file that it
// would print: there may be a key in it.
func (r *reporter) syntax(err error) {
	at := &node{line: 1, col: 1}
	text := "it is not YAML that the parser understands"
	var e yaml.Error
	if errors.As(err, &e) {
		text = e.GetMessage()
		if t := e.GetToken(); t != nil && t.Position != nil {
			at.line, at.col = t.Position.Line, t.Position.Column
		}
	}
	r.fail(at, "not valid YAML: %s", text)
}

// build makes a node of n.
func (b builder) build(n ast.Node, path string, depth int) *node {
	out := place(n)
	out.path = path
	if depth > maxDepth {
		return b.refuse(out, "nested more than %d levels deep", maxDepth)
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return out
	case *ast.MappingNode:
		return b.dict(out, n.Values, depth)
	case *ast.MappingValueNode:
		return b.dict(out, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		out.kind = list
		for i, v := range n.Values {
			out.items = append(out.items, b.build(v, fmt.Sprintf("%s[%d]", path, i), depth+1))
		}
		return out
	}
	text, ok := scalarText(n)
	if !ok {
		return b.refuse(out, "%s", unsupported(n))
	}
	if looksSecret(text) || (exposed(path) && isBlob(text)) {
		return b.refuse(out, "%s", secretValue)
	}
	out.kind, out.text = scalar, text
	return out
}

func (b builder) dict(out *node, values []*ast.MappingValueNode, depth int) *node {
	out.kind = dict
	seen := map[string]field{}
	for _, v := range values {
		at := place(v.Key)
		key, ok := scalarText(v.Key)
		if !ok {
			at.path = out.path
			b.fail(at, "this is no plain key: anchors, aliases, tags, merge keys (<<) and ? are not supported; write the keys out")
			continue
		}
		at.path = join(out.path, key)
		if first, twice := seen[key]; twice {
			b.fail(at, "key is given twice, first in line %d: remove one", first.line)
			continue
		}
		if isSecretKey(key) {
			b.fail(at, "%s", secretKey)
			continue
		}
		f := field{key, at.line, at.col, b.build(v.Value, at.path, depth+1)}
		seen[key] = f
		out.fields = append(out.fields, f)
	}
	return out
}

func (b builder) refuse(n *node, format string, args ...any) *node {
	b.fail(n, format, args...)
	n.kind = refused
	return n
}

// place is an empty node where n begins.
func place(n ast.Node) *node {
	out := &node{line: 1, col: 1}
	switch m := n.(type) {
	case nil:
		return out
	case *ast.MappingValueNode:
		n = m.Key
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			n = m.Values[0].Key
		}
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		out.line, out.col = t.Position.Line, max(1, t.Position.Column)
	}
	return out
}

// scalarText is the text of a plain or quoted value, numbers as they are written.
func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func unsupported(n ast.Node) string {
	what := "this"
	switch n.(type) {
	case *ast.AnchorNode:
		what = "an anchor (&)"
	case *ast.AliasNode:
		what = "an alias (*)"
	case *ast.TagNode:
		what = "a tag (!)"
	}
	return what + " is not supported here: write the value out"
}

// join appends a key to a path, in quotes where it would read as something else.
func join(path, key string) string {
	if key == "" || strings.ContainsAny(key, " .[]\"\t\n\r") {
		return fmt.Sprintf("%s[%q]", path, key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// echo is a value for an error message, quoted and cut.
func echo(s string) string {
	if r := []rune(s); len(r) > maxEcho {
		s = string(r[:maxEcho]) + "..."
	}
	return fmt.Sprintf("%q", s)
}
