package stack

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/engine/journal"
	"tollgate/strategies/script"
	"tollgate/strategies/worker"
)

// Replayed is what stepping a run again came to.
type Replayed struct {
	Runs    int              `json:"runs"`
	Inputs  uint64           `json:"inputs"`
	Frames  uint64           `json:"frames"`
	Hash    string           `json:"decisions_hash"`
	Workers []ReplayedWorker `json:"workers"`
}

// ReplayedWorker is one account's worker.
type ReplayedWorker struct {
	Name   string `json:"name"`
	Inputs uint64 `json:"inputs"`
	Hash   string `json:"hash"`
}

// Replay steps fresh machines through everything a journal directory holds: the
// gateway's record and those of the workers. The error names the first record at
// which they decide otherwise.
func Replay(dir string, guard *script.Guard) (*Replayed, error) {
	g := gateway.NewReplay(true, NewCore)
	var setups []*Setup
	err := journal.Each(filepath.Join(dir, "gateway"), 0, func(x journal.Record) error {
		if x.Kind == gateway.KindSetup {
			s, err := ParseSetup(x.Payload)
			if err != nil {
				return fmt.Errorf("record %d: %w", x.Number, err)
			}
			setups = append(setups, s)
		}
		return g.Record(x)
	})
	if err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	if g.Core() == nil {
		return nil, fmt.Errorf("%s holds no run", filepath.Join(dir, "gateway"))
	}
	out := &Replayed{Runs: g.Runs, Inputs: g.Inputs, Frames: g.Frames, Hash: g.Core().Hash().String(), Workers: []ReplayedWorker{}}
	names, err := workersIn(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		w, err := replayWorker(filepath.Join(dir, name), setups, guard)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		w.Name = name
		out.Workers = append(out.Workers, *w)
	}
	return out, nil
}

func workersIn(dir string) ([]string, error) {
	list, err := os.ReadDir(dir)
	var names []string
	for _, e := range list {
		if e.IsDir() && strings.HasPrefix(e.Name(), "worker-") {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// replayWorker steps fresh Runners. Each start of a worker belongs to the setup of
// the same number.
func replayWorker(dir string, setups []*Setup, guard *script.Guard) (*ReplayedWorker, error) {
	var r *worker.Replay
	runs := 0
	out := &ReplayedWorker{}
	err := journal.Each(dir, 0, func(x journal.Record) error {
		if x.Kind == worker.KindOpen {
			u, err := universeOf(setups[min(runs, len(setups)-1)])
			if err != nil {
				return err
			}
			runs++
			r = worker.NewReplay(u, time.LoadLocation, script.Options{Guard: guard})
		}
		if r == nil {
			return fmt.Errorf("record %d: nothing has begun", x.Number)
		}
		if _, err := r.Take(x.Kind, x.Payload); err != nil {
			return fmt.Errorf("record %d: %w", x.Number, err)
		}
		return nil
	})
	if r != nil {
		out.Inputs, out.Hash = r.Inputs(), r.Hash().String()
	}
	return out, err
}

func universeOf(s *Setup) (*engine.Universe, error) {
	c, err := s.decode()
	if err != nil {
		return nil, err
	}
	return s.Universe(c)
}
