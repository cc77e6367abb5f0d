package engine

import (
	"fmt"
	"slices"
)

// onIntent takes what a strategy wants: repeats are dropped, gaps denied.
func (d *Desk) onIntent(i *Intent) {
	if int(i.Strategy) >= len(d.members) {
		d.faults++
		return
	}
	m := &d.members[i.Strategy]
	if i.Seq <= m.intents {
		return
	}
	if i.Seq != m.intents+1 {
		d.deny(i, &Denial{
			Code: SequenceGap, Limit: fmt.Sprint(m.intents + 1), Value: fmt.Sprint(i.Seq),
			Text: "an earlier intent of this strategy was lost; resynchronise and submit again", Retry: NoTime,
		})
		return
	}
	m.intents = i.Seq
	switch i.Kind {
	case Submit:
		d.submit(i)
	case Amend:
		d.amend(i)
	case Withdraw:
		d.withdraw(i)
	case CancelAll:
		d.cancelAll(i.Strategy)
	case Flatten:
		d.flatten(i.Strategy)
	default:
		d.faults++
	}
}

// deny answers an intent: with the order as it stands where there is one, else
// with one that never came to be.
func (d *Desk) deny(i *Intent, why *Denial) {
	if o := d.refs[refKey{i.Strategy, i.Ref}]; o != nil && i.Kind != Submit {
		d.tell(o, Fill{}, why)
		return
	}
	d.tell(&Order{Ref: i.Ref, Strategy: i.Strategy, Terms: i.Terms, State: Refused, Sent: i.At, Ended: i.At, Reason: why.Text}, Fill{}, why)
}

func (d *Desk) submit(i *Intent) {
	m := &d.members[i.Strategy]
	t := i.Terms
	t.Instrument = m.Instrument
	m.takeRef(i)
	if why := d.flaw(i, &t); why != nil {
		d.deny(i, why)
		return
	}
	if m.flattening {
		d.deny(i, &Denial{Code: Flattening, Text: "the position is being closed; submit again when it is flat", Retry: NoTime})
		return
	}
	if why := m.mended(&t); why != nil {
		d.deny(i, why)
		return
	}
	o := d.newOrder(Order{Ref: i.Ref, Strategy: i.Strategy, Class: d.classOf(m, &t, nil), Terms: t})
	bracket := newBracket(i)
	if bracket != nil {
		o.Class = ClassEntry // its children may open a position again
	}
	if why := d.place(o, bracket.children()); why != nil {
		d.deny(i, why)
		return
	}
	if bracket != nil {
		d.hold(o, bracket)
	}
	d.refs[refKey{o.Strategy, o.Ref}] = o
	d.tell(o, Fill{}, nil)
}

// takeRef takes note of the numbers a strategy uses.
func (m *member) takeRef(i *Intent) {
	last := i.Ref
	if i.HasBracket() {
		last += TargetRef
	}
	m.ref = max(m.ref, last)
}

// newOrder gives an order its number. The number is spent even if the gate says no.
func (d *Desk) newOrder(o Order) *Order {
	d.nextID++
	o.ID, o.Sent, o.Ended, o.State = d.nextID, d.book.now, NoTime, InFlight
	return &o
}

// place asks the gate and, on its yes, sends the order. extra is the number of
// further orders its bracket will need.
func (d *Desk) place(o *Order, extra int) *Denial {
	if why := d.offline(); why != nil {
		return why
	}
	d.drain() // what protects and flattens goes first
	d.book.reserved += extra
	r := Request{At: d.book.now, Kind: PlaceOrder, Order: o.ID, Class: o.Class, Terms: o.Terms}
	permit, why := d.cfg.Gate.Judge(&d.book, &r)
	d.book.reserved -= extra
	if why != nil && !d.mayWait(why) {
		return why
	}
	d.orders[o.ID] = o
	d.book.add(o)
	if why != nil {
		d.waitFor(&r, why)
	} else {
		d.send(&r, permit)
	}
	return nil
}

// offline denies what strategies want while the broker cannot be asked.
func (d *Desk) offline() *Denial {
	if !d.book.unlinked {
		return nil
	}
	return &Denial{Code: LinkIsDown, Text: "nothing can be sent now: " + d.book.offline, Retry: NoTime}
}

// send emits a permitted request. A permit that does not fit is a bug in the
// gate: nothing is sent, and the fault is counted.
func (d *Desk) send(r *Request, p Permit) {
	s, err := NewSend(*r, p)
	if err != nil {
		d.faults++
		return
	}
	d.emit(s)
}

// classOf tells an exit from an entry: an exit is no larger than what is left of
// the strategy's position after the exits already open, except itself where it is
// the terms of an order that is to change. A bracket's children do not count: they
// wait for prices that may never come, and must not keep anyone from leaving.
func (d *Desk) classOf(m *member, t *Terms, itself *Order) Class {
	held := m.account.holding.Position
	if held == 0 || (held > 0) != (t.Side == Sell) {
		return ClassEntry
	}
	left := held.Abs()
	for _, o := range d.book.open[t.Instrument] {
		if o != itself && &d.members[o.Strategy] == m && o.Terms.Side == t.Side && o.Class != ClassProtect {
			left -= o.Leaves()
		}
	}
	if t.Qty > left {
		return ClassEntry
	}
	return ClassExit
}

// classOfChange is the class under which new terms of an order are judged: an exit,
// whose position may be gone by now, and what grows are judged like a new order.
// Anything else keeps its class.
func (d *Desk) classOfChange(o *Order, t Terms) Class {
	if o.Class != ClassExit && t.Qty <= o.Terms.Qty {
		return o.Class
	}
	t.Qty -= o.Filled
	return max(o.Class, d.classOf(&d.members[o.Strategy], &t, o))
}

// flaw finds what no broker would take, before anything is counted or spent.
func (d *Desk) flaw(i *Intent, t *Terms) *Denial {
	bad := func(code Code, value, text string) *Denial {
		return &Denial{Code: code, Value: value, Text: text, Retry: NoTime}
	}
	switch {
	case t.Qty <= 0 || t.Qty > MaxQty:
		return bad(BadTerms, fmt.Sprint(t.Qty), fmt.Sprintf("the quantity must be 1 to %d", MaxQty))
	case t.Side != Buy && t.Side != Sell:
		return bad(BadTerms, fmt.Sprint(int(t.Side)), "the side must be Buy or Sell")
	case t.Type > StopLimit:
		return bad(BadTerms, fmt.Sprint(int(t.Type)), "unknown order type")
	case t.Limit == InvalidPrice, t.Stop == InvalidPrice, i.StopLoss == InvalidPrice, i.Target == InvalidPrice:
		return bad(BadPrice, "", "a price is not a number or not on the tick grid; use ctx.Round")
	case t.Type.HasLimit() != (t.Limit != NoPrice):
		return bad(BadPrice, "", "the order type and the limit price do not go together")
	case t.Type.HasStop() != (t.Stop != NoPrice):
		return bad(BadPrice, "", "the order type and the stop price do not go together")
	}
	if i.StopLoss != NoPrice && i.Target != NoPrice && !t.Side.Better(i.StopLoss, i.Target-Price(t.Side)) {
		return bad(BadPrice, "", "the bracket is the wrong way round: the stop must lie beyond the entry and the target before it")
	}
	return nil
}

// find returns the open order an intent is about, or why there is none.
func (d *Desk) find(i *Intent) (*Order, *Denial) {
	o := d.refs[refKey{i.Strategy, i.Ref}]
	if o == nil {
		return nil, &Denial{Code: UnknownRef, Value: fmt.Sprint(i.Ref), Text: "the strategy has no such order, or it ended long ago", Retry: NoTime}
	}
	if o.State.Terminal() {
		return nil, &Denial{Code: NotOpen, Value: o.State.String(), Text: "the order is not open any more", Retry: NoTime}
	}
	return o, nil
}

func (d *Desk) withdraw(i *Intent) {
	o, why := d.find(i)
	if why != nil {
		d.deny(i, why)
		return
	}
	d.cancel(o)
}

// cancel asks the venue to cancel an order, unless that is under way.
func (d *Desk) cancel(o *Order) {
	if o.State.Terminal() || o.State == CancelPending || o.recalled || d.waits(o, CancelOrder) || d.unsend(o) {
		return
	}
	d.unchange(o)
	if o.State == Unknown { // asking for its end does not tell whether it exists: once is enough
		o.recalled = true
	} else {
		o.State = CancelPending
	}
	d.request(&Request{Kind: CancelOrder, Order: o.ID, Class: ClassCancel, Terms: o.Terms})
}

func (d *Desk) amend(i *Intent) {
	o, why := d.find(i)
	if why == nil {
		why = d.amendable(o, i)
	}
	if why != nil {
		d.deny(i, why)
		return
	}
	t := o.Terms
	waiting := d.waitingChange(o)
	if waiting != nil {
		t = waiting.Terms
	}
	if i.Terms.Qty > 0 {
		t.Qty = i.Terms.Qty
	}
	if i.Terms.Limit != NoPrice {
		t.Limit = i.Terms.Limit
	}
	if i.Terms.Stop != NoPrice {
		t.Stop = i.Terms.Stop
	}
	if waiting != nil {
		d.rewrite(waiting, o, t)
		return
	}
	if why := d.change(o, t, d.classOfChange(o, t)); why != nil {
		d.deny(i, why)
	}
}

// waitingChange is the strategy's own change of an order that still waits for its
// token, if any. One by which the Desk protects is not the strategy's to rewrite.
func (d *Desk) waitingChange(o *Order) *Request {
	for _, r := range d.queue {
		if r.Order == o.ID && r.Kind == ChangeOrder && r.mortal() && o.State == ChangePending {
			return r
		}
	}
	return nil
}

// rewrite puts a newer wish in the place of one that was not sent yet. It does not
// wait any longer for that.
func (d *Desk) rewrite(r *Request, o *Order, t Terms) {
	o.pendingQty, r.Terms = t.Qty, t
	if c := d.classOfChange(o, t); c != r.Class {
		d.drop(slices.Index(d.queue, r))
		r.Class = c
		d.wait(r)
	}
}

func (d *Desk) amendable(o *Order, i *Intent) *Denial {
	switch {
	case i.Terms.Limit == InvalidPrice, i.Terms.Stop == InvalidPrice:
		return &Denial{Code: BadPrice, Text: "a price is not a number or not on the tick grid; use ctx.Round", Retry: NoTime}
	case o.State != Working && o.State != PartFilled && d.waitingChange(o) == nil:
		return &Denial{Code: OrderPending, Value: o.State.String(), Text: "wait until the order is working before changing it", Retry: NoTime}
	case i.Terms.Limit != NoPrice && !o.Terms.Type.HasLimit(), i.Terms.Stop != NoPrice && !o.Terms.Type.HasStop():
		return &Denial{Code: BadTerms, Value: o.Terms.Type.String(), Text: "an order of this type has no such price", Retry: NoTime}
	case i.Terms.Qty > MaxQty:
		return &Denial{Code: BadTerms, Value: fmt.Sprint(i.Terms.Qty), Text: fmt.Sprintf("the quantity must be 1 to %d", MaxQty), Retry: NoTime}
	case i.Terms.Qty != 0 && i.Terms.Qty <= o.Filled:
		return &Denial{Code: BadTerms, Value: fmt.Sprint(i.Terms.Qty), Text: fmt.Sprintf("%d are filled already; cancel the order instead", o.Filled), Retry: NoTime}
	}
	return nil
}

// change asks for new terms. While the answer is out, the larger quantity counts.
func (d *Desk) change(o *Order, t Terms, c Class) *Denial {
	if why := d.offline(); why != nil {
		return why
	}
	d.drain() // what protects and flattens goes first
	if o.State != Working && o.State != PartFilled {
		return &Denial{Code: OrderPending, Value: o.State.String(), Text: "wait until the order is working before changing it", Retry: NoTime}
	}
	state := o.State
	o.pendingQty = t.Qty
	r := Request{At: d.book.now, Kind: ChangeOrder, Order: o.ID, Class: c, Terms: t}
	permit, why := d.cfg.Gate.Judge(&d.book, &r)
	switch {
	case why == nil:
		o.State = ChangePending
		d.send(&r, permit)
	case d.mayWait(why):
		o.State = ChangePending
		d.waitFor(&r, why)
	default:
		o.pendingQty, o.State = 0, state
		return why
	}
	return nil
}
