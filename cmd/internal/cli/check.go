package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tollgate/strategies/script"
)

func newCheck() *cobra.Command {
	var asJSON, language bool
	c := &cobra.Command{
		Use:   "check STRATEGY",
		Short: "Vet a strategy without running it",
		Long: `Check reads a strategy as a compiler would: syntax, types, handlers, and every
construct that would not mean the same interpreted and compiled. Nothing is run
except the initialisation of package variables, which finds wrong parameters.

A warning is about what runs, but cannot be meant; a note about what is good to know,
such as state that a reload would lose. Exit status 1 when the strategy would be refused,
0 with warnings and notes.`,
		Example: "  tollgate check examples/cross\n  tollgate check --language",
		Args: func(c *cobra.Command, args []string) error {
			if language {
				return exactly(0, "no strategy with --language")(c, args)
			}
			return exactly(1, "one STRATEGY, a .go file or a folder")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if language {
				fmt.Fprint(c.OutOrStdout(), script.Language())
				return nil
			}
			return check(c, args[0], asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the findings as one JSON object")
	c.Flags().BoolVar(&language, "language", false, "print what the script language refuses, and what to write instead")
	return c
}

// check tells what is wrong with a strategy.
func check(c *cobra.Command, path string, asJSON bool) error {
	src, err := script.Read(path)
	if err != nil {
		if !asJSON {
			return usageError{err}
		}
		return errors.Join(checkJSON(c, &script.Source{Name: path}, nil, err), statusError(exitUsage))
	}
	var findings script.Findings
	checked, err := script.Check(src)
	if err == nil {
		findings = append(checked.Warnings, checked.Notes...)
		_, err = checked.Load(script.Options{})
	}
	var refused script.Findings
	if errors.As(err, &refused) {
		findings = append(refused, findings...)
	} else if err != nil && !asJSON {
		return err
	}
	if asJSON {
		return checkJSON(c, src, findings, err)
	}
	for _, f := range findings {
		fmt.Fprintln(c.OutOrStdout(), f)
	}
	if err != nil {
		fmt.Fprintf(c.OutOrStdout(), "%s: refused, %d to mend\n", src.Name, len(findings.Errors()))
		return errSilent
	}
	verdict := "fine"
	if n := len(checked.Warnings); n > 0 {
		verdict = "accepted, with " + countOf(n, "warning")
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: %s; it defines %s\n", src.Name, verdict, list(checked.Handlers))
	return nil
}

func checkJSON(c *cobra.Command, src *script.Source, findings script.Findings, failure error) error {
	out := struct {
		Strategy string           `json:"strategy"`
		Hash     string           `json:"script_hash"`
		OK       bool             `json:"ok"`
		Findings []script.Finding `json:"findings"`
		Error    string           `json:"error,omitempty"`
	}{Strategy: src.Name, Hash: src.Hash, OK: failure == nil, Findings: append([]script.Finding{}, findings...)}
	if failure != nil && len(findings.Errors()) == 0 {
		out.Error = failure.Error()
	}
	if err := json.NewEncoder(c.OutOrStdout()).Encode(out); err != nil {
		return err
	}
	if failure != nil {
		return errSilent
	}
	return nil
}

// list joins words for a sentence.
func list(words []string) string {
	switch len(words) {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	}
	text := words[0]
	for _, w := range words[1 : len(words)-1] {
		text += ", " + w
	}
	return text + " and " + words[len(words)-1]
}
