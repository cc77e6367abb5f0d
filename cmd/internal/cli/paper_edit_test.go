package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPaperEditedTwentyTimes: the afternoon of TestEditedTwentyTimes, in the live
// stack: real files, a person's reload, a real WebSocket. The run never stops, belief
// is truth in the end, and the journal makes the same decisions with the scripts as
// they were.
func TestPaperEditedTwentyTimes(t *testing.T) {
	config := paperConfig(t, "cross")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(filepath.Dir(config), "edited")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "edited.go"), []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(string(text), "strategies:\n")
	_, paper, _ := strings.Cut(after, "paper:")
	changed := fmt.Sprintf("%sstrategies:\n  - {name: edited, script: %q, account: Sim101, instruments: [\"ES 03-25\"]}\npaper:%s", before, dir, paper)
	if err := os.WriteFile(config, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		status   int
		out, log string
	}
	done := make(chan outcome, 1)
	go func() {
		status, out, log := runCLI("paper", "--config", config, "--json", "--no-watch", "--speed", "60")
		done <- outcome{status, out, log}
	}()
	for status := exitFailed; status != exitOK; { // until its door is open
		select {
		case o := <-done:
			t.Fatalf("ended early: %+v", o)
		default:
			status, _, _ = runCLI("status", "--config", config)
		}
	}
	for i := range edits {
		e := &edits[i]
		e.apply(t, dir)
		status, out, log := runCLI("reload", "edited", "--config", config)
		want := exitOK
		if e.say[0] == "refused" {
			want = exitFailed
		}
		if rehearsed := strings.Contains(e.name, "panic on") || strings.Contains(e.name, "infinite"); status != want && !rehearsed {
			t.Errorf("%s: status %d, want %d: %s%s", e.name, status, want, out, log)
		}
		if want == exitFailed {
			for _, words := range e.say[1:] {
				if !strings.Contains(log, words) {
					t.Errorf("%s: said %q, want %q", e.name, log, words)
				}
			}
		}
	}
	o := <-done
	var r paperResult
	if err := json.Unmarshal([]byte(o.out), &r); err != nil || o.status != exitOK || len(r.Differences) != 0 {
		t.Fatalf("status %d, %v, differences %v\n%s", o.status, err, r.Differences, o.log)
	}
	status, out, log := runCLI("journal", "replay", r.Journal)
	if status != exitOK || !strings.Contains(out, r.Hash) {
		t.Errorf("status %d, the run was %s\n%s%s", status, r.Hash, out, log)
	}
}
