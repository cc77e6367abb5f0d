package broker

import (
	"fmt"
	"time"

	"tollgate/engine"
)

// accountObject is an account as the platform shows it.
func (b *Broker) accountObject(a *account) Object {
	u := b.unrealized(a)
	zero := Number("0.0")
	net := a.cash() + u
	item := obj("buyingPower", b.amount(a.cash()), "cashValue", b.amount(a.cash()), "commission", b.amount(a.fees), "dailyLossLimit", zero,
		"dailyProfitTrigger", zero, "excessInitialMargin", b.amount(net), "excessIntradayMargin", b.amount(net), "excessMaintenanceMargin", b.amount(net),
		"excessPositionMargin", zero, "fee", zero, "grossRealizedProfitLoss", b.amount(a.gross), "initialMargin", zero, "intradayMargin", zero,
		"longOptionValue", zero, "longStockValue", zero, "lookAheadMaintenanceMargin", zero, "maintenanceMargin", zero,
		"netLiquidation", b.amount(net), "netLiquidationByCurrency", zero, "positionMargin", zero, "realizedProfitLoss", b.amount(a.realized()),
		"shortOptionValue", zero, "shortStockValue", zero, "sodCashValue", b.amount(a.start), "sodLiquidatingValue", b.amount(a.start),
		"totalCashBalance", b.amount(a.cash()), "trailingMaxDrawdown", zero, "unrealizedProfitLoss", b.amount(u), "weeklyLossLimit", zero,
		"weeklyProfitLoss", zero, "weeklyProfitTrigger", zero)
	return obj("id", a.id, "name", a.name, "displayName", a.name, "primaryUser", nil, "provider", "Simulator", "denomination", "UsDollar",
		"status", "Enabled", "dailyLossLimit", zero, "minCashValue", zero, "lastTransactionSum", zero, "maxOrderSize", 0, "maxPositionSize", 0,
		"connection", "NinjaTrader.Cbi.Connection", "connectionStatus", "Connected", "item", item)
}

func (b *Broker) listAccounts(Args) result {
	list := make([]Object, 0, len(b.accounts))
	for _, a := range b.accounts {
		list = append(list, b.accountObject(a))
	}
	return ok("accounts", list)
}

func (b *Broker) getAccount(args Args) result {
	a, err := b.accountOf(args)
	if err != nil {
		return refuse(err.Error())
	}
	return result{body: b.accountObject(a), status: 200}
}

// summaryCache is the last GetAccountSummary, for the quirk of old answers.
type summaryCache struct {
	at   engine.Time
	body Object
}

func (b *Broker) getAccountSummary(Args) result {
	s := &b.summary
	if s.at == engine.NoTime || b.now.Limit.Sub(s.at) >= b.quirks.SummaryCache {
		s.at, s.body = b.now.Limit, b.snapshotOfAccounts()
	}
	return result{body: append(Object(nil), s.body...), status: 200}
}

func (b *Broker) snapshotOfAccounts() Object {
	list := make([]Object, 0, len(b.accounts))
	for _, a := range b.accounts {
		x := append(b.accountObject(a), obj("type", "NinjaTrader.Cbi.Account", "isAccountFlat", a.open() == 0)...)
		list = append(list, obj("account", x, "positions", b.positions(a, false)))
	}
	return obj("type", "snapshot", "timestamp", stamp(b.now.Market)+"+00:00", "epoch", b.epoch(b.now.Market), "accounts", list)
}

// orderList is a list of orders in the shape of the quirk.
func (b *Broker) orderList(a *account) result {
	list := []Object{}
	for _, o := range b.orders {
		if (a == nil || o.account == a) && (b.quirks.OrdersScope != "working" || !o.terminal()) {
			list = append(list, b.orderObject(o))
		}
	}
	switch b.quirks.OrdersShape {
	case "array":
		return result{array: list, status: 200}
	case "data":
		return ok("data", list)
	}
	return ok("orders", list, "count", len(list))
}

func (b *Broker) listOrders(args Args) result {
	a, err := b.accountOf(args)
	if err != nil {
		return refuse(err.Error())
	}
	return b.orderList(a)
}

func (b *Broker) getAllOrders(Args) result { return b.orderList(nil) }

// known is an order a call names, open or not.
func (b *Broker) known(args Args) (*order, result) {
	id := args.text("orderId")
	if id == "" {
		return nil, refuse("orderId is required")
	}
	if o := b.find(id); o != nil {
		return o, result{}
	}
	return nil, refuse(fmt.Sprintf("Order '%s' not found", id))
}

// owned is a known order of the account the call names.
func (b *Broker) owned(args Args) (*order, result) {
	a, err := b.accountOf(args)
	if err != nil {
		return nil, refuse(err.Error())
	}
	o, r := b.known(args)
	if o != nil && o.account != a {
		return nil, refuse(fmt.Sprintf("Order '%s' not found", args.text("orderId")))
	}
	return o, r
}

func (b *Broker) getOrder(args Args) result {
	o, r := b.owned(args)
	if o == nil {
		return r
	}
	return result{body: b.orderObject(o), status: 200}
}

func (b *Broker) getOrderStatus(args Args) result {
	o, r := b.owned(args)
	if o == nil {
		return r
	}
	return ok("status", o.state)
}

func (b *Broker) getOrderLifecycle(args Args) result {
	o, r := b.known(args)
	if o == nil {
		return r
	}
	limit, given, err := args.whole("limit")
	if err != nil || given && (limit < 1 || limit > 2000) {
		return refuse("limit must be from 1 to 2000")
	}
	if !given {
		limit = 200
	}
	events := []Object{}
	for _, m := range o.history[max(0, len(o.history)-int(limit)):] {
		events = append(events, obj("time", stamp(m.at), "epoch", b.epoch(m.at), "orderState", m.state, "text", m.text))
	}
	x := obj("orderId", o.id, "clientOrderId", o.own, "account", o.account.name, "orderState", o.state, "events", events)
	if args.flag("includeFills", true) {
		x = append(x, Member{"fills", b.execList(o.fills)})
	}
	return result{body: x, status: 200}
}

// execObject is an execution as the platform shows it.
func (b *Broker) execObject(x *execution) Object {
	o := x.order
	in := b.universe.Get(o.in)
	direction := marketPosition(engine.Qty(o.terms.Side))
	position := x.position
	if b.quirks.PositionSign == "unsigned" {
		position = position.Abs()
	}
	e := obj("id", x.id, "type", "NinjaTrader.Cbi.Execution", "time", stamp(x.at), "epoch", b.epoch(x.at), "name", "", "orderId", o.shown,
		"account", o.account.name, "serverName", "SIM", "instrument", in.Key, "instrumentType", "Future", "position", position,
		"marketPosition", direction, "positionStrategy", 0, "price", price(in, x.price), "quantity", x.qty)
	if b.quirks.ObjectTail == "cut" {
		return e
	}
	return append(e, obj("commission", b.amount(x.fee), "rate", Number("1.0"), "slippage", Number("0.0"))...)
}

func (b *Broker) execList(list []*execution) []Object {
	out := make([]Object, 0, len(list))
	for _, x := range list {
		out = append(out, b.execObject(x))
	}
	return out
}

func (b *Broker) listExecutions(args Args) result {
	a, err := b.accountOf(args)
	if err != nil {
		return refuse(err.Error())
	}
	back, given, err := args.whole("lookbackTime")
	if err != nil || given && back < 1 {
		return refuse("lookbackTime must be a number of seconds")
	}
	if !given {
		back = 320
	}
	from := b.now.Market.Add(-time.Duration(min(back, 900)) * time.Second)
	var list []*execution
	for _, x := range b.execs {
		if x.order.account == a && x.at >= from {
			list = append(list, x)
		}
	}
	return ok("executions", b.execList(list))
}

func (b *Broker) getExecution(args Args) result {
	for _, x := range b.execs {
		if x.id == args.text("executionId") {
			return result{body: b.execObject(x), status: 200}
		}
	}
	return refuse(fmt.Sprintf("Execution '%s' not found", args.text("executionId")))
}

func (b *Broker) executionsByOrder(args Args) result {
	o, r := b.owned(args)
	if o == nil {
		return r
	}
	return ok("executions", b.execList(o.fills))
}

func (b *Broker) listStrategies(args Args) result {
	if _, err := b.accountOf(args); err != nil {
		return refuse(err.Error())
	}
	return ok("strategies", []Object{}, "count", 0)
}

func (b *Broker) getStrategy(args Args) result {
	return refuse(fmt.Sprintf("Strategy '%s' not found", args.text("strategyId")))
}

func (b *Broker) closeStrategy(args Args) result { return b.getStrategy(args) }

func (b *Broker) getWatermarks(args Args) result {
	a, err := b.accountOf(args)
	if err != nil {
		return refuse(err.Error())
	}
	marks, stats := Object{}, Object{}
	if b.quirks.Monitored {
		b.watermarks()
		u := b.unrealized(a)
		marks = obj("pnlhigh", b.amount(a.highs.pnl), "netliqhigh", b.amount(a.highs.netliq), "unrealhigh", b.amount(a.highs.unreal))
		stats = append(obj("pnl", b.amount(a.realized()), "total", b.amount(a.realized()+u), "unrealized", b.amount(u),
			"poscount", a.open(), "netliq", b.amount(a.cash()+u)), marks...)
	}
	return ok("success", true, "data", obj("account", a.name, "watermarks", marks, "stats", stats))
}

func (b *Broker) getConnections(Args) result {
	return ok("connections", []Object{obj("name", "Simulated Data Feed", "status", "Connected")})
}
