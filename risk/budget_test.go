package risk

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"tollgate/engine"
)

const second = engine.Time(1_000_000_000)

func at(t engine.Time, c engine.Class) *engine.Request {
	return &engine.Request{At: t, Class: c}
}

// spend takes tokens until the bucket denies, and returns how many it gave.
func spend(b *Budget, t engine.Time, c engine.Class) int {
	n := 0
	for b.Take(at(t, c)) == nil {
		n++
	}
	return n
}

func TestReserveByClass(t *testing.T) {
	for _, c := range []struct {
		class engine.Class
		want  int
	}{
		{engine.ClassFlatten, 20},
		{engine.ClassProtect, 20},
		{engine.ClassCancel, 20},
		{engine.ClassExit, 14},
		{engine.ClassEntry, 14},
		{engine.ClassQuery, 14},
	} {
		b := NewBudget(DefaultBudget)
		if got := spend(&b, second, c.class); got != c.want {
			t.Errorf("%s: a full bucket gave %d tokens, want %d", c.class, got, c.want)
		}
	}
}

func TestReserveIsLeftForCancels(t *testing.T) {
	b := NewBudget(DefaultBudget)
	spend(&b, second, engine.ClassEntry)
	if got := spend(&b, second, engine.ClassCancel); got != 6 {
		t.Errorf("after entries were denied %d tokens were left for cancels, want 6", got)
	}
}

func TestRetryIsTheFirstNanosecond(t *testing.T) {
	for _, class := range []engine.Class{engine.ClassFlatten, engine.ClassEntry} {
		for rate := int64(1); rate <= 7; rate++ {
			b := NewBudget(BudgetConfig{Rate: rate, Burst: 20, Reserve: 6})
			spend(&b, second, class)
			d := b.Take(at(second+17, class))
			if d == nil || d.Code != Throttled {
				t.Fatalf("rate %d: 17 ns after the last token: %v, want throttled", rate, d)
			}
			before, then := b, b
			if before.Take(at(d.Retry-1, class)) == nil {
				t.Errorf("rate %d %s: passed one nanosecond before Retry", rate, class)
			}
			if no := then.Take(at(d.Retry, class)); no != nil {
				t.Errorf("rate %d %s: denied at its own Retry: %v", rate, class, no)
			}
		}
	}
}

func TestRefillIsExact(t *testing.T) {
	b := NewBudget(DefaultBudget)
	spend(&b, 0, engine.ClassCancel)
	if b.Take(at(333_333_333, engine.ClassCancel)) == nil {
		t.Fatal("a third of a second minus a third of a nanosecond gave a token")
	}
	if d := b.Take(at(333_333_334, engine.ClassCancel)); d != nil {
		t.Fatalf("a third of a second gave none: %v", d)
	}
	// Nothing is lost in between: three tokens a second, to the nanosecond.
	for ns := engine.Time(333_333_335); ns < second; ns += 999_983 {
		b.refill(ns)
	}
	if got := spend(&b, second, engine.ClassCancel); got != 2 {
		t.Errorf("the first second gave %d more tokens, want 2", got)
	}
}

func TestTimeStandingStillOrGoingBack(t *testing.T) {
	b := NewBudget(DefaultBudget)
	spend(&b, 10*second, engine.ClassCancel)
	for _, now := range []engine.Time{10 * second, 9 * second, 0, -5 * second} {
		d := b.Take(at(now, engine.ClassCancel))
		if d == nil {
			t.Fatalf("at %v a token appeared from nowhere", now)
		}
		if after := b; after.Take(at(d.Retry, engine.ClassCancel)) != nil {
			t.Errorf("at %v: the Retry it was given does not hold", now)
		}
	}
	if got := spend(&b, 11*second, engine.ClassCancel); got != 3 {
		t.Errorf("one second after the newest time: %d tokens, want 3", got)
	}
}

func TestLongIdleDoesNotOverflow(t *testing.T) {
	for _, c := range []BudgetConfig{DefaultBudget, {Rate: 1_000_000_000, Burst: 20}, {Rate: 1, Burst: 1_000_000_000}} {
		b := NewBudget(c)
		for range 20 {
			b.Take(at(0, engine.ClassCancel))
		}
		b.refill(math.MaxInt64)
		if b.tokens != c.Burst*token {
			t.Errorf("%+v: after 292 years the bucket holds %d, want it full", c, b.tokens)
		}
	}
}

func TestBadBudgetIsBroughtIntoRange(t *testing.T) {
	for _, c := range []BudgetConfig{{}, {-1, -1, -1, -1}, {3, 5, 5, 0}, {3, 5, 99, 0}, {math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}} {
		b := NewBudget(c)
		if d := b.Take(at(0, engine.ClassEntry)); d != nil {
			t.Errorf("%+v: a full bucket lets no entry through: %v", c, d)
		}
	}
}

// twin counts the same tokens with rationals and no cleverness.
type twin struct {
	c      BudgetConfig
	tokens *big.Rat
	at     engine.Time
}

func (w *twin) take(r *engine.Request) bool {
	if r.At > w.at {
		w.tokens.Add(w.tokens, big.NewRat(int64(r.At-w.at)*w.c.Rate, int64(second)))
		w.at = r.At
	}
	if full := big.NewRat(w.c.Burst, 1); w.tokens.Cmp(full) > 0 {
		w.tokens = full
	}
	need := big.NewRat(1, 1)
	if r.Class > engine.ClassCancel {
		need.SetInt64(1 + w.c.Reserve)
	}
	if w.tokens.Cmp(need) < 0 {
		return false
	}
	w.tokens.Sub(w.tokens, big.NewRat(1, 1))
	return true
}

func TestBudgetTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := BudgetConfig{Rate: rapid.Int64Range(1, 9).Draw(t, "rate"), Burst: rapid.Int64Range(1, 25).Draw(t, "burst")}
		c.Reserve = rapid.Int64Range(0, c.Burst-1).Draw(t, "reserve")
		b, w := NewBudget(c), twin{c: c, tokens: big.NewRat(c.Burst, 1)}
		now := engine.Time(0)
		for range rapid.IntRange(1, 120).Draw(t, "requests") {
			now += engine.Time(rapid.SampledFrom([]int64{-1e9, 0, 0, 0, 1, 333_333_333, 333_333_334, 1e9, 1e11}).Draw(t, "step"))
			r := at(max(now, 0), engine.Class(rapid.IntRange(0, 5).Draw(t, "class")))
			d, want := b.Take(r), w.take(r)
			if (d == nil) != want {
				t.Fatalf("%s at %d: gate says %v, twin says %v", r.Class, r.At, d, want)
			}
			if d == nil {
				continue
			}
			before, then := b, b
			if before.Take(at(d.Retry-1, r.Class)) == nil || then.Take(at(d.Retry, r.Class)) != nil {
				t.Fatalf("%s at %d: %v is not the first time that passes", r.Class, r.At, d.Retry)
			}
		}
	})
}
