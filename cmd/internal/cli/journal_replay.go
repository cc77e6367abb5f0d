package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/strategies/worker"
)

func init() { describeRecord = describe }

func newJournalReplay() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "replay DIR",
		Short: "Step fresh machines through a journal; they must decide the same",
		Long: `Replay steps a fresh gateway and fresh strategies, their scripts as they were
recorded, through everything a journal holds. Where they decide otherwise it names the
first record, and the exit status is 1.

DIR is the journal directory of a run, with gateway and worker-ACCOUNT in it.`,
		Example: "  tollgate journal replay data/paper/20261122-093000.000/journal",
		Args:    exactly(1, "one DIR"),
		RunE: func(c *cobra.Command, args []string) error {
			dir := args[0]
			if _, err := os.Stat(filepath.Join(dir, "gateway")); err != nil {
				if _, err := os.Stat(filepath.Join(dir, "journal", "gateway")); err != nil {
					return usage("%s has no folder gateway: name the journal directory of a run", dir)
				}
				dir = filepath.Join(dir, "journal")
			}
			r, err := stack.Replay(dir, guard())
			if err != nil {
				return err
			}
			return tellReplay(c, r, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object and nothing else")
	return c
}

func tellReplay(c *cobra.Command, r *stack.Replayed, asJSON bool) error {
	if asJSON {
		text, err := json.Marshal(r)
		fmt.Fprintf(c.OutOrStdout(), "%s\n", text)
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "gateway      %d runs, %d inputs, %d frames: the same\n", r.Runs, r.Inputs, r.Frames)
	for _, w := range r.Workers {
		fmt.Fprintf(c.OutOrStdout(), "%-12s %d inputs: the same\n", w.Name, w.Inputs)
	}
	fmt.Fprintf(c.OutOrStdout(), "decisions    %s\n", r.Hash)
	return nil
}

var workerKinds = map[byte]string{
	worker.KindOpen: "open", worker.KindSource: "source", worker.KindJoin: "join", worker.KindEvent: "event",
	worker.KindSwap: "swap", worker.KindRollback: "rollback", worker.KindEnd: "end",
}

// describe says in words what a record of a gateway or a worker holds.
func describe(kind byte, payload []byte) string {
	switch kind {
	case gateway.KindSetup:
		return "setup " + string(payload)
	case gateway.KindSent:
		return "sent " + string(payload)
	case gateway.KindMark:
		return "mark " + string(payload)
	}
	if name := workerKinds[kind]; name != "" {
		return describeWorker(kind, name, payload)
	}
	in, err := gateway.ParseInput(gateway.InputKind(kind), payload)
	if err != nil {
		return ""
	}
	text := fmt.Sprintf("%s %s %s", in.At, in.Kind, in.Text)
	switch in.Kind {
	case gateway.Frame:
		text += string(in.Data)
	case gateway.FromWorker:
		if e, err := engine.ParseEvent(in.Data); err == nil {
			text += fmt.Sprintf("%T%+v", e, e)
		}
	case gateway.Operator:
		text = fmt.Sprintf("%s %s %s %s", in.At, in.Kind, in.Verb, in.Text)
	}
	return text
}

// digestSize is the length of the digest in front of an event of a worker.
const digestSize = 8

func describeWorker(kind byte, name string, payload []byte) string {
	if kind == worker.KindEvent && len(payload) > digestSize {
		if e, err := engine.ParseEvent(payload[digestSize:]); err == nil {
			return fmt.Sprintf("%s %T%+v", name, e, e)
		}
	}
	return name + " " + string(payload)
}
