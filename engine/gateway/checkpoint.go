package gateway

import (
	"fmt"

	"tollgate/engine"
)

// A run can be long, and whoever starts after a crash steps it again from its Begin.
// So now and then, at a moment at which nothing is under way, a Core is replaced by
// one that begins with its state. Nobody notices, and what came before is history.

// DefaultCheckpoint is how many inputs lie between two checkpoints.
const DefaultCheckpoint = 500_000

// AtRest reports whether nothing is under way: no call without an answer, no order
// whose truth is not known, no comparison half done. The state of a Core at rest is
// all there is to it.
func (c *Core) AtRest() bool {
	if c.phase != ready || c.audit.on || len(c.pending) > 0 {
		return false
	}
	for _, a := range c.accounts {
		for _, t := range a.open {
			o, ok := a.desk.Order(t.id)
			if !ok || t.silent || t.doubt || t.asked != engine.NoTime || o.State != engine.Working && o.State != engine.PartFilled {
				return false
			}
		}
	}
	return true
}

// checkpoint replaces the Core at rest by a new one with its state.
func (s *Shell) checkpoint() error {
	state := s.Core.State()
	setup, core, err := s.Renew()
	if err != nil {
		return fmt.Errorf("a checkpoint cannot be made: %w", err)
	}
	number, err := s.Journal.Append(KindSetup, setup)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrJournal, err)
	}
	core.remind(s.Core)
	prefix := s.Core.cfg.Prefix
	s.Core, s.inputs = core, 0
	if err := s.step(Input{Kind: Begin, Account: All, Data: state, Text: prefix}); err != nil {
		return err
	}
	if s.Keep != nil {
		s.Keep(number)
	}
	return nil
}

// remind tells a Core what people were told of the one before it. No decision rests
// on any of this, so it is not part of the state.
func (c *Core) remind(former *Core) {
	c.stats, c.news, c.linkAt, c.compared = former.stats, former.news, former.linkAt, former.compared
	for i, a := range former.accounts {
		c.accounts[i].high, c.accounts[i].highAt, c.accounts[i].missed = a.high, a.highAt, a.missed
	}
}
