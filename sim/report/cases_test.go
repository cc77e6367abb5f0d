package report

import (
	"math/rand/v2"
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/strategies"
)

const second = engine.Time(time.Second)

func dollars(text string) engine.Money {
	m, err := engine.ParseMoney(text)
	if err != nil {
		panic(err)
	}
	return m
}

// empty is a run of a feed that had nothing to say.
func empty() *Run {
	r := &sim.Result{First: engine.NoTime, Last: engine.NoTime, DrawdownFrom: engine.NoTime, DrawdownTo: engine.NoTime}
	r.Start = engine.Balance{Cash: engine.Dollars(100_000), Equity: engine.Dollars(100_000)}
	r.End = r.Start
	return &Run{Result: r, Strategy: "nothing", Seed: 1}
}

// tiny is a run made by hand: a long trip that won 2 x 8 ticks (200.00 less 8.60),
// a short one that lost 3 ticks (37.50 and 4.30), and one contract still held. The
// hand calculation: 191.40 - 41.80 - 2.15 + 12.50 = 159.95.
func tiny(t testing.TB) *Run {
	u := futures(t)
	at := func(s int) engine.Time { return monday + engine.Time(s)*second }
	fee := func(n int64) engine.Money { return engine.Money(n) * dollars("2.15") }
	r := &sim.Result{
		First: at(0), Last: at(600), Events: 900, Quotes: 600, Trades: 300, Outside: 2, Crossed: 1, Locked: 3, Intents: 9,
		Members: []engine.Member{{Name: "tiny", Instrument: 0}},
		Denials: []sim.DenialCount{
			{Code: "max_position", Count: 2, First: engine.Denial{Code: "max_position", Limit: "2", Value: "3", Text: "the position could become too large"}},
			{Code: engine.Throttled, Count: 1, First: engine.Denial{Code: engine.Throttled, Text: "no tokens left"}},
		},
		Throttled: 1, Rejects: 1,
		Start: engine.Balance{Cash: engine.Dollars(10_000), Equity: engine.Dollars(10_000)},
		End:   engine.Balance{Cash: dollars("10147.45"), Equity: dollars("10159.95")},
		Fees:  fee(7), MaxDrawdown: dollars("76.25"), DrawdownFrom: at(300), DrawdownTo: at(420),
		InMarket: 5 * time.Minute, Open: 10 * time.Minute, Hash: 0x0123456789abcdef,
		Sessions:  []sim.Session{{Date: 20240304, Start: engine.Dollars(10_000), End: dollars("10159.95"), Fees: fee(7), Fills: 5, Trips: 2}},
		Positions: []sim.Position{{Qty: 1, Cost: dollars("256050.00"), Mark: 20485, Unrealized: dollars("12.50")}},
	}
	r.Fills = []sim.Fill{
		{At: at(60), Order: 1, Side: engine.Buy, Qty: 2, Price: 20480, Fee: fee(2), Position: 2},
		{At: at(300), Order: 2, Side: engine.Sell, Qty: 2, Price: 20488, Fee: fee(2), Position: 0, Realized: dollars("200")},
		{At: at(360), Order: 3, Side: engine.Sell, Qty: 1, Price: 20486, Fee: fee(1), Position: -1, Maker: true},
		{At: at(420), Order: 4, Side: engine.Buy, Qty: 1, Price: 20489, Fee: fee(1), Position: 0, Realized: dollars("-37.5")},
		{At: at(590), Order: 6, Side: engine.Buy, Qty: 1, Price: 20484, Fee: fee(1), Position: 1},
	}
	r.Trips = []engine.RoundTrip{
		{
			Side: engine.Buy, Opened: at(60), Closed: at(300), MaxQty: 2, Contracts: 4, Entry: engine.VWAP{Notional: 40960, Qty: 2},
			Exit: engine.VWAP{Notional: 40976, Qty: 2}, PnL: dollars("200"), Fees: fee(4), MAE: dollars("-25"), MFE: dollars("250"),
		},
		{
			Side: engine.Sell, Opened: at(360), Closed: at(420), MaxQty: 1, Contracts: 2, Entry: engine.VWAP{Notional: 20486, Qty: 1},
			Exit: engine.VWAP{Notional: 20489, Qty: 1}, PnL: dollars("-37.5"), Fees: fee(2), MAE: dollars("-50"), MFE: 0,
		},
	}
	r.Orders = tinyOrders(at)
	for s := 0; s <= 600; s += 10 {
		r.Equity = append(r.Equity, sim.EquityPoint{At: at(s), Equity: engine.Dollars(10_000) + engine.Money(s)*dollars("159.95")/600})
	}
	c := sim.Chart{Width: 10 * time.Second}
	for s := 0; s <= 600; s += 10 {
		p := engine.Price(20480 + s/10%17)
		c.Candles = append(c.Candles, sim.Candle{At: at(s), Open: p, High: p + 3, Low: p - 2, Close: p + engine.Price(s/10%4) - 1})
	}
	r.Charts = []sim.Chart{c}
	return &Run{
		Result: r, Universe: u, Strategy: "tiny", ScriptHash: "c0ffee", Account: "Sim101", FillModel: "queue", Trigger: "last",
		Latency: 5 * time.Millisecond, Seed: 1, Tier: "interpreted", Elapsed: 1500 * time.Millisecond, Feeds: []string{"day.csv.gz"},
		Params: []strategies.Param{
			{Name: "fast", Type: "int", Value: "12", Default: "9"},
			{Name: "edge", Type: "float", Value: "0.5", Default: "1"},
			{Name: "turn", Type: "bool", Value: "true", Default: "false"},
			{Name: "until", Type: "time", Value: "15:30", Default: "16:00"},
		},
		AbsentLimits: []string{"daily_loss"}, Warnings: []string{"The profit exists only with --fill touch."},
		Notes: []string{"The feed has no sizes: the default profile was assumed."},
	}
}

func tinyOrders(at func(int) engine.Time) []engine.Order {
	order := func(id engine.OrderID, side engine.Side, qty engine.Qty, notional int64, sent, ended int) engine.Order {
		return engine.Order{
			ID: id, Ref: engine.Ref(id), Class: engine.ClassEntry, State: engine.Done, Filled: qty, Notional: notional,
			Fees: engine.Money(qty) * dollars("2.15"), Sent: at(sent), Ended: at(ended),
			Terms: engine.Terms{Side: side, Qty: qty, Limit: engine.NoPrice, Stop: engine.NoPrice},
		}
	}
	list := []engine.Order{
		order(1, engine.Buy, 2, 40960, 60, 60), order(2, engine.Sell, 2, 40976, 299, 300), order(3, engine.Sell, 1, 20486, 350, 360),
		order(4, engine.Buy, 1, 20489, 420, 420), order(5, engine.Sell, 1, 0, 500, 500), order(6, engine.Buy, 1, 20484, 590, 590),
		{},
	}
	list[2].Terms.Type, list[2].Terms.Limit = engine.Limit, 20486
	list[4].State, list[4].Reason, list[4].Filled, list[4].Fees = engine.Refused, "the stop is already through, \"quoted\", comma", 0, 0
	list[4].Terms.Type, list[4].Terms.Stop, list[4].Terms.OCO, list[4].Parent = engine.StopMarket, 20500, 3, 4
	return list
}

// evil is a text that would do harm wherever it is not escaped.
const evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m\"'`${x}\r\nline two\t=1+1,\u2028\xff"

// hostile is a run in which every text is evil and every number points nowhere.
func hostile(t testing.TB) *Run {
	run := tiny(t)
	r := run.Result
	run.Strategy, run.ScriptHash, run.Account, run.FillModel, run.Trigger, run.Tier, run.Config = evil, evil, evil, evil, evil, evil, evil
	run.Feeds, run.Warnings, run.Notes, run.AbsentLimits = []string{evil}, []string{evil}, []string{evil}, []string{evil}
	run.Params = []strategies.Param{{Name: evil, Type: evil, Default: evil, Value: evil, Doc: evil}, {Name: "n", Type: "int", Value: evil}}
	r.Members = []engine.Member{{Name: evil}, {Name: evil + "2"}}
	r.Halts = []sim.Note{{At: monday, Strategy: 1, Text: evil}, {At: engine.NoTime, Strategy: 99, Text: evil}}
	r.Logs = []sim.Note{{At: monday, Strategy: 0, Text: evil}}
	r.Denials = []sim.DenialCount{{Code: engine.Code(evil), Count: 1, First: engine.Denial{Text: evil, Limit: evil, Value: evil}}}
	r.Fills[1].Instrument, r.Fills[1].Strategy = 99, 99
	r.Trips[1].Instrument, r.Trips[1].Strategy = 99, 98
	r.Orders[0].Terms.Instrument, r.Orders[0].Reason = 77, evil
	r.Positions = append(r.Positions, sim.Position{Strategy: 55, Instrument: 66, Qty: -1, Mark: engine.NoPrice})
	r.Charts = append(r.Charts, sim.Chart{Instrument: 99, Width: time.Hour, Candles: []sim.Candle{{At: -5, Open: -1, High: 1, Low: -3, Close: 0}}})
	return run
}

// huge is a run of n round trips over many days and two instruments.
func huge(t testing.TB, n int) *Run {
	run := tiny(t)
	r := run.Result
	random := rand.New(rand.NewPCG(1, 2))
	r.Fills, r.Trips, r.Sessions, r.Equity, r.Charts, r.Orders = nil, nil, nil, nil, nil, nil
	equity := r.Start.Equity
	step := 120 * 24 * 3600 * second / engine.Time(n)
	for i := range n {
		at := monday + engine.Time(i)*step
		p := engine.Price(20000 + 600*i/n + random.IntN(60))
		gain := engine.Price(random.IntN(41) - 20)
		fee, pnl := dollars("2.15"), engine.Money(gain)*dollars("12.5")
		r.Fills = append(
			r.Fills, sim.Fill{At: at, Order: engine.OrderID(2*i + 1), Side: engine.Buy, Qty: 1, Price: p, Fee: fee, Position: 1},
			sim.Fill{At: at + step/2, Order: engine.OrderID(2*i + 2), Side: engine.Sell, Qty: 1, Price: p + gain, Fee: fee, Realized: pnl},
		)
		r.Trips = append(r.Trips, engine.RoundTrip{
			Side: engine.Buy, Opened: at, Closed: at + step/2, MaxQty: 1, Contracts: 2, Entry: engine.VWAP{Notional: int64(p), Qty: 1},
			Exit: engine.VWAP{Notional: int64(p + gain), Qty: 1}, PnL: pnl, Fees: 2 * fee, MAE: min(pnl, 0) - engine.Money(random.IntN(9))*fee, MFE: max(pnl, 0),
		})
		equity += pnl - 2*fee
		if i%(n/sim.MaxPoints+1) == 0 {
			r.Equity = append(r.Equity, sim.EquityPoint{At: at, Equity: equity, Drawdown: max(0, engine.Dollars(10_000)-equity)})
		}
		if i%max(n/120, 1) == 0 {
			r.Sessions = append(r.Sessions, sim.Session{Date: 20240304 + len(r.Sessions), Start: equity, End: equity + pnl})
		}
	}
	c := sim.Chart{Width: time.Hour}
	for i := range 2880 {
		p := engine.Price(20030 + 600*i/2880 + random.IntN(20))
		c.Candles = append(c.Candles, sim.Candle{At: monday + engine.Time(i)*3600*second, Open: p, High: p + 20, Low: p - 20, Close: p + 5})
	}
	r.Charts = []sim.Chart{c}
	r.End.Equity, r.Last = equity, monday+120*24*3600*second
	return run
}
