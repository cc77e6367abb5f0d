package gateway

import (
	"time"

	"tollgate/engine"
)

// View is what a gateway knows, for people and for scripts. Amounts and prices are
// decimal text, times nanoseconds since 1970 UTC.
type View struct {
	Time     engine.Time   `json:"time"`
	Link     string        `json:"link"` // down, syncing, ready
	Addon    bool          `json:"addon"`
	Hash     string        `json:"decisions_hash"`
	Accounts []AccountView `json:"accounts"`
	Quotes   []QuoteView   `json:"quotes"`
	Stats    StatsView     `json:"stats"`
}

// AccountView is one account.
type AccountView struct {
	Name       string         `json:"name"`
	Mode       string         `json:"mode"` // active, reduce-only, killed
	Reason     string         `json:"reason,omitempty"`
	Equity     string         `json:"equity"`
	SessionPnL string         `json:"session_pnl"`
	Positions  []PositionView `json:"positions"`
	Orders     []OrderView    `json:"orders"`
}

// PositionView is what a strategy holds of an instrument.
type PositionView struct {
	Strategy   string     `json:"strategy"`
	Instrument string     `json:"instrument"`
	Qty        engine.Qty `json:"qty"` // signed
	Unrealized string     `json:"unrealized_pnl"`
	Realized   string     `json:"realized_pnl"`
}

// OrderView is one open order.
type OrderView struct {
	ID         string     `json:"id"` // at the broker
	Strategy   string     `json:"strategy"`
	Instrument string     `json:"instrument"`
	Side       string     `json:"side"`
	Type       string     `json:"type"`
	State      string     `json:"state"`
	Qty        engine.Qty `json:"qty"`
	Filled     engine.Qty `json:"filled"`
	Limit      string     `json:"limit,omitempty"`
	Stop       string     `json:"stop,omitempty"`
}

// QuoteView is the market of an instrument.
type QuoteView struct {
	Instrument string      `json:"instrument"`
	Bid        string      `json:"bid,omitempty"`
	Ask        string      `json:"ask,omitempty"`
	Last       string      `json:"last,omitempty"`
	Time       engine.Time `json:"time"`
}

// StatsView is what was counted since the run began.
type StatsView struct {
	Frames      uint64 `json:"frames"`
	Quotes      uint64 `json:"quotes"`
	BadFrames   uint64 `json:"bad_frames"`
	BadQuotes   uint64 `json:"bad_quotes"`
	Calls       uint64 `json:"calls"`
	Questions   uint64 `json:"questions"`
	Refused     uint64 `json:"refused"`
	Lost        uint64 `json:"lost"`
	Waiting     int    `json:"waiting"` // calls without an answer
	Fills       uint64 `json:"fills"`
	FillDelayMS int64  `json:"fill_delay_ms"` // at most so long after it happened was a fill learned, on average
	Audits      uint64 `json:"audits"`
	Differences uint64 `json:"differences"`
}

var phaseNames = [...]string{"down", "syncing", "ready"}

// View draws the picture.
func (c *Core) View() View {
	s := c.stats
	v := View{
		Time: c.now, Link: phaseNames[c.phase], Addon: !c.addonOff, Hash: c.Hash().String(),
		Accounts: []AccountView{}, Quotes: []QuoteView{},
		Stats: StatsView{
			Frames: s.Frames, Quotes: s.Quotes, BadFrames: s.BadFrames, BadQuotes: s.BadQuotes, Calls: s.Calls, Questions: s.Questions,
			Refused: s.Refused, Lost: s.Lost, Waiting: len(c.pending), Fills: s.Fills, Audits: s.Audits, Differences: s.Differences,
		},
	}
	if s.Fills > 0 {
		v.Stats.FillDelayMS = (s.FillDelay / time.Duration(s.Fills)).Milliseconds()
	}
	for _, a := range c.accounts {
		v.Accounts = append(v.Accounts, c.viewAccount(a))
	}
	if len(c.accounts) > 0 {
		v.Quotes = c.viewQuotes(c.accounts[0].desk.Book())
	}
	return v
}

func (c *Core) viewAccount(a *account) AccountView {
	b := a.desk.Book()
	v := AccountView{
		Name: a.name, Mode: b.Mode().String(), Reason: b.ModeReason(), Equity: b.Balance().Equity.String(), SessionPnL: b.SessionPnL().String(),
		Positions: []PositionView{}, Orders: []OrderView{},
	}
	members := a.desk.Members()
	for s, m := range members {
		h := a.desk.Holding(engine.StrategyID(s))
		if h.Position == 0 && h.Realized == 0 && h.Fees == 0 {
			continue
		}
		in := c.cfg.Universe.Get(m.Instrument)
		v.Positions = append(v.Positions, PositionView{
			Strategy: m.Name, Instrument: in.Key, Qty: h.Position,
			Unrealized: h.Unrealized(b.Top(m.Instrument).Mark(h.Position), in).String(), Realized: (h.Realized - h.Fees).String(),
		})
	}
	for _, t := range a.open {
		if o, ok := a.desk.Order(t.id); ok {
			v.Orders = append(v.Orders, c.viewOrder(t, o, members[o.Strategy].Name))
		}
	}
	return v
}

func (c *Core) viewOrder(t *ticket, o *engine.Order, strategy string) OrderView {
	in := c.cfg.Universe.Get(o.Terms.Instrument)
	return OrderView{
		ID: t.label(), Strategy: strategy, Instrument: in.Key, Side: o.Terms.Side.String(), Type: o.Terms.Type.String(), State: o.State.String(),
		Qty: o.Terms.Qty, Filled: o.Filled, Limit: priceText(in, o.Terms.Limit), Stop: priceText(in, o.Terms.Stop),
	}
}

func (c *Core) viewQuotes(b *engine.Book) []QuoteView {
	out := []QuoteView{}
	for id := range engine.InstrumentID(c.cfg.Universe.Len()) {
		top, in := b.Top(id), c.cfg.Universe.Get(id)
		if top.At != engine.NoTime {
			out = append(out, QuoteView{in.Key, priceText(in, top.Bid), priceText(in, top.Ask), priceText(in, top.Last), top.At})
		}
	}
	return out
}

func priceText(in *engine.Instrument, p engine.Price) string {
	if !p.Known() {
		return ""
	}
	return in.Decimal(p).String()
}
