package engine

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// InstrumentID is a dense index into a Universe, for arrays instead of maps on
// the hot path.
type InstrumentID uint16

// Spec is what is true of every contract of one root.
type Spec struct {
	Root       string          // "ES", or the whole name of something that does not expire ("AIG")
	Tick       Nano            // smallest price step, > 0
	PointValue decimal.Decimal // account currency for one whole point and one contract, > 0
	Fee        Money           // per contract and side, all in
	Months     string          // month codes of the listed cycle ("HMUZ"); empty = does not expire
	RollDays   int             // days before the first of the contract month that the next contract becomes front; negative = after it
	Calendar   *Calendar       // trading sessions; nil = always open
}

// Instrument is one tradable thing, complete: nothing about it needs looking up
// while trading.
type Instrument struct {
	ID        InstrumentID
	Key       string // canonical name, dated form: "ES 12-26"
	Root      string
	Tick      Nano
	Point     decimal.Decimal
	TickValue Money // one tick, one contract
	Fee       Money // per contract and side
	Calendar  *Calendar
	tickFloat float64
}

// NewInstrument makes an Instrument from its root's facts. It fails when tick or
// point value are not positive, or when one tick of one contract is not an exact
// amount of Money.
func NewInstrument(id InstrumentID, key string, s Spec) (Instrument, error) {
	if s.Tick <= 0 {
		return Instrument{}, fmt.Errorf("instrument %s: tick must be above zero", key)
	}
	if !s.PointValue.IsPositive() {
		return Instrument{}, fmt.Errorf("instrument %s: point value must be above zero", key)
	}
	value, err := MoneyOf(decimal.New(int64(s.Tick), -9).Mul(s.PointValue))
	if err != nil {
		return Instrument{}, fmt.Errorf("instrument %s: value of one tick: %w", key, err)
	}
	return Instrument{
		ID: id, Key: key, Root: s.Root, Tick: s.Tick, Point: s.PointValue, TickValue: value,
		Fee: s.Fee, Calendar: s.Calendar, tickFloat: float64(s.Tick) / NanoScale,
	}, nil
}

// Price converts an exact decimal price to ticks, or fails with ErrOffTick.
func (i *Instrument) Price(n Nano) (Price, error) {
	if n%i.Tick != 0 {
		return NoPrice, fmt.Errorf("%w: %s of %s, tick %s", ErrOffTick, decimal.New(int64(n), -9), i.Key, i.TickDecimal())
	}
	return Price(n / i.Tick), nil
}

// TickDecimal is the smallest price step.
func (i *Instrument) TickDecimal() decimal.Decimal { return decimal.New(int64(i.Tick), -9) }

// TickFloat is the smallest price step, for scripts and statistics.
func (i *Instrument) TickFloat() float64 { return i.tickFloat }

// Decimal converts ticks to an exact decimal price.
func (i *Instrument) Decimal(p Price) decimal.Decimal {
	return decimal.New(int64(p), 0).Mul(i.TickDecimal())
}

// Float converts ticks to a float64 price, correctly rounded; NaN for NoPrice is
// not produced: callers ask Known first.
func (i *Instrument) Float(p Price) float64 {
	return float64(int64(p)*int64(i.Tick)) / NanoScale
}

// Value is the exact money value of a price difference of so many ticks and contracts.
func (i *Instrument) Value(ticks Price, qty Qty) Money {
	return Money(int64(ticks)*int64(qty)) * i.TickValue
}

// Universe is the set of instruments of a run. It only grows; an InstrumentID
// stays valid. Not safe for concurrent change.
type Universe struct {
	list  []Instrument
	byKey map[string]InstrumentID
}

// NewUniverse returns an empty set.
func NewUniverse() *Universe { return &Universe{byKey: map[string]InstrumentID{}} }

// Add registers a contract under its canonical key, once: a key that is already
// there returns its existing ID.
func (u *Universe) Add(key string, s Spec) (InstrumentID, error) {
	if id, ok := u.byKey[key]; ok {
		return id, nil
	}
	if len(u.list) == 1<<16 {
		return 0, fmt.Errorf("instrument %s: more than %d instruments in one run", key, 1<<16)
	}
	in, err := NewInstrument(InstrumentID(len(u.list)), key, s)
	if err != nil {
		return 0, err
	}
	u.list = append(u.list, in)
	u.byKey[key] = in.ID
	return in.ID, nil
}

// Get returns the instrument of an ID. The pointer is valid until the next Add.
func (u *Universe) Get(id InstrumentID) *Instrument { return &u.list[id] }

// Lookup finds a canonical key.
func (u *Universe) Lookup(key string) (InstrumentID, bool) {
	id, ok := u.byKey[key]
	return id, ok
}

// Len is the number of instruments; IDs are 0 to Len-1.
func (u *Universe) Len() int { return len(u.list) }
