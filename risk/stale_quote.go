package risk

import (
	"time"

	"tollgate/engine"
)

// staleQuote refuses entries while the market of the instrument has not been
// heard of for too long. Exits pass: getting out on an old price beats staying in.
type staleQuote struct{ after time.Duration }

func (s staleQuote) Judge(b *engine.Book, r *engine.Request) *engine.Denial {
	if r.Class != engine.ClassEntry {
		return nil
	}
	at := b.Top(r.Terms.Instrument).At
	key := b.Instrument(r.Terms.Instrument).Key
	if at == engine.NoTime {
		return deny(StaleQuote, s.after, "never", "no quote of %s has arrived yet", key)
	}
	if age := r.At.Sub(at); age > s.after {
		return deny(StaleQuote, s.after, age, "the newest quote of %s is too old to enter on", key)
	}
	return nil
}
