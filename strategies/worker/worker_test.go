package worker

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/engine"
	"tollgate/strategies"
)

// talker says what it hears.
const talker = `package talker

import (
	"time"

	"tollgate/strategies"
)

func OnStart(ctx *strategies.Context) {
	ctx.Log("start", ctx.Instrument)
	ctx.Every("t", 10*time.Second)
}
func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	ctx.Log("quote", q.Bid)
	ctx.Buy(1)
}
func OnTimer(ctx *strategies.Context, t *strategies.Timer) { ctx.Log("timer", (t.Time/1000000000)%60) }
func OnFill(ctx *strategies.Context, f *strategies.Fill)   { ctx.Log("fill", f.Price) }
func OnPnL(ctx *strategies.Context, p *strategies.PnL)     { ctx.Log("pnl", p.Cash) }
func OnLink(ctx *strategies.Context, l *strategies.Link)   { ctx.Log("link", l.Up) }
func OnStop(ctx *strategies.Context)                       { ctx.Log("stop"); ctx.Flatten() }
`

func TestEventsReachTheStrategies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 2).start()
		if !slices.Equal(r.asked, []engine.StrategyID{0, 1}) {
			t.Fatalf("the states of %v were asked for", r.asked)
		}
		r.expect()
		r.quote(1, 40)
		r.expect("1: start ES 02-24", "1: quote 10")
		r.quote(1, 44)
		r.quote(0, 48)
		r.expect("1: quote 11", "0: start ES 01-24", "0: quote 12")
		r.send(&engine.PnL{At: clock(), Balance: engine.Balance{Cash: 7 * engine.MoneyScale}})
		r.send(&engine.LinkChange{At: clock(), State: engine.LinkUp})
		r.send(&engine.Update{At: clock(), Strategy: 1, Seq: 1, Fill: engine.Fill{Qty: 1, Price: 44}, Order: engine.Order{Ref: 1, Terms: engine.Terms{Instrument: 1, Qty: 1}}})
		r.send(&engine.Update{At: clock(), Strategy: 2, Seq: 1}) // somebody else's
		r.send(&engine.ModeChange{At: clock()})                  // not for strategies
		got := r.heard()
		for _, want := range []string{"0: pnl 7", "1: pnl 7", "0: link true", "1: link true", "1: fill 11"} {
			if !strings.Contains(got, want) {
				t.Errorf("it said\n%s\nwithout %q", got, want)
			}
		}
		if len(r.intents) != 3 || r.intents[1].Seq != 2 || r.intents[1].Strategy != 1 {
			t.Errorf("intents %+v", r.intents)
		}
		r.pass(10 * time.Second)
		r.expect("1: timer 10", "0: timer 10") // in the order they were set
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		r.expect("0: stop", "1: stop")
		if i := r.intents[len(r.intents)-1]; i.Kind != engine.Flatten || i.Strategy != 1 {
			t.Errorf("the last intent is %+v", i)
		}
		r.same()
	})
}

// TestTimersAndEvents: a timer fires before the first event that is not before it,
// even when the clock has not reached it; an event that says an earlier time than
// one before it is given that one's.
func TestTimersAndEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 1).start()
		at := clock()
		r.quoteAt(at, 0, 4)
		r.expect("0: start ES 01-24", "0: quote 1")
		r.quoteAt(at.Add(10*time.Second-1), 0, 8)
		r.expect("0: quote 2")
		r.quoteAt(at.Add(10*time.Second), 0, 12)
		r.expect("0: timer 10", "0: quote 3")
		r.quoteAt(at.Add(32*time.Second), 0, 16)
		r.expect("0: timer 20", "0: timer 30", "0: quote 4")
		r.quoteAt(at.Add(20*time.Second), 0, 20)
		r.expect("0: quote 5")
		if last := r.intents[len(r.intents)-1]; last.At != at.Add(32*time.Second) {
			t.Errorf("time went back to %v", last.At)
		}
		r.pass(40 * time.Second)
		r.expect("0: timer 40")
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		r.same()
	})
}

// TestNothingIsHeardWithoutTheState: the worker asks again every second, strategies
// hear nothing meanwhile, and the newest state of the link afterwards.
func TestNothingIsHeardWithoutTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 1)
		r.silent = true
		r.start()
		r.quote(0, 4)
		r.send(&engine.LinkChange{At: clock(), State: engine.LinkDown})
		r.send(&engine.LinkChange{At: clock(), State: engine.LinkUp})
		r.send(&engine.PnL{At: clock()})
		r.expect()
		r.pass(2500 * time.Millisecond)
		if len(r.asked) != 3 || r.lastBeat().Synced {
			t.Fatalf("asked %d times in two and a half seconds, synced %v", len(r.asked), r.lastBeat().Synced)
		}
		if got := r.heard(); strings.Count(got, "wait for their state") != 2 {
			t.Fatalf("it said\n%s", got)
		}
		r.set(func() { r.silent = false })
		r.pass(time.Second)
		got := r.heard()
		if !strings.HasSuffix(got, "0: link true") || strings.Contains(got, "link false") || strings.Contains(got, "quote") {
			t.Fatalf("it said\n%s", got)
		}
		if !strings.Contains(got, "0: start ES 01-24\n0: link true") {
			t.Fatalf("it said\n%s", got)
		}
		r.quote(0, 8)
		r.expect("0: quote 2")
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		r.same()
	})
}

// TestTimersWaitForTheState: what was due meanwhile fires then, once.
func TestTimersWaitForTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 1).start()
		r.quote(0, 4)
		r.expect("0: start ES 01-24", "0: quote 1")
		r.set(func() { r.silent = true })
		r.raw(nil)
		r.pass(25 * time.Second)
		if got := r.heard(); strings.Contains(got, "timer") {
			t.Fatalf("it said\n%s", got)
		}
		r.send(&engine.Snapshot{At: clock(), Strategy: 0, Intents: 1})
		r.expect("0: timer 10") // and not the one of 20 s: time has gone on
		r.pass(6 * time.Second)
		r.expect("0: timer 30")
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		r.same()
	})
}

// TestGaps: whatever makes the feed incomplete, the state is asked for and the
// strategies hear nothing until it is there.
func TestGaps(t *testing.T) {
	for what, spoil := range map[string]func(r *rig){
		"a message is missing": func(r *rig) {
			r.send(&engine.PnL{At: clock()})
			<-r.feed // the worker is kept busy meanwhile
		},
		"the queue overflowed": func(r *rig) {
			r.send(&engine.PnL{At: clock()})
			m := <-r.feed
			m.Lost = 1
			r.feed <- m
		},
		"a message cannot be read":  func(r *rig) { r.raw([]byte{99, 1, 2}) },
		"a message is not numbered": func(r *rig) { r.feed <- msg(1, 2, 3) },
		"a message is empty":        func(r *rig) { r.raw(nil) },
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, talker, 2).start()
				r.quote(0, 4)
				r.expect("0: start ES 01-24", "0: quote 1")
				r.set(func() { r.silent = true })
				resume := r.hold()
				spoil(r)
				resume()
				r.quote(0, 8)
				r.send(&engine.Update{At: clock(), Strategy: 0, Seq: 9})
				r.expect()
				if !slices.Equal(r.asked, []engine.StrategyID{0, 1, 0, 1}) {
					t.Fatalf("the states of %v were asked for", r.asked)
				}
				r.send(&engine.Snapshot{At: clock(), Strategy: 1})
				r.quote(0, 12)
				r.quote(1, 12)
				r.expect()
				r.send(&engine.Update{
					At: clock(), Strategy: 1, Seq: 1, Fill: engine.Fill{Qty: 1, Price: 44}, Order: engine.Order{Ref: 1, Terms: engine.Terms{Instrument: 1, Qty: 1}},
				})
				r.expect("1: start ES 02-24", "1: fill 11") // it has its own state, which did not know of this
				r.send(&engine.Snapshot{At: clock(), Strategy: 0, Intents: r.seqs[0]})
				r.quote(0, 16)
				r.expect("0: quote 4")
				r.pass(time.Second)
				if b := r.lastBeat(); b.Gaps != 1 || !b.Synced {
					t.Fatalf("beat %+v", b)
				}
				if err := r.stop(); err != nil {
					t.Fatal(err)
				}
				r.same()
			})
		})
	}
}

// TestAnswerNobodyWaitsFor: a second answer to a question asked twice may be older
// than intents on their way and changes nothing.
func TestAnswerNobodyWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 1).start()
		r.quote(0, 4)
		r.settle()
		r.send(&engine.Snapshot{At: clock(), Strategy: 0, Intents: 0})
		r.send(&engine.Snapshot{At: clock(), Strategy: 7})
		r.quote(0, 8)
		r.settle()
		if n := len(r.intents); n != 2 || r.intents[1].Seq != 2 {
			t.Fatalf("intents %+v", r.intents)
		}
	})
}

// TestIntentThatCannotBePublished: the strategies hear nothing more until the state
// is there, and then go on.
func TestIntentThatCannotBePublished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 1).start()
		r.quote(0, 4)
		r.expect("0: start ES 01-24", "0: quote 1")
		r.set(func() { r.down = true })
		r.quote(0, 8)
		r.quote(0, 12)
		r.pass(1500 * time.Millisecond)
		r.expect()
		if len(r.intents) != 1 {
			t.Fatalf("%d intents", len(r.intents))
		}
		r.set(func() { r.down = false })
		r.pass(time.Second)
		r.heard()
		r.quote(0, 16)
		r.expect("0: quote 4")
		if n := len(r.intents); n != 2 || r.intents[1].Seq != 2 {
			t.Fatalf("the numbers have a hole: %+v", r.intents)
		}
	})
}

// TestIntentThatDidNotArrive: the Desk's denial heals the numbers.
func TestIntentThatDidNotArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 1).start()
		r.quote(0, 4)
		r.settle()
		r.set(func() { r.seqs[0] = 0 }) // the first intent was lost on its way
		r.send(&engine.Update{At: clock(), Strategy: 0, Seq: 1, Denial: &engine.Denial{Code: engine.Throttled}})
		r.settle()
		if len(r.asked) != 1 {
			t.Fatal("any denial is taken for a loss")
		}
		r.send(&engine.Update{At: clock(), Strategy: 0, Seq: 2, Denial: &engine.Denial{Code: engine.SequenceGap}})
		r.quote(0, 8)
		r.pass(time.Millisecond)
		r.quote(0, 12)
		r.settle()
		if n := len(r.intents); len(r.asked) != 2 || r.intents[n-1].Seq != 1 {
			t.Fatalf("asked %d times; intents %+v", len(r.asked), r.intents)
		}
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
	})
}

// fast is a clock that runs a hundred times as fast as the machine's.
type fast struct{ began engine.Time }

func (f fast) Now() engine.Time                  { return f.began + 100*(clock()-f.began) }
func (f fast) Until(t engine.Time) time.Duration { return t.Sub(f.Now()) / 100 }

// TestFastClock: timers follow the clock they are given.
func TestFastClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 1)
		r.cfg.Clock = fast{clock()}
		r.start()
		r.quote(0, 4)
		r.expect("0: start ES 01-24", "0: quote 1")
		r.pass(99 * time.Millisecond)
		r.expect()
		r.pass(2 * time.Millisecond)
		r.expect("0: timer 10")
	})
}

// TestBeats: a beat says what is finished; a worker that hangs does not beat; the
// last one says so.
func TestBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 1).start()
		r.quote(0, 4)
		r.pass(DefaultBeat)
		if b := r.lastBeat(); b.Done != r.stream.Last() || b.Done != 2 || b.At != clock() || !b.Synced || b.Last || b.Hash != r.w.runner.Hash() {
			t.Fatalf("beat %+v", b)
		}
		n := len(r.beats)
		resume := r.hold()
		r.pass(time.Second)
		if len(r.beats) != n {
			t.Fatal("it beats though it hangs")
		}
		resume()
		r.pass(time.Second)
		if len(r.beats) < n+4 {
			t.Fatalf("%d beats in a second", len(r.beats)-n)
		}
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		if b := r.lastBeat(); !b.Last {
			t.Fatalf("last beat %+v", b)
		}
	})
}

// TestRecordFails: what cannot be recorded is not decided, and nothing after it.
func TestRecordFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 1)
		r.full = 6 // open, source, join, snapshot, begin, quote
		r.start()
		r.quote(0, 4)
		r.quote(0, 8)
		r.quote(0, 12)
		if err := <-r.ended; err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Fatal(err)
		}
		r.expect("0: start ES 01-24", "0: quote 1")
		if len(r.intents) != 1 {
			t.Fatalf("%d intents", len(r.intents))
		}
		r.same()
	})
	for full := 1; full < 3; full++ {
		r := newRig(t, talker, 1)
		r.full = full
		if _, err := New(r.cfg); err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("with place for %d records: %v", full, err)
		}
	}
}

func TestFeedIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, talker, 1).start()
		r.quote(0, 4)
		r.settle()
		close(r.feed)
		if err := <-r.ended; !errors.Is(err, ErrFeedClosed) {
			t.Fatal(err)
		}
		if got := r.heard(); !strings.HasSuffix(got, "0: stop") {
			t.Fatalf("it said\n%s", got)
		}
		if _, err := r.w.Rollback(t.Context(), "s", ""); err == nil || !strings.Contains(err.Error(), "has ended") {
			t.Fatal(err)
		}
	})
}

func TestConfigsThatCannotRun(t *testing.T) {
	for want, spoil := range map[string]func(c *Config){
		"lacks the feed":         func(c *Config) { c.Feed = nil },
		"lacks":                  func(c *Config) { c.Clock = nil },
		"every -1ns":             func(c *Config) { c.Beat = -1 },
		"under 0":                func(c *Config) { c.Takeback = strategies.Guard{For: -1} },
		"no strategy":            func(c *Config) { c.Scripts = nil },
		"on no instrument":       func(c *Config) { c.Scripts[0].Instances = nil },
		"two scripts are named":  func(c *Config) { c.Scripts = append(c.Scripts, c.Scripts[0]) },
		"has no source":          func(c *Config) { c.Scripts[0].Checked = nil },
		"no path to watch":       func(c *Config) { c.Scripts[0].Watch = true },
		"both have an instance":  func(c *Config) { c.Scripts[0].Instances[1].ID = 0 },
		"on instrument number 2": func(c *Config) { c.Scripts[0].Instances[1].Instrument = 2 },
		"nobody":                 func(c *Config) { c.Scripts[0].Params = map[string]string{"nobody": "1"} },
	} {
		r := newRig(t, quiet, 2)
		spoil(&r.cfg)
		if _, err := New(r.cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestRequestsEndWithTheirContext: nobody waits for a worker that hangs.
func TestRequestsEndWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, quiet, 1).start()
		resume := r.hold()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.w.Rollback(ctx, "s", "because"); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		resume()
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
	})
}
