package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tollgate/engine/journal"
)

func newJournal() *cobra.Command {
	c := &cobra.Command{
		Use:   "journal",
		Short: "Look into the record of a run",
		Long: `Journal looks into the record of a run: directories of segments that hold, in order,
what was seen and decided, one of the gateway and one of each worker. DIR is that of the
run, or of one of them. Nothing is changed, and a run that writes it is not disturbed.`,
		Example: `  tollgate journal verify run
  tollgate journal show run/gateway --from 100`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("unknown command journal %s; see tollgate journal --help", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newJournalShow(), newJournalVerify(), newJournalReplay())
	return c
}

func newJournalVerify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify DIR",
		Short: "Read all records and check that none is damaged or missing",
		Long: `Verify reads all records of a journal. Damage is told with file and offset, and the
exit status is 1. An unfinished record at the end is what a crash leaves, and no damage: it
is cut off when the next run begins.`,
		Example: "  tollgate journal verify run",
		Args:    exactly(1, "one DIR"),
		RunE: func(c *cobra.Command, args []string) error {
			var all error
			for _, dir := range journalParts(args[0]) {
				all = errors.Join(all, verifyJournal(c.OutOrStdout(), dir))
			}
			return all
		},
	}
}

func verifyJournal(out io.Writer, dir string) error {
	rep, err := journal.Verify(dir)
	if err != nil {
		return err
	}
	tellReport(out, dir, &rep)
	if rep.Damage != nil {
		return rep.Damage
	}
	return nil
}

// journalParts are the journals in a folder: those of the gateway and of each worker of
// a run, or the folder itself where it is one, or is none.
func journalParts(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return []string{dir}
	}
	var parts []string
	for _, e := range entries {
		if !e.IsDir() {
			return []string{dir}
		}
		parts = append(parts, filepath.Join(dir, e.Name()))
	}
	if len(parts) == 0 {
		return []string{dir}
	}
	return parts
}

func tellReport(out io.Writer, dir string, rep *journal.Report) {
	fmt.Fprintf(out, "%s: %d records", dir, rep.Records)
	if rep.Records > 0 {
		fmt.Fprintf(out, " (%d to %d)", rep.First, rep.Last)
	}
	fmt.Fprintf(out, " in %d segments, %d bytes\n", rep.Segments, rep.Bytes)
	switch {
	case rep.Damage != nil:
		fmt.Fprintln(out, "these are whole; what follows is damaged")
	case rep.Torn != nil:
		fmt.Fprintf(out, "%s; the next run cuts them off\n", rep.Torn)
	case rep.Ended:
		fmt.Fprintln(out, "whole, and closed by its writer")
	default:
		fmt.Fprintln(out, "whole; not closed: a run is writing it, or was killed")
	}
}
