// Package cli is the command line of tollgate. It is a package of its own, and
// not part of main, because the compiled tier builds it into binaries that carry
// a strategy.
//
// Results go to standard output, progress and logs to standard error. A command
// returns an error; Main prints it and turns it into the exit status: 0 done, 1 it
// ran and failed, 2 wrong usage or configuration and nothing was started, 3 stopped
// by a risk rule, 4 the link was refused.
package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tollgate/engine"
	"tollgate/strategies/script"
)

// Exit statuses people and scripts rely on.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// usageError is a mistake made before anything was started.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// statusError carries the exit status of a program that did the work.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// errSilent is a failure that has been told already.
var errSilent = errors.New("")

// Main runs the command line and returns the exit status.
func Main(args []string, stdout, stderr io.Writer) int {
	root := newRoot(stdout, stderr)
	root.SetArgs(args)
	return status(root.Execute(), stderr)
}

// status prints what went wrong and chooses the exit status.
func status(err error, stderr io.Writer) int {
	var code statusError
	if errors.As(err, &code) {
		return int(code)
	}
	if err != nil && !errors.Is(err, errSilent) {
		fmt.Fprintf(stderr, "tollgate: %s\n", err)
	}
	var wrong usageError
	var refused script.Findings
	var unknown *engine.UnknownInstrument
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &wrong), errors.As(err, &refused), errors.As(err, &unknown):
		return exitUsage
	case notServed(err):
		return exitRefused
	}
	return exitFailed
}

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "tollgate",
		Short: "Run trading strategies written as Go scripts",
		Long: `Tollgate runs trading strategies written as Go scripts: on recordings, and
through one risk gate that every order must pass.

Begin with:  tollgate demo`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("unknown command %q; see tollgate --help", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%w; see %s --help", flagError(err), c.CommandPath())
	})
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(newDemo(), newBacktest(), newCheck(), newTest(), newDoctor(), newNew(), newFeed(), newJournal(), newSweep(), newSweepTrial(), newPaper(), newLive(), newStatus(), newReload(), newFlatten(), newKill(), newResume(), newTakeover(), newRecord(), newSim(), newVersion())
	return root
}

// flagError says what a flag takes, instead of what a function of Go could not parse.
func flagError(err error) error {
	takes := map[string]string{
		"int": "a whole number", "int64": "a whole number", "uint": "a whole number from 0", "uint64": "a whole number from 0",
		"float64": "a number", "bool": "true or false", "duration": "a duration such as 90s or 5m",
	}
	var wrong *pflag.InvalidValueError
	if !errors.As(err, &wrong) || takes[wrong.GetFlag().Value.Type()] == "" {
		return err
	}
	return fmt.Errorf("--%s %s: give %s", wrong.GetFlag().Name, wrong.GetValue(), takes[wrong.GetFlag().Value.Type()])
}

// exactly is cobra.ExactArgs with an exit status and a sentence.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("%s takes %s; see %s --help", c.CommandPath(), what, c.CommandPath())
		}
		return nil
	}
}
