package cli

import (
	"context"
	"maps"
	"time"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/sim/tune"
	"tollgate/sim/venue"
)

// trial is one run of a sweep.
type trial struct {
	params   map[string]string // searched ones
	from, to engine.Time       // 0 = the sweep's own
	open     engine.Time       // before it every order is denied; 0 = never
	detail   bool              // trips, sessions and curve are wanted too
	watch    *trialWatch       // told of every event; nil = none
}

// outcome is what a trial came to.
type outcome struct {
	Figures  tune.Figures      `json:"figures"`
	Error    string            `json:"error,omitempty"` // the run came to no end
	Trips    []engine.Money    `json:"trips,omitempty"` // net, in the order of finishing
	Sessions []sim.Session     `json:"sessions,omitempty"`
	Equity   []sim.EquityPoint `json:"equity,omitempty"`
}

// clone is the plan of one trial. It shares with the original only what is never
// written: checked script, configuration, flags.
func (p *plan) clone(t *trial) *plan {
	q := *p
	q.first, q.notes, q.warnings = nil, nil, nil
	q.params = maps.Clone(p.params)
	maps.Copy(q.params, t.params)
	if t.from != 0 {
		q.from = max(q.from, t.from)
	}
	if t.to != 0 && (q.to == 0 || t.to < q.to) {
		q.to = t.to
	}
	return &q
}

// try plays a trial in this process. The plan is used up.
func (p *plan) try(ctx context.Context, t *trial) (*outcome, error) {
	w := p.trialWorld(t)
	src, err := p.open()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	r, err := w.Run(&interruptible{src: src, ctx: ctx, watch: t.watch})
	if err != nil {
		return nil, err
	}
	if t.open != 0 {
		p.cutWarmup(r, t.open)
	}
	o := &outcome{Figures: tune.FiguresOf(r)}
	if t.detail {
		o.Sessions, o.Equity = r.Sessions, r.Equity
		for i := range r.Trips {
			o.Trips = append(o.Trips, r.Trips[i].Net())
		}
	}
	return o, nil
}

// trialWorld is the world of a backtest with the same settings; a test holds the
// two to the same decisions.
func (p *plan) trialWorld(t *trial) *sim.World {
	p.universe = engine.NewUniverse()
	sizes := p.config.Backtest.Sizes
	index, _ := p.config.Instruments.Spec("ES")
	gate := engine.Gate(risk.New(p.account.Limits(), p.config.Budget))
	if t.open != 0 {
		gate = &warming{gate, t.open}
	}
	return sim.NewWorld(sim.Config{
		Universe: p.universe, Gate: gate, Cash: p.cash, Calendar: index.Calendar,
		Venue: venue.Config{
			Fill: p.fill, Trigger: p.trigger,
			Profile: venue.Profile{Take: sizes.Take, Depth: sizes.Depth, Ahead: sizes.Ahead, Print: sizes.Print},
		},
		Latency: p.latency, Spawn: p.spawn, Zone: time.LoadLocation,
	})
}

// cutWarmup leaves what was before the first moment of trading out of a result.
// Nothing happened then: every order was denied.
func (p *plan) cutWarmup(r *sim.Result, open engine.Time) {
	index, _ := p.config.Instruments.Spec("ES")
	first := index.Calendar.At(open).Date
	for len(r.Sessions) > 0 && r.Sessions[0].Date < first {
		r.Sessions = r.Sessions[1:]
	}
	n := 0
	for n < len(r.Equity) && r.Equity[n].At < open {
		n++
	}
	if n > 0 { // the curve leaves out where equity stood still: it stood at its start
		n--
		r.Equity[n] = sim.EquityPoint{At: open, Equity: r.Start.Equity}
	}
	r.Equity = r.Equity[n:]
}

// warming denies every order before the test begins, so that indicators warm up
// and nothing is held.
type warming struct {
	gate engine.Gate
	open engine.Time
}

// Judge implements engine.Gate.
func (w *warming) Judge(b *engine.Book, r *engine.Request) (engine.Permit, *engine.Denial) {
	if r.At < w.open {
		return engine.Permit{}, &engine.Denial{
			Code: warmingUp, Limit: w.open.String(), Value: r.At.String(),
			Text: "indicators are warming up before the test begins", Retry: w.open,
		}
	}
	return w.gate.Judge(b, r)
}

// warmingUp is the code of denials before a walk-forward test.
const warmingUp engine.Code = "warming_up"

// interruptible ends a source early when its context ends.
type interruptible struct {
	src   sim.Source
	ctx   context.Context
	watch *trialWatch
	n     int
}

// Next implements sim.Source. It looks at the context once in 4096 events.
func (s *interruptible) Next(q *engine.Quote) error {
	s.n++
	if s.watch != nil {
		s.watch.events.Add(1)
	}
	if s.n&4095 == 0 {
		if err := s.ctx.Err(); err != nil {
			return err
		}
	}
	return s.src.Next(q)
}
