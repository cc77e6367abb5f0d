package cli

import (
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/sim/bias"
	"tollgate/sim/feed"
	"tollgate/sim/venue"
)

// probe is one run of the doctor: what it changes about the plan.
type probe struct {
	fill     venue.Model
	latency  time.Duration
	fees     int // times the configured fees
	from, to engine.Time
	arrange  func(sim.Source) sim.Source // nil = as recorded
}

// probed is what a probe gave.
type probed struct {
	result   *sim.Result
	log      *bias.Log
	universe *engine.Universe
	survey   *bias.Survey // nil unless asked for
	stats    feed.Stats   // likewise
	// ends holds, for each decision of the log, the time of the event by which it
	// was made: the one it answers, or the first after the timer it answers.
	ends []engine.Time
}

// errand is a probe and who wants to know. Tasks run side by side: judge may write
// only to what is its own.
type errand struct {
	probe probe
	judge func(*probed)
}

// usual is the probe that changes nothing.
func (d *doctor) usual() probe {
	return probe{fill: d.plan.fill, latency: d.plan.latency, fees: 1, from: d.plan.from, to: d.plan.to}
}

// perform runs errands on all cores. The error is that of the first errand, by their
// order, that has one.
func (d *doctor) perform(errands []errand) error {
	errs := make([]error, len(errands))
	next := make(chan int)
	var workers sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range min(runtime.GOMAXPROCS(0), len(errands)) {
		workers.Go(func() {
			for i := range next {
				o, err := d.try(errands[i].probe, false)
				if err == nil {
					errands[i].judge(o)
				}
				errs[i] = err
				mu.Lock()
				done++
				d.tell(done, len(errands))
				mu.Unlock()
			}
		})
	}
	for i := range errands {
		next <- i
	}
	close(next)
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// try runs a probe. It works on a copy of the plan, so that probes can run side by
// side: they share only what is read.
func (d *doctor) try(t probe, survey bool) (*probed, error) {
	q := *d.plan
	if !survey {
		q.first = nil
	}
	q.latency, q.from, q.to, q.universe = t.latency, t.from, t.to, engine.NewUniverse()
	recorder := bias.NewRecorder(bias.MaxDecisions)
	opened, err := q.open()
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	o := &probed{universe: q.universe}
	var src sim.Source = opened
	var w *surveyed
	if survey {
		w = &surveyed{src: src, log: recorder.Log(), survey: bias.NewSurvey(q.universe), collector: feed.NewCollector(q.universe)}
		src, o.survey = w, w.survey
	}
	if t.arrange != nil {
		src = t.arrange(src)
	}
	config := d.world(&q, t)
	recorder.Attach(&config)
	if o.result, err = sim.NewWorld(config).Run(src); err != nil {
		return nil, err
	}
	if o.log = recorder.Log(); w != nil {
		o.stats, o.ends = w.collector.Stats(), w.ends
		o.stats.Tally = feed.TallyOf(opened)
	}
	return o, nil
}

// world is what the world of a probe is made of.
func (d *doctor) world(q *plan, t probe) sim.Config {
	sizes := q.config.Backtest.Sizes
	index, _ := q.config.Instruments.Spec("ES")
	return sim.Config{
		Universe: q.universe, Gate: risk.New(q.account.Limits(), q.config.Budget), Cash: q.cash, Calendar: index.Calendar,
		Venue: venue.Config{
			Fill: t.fill, Trigger: q.trigger,
			Profile: venue.Profile{Take: sizes.Take, Depth: sizes.Depth, Ahead: sizes.Ahead, Print: sizes.Print},
		},
		Latency: q.latency, Zone: time.LoadLocation,
		Spawn: func(id engine.InstrumentID) (*sim.Entry, error) {
			in := q.universe.Get(id)
			if !q.wanted(in) {
				return nil, nil
			}
			in.Fee *= engine.Money(t.fees)
			program, err := d.load(q)
			if err != nil {
				return nil, err
			}
			return &sim.Entry{Program: program, OnPanic: q.onPanic}, nil
		},
	}
}

// surveyed surveys a source while it is played.
type surveyed struct {
	src       sim.Source
	log       *bias.Log
	survey    *bias.Survey
	collector *feed.Collector
	last      engine.Time
	ends      []engine.Time
}

// Next implements sim.Source.
func (w *surveyed) Next(q *engine.Quote) error {
	for len(w.ends) < len(w.log.Decisions) {
		w.ends = append(w.ends, w.last)
	}
	err := w.src.Next(q)
	if err == nil {
		w.last = q.At
		w.survey.Add(q)
		w.collector.Add(q)
	}
	return err
}

// teller shows on a terminal how far the doctor is.
func teller(w io.Writer) func(done, all int) {
	if !isTerminal(w) {
		return func(int, int) {}
	}
	return func(done, all int) {
		if done == all {
			fmt.Fprint(w, "\r\x1b[K")
			return
		}
		fmt.Fprintf(w, "\r\x1b[K%d of %d runs", done, all)
	}
}
