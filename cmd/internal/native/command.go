package native

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
)

// Command is a process of a binary that Build made, ready to start: with the
// arguments of this program and the parameters of the strategy that has the hash.
// The process is killed when ctx ends. One process serves one run, because a
// strategy reads its parameters once and keeps its state in package variables.
func Command(ctx context.Context, binary, hash string, values map[string]string, args []string) (*exec.Cmd, error) {
	text, err := json.Marshal(params{Hash: hash, Values: values})
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append(os.Environ(), paramsEnv+"="+string(text))
	return cmd, nil
}
