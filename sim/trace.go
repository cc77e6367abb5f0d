package sim

import (
	"fmt"
	"strings"

	"tollgate/engine"
)

// Trace receives what strategies want, what is sent, what comes back, one line
// each, in the order it happens. Lines are for people and for scenario tests; their
// form is documented in package scenario.
type Trace func(at engine.Time, line string)

func (w *World) traceIntent(i *engine.Intent) {
	if w.cfg.Trace == nil {
		return
	}
	line := fmt.Sprintf("want %s", i.Kind)
	switch i.Kind {
	case engine.Submit:
		line += fmt.Sprintf(" #%d %s", i.Ref, w.terms(&i.Terms))
		if i.StopLoss != engine.NoPrice {
			line += " stop-loss " + w.price(i.Terms.Instrument, i.StopLoss)
		}
		if i.Target != engine.NoPrice {
			line += " target " + w.price(i.Terms.Instrument, i.Target)
		}
	case engine.Amend:
		line += fmt.Sprintf(" #%d%s", i.Ref, w.changes(&i.Terms))
	case engine.Withdraw:
		line += fmt.Sprintf(" #%d", i.Ref)
	}
	w.cfg.Trace(w.now, line)
}

func (w *World) traceSend(r *engine.Request) {
	if w.cfg.Trace == nil {
		return
	}
	line := fmt.Sprintf("send %s order %d", r.Kind, r.Order)
	switch r.Kind {
	case engine.PlaceOrder:
		line += " " + w.terms(&r.Terms)
	case engine.ChangeOrder:
		line += w.changes(&r.Terms)
	}
	w.cfg.Trace(w.now, line)
}

func (w *World) traceUpdate(u *engine.Update) {
	if w.cfg.Trace == nil {
		return
	}
	o := &u.Order
	switch {
	case u.Denial != nil:
		line := fmt.Sprintf("denied #%d %s", o.Ref, u.Denial.Code)
		if u.Denial.Limit != "" {
			line += fmt.Sprintf(" limit %s, would be %s", u.Denial.Limit, u.Denial.Value)
		}
		w.cfg.Trace(w.now, line)
	case u.Fill.Qty > 0:
		w.cfg.Trace(w.now, fmt.Sprintf("fill order %d %s %d at %s, position %d",
			o.ID, o.Terms.Side, u.Fill.Qty, w.price(o.Terms.Instrument, u.Fill.Price), u.Holding.Position))
	case o.State.Terminal():
		line := fmt.Sprintf("end order %d %s", o.ID, o.State)
		if o.Reason != "" {
			line += ": " + o.Reason
		}
		w.cfg.Trace(w.now, line)
	}
}

func (w *World) traceVersion(v *engine.Version) {
	if v.Rollback != "" {
		w.traceText("rollback", fmt.Sprintf("to %.12s: %s", v.Hash, v.Rollback))
		return
	}
	w.traceText("version", fmt.Sprintf("%.12s", v.Hash))
}

func (w *World) traceText(kind, text string) {
	if w.cfg.Trace != nil {
		w.cfg.Trace(w.now, kind+" "+text)
	}
}

func (w *World) price(id engine.InstrumentID, p engine.Price) string {
	switch p {
	case engine.NoPrice:
		return "none"
	case engine.InvalidPrice:
		return "invalid"
	}
	return w.cfg.Universe.Get(id).Decimal(p).String()
}

func (w *World) terms(t *engine.Terms) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d %s %s", t.Side, t.Qty, w.cfg.Universe.Get(t.Instrument).Key, t.Type)
	if t.Limit != engine.NoPrice {
		b.WriteString(" limit " + w.price(t.Instrument, t.Limit))
	}
	if t.Stop != engine.NoPrice {
		b.WriteString(" stop " + w.price(t.Instrument, t.Stop))
	}
	if t.TIF == engine.GTC {
		b.WriteString(" GTC")
	}
	return b.String()
}

func (w *World) changes(t *engine.Terms) string {
	var b strings.Builder
	if t.Qty != 0 {
		fmt.Fprintf(&b, " qty %d", t.Qty)
	}
	if t.Limit != engine.NoPrice {
		b.WriteString(" limit " + w.price(t.Instrument, t.Limit))
	}
	if t.Stop != engine.NoPrice {
		b.WriteString(" stop " + w.price(t.Instrument, t.Stop))
	}
	return b.String()
}
