package engine

// bracket protects the fills of one entry with a stop, a target, or both as one
// OCO. It lives at the Desk, so that it works while the script does not.
//
// The invariant, restored after every report about the entry or its children: the
// children's open quantity is what the entry filled and nobody has closed yet, never
// more than what the strategy instance holds (see trim).
// When a child is refused (its price was passed already), the rest is closed at
// market: a position is never left without the protection that was asked for.
type bracket struct {
	stopLoss, target Price
	oco              OCO
	entry            *Order
	stop, limit      *Order
	closing          *Order // market order that replaces refused protection
	closed           Qty    // what earlier children and closing orders filled, and what others closed
	failed           bool
	attempts         int  // closing orders placed
	reserved         int  // orders still held in reserve in the Book
	cancels          int  // of children and closing orders that had nothing left to protect
	dismissed        bool // the Desk itself asked for the end of the children; not for good
	taken            bool // a child ended and nobody here had asked for it
}

func newBracket(i *Intent) *bracket {
	if !i.HasBracket() {
		return nil
	}
	return &bracket{stopLoss: i.StopLoss, target: i.Target}
}

// children is how many orders the bracket will place.
func (b *bracket) children() int {
	n := 0
	if b != nil && b.stopLoss != NoPrice {
		n++
	}
	if b != nil && b.target != NoPrice {
		n++
	}
	return n
}

// hold ties a bracket to its entry.
func (d *Desk) hold(entry *Order, b *bracket) {
	d.nextOCO++
	b.entry, b.oco, b.reserved = entry, d.nextOCO, b.children()
	d.book.reserved += b.reserved
	d.brackets[entry.ID] = b
}

// unprotected is what the entry filled and nothing has closed yet.
func (b *bracket) unprotected() Qty {
	q := b.entry.Filled - b.closed
	for _, o := range []*Order{b.stop, b.limit, b.closing} {
		if o != nil {
			q -= o.Filled
		}
	}
	return q
}

// guard restores the bracket's invariant.
func (d *Desk) guard(b *bracket) {
	need := b.unprotected()
	b.want(need)
	b.failed = b.failed || refused(b.stop) || refused(b.limit)
	if need <= 0 {
		d.withhold(b)
		d.dismiss(b)
	}
	if need > 0 && (b.halved() || b.orphaned()) {
		d.dismiss(b)
	}
	switch {
	case d.members[b.entry.Strategy].flattening:
		d.handOver(b)
	case b.failed:
		d.replace(b, need)
	case need > 0 && b.stop == nil && b.limit == nil:
		d.protect(b, need)
	case need > 0 && b.spent():
		d.renew(b)
		d.protect(b, need)
	case need > 0:
		d.resize(b, b.stop, need)
		d.resize(b, b.limit, need)
	}
	d.letGo(b)
}

// handOver leaves what is unprotected to the flattening under way: new protection
// would only be in its way. What the entry fills after it is protected anew.
func (d *Desk) handOver(b *bracket) {
	ended, any := true, false
	for _, o := range []*Order{b.stop, b.limit} {
		any = any || o != nil
		ended = ended && (o == nil || o.State.Terminal())
	}
	if any && ended {
		d.renew(b)
	}
	b.closed += b.unprotected()
}

// want makes the worst case count children at the size they are to have, also
// while they cannot be changed yet. A closing order counts with what is to be closed
// after it.
func (b *bracket) want(need Qty) {
	for _, o := range []*Order{b.stop, b.limit, b.closing} {
		if o != nil {
			o.wanted = o.Filled + max(need, 0)
		}
	}
}

// withhold takes children back that still wait to be sent when there is nothing
// left to protect: the venue would learn of their group only after its end.
func (d *Desk) withhold(b *bracket) {
	for _, o := range []*Order{b.stop, b.limit} {
		if o != nil && !o.State.Terminal() && d.unsend(o) {
			b.dismissed = true
		}
	}
	if b.closing != nil && !b.closing.State.Terminal() {
		d.unsend(b.closing)
	}
}

func refused(o *Order) bool { return o != nil && o.State == Refused }

// spent reports whether the children did their work, or had none, and are gone, while
// the entry went on filling. Children that a person or the script cancelled are not spent.
func (b *bracket) spent() bool {
	done := b.dismissed
	for _, o := range []*Order{b.stop, b.limit} {
		if o != nil && !o.State.Terminal() {
			return false
		}
		done = done || o != nil && o.State == Done
	}
	return done
}

// renew makes room for new children: an OCO id is used once.
func (d *Desk) renew(b *bracket) {
	for _, o := range []*Order{b.stop, b.limit} {
		if o != nil {
			b.closed += o.Filled
			delete(d.brackets, o.ID)
		}
	}
	if b.stop != nil {
		b.stopLoss = b.stop.Terms.Stop // the script may have moved it
	}
	if b.limit != nil {
		b.target = b.limit.Terms.Limit
	}
	b.stop, b.limit, b.cancels, b.dismissed, b.taken = nil, nil, 0, false, false
	d.nextOCO++
	b.oco = d.nextOCO
}

// protect places the children for the first fills.
func (d *Desk) protect(b *bracket, qty Qty) {
	d.book.reserved -= b.reserved
	b.reserved = 0
	base := Terms{Instrument: b.entry.Terms.Instrument, Side: b.entry.Terms.Side.Opposite(), TIF: GTC, Qty: qty, Limit: NoPrice, Stop: NoPrice, OCO: b.oco}
	if b.stopLoss != NoPrice {
		t := base
		t.Type, t.Stop = StopMarket, b.stopLoss
		d.child(b, &b.stop, t, StopRef)
	}
	if b.target != NoPrice && !b.failed { // the stop may have been refused at once
		t := base
		t.Type, t.Limit = Limit, b.target
		d.child(b, &b.limit, t, TargetRef)
	}
}

// child places one order of the bracket; when the budget is spent it waits. The
// bracket knows the order before it is asked for: a refusal comes back through guard.
func (d *Desk) child(b *bracket, slot **Order, t Terms, offset Ref) {
	o := d.newOrder(Order{Ref: b.entry.Ref + offset, Parent: b.entry.ID, Strategy: b.entry.Strategy, Class: ClassProtect, Terms: t})
	*slot = o
	d.orders[o.ID] = o
	d.book.add(o)
	d.brackets[o.ID] = b
	d.refs[refKey{o.Strategy, o.Ref}] = o
	d.tell(o, Fill{}, nil)
	d.request(&Request{Kind: PlaceOrder, Order: o.ID, Class: o.Class, Terms: o.Terms})
}

// resize brings a child's open quantity to need, when it is at rest. When that is
// refused again and again, the rest is closed at market instead.
func (d *Desk) resize(b *bracket, o *Order, need Qty) {
	if b.failed || o == nil || o.State != Working && o.State != PartFilled {
		return
	}
	b.dismissed = false
	if o.Leaves() == need {
		o.balks = 0
		return
	}
	if o.balks == resizeAttempts {
		b.failed = true
		d.replace(b, need)
		return
	}
	t := o.Terms
	t.Qty = o.Filled + need
	o.pendingQty, o.State = t.Qty, ChangePending
	d.request(&Request{Kind: ChangeOrder, Order: o.ID, Class: ClassProtect, Terms: t})
}

// replace closes the rest of a position whose protection was refused: first the
// other child goes, then a market order.
func (d *Desk) replace(b *bracket, need Qty) {
	open := false
	for _, o := range []*Order{b.stop, b.limit} {
		if o != nil && !o.State.Terminal() {
			d.dismissOrder(b, o)
			open = true
		}
	}
	if need <= 0 || open || b.closing != nil && !b.closing.State.Terminal() {
		return
	}
	if refused(b.closing) || b.attempts == flattenAttempts {
		return // the venue takes nothing from us: the strategy and the person have been told
	}
	if b.closing != nil {
		b.closed += b.closing.Filled
		delete(d.brackets, b.closing.ID)
	}
	o := d.newOrder(Order{Parent: b.entry.ID, Strategy: b.entry.Strategy, Class: ClassFlatten, Terms: Terms{
		Instrument: b.entry.Terms.Instrument, Side: b.entry.Terms.Side.Opposite(), Type: Market, Qty: need, Limit: NoPrice, Stop: NoPrice,
	}})
	b.closing = o
	b.attempts++
	d.orders[o.ID] = o
	d.book.add(o)
	d.brackets[o.ID] = b
	d.tell(o, Fill{}, nil)
	d.request(&Request{Kind: PlaceOrder, Order: o.ID, Class: o.Class, Terms: o.Terms})
}

// letGo gives up what a bracket that is over held in reserve. The bracket itself
// stays known as long as its entry does: a late fill must be protected too.
func (d *Desk) letGo(b *bracket) {
	for _, o := range []*Order{b.entry, b.stop, b.limit, b.closing} {
		if o != nil && !o.State.Terminal() {
			return
		}
	}
	d.book.reserved -= b.reserved
	b.reserved = 0
}

// balk takes note of a refused change.
func (d *Desk) balk(o *Order) {
	if o.balks < resizeAttempts {
		o.balks++
	}
}
