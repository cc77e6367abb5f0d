package screen

import (
	"time"

	"tollgate/engine"
	"tollgate/engine/gateway"
)

// noon is when the scenes play.
var noon = engine.TimeOf(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))

func ago(d time.Duration) engine.Time { return noon.Add(-d) }

// busy is an account in the middle of trading, nothing wrong.
func busy() *Scene {
	return &Scene{Title: "paper 10x", File: "tollgate.yaml", View: &gateway.View{
		Time: noon, Link: "ready", LinkSince: ago(time.Hour), Addon: true,
		Budget: gateway.BudgetView{Tokens: 16, Burst: 20, Rate: 3, Reserve: 6},
		Accounts: []gateway.AccountView{{
			Name: "Sim101", Mode: "active", Cash: "99,900.00", Equity: "99812.40", Unrealized: "37.50", SessionPnL: "-187.60", Drawdown: "412.5",
			Limits: &gateway.LimitsView{DailyLoss: "500.00", Drawdown: "2000.00", MaxWorking: 10},
			Positions: []gateway.PositionView{
				{Strategy: "cross", Instrument: "ES 03-26", Qty: 2, Average: "5120.1250", Mark: "5120.50", Unrealized: "37.50", Realized: "-12.90"},
				{Strategy: "scaler", Instrument: "MES 03-26", Unrealized: "0.00", Realized: "-212.20"},
				{Strategy: "quoter", Instrument: "ES 03-26", Qty: -1, Average: "5120.5000", Mark: "5120.75", Unrealized: "-12.50", Realized: "0.00"},
			},
			Orders: []gateway.OrderView{
				{ID: "tg01-0-11", Strategy: "cross", Instrument: "ES 03-26", Side: "SELL", Type: "STOPMARKET", State: "working", Qty: 2, Stop: "5117.00", Sent: ago(90 * time.Second)},
				{ID: "tg01-0-12", Strategy: "quoter", Instrument: "ES 03-26", Side: "BUY", Type: "LIMIT", State: "part filled", Qty: 3, Filled: 1, Limit: "5119.75", Sent: ago(4 * time.Second)},
				{ID: "tg01-0-14", Strategy: "scaler", Instrument: "MES 03-26", Side: "BUY", Type: "STOPLIMIT", State: "in flight", Qty: 1, Stop: "5122.00", Limit: "5122.50", Sent: ago(100 * time.Millisecond)},
			},
		}},
		Quotes: []gateway.QuoteView{
			{Instrument: "ES 03-26", Bid: "5120.50", Ask: "5120.75", Last: "5120.50", Time: ago(400 * time.Millisecond)},
			{Instrument: "MES 03-26", Ask: "5120.75", Last: "5120.25", Time: ago(3 * time.Minute)},
		},
		Strategies: []gateway.StrategyView{
			{Name: "cross", Account: "Sim101", Instrument: "ES 03-26", State: gateway.StrategyRunning, Version: "0123456789abcdef", Since: engine.NoTime},
			{Name: "quoter", Account: "Sim101", Instrument: "ES 03-26", State: gateway.StrategyRunning, Version: "fedcba9876543210", Since: ago(20 * time.Minute)},
			{Name: "scaler", Account: "Sim101", Instrument: "MES 03-26", State: gateway.StrategyRunning, Version: "aaaabbbbccccdddd", Since: ago(26 * time.Hour), Reason: "panic in OnBar"},
		},
		Denials: []gateway.DenialView{
			{Time: ago(5 * time.Second), Account: "Sim101", Strategy: "cross", Instrument: "ES 03-26", Order: "BUY 3 MARKET", Code: "max_order", Limit: "2", Value: "3", Text: "an order of this size is above the limit", Count: 12},
			{Time: ago(time.Minute), Account: "Sim101", Strategy: "scaler", Instrument: "MES 03-26", Order: "BUY 1 LIMIT 5121.00", Code: "order_not_open", Text: "the order is not open any more", Count: 1},
			{Time: ago(25 * time.Hour), Account: "Sim101", Strategy: "scaler", Instrument: "MES 03-26", Order: "BUY 1 MARKET", Code: "stale_quote", Limit: "2s", Value: "3.5s", Text: "the quote is too old", Count: 2},
		},
		Events: []gateway.EventView{
			{Time: ago(2 * time.Second), Kind: gateway.EventFill, Account: "Sim101", Text: "quoter bought 1 ES 03-26 at 5119.75, holds -1, realised +12.50"},
			{Time: ago(4 * time.Second), Kind: gateway.EventOrder, Account: "Sim101", Text: "quoter: ES 03-26 BUY 3 LIMIT 5119.75 working"},
			{Time: ago(20 * time.Minute), Kind: gateway.EventNote, Text: "quoter on ES 03-26: reloaded: quoter fedcba987654 runs on 1 instruments\nno closed bar yet of slow"},
			{Time: ago(time.Hour), Kind: gateway.EventNote, Text: "orders and positions agree with the broker: trading"},
			{Time: ago(time.Hour), Kind: gateway.EventNote, Text: "connected to the broker"},
		},
		Stats: gateway.StatsView{Calls: 812, Fills: 31, FillDelayMS: 415, FillDelayMaxMS: 2140, Denials: 15},
	}}
}

// troubled is a live account on its worst day.
func troubled() *Scene {
	s := busy()
	s.Title, s.File, s.Live, s.Late = "LIVE", "funded.yaml", true, 3*time.Second
	v := s.View
	v.Link, v.LinkReason, v.LinkSince, v.Addon = "down", "read: connection reset by peer", ago(12*time.Second), false
	v.Budget.Tokens, v.Stats.Refused, v.Stats.Lost = 0, 2, 1
	a := &v.Accounts[0]
	a.Mode, a.Reason, a.SessionPnL, a.Limits.Drawdown = "killed", "news\n", "-500.00", ""
	a.Orders[2].State = "unknown"
	v.Strategies[1].State, v.Strategies[1].Reason = gateway.StrategyStopped, "panic in OnQuote: index out of range [3] with length 3"
	v.Events = append([]gateway.EventView{{Time: ago(time.Second), Kind: gateway.EventAlarm, Text: "the broker refused a call for want of tokens: another program uses the same budget"}}, v.Events...)
	return s
}

// quiet is a run in which nothing has happened yet.
func quiet() *Scene {
	return &Scene{Title: "paper 1x", View: &gateway.View{
		Time: noon, Link: "syncing", LinkReason: "connected; orders and positions are being compared", LinkSince: engine.NoTime, Addon: true,
		Budget:   gateway.BudgetView{Tokens: 20, Burst: 20, Rate: 3, Reserve: 6},
		Accounts: []gateway.AccountView{{Name: "Sim101", Mode: "active", Equity: "100000.00", Unrealized: "0.00", SessionPnL: "0.00", Drawdown: "0.00"}},
	}}
}

// unfed is paper on live quotes that have stopped.
func unfed() *Scene {
	s := busy()
	s.Title = "paper, live quotes"
	s.View.LiveQuotes = &gateway.FeedView{State: gateway.FeedDown, Since: ago(95 * time.Second), Reason: "the broker closed the link: 1012 Service restart", Quotes: 7200, Gaps: 1}
	return s
}

// several are two accounts, one of which opens no positions.
func several() *Scene {
	s := busy()
	b := s.View.Accounts[0]
	b.Name, b.Mode, b.Reason, b.SessionPnL, b.Orders, b.Positions = "Sim102", "reduce-only", "a position nobody explains", "1234567.89", nil, b.Positions[:1]
	s.View.Accounts = append(s.View.Accounts, b)
	return s
}

// hostile is full of what could break a screen.
func hostile() *Scene {
	s := busy()
	s.File = "\x1b[2Jfile\twith\x07bells.yaml"
	v := s.View
	v.Strategies[0].Name = "名前の長い戦略・とても長い"
	v.Accounts[0].Positions[0].Strategy = "名前の長い戦略・とても長い"
	v.Events[0].Text = "cross: \x1b[31mred\x1b[0m \u202ereversed\u202c\r\nsecond \u0085line 日本語 e\u0301 👍 \xff\xfe end"
	v.Denials[0].Text = "\x9b2J\x00"
	v.Accounts[0].Equity, v.Accounts[0].SessionPnL = "not a number", "-99999999999.99999999"
	return s
}

var scenes = []struct {
	name string
	make func() *Scene
}{
	{"busy", busy},
	{"troubled", troubled},
	{"quiet", quiet},
	{"unfed", unfed},
	{"several", several},
	{"hostile", hostile},
	{"starting", func() *Scene { return &Scene{Title: "paper 10x", File: "tollgate.yaml"} }},
}
