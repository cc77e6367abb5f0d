package cli

import (
	"tollgate/engine"
	"tollgate/sim"
	"tollgate/strategies/script"
)

// newShadow copies what a shadow run needs out of the world, between two events.
func (s *stage) newShadow(w *sim.World) *script.Shadow {
	h := &script.Shadow{
		Universe: s.plan.universe, Old: s.plan.checked, Span: s.plan.shadow, Members: append([]engine.Member(nil), w.Members()...),
		Options: s.plan.options(),
	}
	for _, m := range h.Members {
		h.Events = append(h.Events, w.Recent(m.Instrument, h.Span))
	}
	return h
}
