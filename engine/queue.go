package engine

import "fmt"

// Requests that protect, cancel or flatten are never given up for want of
// tokens: they wait here, most urgent class first, oldest first within a class,
// and go out when the gate says there are tokens again.

// request sends what must be sent, at once or as soon as the budget allows.
func (d *Desk) request(r *Request) {
	if d.gathering && len(d.queue) < maxWaiting {
		d.wait(r)
		return
	}
	if len(d.queue) > 0 || d.book.unlinked {
		d.wait(r)
		d.drain()
		return
	}
	if !d.try(r) {
		d.wait(r)
	}
}

// try asks the gate and sends. False means: throttled, ask again.
func (d *Desk) try(r *Request) bool {
	r.At = d.book.now
	permit, why := d.judge(r)
	switch {
	case why == nil:
		d.send(r, permit)
	case why.Retry != NoTime && (!r.mortal() || d.book.now < r.until):
		d.retryAt(why.Retry)
		return false
	default:
		d.refuse(r, why)
	}
	return true
}

// refuse undoes what waited for a request that the gate will never permit, and
// tells the strategy.
func (d *Desk) refuse(r *Request, why *Denial) {
	o := d.orders[r.Order]
	if o == nil || o.State.Terminal() {
		return
	}
	switch r.Kind {
	case PlaceOrder:
		o.State, o.Reason = Refused, why.Text
		d.end(o, &Report{At: d.book.now})
	default:
		o.pendingQty = 0
		if o.State == ChangePending || o.State == CancelPending {
			o.State = Working
			if o.Filled > 0 {
				o.State = PartFilled
			}
		}
		if r.Kind == ChangeOrder {
			d.balk(o)
		}
	}
	d.tell(o, Fill{}, why)
	d.follow(o)
}

// wait puts a request in its place in the queue. A queue at its bound refuses: what
// a strategy wants if there is any, else the request itself.
func (d *Desk) wait(r *Request) {
	if len(d.queue) == maxWaiting {
		full := &Denial{Code: Throttled, Limit: fmt.Sprint(maxWaiting), Value: fmt.Sprint(maxWaiting + 1), Text: "too many requests are waiting for tokens", Retry: NoTime}
		out := d.makeRoom()
		if out == nil {
			d.refuse(r, full)
			return
		}
		defer d.refuse(out, full) // when r has its place: what follows may need one, too
	}
	i := len(d.queue)
	for i > 0 && d.queue[i-1].Class > r.Class {
		i--
	}
	d.queue = append(d.queue, nil)
	copy(d.queue[i+1:], d.queue[i:])
	d.queue[i] = r
}

func (d *Desk) retryAt(t Time) {
	if d.retryID == 0 {
		d.retryID = d.setTimer(max(t, d.book.now+1))
	}
}

// drain sends what waits, until the budget is spent again. What has become
// pointless meanwhile is dropped. A request leaves the queue before it is tried:
// what follows from a refusal may change the queue.
func (d *Desk) drain() {
	d.expire(d.book.now - 1)
	for len(d.queue) > 0 && !d.book.unlinked {
		r := d.queue[0]
		d.drop(0)
		if d.moot(r) || d.cancelMany(r) || d.try(r) {
			continue
		}
		d.queue = append(d.queue, nil)
		copy(d.queue[1:], d.queue)
		d.queue[0] = r
		d.expire(d.book.now) // no timer will ring for it again
		return
	}
}

func (d *Desk) drop(i int) {
	copy(d.queue[i:], d.queue[i+1:])
	d.queue[len(d.queue)-1] = nil
	d.queue = d.queue[:len(d.queue)-1]
}

// unsend takes an order back that still waits to be sent; false when it does not.
func (d *Desk) unsend(o *Order) bool {
	for i, r := range d.queue {
		if r.Order == o.ID && r.Kind == PlaceOrder {
			d.drop(i)
			d.neverSent(o)
			return true
		}
	}
	return false
}

// unchange takes back a change that still waits: the order is to end.
func (d *Desk) unchange(o *Order) {
	for i, r := range d.queue {
		if r.Order == o.ID && r.Kind == ChangeOrder {
			d.drop(i)
			o.pendingQty = 0
			return
		}
	}
}

// moot reports whether a waiting request has lost its object: the order ended, or
// what was to change in it was overtaken by a report or a newer request.
func (d *Desk) moot(r *Request) bool {
	o := d.orders[r.Order]
	return o == nil || o.State.Terminal() ||
		r.Kind == ChangeOrder && (o.State != ChangePending || o.pendingQty != r.Terms.Qty)
}

// waits reports whether a request of this kind about the order waits for tokens.
func (d *Desk) waits(o *Order, k RequestKind) bool {
	for _, r := range d.queue {
		if r.Order == o.ID && r.Kind == k {
			return true
		}
	}
	return false
}
