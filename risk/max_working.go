package risk

import "tollgate/engine"

// maxWorking bounds the number of open orders. An entry with a bracket counts
// with the orders its bracket will need, so that protection is never refused later.
type maxWorking struct{ limit int }

func (m maxWorking) Judge(b *engine.Book, r *engine.Request) *engine.Denial {
	if r.Kind != engine.PlaceOrder {
		return nil
	}
	n := b.OpenOrders() + 1
	if n <= m.limit {
		return nil
	}
	return deny(MaxWorking, m.limit, n, "too many open orders, those included that open brackets will still place")
}
