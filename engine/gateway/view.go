package gateway

import "tollgate/engine"

// View is what a gateway knows, for people and for scripts. Amounts and prices are
// decimal text, times nanoseconds since 1970 UTC. A Core fills in all that is not
// said to come from the program around it.
type View struct {
	Time       engine.Time    `json:"time"`
	Link       string         `json:"link"`                  // down, syncing, ready
	LinkReason string         `json:"link_reason,omitempty"` // why it is not ready
	LinkSince  engine.Time    `json:"link_since"`            // engine.NoTime: since before the run began
	Addon      bool           `json:"addon"`
	Hash       string         `json:"decisions_hash"`
	Budget     BudgetView     `json:"budget"`
	Accounts   []AccountView  `json:"accounts"`
	Quotes     []QuoteView    `json:"quotes"`
	LiveQuotes *FeedView      `json:"live_quotes,omitempty"` // from the program around it, when quotes do not come through the link
	Strategies []StrategyView `json:"strategies,omitempty"`  // from the program around it
	Denials    []DenialView   `json:"denials"`               // newest first
	Events     []EventView    `json:"events"`                // newest first; the program around it adds what was told to people
	Stats      StatsView      `json:"stats"`
}

// BudgetView is the bucket of calls to the broker.
type BudgetView struct {
	Tokens  int64 `json:"tokens"`  // whole ones there are now
	Burst   int64 `json:"burst"`   // as many as the bucket holds
	Rate    int64 `json:"rate"`    // a second
	Reserve int64 `json:"reserve"` // kept back for flattening, protection and cancels
}

// The modes of an AccountView that are none of an engine.Mode.
const (
	ModeStarting = "starting"
	ModeAbsent   = "absent"
)

// AccountView is one account.
type AccountView struct {
	Name       string         `json:"name"`
	Mode       string         `json:"mode"` // active, reduce-only, killed; starting: not compared with the broker yet; absent: the broker does not have it, or NinjaTrader no connection for it
	Reason     string         `json:"reason,omitempty"`
	Unverified bool           `json:"unverified,omitempty"` // killed, and the broker has not confirmed yet that it is flat
	Flattening bool           `json:"flattening,omitempty"` // a position is being closed
	Cash       string         `json:"cash,omitempty"`       // empty until the broker has told it
	Equity     string         `json:"equity,omitempty"`     // likewise
	Unrealized string         `json:"unrealized_pnl"`
	SessionPnL string         `json:"session_pnl,omitempty"` // empty until the account has been compared with the broker once
	Drawdown   string         `json:"drawdown"`              // equity below its highest since drawdown_since; never negative
	DrawdownAt engine.Time    `json:"drawdown_since"`        // when this program began to count it
	Limits     *LimitsView    `json:"limits,omitempty"`      // from the program around it
	Positions  []PositionView `json:"positions"`
	Orders     []OrderView    `json:"orders"`
}

// LimitsView is what the account's figures are held against. An empty amount is no limit.
type LimitsView struct {
	DailyLoss  string `json:"daily_loss,omitempty"`
	Drawdown   string `json:"drawdown,omitempty"` // configured; this version does not enforce it
	MaxWorking int    `json:"max_working_orders,omitempty"`
}

// PositionView is what a strategy holds of an instrument.
type PositionView struct {
	Strategy   string     `json:"strategy"`
	Instrument string     `json:"instrument"`
	Qty        engine.Qty `json:"qty"`               // signed
	Average    string     `json:"average,omitempty"` // price paid, rounded to two digits more than a tick has; empty when flat
	Mark       string     `json:"mark,omitempty"`    // price it could be closed at; empty when flat or not known
	Unrealized string     `json:"unrealized_pnl"`
	Realized   string     `json:"realized_pnl"`
}

// OrderView is one open order.
type OrderView struct {
	ID         string      `json:"id"` // at the broker
	Strategy   string      `json:"strategy"`
	Instrument string      `json:"instrument"`
	Side       string      `json:"side"`
	Type       string      `json:"type"`
	State      string      `json:"state"` // "unknown": an answer was lost, it counts at full size until it is looked up
	Qty        engine.Qty  `json:"qty"`
	Filled     engine.Qty  `json:"filled"`
	Limit      string      `json:"limit,omitempty"`
	Stop       string      `json:"stop,omitempty"`
	Sent       engine.Time `json:"sent"`
}

// QuoteView is the market of an instrument.
type QuoteView struct {
	Instrument string      `json:"instrument"`
	Bid        string      `json:"bid,omitempty"`
	Ask        string      `json:"ask,omitempty"`
	Last       string      `json:"last,omitempty"`
	Time       engine.Time `json:"time"`
}

// The states of a FeedView.
const (
	FeedDown   = "down"   // there is no connection
	FeedSilent = "silent" // there is one, and no quote comes, or none has come yet
	FeedLive   = "live"
)

// FeedView is how a source of quotes fares.
type FeedView struct {
	State  string      `json:"state"`            // down, silent, live
	Since  engine.Time `json:"since"`            // there have been quotes, or there have been none
	Reason string      `json:"reason,omitempty"` // why it is not live
	Quotes int64       `json:"quotes"`           // taken
	Faults int64       `json:"faults"`           // quotes and frames that could not be used
	Gaps   int64       `json:"gaps"`             // times that quotes were interrupted
}

// The states of a StrategyView.
const (
	StrategyRunning = "running"
	StrategyStopped = "stopped" // for good: its script failed
	StrategySilent  = "silent"  // its worker does not answer
)

// StrategyView is a strategy on an instrument.
type StrategyView struct {
	Name       string      `json:"name"`
	Account    string      `json:"account"`
	Instrument string      `json:"instrument"`
	State      string      `json:"state"`            // running, stopped, silent
	Reason     string      `json:"reason,omitempty"` // why it is not running, an older version came back, or the newest was refused
	Version    string      `json:"version"`          // hash of its source
	Since      engine.Time `json:"since"`            // when that version took over; engine.NoTime: it is the first
}

// DenialView is a no of the gate or the Desk. Equal ones of a strategy are counted
// together.
type DenialView struct {
	Time       engine.Time `json:"time"` // of the newest
	Account    string      `json:"account"`
	Strategy   string      `json:"strategy"`
	Instrument string      `json:"instrument"`
	Order      string      `json:"order"` // what was asked for
	Code       engine.Code `json:"code"`
	Limit      string      `json:"limit,omitempty"`
	Value      string      `json:"value,omitempty"`
	Text       string      `json:"text"`
	Count      uint64      `json:"count"`
}

// The kinds of an EventView.
const (
	EventFill    = "fill"
	EventOrder   = "order"   // an order rests, ended or was rejected
	EventUnknown = "unknown" // an answer was lost
	EventAlarm   = "alarm"
	EventNote    = "note"
)

// EventView is one thing that happened, in words.
type EventView struct {
	Time    engine.Time `json:"time"`
	Kind    string      `json:"kind"`
	Account string      `json:"account,omitempty"`
	Text    string      `json:"text"`
}

// StatsView is what was counted since the run began.
type StatsView struct {
	Frames         uint64 `json:"frames"`
	Quotes         uint64 `json:"quotes"`
	BadFrames      uint64 `json:"bad_frames"`
	BadQuotes      uint64 `json:"bad_quotes"`
	Calls          uint64 `json:"calls"`
	Questions      uint64 `json:"questions"`
	Refused        uint64 `json:"refused"`
	Lost           uint64 `json:"lost"`
	Waiting        int    `json:"waiting"` // calls without an answer
	Denials        uint64 `json:"denials"`
	Fills          uint64 `json:"fills"`
	FillDelayMS    int64  `json:"fill_delay_ms"`     // at most so long after it happened was a fill learned, on average
	FillDelayMaxMS int64  `json:"fill_delay_max_ms"` // the same of the fill that was learned latest
	Audits         uint64 `json:"audits"`
	Differences    uint64 `json:"differences"`
}
