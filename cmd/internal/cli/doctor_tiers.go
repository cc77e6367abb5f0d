package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/native"
	"tollgate/engine"
	"tollgate/sim/bias"
)

// tierRun is what the compiled strategy decided. As JSON it is the last line that
// --decisions prints, after a line for each decision.
type tierRun struct {
	Hash    engine.Hash `json:"hash"`
	Events  int64       `json:"events"`
	Dropped int64       `json:"dropped"`
	log     *bias.Log
}

// tiers compares what the strategy decides interpreted and compiled. It makes no
// probe of its own: the compiled run is another program's.
func (d *doctor) tiers() ([]errand, func() verdict) {
	return nil, func() verdict {
		c := verdict{Name: "tiers", Status: statusOK}
		there, err := d.native(len(d.base.result.Members))
		var failed *exec.ExitError
		switch {
		case errors.As(err, &failed):
			c.fail("the strategy passes the check of scripts, but cannot be compiled or fails when it is: %v", err)
			c.Mend = "please report the script: what is accepted must behave the same compiled"
		case errors.Is(err, native.ErrNoGo):
			c.Status = statusSkip
			c.say("not compared: it takes the go command (https://go.dev/dl/), which is not on PATH")
		case err != nil:
			c.Status = statusSkip
			c.say("not compared: %v", err)
		default:
			d.judgeTiers(&c, there)
		}
		return c
	}
}

func (d *doctor) judgeTiers(c *verdict, there *tierRun) {
	const mend = "please report the script: what is accepted must behave the same compiled, and until then the interpreted run is not to be trusted"
	here := d.base.result
	diff := bias.Compare(d.base.log, there.log, bias.Scope{To: bias.Forever, Stop: true, Numbers: true})
	switch {
	case diff != nil:
		c.fail("interpreted and compiled, the strategy decides differently")
		c.find("interpreted against compiled", diff, "interpreted", "compiled")
		c.Mend = mend
	case here.Hash != there.Hash || here.Events != there.Events:
		c.fail("interpreted and compiled, the decisions kept are the same, but the hash of everything is not (%s, %s): log lines, timers or later decisions differ", here.Hash, there.Hash)
		c.Mend = mend
	default:
		c.say("interpreted and compiled decide the same, hash %s", here.Hash)
	}
}

// tellDecisions runs once and prints every decision, and at last the whole.
func tellDecisions(c *cobra.Command, p *plan) error {
	relaxGC()
	d := newDoctorFor(c, p)
	o, err := d.try(d.usual(), true)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(c.OutOrStdout())
	e := json.NewEncoder(w)
	for i := range o.log.Decisions {
		if err := e.Encode(&o.log.Decisions[i]); err != nil {
			return err
		}
	}
	if err := e.Encode(tierRun{Hash: o.result.Hash, Events: o.result.Events, Dropped: o.log.Dropped}); err != nil {
		return err
	}
	return w.Flush()
}

// runCompiledTier builds the strategy into a binary and asks that for its decisions.
func runCompiledTier(c *cobra.Command, p *plan, copies int) (*tierRun, error) {
	if p.compiled() {
		return nil, errors.New("this program is the compiled tier itself")
	}
	cache, err := native.Cache()
	if err != nil {
		return nil, err
	}
	binary, err := native.Build([]native.Wanted{{Script: p.checked, Copies: max(copies, 1)}}, cache, c.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	status, err := native.Run(context.Background(), binary, p.src.Hash, p.params, append([]string{"doctor", "--decisions"}, nativeArgs(c)[1:]...), &out, c.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	if status != 0 {
		return nil, fmt.Errorf("the compiled strategy ended with status %d", status)
	}
	return readTier(out.Bytes())
}

// readTier reads what tellDecisions printed.
func readTier(text []byte) (*tierRun, error) {
	lines := bytes.Split(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\n'})
	last := len(lines) - 1
	r := &tierRun{log: &bias.Log{}}
	if err := json.Unmarshal(lines[last], r); err != nil {
		return nil, fmt.Errorf("the answer of the compiled strategy is incomplete: %w", err)
	}
	if r.Events == 0 { // a decision in place of the end
		return nil, errors.New("the answer of the compiled strategy is incomplete: it has no end")
	}
	for _, line := range lines[:last] {
		var d bias.Decision
		if err := json.Unmarshal(line, &d); err != nil {
			return nil, fmt.Errorf("the answer of the compiled strategy cannot be read: %w", err)
		}
		r.log.Decisions = append(r.log.Decisions, d)
	}
	r.log.Dropped = r.Dropped
	return r, nil
}
