package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"tollgate/configs"
)

// TestReadme: what the README says the demo prints is what it prints, and the
// strategy it shows is one.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	if status := Main([]string{"demo"}, &out, &log); status != 0 {
		t.Fatalf("status %d: %s", status, log.String())
	}
	lines := 0
	for _, line := range block(t, string(text), "    Backtest of ") {
		if line == "..." {
			continue
		}
		lines++
		if !strings.Contains(out.String(), line+"\n") {
			t.Errorf("the README says demo prints %q; it prints\n%s", line, out.String())
		}
	}
	if lines < 5 {
		t.Errorf("only %d lines of the demo in the README", lines)
	}
	path := t.TempDir() + "/cross.go"
	code := strings.Join(block(t, string(text), "    package cross"), "\n")
	if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := backtestJSON(t, "backtest", path, "--json"); r.Fills == 0 {
		t.Error("the strategy of the README does nothing")
	}
}

// block is the indented block that begins with a line, without the indent.
func block(t *testing.T, text, begin string) []string {
	t.Helper()
	at := strings.Index(text, begin)
	if at < 0 {
		t.Fatalf("no block that begins with %q", begin)
	}
	var lines []string
	for _, line := range strings.Split(text[at:], "\n") {
		if line != "" && !strings.HasPrefix(line, "    ") {
			break
		}
		lines = append(lines, strings.TrimPrefix(line, "    "))
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// TestReadmePaper: the configuration that the README shows for paper trading is one.
func TestReadmePaper(t *testing.T) {
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "## Paper trading")
	config := strings.Join(block(t, after, "    accounts:"), "\n")
	path := t.TempDir() + "/tollgate.yaml"
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := configs.Load(path)
	if err != nil || len(c.Strategies) != 1 || c.Paper.Speed != 60 {
		t.Errorf("%+v, %v", c, err)
	}
}
