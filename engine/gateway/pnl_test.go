package gateway

import (
	"testing"
	"time"

	"tollgate/engine"
)

// told passes some time and returns the newest P&L that was published meanwhile.
func (r *rig) told(d time.Duration) (p *engine.PnL) {
	r.t.Helper()
	r.published = nil
	r.pass(d)
	for _, data := range r.published {
		e, err := engine.ParseEvent(data)
		if err != nil {
			r.t.Fatal(err)
		}
		if x, ok := e.(*engine.PnL); ok {
			p = x
		}
	}
	return p
}

// TestPnLIsTold: strategies hear of a profit and loss that changed, also after a
// restart, and of none that did not.
func TestPnLIsTold(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.quote(0, 19_000)
	if p := r.told(2 * time.Second); p == nil || p.Unrealized != 0 {
		t.Fatalf("at the beginning: %+v", p)
	}
	r.buy(1, 2, 0)
	c := r.placed()
	r.has(c, "Filled", 2, "4750")
	r.pass(5 * time.Second)
	r.quote(0, 19_004)
	if p := r.told(2 * time.Second); p == nil || p.Unrealized != engine.Dollars(100) {
		t.Fatalf("two contracts, four ticks up: %+v", p)
	}
	if p := r.told(3 * time.Second); p != nil {
		t.Fatalf("nothing changed: %+v", p)
	}
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4750.0}`}
	r.begin(r.core.State())
	r.connect()
	r.quote(0, 19_000)
	if p := r.told(2 * time.Second); p == nil || p.Unrealized != 0 {
		t.Fatalf("after a restart: %+v", p)
	}
}
