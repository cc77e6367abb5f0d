package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/native"
	"tollgate/engine"
	"tollgate/strategies/script"
)

// trialTier runs one trial. It is called from several goroutines.
type trialTier struct {
	name string
	run  func(ctx context.Context, t *trial) (*outcome, error)
}

// interpret runs trials in this process, each with interpreters of its own.
func (s *sweepRun) interpret() {
	relaxGC()
	s.tier = trialTier{"interpreted", func(ctx context.Context, t *trial) (*outcome, error) {
		return s.plan.clone(t).try(ctx, t)
	}}
}

// compile builds one binary. A compiled strategy keeps its variables and reads its
// parameters once in a process, so every trial is a process of its own; it starts
// in some tens of milliseconds.
func (s *sweepRun) compile() error {
	cache, err := native.Cache()
	if err != nil {
		return err
	}
	binary, err := native.Build([]native.Wanted{{Script: s.plan.checked, Copies: s.feed.instances}}, cache, s.log)
	if err != nil {
		return err
	}
	s.tier = trialTier{"compiled", func(ctx context.Context, t *trial) (*outcome, error) {
		return s.process(ctx, binary, t)
	}}
	return nil
}

// process runs a trial in a process of the compiled binary.
func (s *sweepRun) process(ctx context.Context, binary string, t *trial) (*outcome, error) {
	p := s.plan.clone(t)
	cmd, err := native.Command(ctx, binary, p.src.Hash, p.params, p.trialArgs(s.path, t))
	if err != nil {
		return nil, err
	}
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		if text := crashText(log.String()); text != "" && ctx.Err() == nil {
			return nil, errors.New(text)
		}
		return nil, fmt.Errorf("its process ended: %w", err)
	}
	var o outcome
	if err := json.Unmarshal(out.Bytes(), &o); err != nil {
		return nil, fmt.Errorf("a run of the compiled strategy answered what cannot be read: %w", err)
	}
	return &o, nil
}

// trialArgs is the command line of a trial's process.
func (p *plan) trialArgs(path string, t *trial) []string {
	f := p.flags
	args := []string{trialCommand, path}
	add := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				args = append(args, "--"+name+"="+v)
			}
		}
	}
	add("feed", f.feeds...)
	add("instrument", f.instruments...)
	add("spec", f.specs...)
	add("config", f.config)
	add("account", f.account)
	add("cash", f.cash)
	add("fill", f.fill)
	add("latency", f.latency)
	add("from", moment(p.from))
	add("to", moment(p.to))
	add("open", moment(t.open))
	if f.skipBad {
		add("skip-bad", "true")
	}
	if t.detail {
		add("detail", "true")
	}
	return args
}

func moment(t engine.Time) string {
	if t == 0 {
		return ""
	}
	return t.String()
}

// trialCommand is the hidden command of a trial's process.
const trialCommand = "sweep-trial"

// newSweepTrial is the process of one compiled trial: it prints its outcome as
// JSON. Sweep starts it; its flags are no promise to anybody else.
func newSweepTrial() *cobra.Command {
	var f backtestFlags
	t := trial{watch: new(trialWatch)}
	var open string
	c := &cobra.Command{
		Use: trialCommand + " STRATEGY", Short: "One run of a sweep", Hidden: true, Args: exactly(1, "one STRATEGY"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if t.open, err = parseTime("--open", open); err != nil {
				return usageError{err}
			}
			return runTrial(c, args[0], &f, &t)
		},
	}
	f.register(c)
	c.Flags().StringVar(&open, "open", "", "every order before this moment is denied")
	c.Flags().BoolVar(&t.detail, "detail", false, "trips, sessions and curve too")
	return c
}

func runTrial(c *cobra.Command, path string, f *backtestFlags, t *trial) error {
	src, err := script.Read(path)
	if err != nil {
		return err
	}
	if !native.Present(src.Hash) {
		return fmt.Errorf("%s has changed while the sweep runs: start it again", path)
	}
	relaxGC()
	p, err := newPlan(src, f)
	if err != nil {
		return err
	}
	defer t.watch.start(func() {
		fmt.Fprintln(c.ErrOrStderr(), hung())
		os.Exit(1)
	})()
	o, err := p.try(c.Context(), t)
	if err != nil {
		return err
	}
	return json.NewEncoder(c.OutOrStdout()).Encode(o)
}

// identity names everything that decides a run but its own parameters and time:
// two runs with one identity and the same parameters have the same figures.
func (s *sweepRun) identity() (string, error) {
	p := s.plan
	f := *p.flags
	id := map[string]any{
		"format": 1, "strategy": p.src.Hash, "params": maps.Clone(p.params), "fill": p.fill.String(), "trigger": p.trigger.String(),
		"cash": p.cash, "latency": p.latency, "from": p.from, "to": p.to, "account": p.account.Name, "on_panic": p.onPanic,
		"instruments": f.instruments, "specs": f.specs, "skip_bad": f.skipBad,
	}
	files := map[string]string{}
	if self, err := os.Executable(); err == nil {
		files["program"] = self
	}
	if f.config != "" {
		files["config"] = f.config
	}
	for i, path := range s.flags.feeds {
		files[fmt.Sprintf("feed %d", i)] = path
	}
	for key, path := range files { // each goes under a key of its own: the order is nothing
		digest, err := digestFile(path)
		if err != nil {
			return "", err
		}
		id[key] = digest
	}
	text, err := json.Marshal(id)
	return string(text), err
}
