package engine

// Unsent gives back a request that the broker did not take for want of tokens: it did
// not happen. It waits again as if it had never been sent, so that it can be taken
// back, and goes out only while the link is up. Only what is never given up comes back
// like this, classes flatten, protect and cancel; anything else is counted in Ignored.
// Desk only.
type Unsent struct {
	At      Time
	Request Request
}

func (d *Desk) onUnsent(e *Unsent) {
	r := e.Request
	if r.Class > ClassCancel || r.Kind >= requestKinds {
		d.faults++
		return
	}
	if r.Kind == CancelOrders {
		d.cancelAnew()
		return
	}
	o := d.orders[r.Order]
	switch {
	case o == nil || o.State.Terminal():
	case r.Kind == PlaceOrder && o.State != InFlight: // its end was asked for meanwhile
		d.neverSent(o)
	case r.Kind == ChangeOrder && o.State != ChangePending:
		o.pendingQty = 0
	case r.Kind == CancelOrder && o.State != CancelPending && !o.recalled:
	default:
		d.wait(&r)
		d.drain()
	}
}

// cancelAnew asks again for the end of every order that was to end.
func (d *Desk) cancelAnew() {
	for _, open := range d.book.open {
		for _, o := range append([]*Order(nil), open...) {
			if (o.State == CancelPending || o.recalled) && !d.waits(o, CancelOrder) {
				d.wait(&Request{Kind: CancelOrder, Order: o.ID, Class: ClassCancel, Terms: o.Terms})
			}
		}
	}
	d.drain()
}

// neverSent ends an order that the broker has not heard of.
func (d *Desk) neverSent(o *Order) {
	o.State = Dead
	d.end(o, &Report{At: d.book.now, Reason: "cancelled before it was sent"})
	d.tell(o, Fill{}, nil)
	d.follow(o)
}
