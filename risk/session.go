package risk

import (
	"time"

	"tollgate/engine"
)

// Closed is the code of an entry at market while the instrument does not trade.
const Closed engine.Code = "session_closed"

// session refuses entries at market while the instrument's calendar says that it does
// not trade: such an order would wait and fill at the next open, at a price that nobody
// has seen. Exits and closing orders pass, and so do orders with a price, which may
// rest. It is asked unless Limits.AnyHour; an instrument without a calendar is always open.
type session struct{}

// Judge implements Rule.
func (session) Judge(b *engine.Book, r *engine.Request) *engine.Denial {
	if r.Kind != engine.PlaceOrder || r.Class != engine.ClassEntry || r.Terms.Type != engine.Market {
		return nil
	}
	in := b.Instrument(r.Terms.Instrument)
	if in.Calendar == nil {
		return nil
	}
	next := in.Calendar.At(r.At)
	if next.Contains(r.At) {
		return nil
	}
	opens := stamp(next.Open)
	return deny(Closed, opens, stamp(r.At), "%s does not trade now; submit when its session has opened, at %s, or rest an order with a price", in.Key, opens)
}

func stamp(t engine.Time) string { return t.UTC().Format(time.RFC3339) }
