package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/engine/bus"
	"tollgate/strategies/script"
)

// rig is a worker with the gateway's end of the bus in memory. The gateway answers
// a Resync with the state of a strategy that has done nothing, until it is silent.
// It lives in a synctest bubble.
type rig struct {
	t      testing.TB
	cfg    Config
	w      *Worker
	feed   chan bus.Msg
	stream *bus.Stream
	volume engine.Qty
	cancel context.CancelFunc
	ended  chan error

	feeding sync.Mutex  // for stream
	loses   func() bool // whether a message of the feed is lost; nil = none is
	mu      sync.Mutex  // for what follows
	down    bool        // nothing can be published
	silent  bool        // the gateway does not answer
	seqs    map[engine.StrategyID]uint64
	intents []engine.Intent
	asked   []engine.StrategyID
	said    []string // logs, halts, versions
	beats   []bus.Beat
	records []rec
	full    int // records that fit; 0 = any number
}

type rec struct {
	kind    byte
	payload []byte
}

const quiet = `package quiet

import "tollgate/strategies"

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {}
`

func checked(t testing.TB, name, text string) *script.Checked {
	t.Helper()
	c, err := script.Check(script.FromText(name+".go", text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newRig makes a rig whose worker runs one script on as many instruments.
func newRig(t testing.TB, text string, instruments int) *rig {
	t.Helper()
	u := engine.NewUniverse()
	r := &rig{t: t, feed: make(chan bus.Msg, 10_000), ended: make(chan error, 1), seqs: map[engine.StrategyID]uint64{}}
	r.stream = bus.NewStream(feeder{r}, "feed", 0)
	s := Script{Name: "s", Checked: checked(t, "s", text)}
	for n := range instruments {
		id, err := u.Add(fmt.Sprintf("ES %02d-24", n+1), engine.Spec{
			Root: "ES", Tick: 250_000_000, PointValue: decimal.NewFromInt(50), Fee: 2 * engine.MoneyScale,
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Instances = append(s.Instances, Instance{ID: engine.StrategyID(n), Instrument: id})
	}
	r.cfg = Config{
		Account: "Sim 101", Name: "w", Universe: u, Scripts: []Script{s}, Zone: time.LoadLocation, History: 1000,
		Feed: r.feed, Bus: r, Clock: machine{}, Record: r.record,
		Options: script.Options{Plain: true}, // a bubble cannot end with the coroutines of the loop in it
	}
	return r
}

// machine is the clock of the bubble.
type machine struct{}

func (machine) Now() engine.Time                  { return clock() }
func (machine) Until(t engine.Time) time.Duration { return t.Sub(clock()) }

func clock() engine.Time { return engine.TimeOf(time.Now()) }

// start runs the worker until the test ends and waits until it has nothing to do.
func (r *rig) start() *rig {
	r.t.Helper()
	w, err := New(r.cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	r.w, r.cancel = w, cancel
	go func() { r.ended <- w.Run(ctx) }()
	synctest.Wait()
	return r
}

// stop ends the worker and returns what Run returned.
func (r *rig) stop() error {
	r.cancel()
	return <-r.ended
}

func (r *rig) record(kind byte, payload []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full > 0 && len(r.records) == r.full {
		return errors.New("the disk is full")
	}
	r.records = append(r.records, rec{kind, slices.Clone(payload)})
	return nil
}

// feeder is how the gateway's stream reaches the worker.
type feeder struct{ r *rig }

func (f feeder) Publish(_ string, data []byte) error {
	if f.r.loses != nil && f.r.loses() {
		return nil
	}
	f.r.feed <- bus.Msg{Subject: "feed", Data: slices.Clone(data)}
	return nil
}

// Publish takes what the worker publishes.
func (r *rig) Publish(subject string, data []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down {
		return bus.ErrGone
	}
	switch subject {
	case bus.Intents("Sim 101", "w"):
		r.gateway(data[8:])
	case bus.Beats("Sim 101", "w"):
		b, err := bus.ParseBeat(data)
		if err != nil {
			r.t.Error(err)
		}
		r.beats = append(r.beats, b)
	case bus.News("Sim 101", "w"):
		r.hear(data)
	default:
		r.t.Errorf("published on %q", subject)
	}
	return nil
}

func (r *rig) gateway(data []byte) {
	e, err := engine.ParseEvent(data)
	if err != nil {
		r.t.Error(err)
	}
	switch e := e.(type) {
	case *engine.Intent:
		r.intents = append(r.intents, *e)
		r.seqs[e.Strategy] = e.Seq
	case *engine.Resync:
		r.asked = append(r.asked, e.Strategy)
		if !r.silent {
			r.send(&engine.Snapshot{At: clock(), Strategy: e.Strategy, Intents: r.seqs[e.Strategy]})
		}
	default:
		r.t.Errorf("published %T", e)
	}
}

func (r *rig) hear(data []byte) {
	c, err := engine.ParseNews(data)
	if err != nil {
		r.t.Error(err)
	}
	switch c := c.(type) {
	case *engine.Log:
		r.said = append(r.said, fmt.Sprintf("%d: %s", c.Strategy, c.Text))
	case *engine.Halt:
		r.said = append(r.said, fmt.Sprintf("%d: halt: %s", c.Strategy, c.Reason))
	case *engine.Version:
		r.said = append(r.said, fmt.Sprintf("%d: version: %s", c.Strategy, c.Rollback))
	}
}

// send publishes an event on the feed.
func (r *rig) send(e engine.Event) { r.raw(engine.AppendEvent(nil, e)) }

// raw publishes bytes on the feed. The test does it and, when an answer is due, the
// worker's goroutine.
func (r *rig) raw(data []byte) {
	r.feeding.Lock()
	defer r.feeding.Unlock()
	_ = r.stream.Publish(data)
}

// quote sends a quote of an instrument, stamped now, with a price in ticks.
func (r *rig) quote(in engine.InstrumentID, bid engine.Price) {
	r.quoteAt(clock(), in, bid)
}

func (r *rig) quoteAt(at engine.Time, in engine.InstrumentID, bid engine.Price) {
	r.volume++
	r.send(&engine.Quote{
		At: at, Instrument: in, Bid: bid, Ask: bid + 1, Last: bid,
		BidSize: 5, AskSize: 5, LastSize: engine.UnknownQty, Volume: r.volume,
	})
}

// settle waits until the worker has nothing to do.
func (r *rig) settle() { synctest.Wait() }

// pass lets time pass.
func (r *rig) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// heard takes what was said since the last call.
func (r *rig) heard() string {
	r.settle()
	r.mu.Lock()
	defer r.mu.Unlock()
	text := strings.Join(r.said, "\n")
	r.said = nil
	return text
}

// expect compares what was said since the last call.
func (r *rig) expect(want ...string) {
	r.t.Helper()
	if got := r.heard(); got != strings.Join(want, "\n") {
		r.t.Fatalf("it said\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func (r *rig) set(f func()) {
	r.settle()
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *rig) lastBeat() bus.Beat {
	r.settle()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.beats[len(r.beats)-1]
}

// replay steps a fresh Runner through the records.
func (r *rig) replay() (*Replay, []engine.Intent, error) {
	u, p := r.cfg.Universe, []engine.Intent(nil)
	replay := NewReplay(u, time.LoadLocation, r.cfg.Options)
	for _, x := range r.records {
		commands, err := replay.Take(x.kind, x.payload)
		if err != nil {
			return replay, p, err
		}
		for _, c := range commands {
			if i, ok := c.(*engine.Intent); ok {
				p = append(p, *i)
			}
		}
	}
	return replay, p, nil
}

// rising fails when the time of what the Runner was stepped with went back.
func (r *rig) rising() {
	r.t.Helper()
	last := engine.NoTime
	for n, x := range r.records {
		if x.kind != KindEvent {
			continue
		}
		e, err := engine.ParseEvent(x.payload[8:])
		if err != nil {
			r.t.Fatal(err)
		}
		if at := timeOf(e); at != nil {
			if *at < last {
				r.t.Fatalf("record %d, a %T, is of %v, after %v", n, e, *at, last)
			}
			last = *at
		}
	}
}

// same fails unless a replay of everything decides what was decided.
func (r *rig) same() {
	r.t.Helper()
	r.rising()
	replay, intents, err := r.replay()
	if err != nil {
		r.t.Fatal(err)
	}
	if replay.Hash() != r.w.runner.Hash() || !slices.Equal(intents, r.intents) {
		r.t.Fatalf("the replay has digest %x and %d intents, the run %x and %d", replay.Hash(), len(intents), r.w.runner.Hash(), len(r.intents))
	}
}

func msg(data ...byte) bus.Msg { return bus.Msg{Data: data} }

// hold makes the worker hang, as in a script, until resume is called.
func (r *rig) hold() (resume func()) {
	release := make(chan struct{})
	if err := r.w.do(r.t.Context(), func() { <-release }); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
	return func() {
		close(release)
		synctest.Wait()
	}
}

// quiet reports that something was not said yet; for tests without a bubble.
func (r *rig) quiet(what string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !slices.ContainsFunc(r.said, func(s string) bool { return strings.HasPrefix(s, what) })
}
