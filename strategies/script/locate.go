package script

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// traceBuffer keeps the beginning of what the interpreter writes to its standard
// error: one line for each interpreted function that a panic passes, innermost
// first.
type traceBuffer struct {
	mu   sync.Mutex // a script cut off at InitLimit may still write
	text []byte
	to   io.Writer
}

const traceLimit = 16 << 10

func (t *traceBuffer) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := traceLimit - len(t.text); room > 0 {
		t.text = append(t.text, b[:min(room, len(b))]...)
	}
	if t.to != nil {
		return t.to.Write(b)
	}
	return len(b), nil
}

func (t *traceBuffer) first() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	line, _, _ := bytes.Cut(t.text, []byte("\n"))
	return string(line)
}

func (t *traceBuffer) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = t.text[:0]
}

// locate turns a recovered panic into "file:line: what happened" with the source
// line below.
func (in *instance) locate(recovered any) string {
	what := panicText(recovered)
	file, line := in.placeOf(in.trace.lines())
	in.trace.clear()
	if line == 0 {
		return in.checked.Source.Name + ": " + what
	}
	f := in.checked.Source.Files[file]
	text := fmt.Sprintf("%s:%d: %s", f.Name, line, what)
	if lines := strings.Split(f.Text, "\n"); line <= len(lines) {
		text += "\n\t" + strings.TrimSpace(lines[line-1])
	}
	return text
}

// lines is the trace, innermost function first.
func (t *traceBuffer) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Split(string(t.text), "\n")
}

// placeOf is that of the innermost function that has one: copies of library functions
// have none.
func (in *instance) placeOf(trace []string) (file, line int) {
	for _, l := range trace {
		if file, line = in.place(l); line != 0 {
			break
		}
	}
	return file, line
}

// place finds the statement at hand: the trace's first line gives a position in
// the rewritten source, hence the function, and that function's mark the place.
func (in *instance) place(trace string) (file, line int) {
	pos, ok := tracePosition(trace)
	if !ok {
		return 0, 0
	}
	id := in.functionAt(pos)
	if id < 0 || id >= len(in.checked.marks) {
		return 0, 0
	}
	v := in.it.Symbols(packageName)[packageName][lineName(id)]
	if v.IsValid() && v.Kind() == reflect.Int && v.Int() != 0 {
		return int(v.Int() >> lineBits), int(v.Int() & (1<<lineBits - 1))
	}
	m := in.checked.marks[id]
	return m.file, m.line
}

// tracePosition reads "12:3: panic: ..." with or without a file name in front.
func tracePosition(trace string) (token.Position, bool) {
	before, _, ok := strings.Cut(trace, ": panic")
	if !ok {
		return token.Position{}, false
	}
	parts := strings.Split(before, ":")
	if len(parts) < 2 {
		return token.Position{}, false
	}
	line, err1 := strconv.Atoi(strings.TrimSpace(parts[len(parts)-2]))
	column, err2 := strconv.Atoi(strings.TrimSpace(parts[len(parts)-1]))
	return token.Position{Line: line, Column: column}, err1 == nil && err2 == nil
}

// functionAt is the number of the innermost function around a position of the
// rewritten source, by the marks it holds; -1 when it holds none. In the loop it is
// that of the handler whose turn it is.
func (in *instance) functionAt(at token.Position) int {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", in.code, parser.SkipObjectResolution)
	if err != nil {
		return -1
	}
	var body *ast.BlockStmt
	inLoop := false
	ast.Inspect(file, func(n ast.Node) bool {
		var b *ast.BlockStmt
		name := ""
		switch n := n.(type) {
		case *ast.FuncDecl:
			b, name = n.Body, n.Name.Name
		case *ast.FuncLit:
			b = n.Body
		}
		if b != nil && !after(fset.Position(b.Pos()), at) && after(fset.Position(b.End()), at) {
			body, inLoop = b, name == loopFunc
		}
		return true
	})
	if inLoop && in.loop != nil {
		return in.moved.markOf(*in.loop.kind)
	}
	return markOf(body)
}

func after(a, b token.Position) bool {
	return a.Line > b.Line || a.Line == b.Line && a.Column > b.Column
}

// markOf finds a function's own mark, not one of a func literal inside it.
func markOf(body *ast.BlockStmt) int {
	id := -1
	if body == nil {
		return id
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.AssignStmt:
			if name, ok := n.Lhs[0].(*ast.Ident); ok && strings.HasPrefix(name.Name, "Zz_l") {
				id, _ = strconv.Atoi(name.Name[len("Zz_l"):])
			}
		}
		return id < 0
	})
	return id
}

// panicText makes words of what the interpreter panics with: mostly the text of
// package reflect, which names none of the script's things.
func panicText(recovered any) string {
	if s, ok := recovered.(stopped); ok {
		return string(s)
	}
	if v, ok := recovered.(reflect.Value); ok && v.IsValid() && v.CanInterface() {
		recovered = v.Interface()
	}
	var err *reflect.ValueError
	if e, ok := recovered.(error); ok && errors.As(e, &err) {
		return "nil pointer: something was read or called through a pointer, function or interface that is nil"
	}
	text := strings.TrimPrefix(fmt.Sprint(recovered), "runtime error: ")
	lower := strings.ToLower(text)
	switch {
	case strings.Contains(lower, "zero value"), strings.Contains(lower, "nil pointer"), strings.Contains(lower, "nil func"):
		return "nil pointer: something was read or called through a pointer, function or interface that is nil"
	case strings.Contains(lower, "index out of range"):
		return "index out of range" + detail(text, "index out of range")
	case strings.Contains(lower, "out of bounds"), strings.Contains(lower, "slice bounds"):
		return "slice bounds out of range"
	case strings.Contains(lower, "divide by zero"):
		return "division by zero"
	case strings.Contains(lower, "makeslice"):
		return "make: length or capacity out of range"
	case strings.Contains(lower, "nil map"):
		return "assignment to an entry of a nil map: make the map first"
	}
	return "panic: " + text
}

func detail(text, after string) string {
	_, rest, _ := strings.Cut(text, after)
	return rest
}
