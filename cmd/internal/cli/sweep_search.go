package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"tollgate/sim/report"
	"tollgate/sim/tune"
	"tollgate/sim/venue"
)

// score is what a search goes by: NaN for a run that could not be made.
func (s *sweepRun) score(o *outcome) float64 {
	if o.Error != "" {
		return math.NaN()
	}
	return s.objective.Score(&o.Figures)
}

// searched is a finished search.
type searched struct {
	points []tune.Point
	runs   []outcome
	scores []float64
	order  []int // positions, best first
}

// best is the position of the best run; false when none has a score.
func (r *searched) best() (int, bool) {
	if len(r.order) == 0 || math.IsNaN(r.scores[r.order[0]]) {
		return 0, false
	}
	return r.order[0], true
}

// search makes one search over a stretch of time.
func (s *sweepRun) search(ctx context.Context, window int, span tune.Span) (*searched, error) {
	searcher, err := s.searcher(window)
	if err != nil {
		return nil, err
	}
	r := &searched{}
	for {
		batch := searcher.Batch()
		if len(batch) == 0 {
			break
		}
		trials := make([]trial, len(batch))
		for i, p := range batch {
			trials[i] = trial{params: s.space.Params(p), from: span.From, to: span.To}
		}
		runs, err := s.evaluate(ctx, trials)
		if err != nil {
			return nil, err
		}
		scores := make([]float64, len(runs))
		for i := range runs {
			scores[i] = s.score(&runs[i])
			s.tally(batch[i], &runs[i])
		}
		searcher.Tell(scores)
		r.points, r.runs, r.scores = append(r.points, batch...), append(r.runs, runs...), append(r.scores, scores...)
	}
	r.order = tune.Rank(r.scores)
	return r, nil
}

// results makes the whole sweep.
func (s *sweepRun) results(ctx context.Context) (*report.Sweep, error) {
	out := s.report()
	if s.train > 0 {
		return out, s.walk(ctx, out)
	}
	r, err := s.search(ctx, 0, tune.Span{})
	if err != nil {
		return nil, err
	}
	if err := s.allStopped(); err != nil {
		return nil, err
	}
	s.fill(out, r)
	best, ok := r.best()
	if !ok {
		return out, nil
	}
	again, err := s.tier.run(ctx, &trial{params: s.space.Params(r.points[best]), detail: true})
	if err != nil {
		return nil, fmt.Errorf("the best run, made again for its round trips: %w", err)
	}
	if again.Figures.Hash != r.runs[best].Figures.Hash {
		return nil, fmt.Errorf("the best run, made again, decided otherwise (%s and %s): the strategy is not deterministic, and no figure of it means anything",
			r.runs[best].Figures.Hash, again.Figures.Hash)
	}
	out.MonteCarlo = tune.MonteCarlo(again.Trips, again.Figures.Start, s.flags.samples, uint64(s.flags.seed))
	return out, nil
}

// tally remembers what was stopped, and why the first was.
func (s *sweepRun) tally(p tune.Point, o *outcome) {
	s.stops.Runs++
	fault := report.OneFault(o.Error, &o.Figures)
	if fault == "" {
		return
	}
	if s.stops.Stopped++; s.stops.First == "" {
		s.stops.First = fault + " (" + s.space.Text(p) + ")"
	}
}

// allStopped is the failure of a sweep that has nothing but stopped runs.
func (s *sweepRun) allStopped() error {
	if s.stops.Stopped < s.stops.Runs {
		return nil
	}
	return errors.New(s.stops.Text())
}

// report is what can be said before the runs.
func (s *sweepRun) report() *report.Sweep {
	p := s.plan
	feeds := s.flags.feeds
	if len(feeds) == 0 {
		feeds = []string{sampleName}
	}
	out := &report.Sweep{
		Strategy: p.src.Name, ScriptHash: p.src.Hash, Params: p.declared, Space: s.space, Objective: s.objective, Search: s.flags.search,
		Seed: s.flags.seed, Jobs: s.flags.jobs, Tier: s.tier.name, Feeds: feeds, Events: s.feed.events, Sessions: len(s.feed.sessions),
		FillModel: p.fill.String(), Latency: p.latency, Account: p.account.Name, Cash: p.cash, Top: s.flags.top, Notes: s.notes,
	}
	for _, name := range p.config.Unenforced() {
		out.Warnings = append(out.Warnings, name+" is configured, but this version does not enforce it")
	}
	if p.fill != venue.Conservative {
		out.Warnings = append(out.Warnings, "resting orders fill by the hopeful model "+p.fill.String()+": backtest the best with --fill conservative too")
	}
	return out
}

// fill puts a search into the report.
func (s *sweepRun) fill(out *report.Sweep, r *searched) {
	figures := make([]tune.Figures, len(r.runs))
	for i := range r.runs {
		figures[i] = r.runs[i].Figures
		out.Runs = append(out.Runs, report.SweepRun{
			Point: r.points[i], Score: tune.Number(r.scores[i]), Figures: figures[i], Error: r.runs[i].Error,
			Around: tune.Neighbours(s.space, r.points, r.scores, i),
		})
	}
	out.Order, out.Kept, out.Stops = r.order, s.progress.kept, s.stops
	if best, ok := r.best(); ok {
		d := tune.Deflate(figures, best)
		out.Deflated = &d
	}
}

// show prints and writes.
func (s *sweepRun) show(w io.Writer, r *report.Sweep) error {
	if s.flags.out != "" {
		if err := report.SweepFiles(s.flags.out, r); err != nil {
			return err
		}
	}
	if s.flags.asJSON {
		text, err := report.SweepJSON(r)
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	}
	if err := report.SweepTerminal(w, r, report.TerminalOptions{Color: colour(w)}); err != nil {
		return err
	}
	if s.flags.out != "" {
		fmt.Fprintf(w, "\nwrote %s/sweep.html, sweep.json and the table beside them\n", s.flags.out)
	}
	return nil
}
