package engine

import "slices"

// What strategies want may wait for a token, too, for DeskConfig.EntryWait at most.
// Unlike what protects, it is given up: when its time is over, when the link goes
// down, and when what protects needs its room in the queue. A wish that is old is
// never sent.

// mayWait reports whether a request that is throttled may wait for its token.
func (d *Desk) mayWait(why *Denial) bool {
	return why.Retry != NoTime && d.cfg.EntryWait > 0 && len(d.queue) < maxWaiting
}

// waitFor puts a throttled request of a strategy into the queue for as long as it may wait.
func (d *Desk) waitFor(r *Request, why *Denial) {
	r.until = d.book.now.Add(d.cfg.EntryWait)
	d.wait(r)
	d.retryAt(why.Retry)
	d.watchWaits()
}

// mortal reports whether a request may wait for a while only.
func (r *Request) mortal() bool { return r.until != 0 }

// watchWaits arms the timer for the first wait to end.
func (d *Desk) watchWaits() {
	first := NoTime
	for _, r := range d.queue {
		if r.mortal() && (first == NoTime || r.until < first) {
			first = r.until
		}
	}
	if first != NoTime && d.waitID == 0 {
		d.waitID = d.setTimer(max(first, d.book.now+1))
	}
}

// expire denies what has waited until t or longer.
func (d *Desk) expire(t Time) {
	d.giveUpWaiting(&Denial{Code: Throttled, Limit: d.cfg.EntryWait.String(), Value: "no token", Text: "the budget of calls to the broker stayed spent for as long as a request may wait", Retry: NoTime},
		func(r *Request) bool { return r.until <= t })
}

// giveUpWaiting denies those of the waiting requests of strategies that are chosen.
// What follows from a denial may change the queue, so each is looked for anew.
func (d *Desk) giveUpWaiting(why *Denial, chosen func(*Request) bool) {
	for {
		i := slices.IndexFunc(d.queue, func(r *Request) bool { return r.mortal() && chosen(r) })
		if i < 0 {
			return
		}
		r := d.queue[i]
		d.drop(i)
		if !d.moot(r) {
			d.refuse(r, why)
		}
	}
}

// makeRoom takes the last request of a strategy out of a full queue, so that what
// strategies want is never in the way of what protects them. The caller refuses it.
func (d *Desk) makeRoom() *Request {
	last := len(d.queue) - 1
	if r := d.queue[last]; r.mortal() {
		d.drop(last)
		return r
	}
	return nil
}

// judge asks the gate. A new order that waited stands in the book already, and is
// taken out of it while it is judged: it must not count twice. One that was to close a
// position must not open one, when a stop was faster; nor must a change.
func (d *Desk) judge(r *Request) (Permit, *Denial) {
	if o := d.orders[r.Order]; o != nil && r.Kind == ChangeOrder && r.mortal() {
		r.Class = max(r.Class, d.classOfChange(o, r.Terms))
	}
	if o := d.orders[r.Order]; o != nil && !o.State.Terminal() && r.Kind == PlaceOrder && r.mortal() {
		held := d.members[o.Strategy].account.holding.Position
		if r.Class == ClassExit && Qty(-r.Terms.Side)*held < r.Terms.Qty {
			return Permit{}, &Denial{Code: Outlived, Text: "while it waited for a token, what it was to close was closed otherwise", Retry: NoTime}
		}
		at := d.book.remove(o)
		defer d.book.insert(o, at)
	}
	return d.cfg.Gate.Judge(&d.book, r)
}
