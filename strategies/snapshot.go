package strategies

import "tollgate/engine"

// onSnapshot goes on where the Desk says the instance stands: after a restart, or
// when news was lost on the way. No handler is called; the script sees the position
// and the open orders in its context. An intent that the Desk has not taken by then
// counts as lost, and its number is given again: the shell must not let a strategy
// act between asking for the state and handing it over.
func (i *instance) onSnapshot(s *engine.Snapshot) {
	i.moveTo(s.At)
	i.seq, i.ref = s.Intents, max(i.ref, s.Ref)
	i.open = i.open[:0]
	for n := range s.Orders {
		o := &s.Orders[n]
		u := engine.Update{At: s.At, Strategy: s.Strategy, Seq: s.Updates, Order: *o, Holding: s.Holding, Account: s.Account}
		if out := i.orderOf(&u); out.ID != 0 {
			i.open = append(i.open, out)
		}
	}
	i.view.Working = len(i.open)
	i.hold(&engine.Update{Holding: s.Holding, Account: s.Account})
}
