package bridge

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// Execution is a fill at the broker.
type Execution struct {
	Account, ID, OrderID string
	Name                 string // the instrument as it is written
	Instrument           engine.InstrumentID
	Known                bool // the instrument is one of ours, and the price is on its grid
	Side                 engine.Side
	Qty                  engine.Qty
	Price                engine.Price
	At                   engine.Time // NoTime = not stated
}

// Executions reads a list of executions.
func (d *Decoder) Executions(data []byte) ([]Execution, error) {
	return listOf(data, "executions", d.Execution)
}

// Execution reads the answer of GetExecution. The error is ErrReply.
func (d *Decoder) Execution(data []byte) (Execution, error) {
	f := fields(data)
	if f["id"] == nil || f["quantity"] == nil {
		return Execution{}, fmt.Errorf("%w: an execution without id or quantity", ErrReply)
	}
	x := Execution{
		Account: textOf(f["account"]), ID: textOf(f["id"]), OrderID: textOf(f["orderId"]), Name: textOf(f["instrument"]),
		Price: engine.NoPrice, At: epochOf(f["epoch"]),
	}
	qty, err := wholeOf(f["quantity"])
	if err != nil || qty <= 0 {
		return Execution{}, fmt.Errorf("%w: execution %s of %s contracts", ErrReply, x.ID, f["quantity"])
	}
	x.Qty = engine.Qty(qty)
	switch strings.ToLower(textOf(f["marketPosition"])) {
	case "long":
		x.Side = engine.Buy
	case "short":
		x.Side = engine.Sell
	default:
		return Execution{}, fmt.Errorf("%w: execution %s is neither Long nor Short", ErrReply, x.ID)
	}
	n := d.lookUp(f["instrument"])
	x.Instrument = n.id
	x.Known = n.known && priceOf(d.universe.Get(n.id), f["price"], &x.Price) == nil && x.Price.Known()
	return x, nil
}

// epochOf reads a time since 1970. The broker says milliseconds in most places and
// seconds in one; nothing is so old that they can be taken for each other.
func epochOf(value []byte) engine.Time {
	n, err := wholeOf(value)
	switch {
	case err != nil || n <= 0 || n >= 1<<43:
		return engine.NoTime
	case n >= 1e11:
		return engine.Time(n * int64(time.Millisecond))
	}
	if n >= 1<<33 {
		return engine.NoTime
	}
	return engine.Time(n * int64(time.Second))
}

// Position reads the answer of GetPosition; being flat may also be told as a failure
// of class NoPosition.
func (d *Decoder) Position(data []byte) (Position, error) { return d.position(data) }

// Account reads the answer of GetAccount.
func (d *Decoder) Account(data []byte) (Account, error) { return accountOf(data) }

// OrderStatus reads the answer of GetOrderStatus. The error is ErrReply.
func OrderStatus(data []byte) (OrderState, error) {
	s := fields(data)["status"]
	if s == nil {
		return UnknownState, fmt.Errorf("%w: there is no status", ErrReply)
	}
	return stateOf(textOf(s)), nil
}

// Lifecycle is what became of an order. No page of the vendor shows its members.
type Lifecycle struct {
	OrderID string
	State   OrderState
	Fills   []Execution
}

// Lifecycle reads the answer of GetOrderLifecycle. The error is ErrReply.
func (d *Decoder) Lifecycle(data []byte) (Lifecycle, error) {
	f := fields(data)
	if f["orderId"] == nil {
		return Lifecycle{}, fmt.Errorf("%w: a lifecycle without orderId", ErrReply)
	}
	l := Lifecycle{OrderID: textOf(f["orderId"]), State: stateOf(textOf(f["orderState"]))}
	if f["fills"] == nil {
		return l, nil
	}
	var err error
	l.Fills, err = listOf(f["fills"], "fills", d.Execution)
	return l, err
}

// FullQuote is what GetQuote says of an instrument. Numbers are as the broker writes
// them: it is asked for what an instrument is, before one is configured.
type FullQuote struct {
	Name, Description, Exchange, TradingHours    string
	TickSize, PointValue, Bid, Ask, Last, Volume decimal.Decimal
	Open                                         bool // the market
}

// FullQuotes reads the answer of GetQuote: one object, or an array of several.
func FullQuotes(data []byte) ([]FullQuote, error) {
	if fields(data) == nil {
		return listOf(data, "quotes", fullQuote)
	}
	q, err := fullQuote(data)
	return []FullQuote{q}, err
}

func fullQuote(data []byte) (FullQuote, error) {
	f := fields(data)
	if f["instrument"] == nil {
		return FullQuote{}, fmt.Errorf("%w: a quote without an instrument", ErrReply)
	}
	q := FullQuote{
		Name: textOf(f["instrument"]), Description: textOf(f["description"]), Exchange: textOf(f["exchange"]),
		TradingHours: textOf(f["tradingHours"]), Open: string(f["isMarketOpen"]) == "true",
	}
	return q, decimals(f, number{"tickSize", &q.TickSize}, number{"pointValue", &q.PointValue}, number{"bid", &q.Bid}, number{"ask", &q.Ask}, number{"last", &q.Last}, number{"volume", &q.Volume})
}

// number is a member that is a number, and where it goes.
type number struct {
	key string
	to  *decimal.Decimal
}

// decimals reads numbers by their names; what is absent stays 0. The error is ErrReply.
func decimals(f map[string][]byte, list ...number) error {
	for _, n := range list {
		v, err := decimalOf(f[n.key])
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrReply, n.key, err)
		}
		*n.to = v
	}
	return nil
}

// Bar is a bar of GetBars; its time is that of its close.
type Bar struct {
	At                             engine.Time // NoTime = not stated
	Open, High, Low, Close, Volume decimal.Decimal
}

// Bars reads the answer of GetBars. The error is ErrReply.
func Bars(data []byte) ([]Bar, error) {
	return listOf(data, "bars", func(data []byte) (Bar, error) {
		f := fields(data)
		if f == nil {
			return Bar{}, fmt.Errorf("%w: a bar is not an object", ErrReply)
		}
		b := Bar{At: epochOf(f["epoch"])}
		return b, decimals(f, number{"open", &b.Open}, number{"high", &b.High}, number{"low", &b.Low}, number{"close", &b.Close}, number{"volume", &b.Volume})
	})
}

// Market is what MarketInfo says.
type Market struct {
	Name, State string
	Open        bool
	Begins      string // of the session, UTC, as the broker writes it
	Ends        string
}

// MarketOf reads the answer of MarketInfo. The error is ErrReply.
func MarketOf(data []byte) (Market, error) {
	f := fields(data)
	status, session := fields(f["status"]), fields(f["session"])
	if status["isOpen"] == nil {
		return Market{}, fmt.Errorf("%w: it does not say whether the market is open", ErrReply)
	}
	return Market{textOf(f["instrument"]), textOf(status["state"]), string(status["isOpen"]) == "true", textOf(session["utcStart"]), textOf(session["utcEnd"])}, nil
}

// Watermarks are the highs of an account; all are 0 when nothing monitors it.
type Watermarks struct {
	Account                         string
	PnL, NetLiquidation, Unrealized engine.Money
}

// WatermarksOf reads the answer of GetWatermarks. The error is ErrReply.
func WatermarksOf(data []byte) (Watermarks, error) {
	f := fields(data)
	marks := fields(f["watermarks"])
	if marks == nil {
		return Watermarks{}, fmt.Errorf("%w: there are no watermarks", ErrReply)
	}
	return Watermarks{textOf(f["account"]), moneyOf(marks["pnlhigh"]), moneyOf(marks["netliqhigh"]), moneyOf(marks["unrealhigh"])}, nil
}

// Connection is one of NinjaTrader's connections.
type Connection struct{ Name, Status string }

// Connections reads the answer of GetConnections. The error is ErrReply.
func Connections(data []byte) ([]Connection, error) {
	return listOf(data, "connections", func(data []byte) (Connection, error) {
		f := fields(data)
		if f["name"] == nil {
			return Connection{}, fmt.Errorf("%w: a connection without a name", ErrReply)
		}
		return Connection{textOf(f["name"]), textOf(f["status"])}, nil
	})
}

// StrategyIDs reads the answer of ListStrategies: the ids, which is all that is known
// of its shape. The error is ErrReply.
func StrategyIDs(data []byte) ([]string, error) {
	return listOf(data, "strategies", func(data []byte) (string, error) {
		f := fields(data)
		for _, key := range []string{"strategyId", "id"} {
			if f[key] != nil {
				return textOf(f[key]), nil
			}
		}
		return "", fmt.Errorf("%w: a strategy without an id", ErrReply)
	})
}
