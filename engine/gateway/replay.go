package gateway

import (
	"bytes"
	"fmt"

	"tollgate/engine"
	"tollgate/engine/journal"
)

// Divergence is the first event of a journal at which the same machines, stepped
// again, decided something else.
type Divergence struct {
	Record uint64 // number of the journal's record
	At     engine.Time
	What   string
}

func (d *Divergence) Error() string {
	return fmt.Sprintf("record %d (%v): %s", d.Record, d.At, d.What)
}

// Replay steps fresh Cores from the records of a journal, run after run, and holds
// what they want written against what was written. Make it with NewReplay.
type Replay struct {
	make  func(setup []byte, prefix string) (*Core, error)
	setup []byte
	core  *Core
	want  [][]byte // frames of the newest step that no record has confirmed yet
	at    engine.Time
	check bool

	Runs   int
	Inputs uint64
	Frames uint64
	// OnInput, when set, is called with every input before it is stepped and what came of it.
	OnInput func(in *Input, out []Output)
}

// NewReplay returns a Replay that makes the Core of each run from the run's own
// setup and prefix, as they stand in the journal. With check, the first difference
// is an error; without, the records are only stepped through, to learn the state.
func NewReplay(check bool, newCore func(setup []byte, prefix string) (*Core, error)) *Replay {
	return &Replay{make: newCore, check: check}
}

// Core is the Core as the records so far leave it; nil before the first Begin.
func (r *Replay) Core() *Core { return r.core }

// Record takes the next record. The error is a *Divergence, ErrInput, or that a
// Core could not be made.
func (r *Replay) Record(x journal.Record) error {
	switch x.Kind {
	case KindSetup:
		r.setup = bytes.Clone(x.Payload)
		return nil
	case KindSent:
		return r.sent(x)
	case KindMark:
		return r.mark(x)
	}
	in, err := ParseInput(InputKind(x.Kind), x.Payload)
	if err != nil {
		return fmt.Errorf("record %d: %w", x.Number, err)
	}
	if in.Kind == Begin {
		return r.begin(x, &in)
	}
	if r.core == nil {
		return fmt.Errorf("record %d: %w: nothing has begun", x.Number, ErrInput)
	}
	if err := r.settled(x); err != nil {
		return err
	}
	r.step(&in)
	return nil
}

func (r *Replay) step(in *Input) {
	r.Inputs++
	r.at = in.At
	out := r.core.Step(in)
	r.want = r.want[:0]
	for i := range out {
		if out[i].Kind == Write || out[i].Kind == Order {
			r.want = append(r.want, bytes.Clone(out[i].Data))
		}
	}
	if r.OnInput != nil {
		r.OnInput(in, out)
	}
}

// begin makes the Core of a run. What the run before was recorded to leave must be
// what it leaves when stepped again.
func (r *Replay) begin(x journal.Record, in *Input) error {
	if r.check && r.core != nil && len(in.Data) > 0 && !bytes.Equal(r.core.State(), in.Data) {
		return &Divergence{x.Number, in.At, "the run before leaves another state than the one this run began with"}
	}
	core, err := r.make(r.setup, in.Text)
	if err != nil {
		return fmt.Errorf("record %d: the run cannot be set up again: %w", x.Number, err)
	}
	r.core = core
	r.Runs++
	r.step(in)
	return nil
}

// settled reports frames that the replay wants written and the journal does not have.
func (r *Replay) settled(x journal.Record) error {
	if r.check && len(r.want) > 0 {
		return &Divergence{x.Number, r.at, fmt.Sprintf("the replay writes %s, which was not written", r.want[0])}
	}
	return nil
}

func (r *Replay) sent(x journal.Record) error {
	r.Frames++
	if !r.check {
		return nil
	}
	if len(r.want) == 0 {
		return &Divergence{x.Number, r.at, fmt.Sprintf("%s was written, the replay writes nothing", x.Payload)}
	}
	if !bytes.Equal(r.want[0], x.Payload) {
		return &Divergence{x.Number, r.at, fmt.Sprintf("%s was written, the replay writes %s", x.Payload, r.want[0])}
	}
	r.want = r.want[1:]
	return nil
}

func (r *Replay) mark(x journal.Record) error {
	if !r.check || r.core == nil {
		return nil
	}
	if h := r.core.Hash().String(); h != string(x.Payload) {
		return &Divergence{x.Number, r.at, fmt.Sprintf("the decisions hash was %s, the replay's is %s", x.Payload, h)}
	}
	return nil
}
