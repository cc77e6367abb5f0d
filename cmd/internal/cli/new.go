package cli

import (
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/native"
	"tollgate/examples"
)

func newNew() *cobra.Command {
	return &cobra.Command{
		Use:   "new NAME",
		Short: "Write a strategy folder that backtests at once",
		Long: `New writes a folder with a strategy, a scenario that tests it and a README. Outside
the source of tollgate it adds a go.mod that points there, so that editors complete
and go vet works.`,
		Example: "  tollgate new mine\n  tollgate backtest mine",
		Args:    exactly(1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return writeNew(c, args[0])
		},
	}
}

var packageName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// decimalModule is the one module that package strategies needs besides its own.
const decimalModule = "github.com/shopspring/decimal"

// takenNames are packages of Go and of tollgate: a module of that name would be taken
// for them. TestNewNames compares with the Go at hand.
var takenNames = strings.Fields(`
	all bufio builtin bytes cmd cmp context crypto embed encoding errors expvar flag fmt hash html
	image internal io iter log maps math mime net os path plugin reflect regexp runtime slices sort
	std strconv strings structs sync syscall testing time tollgate unicode unique unsafe vendor weak`)

// nameable refuses names that make a folder which does not compile.
func nameable(name string) error {
	switch {
	case name == "":
		return usage("the name of the strategy is empty; give one such as mine")
	case !packageName.MatchString(name):
		return usage("%q cannot be the name of a strategy: use lower-case letters and digits, a letter first", name)
	case token.IsKeyword(name):
		return usage("%s cannot be the name of a strategy: it is a keyword of Go; try my%s", name, name)
	case name == "main":
		return usage("main cannot be the name of a strategy: it is that of programs; try mymain")
	case slices.Contains(takenNames, name):
		return usage("%s cannot be the name of a strategy: a package of Go or of tollgate has it; try my%s", name, name)
	}
	return nil
}

// writeNew writes a folder with a strategy to begin with. It never overwrites.
func writeNew(c *cobra.Command, path string) error {
	name := filepath.Base(path)
	if path == "" {
		name = ""
	}
	if err := nameable(name); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return usage("%s exists already; choose another name or remove it", path)
	}
	files, err := newFiles(name, path)
	if err != nil {
		return err
	}
	if _, err := native.Source(); err != nil {
		fmt.Fprintf(c.ErrOrStderr(), "no go.mod for editors was written: %v\n", err)
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(path, f.name), []byte(f.text), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.OutOrStdout(), "wrote %s\n\ntry:  tollgate check %s\n      tollgate test %s\n      tollgate backtest %s\n",
		filepath.Join(path, name+".go"), path, path, path)
	return nil
}

type newFile struct{ name, text string }

// newFiles makes the texts of a new strategy out of an example.
func newFiles(name, path string) ([]newFile, error) {
	code, err := examples.FS.ReadFile("cross/cross.go")
	if err != nil {
		return nil, err
	}
	scenario, err := examples.FS.ReadFile("cross/turns.txtar")
	if err != nil {
		return nil, err
	}
	text := strings.Replace(string(code), "// Package cross trades", "// Package "+name+" trades", 1)
	text = strings.Replace(text, "package cross\n", "package "+name+"\n", 1)
	readme := fmt.Sprintf("# %s\n\nWhat it trades, when it enters, when it leaves, what it risks.\n\n"+
		"    tollgate check %s\n    tollgate test %s\n    tollgate backtest %s\n", name, path, path, path)
	files := []newFile{{name + ".go", text}, {name + ".txtar", string(scenario)}, {"README.md", readme}}
	return append(files, editorFiles(name, path)...), nil
}

// editorFiles are go.mod and go.sum for a folder outside the source of tollgate;
// none inside it, and none where the source cannot be found.
func editorFiles(name, path string) []newFile {
	source, err := native.Source()
	if err != nil {
		return nil
	}
	full, err := filepath.Abs(path)
	if err != nil || strings.HasPrefix(full, source+string(filepath.Separator)) {
		return nil
	}
	sums, err := os.ReadFile(filepath.Join(source, "go.sum"))
	if err != nil {
		return nil
	}
	version := "v1.6.0"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == decimalModule {
				version = d.Version
			}
		}
	}
	var sum strings.Builder
	for _, line := range strings.SplitAfter(string(sums), "\n") {
		if strings.HasPrefix(line, decimalModule+" ") {
			sum.WriteString(line)
		}
	}
	mod := fmt.Sprintf("module %s\n\ngo 1.26.0\n\nrequire tollgate v0.0.0\n\nrequire %s %s // indirect\n\nreplace tollgate => %s\n",
		name, decimalModule, version, source)
	return []newFile{{"go.mod", mod}, {"go.sum", sum.String()}}
}
