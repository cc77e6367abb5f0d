package gateway

import (
	"fmt"
	"testing"
	"time"

	"tollgate/engine"
)

// broker tells a profit and loss, a second after what was before.
func (r *rig) earns(realized, unrealized float64) {
	r.t.Helper()
	r.pass(time.Second)
	r.frame(fmt.Sprintf(`{"type":"pnlUpdate","accounts":[{"name":"Sim101","realizedProfitLoss":%v,"unrealizedProfitLoss":%v,"cashValue":100000}]}`, realized, unrealized))
}

// holding is a rig that has bought two contracts at 4750, long enough ago.
func holding(t *testing.T) *rig {
	r := newRig(t)
	r.connect()
	r.buy(1, 2, 0)
	r.has(r.placed(), "Filled", 2, "4750")
	r.pass(10 * time.Second)
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Long","quantity":2,"averagePrice":4750.0}`}
	return r
}

// TestManualPositionIsSeen: two updates that nothing explains, and the broker is asked.
func TestManualPositionIsSeen(t *testing.T) {
	r := newRig(t)
	r.connect()
	r.pass(10 * time.Second)
	r.earns(0, 0)
	asked := r.count("GetAllPositions")
	r.positions = []string{`{"account":"Sim101","instrument":"ES 03-24","marketPosition":"Short","quantity":20,"averagePrice":4750.0}`}
	r.earns(0, -250)
	if r.pass(900 * time.Millisecond); r.count("GetAllPositions") != asked {
		t.Fatal("one update is enough")
	}
	r.earns(0, -250)
	r.pass(500 * time.Millisecond)
	if held := r.core.Desk(0).Book().Held(0); held != -20 || r.mode() != engine.ReduceOnly {
		t.Fatalf("it holds %d and is %v", held, r.mode())
	}
}

// TestWhatIsExplained: what is held may be worth anything around the prices of late, and
// what was booked explains what it realised. The slack ends where it should.
func TestWhatIsExplained(t *testing.T) {
	// 2 ES of 50 dollars a point: a tick is 25 dollars. Bid 19000 to ask 19009 of late.
	for _, c := range []struct {
		unrealized float64
		asks       bool
	}{{0, false}, {-50, false}, {-50.01, true}, {11 * 25, false}, {11*25 + 0.01, true}} {
		r := holding(t)
		asked := r.count("GetAllPositions")
		r.quote(0, 19_000)
		r.quote(0, 19_008)
		r.earns(0, c.unrealized)
		r.quote(0, 19_004)
		r.earns(0, c.unrealized)
		if asks := r.count("GetAllPositions") > asked; asks != c.asks {
			t.Errorf("%v: it asks is %v", c.unrealized, asks)
		}
	}
	for _, c := range []struct {
		name string
		do   func(r *rig)
		asks bool
	}{
		{"a realised profit without a fill", func(r *rig) { r.earns(0, 0); r.earns(20, 0); r.earns(20, 0) }, true},
		{"it was so at the beginning", func(r *rig) { r.earns(20, 0); r.earns(20, 0); r.earns(20, 0) }, false},
		{"a fill is booked at once", func(r *rig) {
			r.earns(0, 0)
			r.buy(2, 1, 0)
			r.has(r.placed(), "Filled", 1, "4750")
			r.pass(time.Second)
			r.earns(-2, 0)
			r.earns(-2, 0)
		}, false},
		{"a figure that is not stated", func(r *rig) {
			r.quote(0, 19_400)
			for range 3 {
				r.pass(time.Second)
				r.frame(`{"type":"pnlUpdate","accounts":[{"name":"Sim101"}]}`)
			}
		}, false},
		{"an account of somebody else's", func(r *rig) {
			for range 3 {
				r.frame(`{"type":"pnlUpdate","accounts":[{"name":"Sim102","unrealizedProfitLoss":-5000}]}`)
			}
		}, false},
	} {
		r := holding(t)
		asked := r.count("GetAllPositions")
		c.do(r)
		if asks := r.count("GetAllPositions") > asked; asks != c.asks {
			t.Errorf("%s: it asks is %v", c.name, asks)
		}
	}
}

// TestWonderingCostsLittle: a broker that counts otherwise than we do is soon asked no
// more often than without a reason, and quickly again once it has made sense for a while.
func TestWonderingCostsLittle(t *testing.T) {
	r := holding(t)
	asked := r.count("GetAllPositions")
	for range 300 {
		r.earns(0, 5000)
	}
	// After 2, 4, 8, 16, 32 s, and then every minute.
	if n := r.count("GetAllPositions") - asked; n < 8 || n > 10 {
		t.Errorf("%d questions in five minutes", n)
	}
	for range 130 {
		r.earns(0, 0)
	}
	asked = r.count("GetAllPositions")
	for range 5 {
		r.earns(0, 5000)
	}
	if n := r.count("GetAllPositions") - asked; n < 1 || n > 2 {
		t.Errorf("%d questions in five seconds", n)
	}
}
