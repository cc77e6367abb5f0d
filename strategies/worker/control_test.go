package worker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/engine/bus"
	"tollgate/strategies/script"
)

// TestOverTheBus: a worker and a gateway's end on the real bus inside the process:
// the state is asked for, a quote becomes an intent, versions change at a word.
func TestOverTheBus(t *testing.T) {
	b, err := bus.Open(bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	subscribe := func(subject string) *bus.Sub {
		s, err := b.Subscribe(subject, FeedQueue)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	r := newRig(t, quiet, 1)
	write := r.files(version("v0"))
	intents, beats := subscribe(bus.Intents("Sim 101", bus.EveryWorker)), subscribe(bus.Beats("Sim 101", bus.EveryWorker))
	r.cfg.Feed, r.cfg.Bus, r.cfg.Options = subscribe(bus.Feed("Sim 101")).C, b, script.Options{}
	w, err := New(r.cfg)
	if err != nil {
		t.Fatal(err)
	}
	stop, err := w.Serve(b)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { r.ended <- w.Run(ctx) }()

	limit, end := context.WithTimeout(t.Context(), 30*time.Second)
	defer end()
	feed, follow := bus.NewStream(b, bus.Feed("Sim 101"), 0), bus.Follower{}
	receive := func() engine.Event {
		t.Helper()
		m, err := intents.Next(limit)
		if err != nil {
			t.Fatal(err)
		}
		data, err := follow.Take(m.Data)
		if err != nil {
			t.Fatal(err)
		}
		e, err := engine.ParseEvent(data)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	send := func(e engine.Event) {
		if err := feed.Publish(engine.AppendEvent(nil, e)); err != nil {
			t.Fatal(err)
		}
	}
	quote := func() {
		t.Helper()
		send(&engine.Quote{At: clock(), Bid: 4, Ask: 5, Last: engine.NoPrice, Volume: engine.UnknownQty})
		if i, ok := receive().(*engine.Intent); !ok || i.Kind != engine.Submit {
			t.Fatalf("it sent %+v", i)
		}
	}
	if _, ok := receive().(*engine.Resync); !ok {
		t.Fatal("the state is not asked for first")
	}
	send(&engine.Snapshot{At: clock()})
	quote()

	write(version("v1"))
	if text, err := AskReload(limit, b, "Sim 101", "w", "s"); err != nil || !strings.HasPrefix(text, "reloaded: s ") {
		t.Fatalf("%q, %v", text, err)
	}
	quote()
	if text, err := AskRollback(limit, b, "Sim 101", "w", "s", "as a test"); err != nil || !strings.HasPrefix(text, "rolled back: s ") {
		t.Fatalf("%q, %v", text, err)
	}
	quote()
	if _, err := AskReload(limit, b, "Sim 101", "w", "z"); err == nil || !strings.Contains(err.Error(), `no strategy "z"`) {
		t.Fatal(err)
	}
	if _, err := ask(limit, b, "Sim 101", "w", "dance now"); err == nil || !strings.Contains(err.Error(), `"dance"`) {
		t.Fatal(err)
	}
	if _, err := AskReload(limit, b, "Sim 101", "x", "s"); err == nil || !strings.Contains(err.Error(), "worker x: ") {
		t.Fatal(err)
	}
	cancel()
	if err := <-r.ended; err != nil {
		t.Fatal(err)
	}
	for {
		m, err := beats.Next(limit)
		if err != nil {
			t.Fatal(err)
		}
		if beat, err := bus.ParseBeat(m.Data); err != nil {
			t.Fatal(err)
		} else if beat.Last {
			break
		}
	}
	r.w = w
	r.cfg.Options = script.Options{}
	replay, _, err := r.replay()
	if err != nil || replay.Hash() != w.runner.Hash() {
		t.Fatalf("the replay has digest %x, the run %x: %v", replay.Hash(), w.runner.Hash(), err)
	}
}

// BenchmarkQuoteToIntent is a quote published by a gateway to the intent arriving
// back there: two hops of the bus inside the process and the worker between them,
// with an interpreted script.
func BenchmarkQuoteToIntent(b *testing.B) {
	bs, err := bus.Open(bus.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer bs.Close()
	feed, errFeed := bs.Subscribe(bus.Feed("Sim 101"), FeedQueue)
	intents, errIntents := bs.Subscribe(bus.Intents("Sim 101", "w"), FeedQueue)
	if errFeed != nil || errIntents != nil {
		b.Fatal(errFeed, errIntents)
	}
	r := newRig(b, `package s

import "tollgate/strategies"

func OnQuote(ctx *strategies.Context, q *strategies.Quote) { ctx.Buy(1) }
`, 1)
	r.cfg.Feed, r.cfg.Bus, r.cfg.Options = feed.C, bs, script.Options{}
	r.cfg.Record = func(byte, []byte) error { return nil }
	w, err := New(r.cfg)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	go func() { r.ended <- w.Run(ctx) }()
	<-intents.C // asks for the state
	out := bus.NewStream(bs, bus.Feed("Sim 101"), 0)
	send := func(e engine.Event) {
		if err := out.Publish(engine.AppendEvent(nil, e)); err != nil {
			b.Fatal(err)
		}
	}
	send(&engine.Snapshot{At: clock()})
	took := make([]time.Duration, 0, b.N)
	for b.Loop() {
		start := time.Now()
		send(&engine.Quote{At: clock(), Bid: 4, Ask: 5, Last: engine.NoPrice, Volume: engine.UnknownQty})
		<-intents.C
		took = append(took, time.Since(start))
	}
	cancel()
	<-r.ended
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
	b.ReportMetric(float64(took[len(took)*999/1000]), "p99.9-ns")
}

// TestScriptThatHangs: while a handler hangs the worker does not beat; the guard
// ends that strategy, the others go on, and what waited is done. It runs by the
// machine's clock, which is the guard's.
func TestScriptThatHangs(t *testing.T) {
	t.Parallel()
	r := newRig(t, `package hang

import "tollgate/strategies"

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	ctx.Logf("quote %v", q.Bid)
	for x := q.Bid; x == 2 && ctx.Instrument == "ES 01-24"; x = q.Bid {
		ctx.Position++
	}
}
`, 2)
	guard := script.NewGuard(nil)
	defer guard.Close()
	r.cfg.Options, r.cfg.Beat = script.Options{Guard: guard}, 20*time.Millisecond
	w, err := New(r.cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { r.ended <- w.Run(ctx) }()
	until := func(said string) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); r.quiet(said); <-time.After(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("it did not say %q", said)
			}
		}
	}
	for in := range engine.InstrumentID(2) { // whatever comes before the state is passed over
		for r.quiet(fmt.Sprintf("%d: quote 1", in)) {
			r.quote(in, 4)
			<-time.After(5 * time.Millisecond)
		}
	}
	r.quote(0, 8)
	r.quote(1, 12)
	until("0: quote 2")
	until("0: halt: panic in OnQuote: ")
	until("1: quote 3")
	cancel()
	if err := <-r.ended; err != nil {
		t.Fatal(err)
	}
	longest := time.Duration(0)
	for i := 1; i < len(r.beats); i++ {
		longest = max(longest, r.beats[i].At.Sub(r.beats[i-1].At))
	}
	if longest < script.HangLimit {
		t.Fatalf("the longest silence was %v", longest)
	}
}
