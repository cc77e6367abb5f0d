package broker

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// errOffTick marks a price that the quirk wants rejected after it was accepted.
var errOffTick = errors.New("price is not a multiple of the tick size")

// refusal is an error in the words of the vendor.
type refusal string

func (r refusal) Error() string { return string(r) }

// accountOf is the account a call names.
func (b *Broker) accountOf(args Args) (*account, error) {
	name := args.text("account")
	if name == "" {
		return nil, errors.New("account is required")
	}
	if a := b.account(name); a != nil {
		return a, nil
	}
	return nil, refusal(fmt.Sprintf("Account '%s' not found", name))
}

// instrumentOf is the instrument a call names.
func (b *Broker) instrumentOf(args Args) (*engine.Instrument, error) {
	name := args.text("instrument")
	if name == "" {
		return nil, errors.New("instrument is required")
	}
	if in, ok := b.resolve(name); ok {
		return in, nil
	}
	return nil, refusal(fmt.Sprintf("Instrument '%s' not found", name))
}

// both is the account and the instrument a call names.
func (b *Broker) both(args Args) (*account, *engine.Instrument, error) {
	a, err := b.accountOf(args)
	if err != nil {
		return nil, nil, err
	}
	in, err := b.instrumentOf(args)
	return a, in, err
}

// word reads an enumerated value.
func (b *Broker) word(args Args, key string, values ...string) (int, error) {
	text := args.text(key)
	for i, v := range values {
		if text == v || !b.quirks.StrictCase && strings.EqualFold(text, v) {
			return i, nil
		}
	}
	if text == "" {
		return 0, fmt.Errorf("%s is required", key)
	}
	return 0, fmt.Errorf("%s '%s' is not one of %s", key, text, strings.Join(values, ", "))
}

// side reads an action.
func (b *Broker) side(args Args) (engine.Side, error) {
	i, err := b.word(args, "action", "BUY", "SELL")
	if i == 1 {
		return engine.Sell, err
	}
	return engine.Buy, err
}

// terms reads the terms of a new order.
func (b *Broker) terms(args Args, in *engine.Instrument) (engine.Terms, error) {
	t := engine.Terms{Instrument: in.ID, Limit: engine.NoPrice, Stop: engine.NoPrice}
	var err error
	if t.Side, err = b.side(args); err != nil {
		return t, err
	}
	kind, err := b.word(args, "orderType", "MARKET", "LIMIT", "STOPMARKET", "STOPLIMIT")
	if err != nil {
		return t, err
	}
	tif, err := b.word(args, "timeInForce", "DAY", "GTC")
	if err != nil {
		return t, err
	}
	t.Type, t.TIF = engine.OrderType(kind), engine.TimeInForce(tif)
	qty, _, err := args.whole("quantity")
	if err != nil {
		return t, err
	}
	if qty <= 0 || engine.Qty(qty) > engine.MaxQty {
		return t, fmt.Errorf("quantity must be from 1 to %d", engine.MaxQty)
	}
	t.Qty = engine.Qty(qty)
	return t, b.prices(args, in, &t)
}

// prices reads the prices that the type of the order has. Others are ignored, as
// the platform does.
func (b *Broker) prices(args Args, in *engine.Instrument, t *engine.Terms) error {
	for _, p := range []struct {
		key    string
		wanted bool
		to     *engine.Price
	}{{"limitPrice", t.Type.HasLimit(), &t.Limit}, {"stopPrice", t.Type.HasStop(), &t.Stop}} {
		if !p.wanted {
			continue
		}
		v, err := b.priceArg(args, p.key, in)
		if err != nil {
			return err
		}
		if v == engine.NoPrice {
			return fmt.Errorf("%s is required for %s orders", p.key, t.Type)
		}
		*p.to = v
	}
	return nil
}

// priceArg reads a price by the quirk for those off the tick grid.
func (b *Broker) priceArg(args Args, key string, in *engine.Instrument) (engine.Price, error) {
	v, err := args.price(key, in, b.quirks.OffTick == "round")
	if err != nil && b.quirks.OffTick == "reject" {
		if rounded, bad := args.price(key, in, true); bad == nil {
			return rounded, errOffTick
		}
	}
	return v, err
}

func (b *Broker) placeOrder(args Args) result {
	r, _ := b.place(args)
	return r
}

// place places an order of the arguments of PlaceOrder.
func (b *Broker) place(args Args) (result, *order) {
	a, in, err := b.both(args)
	if err != nil {
		return refuse(err.Error()), nil
	}
	t, err := b.terms(args, in)
	late := errors.Is(err, errOffTick)
	if err != nil && !late {
		return refuse(err.Error()), nil
	}
	if why := b.guards(args, a, in, t.Side); why != "" {
		return refuse(why), nil
	}
	own := args.text("orderId")
	if own != "" && b.find(own) != nil && b.quirks.DuplicateID != "second" {
		return refuse(fmt.Sprintf("Order id '%s' already exists", own)), nil
	}
	t.OCO = a.oco(args.text("ocoId"))
	o := b.create(a, t, own, args.text("ocoId"))
	if late {
		b.rejectSoon(o, "Rejected: "+errOffTick.Error())
		return ok("orderId", o.id), o
	}
	b.dispatch(o)
	if o.state == stateRejected && !b.quirks.AsyncReject {
		return refuse("Order rejected: " + o.reason), o
	}
	return ok("orderId", o.id), o
}

// guards are the conditions an order may carry, and the bounds.
func (b *Broker) guards(args Args, a *account, in *engine.Instrument, s engine.Side) string {
	held := a.holding(in.ID).position
	if want := args.text("requireMarketPosition"); want != "" && !containsFold(want, marketPosition(held)) {
		return fmt.Sprintf("Market position is %s, but %s is required", strings.ToLower(marketPosition(held)), want)
	}
	limit, given, err := args.whole("maxPositions")
	opening := held == 0
	switch {
	case err != nil:
		return err.Error()
	case given && opening && int64(a.open()) >= limit:
		return fmt.Sprintf("Maximum positions reached (%d)", limit)
	case args.text("strategy") != "":
		return fmt.Sprintf("ATM strategy template '%s' not found", args.text("strategy"))
	case len(args.text("orderId")) > 100 || len(args.text("ocoId")) > 100:
		return "orderId and ocoId take at most 100 characters"
	case len(b.orders) >= MaxOrders:
		return fmt.Sprintf("Too many orders: the simulated bridge takes %d in one run", MaxOrders)
	}
	return ""
}

// containsFold reports whether a list with commas has a word, in any case.
func containsFold(list, word string) bool {
	for _, w := range strings.Split(list, ",") {
		if strings.EqualFold(strings.TrimSpace(w), word) {
			return true
		}
	}
	return false
}

// target is the open order a call names, or the refusal.
func (b *Broker) target(args Args) (*order, result) {
	a, err := b.accountOf(args)
	if err != nil {
		return nil, refuse(err.Error())
	}
	id := args.text("orderId")
	o := b.find(id)
	if o == nil || o.account != a || o.terminal() {
		return nil, notFound(id)
	}
	return o, result{}
}

func (b *Broker) cancel(args Args) result {
	o, r := b.target(args)
	if o == nil {
		return r
	}
	b.kill(o)
	return ok("orderId", o.id)
}

func (b *Broker) change(args Args) result {
	o, r := b.target(args)
	if o == nil {
		return r
	}
	if args.text("strategyId") != "" {
		return refuse(fmt.Sprintf("Order does not belong to strategy '%s'", args.text("strategyId")))
	}
	t, err := b.changedTerms(args, o)
	if err != nil {
		return refuse(err.Error())
	}
	o.limitOld, o.stopOld = t.Limit, t.Stop
	if d := b.quirks.OrderLatency; d > 0 {
		b.to(o, stateChanging, "")
		if b.after(int64(d), func() { b.amend(o, t) }) {
			return ok("orderId", o.id)
		}
	}
	if why := b.amend(o, t); why != "" && !b.quirks.AsyncReject {
		return refuse("Change rejected: " + why)
	}
	return ok("orderId", o.id)
}

// changedTerms reads what an order is to become.
func (b *Broker) changedTerms(args Args, o *order) (engine.Terms, error) {
	t, in := o.terms, b.universe.Get(o.in)
	qty, given, err := args.whole("quantity")
	switch {
	case err != nil:
		return t, err
	case given && (qty <= 0 || engine.Qty(qty) > engine.MaxQty):
		return t, fmt.Errorf("quantity must be from 1 to %d", engine.MaxQty)
	case given:
		t.Qty = engine.Qty(qty)
	}
	for _, p := range []struct {
		key string
		has bool
		to  *engine.Price
	}{{"limitPrice", t.Type.HasLimit(), &t.Limit}, {"stopPrice", t.Type.HasStop(), &t.Stop}} {
		if !args.has(p.key) || !p.has {
			continue
		}
		v, err := b.priceArg(args, p.key, in)
		if err != nil {
			return t, err
		}
		*p.to = v
	}
	return t, nil
}

// amend carries a change out, or says why not.
func (b *Broker) amend(o *order, t engine.Terms) string {
	switch {
	case o.terminal():
		return "the order is already terminal"
	case o.child == 0 && t.Qty <= o.filled:
		b.kill(o)
		return ""
	case o.child == 0:
		o.terms = t
		b.to(o, b.resting(o), "")
		return ""
	}
	qty, stop := t.Qty, t.Stop
	if o.slice > 0 {
		qty = min(o.part, o.partDone+t.Qty-o.filled)
	}
	if o.slice > 0 && o.filled > 0 {
		stop = engine.NoPrice // the part that is there has none
	}
	list := append([]engine.Report(nil), o.account.venue.Change(b.now.Market, o.child, qty, t.Limit, stop)...)
	for i := range list {
		if r := &list[i]; r.Kind == engine.ChangeRejected {
			b.to(o, b.resting(o), "change refused: "+r.Reason)
			return r.Reason
		}
	}
	if o.slice > 0 {
		o.terms = t
	}
	b.reports(o.account, list)
	return ""
}

// fraction reads percent, which is a fraction of 1.
func (a Args) fraction(key string) (decimal.Decimal, bool, error) {
	d, given, err := a.number(key)
	if err == nil && given && (!d.IsPositive() || d.GreaterThan(decimal.NewFromInt(1))) {
		return d, true, fmt.Errorf("%s must be above 0 and at most 1", key)
	}
	return d, given, err
}
