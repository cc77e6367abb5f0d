package cli

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/cmd/internal/stack"
	"tollgate/configs"
	"tollgate/engine"
	"tollgate/sim/fakebridge"
)

// TestSilenceFillsNothing: while quotes are withdrawn, or older than they may be, what
// arrives waits, and the first new quote fills it.
func TestSilenceFillsNothing(t *testing.T) {
	file := fedFile(t, "ws://127.0.0.1:1/ws/stream")
	config, text, err := loadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var f paperFlags
		bc, err := f.fedConfig(config, text)
		if err != nil {
			t.Fatal(err)
		}
		bc.Quirks.OrderLatency = 0
		s, err := fakebridge.New(bc)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		d := desk{t, s}
		d.market("BUY", "Accepted")
		d.quote(20_000, 0)
		d.filled(1, "5000.25") // what waited for the first quote
		d.market("BUY", "Filled")
		d.limit("4999.75")
		s.Withdraw()
		d.market("SELL", "Accepted")
		<-time.After(time.Hour)
		d.filled(2, "5000.25")
		d.quote(20_004, time.Minute) // stamped a minute ago; it counts from now
		d.filled(3, "5001")
		<-time.After(stack.SilentAfter)
		d.market("BUY", "Filled") // exactly that old is not silent
		<-time.After(1)
		d.market("BUY", "Accepted")
		<-time.After(time.Hour)
		d.filled(4, "5001.25")
		d.quote(20_008, 0)
		d.filled(5, "5002.25")
		d.quote(19_990, 0)
		d.filled(6, "4999.75") // what rested all the time
	})
}

// TestFedAsConfigured: cash, fees, latency and the model of fills are those of the
// configuration; what snapshots do not say is assumed as the model documents.
func TestFedAsConfigured(t *testing.T) {
	file := fedFile(t, "ws://127.0.0.1:1/ws/stream")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "fees: {ES: 1.25}\n"...)
	text = []byte(strings.Replace(string(text), "{latency: 20ms}", "{latency: 20ms, cash: 5000, fill: touch, sizes: {take: 2, depth: 1}}", 1))
	config, err := configs.Decode(file, text)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var f paperFlags
		bc, err := f.fedConfig(config, text)
		if err != nil {
			t.Fatal(err)
		}
		s, err := fakebridge.New(bc)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		d := desk{t, s}
		d.quote(20_000, 0)
		d.market("BUY", "Submitted")
		<-time.After(19 * time.Millisecond)
		d.quote(20_004, 0)
		<-time.After(2 * time.Millisecond)
		d.filled(1, "5001.25")
		for range 2 {
			d.market("BUY", "Submitted")
		}
		<-time.After(21 * time.Millisecond)
		d.filled(3, "5001.5") // two at the quote, then a tick worse
		d.limit("5000.75")
		<-time.After(21 * time.Millisecond)
		d.quote(20_002, 0)
		d.filled(4, "5000.75")
		if x := s.Ledger(); x.Executions[0].Fee != "1.25" || x.Accounts[0].Fees != "5.00" || x.Accounts[0].Cash != "4995.00" {
			t.Errorf("%+v", x.Accounts)
		}
	})
}

// desk trades by hand at a simulated bridge.
type desk struct {
	t *testing.T
	s *fakebridge.Server
}

func (d desk) quote(bid engine.Price, late time.Duration) {
	d.s.Push(&engine.Quote{
		At: engine.TimeOf(time.Now()).Add(-late), Kind: engine.QuoteChange, Bid: bid, Ask: bid + 1, Last: engine.NoPrice,
		BidSize: engine.UnknownQty, AskSize: engine.UnknownQty, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	})
}

func (d desk) market(action, state string) {
	d.t.Helper()
	d.s.Manual("PlaceOrder", fakebridge.Args{"account": "Sim101", "instrument": "ES 03-25", "action": action, "quantity": "1", "orderType": "MARKET", "timeInForce": "GTC"})
	if l := d.s.Ledger(); l.Orders[len(l.Orders)-1].State != state && !(state == "Accepted" && l.Orders[len(l.Orders)-1].State == "Working") {
		d.t.Errorf("the order is %s and should be %s", l.Orders[len(l.Orders)-1].State, state)
	}
}

func (d desk) limit(price string) {
	d.s.Manual("PlaceOrder", fakebridge.Args{"account": "Sim101", "instrument": "ES 03-25", "action": "BUY", "quantity": "1", "orderType": "LIMIT", "limitPrice": price, "timeInForce": "GTC"})
}

// filled checks how many executions there are, and the price of the last.
func (d desk) filled(n int, price string) {
	d.t.Helper()
	x := d.s.Ledger().Executions
	if len(x) != n || x[n-1].Price != price {
		d.t.Errorf("%d executions and should be %d at %s: %+v", len(x), n, price, x)
	}
}
