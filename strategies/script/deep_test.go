package script

import (
	"strings"
	"testing"
)

// TestDeepCode: the bound on the syntax tree, and which levels count. Around the
// parentheses are the file, the function, its body and the assignment; in them n.
func TestDeepCode(t *testing.T) {
	const around, inside = 4, 1
	for k, refused := range map[int]bool{maxNesting - around - inside: false, maxNesting - around - inside + 1: true, 20_000: true} {
		for _, form := range []func() string{
			func() string { return strings.Repeat("(", k) + "n" + strings.Repeat(")", k) },
			func() string { return "n" + strings.Repeat(" + n", k) },
		} {
			found := findings(t, "package p\nimport \"tollgate/strategies\"\nvar n int\nfunc OnStart(ctx *strategies.Context) { x := "+form()+"; ctx.Log(x) }\n")
			told := len(found) == 1 && strings.HasPrefix(found[0].Message, "the code is nested more than 500 levels deep") && found[0].Line == 4
			if told != refused || !refused && len(found) > 0 {
				t.Errorf("%d levels, %.20s: %.300v", k, form(), found)
			}
		}
	}
}

// TestLongLines: of a line that nobody reads only the place is told.
func TestLongLines(t *testing.T) {
	f := Finding{File: "s.go", Line: 1, Column: 2, Message: "m", SourceLine: strings.Repeat("x", longestLine)}
	if !strings.Contains(f.String(), f.SourceLine) {
		t.Errorf("%s", f)
	}
	f.SourceLine += "x"
	if f.String() != "s.go:1:2: m" {
		t.Errorf("%s", f)
	}
}
