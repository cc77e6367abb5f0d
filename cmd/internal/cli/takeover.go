package cli

import (
	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/engine/gateway"
)

// newTakeover is a person's word that the session is to be taken back.
func newTakeover() *cobra.Command {
	var f runningFlags
	return f.register(&cobra.Command{
		Use:   "takeover",
		Short: "Take the session back from the program that took it",
		Long: `The broker serves one connection of a user, and the newest wins. A gateway whose session
was taken does not fight for it: it stops and says so. Takeover tells it to connect
again, which ends the other program's connection.`,
		Example: "  tollgate takeover --config tollgate.yaml",
		Args:    exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.tell(c, gateway.Request{Do: stack.DoTakeover})
		},
	})
}
