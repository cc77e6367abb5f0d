package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// strategyOf writes a strategy with one handler.
func strategyOf(t *testing.T, handler string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.go")
	text := "package s\n\nimport \"tollgate/strategies\"\n\nvar none []int\n\n" + handler + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs the command line in this process.
func run(args ...string) (code int, out, log string) {
	var o, l bytes.Buffer
	code = Main(args, &o, &l)
	return code, o.String(), l.String()
}

// TestStoppedStrategyFailsTheRun: after its report, naming what, where and why; a stop
// that the strategy asked for is no failure.
func TestStoppedStrategyFailsTheRun(t *testing.T) {
	feed := recording(t, quoteRow(0, "ES 12-23", 4500), quoteRow(1, "ES 12-23", 4501), quoteRow(2, "NQ 12-23", 15000))
	for _, c := range []struct {
		name, handler, last string
		args                []string
		status              int
	}{
		{
			name: "panic", handler: "func OnQuote(ctx *strategies.Context, q *strategies.Quote) {\n\tctx.Log(none[len(none)])\n}", status: exitFailed, args: []string{"--instrument=ES"},
			last: "tollgate: s on ES 12-23 was stopped at 2023-11-14 22:13:20 UTC: panic in OnQuote: %s:8: index out of range",
		},
		{
			name: "two instances", handler: "func OnStart(ctx *strategies.Context) { ctx.Log(none[len(none)]) }", status: exitFailed,
			last: "tollgate: s on ES 12-23 was stopped at 2023-11-14 22:13:20 UTC: panic in OnStart: %s:7: index out of range; and 1 other instance",
		},
		{
			name: "at the end", handler: "func OnStop(ctx *strategies.Context) { ctx.Log(none[len(none)]) }", args: []string{"--instrument=NQ"}, status: exitFailed,
			last: "tollgate: s on NQ 12-23 was stopped at 2023-11-14 22:13:22 UTC: panic in OnStop: %s:7: index out of range",
		},
		{name: "by itself", handler: "func OnQuote(ctx *strategies.Context, q *strategies.Quote) { ctx.Stop(\"enough\") }"},
		{name: "not at all", handler: "func OnQuote(ctx *strategies.Context, q *strategies.Quote) {}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := strategyOf(t, c.handler)
			want := ""
			if c.last != "" {
				want = fmt.Sprintf(c.last, path)
			}
			status, out, log := run(append([]string{"backtest", path, "--feed=" + feed}, c.args...)...)
			lines := strings.Split(strings.TrimSpace(log), "\n")
			if status != c.status || lines[len(lines)-1] != want || !strings.Contains(out, "Net P&L") {
				t.Errorf("status %d, last line %q, want %q; report\n%s", status, lines[len(lines)-1], want, out)
			}
		})
	}
}

// TestDoctorEndsWithAStoppedStrategy: its other checks would repeat the fault.
func TestDoctorEndsWithAStoppedStrategy(t *testing.T) {
	feed := recording(t, quoteRow(0, "ES 12-23", 4500), quoteRow(1, "ES 12-23", 4501))
	path := strategyOf(t, "func OnQuote(ctx *strategies.Context, q *strategies.Quote) { ctx.Log(none[len(none)]) }")
	status, out, _ := run("doctor", path, "--feed="+feed)
	if status != exitFailed || !strings.Contains(out, "FAIL  run          s on ES 12-23 was stopped") || strings.Contains(out, "lookahead") {
		t.Errorf("status %d\n%s", status, out)
	}
}

// TestInstrumentNotInTheFeed: a report on nothing looks like a strategy that does nothing.
func TestInstrumentNotInTheFeed(t *testing.T) {
	feed := recording(t, quoteRow(0, "ES 12-23", 4500), quoteRow(1, "NQ 12-23", 15000), quoteRow(2, "ES 12-23", 4501))
	for _, c := range []struct {
		instruments, from string
		status            int
		say               string
	}{
		{instruments: "ES"},
		{instruments: "NQ 12-23,ES"},
		{instruments: "CL", status: exitUsage, say: "--instrument CL: not in the feed; it has ES 12-23 and NQ 12-23"},
		{instruments: "ES 03-24", status: exitUsage, say: "--instrument ES 03-24: not in the feed; it has ES 12-23 and NQ 12-23"},
		{instruments: "ES,CL", status: exitFailed, say: "--instrument CL: not in the feed; it has ES 12-23 and NQ 12-23"},
		{instruments: "ES 99-99", status: exitUsage, say: "--instrument ES 99-99: not the name of an instrument"},
		{instruments: "ES,NQ", from: "2023-11-14T22:13:22Z"}, // none of NQ then
		{instruments: "NQ", from: "2023-11-14T22:13:22Z", status: exitFailed, say: "no events in the chosen time"},
		{instruments: "NQ 12-23", from: "2023-11-14T22:13:22Z", status: exitFailed, say: "no events in the chosen time"},
	} {
		args := []string{"--feed=" + feed}
		for name := range strings.SplitSeq(c.instruments, ",") {
			args = append(args, "--instrument="+name)
		}
		if c.from != "" {
			args = append(args, "--from="+c.from)
		}
		for _, command := range []string{"backtest", "doctor"} {
			status, out, log := run(append([]string{command, examplesDir + "/cross"}, args...)...)
			if command == "doctor" && c.status == exitOK {
				continue // whatever it finds
			}
			if status != c.status || !strings.Contains(log, c.say) || c.status != exitOK && out != "" {
				t.Errorf("%s %v: status %d, %s\n%s", command, args, status, log, out)
			}
		}
	}
}
