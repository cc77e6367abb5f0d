package gateway

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

var phaseNames = [...]string{"down", "syncing", "ready"}

// View draws the picture, as of a time not before the newest input. It allocates what
// it returns and changes nothing.
func (c *Core) View(now engine.Time) View {
	now = max(now, c.now)
	members := make([][]engine.Member, len(c.accounts))
	for i, a := range c.accounts {
		members[i] = a.desk.Members()
	}
	v := View{
		Time: now, Link: phaseNames[c.phase], LinkReason: c.linkWhy, LinkSince: c.linkAt, Addon: !c.addonOff, Hash: c.Hash().String(),
		Accounts: []AccountView{}, Quotes: []QuoteView{}, Denials: c.viewDenials(members), Events: c.viewEvents(members), Stats: c.viewStats(),
	}
	b := &v.Budget
	b.Tokens, b.Burst, b.Rate, b.Reserve = c.cfg.Budget.Gauge(now)
	for i, a := range c.accounts {
		v.Accounts = append(v.Accounts, c.viewAccount(a, members[i]))
	}
	if len(c.accounts) > 0 {
		v.Quotes = c.viewQuotes(c.accounts[0].desk.Book())
	}
	return v
}

func (c *Core) viewStats() StatsView {
	s := &c.stats
	v := StatsView{
		Frames: s.Frames, Quotes: s.Quotes, BadFrames: s.BadFrames, BadQuotes: s.BadQuotes, Calls: s.Calls, Questions: s.Questions,
		Refused: s.Refused, Lost: s.Lost, Waiting: len(c.pending), Denials: s.Denials, Fills: s.Fills,
		FillDelayMaxMS: s.FillDelayMax.Milliseconds(), Audits: s.Audits, Differences: s.Differences,
	}
	if s.Fills > 0 {
		v.FillDelayMS = (s.FillDelay / time.Duration(s.Fills)).Milliseconds()
	}
	return v
}

func (c *Core) viewAccount(a *account, members []engine.Member) AccountView {
	b := a.desk.Book()
	balance := b.Balance()
	v := AccountView{
		Name: a.name, Mode: b.Mode().String(), Reason: b.ModeReason(), Unverified: a.unverified, Flattening: a.desk.Flattening(), Unrealized: (balance.Equity - balance.Cash).String(),
		Drawdown: (max(a.high, balance.Equity) - balance.Equity).String(), DrawdownAt: a.highAt, Positions: []PositionView{}, Orders: []OrderView{},
	}
	if a.funded {
		v.Cash, v.Equity = balance.Cash.String(), balance.Equity.String()
	}
	if !a.fresh {
		v.SessionPnL = b.SessionPnL().String()
	}
	switch {
	case b.Mode() == engine.Killed:
	case a.absent:
		v.Mode, v.Reason = ModeAbsent, b.Offline()
	case !c.compared && c.phase != ready && b.Mode() == engine.Active:
		v.Mode, v.Reason = ModeStarting, "not compared with the broker yet"
	}
	for s, m := range members {
		h := a.desk.Holding(engine.StrategyID(s))
		if h.Position != 0 || h.Realized != 0 || h.Fees != 0 {
			v.Positions = append(v.Positions, c.viewPosition(m, &h, b.Top(m.Instrument)))
		}
	}
	for _, t := range a.open {
		if o, ok := a.desk.Order(t.id); ok {
			v.Orders = append(v.Orders, c.viewOrder(t, o, members[o.Strategy].Name))
		}
	}
	return v
}

func (c *Core) viewPosition(m engine.Member, h *engine.Holding, top *engine.Top) PositionView {
	in, mark := c.cfg.Universe.Get(m.Instrument), top.Mark(h.Position)
	v := PositionView{
		Strategy: m.Name, Instrument: in.Key, Qty: h.Position,
		Unrealized: h.Unrealized(mark, in).String(), Realized: (h.Realized - h.Fees).String(),
	}
	if h.Position != 0 {
		size := in.Point.Mul(decimal.NewFromInt(int64(h.Position)))
		v.Average, v.Mark = h.Cost.Decimal().Div(size).StringFixed(places(in)+2), priceText(in, mark)
	}
	return v
}

func (c *Core) viewOrder(t *ticket, o *engine.Order, strategy string) OrderView {
	in := c.cfg.Universe.Get(o.Terms.Instrument)
	return OrderView{
		ID: t.label(), Strategy: strategy, Instrument: in.Key, Side: o.Terms.Side.String(), Type: o.Terms.Type.String(), State: o.State.String(),
		Qty: o.Terms.Qty, Filled: o.Filled, Limit: priceText(in, o.Terms.Limit), Stop: priceText(in, o.Terms.Stop), Sent: o.Sent,
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

// priceText is a price with as many digits as the instrument's tick has, so that
// prices stand under each other; empty when there is none.
func priceText(in *engine.Instrument, p engine.Price) string {
	if !p.Known() {
		return ""
	}
	if max(p, -p) > 1<<62/engine.Price(in.Tick) { // beyond any market: exact all the same
		return in.Decimal(p).StringFixed(places(in))
	}
	nanos, sign := int64(p)*int64(in.Tick), ""
	if nanos < 0 {
		nanos, sign = -nanos, "-"
	}
	text := sign + strconv.FormatInt(nanos/engine.NanoScale, 10)
	if n := places(in); n > 0 {
		text += "." + strconv.FormatInt(engine.NanoScale+nanos%engine.NanoScale, 10)[1:1+n]
	}
	return text
}

// places is the number of decimals of an instrument's tick.
func places(in *engine.Instrument) int32 {
	n, tick := int32(9), in.Tick
	for n > 0 && tick%10 == 0 {
		n, tick = n-1, tick/10
	}
	return n
}
