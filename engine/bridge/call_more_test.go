package bridge

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/sim/fakebridge"
	"tollgate/sim/fakebridge/broker"
	"tollgate/sim/venue"
)

// TestCallsThatRead: the exact arguments of each.
func TestCallsThatRead(t *testing.T) {
	noon := time.Date(2026, 12, 4, 12, 0, 0, 0, time.FixedZone("", 3600))
	for _, x := range []struct {
		call Call
		want string
	}{
		{ListAccounts(), `"ListAccounts","args":{}`},
		{GetAccount("Sim102"), `"GetAccount","args":{"account":"Sim102"}`},
		{GetAccountSummary(), `"GetAccountSummary","args":{}`},
		{ListPositions("Sim102"), `"ListPositions","args":{"account":"Sim102"}`},
		{GetAllPositions(false), `"GetAllPositions","args":{"includeFlat":false}`},
		{GetPosition("Sim102", "MNQ 12-26"), `"GetPosition","args":{"account":"Sim102","instrument":"MNQ 12-26"}`},
		{ListOrders("a\"b"), `"ListOrders","args":{"account":"a\"b"}`},
		{GetAllOrders(), `"GetAllOrders","args":{}`},
		{GetOrder("A", "x"), `"GetOrder","args":{"account":"A","orderId":"x"}`},
		{GetOrderStatus("A", "x"), `"GetOrderStatus","args":{"account":"A","orderId":"x"}`},
		{GetOrderLifecycle("A", "x"), `"GetOrderLifecycle","args":{"account":"A","orderId":"x","includeFills":true}`},
		{ListExecutions("A", 0), `"ListExecutions","args":{"account":"A","lookbackTime":1}`},
		{ListExecutions("A", 15*time.Minute), `"ListExecutions","args":{"account":"A","lookbackTime":900}`},
		{ListExecutions("A", 15*time.Minute+time.Second), `"ListExecutions","args":{"account":"A","lookbackTime":900}`},
		{GetExecution("A", "e"), `"GetExecution","args":{"account":"A","executionId":"e"}`},
		{GetExecutionsByOrderID("A", "x"), `"GetExecutionsByOrderId","args":{"account":"A","orderId":"x"}`},
		{GetQuote("ES 12-26", "NQ 12-26"), `"GetQuote","args":{"instrument":"ES 12-26,NQ 12-26"}`},
		{GetBars(BarsQuery{Instrument: "ES 12-26"}), `"GetBars","args":{"instrument":"ES 12-26"}`},
		{
			GetBars(BarsQuery{Instrument: "ES 12-26", Unit: "day", Period: 2, DaysBack: 3, Limit: 4, From: noon, To: noon.Add(time.Hour)}),
			`"GetBars","args":{"instrument":"ES 12-26","periodType":"day","period":2,"daysBack":3,"limit":4,"from":"2026-12-04T11:00:00Z","to":"2026-12-04T12:00:00Z"}`,
		},
		{MarketInfo("ES 12-26"), `"MarketInfo","args":{"instrument":"ES 12-26"}`},
		{GetWatermarks("A"), `"GetWatermarks","args":{"account":"A"}`},
		{ListStrategies("A"), `"ListStrategies","args":{"account":"A"}`},
		{GetConnections(), `"GetConnections","args":{}`},
	} {
		got := string(AppendCall(nil, "q", x.call))
		if want := `{"action":"rpc","id":"q","api":` + x.want + `}`; got != want || !json.Valid([]byte(got)) {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

// TestActs: the exact arguments of each, and that no other permit makes one.
func TestActs(t *testing.T) {
	u := desk(t, 1)
	in := u.Get(0)
	market := engine.Request{Kind: engine.PlaceOrder, Class: engine.ClassExit, Terms: engine.Terms{Side: engine.Sell, Qty: 2, Limit: engine.NoPrice, Stop: engine.NoPrice}}
	with := func(r engine.Request, change func(*engine.Request)) engine.Request { change(&r); return r }
	flat := with(market, func(r *engine.Request) { r.Class = engine.ClassFlatten })
	everything := with(flat, func(r *engine.Request) { r.Terms.Instrument = engine.AllInstruments })
	cancels := engine.Request{Kind: engine.CancelOrders, Class: engine.ClassCancel, Terms: engine.Terms{Instrument: engine.AllInstruments}}
	bracket := with(market, func(r *engine.Request) {
		r.Class, r.Terms.Type, r.Terms.Limit, r.Terms.Stop = engine.ClassProtect, engine.StopLimit, 101, 99
	})
	order := `"account":"A","instrument":"` + in.Key + `","action":"SELL","quantity":2,"orderType":"MARKET","timeInForce":"DAY","orderId":"x"`
	w := Where{Account: "A", Order: "x", Strategy: "77"}
	for _, x := range []struct {
		act  Act
		of   engine.Request
		not  engine.Request
		want string
	}{
		{ClosePosition, market, cancels, `"account":"A","instrument":"` + in.Key + `","quantity":2`},
		{Flatten, flat, market, `"account":"A","instrument":"` + in.Key + `"`},
		{FlattenEverything, everything, flat, ``},
		{Reverse, market, bracket, `"account":"A","instrument":"` + in.Key + `"`},
		{ReversePosition, market, everything, order},
		{FlatPlace, market, cancels, order},
		{CancelAllOrders, cancels, everything, `"account":"A"`},
		{CancelReplace, market, cancels, order},
		{
			CancelAndBracket, bracket, with(bracket, func(r *engine.Request) { r.Terms.Stop = engine.NoPrice }),
			`"account":"A","instrument":"` + in.Key + `","action":"BUY","quantity":2,"takeProfit":` + in.Decimal(101).String() + `,"stopLoss":` + in.Decimal(99).String(),
		},
		{CloseStrategy, flat, everything, `"account":"A","strategyId":"77"`},
	} {
		t.Run(string(x.act), func(t *testing.T) {
			got, err := x.act.Call(permitted(t, x.of), u, w)
			if err != nil || got.API() != string(x.act) || string(got.args) != x.want {
				t.Errorf("%s {%s}, %v; want {%s}", got.API(), got.args, err, x.want)
			}
			if c, err := x.act.Call(permitted(t, x.not), u, w); err == nil {
				t.Errorf("a permit for something else made %s {%s}", c.API(), c.args)
			}
			if _, err := x.act.Call(&engine.Send{}, u, w); err == nil {
				t.Error("no permit made one")
			}
		})
	}
	if _, err := Act("FlattenTheEarth").Call(permitted(t, market), u, w); err == nil {
		t.Error("an act that is none")
	}
}

// permitted is a request with the gate's yes. The test stands for the gate.
func permitted(t *testing.T, r engine.Request) *engine.Send {
	t.Helper()
	s, err := engine.NewSend(r, engine.Grant(&r))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asker is a client of the simulated broker: every answer is what the broker says.
type asker struct {
	t   *testing.T
	b   *broker.Broker
	d   *Decoder
	id  broker.ConnID
	now engine.Time
}

func newAsker(t *testing.T, q broker.Quirks) *asker {
	u := desk(t, 2)
	now := engine.Time(1_703_600_000_000_000_000)
	b, err := broker.New(broker.Config{
		Universe: u, Accounts: []broker.AccountConfig{{Name: "Sim101", Cash: engine.Dollars(100_000)}}, Token: "x", Quirks: q, Seed: 1,
		Venue: venue.Config{Fill: venue.Touch}, Start: broker.Now{Market: now, Limit: now},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := &asker{t: t, b: b, d: NewDecoder(u), now: now}
	a.id, _, _ = b.Upgrade(broker.Now{Market: now, Limit: now}, "x", "here")
	for id := range engine.InstrumentID(2) {
		b.Quote(now, &engine.Quote{At: now, Instrument: id, Bid: 19_000, Ask: 19_001, Last: 19_000, BidSize: 9, AskSize: 9, LastSize: 1, Volume: 10})
	}
	return a
}

func (a *asker) ask(c Call) Reply {
	a.t.Helper()
	a.now += engine.Time(time.Second)
	outs := a.b.Receive(broker.Now{Market: a.now, Limit: a.now}, a.id, fakebridge.ParseFrame(AppendCall(nil, "q", c)))
	for _, o := range outs {
		var f Frame
		if err := a.d.Decode(o.Data, 1, &f); err != nil {
			a.t.Fatal(err)
		}
		if f.Kind == ReplyFrame {
			f.Reply.Data = append([]byte(nil), f.Reply.Data...)
			return f.Reply
		}
	}
	a.t.Fatalf("no answer to %s", c.API())
	return Reply{}
}

// TestRepliesOfTheSimulatedBroker: every answer is read, in every form of a reply.
func TestRepliesOfTheSimulatedBroker(t *testing.T) {
	for _, form := range []string{"", "wrapped", "bare"} {
		t.Run("form "+form, func(t *testing.T) { readEverything(t, newAsker(t, broker.Quirks{ReplyForm: form, Monitored: true})) })
	}
}

func readEverything(t *testing.T, a *asker) {
	u := a.d.universe
	in := u.Get(0)
	buy := engine.Request{Kind: engine.PlaceOrder, Terms: engine.Terms{Side: engine.Buy, Qty: 2, Limit: engine.NoPrice, Stop: engine.NoPrice}}
	c, err := Order(permitted(t, buy), u, Where{Account: "Sim101", Order: "own-1"})
	if err != nil {
		t.Fatal(err)
	}
	if r := a.ask(c); r.Failure != nil {
		t.Fatal(r.Failure)
	}
	good := func(c Call) []byte {
		t.Helper()
		r := a.ask(c)
		if r.Failure != nil {
			t.Errorf("%s: %v", c.API(), r.Failure)
		}
		return r.Data
	}
	if x, err := a.d.Accounts(good(ListAccounts())); err != nil || len(x) != 1 || x[0].Name != "Sim101" {
		t.Errorf("accounts %+v, %v", x, err)
	}
	if x, err := a.d.Account(good(GetAccount("sim101"))); err != nil || x.Name != "Sim101" || x.Cash == 0 {
		t.Errorf("account %+v, %v", x, err)
	}
	for _, c := range []Call{ListPositions("Sim101"), GetAllPositions(false)} {
		if x, err := a.d.Positions(good(c)); err != nil || len(x) != 1 || x[0].Qty != 2 {
			t.Errorf("%s: %+v, %v", c.API(), x, err)
		}
	}
	if x, err := a.d.Position(good(GetPosition("Sim101", in.Key))); err != nil || x.Qty != 2 || !x.Known {
		t.Errorf("position %+v, %v", x, err)
	}
	if r := a.ask(GetPosition("Sim101", u.Get(1).Key)); r.Failure == nil || r.Failure.Class != NoPosition {
		t.Errorf("a flat position: %+v", r)
	}
	if x, err := a.d.Orders(good(ListOrders("Sim101"))); err != nil || len(x) != 1 || x[0].Filled != 2 {
		t.Errorf("orders %+v, %v", x, err)
	}
	if s, err := OrderStatus(good(GetOrderStatus("Sim101", "own-1"))); err != nil || s != Filled {
		t.Errorf("status %v, %v", s, err)
	}
	if l, err := a.d.Lifecycle(good(GetOrderLifecycle("Sim101", "own-1"))); err != nil || l.State != Filled || len(l.Fills) != 1 {
		t.Errorf("lifecycle %+v, %v", l, err)
	}
	list, err := a.d.Executions(good(ListExecutions("Sim101", time.Minute)))
	if err != nil || len(list) != 1 || list[0].Side != engine.Buy || list[0].Qty != 2 || list[0].Price != 19_001 || !list[0].Known || list[0].At == engine.NoTime {
		t.Fatalf("executions %+v, %v", list, err)
	}
	if x, err := a.d.Execution(good(GetExecution("Sim101", list[0].ID))); err != nil || x != list[0] {
		t.Errorf("execution %+v, %v", x, err)
	}
	if x, err := a.d.Executions(good(GetExecutionsByOrderID("Sim101", "own-1"))); err != nil || len(x) != 1 || x[0] != list[0] {
		t.Errorf("executions of the order %+v, %v", x, err)
	}
	for n, c := range []Call{GetQuote(in.Key), GetQuote(in.Key, u.Get(1).Key)} {
		x, err := FullQuotes(good(c))
		if err != nil || len(x) != n+1 || x[0].Name != in.Key || !x[0].TickSize.Equal(in.TickDecimal()) || !x[0].PointValue.Equal(in.Point) {
			t.Errorf("quotes %+v, %v", x, err)
		}
	}
	if _, err := Bars(good(GetBars(BarsQuery{Instrument: in.Key}))); err != nil {
		t.Errorf("bars: %v", err)
	}
	if m, err := MarketOf(good(MarketInfo(in.Key))); err != nil || m.Name != in.Key || m.Begins == "" || m.Ends == "" {
		t.Errorf("market %+v, %v", m, err)
	}
	if w, err := WatermarksOf(good(GetWatermarks("Sim101"))); err != nil || w.Account != "Sim101" || w.NetLiquidation == 0 {
		t.Errorf("watermarks %+v, %v", w, err)
	}
	if s, err := StrategyIDs(good(ListStrategies("Sim101"))); err != nil || len(s) != 0 {
		t.Errorf("strategies %v, %v", s, err)
	}
	if x, err := Connections(good(GetConnections())); err != nil || len(x) != 1 || x[0].Status != "Connected" {
		t.Errorf("connections %+v, %v", x, err)
	}
	act(t, a)
}

// act closes what readEverything bought.
func act(t *testing.T, a *asker) {
	r := engine.Request{Kind: engine.PlaceOrder, Class: engine.ClassFlatten, Terms: engine.Terms{Side: engine.Sell, Qty: 2, Limit: engine.NoPrice, Stop: engine.NoPrice}}
	c, err := ClosePosition.Call(permitted(t, r), a.d.universe, Where{Account: "Sim101"})
	if err != nil {
		t.Fatal(err)
	}
	if r := a.ask(c); r.Failure != nil {
		t.Error(r.Failure)
	}
	if n := len(a.b.Ledger().Accounts[0].Positions); n != 0 {
		t.Errorf("%d positions are left", n)
	}
}

// TestBadReplies: what is missing or of another kind is ErrReply and never a zero.
func TestBadReplies(t *testing.T) {
	d := NewDecoder(desk(t, 1))
	name := d.universe.Get(0).Key
	read := map[string]func([]byte) error{
		"execution":   func(b []byte) error { _, err := d.Execution(b); return err },
		"executions":  func(b []byte) error { _, err := d.Executions(b); return err },
		"status":      func(b []byte) error { _, err := OrderStatus(b); return err },
		"lifecycle":   func(b []byte) error { _, err := d.Lifecycle(b); return err },
		"quotes":      func(b []byte) error { _, err := FullQuotes(b); return err },
		"bars":        func(b []byte) error { _, err := Bars(b); return err },
		"market":      func(b []byte) error { _, err := MarketOf(b); return err },
		"watermarks":  func(b []byte) error { _, err := WatermarksOf(b); return err },
		"connections": func(b []byte) error { _, err := Connections(b); return err },
		"strategies":  func(b []byte) error { _, err := StrategyIDs(b); return err },
		"account":     func(b []byte) error { _, err := d.Account(b); return err },
		"position":    func(b []byte) error { _, err := d.Position(b); return err },
	}
	for what, f := range read {
		for _, text := range []string{``, `{}`, `null`, `7`, `{"data":7}`, `"x"`} {
			if err := f([]byte(text)); !errors.Is(err, ErrReply) {
				t.Errorf("%s of %q: %v", what, text, err)
			}
		}
	}
	for what, text := range map[string]string{
		"execution": `{"id":"1","quantity":0,"marketPosition":"Long"}`, "executions": `[{"id":"1","quantity":1,"marketPosition":"Flat"}]`,
		"bars": `{"bars":[{"open":"x"}]}`, "quotes": `{"instrument":"` + name + `","tickSize":"x"}`, "connections": `{"connections":[{}]}`, "strategies": `{"strategies":[7]}`,
	} {
		if err := read[what]([]byte(text)); !errors.Is(err, ErrReply) {
			t.Errorf("%s of %s: %v", what, text, err)
		}
	}
	x, err := d.Execution([]byte(`{"id":"1","quantity":1,"marketPosition":"Short","instrument":"` + name + `","price":0.3}`))
	if err != nil || x.Known || x.Side != engine.Sell || x.At != engine.NoTime {
		t.Errorf("a price off the grid: %+v, %v", x, err)
	}
}

func TestEpochs(t *testing.T) {
	for text, want := range map[string]engine.Time{
		"1796398267441": 1796398267441 * engine.Time(time.Millisecond), "1796398267": 1796398267 * engine.Time(time.Second),
		"99999999999": engine.NoTime, "100000000000": 100000000000 * engine.Time(time.Millisecond), "0": engine.NoTime, "-1": engine.NoTime,
		"": engine.NoTime, "x": engine.NoTime, "9007199254740993": engine.NoTime, "1.5": engine.NoTime,
	} {
		if got := epochOf([]byte(text)); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

// FuzzReplies: no reader of an answer panics or goes on for ever.
func FuzzReplies(f *testing.F) {
	d := NewDecoder(desk(f, 1))
	for _, s := range []string{
		`{"executions":[{"id":"c4","epoch":1796398267441,"orderId":"7d","account":"Sim102","instrument":"MNQ 12-26","position":-2,"marketPosition":"Short","price":25078.25,"quantity":2}],"success":true}`,
		`{"status":"PartFilled","success":true}`, `{"orderId":"1","orderState":"Filled","fills":[]}`, `{"instrument":"ES 12-26","tickSize":0.25,"pointValue":50}`,
		`[{"instrument":"ES 12-26"}]`, `{"bars":[{"epoch":1,"open":1}]}`, `{"status":{"isOpen":true},"session":{}}`, `{"account":"a","watermarks":{}}`, `[`, `{"a":`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = d.Executions(b)
		_, _ = d.Lifecycle(b)
		_, _ = OrderStatus(b)
		_, _ = FullQuotes(b)
		_, _ = Bars(b)
		_, _ = MarketOf(b)
		_, _ = WatermarksOf(b)
		_, _ = StrategyIDs(b)
		_, _ = Connections(b)
	})
}
