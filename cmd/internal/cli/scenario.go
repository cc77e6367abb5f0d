package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/tools/txtar"

	"tollgate/strategies/script"
)

// A scenario is a txtar file beside a strategy: a comment that says what it
// shows, then the files
//
//	flags        flags of backtest, one a line (optional)
//	config.yaml  a configuration (optional)
//	feed.csv     market data in the CSV form
//	want         the trace expected: every intent, order, fill and denial
//
// It passes when the trace of the backtest is the one expected.

func newTest() *cobra.Command {
	var update bool
	c := &cobra.Command{
		Use:   "test STRATEGY",
		Short: "Run a strategy's scenarios",
		Long: `Test runs every scenario (*.txtar) in a strategy's folder: market events in,
expected intents, orders, fills and denials out. See examples/cross for one.`,
		Example: "  tollgate test examples/cross",
		Args:    exactly(1, "one STRATEGY folder"),
		RunE:    func(c *cobra.Command, args []string) error { return testAll(c, args[0], update) },
	}
	c.Flags().BoolVar(&update, "update", false, "write what happened into the scenarios as what is expected")
	return c
}

func testAll(c *cobra.Command, dir string, update bool) error {
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return usage("the folder %s does not exist", dir)
	case err == nil && !info.IsDir():
		return usage("%s is a file; give the folder that holds the strategy and its scenarios", dir)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		return usage("there are no scenarios (*.txtar) in %s", dir)
	}
	src, err := script.Read(dir)
	if err != nil {
		return usageError{err}
	}
	if _, err := script.Check(src); err != nil {
		return err // the same in every scenario
	}
	failed := 0
	for _, path := range paths {
		switch diff, err := runScenario(dir, path, update); {
		case err != nil:
			failed++
			fmt.Fprintf(c.OutOrStdout(), "FAIL  %s\n      %s\n", path, err)
		case diff == "":
			fmt.Fprintf(c.OutOrStdout(), "ok    %s\n", path)
		default:
			failed++
			fmt.Fprintf(c.OutOrStdout(), "FAIL  %s\n%s", path, diff)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d scenarios failed", failed, len(paths))
	}
	return nil
}

// runScenario plays one scenario and returns how its trace differs from what was
// expected; with update it rewrites the expectation instead. flags come before those of
// the scenario.
func runScenario(dir, path string, update bool, flags ...string) (string, error) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		return "", err
	}
	got, err := traceOf(dir, archive, flags...)
	if err != nil {
		return "", err
	}
	want := section(archive, "want")
	if update {
		if want == nil {
			archive.Files = append(archive.Files, txtar.File{Name: "want"})
			want = &archive.Files[len(archive.Files)-1]
		}
		want.Data = []byte(got)
		return "", os.WriteFile(path, txtar.Format(archive), 0o644)
	}
	if want == nil {
		return "", errors.New("no section -- want --; write one, or run with --update")
	}
	return difference(string(want.Data), got), nil
}

func section(a *txtar.Archive, name string) *txtar.File {
	for i := range a.Files {
		if a.Files[i].Name == name {
			return &a.Files[i]
		}
	}
	return nil
}

// traceOf backtests the strategy on the scenario's feed and returns the trace.
func traceOf(strategy string, a *txtar.Archive, args ...string) (string, error) {
	feed := section(a, "feed.csv")
	if feed == nil {
		return "", errors.New("no section -- feed.csv --")
	}
	tmp, err := os.MkdirTemp("", "tollgate-scenario")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	var f backtestFlags
	c := &cobra.Command{}
	f.register(c)
	for _, name := range []string{"feed.csv", "config.yaml"} {
		if s := section(a, name); s != nil {
			path := filepath.Join(tmp, name)
			if err := os.WriteFile(path, s.Data, 0o600); err != nil {
				return "", err
			}
			args = append(args, map[string]string{"feed.csv": "--feed=", "config.yaml": "--config="}[name]+path)
		}
	}
	if s := section(a, "flags"); s != nil {
		args = append(args, strings.Fields(string(s.Data))...)
	}
	if err := c.ParseFlags(args); err != nil {
		return "", fmt.Errorf("section flags: %w", flagError(err))
	}
	trace, err := traceRun(strategy, &f)
	if err != nil {
		// The files are gone before anybody could look into them.
		return "", errors.New(strings.ReplaceAll(err.Error(), tmp+string(filepath.Separator), "section "))
	}
	return trace, nil
}

// traceRun runs a plan for its trace alone.
func traceRun(strategy string, f *backtestFlags) (string, error) {
	src, err := script.Read(strategy)
	if err != nil {
		return "", err
	}
	p, err := newPlan(src, f)
	if err != nil {
		return "", err
	}
	var trace bytes.Buffer
	if _, err := p.play(p.fill, play{trace: traceTo(&trace)}); err != nil {
		return "", err
	}
	return trace.String(), nil
}

// difference shows the first line at which two traces part, with some before.
func difference(want, got string) string {
	if want == got {
		return ""
	}
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	at := 0
	for at < len(w) && at < len(g) && w[at] == g[at] {
		at++
	}
	var b strings.Builder
	for i := max(0, at-3); i < at; i++ {
		fmt.Fprintf(&b, "      %s\n", w[i])
	}
	show(&b, "want", w, at)
	show(&b, "got ", g, at)
	return b.String()
}

func show(b io.Writer, what string, lines []string, at int) {
	line := "(nothing more)"
	if at < len(lines) && lines[at] != "" {
		line = lines[at]
	}
	fmt.Fprintf(b, "%s  %s\n", what, line)
}
