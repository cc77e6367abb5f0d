package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"tollgate/strategies/script"
)

// TestCheckJSON: findings of every severity, and which of them are a failure.
func TestCheckJSON(t *testing.T) {
	const quote = "func OnQuote(ctx *strategies.Context, q *strategies.Quote) "
	for _, c := range []struct {
		name, handler, code, severity string
		status                        int
	}{
		{"fine", quote + "{}", "", "", exitOK},
		{"note", "var n int\n" + quote + "{ n++ }", "lost-name", script.Note, exitOK},
		{"warning", quote + "{ ctx.Buy(0) }", "futile", script.Warning, exitOK},
		{"declaration", "var n = strategies.Int(\"n\", 1, 2, 3, \"\")\n" + quote + "{ ctx.Log(n) }", "declaration", script.Error, exitFailed},
		{"type", quote + "{ x() }", "type", script.Error, exitFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := strategyOf(t, c.handler)
			status, out, log := run("check", path, "--json")
			var got struct {
				OK       bool
				Findings script.Findings
				Error    string
			}
			if err := json.Unmarshal([]byte(out), &got); err != nil || log != "" {
				t.Fatalf("%v, %s, %s", err, out, log)
			}
			want := 0
			if c.code != "" {
				want = 1
			}
			if status != c.status || got.OK != (status == exitOK) || len(got.Findings) != want || got.Error != "" {
				t.Fatalf("status %d, %s", status, out)
			}
			if f := got.Findings; want == 1 && (f[0].Code != c.code || f[0].Severity != c.severity || f[0].Line < 7 || f[0].Column < 1) {
				t.Errorf("%+v", f[0])
			}
			if _, out, _ := run("check", path); want == 1 && !strings.Contains(out, got.Findings[0].Message) {
				t.Errorf("without --json it says %s", out)
			}
		})
	}
	status, out, log := run("check", "nosuch", "--json")
	if status != exitUsage || log != "" || !json.Valid([]byte(out)) || !strings.Contains(out, `"error":"script nosuch: no such file or folder`) {
		t.Errorf("no strategy: status %d, %s, %s", status, out, log)
	}
}
