package broker

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

func marketPosition(held engine.Qty) string {
	switch {
	case held > 0:
		return "Long"
	case held < 0:
		return "Short"
	}
	return "Flat"
}

// positionObject is a position as the platform shows it.
func (b *Broker) positionObject(a *account, id engine.InstrumentID) Object {
	in, h, m := b.universe.Get(id), *a.holding(id), b.market(id)
	return obj("type", "NinjaTrader.Cbi.Position", "account", a.name, "instrument", in.Key, "instrumentType", "Future",
		"marketPosition", marketPosition(h.position), "quantity", h.position.Abs(), "averagePrice", number(h.average(in)),
		"marketPrice", price(in, m.top.Last), "unrealizedProfitLoss", b.amount(h.unrealized(&m.top, in)), "tag", nil)
}

// positions lists the positions of an account.
func (b *Broker) positions(a *account, flat bool) []Object {
	list := []Object{}
	for i := range a.holdings {
		if a.holdings[i].position != 0 || flat {
			list = append(list, b.positionObject(a, engine.InstrumentID(i)))
		}
	}
	return list
}

func (b *Broker) listPositions(args Args) result {
	a, err := b.accountOf(args)
	if err != nil {
		return refuse(err.Error())
	}
	return ok("positions", b.positions(a, false))
}

func (b *Broker) getAllPositions(args Args) result {
	list := []Object{}
	for _, a := range b.accounts {
		list = append(list, b.positions(a, args.flag("includeFlat", false))...)
	}
	return ok("positions", list, "count", len(list))
}

func (b *Broker) getPosition(args Args) result {
	a, in, err := b.both(args)
	if err != nil {
		return refuse(err.Error())
	}
	if a.holding(in.ID).position == 0 && b.quirks.FlatPosition != "flat" {
		return b.flatError(a, in)
	}
	return result{body: b.positionObject(a, in.ID), status: 200}
}

func (b *Broker) flatError(a *account, in *engine.Instrument) result {
	return refuse(fmt.Sprintf("No position found for instrument '%s' in account '%s'", in.Key, strings.ToLower(a.name)))
}

func (b *Broker) closePosition(args Args) result {
	a, in, err := b.both(args)
	if err != nil {
		return refuse(err.Error())
	}
	held := a.holding(in.ID).position
	if held == 0 {
		return refuse(fmt.Sprintf("No positions found for instrument '%s'", in.Key))
	}
	qty, err := closeQty(args, held.Abs())
	if err != nil {
		return refuse(err.Error())
	}
	before := []Object{b.positionObject(a, in.ID)}
	if qty == held.Abs() {
		b.closeOut(a, in)
	} else {
		b.marketOrder(a, in, sideOf(held).Opposite(), qty)
	}
	return ok("closedPositions", before)
}

// closeQty is how much of a position to close: quantity, else percent rounded up,
// else all of it.
func closeQty(args Args, held engine.Qty) (engine.Qty, error) {
	n, given, err := args.whole("quantity")
	if err != nil {
		return 0, err
	}
	if given {
		if n <= 0 {
			return 0, fmt.Errorf("quantity must be above 0")
		}
		return min(engine.Qty(n), held), nil
	}
	f, given, err := args.fraction("percent")
	if err != nil || !given {
		return held, err
	}
	return engine.Qty(f.Mul(decimal.NewFromInt(int64(held))).Ceil().IntPart()), nil
}

func sideOf(held engine.Qty) engine.Side {
	if held < 0 {
		return engine.Sell
	}
	return engine.Buy
}

// closeOut is the platform's own flatten of one instrument: its orders are
// cancelled and the position is closed at market. It returns the closing order, nil
// when the position was flat.
func (b *Broker) closeOut(a *account, in *engine.Instrument) *order {
	b.killAll(a, in)
	held := a.holding(in.ID).position
	if held == 0 {
		return nil
	}
	return b.marketOrder(a, in, sideOf(held).Opposite(), held.Abs())
}

func (b *Broker) flatten(args Args) result {
	var accounts []*account
	if args.text("account") != "" {
		a, err := b.accountOf(args)
		if err != nil {
			return refuse(err.Error())
		}
		accounts = append(accounts, a)
	}
	var in *engine.Instrument
	if args.text("instrument") != "" {
		var err error
		if in, err = b.instrumentOf(args); err != nil {
			return refuse(err.Error())
		}
	}
	want := args.text("marketPosition")
	if want != "" && !strings.EqualFold(want, "long") && !strings.EqualFold(want, "short") {
		return refuse("marketPosition must be long or short")
	}
	if accounts == nil {
		accounts = b.accounts
	}
	return b.flattenAll(accounts, in, want)
}

func (b *Broker) flattenEverything(Args) result { return b.flattenAll(b.accounts, nil, "") }

// flattenAll closes positions, and cancels the orders of their instruments; with no
// filter by position the orders of flat instruments too.
func (b *Broker) flattenAll(accounts []*account, in *engine.Instrument, want string) result {
	closed, ids := []Object{}, []string{}
	for _, a := range accounts {
		if want == "" {
			b.killAll(a, in)
		}
		for id := range engine.InstrumentID(len(a.holdings)) {
			held := a.holdings[id].position
			if held == 0 || in != nil && in.ID != id || want != "" && !strings.EqualFold(want, marketPosition(held)) {
				continue
			}
			closed = append(closed, b.positionObject(a, id))
			if o := b.closeOut(a, b.universe.Get(id)); o != nil {
				ids = append(ids, o.id)
			}
		}
	}
	r := ok("closedPositions", closed, "orderIds", ids)
	if len(closed) == 0 {
		r.body = append(r.body, Member{"warning", "No open positions"})
	}
	return r
}

func (b *Broker) reverse(args Args) result {
	a, in, err := b.both(args)
	if err != nil {
		return refuse(err.Error())
	}
	held := a.holding(in.ID).position
	if held == 0 {
		return b.flatError(a, in)
	}
	b.closeOut(a, in)
	return ok("orderId", b.marketOrder(a, in, sideOf(held).Opposite(), held.Abs()).id)
}

// reversePosition closes and places an entry. The vendor waits up to five seconds
// for the position to clear and places the entry anyway; here it is placed at once.
func (b *Broker) reversePosition(args Args) result {
	a, in, err := b.both(args)
	if err != nil {
		return refuse(err.Error())
	}
	if a.holding(in.ID).position == 0 {
		return b.flatError(a, in)
	}
	return b.flatPlace(args)
}

func (b *Broker) flatPlace(args Args) result {
	a, in, err := b.both(args)
	if err != nil {
		return refuse(err.Error())
	}
	// The entry is judged before anything is closed: a mistake in it closes nothing.
	if _, err := b.terms(args, in); err != nil {
		return refuse(err.Error())
	}
	b.closeOut(a, in)
	return b.placeOrder(args)
}
