package engine

import "slices"

// A kill cancels every order of the account, so its cancels may become one call. Nothing
// else may: the broker's call takes all orders of an account, also one that a person
// placed a moment ago and that we have not heard of.

// cancelMany sends one call in place of a cancel whose turn has come and of all that
// wait behind it. It reports whether it did: not when there is one cancel only, when an
// order lives that is not to end, and when the gate says no to it.
func (d *Desk) cancelMany(r *Request) bool {
	if d.book.mode != Killed || r.Kind != CancelOrder || !slices.ContainsFunc(d.queue, isCancel) || !d.allEnding(r) {
		return false
	}
	many := Request{
		At: d.book.now, Kind: CancelOrders, Class: r.Class,
		Terms: Terms{Instrument: AllInstruments, Limit: NoPrice, Stop: NoPrice},
	}
	permit, why := d.judge(&many)
	if why != nil {
		return false
	}
	d.send(&many, permit)
	d.queue = slices.DeleteFunc(d.queue, isCancel)
	return true
}

func isCancel(r *Request) bool { return r.Kind == CancelOrder }

// allEnding reports whether the end of every open order was asked for; a cancel that is
// not in the queue, and has not been sent, is that of r.
func (d *Desk) allEnding(r *Request) bool {
	for _, open := range d.book.open {
		for _, o := range open {
			if o.ID != r.Order && o.State != CancelPending && !o.recalled {
				return false
			}
		}
	}
	return true
}
