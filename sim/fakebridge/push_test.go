package fakebridge

import (
	"testing"
	"testing/synctest"
	"time"

	"tollgate/engine"
)

// TestPushAndWithdraw: whoever pushes the quotes says when there are none. Nothing fills
// then; a quote that comes late counts from when it came.
func TestPushAndWithdraw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, _ := world(t, 0)
		s, err := New(Config{Universe: u, Accounts: []Account{{Name: "Sim101"}}, Speed: 1, Quirks: Quirks{QuotePace: "event"}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		push := func(bid engine.Price, at time.Duration) {
			s.Push(&engine.Quote{
				At: s.MarketTime().Add(at), Kind: engine.QuoteChange, Bid: bid, Ask: bid + 1, Last: engine.NoPrice,
				BidSize: 9, AskSize: 9, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
			})
		}
		buy := func(want int) {
			t.Helper()
			s.Manual("PlaceOrder", Args{"account": "Sim101", "instrument": "ES", "action": "BUY", "quantity": "1", "orderType": "MARKET", "timeInForce": "DAY"})
			if n := len(s.Ledger().Executions); n != want {
				t.Errorf("%d executions and should be %d", n, want)
			}
		}
		push(20_000, 0)
		buy(1)
		s.Withdraw()
		buy(1)
		pass(time.Minute)
		began := s.MarketTime()
		push(20_004, -time.Hour)
		if x := s.Ledger().Executions; len(x) != 2 || x[1].Price != "5001.25" || x[1].Time != int64(began) {
			t.Errorf("after a late quote at %v: %+v", began, x)
		}
		push(20_008, time.Second) // a clock ahead of this one takes it along
		if got := s.MarketTime().Sub(began); got != time.Second {
			t.Errorf("the clock went on by %v", got)
		}
		buy(3)
	})
}
