package cli

import (
	"context"
	"math"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/report"
	"tollgate/sim/tune"
)

// walk optimises on every training window and runs the best on the test after it.
func (s *sweepRun) walk(ctx context.Context, out *report.Sweep) error {
	out.Walk = &report.SweepWalk{Train: s.train, Test: s.test, Warmup: s.warm, Anchored: s.flags.anchored}
	j := joined{equity: s.plan.cash, peak: s.plan.cash, hash: engine.NewHash()}
	for n, w := range s.windows {
		r, err := s.search(ctx, n, w.Train)
		if err != nil {
			return err
		}
		row, err := s.test1(ctx, &w, r, &j)
		if err != nil {
			return err
		}
		out.Walk.Windows = append(out.Walk.Windows, *row)
	}
	s.join(out, &j)
	return s.allStopped()
}

// test1 runs the best of a training on the test after it. A window without a best
// stays out of the market.
func (s *sweepRun) test1(ctx context.Context, w *tune.Window, r *searched, j *joined) (*report.SweepWindow, error) {
	row := &report.SweepWindow{Window: *w, Score: tune.Number(math.NaN())}
	best, ok := r.best()
	if !ok {
		row.Idle = true
		j.idle(s.feed.sessions, w)
		return row, nil
	}
	row.Point, row.Score, row.In = r.points[best], tune.Number(r.scores[best]), r.runs[best].Figures
	runs, err := s.evaluate(ctx, []trial{{
		params: s.space.Params(r.points[best]), from: w.Warm, to: w.Test.To, open: w.Test.From, detail: true,
	}})
	if err != nil {
		return nil, err
	}
	row.Out, row.Error = runs[0].Figures, runs[0].Error
	if row.Error == "" {
		j.add(&runs[0])
	}
	return row, nil
}

// joined strings the tests together into one record.
type joined struct {
	trips    []engine.RoundTrip
	nets     []engine.Money
	sessions []sim.Session
	curve    []sim.EquityPoint
	equity   engine.Money // at the end so far
	peak     engine.Money
	fall     engine.Money // largest
	fees     engine.Money
	events   int64
	hash     engine.Hash
}

// add puts a test behind those before it, its equity moved to where they ended.
func (j *joined) add(o *outcome) {
	shift := j.equity - o.Figures.Start
	for _, x := range o.Sessions {
		x.Start, x.End = x.Start+shift, x.End+shift
		j.sessions = append(j.sessions, x)
	}
	for _, net := range o.Trips {
		j.trips = append(j.trips, engine.RoundTrip{PnL: net})
	}
	j.nets = append(j.nets, o.Trips...)
	for _, p := range o.Equity {
		p.Equity += shift
		j.peak = max(j.peak, p.Equity)
		p.Drawdown = j.peak - p.Equity
		j.fall = max(j.fall, p.Drawdown)
		j.curve = append(j.curve, p)
	}
	j.fall = max(j.fall, o.Figures.MaxDrawdown)
	j.fees += o.Figures.Fees
	j.events += o.Figures.Events
	j.hash.Text(o.Figures.Hash)
	j.equity += o.Figures.Net
}

// idle adds the sessions of a test in which nothing was held.
func (j *joined) idle(all []tune.Session, w *tune.Window) {
	for _, x := range all {
		if x.From >= w.Test.From && x.From < w.Test.To {
			j.sessions = append(j.sessions, sim.Session{Date: x.Date, Start: j.equity, End: j.equity})
		}
	}
}

// join makes the figures of the joined record.
func (s *sweepRun) join(out *report.Sweep, j *joined) {
	w := out.Walk
	r := sim.Result{
		Events: j.events, Trips: j.trips, Sessions: j.sessions, Fees: j.fees, MaxDrawdown: j.fall, Hash: j.hash,
		Start: engine.Balance{Cash: s.plan.cash, Equity: s.plan.cash}, End: engine.Balance{Cash: j.equity, Equity: j.equity},
	}
	w.Figures, w.Equity, w.Sessions = tune.FiguresOf(&r), j.curve, j.sessions
	w.Score = tune.Number(s.objective.Score(&w.Figures))
	var in engine.Money
	inSessions, outSessions := 0, 0
	for i := range w.Windows {
		x := &w.Windows[i]
		if x.Idle || x.Error != "" {
			continue
		}
		in += x.In.Net
		inSessions += x.In.Sessions
		outSessions += x.Out.Sessions
	}
	w.Efficiency = tune.Efficiency(w.Figures.Net, in, outSessions, inSessions)
	out.MonteCarlo = tune.MonteCarlo(j.nets, s.plan.cash, s.flags.samples, uint64(s.flags.seed))
	out.Kept, out.Stops = s.progress.kept, s.stops
}
