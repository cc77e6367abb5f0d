package cli

import (
	"context"
	"sync"
)

// evaluate runs trials on all cores and returns their outcomes in order. A run that
// cannot be made has an Error; the error returned is one that ends the sweep: an
// interrupt, or results that cannot be kept.
func (s *sweepRun) evaluate(ctx context.Context, trials []trial) ([]outcome, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := make([]outcome, len(trials))
	todo := make(chan int)
	var workers sync.WaitGroup
	for range min(s.flags.jobs, len(trials)) {
		workers.Go(func() {
			for i := range todo {
				if err := s.finish(ctx, &trials[i], &out[i]); err != nil {
					cancel(err)
				}
			}
		})
	}
	s.hand(ctx, trials, out, todo)
	close(todo)
	workers.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, nil
}

// hand deals the trials that were not run before.
func (s *sweepRun) hand(ctx context.Context, trials []trial, out []outcome, todo chan<- int) {
	for i := range trials {
		if f, ok := s.store.find(&trials[i]); ok {
			out[i].Figures = f
			s.progress.skipped()
			continue
		}
		select {
		case todo <- i:
		case <-ctx.Done():
			return
		}
	}
}

// finish runs one trial and keeps it.
func (s *sweepRun) finish(ctx context.Context, t *trial, o *outcome) error {
	got, err := s.tier.run(ctx, t)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		o.Error = err.Error()
	default:
		*o = *got
		if err := s.store.add(t, &o.Figures); err != nil {
			return err
		}
	}
	s.progress.finished(s.score(o))
	return nil
}
