package engine

// QuoteKind says what a market event reports.
type QuoteKind uint8

// The kinds of market event.
const (
	QuoteChange QuoteKind = iota // the top of book was stated anew
	TradePrint                   // a trade happened
)

func (k QuoteKind) String() string {
	if k == TradePrint {
		return "T"
	}
	return "Q"
}

// Quote is one market event of one instrument: a top-of-book snapshot, a trade,
// or both. A QuoteChange states the whole book: a side without a price is a side
// nobody quotes. A TradePrint carries Last and LastSize; its book fields, where
// given, are the book the trade met.
//
// Quotes are passed by pointer along the hot path; whoever receives one may read
// it until it returns and must copy what it keeps.
type Quote struct {
	At         Time         // stamped on receipt, or the recording's time
	Instrument InstrumentID // index into the Universe
	Kind       QuoteKind
	Bid, Ask   Price // ticks; NoPrice = not stated
	Last       Price // ticks; NoPrice = not stated
	BidSize    Qty   // contracts; UnknownQty = not stated
	AskSize    Qty
	LastSize   Qty // size of this trade; UnknownQty = not stated
	Volume     Qty // cumulative session volume; UnknownQty = not stated
}

// Top is the state of one instrument's market: the last word on each field.
type Top struct {
	At               Time // of the newest event; NoTime before the first
	BookAt           Time // of the newest statement of the book
	Bid, Ask, Last   Price
	BidSize, AskSize Qty
}

// NewTop is the state before any event.
func NewTop() Top {
	return Top{At: NoTime, BookAt: NoTime, Bid: NoPrice, Ask: NoPrice, Last: NoPrice, BidSize: UnknownQty, AskSize: UnknownQty}
}

// Apply folds an event into the state.
func (t *Top) Apply(q *Quote) {
	t.At = q.At
	if q.Kind == QuoteChange {
		t.BookAt = q.At
		t.Bid, t.BidSize, t.Ask, t.AskSize = q.Bid, q.BidSize, q.Ask, q.AskSize
	} else {
		if q.Bid != NoPrice {
			t.BookAt = q.At
			t.Bid, t.BidSize = q.Bid, q.BidSize
		}
		if q.Ask != NoPrice {
			t.BookAt = q.At
			t.Ask, t.AskSize = q.Ask, q.AskSize
		}
	}
	if q.Last != NoPrice {
		t.Last = q.Last
	}
}

// TwoSided reports whether both sides are quoted.
func (t *Top) TwoSided() bool { return t.Bid != NoPrice && t.Ask != NoPrice }

// Crossed reports whether the bid is above the ask: a broken book.
func (t *Top) Crossed() bool { return t.TwoSided() && t.Bid > t.Ask }

// Locked reports whether bid and ask are equal.
func (t *Top) Locked() bool { return t.TwoSided() && t.Bid == t.Ask }

// Hollow reports whether a side has a price and nothing there: a size of 0.
func (t *Top) Hollow() bool {
	return t.Bid != NoPrice && t.BidSize == 0 || t.Ask != NoPrice && t.AskSize == 0
}

// Mark is the price at which a position of the given sign could be closed now:
// a long position at the bid, a short one at the ask. Where that side is absent
// or the book is crossed it is the last trade; NoPrice before any.
func (t *Top) Mark(position Qty) Price {
	if !t.Crossed() {
		if position > 0 && t.Bid != NoPrice {
			return t.Bid
		}
		if position < 0 && t.Ask != NoPrice {
			return t.Ask
		}
	}
	return t.Last
}
