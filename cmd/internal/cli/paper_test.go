package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/cmd/internal/stack"
)

// paperConfig writes a configuration that runs the examples on twenty minutes of the
// bundled sample.
func paperConfig(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.arrows")
	if err := os.WriteFile(whole, sample, 0o600); err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(dir, "part.arrows")
	if status, _, log := runCLI("feed", "cut", whole, "--from", "2025-03-03T14:30:00Z", "--to", "2025-03-03T14:50:00Z", "--out", part); status != exitOK {
		t.Fatal(log)
	}
	var b strings.Builder
	b.WriteString("accounts:\n  Sim101:\n    limits: {max_position: {ES: 20}, max_order: {ES: 10}, max_working_orders: 30, daily_loss: 100000}\nstrategies:\n")
	for _, n := range names {
		path, err := filepath.Abs(filepath.Join("..", "..", "..", "examples", n))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "  - {name: %s, script: %q, account: Sim101, instruments: [\"ES 03-25\"]}\n", n, path)
	}
	fmt.Fprintf(&b, "paper: {feed: [%q], speed: 400}\n", part)
	file := filepath.Join(dir, "tollgate.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestPaper: the live stack trades every example through a real WebSocket; what it
// believes in the end is what happened, and its journal makes the same decisions.
func TestPaper(t *testing.T) {
	file := paperConfig(t, "cross", "breakout", "vwap", "bollinger", "quoter", "scaler")
	status, out, log := runCLI("paper", "--config", file, "--json", "--no-watch")
	if status != exitOK {
		t.Fatalf("status %d\n%s\n%s", status, out, log)
	}
	var r paperResult
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(r.Differences) != 0 || r.Stats.Fills == 0 || r.Executions == nil || r.Stats.BadFrames != 0 || r.Stats.Differences != 0 {
		t.Errorf("%+v\n%s", r, log)
	}
	for _, args := range [][]string{{"journal", "verify", r.Journal}, {"journal", "show", r.Journal}} {
		if status, out, log := runCLI(args...); status != exitOK || !strings.Contains(out, "gateway") || !strings.Contains(out, "worker-Sim101") {
			t.Errorf("%v: status %d, %s%s", args, status, firstLines(out), log)
		}
	}
	status, out, log = runCLI("journal", "replay", r.Journal, "--json")
	if status != exitOK {
		t.Fatalf("status %d\n%s\n%s", status, out, log)
	}
	var again stack.Replayed
	if err := json.Unmarshal([]byte(out), &again); err != nil {
		t.Fatal(err)
	}
	if again.Hash != r.Hash || again.Runs != 1 || len(again.Workers) != 1 || again.Workers[0].Inputs == 0 {
		t.Errorf("the replay came to %+v, the run to %s", again, r.Hash)
	}
}

func firstLines(text string) string { return text[:min(len(text), 2000)] }

// TestPaperOnABadDay: lost replies, refusals and a cut link; in the end belief is
// truth all the same.
func TestPaperOnABadDay(t *testing.T) {
	file := paperConfig(t, "quoter", "scaler")
	status, out, log := runCLI("paper", "--config", file, "--json", "--no-watch",
		"--quirk", "async-reject", "--quirk", "reassign-ids", "--fault", "lose-reply=1@call=12", "--fault", "refuse=2@call=30", "--fault", "drop@call=60")
	var r paperResult
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != exitOK {
		t.Fatalf("status %d, %v\n%s\n%s", status, err, out, log)
	}
	if r.Stats.Refused == 0 || r.Stats.Lost == 0 {
		t.Errorf("nothing went wrong: %+v", r.Stats)
	}
	status, _, log = runCLI("journal", "replay", r.Journal)
	if status != exitOK {
		t.Error(log)
	}
}

func TestLiveRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "tollgate.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("CROSSTRADE_TOKEN", "")
	write("accounts: {Sim101: {}}\nstrategies: [{name: a, script: a.go, account: Sim101, instruments: [\"ES 12-26\"]}]\n")
	if status, _, log := runCLI("live", "--config", file, "--yes"); status != exitUsage || !strings.Contains(log, "daily_loss") {
		t.Errorf("without limits: %d %s", status, log)
	}
	write("accounts: {Sim101: {limits: {max_position: {ES: 1}, max_order: {ES: 1}, daily_loss: 100}}}\nstrategies: [{name: a, script: a.go, account: Sim101, instruments: [\"ES 12-26\"]}]\n")
	if status, _, log := runCLI("live", "--config", file, "--yes"); status != exitUsage || !strings.Contains(log, "CROSSTRADE_TOKEN") {
		t.Errorf("without a key: %d %s", status, log)
	}
	t.Setenv("CROSSTRADE_TOKEN", "only for this test")
	if status, _, log := runCLI("live", "--config", file); status != exitUsage || !strings.Contains(log, "not confirmed") || strings.Contains(log, "only for this test") {
		t.Errorf("without a person: %d %s", status, log)
	}
}

// TestKillWithoutAProgram: the sign stays until resume takes it away.
func TestKillWithoutAProgram(t *testing.T) {
	data := t.TempDir()
	for _, step := range []struct {
		command, says string
		killed        bool
	}{{"kill", "will cancel", true}, {"resume", "may trade", false}} {
		status, out, log := runCLI(step.command, "--data", data)
		_, killed := stack.Killed(filepath.Join(data, "live"))
		if status != exitOK || !strings.Contains(out, "on "+filepath.Join(data, "live")+"; the next one there "+step.says) || killed != step.killed {
			t.Errorf("%s: %d %s%s, killed %v", step.command, status, out, log, killed)
		}
	}
	t.Chdir(t.TempDir())
	for _, command := range []string{"kill", "resume"} {
		status, out, log := runCLI(command)
		left, err := os.ReadDir(".")
		if status != exitUsage || !strings.Contains(log, "nothing has run in this folder") || err != nil || len(left) > 0 {
			t.Errorf("%s in a folder without data: %d %s%s, left %v, %v", command, status, out, log, left, err)
		}
	}
	if status, _, log := runCLI("status", "--data", data); status != exitFailed || !strings.Contains(log, "no gateway is running here") {
		t.Errorf("%d %s", status, log)
	}
}
