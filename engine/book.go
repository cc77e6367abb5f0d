package engine

import "slices"

// Book is what the gate sees: the state of the account as the Desk knows it. Its
// methods only read; rules must not keep what they return.
type Book struct {
	u        *Universe
	now      Time
	tops     []Top
	nets     []Holding  // the account's own position per instrument
	open     [][]*Order // open orders per instrument, oldest first
	unreal   []Money    // per instrument, at the last mark
	count    int        // open orders in all
	reserved int        // orders that brackets of open entries will still place

	start      Money // cash at the beginning
	realized   Money
	fees       Money
	unrealized Money
	session    Session
	base       Money // equity when the session began
	calendar   *Calendar

	mode     Mode
	why      string // the reason of the mode
	unlinked bool   // the broker cannot be asked for anything
	offline  string // the reason of that
}

func (b *Book) grow() {
	for len(b.tops) < b.u.Len() {
		b.tops = append(b.tops, NewTop())
		b.nets = append(b.nets, Holding{})
		b.open = append(b.open, nil)
		b.unreal = append(b.unreal, 0)
	}
}

// Now is the time of the event being judged.
func (b *Book) Now() Time { return b.now }

// Instrument returns the facts of an instrument.
func (b *Book) Instrument(id InstrumentID) *Instrument { return b.u.Get(id) }

// Instruments is the number of instruments; IDs are 0 to that.
func (b *Book) Instruments() int { return len(b.tops) }

// Mode is what the account may do, and ModeReason why, where somebody said it.
func (b *Book) Mode() Mode { return b.mode }

// ModeReason is the reason that was given with the mode.
func (b *Book) ModeReason() string { return b.why }

// Linked reports whether the broker can be asked for anything, Offline why it cannot.
func (b *Book) Linked() bool { return !b.unlinked }

// Offline is the reason that was given when the link went.
func (b *Book) Offline() string { return b.offline }

// Top is the market of an instrument.
func (b *Book) Top(id InstrumentID) *Top { return &b.tops[id] }

// Held is the account's position in an instrument, signed.
func (b *Book) Held(id InstrumentID) Qty { return b.nets[id].Position }

// Net is the account's position in an instrument, and what it cost.
func (b *Book) Net(id InstrumentID) Holding { return b.nets[id] }

// Open returns the open orders of an instrument: working, in flight and unknown
// alike, oldest first.
func (b *Book) Open(id InstrumentID) []*Order { return b.open[id] }

// OpenOrders is the number of open orders of the account, those included that
// the brackets of open entries will still need.
func (b *Book) OpenOrders() int { return b.count + b.reserved }

// Balance is the account at this moment.
func (b *Book) Balance() Balance {
	cash := b.start + b.realized - b.fees
	return Balance{Cash: cash, Equity: cash + b.unrealized}
}

// SessionPnL is realised and unrealised profit, fees taken off, since the
// account's session began.
func (b *Book) SessionPnL() Money { return b.Balance().Equity - b.base }

// Worst is the largest position the account could come to hold in each direction
// if everything open on one side filled and nothing on the other: held plus
// working, in flight and unknown. Of an OCO group only its largest member counts,
// because the venue lets only one fill.
func (b *Book) Worst(id InstrumentID) (long, short Qty) {
	long, short = b.nets[id].Position, b.nets[id].Position
	orders := b.open[id]
	for i, o := range orders {
		leaves := o.atWorst()
		if o.Terms.OCO != 0 && overshadowed(orders, i, leaves) {
			continue
		}
		if o.Terms.Side == Buy {
			long += leaves
		} else {
			short -= leaves
		}
	}
	return long, short
}

// overshadowed reports whether another member of the order's OCO group on the
// same side counts instead of it.
func overshadowed(orders []*Order, i int, leaves Qty) bool {
	for j, other := range orders {
		if j == i || other.Terms.OCO != orders[i].Terms.OCO || other.Terms.Side != orders[i].Terms.Side {
			continue
		}
		if l := other.atWorst(); l > leaves || l == leaves && j < i {
			return true
		}
	}
	return false
}

// mark folds a market event and revalues the position.
func (b *Book) mark(q *Quote) {
	top := &b.tops[q.Instrument]
	top.Apply(q)
	if top.Mark(b.nets[q.Instrument].Position) != NoPrice { // without a mark the last valuation stands
		b.revalue(q.Instrument)
	}
}

func (b *Book) revalue(id InstrumentID) {
	net := &b.nets[id]
	if net.Position == 0 && b.unreal[id] == 0 {
		return
	}
	v := net.Unrealized(b.tops[id].Mark(net.Position), b.u.Get(id))
	b.unrealized += v - b.unreal[id]
	b.unreal[id] = v
}

// book adds a fill to the account.
func (b *Book) fill(id InstrumentID, side Side, qty Qty, price Price, fee Money) {
	b.realized += b.nets[id].book(side, qty, price, fee, b.u.Get(id))
	b.fees += fee
	b.revalue(id)
}

// fund makes the cash what somebody knows it to be.
func (b *Book) fund(cash Money) {
	moved := cash - b.Balance().Cash
	b.start += moved
	b.base += moved
}

// roll begins a new account session when t has left the current one.
func (b *Book) roll(t Time) {
	if t < b.session.Close && b.session != (Session{}) {
		return
	}
	b.session = b.calendar.At(t)
	b.base = b.Balance().Equity
}

func (b *Book) add(o *Order) {
	b.open[o.Terms.Instrument] = append(b.open[o.Terms.Instrument], o)
	b.count++
}

// insert puts an order at its place among the open ones of its instrument.
func (b *Book) insert(o *Order, at int) {
	b.open[o.Terms.Instrument] = slices.Insert(b.open[o.Terms.Instrument], at, o)
	b.count++
}

// remove takes out an order that is open and returns its place.
func (b *Book) remove(o *Order) int {
	list := b.open[o.Terms.Instrument]
	at := slices.Index(list, o)
	if at >= 0 {
		b.open[o.Terms.Instrument] = slices.Delete(list, at, at+1)
		b.count--
	}
	return at
}
