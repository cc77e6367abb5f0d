package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/feed"
	"tollgate/strategies/script"
)

// TestTakenBack: after a rollback the version that runs is the one the next is
// rehearsed against; one that could not be swapped everywhere changes nothing.
func TestTakenBack(t *testing.T) {
	old, now := &former{src: &script.Source{Hash: "old"}}, &script.Source{Hash: "now"}
	for _, c := range []struct {
		hash, rollback, runs, says string
	}{
		{"now", "", "now", ""},
		{"old", "panic in OnQuote: x.go:3: boom", "old", "taken back: x on ES 03-25 runs old again since 1970-01-01 00:00:07 UTC: panic in OnQuote: x.go:3: boom"},
		{"now", "another instance could not be swapped", "now", "taken back: x on ES 03-25 runs now again"},
	} {
		u := engine.NewUniverse()
		if _, err := u.Add("ES 03-25", engine.Spec{Root: "ES", Tick: 250_000_000, PointValue: decimal.NewFromInt(50)}); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		s := &stage{plan: &plan{src: now, universe: u}, former: old, out: &out}
		s.turn(engine.Member{Name: "x"}, &engine.Version{At: 7_000_000_000, Hash: c.hash, Rollback: c.rollback})
		if s.plan.src.Hash != c.runs || !strings.Contains(out.String(), c.says) || c.says == "" && out.Len() > 0 {
			t.Errorf("%+v: %s runs, said %q", c, s.plan.src.Hash, out.String())
		}
	}
}

type endless struct{ feed.Source }

func (endless) Next(q *engine.Quote) error { return nil }

// TestInterrupted: a feed ends with its context, at once where it is played at a pace
// and soon where it is not, and the run says where.
func TestInterrupted(t *testing.T) {
	for _, speed := range []float64{0, 10} {
		ctx, cancel := context.WithCancel(t.Context())
		s := &stage{ctx: ctx, speed: speed}
		src, n := s.until(endless{}), 0
		var q engine.Quote
		for ; n < 5000; n++ {
			if err := src.Next(&q); err != nil {
				t.Fatal(err)
			}
		}
		if s.interrupted(0) != nil {
			t.Error("nobody interrupted it")
		}
		cancel()
		for n = 0; n < 2000; n++ {
			if err := src.Next(&q); errors.Is(err, io.EOF) {
				break
			}
		}
		if n >= 1024 || speed > 0 && n > 0 {
			t.Errorf("at speed %v it goes on for %d events", speed, n)
		}
		if err := s.interrupted(7_000_000_000); err == nil || !strings.Contains(err.Error(), "interrupted at 1970-01-01 00:00:07 UTC") {
			t.Errorf("%v", err)
		}
	}
	if src := sim.Source((*stage)(nil).until(endless{})); src != (endless{}) {
		t.Error("without a stage nothing ends it")
	}
}
