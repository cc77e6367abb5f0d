package broker

import (
	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/sim/venue"
)

// account is one account at the broker: its orders' venue and its money.
type account struct {
	id       int
	name     string
	start    engine.Money
	venue    *venue.Venue
	nextID   engine.OrderID
	byVenue  map[engine.OrderID]*order
	holdings []holding // by InstrumentID
	ocos     map[string]engine.OCO
	gross    engine.Money // realised, before fees
	fees     engine.Money
	highs    highs
}

// highs are the account manager's high-water marks.
type highs struct {
	pnl, netliq, unreal engine.Money
}

func newAccount(i int, c AccountConfig, v *venue.Venue) *account {
	return &account{
		id: i + 1, name: c.Name, start: c.Cash, venue: v,
		byVenue: map[engine.OrderID]*order{}, ocos: map[string]engine.OCO{}, highs: highs{netliq: c.Cash},
	}
}

// holding is a position carried at average cost. cost is the signed sum of price x
// quantity of what is open; what a partial close takes out of it is rounded to a
// unit of Money, and the rest stays, so that from flat to flat nothing is lost.
type holding struct {
	position engine.Qty
	cost     engine.Money
}

// book adds an execution and returns what it realised.
func (h *holding) book(side engine.Side, qty engine.Qty, p engine.Price, in *engine.Instrument) engine.Money {
	signed := qty * engine.Qty(side)
	if h.position == 0 || (h.position > 0) == (signed > 0) {
		h.position += signed
		h.cost += in.Value(p, signed)
		return 0
	}
	closing := min(qty, h.position.Abs())
	share := part(h.cost, closing, h.position.Abs())
	realized := -share - in.Value(p, closing*engine.Qty(side))
	h.cost -= share
	h.position += closing * engine.Qty(side)
	if rest := qty - closing; rest > 0 {
		h.position = rest * engine.Qty(side)
		h.cost = in.Value(p, h.position)
	}
	return realized
}

// part is m*a/b without overflow, given 0 < a <= b.
func part(m engine.Money, a, b engine.Qty) engine.Money {
	whole, rest := m/engine.Money(b), m%engine.Money(b)
	return whole*engine.Money(a) + rest*engine.Money(a)/engine.Money(b)
}

// average is the average price of the open position, to ten decimals as the
// vendor shows it; 0 when flat.
func (h *holding) average(in *engine.Instrument) decimal.Decimal {
	if h.position == 0 {
		return decimal.Zero
	}
	per := in.Point.Mul(decimal.NewFromInt(int64(h.position)))
	return h.cost.Decimal().DivRound(per, 10)
}

// unrealized is the open profit at the mark.
func (h *holding) unrealized(top *engine.Top, in *engine.Instrument) engine.Money {
	mark := top.Mark(h.position)
	if h.position == 0 || !mark.Known() {
		return 0
	}
	return in.Value(mark, h.position) - h.cost
}

// holding returns the account's position in an instrument.
func (a *account) holding(id engine.InstrumentID) *holding {
	for len(a.holdings) <= int(id) {
		a.holdings = append(a.holdings, holding{})
	}
	return &a.holdings[id]
}

// unrealized is the open profit of the whole account.
func (b *Broker) unrealized(a *account) engine.Money {
	sum := engine.Money(0)
	for i := range a.holdings {
		id := engine.InstrumentID(i)
		sum += a.holdings[i].unrealized(&b.market(id).top, b.universe.Get(id))
	}
	return sum
}

// cash is the balance without open profit.
func (a *account) cash() engine.Money { return a.start + a.gross - a.fees }

// realized is the closed profit after fees.
func (a *account) realized() engine.Money { return a.gross - a.fees }

// open counts the instruments in which the account is not flat.
func (a *account) open() int {
	n := 0
	for i := range a.holdings {
		if a.holdings[i].position != 0 {
			n++
		}
	}
	return n
}

// oco is the number of an OCO group by the name the caller gave it; 0 = none.
func (a *account) oco(name string) engine.OCO {
	if name == "" {
		return 0
	}
	if a.ocos[name] == 0 {
		a.ocos[name] = engine.OCO(len(a.ocos) + 1)
	}
	return a.ocos[name]
}

// watermarks moves the high-water marks.
func (b *Broker) watermarks() {
	for _, a := range b.accounts {
		u := b.unrealized(a)
		a.highs.pnl = max(a.highs.pnl, a.realized()+u)
		a.highs.netliq = max(a.highs.netliq, a.cash()+u)
		a.highs.unreal = max(a.highs.unreal, u)
	}
}
