package worker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
	"tollgate/engine/bus"
	"tollgate/strategies"
)

// TestReplayOfAnything: after any mixture of events, gaps, outages, new versions,
// faults and rollbacks, the records alone lead to the same decisions; and a record
// that is changed, dropped or doubled is found at its place.
func TestReplayOfAnything(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deed {
			return deed{rapid.SampledFrom(deeds).Draw(t, "what"), rapid.IntRange(0, 9999).Draw(t, "n")}
		}), 1, 40).Draw(rt, "steps")
		var err error
		synctest.Test(t, func(t *testing.T) { err = replayOf(newRig(t, version("v0"), 2), steps) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

func replayOf(r *rig, steps []deed) error {
	r.cfg.Takeback = strategies.Guard{For: 20 * time.Second, Denials: 2}
	r.start()
	for _, d := range steps {
		r.perform(d)
	}
	r.set(func() { r.down, r.silent = false, false })
	if err := r.stop(); err != nil {
		return err
	}
	replay, intents, err := r.replay()
	if err != nil {
		return err
	}
	if replay.Hash() != r.w.runner.Hash() {
		return fmt.Errorf("digest %x, was %x", replay.Hash(), r.w.runner.Hash())
	}
	if len(intents) < len(r.intents) { // more were wanted than could be published
		return fmt.Errorf("%d intents, %d were published", len(intents), len(r.intents))
	}
	return nil
}

// deed is something that happens to a worker.
type deed struct {
	what string
	n    int // how, or how much
}

var deeds = []string{"quote", "quote", "quote", "time", "reload", "faulty", "rollback", "gap", "outage", "silence", "denial", "old"}

func (r *rig) perform(d deed) {
	in := engine.InstrumentID(d.n % 2)
	switch d.what {
	case "quote":
		r.quote(in, engine.Price(d.n%100))
	case "time":
		r.pass(time.Duration(3*d.n+1) * time.Millisecond)
	case "reload":
		r.w.scripts[0].reloader.Ready <- r.candidate(version(fmt.Sprint("v", d.n%5)), 2)
		r.settle()
	case "faulty":
		r.w.scripts[0].reloader.Ready <- r.candidate(faulty, 2)
		r.settle()
	case "rollback":
		_, _ = r.w.Rollback(r.t.Context(), "s", "because")
	case "gap":
		r.raw([]byte("nonsense"))
	case "outage":
		r.set(func() { r.down = !r.down })
	case "silence":
		r.set(func() { r.silent = !r.silent })
	case "denial":
		r.send(&engine.Update{
			At: clock(), Strategy: engine.StrategyID(in), Denial: &engine.Denial{Code: "test"}, Order: engine.Order{Terms: engine.Terms{Instrument: in}},
		})
	case "old":
		r.quoteAt(clock().Add(-time.Minute), in, 5)
	}
}

// run records a short run with everything in it, outside of any other test.
func run(t *testing.T) []rec {
	t.Helper()
	var records []rec
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, version("v0"), 1)
		r.cfg.Scripts[0].Params = map[string]string{}
		r.start()
		r.quote(0, 4)
		r.settle()
		r.w.scripts[0].reloader.Ready <- r.candidate(version("v1"), 1)
		r.settle()
		r.quote(0, 8)
		r.settle()
		if _, err := r.w.Rollback(t.Context(), "s", "because"); err != nil {
			t.Fatal(err)
		}
		r.quote(0, 12)
		r.settle()
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		records = r.records
	})
	return records
}

func TestRecords(t *testing.T) {
	var kinds []byte
	for _, x := range run(t) {
		kinds = append(kinds, x.kind)
	}
	want := []byte{
		KindOpen, KindSource, KindJoin, KindEvent, KindEvent, KindEvent, // snapshot, begin, quote
		KindSource, KindSwap, KindEvent, KindRollback, KindEvent, KindEvent, KindEnd, // ... end
	}
	if string(kinds) != string(want) {
		t.Fatalf("kinds %v, want %v", kinds, want)
	}
}

// take replays records and returns the first error.
func take(t *testing.T, records []rec) error {
	t.Helper()
	r := newRig(t, quiet, 1)
	r.records = records
	_, _, err := r.replay()
	return err
}

// TestReplayThatDiffers: the error names the input that went another way.
func TestReplayThatDiffers(t *testing.T) {
	records := run(t)
	if err := take(t, records); err != nil {
		t.Fatal(err)
	}
	inputs := uint64(0)
	for i, x := range records {
		switch x.kind {
		case KindEvent, KindSwap, KindRollback:
			inputs++
		default:
			continue
		}
		less := append(append([]rec(nil), records[:i]...), records[i+1:]...)
		var d *Differs
		decides := inputs >= 3 && inputs <= 7 // snapshot, begin and end make this script do nothing
		if err := take(t, less); errors.As(err, &d) != decides || d != nil && d.Input != inputs-1 {
			t.Errorf("without input %d: %v", inputs, err)
		}
		if d != nil && !strings.Contains(d.Error(), fmt.Sprintf("after input %d ", inputs-1)) {
			t.Errorf("it says %q", d)
		}
	}
}

func TestRecordsThatAreNone(t *testing.T) {
	records := run(t)
	change := func(i int, f func(b []byte) []byte) []rec {
		changed := append([]rec(nil), records...)
		changed[i].payload = f(append([]byte(nil), records[i].payload...))
		return changed
	}
	cut := func(b []byte) []byte { return b[:len(b)-1] }
	long := func(b []byte) []byte { return append(b, 0) }
	for i, x := range records {
		for what, f := range map[string]func([]byte) []byte{"cut": cut, "long": long, "empty": func([]byte) []byte { return nil }} {
			err := take(t, change(i, f))
			if !errors.Is(err, ErrRecord) && !errors.Is(err, engine.ErrMessage) {
				t.Errorf("record %d of kind %d, %s: %v", i, x.kind, what, err)
			}
		}
	}
	for want, bad := range map[string][]rec{
		"start of a worker":  records[1:],
		"was not recorded":   append(append([]rec(nil), records[0]), records[2:]...),
		"does not have its":  change(1, func(b []byte) []byte { b[len(b)-2] ^= 1; return b }),
		"no instrument ES 0": change(2, func(b []byte) []byte { return []byte(strings.Replace(string(b), "ES 01", "ES 09", 1)) }),
		"number":             change(0, func(b []byte) []byte { return append(binary.AppendVarint(nil, format+1), b[1:]...) }),
	} {
		if err := take(t, bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err := take(t, append([]rec{{1, []byte("of the gateway")}, {200, nil}}, records...)); err != nil {
		t.Errorf("with records of others: %v", err)
	}
	if err := take(t, append(append([]rec(nil), records...), records...)); err != nil {
		t.Errorf("two runs in one journal: %v", err)
	}
}

// FuzzReplay: whatever stands in a journal, a replay says so and goes no further.
func FuzzReplay(f *testing.F) {
	f.Add(KindOpen, (&openRecord{Account: "a", Name: "w", History: 5}).append(nil))
	f.Add(KindJoin, (&joinRecord{Script: "s", Hash: "h", Instrument: "ES 01-24", Params: map[string]string{"a": "1"}}).append(nil))
	f.Add(KindSource, appendSource(nil, checked(f, "s", quiet).Source))
	f.Add(KindSwap, (&swapRecord{Hash: "h"}).append(appendDigest(nil, engine.NewHash())))
	f.Add(KindRollback, (&rollbackRecord{Reason: "r"}).append(appendDigest(nil, engine.NewHash())))
	f.Add(KindEvent, engine.AppendEvent(appendDigest(nil, engine.NewHash()), &engine.Quote{Instrument: 9}))
	f.Add(KindEvent, engine.AppendEvent(appendDigest(nil, engine.NewHash()), &engine.TimerFired{ID: 9}))
	f.Add(KindEnd, appendDigest(nil, engine.NewHash()))
	f.Fuzz(func(t *testing.T, kind byte, payload []byte) {
		r := newRig(t, quiet, 1)
		replay := NewReplay(r.cfg.Universe, nil, r.cfg.Options)
		if _, err := replay.Take(KindOpen, (&openRecord{}).append(nil)); err != nil {
			t.Fatal(err)
		}
		_, _ = replay.Take(kind, payload)
	})
}

// BenchmarkEvent is a quote from the feed to an intent on the bus, in the worker's
// goroutine alone: taken apart, recorded, stepped through an interpreted script that
// orders with every quote, published.
func BenchmarkEvent(b *testing.B) {
	r := newRig(b, `package s

import "tollgate/strategies"

func OnQuote(ctx *strategies.Context, q *strategies.Quote) { ctx.Buy(1) }
`, 1)
	r.cfg.Options.Plain = false
	r.cfg.Record = func(byte, []byte) error { return nil }
	out := &counter{}
	r.cfg.Bus = out
	w, err := New(r.cfg)
	if err != nil {
		b.Fatal(err)
	}
	w.desync()
	r.send(&engine.Snapshot{At: 1})
	m := <-r.feed
	w.message(&m)
	b.ReportAllocs()
	for b.Loop() {
		r.quoteAt(engine.Time(r.volume), 0, 4)
		m := <-r.feed
		w.message(&m)
	}
	if out.n < b.N {
		b.Fatalf("%d intents of %d quotes", out.n, b.N)
	}
}

type counter struct{ n int }

func (c *counter) Publish(string, []byte) error {
	c.n++
	return nil
}

var _ bus.Publisher = (*counter)(nil)
