package bridge

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// OrderState is NinjaTrader's state of an order.
type OrderState uint8

// The states; UnknownState is NinjaTrader's own, and every word that is none of them.
const (
	UnknownState OrderState = iota
	Initialized
	Submitted
	Accepted
	Working
	PartFilled
	TriggerPending
	ChangePending
	ChangeSubmitted
	CancelPending
	CancelSubmitted
	Suspended
	AcceptedByRisk
	Filled
	Cancelled
	Rejected
	Expired
)

var stateNames = [...]string{
	"Unknown", "Initialized", "Submitted", "Accepted", "Working", "PartFilled", "TriggerPending", "ChangePending", "ChangeSubmitted",
	"CancelPending", "CancelSubmitted", "Suspended", "AcceptedByRisk", "Filled", "Cancelled", "Rejected", "Expired",
}

func (s OrderState) String() string { return stateNames[s] }

// Live reports whether the order is at the broker and can still fill.
func (s OrderState) Live() bool { return s >= Accepted && s <= AcceptedByRisk }

// Begun reports whether NinjaTrader has the order and its broker has not taken it yet.
func (s OrderState) Begun() bool { return s == Initialized || s == Submitted }

// Pending reports whether a change or a cancel is under way.
func (s OrderState) Pending() bool { return s >= ChangePending && s <= CancelSubmitted }

// Terminal reports whether the order is over. It may have fills.
func (s OrderState) Terminal() bool { return s >= Filled }

func stateOf(text string) OrderState {
	text = strings.ReplaceAll(text, " ", "") // the platform's display has spaces, its names have none
	for i, name := range stateNames {
		if strings.EqualFold(name, text) {
			return OrderState(i)
		}
	}
	switch strings.ToLower(text) {
	case "partiallyfilled":
		return PartFilled
	case "canceled":
		return Cancelled
	}
	return UnknownState
}

// OrderFacts is what the broker says of an order. Only the account, the id and the
// state are always there; the tail of the object is on no page of the vendor.
type OrderFacts struct {
	Account    string
	ID         string // the broker's id
	Name       string // the instrument as it is written
	Instrument engine.InstrumentID
	Known      bool // the instrument is one of ours, and side and quantity are stated
	State      OrderState
	Side       engine.Side // 0 = not stated
	Type       engine.OrderType
	TIF        engine.TimeInForce
	Qty        engine.Qty
	Filled     engine.Qty      // 0, and the state unknown, when the price of the fills is not stated
	Average    decimal.Decimal // price of the fills; 0 = none
	Limit      engine.Price    // NoPrice = not stated; InvalidPrice = off the tick grid
	Stop       engine.Price
	OCO        string
	Reason     string
}

// Position is a position at the broker.
type Position struct {
	Account    string
	Name       string
	Instrument engine.InstrumentID
	Known      bool            // the instrument is one of ours
	Qty        engine.Qty      // signed
	Average    decimal.Decimal // not on the tick grid
}

// Account is an account at the broker. Amounts are rounded to cents; one that is not
// stated is 0, so they are for people and no input of risk.
type Account struct {
	Name                                       string
	Provider, Connection                       string // "Simulator", "Connected"
	Cash, NetLiquidation, Realized, Unrealized engine.Money
}

// Away reports whether NinjaTrader says that the account is not connected to its
// broker: then its lists may be empty, and nothing can be traded on it.
func (a *Account) Away() bool {
	switch strings.ToLower(a.Connection) {
	case "disconnected", "disconnecting", "connectionlost", "connecting":
		return true
	}
	return false
}

// ErrReply marks an answer that is not of the shape its function is documented with.
var ErrReply = fmt.Errorf("%w: the answer has another shape", ErrFrame)

// Order reads the answer of GetOrder.
func (d *Decoder) Order(data []byte) (OrderFacts, error) { return d.order(data) }

// Orders reads a list of orders: an array, or in orders, or in data.
func (d *Decoder) Orders(data []byte) ([]OrderFacts, error) {
	return listOf(data, "orders", d.order)
}

// Positions reads a list of positions.
func (d *Decoder) Positions(data []byte) ([]Position, error) {
	return listOf(data, "positions", d.position)
}

// Accounts reads a list of accounts, or the snapshot, in which each stands inside account.
func (d *Decoder) Accounts(data []byte) ([]Account, error) {
	return listOf(data, "accounts", accountOf)
}

// SnapshotTime is when the snapshot of GetAccountSummary was made, by the clock of
// NinjaTrader's machine; NoTime when it does not say. It may come out of a cache.
func SnapshotTime(data []byte) engine.Time { return epochOf(fields(data)["epoch"]) }

// OrderIDOf is the orderId of an answer; empty when it has none.
func OrderIDOf(data []byte) string { return textOf(fields(data)["orderId"]) }

// listOf reads a list that stands by itself, under its name, or under data.
func listOf[T any](data []byte, name string, read func([]byte) (T, error)) ([]T, error) {
	list := data
	if f := fields(data); f != nil {
		if list = f[name]; list == nil {
			list = f["data"]
		}
		if inner := fields(list); inner != nil {
			list = inner[name]
		}
	}
	out := []T{}
	var failed error
	s := scanner{b: list}
	if !s.array(func(value []byte) {
		x, err := read(value)
		if err != nil {
			failed = err
			return
		}
		out = append(out, x)
	}) {
		return nil, fmt.Errorf("%w: there is no list of %s", ErrReply, name)
	}
	return out, failed
}

// fields are the members of an object by their names, those that are null aside;
// nil when it is none.
func fields(data []byte) map[string][]byte {
	m := map[string][]byte{}
	s := scanner{b: data}
	if !s.object(func(key, value []byte) {
		if !absent(value) {
			m[textOf(key)] = value
		}
	}) {
		return nil
	}
	return m
}

func (d *Decoder) order(data []byte) (OrderFacts, error) {
	var m orderMembers
	if !m.read(data) || textOf(m.id) == "" {
		return OrderFacts{}, fmt.Errorf("%w: an order without orderId", ErrReply)
	}
	o := OrderFacts{
		Account: textOf(m.account), ID: textOf(m.id), Name: textOf(m.instrument), State: stateOf(textOf(m.state)),
		OCO: textOf(m.oco), Reason: textOf(m.fault), Limit: engine.NoPrice, Stop: engine.NoPrice,
	}
	qty, err := wholeOf(m.quantity)
	filled, err2 := wholeOf(m.filled)
	average, err3 := decimalOf(m.average)
	for _, e := range []error{err, err2, err3} {
		if e != nil {
			return OrderFacts{}, fmt.Errorf("%w: order %s: %w", ErrReply, o.ID, e)
		}
	}
	if qty < 0 || filled < 0 {
		return OrderFacts{}, fmt.Errorf("%w: order %s of %d, filled %d: less than nothing", ErrReply, o.ID, qty, filled)
	}
	o.Qty, o.Filled, o.Average = engine.Qty(qty), engine.Qty(filled), average
	o.doubt()
	o.Side, o.Type, o.TIF = sideOf(textOf(m.action)), typeOf(textOf(m.kind)), tifOf(textOf(m.tif))
	n := d.lookUp(m.instrument)
	o.Instrument, o.Known = n.id, n.known && o.Side != 0 && o.Qty > 0
	if n.known {
		d.orderPrices(&o, &m)
	}
	return o, nil
}

// doubt takes back what cannot be: an order that is filled by nothing, or at no
// price. Booking it would end the order without its fill, or book the fill at 0.
func (o *OrderFacts) doubt() {
	if o.State == Filled && o.Filled == 0 || o.Filled > 0 && o.Average.IsZero() {
		o.State, o.Filled = UnknownState, 0
	}
}

func (d *Decoder) orderPrices(o *OrderFacts, m *orderMembers) {
	in := d.universe.Get(o.Instrument)
	if priceOf(in, m.limit, &o.Limit) != nil {
		o.Limit = engine.InvalidPrice
	}
	if priceOf(in, m.stop, &o.Stop) != nil {
		o.Stop = engine.InvalidPrice
	}
}

func sideOf(text string) engine.Side {
	switch low := strings.ToLower(text); {
	case strings.HasPrefix(low, "buy"):
		return engine.Buy
	case strings.HasPrefix(low, "sell"):
		return engine.Sell
	}
	return 0
}

// typeOf reads the type of an order. One that we cannot place, a trailing stop say,
// is taken for a market order: the gate counts it at full size whatever its price.
func typeOf(text string) engine.OrderType {
	switch strings.ToLower(text) {
	case "limit":
		return engine.Limit
	case "stopmarket":
		return engine.StopMarket
	case "stoplimit":
		return engine.StopLimit
	}
	return engine.Market
}

func tifOf(text string) engine.TimeInForce {
	if strings.EqualFold(text, "gtc") {
		return engine.GTC
	}
	return engine.Day
}

func (d *Decoder) position(data []byte) (Position, error) {
	f := fields(data)
	if f == nil || f["instrument"] == nil {
		return Position{}, fmt.Errorf("%w: a position without an instrument", ErrReply)
	}
	p := Position{Account: textOf(f["account"]), Name: textOf(f["instrument"])}
	qty, err := wholeOf(f["quantity"])
	if err != nil {
		return Position{}, fmt.Errorf("%w: the position in %s: %w", ErrReply, p.Name, err)
	}
	if p.Average, err = decimalOf(f["averagePrice"]); err != nil {
		return Position{}, fmt.Errorf("%w: the position in %s: %w", ErrReply, p.Name, err)
	}
	side := textOf(f["marketPosition"])
	switch low := strings.ToLower(side); {
	case low == "long" && qty > 0:
		p.Qty = engine.Qty(qty)
	case low == "short" && qty != 0:
		p.Qty = -engine.Qty(qty).Abs() // the page says unsigned; a sign would say the same twice
	case low == "flat" && qty == 0:
	default: // what is not stated must not be taken for flat
		return Position{}, fmt.Errorf("%w: the position in %s is %q of %d, which is neither Long, Short nor Flat", ErrReply, p.Name, side, qty)
	}
	n := d.lookUp(f["instrument"])
	p.Instrument, p.Known = n.id, n.known
	return p, nil
}

func accountOf(data []byte) (Account, error) {
	f := fields(data)
	if inner := fields(f["account"]); inner != nil {
		f = inner
	}
	if f == nil || f["name"] == nil {
		return Account{}, fmt.Errorf("%w: an account without a name", ErrReply)
	}
	item := fields(f["item"])
	return Account{
		Name: textOf(f["name"]), Provider: textOf(f["provider"]), Connection: textOf(f["connectionStatus"]),
		Cash: moneyOf(item["cashValue"]), NetLiquidation: moneyOf(item["netLiquidation"]),
		Realized: moneyOf(item["realizedProfitLoss"]), Unrealized: moneyOf(item["unrealizedProfitLoss"]),
	}, nil
}

// pnl reads the accounts of a P&L frame under any of the names they may have.
func (d *Decoder) pnl(list []byte, f *Frame) error {
	s := scanner{b: list}
	if !s.array(func(value []byte) {
		m := fields(value)
		first := func(names ...string) []byte {
			for _, n := range names {
				if m[n] != nil {
					return m[n]
				}
			}
			return nil
		}
		if name := first("name", "account"); name != nil {
			unrealized := first("unrealizedProfitLoss", "unrealized", "unrealizedPnl")
			f.Accounts = append(f.Accounts, AccountPnL{
				Name: textOf(name), Realized: moneyOf(first("realizedProfitLoss", "realized", "realizedPnl")),
				Unrealized: moneyOf(unrealized), Marked: unrealized != nil,
				Cash: moneyOf(first("cashValue")), NetLiquidation: moneyOf(first("netLiquidation", "netliq")),
			})
		}
	}) {
		return fmt.Errorf("%w: a P&L update without a list of accounts", ErrFrame)
	}
	return nil
}
