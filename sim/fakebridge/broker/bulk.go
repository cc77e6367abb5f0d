package broker

import (
	"errors"

	"tollgate/engine"
)

// cancelReplace cancels and places. A mistake in the new order leaves the old one
// as it is. orderId is the old order's, so the new one has no id of the caller's.
func (b *Broker) cancelReplace(args Args) result {
	o, r := b.target(args)
	if o == nil {
		return r
	}
	placing := Args{}
	for _, k := range []string{"account", "instrument", "action", "quantity", "orderType", "timeInForce", "limitPrice", "stopPrice", "ocoId", "strategy", "requireMarketPosition", "maxPositions"} {
		placing[k] = args[k]
	}
	_, in, err := b.both(placing)
	if err != nil {
		return refuse(err.Error())
	}
	if _, err := b.terms(placing, in); err != nil {
		return refuse(err.Error())
	}
	b.kill(o)
	return b.placeOrder(placing)
}

// openOrders are the open orders of an account (nil = all) on an instrument (nil = all).
func (b *Broker) openOrders(a *account, in *engine.Instrument) []*order {
	var list []*order
	for _, o := range b.orders {
		if !o.terminal() && (a == nil || o.account == a) && (in == nil || o.in == in.ID) {
			list = append(list, o)
		}
	}
	return list
}

// killAll cancels open orders and returns their ids.
func (b *Broker) killAll(a *account, in *engine.Instrument) []string {
	ids := []string{}
	for _, o := range b.openOrders(a, in) {
		if b.kill(o) {
			ids = append(ids, o.id)
		}
	}
	return ids
}

func (b *Broker) cancelOrders(args Args) result {
	a, err := b.accountOf(args)
	if err != nil {
		return refuse(err.Error())
	}
	var in *engine.Instrument
	if args.text("instrument") != "" {
		if in, err = b.instrumentOf(args); err != nil {
			return refuse(err.Error())
		}
	}
	return ok("orderIds", b.killAll(a, in))
}

func (b *Broker) cancelAllOrders(args Args) result {
	if args.text("account") != "" {
		return b.cancelOrders(Args{"account": args.text("account")})
	}
	return ok("orderIds", b.killAll(nil, nil))
}

// cancelAndBracket cancels the instrument's orders and places a target and a stop.
func (b *Broker) cancelAndBracket(args Args) result {
	a, in, err := b.both(args)
	if err != nil {
		return refuse(err.Error())
	}
	side, err := b.side(args)
	if err != nil {
		return refuse(err.Error())
	}
	target, err1 := b.priceArg(args, "takeProfit", in)
	stop, err2 := b.priceArg(args, "stopLoss", in)
	qty, _, err3 := args.whole("quantity")
	if err := errors.Join(err1, err2, err3); err != nil || qty <= 0 || !target.Known() || !stop.Known() {
		return refuse("quantity, takeProfit and stopLoss are required")
	}
	b.killAll(a, in)
	if held := a.holding(in.ID).position; held != 0 {
		qty = min(qty, int64(held.Abs()))
	}
	name := "bracket-" + b.newID()
	t := engine.Terms{Instrument: in.ID, Side: side.Opposite(), Type: engine.Limit, TIF: engine.GTC, Qty: engine.Qty(qty), Limit: target, Stop: engine.NoPrice}
	s := t
	s.Type, s.Limit, s.Stop = engine.StopMarket, engine.NoPrice, stop
	if b.quirks.BracketStopRefused {
		o, refused := b.create(a, t, "", ""), b.create(a, s, "", "")
		b.dispatch(o)
		b.to(refused, stateRejected, "stop price is through the market")
		return ok("orderIds", []string{o.id, refused.id})
	}
	t.OCO = a.oco(name)
	s.OCO = t.OCO
	o, p := b.create(a, t, "", name), b.create(a, s, "", name)
	b.dispatch(o)
	b.dispatch(p)
	return ok("orderIds", []string{o.id, p.id})
}

// marketOrder places a closing or opening order of the platform's own.
func (b *Broker) marketOrder(a *account, in *engine.Instrument, s engine.Side, qty engine.Qty) *order {
	o := b.create(a, engine.Terms{Instrument: in.ID, Side: s, Type: engine.Market, TIF: engine.GTC, Qty: qty, Limit: engine.NoPrice, Stop: engine.NoPrice}, "", "")
	b.dispatch(o)
	return o
}
