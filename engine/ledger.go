package engine

// book adds one fill to a holding and returns what it realised, before its fee.
//
// The open position is carried at average cost. The part of the cost that a
// reducing fill takes out is rounded to a unit of Money (1e-8); the rest stays in
// the position, so over a flat-to-flat round trip nothing is ever lost: realised
// profit is exactly proceeds minus cost.
func (h *Holding) book(side Side, qty Qty, price Price, fee Money, in *Instrument) Money {
	h.Fees += fee
	signed := qty * Qty(side)
	if h.Position == 0 || (h.Position > 0) == (signed > 0) {
		h.Position += signed
		h.Cost += in.Value(price, signed)
		return 0
	}
	closing := min(qty, h.Position.Abs())
	before := h.Position.Abs()
	share := mulDiv(h.Cost, closing, before)
	realized := -share - in.Value(price, closing*Qty(side))
	h.Cost -= share
	h.Position += closing * Qty(side)
	h.Realized += realized
	if rest := qty - closing; rest > 0 {
		h.Position = rest * Qty(side)
		h.Cost = in.Value(price, h.Position)
	}
	return realized
}

// mulDiv is m*a/b without overflowing for any m, given 0 < a <= b.
func mulDiv(m Money, a, b Qty) Money {
	if a == b {
		return m
	}
	whole, rest := m/Money(b), m%Money(b)
	return whole*Money(a) + rest*Money(a)/Money(b)
}

// Unrealized is the profit of the open position at the given mark, 0 without one.
func (h *Holding) Unrealized(mark Price, in *Instrument) Money {
	if h.Position == 0 || mark == NoPrice {
		return 0
	}
	return in.Value(mark, h.Position) - h.Cost
}

// RoundTrip is one way from flat to flat of a strategy in an instrument. A fill
// that turns the position around ends one trip and begins the next.
type RoundTrip struct {
	Strategy       StrategyID
	Instrument     InstrumentID
	Side           Side // of the first fill
	Opened, Closed Time
	MaxQty         Qty   // largest position held, unsigned
	Contracts      Qty   // contracts bought plus contracts sold
	Entry, Exit    VWAP  // fills that grew the position, fills that shrank it
	PnL            Money // realised, before fees
	Fees           Money //
	MAE            Money // worst profit seen on the way, <= 0: maximum adverse excursion
	MFE            Money // best profit seen on the way, >= 0: maximum favourable excursion
}

// Net is what the trip made after fees.
func (t *RoundTrip) Net() Money { return t.PnL - t.Fees }

// VWAP is a volume-weighted average kept exactly: ticks x contracts over contracts.
type VWAP struct {
	Notional int64
	Qty      Qty
}

// Add adds a fill.
func (v *VWAP) Add(p Price, q Qty) {
	v.Notional += int64(p) * int64(q)
	v.Qty += q
}

// Float is the average as a price of the instrument; 0 when empty.
func (v VWAP) Float(in *Instrument) float64 {
	if v.Qty == 0 {
		return 0
	}
	return float64(v.Notional) / float64(v.Qty) * in.TickFloat()
}

// account is the ledger of one strategy instance.
type account struct {
	holding Holding
	trip    RoundTrip // in progress while the position is not 0
}

// fill books an execution and returns what it realised and, when the position
// came back to flat or turned, the finished trip. A turning fill's fee is shared
// by contracts between the two trips.
func (a *account) fill(at Time, s Side, qty Qty, price Price, fee Money, in *Instrument) (Money, *RoundTrip) {
	held := a.holding.Position
	closing := Qty(0)
	if held != 0 && (held > 0) != (s > 0) {
		closing = min(qty, held.Abs())
	}
	feeClosing := mulDivOrZero(fee, closing, qty)
	realized := a.holding.book(s, qty, price, fee, in)
	var done *RoundTrip
	if closing > 0 {
		a.trip.PnL += realized
		a.trip.Fees += feeClosing
		a.trip.Exit.Add(price, closing)
		a.trip.Contracts += closing
		if closing == held.Abs() {
			a.trip.Closed = at
			a.excursion(a.trip.PnL)
			finished := a.trip
			done = &finished
		}
	}
	if opening := qty - closing; opening > 0 {
		if held == 0 || closing > 0 {
			a.trip = RoundTrip{Strategy: a.trip.Strategy, Instrument: in.ID, Side: s, Opened: at}
		}
		a.trip.Fees += fee - feeClosing
		a.trip.Entry.Add(price, opening)
		a.trip.Contracts += opening
		a.trip.MaxQty = max(a.trip.MaxQty, a.holding.Position.Abs())
	}
	return realized, done
}

func mulDivOrZero(m Money, a, b Qty) Money {
	if a == 0 {
		return 0
	}
	return mulDiv(m, a, b)
}

// mark takes note of a new price for the excursions of the trip in progress.
func (a *account) mark(mark Price, in *Instrument) {
	if a.holding.Position != 0 {
		a.excursion(a.trip.PnL + a.holding.Unrealized(mark, in))
	}
}

func (a *account) excursion(profit Money) {
	a.trip.MAE = min(a.trip.MAE, profit)
	a.trip.MFE = max(a.trip.MFE, profit)
}
