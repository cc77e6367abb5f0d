package venue

import (
	"fmt"
	"time"

	"tollgate/engine"
)

// Model says when a resting limit order is believed to have filled. What each
// model believes is stated where it is implemented, in model.go.
type Model uint8

// The fill models, from the most pessimistic to the most hopeful.
const (
	Conservative Model = iota // trade-through, quote-through, or more volume at the price than was ahead plus ours
	Queue                     // a place in the queue, moved by trades and by shrinking displayed size
	Touch                     // the price was reached
	models
)

var modelNames = [models]string{"conservative", "queue", "touch"}

// String is the name ParseModel reads.
func (m Model) String() string {
	if m >= models {
		return fmt.Sprintf("Model(%d)", uint8(m))
	}
	return modelNames[m]
}

// ParseModel reads "conservative", "queue" or "touch".
func ParseModel(s string) (Model, error) {
	for i, name := range modelNames {
		if s == name {
			return Model(i), nil
		}
	}
	return 0, fmt.Errorf("fill model %q is not known: use conservative, queue or touch", s)
}

// TriggerSource says which price makes a stop order live.
type TriggerSource uint8

// The trigger sources. A buy stop triggers when the price is at or above its
// stop, a sell stop when it is at or below.
const (
	// LastPrice is the last trade. On an instrument that has never shown a trade
	// it is the quote, as in BidAsk.
	LastPrice TriggerSource = iota
	// BidAsk is the ask for a buy stop and the bid for a sell stop, from a book
	// that is not crossed. On an instrument that has never shown a book it is the
	// last trade.
	BidAsk
	// LastOrBidAsk is whichever comes first.
	LastOrBidAsk
	triggerSources
)

var triggerNames = [triggerSources]string{"last", "bidask", "either"}

// String is the name ParseTrigger reads.
func (t TriggerSource) String() string {
	if t >= triggerSources {
		return fmt.Sprintf("TriggerSource(%d)", uint8(t))
	}
	return triggerNames[t]
}

// ParseTrigger reads "last", "bidask" or "either".
func ParseTrigger(s string) (TriggerSource, error) {
	for i, name := range triggerNames {
		if s == name {
			return TriggerSource(i), nil
		}
	}
	return 0, fmt.Errorf("stop trigger %q is not known: use last, bidask or either", s)
}

// Profile holds the sizes that are assumed where the feed gives none, in
// contracts. A field that is not above zero means its default. The defaults are
// meant to be poorer than a liquid index future, not to be right for every
// instrument: whoever trades something thinner, or in hundreds, sets them.
type Profile struct {
	// Take is what a quote without a size, or the price assumed from the last
	// trade, offers to a taker. Default 5.
	Take engine.Qty
	// Depth is what each tick beyond the top of book offers to a market order.
	// Default 5.
	Depth engine.Qty
	// Ahead is the queue ahead of an order that joins a level whose size is not
	// displayed: below the top of book, without a size, without a book. Default 50.
	Ahead engine.Qty
	// Print is the size of a trade that has none, and the most that is believed of
	// the volume between two conflated snapshots. Default 1.
	Print engine.Qty
}

// DefaultProfile is the profile of the zero Config.
func DefaultProfile() Profile { return Profile{Take: 5, Depth: 5, Ahead: 50, Print: 1} }

// withDefaults fills in the fields that were left out.
func (p Profile) withDefaults() Profile {
	d := DefaultProfile()
	for _, f := range []struct{ have, def *engine.Qty }{
		{&p.Take, &d.Take}, {&p.Depth, &d.Depth}, {&p.Ahead, &d.Ahead}, {&p.Print, &d.Print},
	} {
		if *f.have <= 0 || *f.have > MaxQty {
			*f.have = *f.def
		}
	}
	return p
}

// Config is how a Venue behaves. The zero value is the honest default.
type Config struct {
	Fill       Model         // unknown values behave as Conservative
	Trigger    TriggerSource // unknown values behave as LastPrice
	StaleAfter time.Duration // a book not stated for longer than this is not traded on; 0 or less = never stale
	Profile    Profile
}

// Bounds. They keep every sum inside 64 bits; an order beyond them is rejected
// and a price beyond them in the feed counts as not stated.
const (
	MaxQty    engine.Qty   = 100_000_000 // contracts in one order
	MaxPrice  engine.Price = 1 << 52     // ticks, either sign
	MaxLevels              = 10          // ticks beyond the top of book that one statement of the book is good for
)
