package bridge

import (
	"errors"
	"fmt"

	"tollgate/engine"
)

// FrameKind is what a frame of the broker holds.
type FrameKind uint8

// The kinds of frame.
const (
	Unknown         FrameKind = iota // of a type nobody documents; Text is the type
	MarketData                       // Quotes
	PnL                              // Accounts
	ReplyFrame                       // Reply
	ConnectionError                  // an error that belongs to no call; Text is what it says
)

// Frame is one frame of the broker, taken apart. Decode uses it again and again:
// what it holds is valid until the next Decode.
type Frame struct {
	Kind     FrameKind
	Quotes   []engine.Quote // what a quote does not state is NoPrice or UnknownQty
	Accounts []AccountPnL
	Reply    Reply
	Text     string
	Faults   []string // quotes that were left out, and why
}

// AccountPnL is an account in a P&L frame. A figure that is not stated is 0. Nobody
// documents these fields: they are hints, and no input of risk.
type AccountPnL struct {
	Name                                       string
	Realized, Unrealized, Cash, NetLiquidation engine.Money
	Marked                                     bool // Unrealized is stated
}

// ErrFrame marks a frame that is not what the protocol says: no JSON, no object, or
// members of the wrong kind.
var ErrFrame = errors.New("not a frame of the broker")

// TooLarge is the error for a frame over MaxFrame.
type TooLarge struct{ Size int }

// Error names the size.
func (e *TooLarge) Error() string {
	return fmt.Sprintf("a frame of %d bytes is over the bound of %d", e.Size, MaxFrame)
}

// Decoder takes frames apart. It knows the instruments of a universe under every
// name the broker may use. For one goroutine.
type Decoder struct {
	universe *engine.Universe
	names    map[string]named // as they were written
}

// named is what a name turned out to be.
type named struct {
	id    engine.InstrumentID
	known bool
}

// maxNames bounds the names that are remembered; past it they are looked up each time.
const maxNames = 10_000

// NewDecoder returns a Decoder for the instruments that are in the universe now.
func NewDecoder(u *engine.Universe) *Decoder {
	return &Decoder{universe: u, names: map[string]named{}}
}

// Decode takes a frame apart; at becomes the time of its quotes. A quote that
// cannot be used, for a price off the tick grid say, is left out and named in
// f.Faults; the others pass. The error is ErrFrame or *TooLarge.
func (d *Decoder) Decode(data []byte, at engine.Time, f *Frame) error {
	*f = Frame{Quotes: f.Quotes[:0], Accounts: f.Accounts[:0], Faults: f.Faults[:0]}
	if len(data) > MaxFrame {
		return &TooLarge{len(data)}
	}
	if !valid(data) {
		return fmt.Errorf("%w: it is not JSON", ErrFrame)
	}
	var top members
	if !top.read(data) {
		return fmt.Errorf("%w: it is not an object", ErrFrame)
	}
	switch kind := top.kind; {
	case string(kind) == `"marketData"`:
		f.Kind = MarketData
		return d.quotes(top.quotes, at, f)
	case string(kind) == `"pnlUpdate"`:
		f.Kind = PnL
		return d.pnl(top.accounts, f)
	case kind != nil:
		f.Text = textOf(kind)
	case top.id != nil && top.fault != nil: // a no that is not wrapped in data
		f.Kind = ReplyFrame
		f.Reply = newReply(textOf(top.id), data)
	case top.id != nil && top.data != nil:
		f.Kind = ReplyFrame
		f.Reply = newReply(textOf(top.id), top.data)
	case top.fault != nil:
		f.Kind, f.Text = ConnectionError, textOf(top.fault)
	}
	return nil
}

// members are the members of a frame that mean something, as they are written.
type members struct{ kind, quotes, accounts, id, data, fault []byte }

func (m *members) read(data []byte) bool {
	s := scanner{b: data}
	return s.object(func(key, value []byte) {
		if absent(value) && string(key) != `"data"` {
			return
		}
		switch string(key) {
		case `"type"`:
			m.kind = value
		case `"quotes"`:
			m.quotes = value
		case `"accounts"`:
			m.accounts = value
		case `"id"`:
			m.id = value
		case `"data"`:
			m.data = value
		case `"error"`:
			m.fault = value
		}
	})
}

// maxFaults bounds the faults told of one frame.
const maxFaults = 16

func (d *Decoder) quotes(list []byte, at engine.Time, f *Frame) error {
	s := scanner{b: list}
	ok := s.array(func(value []byte) {
		f.Quotes = append(f.Quotes, engine.Quote{
			At: at, Bid: engine.NoPrice, Ask: engine.NoPrice, Last: engine.NoPrice,
			BidSize: engine.UnknownQty, AskSize: engine.UnknownQty, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
		})
		last := len(f.Quotes) - 1
		if why := d.quote(value, &f.Quotes[last]); why != "" {
			f.Quotes = f.Quotes[:last]
			if len(f.Faults) < maxFaults {
				f.Faults = append(f.Faults, why)
			}
		}
	})
	if !ok {
		return fmt.Errorf("%w: market data without a list of quotes", ErrFrame)
	}
	return nil
}

// quote reads one quote; the answer says why it cannot be used.
func (d *Decoder) quote(value []byte, q *engine.Quote) string {
	var name, last, bid, ask, volume []byte
	s := scanner{b: value}
	if !s.object(func(key, value []byte) {
		switch string(key) {
		case `"instrument"`:
			name = value
		case `"last"`:
			last = value
		case `"bid"`:
			bid = value
		case `"ask"`:
			ask = value
		case `"volume"`:
			volume = value
		}
	}) {
		return "a quote is not an object"
	}
	n := d.lookUp(name)
	if !n.known {
		return fmt.Sprintf("a quote of %s, which is not configured", name)
	}
	in := d.universe.Get(n.id)
	q.Instrument = n.id
	for _, x := range []struct {
		text []byte
		to   *engine.Price
	}{{last, &q.Last}, {bid, &q.Bid}, {ask, &q.Ask}} {
		if err := priceOf(in, x.text, x.to); err != nil {
			return err.Error()
		}
	}
	if v, err := wholeOf(volume); err == nil && v > 0 {
		q.Volume = engine.Qty(v)
	}
	return ""
}

// lookUp finds an instrument by a name as it is written, quotes included.
func (d *Decoder) lookUp(text []byte) named {
	if n, ok := d.names[string(text)]; ok {
		return n
	}
	n := named{}
	n.id, n.known = d.resolve(textOf(text))
	if len(d.names) < maxNames {
		d.names[string(text)] = n
	}
	return n
}

// resolve finds an instrument by any form of its name that says which contract is
// meant. A root alone means none: when the broker rolls is not known.
func (d *Decoder) resolve(name string) (engine.InstrumentID, bool) {
	if id, ok := d.universe.Lookup(name); ok {
		return id, true
	}
	n, err := engine.ParseName(name, d.spec)
	if err != nil {
		return 0, false
	}
	for id := range engine.InstrumentID(d.universe.Len()) {
		in := d.universe.Get(id)
		if in.Root != n.Root {
			continue
		}
		own, err := engine.ParseName(in.Key, d.spec)
		if err == nil && own.Month == n.Month && sameYear(own.Year, n) {
			return id, true
		}
	}
	return 0, false
}

// sameYear compares years; a name may give the last digit only.
func sameYear(year int, n engine.Name) bool {
	if n.Form == engine.FormShort {
		return year%10 == n.Year%10
	}
	return year == n.Year
}

// spec makes the roots of the universe known to the parser of names.
func (d *Decoder) spec(root string) (engine.Spec, bool) {
	for id := range engine.InstrumentID(d.universe.Len()) {
		if in := d.universe.Get(id); in.Root == root {
			months := ""
			if in.Key != in.Root {
				months = engine.MonthCodes
			}
			return engine.Spec{Root: root, Tick: in.Tick, PointValue: in.Point, Months: months}, true
		}
	}
	return engine.Spec{}, false
}
