package venue

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// exchange is what the venue and its twin have in common.
type exchange interface {
	Quote(q *engine.Quote) []engine.Report
	Place(at engine.Time, id engine.OrderID, t engine.Terms) []engine.Report
	Change(at engine.Time, id engine.OrderID, qty engine.Qty, limit, stop engine.Price) []engine.Report
	Cancel(at engine.Time, id engine.OrderID) []engine.Report
	Advance(at engine.Time) []engine.Report
	Withdraw()
}

type opKind uint8

const (
	opQuote opKind = iota
	opPlace
	opChange
	opCancel
	opAdvance
	opWithdraw
)

// op is one call of an exchange.
type op struct {
	kind        opKind
	at          engine.Time
	quote       engine.Quote
	id          engine.OrderID
	terms       engine.Terms
	qty         engine.Qty
	limit, stop engine.Price
}

func (o *op) do(x exchange) []engine.Report {
	switch o.kind {
	case opQuote:
		q := o.quote
		return x.Quote(&q)
	case opPlace:
		return x.Place(o.at, o.id, o.terms)
	case opChange:
		return x.Change(o.at, o.id, o.qty, o.limit, o.stop)
	case opCancel:
		return x.Cancel(o.at, o.id)
	case opWithdraw:
		x.Withdraw()
		return nil
	}
	return x.Advance(o.at)
}

func (o *op) String() string {
	switch o.kind {
	case opQuote:
		return fmt.Sprintf("%s quote %+v", o.at, o.quote)
	case opPlace:
		return fmt.Sprintf("%s place %d %+v", o.at, o.id, o.terms)
	case opChange:
		return fmt.Sprintf("%s change %d to %d limit %d stop %d", o.at, o.id, o.qty, o.limit, o.stop)
	case opCancel:
		return fmt.Sprintf("%s cancel %d", o.at, o.id)
	case opWithdraw:
		return fmt.Sprintf("%s withdraw", o.at)
	}
	return fmt.Sprintf("%s advance", o.at)
}

// dice is where a stream's numbers come from: rapid, or the bytes of a fuzzer.
type dice interface {
	// roll returns a number from 0 to n-1.
	roll(n int) int
}

type rapidDice struct{ t *rapid.T }

func (d rapidDice) roll(n int) int { return rapid.IntRange(0, n-1).Draw(d.t, "") }

// byteDice reads one byte a roll; zeros when they are used up.
type byteDice struct{ data []byte }

func (d *byteDice) roll(n int) int {
	if len(d.data) == 0 {
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return int(b) % n
}

// stream makes streams of calls. The settings rule out what a property excludes.
type stream struct {
	d      dice
	at     engine.Time
	nextID engine.OrderID
	feed   int // 0 = quotes and trades, 1 = trades only, 2 = quotes only, 3 = snapshots
	volume [2]engine.Qty
	qty    map[engine.OrderID]engine.Qty
	calm   bool // no OCO, and no change that raises a quantity
}

func newStream(d dice, calm bool) *stream {
	return &stream{d: d, at: engine.TimeOf(noon), feed: d.roll(4), calm: calm, qty: map[engine.OrderID]engine.Qty{}}
}

// Time mostly crawls, so that sessions are long enough for something to happen.
var steps = [...]time.Duration{0, 0, 0, 1, time.Millisecond, time.Second, time.Second, 11 * time.Second, 30 * time.Minute, 3 * time.Hour}

func (s *stream) next() op {
	if s.d.roll(3) > 0 {
		step := steps[s.d.roll(len(steps))]
		if step < time.Minute || s.d.roll(3) == 0 {
			s.at = s.at.Add(step)
		}
	}
	o := op{at: s.at, limit: engine.NoPrice, stop: engine.NoPrice}
	switch r := s.d.roll(20); {
	case r < 11:
		o.kind, o.quote = opQuote, s.quote()
	case r < 16:
		o.kind = opPlace
		s.terms(&o)
	case r < 18:
		o.kind = opChange
		s.change(&o)
	case r < 19:
		o.kind, o.id = opCancel, s.oldID()
	default:
		o.kind = opAdvance
		if s.nextID%3 == 2 { // not by a roll, so that seeds that are kept mean what they meant
			o.kind = opWithdraw
		}
	}
	return o
}

func (s *stream) price() engine.Price { return engine.Price(97 + s.d.roll(7)) }

func (s *stream) size() engine.Qty { return engine.Qty(s.d.roll(9) - 1) }

func (s *stream) instrument() engine.InstrumentID {
	return engine.InstrumentID(s.d.roll(5) / 4)
}

func (s *stream) oldID() engine.OrderID {
	return engine.OrderID(s.d.roll(int(min(s.nextID, 200))+2) + 1)
}

func (s *stream) quote() engine.Quote {
	q := engine.Quote{
		At: s.at, Instrument: s.instrument(), Bid: engine.NoPrice, Ask: engine.NoPrice, Last: engine.NoPrice,
		BidSize: engine.UnknownQty, AskSize: engine.UnknownQty, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
	trade := s.feed == 1 || s.feed == 0 && s.d.roll(2) == 0
	if trade {
		q.Kind, q.Last, q.LastSize = engine.TradePrint, s.price(), s.size()
		if s.feed == 1 {
			return q
		}
	}
	if !trade || s.d.roll(4) == 0 {
		s.book(&q)
	}
	if s.feed == 3 {
		s.snapshot(&q)
	}
	return q
}

// book is mostly sound; sometimes a side is missing, a size unknown, the book
// locked or crossed.
func (s *stream) book(q *engine.Quote) {
	q.Bid = s.price()
	q.Ask = q.Bid + engine.Price(s.d.roll(5)) - 1
	if q.Ask <= q.Bid && s.d.roll(2) == 0 {
		q.Ask = q.Bid + 1
	}
	q.BidSize, q.AskSize = s.size(), s.size()
	switch s.d.roll(12) {
	case 0:
		q.Bid = engine.NoPrice
	case 1:
		q.Ask = engine.NoPrice
	}
}

func (s *stream) snapshot(q *engine.Quote) {
	q.Last = s.price()
	if s.d.roll(3) > 0 {
		v := &s.volume[q.Instrument]
		*v += engine.Qty(s.d.roll(3))
		if s.d.roll(20) == 0 {
			*v = 0
		}
		q.Volume = *v
	}
}

func (s *stream) terms(o *op) {
	s.nextID++
	o.id = s.nextID
	if s.d.roll(30) == 0 {
		o.id = s.oldID()
	}
	t := engine.Terms{
		Instrument: s.instrument(), Side: engine.Side(1 - 2*s.d.roll(2)), Type: engine.OrderType(s.d.roll(4)),
		TIF: engine.TimeInForce(s.d.roll(2)), Qty: engine.Qty(1 + s.d.roll(8)), Limit: engine.NoPrice, Stop: engine.NoPrice,
	}
	if s.d.roll(2) == 0 {
		t.Type = engine.Limit
	}
	if t.Type == engine.Market && s.d.roll(4) == 0 {
		t.Qty += 50
	}
	if t.Type.HasLimit() {
		t.Limit = s.price()
	}
	if t.Type.HasStop() {
		t.Stop = s.price()
	}
	if !s.calm && s.d.roll(3) == 0 {
		t.OCO = engine.OCO(1 + s.d.roll(4) + int(s.nextID)/8)
	}
	if s.d.roll(40) == 0 {
		t.Qty = 0
	}
	if _, dup := s.qty[o.id]; !dup {
		s.qty[o.id] = t.Qty
	}
	o.terms = t
}

func (s *stream) change(o *op) {
	o.id = s.oldID()
	o.qty = engine.Qty(1 + s.d.roll(9))
	if s.d.roll(2) == 0 {
		o.limit = s.price()
	}
	if s.d.roll(4) == 0 {
		o.stop = s.price()
	}
	have, placed := s.qty[o.id]
	if !placed {
		return
	}
	if s.calm {
		o.qty = min(o.qty, have)
	}
	if have > 0 && s.d.roll(3) == 0 {
		o.qty = have
	}
	s.qty[o.id] = o.qty
}
