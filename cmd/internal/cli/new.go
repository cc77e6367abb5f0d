package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/examples"
)

func newNew() *cobra.Command {
	return &cobra.Command{
		Use:     "new NAME",
		Short:   "Write a strategy folder that backtests at once",
		Example: "  tollgate new breakout2\n  tollgate backtest breakout2",
		Args:    exactly(1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return writeNew(c, args[0])
		},
	}
}

var packageName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// writeNew writes a folder with a strategy to begin with. It never overwrites.
func writeNew(c *cobra.Command, path string) error {
	name := filepath.Base(path)
	if !packageName.MatchString(name) {
		return usage("%q cannot be the name of a strategy: use lower-case letters and digits, a letter first", name)
	}
	if _, err := os.Lstat(path); err == nil {
		return usage("%s exists already; choose another name or remove it", path)
	}
	code, err := examples.FS.ReadFile("cross/cross.go")
	if err != nil {
		return err
	}
	text := strings.Replace(string(code), "// Package cross trades", "// Package "+name+" trades", 1)
	text = strings.Replace(text, "package cross\n", "package "+name+"\n", 1)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	files := map[string]string{
		name + ".go": text,
		"README.md":  fmt.Sprintf("# %s\n\nWhat it trades, when it enters, when it leaves, what it risks.\n\n    tollgate check %s\n    tollgate backtest %s\n", name, path, path),
	}
	for _, file := range []string{name + ".go", "README.md"} {
		if err := os.WriteFile(filepath.Join(path, file), []byte(files[file]), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.OutOrStdout(), "wrote %s\n\ntry:  tollgate check %s\n      tollgate backtest %s\n", filepath.Join(path, name+".go"), path, path)
	return nil
}
