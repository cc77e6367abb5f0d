package worker

import (
	"fmt"
	"time"

	"tollgate/engine"
	"tollgate/strategies"
	"tollgate/strategies/script"
)

// Differs is the error of a replay that does not decide what was decided then.
type Differs struct {
	Input     uint64 // the newest one taken, from 1; it or what came with it went another way. 0 = none was
	Want, Got engine.Hash
}

// Error names the input.
func (d *Differs) Error() string {
	return fmt.Sprintf("replay: the decisions after input %d are not those recorded (digest %016x, was %016x)", d.Input, uint64(d.Got), uint64(d.Want))
}

// Replay steps a fresh Runner through what a worker recorded. For one goroutine.
type Replay struct {
	universe *engine.Universe
	zone     func(string) (*time.Location, error)
	options  script.Options

	runner  *strategies.Runner
	sources map[string]*script.Checked
	params  map[engine.StrategyID]map[string]string
	inputs  uint64
}

// NewReplay returns a Replay. The universe must have the instruments of then under
// the numbers of then; zone is that of Config; programs are loaded with options, save
// their parameters.
func NewReplay(u *engine.Universe, zone func(string) (*time.Location, error), options script.Options) *Replay {
	return &Replay{universe: u, zone: zone, options: options}
}

// Hash digests every command so far; 0 before the first record.
func (r *Replay) Hash() engine.Hash {
	if r.runner == nil {
		return 0
	}
	return r.runner.Hash()
}

// Inputs counts those the Runner was stepped with since the worker began.
func (r *Replay) Inputs() uint64 { return r.inputs }

// Take takes the next record, in the order they were made, and returns what the
// strategies want, valid until the next call. A KindOpen begins anew. Records of
// other kinds are passed over. The error is a *Differs, ErrRecord, engine.ErrMessage,
// or says that a source can no longer be loaded.
func (r *Replay) Take(kind byte, payload []byte) ([]engine.Command, error) {
	if kind == KindOpen {
		return nil, r.open(payload)
	}
	if kind < KindOpen || kind > KindEnd {
		return nil, nil
	}
	if r.runner == nil {
		return nil, fmt.Errorf("%w: it does not begin with the start of a worker", ErrRecord)
	}
	switch kind {
	case KindSource:
		return nil, r.source(payload)
	case KindJoin:
		return nil, r.join(payload)
	}
	p := parser{b: payload}
	if want := p.digest(); p.err == nil && want != r.runner.Hash() {
		return nil, &Differs{Input: r.inputs, Want: want, Got: r.runner.Hash()}
	}
	return r.input(kind, &p)
}

func (r *Replay) open(payload []byte) error {
	o, err := parseOpen(payload)
	if err != nil {
		return err
	}
	r.runner = strategies.NewRunner(strategies.RunnerConfig{Universe: r.universe, Zone: r.zone, History: o.History})
	r.sources, r.params, r.inputs = map[string]*script.Checked{}, map[engine.StrategyID]map[string]string{}, 0
	return nil
}

func (r *Replay) source(payload []byte) error {
	src, err := parseSource(payload)
	if err != nil {
		return err
	}
	checked, err := script.Check(src)
	if err != nil {
		return fmt.Errorf("replay: this version of the program refuses the recorded source of %s: %w", src.Name, err)
	}
	r.sources[src.Hash] = checked
	return nil
}

func (r *Replay) join(payload []byte) error {
	j, err := parseJoin(payload)
	if err != nil {
		return err
	}
	in, ok := r.universe.Lookup(j.Instrument)
	if !ok {
		return fmt.Errorf("replay: there is no instrument %s, on which %s ran: describe it", j.Instrument, j.Script)
	}
	r.params[j.ID] = j.Params
	p, err := r.program(j.ID, j.Hash)
	if err != nil {
		return err
	}
	return r.runner.Join(j.ID, p, in, j.OnPanic)
}

func (r *Replay) program(id engine.StrategyID, hash string) (*strategies.Program, error) {
	checked := r.sources[hash]
	if checked == nil {
		return nil, fmt.Errorf("%w: the source %.12s was not recorded", ErrRecord, hash)
	}
	o := r.options
	o.Params = r.params[id]
	return checked.Load(o)
}

// input steps the Runner. A swap or rollback that failed then fails now.
func (r *Replay) input(kind byte, p *parser) ([]engine.Command, error) {
	if p.err != nil || kind == KindEnd {
		return nil, p.done()
	}
	var commands []engine.Command
	switch kind {
	case KindEvent:
		e, err := engine.ParseEvent(p.b)
		if err != nil {
			return nil, err
		}
		commands = r.runner.Step(e)
	case KindSwap:
		s, err := parseSwap(p)
		if err != nil {
			return nil, err
		}
		program, err := r.program(s.ID, s.Hash)
		if err != nil {
			return nil, err
		}
		commands, _ = r.runner.Swap(s.At, s.ID, program, s.Takeback)
	case KindRollback:
		b, err := parseRollback(p)
		if err != nil {
			return nil, err
		}
		commands, _ = r.runner.Rollback(b.At, b.ID, b.Reason)
	}
	r.inputs++
	return commands, nil
}
