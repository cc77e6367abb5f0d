package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"tollgate/engine"
	"tollgate/sim/feed"
	"tollgate/strategies/script"
)

// former is the version that was replaced, and runs again should the new one be taken
// back.
type former struct {
	src     *script.Source
	checked *script.Checked
}

// turn tells at once of a strategy that was stopped and of a version that was taken
// back: who edits while it runs must not believe in what no longer does.
func (s *stage) turn(m engine.Member, c engine.Command) {
	name := fmt.Sprintf("%s on %s", m.Name, s.plan.universe.Get(m.Instrument).Key)
	switch c := c.(type) {
	case *engine.Halt:
		fmt.Fprintf(s.out, "%s stopped at %s UTC: %s\n", name, onClock(c.At), c.Reason)
	case *engine.Version:
		if c.Rollback == "" {
			return
		}
		if f := s.former; f != nil && f.src.Hash == c.Hash {
			s.plan.src, s.plan.checked, s.former = f.src, f.checked, nil
		}
		fmt.Fprintf(s.out, "taken back: %s runs %.12s again since %s UTC: %s\n", name, c.Hash, onClock(c.At), c.Rollback)
	}
}

// interruptions ends its context with the first interrupt; a second one ends the
// program as if nobody listened.
func interruptions() (context.Context, func()) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// untilDone ends a feed when its context does, as if it were over.
type untilDone struct {
	feed.Source
	ctx  context.Context
	mask int // it looks once in mask+1 events
	n    int
}

func (u *untilDone) Next(q *engine.Quote) error {
	if u.n++; u.n&u.mask == 0 && u.ctx.Err() != nil {
		return io.EOF
	}
	return u.Source.Next(q)
}

// until makes a feed end with the stage's context. A nil stage has none.
func (s *stage) until(src feed.Source) feed.Source {
	if s == nil {
		return src
	}
	u := &untilDone{Source: src, ctx: s.ctx, mask: 1<<10 - 1}
	if s.speed > 0 {
		u.mask = 0
	}
	return u
}

// interrupted says that a run was cut short, and where; nil when it was not.
func (s *stage) interrupted(last engine.Time) error {
	if s.ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("interrupted at %s UTC: what came after was not played", onClock(last))
}
