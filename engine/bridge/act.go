package bridge

import (
	"encoding/json"
	"fmt"

	"tollgate/engine"
)

// Act is one of the broker's functions that move several things at once. Order does
// without them: what they do is not known in advance, so the gate can only permit
// the worst of it. They are for people's tools.
type Act string

// The acts, with the request that a permit must cover. Place stands for an order of
// the quantity that the act may trade at most.
const (
	ClosePosition     Act = "ClosePosition"     // place a market order: closes at most its quantity
	Flatten           Act = "Flatten"           // place, class flatten: cancels and closes one instrument
	FlattenEverything Act = "FlattenEverything" // place, class flatten, AllInstruments: every account of the user
	Reverse           Act = "Reverse"           // place a market order
	ReversePosition   Act = "ReversePosition"   // place: waits to be flat, then places the order in any case
	FlatPlace         Act = "FlatPlace"         // place: closes the instrument, then places the order
	CancelAllOrders   Act = "CancelAllOrders"   // cancel all, AllInstruments: an account, or without one every account
	CancelReplace     Act = "CancelReplace"     // place: Where.Order is the order that is replaced
	CancelAndBracket  Act = "CancelAndBracket"  // place, class protect: Limit is the target, Stop the stop, Side theirs
	CloseStrategy     Act = "CloseStrategy"     // place, class flatten: ends Where.Strategy and closes what it holds
)

// request says which requests an act may be made of.
func (a Act) request(r *engine.Request) bool {
	place, all := r.Kind == engine.PlaceOrder, r.Terms.Instrument == engine.AllInstruments
	switch a {
	case FlattenEverything:
		return place && all && r.Class == engine.ClassFlatten
	case CancelAllOrders:
		return r.Kind == engine.CancelOrders && all
	case Flatten, CloseStrategy:
		return place && !all && r.Class == engine.ClassFlatten
	case ClosePosition, Reverse:
		return place && !all && r.Terms.Type == engine.Market
	case CancelAndBracket:
		return place && !all && r.Class == engine.ClassProtect && r.Terms.Limit.Known() && r.Terms.Stop.Known()
	case ReversePosition, FlatPlace, CancelReplace:
		return place && !all
	}
	return false
}

// Call makes the call of an act. It fails when the permit does not cover the
// request, or the request is not of the kind that the act needs.
func (a Act) Call(s *engine.Send, u *engine.Universe, w Where) (Call, error) {
	r, err := s.Request()
	if err != nil {
		return Call{}, err
	}
	if !a.request(&r) {
		return Call{}, fmt.Errorf("a permit to %s, class %s, is none for %s", r.Kind, r.Class, a)
	}
	c := Call{api: string(a)}
	switch a {
	case FlattenEverything:
		return c, nil
	case CancelAllOrders:
		if w.Account != "" {
			c = c.with("account", w.Account)
		}
		return c, nil
	case CloseStrategy:
		return c.with("account", w.Account).with("strategyId", w.Strategy), nil
	}
	in := u.Get(r.Terms.Instrument)
	switch a {
	case ReversePosition, FlatPlace, CancelReplace:
		c, err := place(&r, in, w)
		c.api = string(a)
		return c, err
	}
	c = c.with("account", w.Account).with("instrument", in.Key)
	switch a {
	case ClosePosition:
		c = c.with("quantity", r.Terms.Qty)
	case CancelAndBracket:
		c = c.with("action", r.Terms.Side.Opposite().String()).with("quantity", r.Terms.Qty).
			with("takeProfit", json.Number(in.Decimal(r.Terms.Limit).String())).with("stopLoss", json.Number(in.Decimal(r.Terms.Stop).String()))
	}
	return c, nil
}
