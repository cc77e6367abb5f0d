package gateway

import (
	"testing"
	"time"

	"tollgate/engine"
)

// TestTheClockIsSetBack: a clock that was wrong is set right, while the program runs or
// between two runs. What is timed goes on: fills are learned, tokens come, a kill closes.
func TestTheClockIsSetBack(t *testing.T) {
	for name, change := range map[string]func(r *rig){
		"running": func(*rig) {},
		"restart": func(r *rig) { r.begin(r.core.State()); r.step(Input{Kind: LinkUp}); r.pass(5 * time.Second) },
		"restart without a link": func(r *rig) {
			r.now += engine.Time(time.Hour)
			r.step(Input{Kind: LinkDown, Text: "cut"})
			r.now -= engine.Time(time.Hour)
			r.begin(r.core.State())
			r.step(Input{Kind: LinkUp})
			r.pass(5 * time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.connect()
			r.buy(1, 2, 0)
			c := r.placed()
			r.core.cfg.Budget.Drain(r.now)
			r.now -= engine.Time(time.Hour)
			r.step(Input{Kind: Tick})
			told := r.alarmed("clock")
			change(r)
			r.has(c, "Filled", 2, "4750")
			r.positions = []string{twoHeld}
			r.pass(time.Minute)
			if held := r.core.Desk(0).Book().Held(0); held != 2 || !r.core.Ready() || !told {
				t.Fatalf("%d are held, ready %v, told %v", held, r.core.Ready(), told)
			}
			r.step(Input{Kind: Operator, Account: All, Verb: Kill, Text: "enough"})
			r.pass(2 * time.Second)
			if c := r.take("PlaceOrder"); c.Args["action"] != "SELL" {
				t.Errorf("%+v", c)
			}
			before := r.core.now
			r.pass(3 * time.Hour)
			if ahead := r.core.now.Sub(r.now); ahead != 0 || r.core.now <= before {
				t.Errorf("three hours later it is still %v ahead", ahead)
			}
		})
	}
}

// TestALateInputIsNoOtherClock: an input that waited to be taken is older than the newest,
// by more the faster the clock runs.
func TestALateInputIsNoOtherClock(t *testing.T) {
	for slack, told := range map[time.Duration]bool{0: true, time.Minute: false} {
		u := newUniverse(t)
		r := rigOf(t, u, func() *Core {
			c := newCore(u, 4).cfg
			c.Timing.Slack = slack
			return New(c)
		})
		r.connect()
		r.now -= engine.Time(30 * time.Second)
		r.step(Input{Kind: Tick})
		if r.alarmed("clock was set back") != told || (r.core.Ahead() > 0) != told {
			t.Errorf("slack %v: it says %+v, %v ahead", slack, r.outs, r.core.Ahead())
		}
	}
}
