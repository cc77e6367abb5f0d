package strategies

import (
	"fmt"
	"math"
	"testing"

	"tollgate/engine"
)

// acting joins one instance that does act on every quote, and quotes once.
func acting(t testing.TB, act func(c *Context)) *rig {
	r := newRig(t, nil)
	r.join(NewSetup(nil), Handlers{OnQuote: func(c *Context, _ *Quote) { act(c) }})
	r.book(noon, 4, 8)
	return r
}

func TestWhatIsSubmitted(t *testing.T) {
	const no, bad = engine.NoPrice, engine.InvalidPrice
	type want struct {
		side             engine.Side
		kind             engine.OrderType
		qty              engine.Qty
		limit, stop      engine.Price
		stopLoss, target engine.Price
		tif              engine.TimeInForce
	}
	inf, nan := math.Inf(1), math.NaN()
	for name, c := range map[string]struct {
		act  func(c *Context)
		want want
	}{
		"buy":             {func(c *Context) { c.Buy(2) }, want{1, engine.Market, 2, no, no, no, no, 0}},
		"sell":            {func(c *Context) { c.Sell(2) }, want{-1, engine.Market, 2, no, no, no, no, 0}},
		"nothing":         {func(c *Context) { c.Buy(0) }, want{1, engine.Market, 0, no, no, no, no, 0}},
		"less":            {func(c *Context) { c.Buy(-1) }, want{1, engine.Market, -1, no, no, no, no, 0}},
		"buy limit":       {func(c *Context) { c.BuyLimit(1, 4.25) }, want{1, engine.Limit, 1, 17, no, no, no, 0}},
		"sell limit":      {func(c *Context) { c.SellLimit(1, -4.25) }, want{-1, engine.Limit, 1, -17, no, no, no, 0}},
		"at zero":         {func(c *Context) { c.SellLimit(1, 0) }, want{-1, engine.Limit, 1, 0, no, no, no, 0}},
		"buy stop":        {func(c *Context) { c.BuyStop(1, 4.25) }, want{1, engine.StopMarket, 1, no, 17, no, no, 0}},
		"sell stop":       {func(c *Context) { c.SellStop(1, 4.25) }, want{-1, engine.StopMarket, 1, no, 17, no, no, 0}},
		"buy stop-limit":  {func(c *Context) { c.BuyStopLimit(1, 4.25, 4.5) }, want{1, engine.StopLimit, 1, 18, 17, no, no, 0}},
		"sell stop-limit": {func(c *Context) { c.SellStopLimit(1, 4.25, 4) }, want{-1, engine.StopLimit, 1, 16, 17, no, no, 0}},
		"bracket":         {func(c *Context) { c.BuyBracket(1, 1, 2) }, want{1, engine.Market, 1, no, no, 4, 8, 0}},
		"sell bracket":    {func(c *Context) { c.SellBracket(1, 2, -1) }, want{-1, engine.Market, 1, no, no, 8, -4, 0}},
		"half a bracket":  {func(c *Context) { c.BuyBracket(1, 0, 2) }, want{1, engine.Market, 1, no, no, no, 8, 0}},
		"off the grid":    {func(c *Context) { c.BuyLimit(1, 4.26) }, want{1, engine.Limit, 1, bad, no, no, no, 0}},
		// A protection that cannot be must never be dropped: the Desk denies the whole.
		"stop off the grid":   {func(c *Context) { c.BuyBracket(1, 1.1, 2) }, want{1, engine.Market, 1, no, no, bad, 8, 0}},
		"target off the grid": {func(c *Context) { c.BuyBracket(1, 1, 2.1) }, want{1, engine.Market, 1, no, no, 4, bad, 0}},
		"stop not a number":   {func(c *Context) { c.BuyBracket(1, nan, 2) }, want{1, engine.Market, 1, no, no, bad, 8, 0}},
		"target infinite":     {func(c *Context) { c.BuyBracket(1, 1, inf) }, want{1, engine.Market, 1, no, no, 4, bad, 0}},
		"limit not a number":  {func(c *Context) { c.BuyLimit(1, nan) }, want{1, engine.Limit, 1, bad, no, no, no, 0}},
		"limit infinite":      {func(c *Context) { c.BuyLimit(1, -inf) }, want{1, engine.Limit, 1, bad, no, no, no, 0}},
		"limit huge":          {func(c *Context) { c.BuyLimit(1, 1e300) }, want{1, engine.Limit, 1, bad, no, no, no, 0}},
		"beyond the range":    {func(c *Context) { c.BuyLimit(1, 9.1e9) }, want{1, engine.Limit, 1, bad, no, no, no, 0}},
		"within the range":    {func(c *Context) { c.BuyLimit(1, 8.9e9) }, want{1, engine.Limit, 1, 35_600_000_000, no, no, no, 0}},
		"ticket market":       {func(c *Context) { c.Submit(&Ticket{Side: Buy, Qty: 3}) }, want{1, engine.Market, 3, no, no, no, no, 0}},
		"ticket limit":        {func(c *Context) { c.Submit(&Ticket{Side: Sell, Qty: 3, Limit: 1, GTC: true}) }, want{-1, engine.Limit, 3, 4, no, no, no, engine.GTC}},
		"ticket stop":         {func(c *Context) { c.Submit(&Ticket{Side: Sell, Qty: 3, Stop: 1}) }, want{-1, engine.StopMarket, 3, no, 4, no, no, 0}},
		"ticket stop-limit":   {func(c *Context) { c.Submit(&Ticket{Side: Sell, Qty: 3, Stop: 1, Limit: 0.5, Target: 2}) }, want{-1, engine.StopLimit, 3, 2, 4, no, 8, 0}},
		"ticket, no number":   {func(c *Context) { c.Submit(&Ticket{Side: Sell, Qty: 3, Limit: nan}) }, want{-1, engine.Limit, 3, bad, no, no, no, 0}},
		"ticket without side": {func(c *Context) { c.Submit(&Ticket{Qty: 3}) }, want{0, engine.Market, 3, no, no, no, no, 0}},
		"ticket, wrong side":  {func(c *Context) { c.Submit(&Ticket{Side: 257, Qty: 3}) }, want{0, engine.Market, 3, no, no, no, no, 0}},
	} {
		r := acting(t, c.act)
		i := r.intents()
		if len(i) != 1 {
			t.Errorf("%s: %d intents, halts %q", name, len(i), r.halts())
			continue
		}
		x := i[0]
		got := want{x.Terms.Side, x.Terms.Type, x.Terms.Qty, x.Terms.Limit, x.Terms.Stop, x.StopLoss, x.Target, x.Terms.TIF}
		if got != c.want || x.Kind != engine.Submit || x.At != noon || x.Cause != noon || x.Ref != 1 || x.Seq != 1 {
			t.Errorf("%s: %+v, want %+v", name, x, c.want)
		}
	}
}

func TestTarget(t *testing.T) {
	for _, c := range []struct {
		held   engine.Qty
		target int
		want   string
	}{{0, 2, "BUY 2"}, {3, 1, "SELL 2"}, {-2, 2, "BUY 4"}, {2, -2, "SELL 4"}, {2, 2, ""}, {0, 0, ""}} {
		r := newRig(t, nil)
		id := -1
		r.join(NewSetup(nil), Handlers{OnQuote: func(x *Context, _ *Quote) { id = x.Target(c.target) }})
		r.update(engine.Update{At: noon, Holding: engine.Holding{Position: c.held, Cost: r.universe.Get(r.id).Value(4, c.held)}})
		r.book(noon, 4, 8)
		got := ""
		for _, i := range r.intents() {
			got += fmt.Sprintf("%s %d", i.Terms.Side, i.Terms.Qty)
		}
		if got != c.want || (id == 0) != (c.want == "") {
			t.Errorf("from %d to %d: %q, id %d", c.held, c.target, got, id)
		}
	}
}

// TestOrderLists takes orders through their lives and looks at what a script is
// shown of them.
func TestOrderLists(t *testing.T) {
	r := newRig(t, nil)
	var ctx *Context
	ids := []int{}
	submit := true
	r.join(NewSetup(nil), Handlers{OnQuote: func(c *Context, _ *Quote) {
		kept := *c
		ctx = &kept // a copy still knows its host after the handler
		if submit {
			ids = append(ids, c.BuyLimit(1, 1), c.BuyBracket(1, 0.5, 2), c.Sell(1))
		}
		submit = false
	}})
	look := func(when string, working int, open ...int) {
		t.Helper()
		r.book(noon+second, 4, 8)
		var got []int
		for _, o := range ctx.Orders() {
			got = append(got, o.ID)
			if !o.Open {
				t.Errorf("%s: %+v is not open", when, o)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(open) || ctx.Working != working {
			t.Errorf("%s: open %v, working %d; want %v", when, got, ctx.Working, open)
		}
	}
	r.book(noon, 4, 8)
	if fmt.Sprint(ids) != "[1 2 5]" { // the bracket's stop is 3, its target 4
		t.Fatalf("ids %v", ids)
	}
	if o := ctx.Order(2); o.State != "submitted" || !o.Open || !math.IsNaN(o.Limit) {
		t.Errorf("%+v", o)
	}
	look("submitted", 3, 1, 2, 5)

	denied := order(noon, 5, engine.Refused)
	denied.Order.ID, denied.Denial = 0, &engine.Denial{Code: "max_order", Text: "too large"}
	r.update(denied)
	look("5 is denied", 2, 1, 2)
	if o := ctx.Order(5); o.State != "denied" || o.Code != "max_order" || o.Open {
		t.Errorf("%+v", o)
	}

	r.update(order(noon, 1, engine.Working))
	amend := order(noon, 1, engine.Working)
	amend.Denial = &engine.Denial{Code: engine.BadPrice, Text: "off the grid"}
	r.update(amend)
	look("its change is denied", 2, 1, 2)
	if o := ctx.Order(1); o.State != "working" || o.Code != "" || o.Reason != "" {
		t.Errorf("a denied change became part of the order: %+v", o)
	}

	child := order(noon, 3, engine.Working)
	child.Order.Parent, child.Order.Terms.Type, child.Order.Terms.Stop = 102, engine.StopMarket, 2
	r.update(child)
	child = order(noon, 4, engine.InFlight)
	child.Order.Parent, child.Order.Terms.Type, child.Order.Terms.Limit = 102, engine.Limit, 8
	r.update(child)
	look("the bracket's children", 4, 1, 2, 3, 4)
	if s, l := ctx.Order(ctx.StopOf(2)), ctx.Order(ctx.TargetOf(2)); s.Parent != 2 || l.Parent != 2 || s.Stop != 0.5 || l.Limit != 2 {
		t.Errorf("children %+v %+v", s, l)
	}

	r.update(order(noon, 0, engine.Working)) // an order that flattens
	look("a flattening", 4, 1, 2, 3, 4)

	r.update(order(noon, 1, engine.Dead))
	look("1 is cancelled", 3, 2, 3, 4)
	late := order(noon, 1, engine.Dead)
	late.Order.Filled, late.Order.Notional, late.Fill = 1, 4, engine.Fill{Qty: 1, Price: 4}
	r.update(late)
	look("and filled all the same", 3, 2, 3, 4)
	if o := ctx.Order(1); o.Filled != 1 || o.AveragePrice != 1 || o.State != "cancelled" {
		t.Errorf("the fill that outran the cancel is not seen: %+v", o)
	}

	unknown := order(noon, 1, engine.Refused) // the Desk has forgotten it; we have not
	unknown.Order.ID, unknown.Denial = 0, &engine.Denial{Code: engine.UnknownRef}
	r.update(unknown)
	if o := ctx.Order(1); o.State != "cancelled" || o.Filled != 1 {
		t.Errorf("%+v", o)
	}
	if o := ctx.Order(77); o.ID != 0 || o.Open || !math.IsNaN(o.Limit) {
		t.Errorf("an order that never was: %+v", o)
	}
}

// TestEndedOrdersAreBounded: the newest 64 are known.
func TestEndedOrdersAreBounded(t *testing.T) {
	var ctx *Context
	r := newRig(t, nil)
	r.join(NewSetup(nil), Handlers{OnQuote: func(c *Context, _ *Quote) { kept := *c; ctx = &kept; c.Buy(1) }})
	for n := range engine.Ref(keepEnded + 2) {
		r.book(noon, 4, 8)
		r.update(order(noon, n+1, engine.Done))
	}
	for id, want := range map[int]int{1: 0, 2: 0, 3: 3, keepEnded + 2: keepEnded + 2} {
		if got := ctx.Order(id).ID; got != want {
			t.Errorf("order %d is known as %d", id, got)
		}
	}
	if len(ctx.Orders()) != 0 || ctx.Order(3).State != "filled" {
		t.Errorf("%d open", len(ctx.Orders()))
	}
	list := ctx.Orders()
	_ = append(list, Order{ID: 9})
	if len(ctx.Orders()) != 0 {
		t.Error("what a script appends to a list of orders is in the next one")
	}
}

func TestOtherIntents(t *testing.T) {
	r := acting(t, func(c *Context) {
		c.Change(7, 2, 0, 4.25)
		c.Change(7, -2, 4.26, 0)
		c.Change(-7, 0, 1, 0)
		c.Cancel(3)
		c.CancelAll()
		c.Flatten()
	})
	const no, bad = engine.NoPrice, engine.InvalidPrice
	ref := func(n int) engine.Ref { return engine.Ref(n) } // a negative id finds no order
	for n, w := range []engine.Intent{
		{Kind: engine.Amend, Ref: 7, Terms: engine.Terms{Qty: 2, Limit: no, Stop: 17}},
		{Kind: engine.Amend, Ref: 7, Terms: engine.Terms{Qty: -2, Limit: bad, Stop: no}},
		{Kind: engine.Amend, Ref: ref(-7), Terms: engine.Terms{Limit: 4, Stop: no}},
		{Kind: engine.Withdraw, Ref: 3},
		{Kind: engine.CancelAll},
		{Kind: engine.Flatten},
	} {
		w.At, w.Cause, w.Seq, w.StopLoss, w.Target, w.Terms.Instrument = noon, noon, uint64(n+1), no, no, r.id
		if got := r.intents()[n]; *got != w {
			t.Errorf("intent %d: %+v, want %+v", n, *got, w)
		}
	}
}

// TestPositionFacts: average price, profit and balance as the Desk tells them.
func TestPositionFacts(t *testing.T) {
	var c Context
	r := newRig(t, nil)
	r.join(NewSetup(nil), Handlers{OnQuote: func(x *Context, _ *Quote) { c = *x }, OnFill: func(x *Context, _ *Fill) { c = *x }})
	r.book(noon, 400, 404)
	if c.Position != 0 || !math.IsNaN(c.AveragePrice) || c.Profit != 0 || c.TickValue != 12.5 || c.PointValue != 50 || c.Fee != 2 {
		t.Errorf("%+v", c)
	}
	u := order(noon, 1, engine.Done)
	value := r.universe.Get(r.id)
	u.Holding = engine.Holding{Position: -2, Cost: value.Value(401, -2), Realized: engine.Dollars(30), Fees: engine.Dollars(4)}
	u.Account = engine.Balance{Cash: engine.Dollars(1000), Equity: engine.Dollars(990)}
	u.Fill = engine.Fill{Qty: 2, Price: 401}
	r.update(u)
	// Short 2 at 401 ticks, bought back at the ask of 404: 3 ticks x 12.50 x 2 lost.
	if c.Position != -2 || c.AveragePrice != 100.25 || c.Profit != -75 || c.Realized != 26 || c.Cash != 1000 || c.Equity != 990 {
		t.Errorf("%+v", c)
	}
	r.book(noon, 400, 401)
	if c.Profit != 0 {
		t.Errorf("profit %v", c.Profit)
	}
	r.book(noon, 400, engine.NoPrice) // nothing to close at: no trade was seen either
	if c.Profit != 0 || !math.IsNaN(c.Ask) {
		t.Errorf("%+v", c)
	}
	r.step(&engine.PnL{At: noon, Balance: engine.Balance{Cash: engine.Dollars(1), Equity: engine.Dollars(2)}})
	r.book(noon, 400, 404)
	if c.Cash != 1 || c.Equity != 2 {
		t.Errorf("%+v", c)
	}
}

// TestBalanceIsKnownAtTheStart: a script that sizes by equity needs it before any fill.
func TestBalanceIsKnownAtTheStart(t *testing.T) {
	r := newRig(t, nil)
	r.runner.cfg.Balance = engine.Balance{Cash: engine.Dollars(1000), Equity: engine.Dollars(990)}
	var cash, equity float64
	r.join(NewSetup(nil), Handlers{OnStart: func(c *Context) { cash, equity = c.Cash, c.Equity }})
	r.start(noon)
	if cash != 1000 || equity != 990 {
		t.Errorf("cash %v, equity %v", cash, equity)
	}
}
