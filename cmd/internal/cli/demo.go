package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"tollgate/examples"
	"tollgate/strategies/script"
)

// demoStrategy is the example that demo runs.
const demoStrategy = "cross"

func newDemo() *cobra.Command {
	f := backtestFlags{seed: 1}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Backtest a bundled strategy on a bundled session",
		Long: `Demo backtests a strategy and a synthetic session that are part of this program:
no files, no server, no account.`,
		Example: "  tollgate demo",
		Args:    exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			src, err := script.ReadFS(examples.FS, demoStrategy, "examples")
			if err != nil {
				return err
			}
			if err := backtest(c, src, &f); err != nil {
				return err
			}
			if !f.asJSON {
				fmt.Fprint(c.OutOrStdout(), demoNext)
			}
			return nil
		},
	}
	c.Flags().StringVar(&f.out, "out", "", "folder for report.html and the tables")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print one JSON object and nothing else")
	return c
}

const demoNext = `
What next:
  tollgate demo --out result          open result/report.html
  tollgate new mine                   a strategy of your own to begin with
  tollgate backtest mine --feed FILE  on your own recording; tollgate feed --help imports one
`
