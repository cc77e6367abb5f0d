package broker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// The states of an order, as the platform spells them.
const (
	stateSubmitted = "Submitted"
	stateAccepted  = "Accepted"
	stateWorking   = "Working"
	statePart      = "PartFilled"
	stateFilled    = "Filled"
	stateCancelled = "Cancelled"
	stateRejected  = "Rejected"
	stateChanging  = "ChangePending"
	stateCancel    = "CancelPending"
)

// order is one order at the broker. Most are one order at the venue; one that is
// made to fill in parts is a row of them, of which one is open at a time.
type order struct {
	id       string // returned when it was placed
	shown    string // in lists; another one by the quirk
	own      string // the caller's id; empty = none
	account  *account
	in       engine.InstrumentID
	terms    engine.Terms
	ocoName  string
	state    string
	reason   string
	filled   engine.Qty
	average  engine.VWAP
	placed   engine.Time
	manual   bool
	slice    engine.Qty     // most that one venue order is for; 0 = all
	child    engine.OrderID // the venue's; 0 = nothing is there
	part     engine.Qty     // contracts of the child, and how many of them have filled
	partDone engine.Qty
	history  []moment
	fills    []*execution
	limitOld engine.Price // limit and stop last asked for
	stopOld  engine.Price
}

// moment is a line of an order's life.
type moment struct {
	at    engine.Time
	state string
	text  string
}

// historyKept bounds the life that is remembered of one order; the oldest lines
// after the first are forgotten.
const historyKept = 200

func (o *order) terminal() bool {
	return o.state == stateFilled || o.state == stateCancelled || o.state == stateRejected
}

// to moves the order to a state.
func (b *Broker) to(o *order, state, text string) {
	o.state = state
	if len(o.history) >= historyKept {
		o.history = append(o.history[:1], o.history[2:]...)
	}
	o.history = append(o.history, moment{b.now.Market, state, text})
	if text != "" {
		o.reason = text
	}
	if b.quirks.PushEvents {
		b.say(b.conn, obj("type", "orderUpdate", "order", b.orderObject(o)))
	}
}

// find looks an order up by any of its ids, in any case.
func (b *Broker) find(id string) *order { return b.byID[strings.ToLower(id)] }

// create registers an order that has not reached the venue.
func (b *Broker) create(a *account, t engine.Terms, own, oco string) *order {
	o := &order{
		id: b.newID(), own: own, account: a, in: t.Instrument, terms: t, ocoName: oco, placed: b.now.Market,
		limitOld: t.Limit, stopOld: t.Stop, manual: b.faults.byHand,
	}
	o.shown = o.id
	if b.quirks.ReassignIDs {
		o.shown = b.newID()
	}
	if b.faults.slice > 0 && t.OCO == 0 {
		o.slice = engine.Qty(b.faults.slice)
		b.sliced = append(b.sliced, o)
	}
	b.orders = append(b.orders, o)
	for _, id := range []string{o.id, o.shown, own} {
		if id != "" {
			b.byID[strings.ToLower(id)] = o
		}
	}
	b.to(o, stateSubmitted, "")
	return o
}

// dispatch sends a new order to the venue, after the latency if there is one.
func (b *Broker) dispatch(o *order) {
	if b.faults.spend(&b.faults.rejectLater) {
		b.rejectSoon(o, "Rejected by the broker after it was accepted")
		return
	}
	if d := b.quirks.OrderLatency; d > 0 && b.after(int64(d), func() { b.enter(o) }) {
		return
	}
	b.enter(o)
}

// rejectDelay is how long an order lives that is rejected later.
const rejectDelay = 250_000_000

// rejectSoon rejects an order that never reaches the venue, unless it ends before.
func (b *Broker) rejectSoon(o *order, why string) {
	reject := func() {
		if !o.terminal() {
			b.to(o, stateRejected, why)
		}
	}
	if !b.after(rejectDelay, reject) {
		reject()
	}
}

// enter gives the venue the order, or the next part of it.
func (b *Broker) enter(o *order) {
	if o.terminal() || o.child != 0 {
		return
	}
	t := o.terms
	t.Qty -= o.filled
	if o.slice > 0 {
		t.Qty = min(t.Qty, o.slice)
	}
	if o.filled > 0 && t.Type.HasStop() {
		// The stop has been triggered by an earlier part.
		t.Type, t.Stop = t.Type-(engine.StopMarket-engine.Market), engine.NoPrice
	}
	o.part, o.partDone = t.Qty, 0
	a := o.account
	a.nextID++
	o.child = a.nextID
	a.byVenue[o.child] = o
	b.reports(a, a.venue.Place(b.now.Market, o.child, t))
}

// refill places the next part of orders that fill in parts, at a quote.
func (b *Broker) refill(a *account, id engine.InstrumentID) {
	b.sliced = slices.DeleteFunc(b.sliced, (*order).terminal)
	for _, o := range slices.Clone(b.sliced) {
		if o.account == a && o.in == id && o.child == 0 && o.filled > 0 {
			b.enter(o)
		}
	}
}

// reports takes what a venue said. The slice is the venue's and is copied, because
// what follows may call the venue again.
func (b *Broker) reports(a *account, list []engine.Report) {
	if len(list) == 0 {
		return
	}
	for _, r := range append([]engine.Report(nil), list...) {
		if o := a.byVenue[r.Order]; o != nil {
			b.report(o, &r)
		}
	}
}

func (b *Broker) report(o *order, r *engine.Report) {
	switch r.Kind {
	case engine.Accepted:
		b.accepted(o)
	case engine.Triggered:
		b.to(o, stateWorking, "")
	case engine.Rejected:
		b.end(o, r.Order, stateRejected, r.Reason)
	case engine.Filled:
		b.fill(o, r)
	case engine.Changed:
		b.changed(o, r)
	case engine.Cancelled, engine.Expired:
		b.end(o, r.Order, stateCancelled, r.Reason)
	}
}

// accepted says where the order rests. A stop waits as Accepted.
func (b *Broker) accepted(o *order) {
	b.to(o, stateAccepted, "")
	switch {
	case o.filled > 0:
		b.to(o, statePart, "")
	case !o.terms.Type.HasStop():
		b.to(o, stateWorking, "")
	}
}

func (b *Broker) end(o *order, child engine.OrderID, state, why string) {
	delete(o.account.byVenue, child)
	o.child = 0
	b.to(o, state, why)
}

func (b *Broker) changed(o *order, r *engine.Report) {
	if o.slice == 0 {
		o.terms.Qty, o.terms.Limit, o.terms.Stop = o.filled+r.Leaves, r.Limit, r.Stop
	}
	b.to(o, b.resting(o), "")
}

// resting is the state of an open order that nothing is under way about.
func (b *Broker) resting(o *order) string {
	switch {
	case o.filled > 0:
		return statePart
	case o.terms.Type.HasStop() && o.state != stateWorking:
		return stateAccepted
	}
	return stateWorking
}

// kill cancels an open order at the venue, or says why it cannot be.
func (b *Broker) kill(o *order) bool {
	if o.terminal() {
		return false
	}
	if o.child == 0 {
		b.to(o, stateCancelled, "by request")
		return true
	}
	if d := b.quirks.OrderLatency; d > 0 {
		b.to(o, stateCancel, "")
		if b.after(int64(d), func() { b.killNow(o) }) {
			return true
		}
	}
	b.killNow(o)
	return true
}

func (b *Broker) killNow(o *order) {
	switch {
	case o.terminal():
	case o.child == 0:
		b.to(o, stateCancelled, "by request")
	default:
		b.reports(o.account, o.account.venue.Cancel(b.now.Market, o.child))
	}
}

// averagePrice is the average fill price to ten decimals; 0 before fills.
func (o *order) averagePrice(in *engine.Instrument) decimal.Decimal {
	if o.average.Qty == 0 {
		return decimal.Zero
	}
	return decimal.NewFromInt(o.average.Notional).Mul(in.TickDecimal()).DivRound(decimal.NewFromInt(int64(o.average.Qty)), 10)
}

// orderObject is an order as the platform shows it, its properties in
// alphabetical order after the account.
func (b *Broker) orderObject(o *order) Object {
	in := b.universe.Get(o.in)
	x := obj("account", o.account.name, "orderId", o.shown, "instrument", in.Key, "instrumentType", "Future",
		"orderType", typeName(o.terms.Type), "orderState", o.state, "quantity", o.terms.Qty, "filled", o.filled,
		"averageFillPrice", number(o.averagePrice(in)), "fromEntrySignal", nil, "gtd", "2099-12-01T00:00:00.0000000",
		"hasOverfill", false, "isBacktestOrder", false,
		"limitPrice", price(in, o.terms.Limit), "limitPriceChanged", price(in, o.limitOld))
	if b.quirks.ObjectTail == "cut" {
		return x
	}
	return append(x, obj("isLiveUntilCancelled", o.terms.TIF == engine.GTC, "name", "", "oco", o.ocoName,
		"orderAction", actionName(o.terms.Side), "quantityChanged", o.terms.Qty, "stopPrice", price(in, o.terms.Stop),
		"stopPriceChanged", price(in, o.stopOld), "time", stamp(o.placed), "timeInForce", tifName(o.terms.TIF))...)
}

func typeName(t engine.OrderType) string {
	return [...]string{"Market", "Limit", "StopMarket", "StopLimit"}[t]
}

func actionName(s engine.Side) string {
	if s == engine.Sell {
		return "Sell"
	}
	return "Buy"
}

func tifName(t engine.TimeInForce) string {
	if t == engine.GTC {
		return "Gtc"
	}
	return "Day"
}

func notFound(id string) result {
	return refuse(fmt.Sprintf("Order linked to '%s' not found or already terminal.", id))
}
