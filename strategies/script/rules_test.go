package script

import (
	"fmt"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

var qualified = regexp.MustCompile(`\b(cmp|errors|fmt|maps|math|slices|sort|strconv|strings|time)\.[A-Z]`)

// wrap makes a whole script of a snippet: declarations, or the body of a handler.
func wrap(snippet string) string {
	head := "package p\n"
	if !strings.HasPrefix(snippet, "import") {
		seen := map[string]bool{}
		for _, m := range qualified.FindAllStringSubmatch(snippet, -1) {
			if !seen[m[1]] {
				seen[m[1]] = true
				head += fmt.Sprintf("import %q\n", m[1])
			}
		}
	}
	strategy := "import \"tollgate/strategies\"\n"
	if _, err := parser.ParseFile(token.NewFileSet(), "", head+snippet, 0); err != nil {
		return head + strategy + "func OnStart(ctx *strategies.Context) {\n" + snippet + "\n}\n"
	}
	if strings.HasPrefix(snippet, "import") {
		line, rest, _ := strings.Cut(snippet, "\n")
		head, snippet = head+line+"\n", rest
	}
	if !strings.Contains(snippet, "ctx *strategies.Context") && !strings.Contains(snippet, "func OnQuote") {
		snippet += "\nfunc OnStart(ctx *strategies.Context) {}\n"
	}
	return head + strategy + snippet + "\n"
}

func findings(t *testing.T, text string) Findings {
	t.Helper()
	_, err := Check(FromText("s.go", text))
	if err == nil {
		return nil
	}
	found, ok := err.(Findings)
	if !ok {
		t.Fatalf("%v is not a Findings\n%s", err, text)
	}
	return found
}

func TestRules(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		t.Run(r.Code, func(t *testing.T) {
			if seen[r.Code] {
				t.Error("two rules of this code")
			}
			seen[r.Code] = true
			if r.What == "" || r.Why == "" || r.Instead == "" {
				t.Error("the rule lacks words")
			}
			bad := findings(t, wrap(r.Bad))
			if len(bad) == 0 {
				t.Fatalf("accepted:\n%s", wrap(r.Bad))
			}
			for _, f := range bad {
				if f.Code != r.Code {
					t.Errorf("refused for another reason:\n%s\n%s", f, wrap(r.Bad))
				}
				if f.Instead == "" || f.Line == 0 || f.SourceLine == "" {
					t.Errorf("incomplete finding %+v", f)
				}
			}
			if good := findings(t, wrap(r.Good)); len(good) > 0 {
				t.Errorf("the good form is refused:\n%v\n%s", good, wrap(r.Good))
			}
			if _, err := Load(FromText("s.go", wrap(r.Good)), Options{}); err != nil {
				t.Errorf("the good form does not load: %v", err)
			}
		})
	}
}
