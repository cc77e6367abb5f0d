package risk

import (
	"testing"
	"time"

	"tollgate/engine"
)

func TestDrainLeavesNothingUntilItsTime(t *testing.T) {
	b := NewBudget(BudgetConfig{Rate: 3, Burst: 20})
	take := func(at engine.Time) *engine.Denial {
		return b.Take(&engine.Request{At: at, Class: engine.ClassFlatten})
	}
	second := engine.Time(time.Second)
	if take(0) != nil {
		t.Fatal("a full bucket denied")
	}
	b.Drain(10 * second)
	for _, at := range []engine.Time{0, 9 * second, 10 * second} {
		d := take(at)
		if d == nil || d.Retry != 10*second+second/3+1 {
			t.Fatalf("at %v: %+v", at, d)
		}
	}
	if d := take(10*second + second/3 + 1); d != nil {
		t.Fatal(d)
	}
	b.Drain(second) // older than what is known
	if d := take(11 * second); d != nil {
		t.Fatal(d)
	}
}

func TestCallsWithoutAnAnswerAreBounded(t *testing.T) {
	b := NewBudget(BudgetConfig{Rate: 3, Burst: 20, Open: 2})
	take := func(c engine.Class) bool { return b.Take(&engine.Request{At: 5, Class: c}) == nil }
	for i, step := range []struct {
		class engine.Class
		want  bool
	}{
		{engine.ClassEntry, true},
		{engine.ClassQuery, true},
		{engine.ClassExit, false},
		{engine.ClassCancel, true},
		{engine.ClassFlatten, true},
		{engine.ClassProtect, false},
	} {
		if take(step.class) != step.want {
			t.Errorf("step %d: %v", i, step)
		}
	}
	b.Answered()
	b.Answered()
	b.Answered()
	if !take(engine.ClassQuery) || take(engine.ClassQuery) {
		t.Error("an answer makes room for one call")
	}
	for range 9 {
		b.Answered()
	}
	if got := b.Tokens(); got != 15 {
		t.Errorf("%d tokens", got)
	}
}

func TestAccountsShareABudget(t *testing.T) {
	b := NewBudget(BudgetConfig{Rate: 1, Burst: 1})
	r := engine.Request{At: 1, Class: engine.ClassFlatten}
	if _, d := Sharing(Limits{}, &b).Judge(nil, &r); d != nil {
		t.Fatal(d)
	}
	if _, d := Sharing(Limits{}, &b).Judge(nil, &r); d == nil {
		t.Error("the second account spent a token that the first had spent")
	}
}

func TestLevelGoesOn(t *testing.T) {
	a, b := NewBudget(DefaultBudget), NewBudget(DefaultBudget)
	for range 7 {
		a.Take(&engine.Request{At: 100, Class: engine.ClassEntry})
	}
	b.SetLevel(a.Level())
	for i := range 20 {
		r := engine.Request{At: engine.Time(200 * i), Class: engine.ClassEntry}
		if x, y := a.Take(&r), b.Take(&r); (x == nil) != (y == nil) {
			t.Fatalf("call %d: %v and %v", i, x, y)
		}
	}
	b.SetLevel(1<<62, 0)
	if b.Tokens() != DefaultBudget.Burst {
		t.Errorf("%d tokens", b.Tokens())
	}
}
