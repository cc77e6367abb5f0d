package fakebridge

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/sim/fakebridge/broker"
)

// rider is the project's own link and codec on a server in memory.
type rider struct {
	t    *testing.T
	s    *Server
	link *bridge.Link
	dec  *bridge.Decoder
	stop func()
}

func ride(t *testing.T, q Quirks) *rider {
	t.Helper()
	s, p, end := bubble(t, Config{Speed: 1, Quirks: q})
	u, _ := world(t, 0)
	ctx, cancel := context.WithCancel(context.Background())
	r := &rider{t: t, s: s, dec: bridge.NewDecoder(u), link: bridge.NewLink(bridge.LinkConfig{
		URL: "ws://bridge/ws/stream", Token: func() (string, error) { return testToken, nil }, Client: p,
		Now: func() engine.Time { return engine.TimeOf(time.Now()) },
	})}
	done := make(chan error, 1)
	go func() { done <- r.link.Run(ctx) }()
	r.stop = func() {
		cancel()
		for range r.link.Events() { // until it is closed
		}
		<-done
		end()
	}
	return r
}

// next waits for an event of a kind.
func (r *rider) next(kind bridge.EventKind) bridge.Event {
	r.t.Helper()
	late := time.After(10 * time.Minute)
	for {
		select {
		case e, open := <-r.link.Events():
			if !open || e.Kind == kind {
				return e
			}
		case <-late:
			r.t.Fatalf("no event of kind %d in ten minutes", kind)
		}
	}
}

func (r *rider) write(frame []byte) {
	r.t.Helper()
	if err := r.link.Write(context.Background(), frame); err != nil {
		r.t.Fatal(err)
	}
}

// frame waits for a frame that is wanted, decoded.
func (r *rider) frame(want func(*bridge.Frame) bool) *bridge.Frame {
	r.t.Helper()
	var f bridge.Frame
	for range 1000 {
		e := r.next(bridge.Message)
		if err := r.dec.Decode(e.Data, e.At, &f); err != nil {
			r.t.Fatalf("%s: %v", e.Data, err)
		}
		if want(&f) {
			return &f
		}
	}
	r.t.Fatal("a thousand frames and none that is wanted")
	return nil
}

func (r *rider) call(c bridge.Call) bridge.Reply {
	r.t.Helper()
	r.write(bridge.AppendCall(nil, "q", c))
	f := r.frame(func(f *bridge.Frame) bool { return f.Kind == bridge.ReplyFrame })
	return f.Reply
}

// TestLinkReadsEveryQuirk: whatever the vendor's unknowns turn out to be, the codec
// reads quotes, orders and positions that agree with the ledger.
func TestLinkReadsEveryQuirk(t *testing.T) {
	// These leave nothing to read, by their nature.
	mute := map[string]bool{
		"plan-refused": true, "silent-after=30s": true, "never-answer=GetAllOrders": true, "orders-scope=working": true, "partial-fills=1": true,
	}
	for _, k := range broker.Catalogue() {
		for _, text := range k.Alternatives() {
			if mute[text] {
				continue
			}
			t.Run(text, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var q Quirks
					if err := q.Set(text); err != nil {
						t.Fatal(err)
					}
					readsAll(t, q)
				})
			})
		}
	}
}

func readsAll(t *testing.T, q Quirks) {
	r := ride(t, q)
	defer r.stop()
	r.next(bridge.Up)
	r.write(bridge.AppendSubscribe(nil, []string{"ES 12-26"}))
	r.write(bridge.AppendStreamPnL(nil, true, 1000))
	r.s.Manual("PlaceOrder", Args{"account": "Sim101", "instrument": "ES", "action": "SELL", "quantity": "3", "orderType": "MARKET", "timeInForce": "DAY"})
	f := r.frame(func(f *bridge.Frame) bool { return f.Kind == bridge.MarketData && f.Quotes[0].Bid != engine.NoPrice })
	if x := f.Quotes[0]; x.Instrument != 0 || x.Bid < 20_000 || x.Bid > 20_006 || len(f.Faults) != 0 {
		t.Errorf("quote %+v, faults %v", x, f.Faults)
	}
	f = r.frame(func(f *bridge.Frame) bool { return f.Kind == bridge.PnL })
	if len(f.Accounts) != 1 || f.Accounts[0].Name != "Sim101" {
		t.Errorf("P&L %+v", f.Accounts)
	}
	orders, err := r.dec.Orders(r.call(bridge.GetAllOrders()).Data)
	l := r.s.Ledger()
	if err != nil || len(orders) != 1 || orders[0].ID != l.Orders[0].ShownID || orders[0].State != bridge.Filled || orders[0].Filled != 3 {
		t.Errorf("orders %+v, %v; truth %+v", orders, err, l.Orders)
	}
	held, err := r.dec.Positions(r.call(bridge.GetAllPositions(false)).Data)
	if err != nil || len(held) != 1 || held[0].Qty != l.Accounts[0].Positions[0].Qty {
		t.Errorf("positions %+v, %v; truth %+v", held, err, l.Accounts[0].Positions)
	}
	summary := r.call(bridge.GetAccountSummary())
	accounts, err := r.dec.Accounts(summary.Data)
	if q.APINames == "second" {
		if summary.Failure == nil || summary.Failure.Class != bridge.UnknownAPI {
			t.Errorf("a function by its other name: %+v", summary.Failure)
		}
	} else if err != nil || len(accounts) != 1 || accounts[0].Cash.String() != l.Accounts[0].Cash {
		t.Errorf("accounts %+v, %v; truth %s", accounts, err, l.Accounts[0].Cash)
	}
	if f := r.call(bridge.GetOrder("Sim101", "nobody")).Failure; f == nil || f.Class == bridge.Throttled || f.Class == bridge.AddonOff {
		t.Errorf("an unknown order: %+v", f)
	}
}

// TestLinkMeetsEveryEnd: how each end of a connection looks to the link, and that it
// comes back within the vendor's limit where it should.
func TestLinkMeetsEveryEnd(t *testing.T) {
	for _, c := range []struct {
		fault string
		class bridge.Class
		back  bool
	}{
		{"drop", bridge.Normal, true},
		{"silent", bridge.Normal, true},
		{"restart=10s", bridge.Normal, true},
		{"close=1001:bye", bridge.Normal, true},
		{"addon-off", bridge.Normal, true},
		{"close=1008:Rate limit abuse", bridge.Abuse, true},
		{"takeover", bridge.TakenOver, false},
	} {
		t.Run(c.fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := ride(t, Quirks{})
				defer r.stop()
				r.next(bridge.Up)
				if err := r.s.Fault(c.fault); err != nil {
					t.Fatal(err)
				}
				if e := r.next(bridge.Down); e.Class != c.class {
					t.Errorf("it is down as %d: %+v", c.class, e)
				}
				if !c.back {
					pass(time.Hour)
					if r.s.Status().Connected {
						t.Error("it took the session back by itself")
					}
					r.link.Takeover()
				}
				r.next(bridge.Up)
				if l := r.s.Ledger(); l.MostUpgradesIn60s > 4 {
					t.Errorf("%d upgrades in 60 s", l.MostUpgradesIn60s)
				}
				if f := r.call(bridge.GetAllOrders()).Failure; (f != nil) != (c.fault == "addon-off") || f != nil && f.Class != bridge.AddonOff {
					t.Errorf("a call after it: %s", fmt.Sprint(f))
				}
			})
		})
	}
}
