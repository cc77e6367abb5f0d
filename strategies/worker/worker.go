package worker

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"tollgate/engine"
	"tollgate/engine/bus"
	"tollgate/strategies"
	"tollgate/strategies/script"
)

// Worker is the shell of one Runner. New makes it, Run runs it once. Reload,
// Rollback and Serve may be called from any goroutine while it runs; everything
// else belongs to the goroutine of Run.
type Worker struct {
	cfg     Config
	runner  *strategies.Runner
	scripts []*running
	members []*member // by number, nil where this worker has none

	now     engine.Time // of the newest input
	follow  bus.Follower
	done    uint64 // number of the newest message that is finished
	gaps    uint64
	waiting int // members without the state
	asked   int // beats ago they were asked for
	link    *engine.LinkChange
	timers  timers
	armed   engine.Time // what the alarm is set for
	intents *bus.Stream
	news    string
	beats   string
	buffer  []byte
	written map[string]bool // hashes of sources that are recorded
	broken  error           // what Record said

	requests chan func()
	ready    chan offer
	judged   chan verdict
	ended    chan struct{} // closed when Run returns
	helpers  sync.WaitGroup
}

// member is one instance.
type member struct {
	Instance
	script  *running
	hash    string // of the source that runs
	waiting bool   // for its Snapshot
	begun   bool
}

// New loads the scripts, records them and joins their instances. The error names
// the script that could not be loaded.
func New(c Config) (*Worker, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c.Beat = cmp.Or(c.Beat, DefaultBeat)
	if c.Record == nil {
		c.Record = func(byte, []byte) error { return nil }
	}
	w := &Worker{
		cfg: c, now: engine.NoTime, armed: engine.NoTime, written: map[string]bool{},
		runner:  strategies.NewRunner(strategies.RunnerConfig{Universe: c.Universe, Zone: c.Zone, History: c.History}),
		intents: bus.NewStream(c.Bus, bus.Intents(c.Account, c.Name), c.First),
		news:    bus.News(c.Account, c.Name), beats: bus.Beats(c.Account, c.Name),
		requests: make(chan func()), ready: make(chan offer), judged: make(chan verdict), ended: make(chan struct{}),
	}
	r := openRecord{Account: c.Account, Name: c.Name, History: c.History}
	if !w.record(KindOpen, r.append(nil)) {
		return nil, w.broken
	}
	return w, w.join()
}

// join joins every instance to the Runner, in the order of their numbers.
func (w *Worker) join() error {
	for i := range w.cfg.Scripts {
		s := newRunning(&w.cfg.Scripts[i], w.cfg.Options)
		w.scripts = append(w.scripts, s)
		for _, in := range s.Instances {
			for len(w.members) <= int(in.ID) {
				w.members = append(w.members, nil)
			}
			w.members[in.ID] = &member{Instance: in, script: s, hash: s.Checked.Source.Hash}
		}
	}
	for _, m := range w.members {
		if m == nil {
			continue
		}
		if err := w.load(m); err != nil {
			return err
		}
	}
	return nil
}

func (w *Worker) load(m *member) error {
	s := m.script
	p, err := s.Checked.Load(s.options)
	if err != nil {
		return err
	}
	r := joinRecord{
		ID: m.ID, Script: s.Name, Hash: m.hash, Instrument: w.cfg.Universe.Get(m.Instrument).Key, OnPanic: s.OnPanic, Params: s.Params,
	}
	if !w.recordSource(s.Checked.Source) || !w.record(KindJoin, r.append(nil)) {
		return w.broken
	}
	return w.runner.Join(m.ID, p, m.Instrument, s.OnPanic)
}

// Run works until the context ends, the feed is closed (ErrFeedClosed), or an input
// cannot be recorded (the error of Record).
func (w *Worker) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer w.helpers.Wait()
	defer close(w.ended)
	defer cancel()
	for k, s := range w.scripts {
		w.watch(ctx, k, s)
	}
	w.desync()
	w.gaps = 0 // the start is none
	err := w.loop(ctx)
	w.stop()
	if w.broken != nil {
		return w.broken
	}
	return err
}

// loop is the one select.
func (w *Worker) loop(ctx context.Context) error {
	beat := time.NewTicker(w.cfg.Beat)
	defer beat.Stop()
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	w.beat(false)
	for w.broken == nil {
		w.arm(alarm)
		select {
		case <-ctx.Done():
			return nil
		case m, ok := <-w.cfg.Feed:
			if !ok {
				return ErrFeedClosed
			}
			w.urgent()
			w.message(&m)
		case <-alarm.C:
			w.armed = engine.NoTime
			w.fire(w.cfg.Clock.Now())
		case <-beat.C:
			w.fire(w.cfg.Clock.Now()) // should the clock have been set meanwhile
			w.askAgain()
			w.beat(false)
		case do := <-w.requests:
			do()
		case o := <-w.ready:
			w.consider(o)
		case v := <-w.judged:
			w.decide(v)
		}
	}
	return nil
}

// urgent lets everything that waits in before the next event: a select with many
// events takes others only by chance.
func (w *Worker) urgent() {
	for {
		select {
		case do := <-w.requests:
			do()
		case o := <-w.ready:
			w.consider(o)
		case v := <-w.judged:
			w.decide(v)
		default:
			return
		}
	}
}

// stop ends the instances that have begun.
func (w *Worker) stop() {
	for _, m := range w.members {
		if m != nil && m.begun && w.broken == nil {
			w.step(&engine.Phase{At: w.cfg.Clock.Now(), Strategy: m.ID})
		}
	}
	w.record(KindEnd, appendDigest(nil, w.runner.Hash()))
	w.beat(true)
}

// step records an input and steps the Runner with it. Its time is moved up to
// that of the input before.
func (w *Worker) step(e engine.Event) {
	if at := timeOf(e); at != nil {
		*at = max(*at, w.now)
		w.now = *at
	}
	w.buffer = engine.AppendEvent(appendDigest(w.buffer[:0], w.runner.Hash()), e)
	if w.record(KindEvent, w.buffer) {
		w.carry(w.runner.Step(e))
	}
}

// timeOf is the time of an event that a Runner takes.
func timeOf(e engine.Event) *engine.Time {
	switch e := e.(type) {
	case *engine.Quote:
		return &e.At
	case *engine.Update:
		return &e.At
	case *engine.PnL:
		return &e.At
	case *engine.LinkChange:
		return &e.At
	case *engine.Phase:
		return &e.At
	case *engine.Snapshot:
		return &e.At
	}
	return nil // a timer is of the time it was set for
}

// record keeps an input; when it cannot, the worker has come to its end.
func (w *Worker) record(kind byte, payload []byte) bool {
	if w.broken != nil {
		return false
	}
	if err := w.cfg.Record(kind, payload); err != nil {
		w.broken = fmt.Errorf("worker %s: an input could not be recorded, so nothing more is decided: %w", w.cfg.Name, err)
	}
	return w.broken == nil
}

// recordSource keeps a source once.
func (w *Worker) recordSource(s *script.Source) bool {
	if w.written[s.Hash] {
		return true
	}
	w.written[s.Hash] = w.record(KindSource, appendSource(nil, s))
	return w.written[s.Hash]
}
