package risk

import "tollgate/engine"

// maxOrder bounds the size of one order.
type maxOrder struct{ limits ByInstrument }

func (m maxOrder) Judge(b *engine.Book, r *engine.Request) *engine.Denial {
	in := b.Instrument(r.Terms.Instrument)
	limit, _, ok := m.limits.of(in)
	if !ok || int64(r.Terms.Qty) <= limit {
		return nil
	}
	return deny(MaxOrder, limit, r.Terms.Qty, "an order of %d %s is larger than the account allows", r.Terms.Qty, in.Key)
}
