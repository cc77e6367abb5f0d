package risk

import "tollgate/engine"

// maxPosition bounds the worst-case position, long and short, by contract or by
// root. A limit by root nets the contracts of the root as positions, but counts
// the open orders of each contract at their worst.
type maxPosition struct{ limits ByInstrument }

func (m maxPosition) Judge(b *engine.Book, r *engine.Request) *engine.Denial {
	in := b.Instrument(r.Terms.Instrument)
	limit, byRoot, ok := m.limits.of(in)
	if !ok {
		return nil
	}
	long, short := worst(b, in, byRoot)
	if r.Kind == engine.PlaceOrder { // a change is in the book already, at its larger size
		if r.Terms.Side == engine.Buy {
			long += r.Terms.Qty
		} else {
			short -= r.Terms.Qty
		}
	}
	value := long
	if r.Terms.Side == engine.Sell {
		value = -short
	}
	if int64(value) <= limit {
		return nil
	}
	return deny(MaxPosition, limit, value, "with everything open filled, the account could hold %d %s on the %s side",
		value, in.Key, side(r.Terms.Side))
}

func side(s engine.Side) string {
	if s == engine.Buy {
		return "long"
	}
	return "short"
}

// worst is the worst case of one contract, or of all contracts of its root.
func worst(b *engine.Book, in *engine.Instrument, byRoot bool) (long, short engine.Qty) {
	if !byRoot {
		return b.Worst(in.ID)
	}
	for id := range engine.InstrumentID(b.Instruments()) {
		if b.Instrument(id).Root == in.Root {
			l, s := b.Worst(id)
			long, short = long+l, short+s
		}
	}
	return long, short
}
