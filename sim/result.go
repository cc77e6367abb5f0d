package sim

import (
	"time"

	"tollgate/engine"
)

// Result is what happened in a run, complete and exact. Statistics are made from
// it by Stats; what they are printed as is the business of package report.
type Result struct {
	First, Last            engine.Time // of the market events; NoTime when there were none
	Events, Quotes, Trades int64
	Outside                int64 // trades outside the recorded bid and ask
	Crossed, Locked        int64 // quotes kept with a broken or a locked book
	Hollow                 int64 // quotes with a price at which they say that nothing is there: a size of 0
	Intents                int64
	Members                []engine.Member // strategy instances, by StrategyID
	Orders                 []engine.Order  // as they stood at the end, in the order of sending
	Fills                  []Fill
	Trips                  []engine.RoundTrip // finished ones, in the order of finishing
	Denials                []DenialCount      // by code, in the order of first appearance
	Throttled              int64              // intents refused for want of tokens
	Rejects                int64              // orders the venue refused
	Halts                  []Note
	Versions               []Note // programs that took over during the run
	Logs                   []Note // the first MaxLogs
	LogsDropped            int64
	Start, End             engine.Balance
	Fees                   engine.Money
	MaxDrawdown            engine.Money // largest fall of equity from its peak, >= 0, at every market event
	DrawdownFrom           engine.Time  // when that peak was
	DrawdownTo             engine.Time  // when that trough was
	Equity                 []EquityPoint
	Charts                 []Chart
	Sessions               []Session
	Positions              []Position    // still open at the end, by StrategyID
	InMarket, Open         time.Duration // event time with a position, and in all, breaks between sessions left out
	Hash                   engine.Hash   // of every decision
	Ignored                uint64        // reports that made no sense to the desk; anything but 0 is a bug
}

// Net is what the account made, fees taken off, open positions at their mark.
func (r *Result) Net() engine.Money { return r.End.Equity - r.Start.Equity }

// MaxLogs is how many log lines of the strategies a Result keeps.
const MaxLogs = 10_000

// Fill is one execution.
type Fill struct {
	At         engine.Time
	Strategy   engine.StrategyID
	Instrument engine.InstrumentID
	Order      engine.OrderID
	Side       engine.Side
	Qty        engine.Qty
	Price      engine.Price
	Fee        engine.Money
	Maker      bool
	Position   engine.Qty   // of the strategy instance, after
	Realized   engine.Money // by this fill, before its fee
}

// Position is what a strategy instance still held at the end.
type Position struct {
	Strategy   engine.StrategyID
	Instrument engine.InstrumentID
	Qty        engine.Qty   // signed, never 0
	Cost       engine.Money // signed: sum of price x quantity in money
	Mark       engine.Price // the price it could be closed at; NoPrice = none known
	Unrealized engine.Money // at that mark; each instance on its own, the account nets them
}

// DenialCount is how often the gate or the desk said no for one reason.
type DenialCount struct {
	Code  engine.Code
	Count int64
	First engine.Denial
}

// Note is a line of text about a strategy at a moment.
type Note struct {
	At       engine.Time
	Strategy engine.StrategyID
	Text     string
}

// EquityPoint is the account at the end of one interval of the curve.
type EquityPoint struct {
	At       engine.Time
	Equity   engine.Money
	Drawdown engine.Money // below the highest equity so far, >= 0
}

// Chart is the price of one instrument, thinned to at most MaxPoints candles.
type Chart struct {
	Instrument engine.InstrumentID
	Width      time.Duration
	Candles    []Candle
}

// Candle is the price in one interval: trades where there are any, else the middle
// of the book, rounded down to a tick.
type Candle struct {
	At                     engine.Time // of the interval's begin
	Open, High, Low, Close engine.Price
}

// Session is one session of the account.
type Session struct {
	Date       int // yyyymmdd
	Start, End engine.Money
	Fees       engine.Money
	Fills      int
	Trips      int
}

// MaxPoints bounds the equity curve and each chart.
const MaxPoints = 4096
