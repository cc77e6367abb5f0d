package risk

import "tollgate/engine"

// mode denies what the account's mode does not allow. It is always asked: the mode
// is set by people and by the gateway, not by the configuration.
type mode struct{}

// The codes of the mode's denials.
const (
	ReduceOnly engine.Code = "reduce_only"
	IsKilled   engine.Code = "killed"
)

// Judge implements Rule.
func (mode) Judge(b *engine.Book, r *engine.Request) *engine.Denial {
	switch {
	case b.Mode() == engine.Killed:
		return deny(IsKilled, "", r.Class, "the account was stopped (%s); tollgate resume lets it trade again", b.ModeReason())
	case b.Mode() == engine.ReduceOnly && r.Class == engine.ClassEntry:
		return deny(ReduceOnly, "", r.Class, "the account may only reduce positions (%s); tollgate resume lets it trade again", b.ModeReason())
	}
	return nil
}
