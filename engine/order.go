package engine

// Side is the direction of an order or a fill.
type Side int8

// The two sides. Their values are the signs of the position they make.
const (
	Buy  Side = 1
	Sell Side = -1
)

func (s Side) String() string {
	if s == Sell {
		return "SELL"
	}
	return "BUY"
}

// Opposite returns the other side.
func (s Side) Opposite() Side { return -s }

// Better reports whether price a is at least as good as b for an order of this
// side: not higher for a buy, not lower for a sell.
func (s Side) Better(a, b Price) bool {
	if s == Buy {
		return a <= b
	}
	return a >= b
}

// OrderType is how an order finds its price.
type OrderType uint8

// The order types of the broker.
const (
	Market OrderType = iota
	Limit
	StopMarket
	StopLimit
)

var orderTypeNames = [...]string{"MARKET", "LIMIT", "STOPMARKET", "STOPLIMIT"}

func (t OrderType) String() string { return orderTypeNames[t] }

// HasLimit reports whether the type carries a limit price.
func (t OrderType) HasLimit() bool { return t == Limit || t == StopLimit }

// HasStop reports whether the type carries a stop price.
func (t OrderType) HasStop() bool { return t == StopMarket || t == StopLimit }

// TimeInForce is how long an order rests.
type TimeInForce uint8

// The times in force of the broker.
const (
	Day TimeInForce = iota // ends with the instrument's session
	GTC                    // rests until filled or cancelled
)

func (t TimeInForce) String() string {
	if t == GTC {
		return "GTC"
	}
	return "DAY"
}

// OrderID is the Desk's number for an order, 1, 2, 3 ... in the order of sending.
type OrderID uint64

// OCO names a group of orders of which one fill takes the others down. 0 = none.
type OCO uint64

// StrategyID is the index of a strategy instance within an account's Desk.
type StrategyID uint16

// AccountID is the index of an account.
type AccountID uint16

// Terms is everything about an order that the broker is told.
type Terms struct {
	Instrument InstrumentID
	Side       Side
	Type       OrderType
	TIF        TimeInForce
	Qty        Qty   // contracts, > 0
	Limit      Price // ticks; NoPrice unless the type has a limit
	Stop       Price // ticks; NoPrice unless the type has a stop
	OCO        OCO
}
