package broker

import (
	"slices"
	"time"

	"tollgate/engine"
)

// tally counts what happened.
type tally struct {
	calls                            map[string]*CallCount
	changes                          int64
	quotes                           int64
	upgrades                         int64
	refusedUpgrades                  int64
	lastMinute                       []engine.Time // of upgrade attempts
	mostUpgrades                     int
	violations                       int64
	longestRow                       int
	abuseCloses                      int64
	management, managementRefused    int64
	badFrames, restarts, faultsCount int64
	faults                           []string
}

// CallCount is what became of the calls of one function.
type CallCount struct {
	OK          int64 `json:"ok"`
	Failed      int64 `json:"failed"`       // answered with an error that is not about the limit
	Throttled   int64 `json:"throttled"`    // refused by the limit
	LostCalls   int64 `json:"lost_calls"`   // never executed, never answered
	LostReplies int64 `json:"lost_replies"` // executed, never answered
}

// maxNames bounds the names that are counted apart; the rest are counted as "other".
const maxNames = 100

func (t *tally) call(name string) *CallCount {
	if t.calls[name] == nil && len(t.calls) >= maxNames {
		name = "other"
	}
	if t.calls[name] == nil {
		t.calls[name] = &CallCount{}
	}
	return t.calls[name]
}

func (t *tally) upgrade(at engine.Time) {
	t.upgrades++
	t.lastMinute = slices.DeleteFunc(t.lastMinute, func(x engine.Time) bool { return at.Sub(x) >= time.Minute })
	if len(t.lastMinute) < 1000 {
		t.lastMinute = append(t.lastMinute, at)
	}
	t.mostUpgrades = max(t.mostUpgrades, len(t.lastMinute))
}

func (t *tally) fault(text string) {
	t.faultsCount++
	if len(t.faults) < 1000 {
		t.faults = append(t.faults, text)
	}
}

// Ledger is the truth: what the broker did, whatever the client believes. Prices
// and amounts are exact decimals. It is a copy.
type Ledger struct {
	Time       int64                `json:"time"` // market time, ns since 1970 UTC
	Connected  bool                 `json:"connected"`
	Addon      bool                 `json:"addon"`
	Accounts   []LedgerAccount      `json:"accounts"`
	Orders     []LedgerOrder        `json:"orders"`     // in the order they were placed
	Executions []LedgerExecution    `json:"executions"` // in the order they happened
	Calls      map[string]CallCount `json:"calls"`
	Faults     []string             `json:"faults"` // set off, in order; at most 1000

	Upgrades            int64   `json:"upgrades"` // attempts to connect
	RefusedUpgrades     int64   `json:"refused_upgrades"`
	MostUpgradesIn60s   int     `json:"most_upgrades_in_60s"`
	Violations          int64   `json:"violations"` // calls and messages refused by a limit
	LongestViolationRow int     `json:"longest_violation_row"`
	AbuseCloses         int64   `json:"abuse_closes"`
	Management          int64   `json:"management"` // subscribe, unsubscribe and streamPnl
	ManagementRefused   int64   `json:"management_refused"`
	BadFrames           int64   `json:"bad_frames"`
	Restarts            int64   `json:"restarts"`
	QuotesSent          int64   `json:"quotes_sent"`
	Tokens              float64 `json:"tokens"` // in the bucket now
	LowestTokens        float64 `json:"lowest_tokens"`
}

// LedgerAccount is an account.
type LedgerAccount struct {
	Name       string           `json:"name"`
	Cash       string           `json:"cash"`     // start + realised - fees
	Realized   string           `json:"realized"` // before fees
	Fees       string           `json:"fees"`
	Unrealized string           `json:"unrealized"`
	Positions  []LedgerPosition `json:"positions"` // those that are not flat
}

// LedgerPosition is a position.
type LedgerPosition struct {
	Instrument string     `json:"instrument"`
	Qty        engine.Qty `json:"qty"`  // signed
	Cost       string     `json:"cost"` // signed sum of price x quantity in money
}

// LedgerOrder is an order.
type LedgerOrder struct {
	ID         string     `json:"id"`
	ShownID    string     `json:"shown_id"` // in lists
	OwnID      string     `json:"own_id,omitempty"`
	Account    string     `json:"account"`
	Instrument string     `json:"instrument"`
	Action     string     `json:"action"`
	Type       string     `json:"type"`
	TIF        string     `json:"tif"`
	State      string     `json:"state"`
	Reason     string     `json:"reason,omitempty"`
	Qty        engine.Qty `json:"qty"`
	Filled     engine.Qty `json:"filled"`
	Limit      string     `json:"limit,omitempty"`
	Stop       string     `json:"stop,omitempty"`
	OCO        string     `json:"oco,omitempty"`
	Manual     bool       `json:"manual,omitempty"` // made by a person, through the control API
}

// LedgerExecution is a fill.
type LedgerExecution struct {
	ID         string     `json:"id"`
	OrderID    string     `json:"order_id"`
	OwnID      string     `json:"own_id,omitempty"`
	Account    string     `json:"account"`
	Instrument string     `json:"instrument"`
	Action     string     `json:"action"`
	Qty        engine.Qty `json:"qty"`
	Price      string     `json:"price"`
	Fee        string     `json:"fee"`
	Time       int64      `json:"time"` // ns since 1970 UTC
	Position   engine.Qty `json:"position"`
}

// Ledger returns the truth as it stands.
func (b *Broker) Ledger() Ledger {
	t := &b.tally
	l := Ledger{
		Time: int64(b.now.Market), Connected: b.conn != nil, Addon: b.addon, Accounts: []LedgerAccount{}, Orders: []LedgerOrder{},
		Executions: []LedgerExecution{}, Calls: map[string]CallCount{}, Faults: append([]string{}, t.faults...),
		Upgrades: t.upgrades, RefusedUpgrades: t.refusedUpgrades, MostUpgradesIn60s: t.mostUpgrades, Violations: t.violations,
		LongestViolationRow: t.longestRow, AbuseCloses: t.abuseCloses, Management: t.management, ManagementRefused: t.managementRefused,
		BadFrames: t.badFrames, Restarts: t.restarts, QuotesSent: t.quotes,
		Tokens: float64(b.bucket.level) / float64(token), LowestTokens: float64(b.bucket.lowest) / float64(token),
	}
	for name, n := range t.calls { // map order: a map is copied
		l.Calls[name] = *n
	}
	for _, a := range b.accounts {
		l.Accounts = append(l.Accounts, b.ledgerAccount(a))
	}
	for _, o := range b.orders {
		l.Orders = append(l.Orders, b.ledgerOrder(o))
	}
	for _, x := range b.execs {
		l.Executions = append(l.Executions, b.ledgerExecution(x))
	}
	return l
}

func (b *Broker) ledgerAccount(a *account) LedgerAccount {
	x := LedgerAccount{
		Name: a.name, Cash: a.cash().String(), Realized: a.gross.String(), Fees: a.fees.String(),
		Unrealized: b.unrealized(a).String(), Positions: []LedgerPosition{},
	}
	for i, h := range a.holdings {
		if h.position != 0 {
			x.Positions = append(x.Positions, LedgerPosition{b.universe.Get(engine.InstrumentID(i)).Key, h.position, h.cost.String()})
		}
	}
	return x
}

func (b *Broker) ledgerOrder(o *order) LedgerOrder {
	in := b.universe.Get(o.in)
	x := LedgerOrder{
		ID: o.id, ShownID: o.shown, OwnID: o.own, Account: o.account.name, Instrument: in.Key, Action: o.terms.Side.String(),
		Type: o.terms.Type.String(), TIF: o.terms.TIF.String(), State: o.state, Reason: o.reason, Qty: o.terms.Qty, Filled: o.filled,
		OCO: o.ocoName, Manual: o.manual,
	}
	if o.terms.Limit.Known() {
		x.Limit = in.Decimal(o.terms.Limit).String()
	}
	if o.terms.Stop.Known() {
		x.Stop = in.Decimal(o.terms.Stop).String()
	}
	return x
}

func (b *Broker) ledgerExecution(x *execution) LedgerExecution {
	o := x.order
	in := b.universe.Get(o.in)
	return LedgerExecution{
		ID: x.id, OrderID: o.id, OwnID: o.own, Account: o.account.name, Instrument: in.Key, Action: o.terms.Side.String(), Qty: x.qty,
		Price: in.Decimal(x.price).String(), Fee: x.fee.String(), Time: int64(x.at), Position: x.position,
	}
}
