package strategies

import (
	"tollgate/strategies/indicator"
)

// What a handler receives. Every pointer is to a copy that belongs to the
// strategy and is reused for the next event: keep values, not pointers. Prices
// are in points and NaN when unknown, sizes in contracts and -1 when unknown,
// times in nanoseconds since 1970 UTC.

// Quote is the top of book after a change.
type Quote struct {
	Time             int64
	Bid, Ask, Last   float64
	BidSize, AskSize int
	Volume           int // cumulative session volume where the feed gives it
}

// Trade is one trade of the market.
type Trade struct {
	Time  int64
	Price float64
	Size  int
}

// Bar is a closed bar. Name is that of the Bars it belongs to.
type Bar struct {
	Name                           string
	Start, End                     int64
	Open, High, Low, Close, Volume float64
	Trades                         int
}

// Order is one of the strategy's orders as it stands now.
type Order struct {
	ID           int    // what Buy, Sell ... returned, or StopOf, TargetOf; 0 for what the strategy did not place (Fill.ID says what), which Orders leaves out
	Parent       int    // for the stop and target of a bracket: the ID of its entry
	Side         int    // +1 buy, -1 sell
	Type         string // MARKET LIMIT STOPMARKET STOPLIMIT
	State        string // "working", "filled", "cancelled", "rejected", "expired", "denied" ...
	Qty, Filled  int
	Limit, Stop  float64 // NaN where the type has none
	AveragePrice float64 // NaN before the first fill
	Code         string  // of a denial
	Reason       string  // of a denial, a rejection or an end
	Open         bool    // it can still fill
}

// Fill is an execution of one of the strategy's orders.
type Fill struct {
	Time     int64
	ID       int // of the order, as in Order.ID; 0 = the strategy did not place it: a flattening, or somebody closed the position by hand
	Side     int // +1 bought, -1 sold
	Qty      int
	Price    float64
	Fee      float64
	Profit   float64 // realised by this fill, before its fee
	Position int     // after this fill
}

// PnL is the account's profit and loss, told once a second of event time while it changes.
type PnL struct {
	Time       int64
	Realized   float64 // since the session began, after fees
	Unrealized float64
	Cash       float64
	Equity     float64
}

// Timer is a timer that fired.
type Timer struct {
	Time int64
	Name string
}

// Link says that the connection to the broker came or went.
type Link struct {
	Time   int64
	Up     bool
	Reason string
}

// Line is one streaming number: the value of an indicator, the close of a bar,
// the bid. It is updated before any handler runs; scripts read its fields.
type Line = indicator.Line

// Handlers are the functions of a strategy, by their fixed names. Only those a
// strategy defines are set, and only those are called.
type Handlers struct {
	OnStart func(*Context)
	OnStop  func(*Context)
	OnQuote func(*Context, *Quote)
	OnTrade func(*Context, *Trade)
	OnBar   func(*Context, *Bar)
	OnOrder func(*Context, *Order)
	OnFill  func(*Context, *Fill)
	OnPnL   func(*Context, *PnL)
	OnTimer func(*Context, *Timer)
	OnLink  func(*Context, *Link)
	// Migrate is called once when the version takes over from another one, after
	// exported state was carried over by name and type and before anything else.
	Migrate func(*State)
}

// Program is a loaded strategy, interpreted or compiled: one instance, with
// state of its own.
type Program struct {
	Name     string // the strategy's name
	Hash     string // of its source
	Setup    *Setup
	Handlers Handlers
	// Carry takes over the state of the version before, in a Swap: exported
	// package variables by name and type. An error refuses the swap. Nil = nothing
	// is carried over.
	Carry func(from *Program) error
	// What Carry found: state variables it had to start anew, handlers of the version
	// before that this one lacks, what Migrate asked for in vain, variables that start
	// anew because they are not exported, and what this version has no place for.
	Reset, Dropped, Missed, Small, Left []string
	// Host is the loader's own handle; nobody else looks into it.
	Host any
	// Locate turns a panic recovered from a handler into "file:line: what
	// happened". Nil = the value alone is printed.
	Locate func(recovered any) string
}
