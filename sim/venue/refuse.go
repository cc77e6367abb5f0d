package venue

import (
	"fmt"

	"tollgate/engine"
)

// refusal says why a new order is rejected; empty = it is not.
func (v *Venue) refusal(m *market, t *engine.Terms) string {
	if m == nil {
		return fmt.Sprintf("instrument %d is not listed", t.Instrument)
	}
	if why := badKind(t); why != "" {
		return why
	}
	if why := badNumbers(t); why != "" {
		return why
	}
	if m.sess.Close == never {
		return "the instrument's calendar has no session to come"
	}
	if t.Type.HasStop() && v.reached(m, t.Side, t.Stop, true, true) {
		return throughMarket(t.Side)
	}
	if g := v.groups[t.OCO]; t.OCO != 0 && g != nil {
		return g.refusal(t)
	}
	return ""
}

// refusal says why an order may not join the group.
func (g *group) refusal(t *engine.Terms) string {
	switch {
	case g.ended:
		return fmt.Sprintf("OCO group %d has ended: use a new one", t.OCO)
	case g.filled >= t.Qty:
		return fmt.Sprintf("OCO group %d has already filled %d of %d", t.OCO, g.filled, t.Qty)
	}
	return ""
}

func badKind(t *engine.Terms) string {
	switch {
	case t.Side != engine.Buy && t.Side != engine.Sell:
		return fmt.Sprintf("side %d is neither buy nor sell", t.Side)
	case t.Type > engine.StopLimit:
		return fmt.Sprintf("order type %d is not known", uint8(t.Type))
	case t.TIF > engine.GTC:
		return fmt.Sprintf("time in force %d is not known", uint8(t.TIF))
	}
	return ""
}

func badNumbers(t *engine.Terms) string {
	if t.Qty <= 0 || t.Qty > MaxQty {
		return fmt.Sprintf("quantity %d is not within 1 and %d", t.Qty, MaxQty)
	}
	if why := badPrice("limit", t.Type, t.Type.HasLimit(), t.Limit); why != "" {
		return why
	}
	return badPrice("stop", t.Type, t.Type.HasStop(), t.Stop)
}

func badPrice(name string, t engine.OrderType, wanted bool, p engine.Price) string {
	switch {
	case wanted && !p.Known():
		return fmt.Sprintf("a %s order needs a %s price", t, name)
	case !wanted && p.Known():
		return fmt.Sprintf("a %s order has no %s price", t, name)
	case wanted && cleanPrice(p) != p:
		return fmt.Sprintf("%s price of %d ticks is out of range", name, p)
	}
	return ""
}

// throughMarket is the text for a stop that would trigger at once, which the
// broker's platform refuses too: it is nearly always a wrong price or side.
func throughMarket(s engine.Side) string {
	if s == engine.Buy {
		return "buy stop orders can't be placed at or below the market"
	}
	return "sell stop orders can't be placed at or above the market"
}

// changeRefusal says why an order may not get the terms t; empty = it may.
func (v *Venue) changeRefusal(m *market, o *order, t *engine.Terms) string {
	if why := badNumbers(t); why != "" {
		return why
	}
	if t.Stop == o.terms.Stop {
		return ""
	}
	if o.live {
		return fmt.Sprintf("order %d has triggered: its stop price can't change", o.id)
	}
	if v.reached(m, t.Side, t.Stop, true, true) {
		return throughMarket(t.Side)
	}
	return ""
}
