package broker

import (
	"testing"

	"tollgate/engine"
)

// BenchmarkQuote: an event of the feed with a subscriber and two accounts; once in
// a while a snapshot.
func BenchmarkQuote(b *testing.B) {
	r := newRig(b)
	r.subscribe("ES 12-26")
	q := engine.Quote{Kind: engine.QuoteChange, BidSize: 5, AskSize: 5, LastSize: engine.UnknownQty, Volume: engine.UnknownQty}
	b.ReportAllocs()
	for i := range b.N {
		r.now.Market += 10_000_000
		q.At, q.Bid = r.now.Market, engine.Price(20_000+i%5)
		q.Ask, q.Last = q.Bid+1, q.Bid
		r.b.Quote(r.now.Limit, &q)
	}
}

// BenchmarkPlaceCancel: an order and its cancel, replies written.
func BenchmarkPlaceCancel(b *testing.B) {
	r := newRig(b)
	place := Message{Action: "rpc", ID: "1", API: "PlaceOrder", Args: args(b, `{"account":"Sim101","instrument":"ES 12-26","action":"BUY","quantity":1,"orderType":"LIMIT","timeInForce":"DAY","limitPrice":4000}`)}
	b.ReportAllocs()
	for range b.N {
		r.now.Limit += 1_000_000_000
		r.send(place)
		r.send(Message{Action: "rpc", ID: "2", API: "Cancel", Args: Args{"account": "Sim101", "orderId": r.b.orders[len(r.b.orders)-1].id}})
		if len(r.b.orders) > MaxOrders/2 {
			b.StopTimer()
			r = newRig(b)
			b.StartTimer()
		}
	}
}
