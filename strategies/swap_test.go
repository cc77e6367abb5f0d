package strategies

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tollgate/engine"
)

// lined is a program with an average of trades, bars of two trades and a VWAP,
// and what its lines say.
type lined struct {
	*Program
	average, vwap, highs *Line
	bars                 *Bars
}

func newLined(t testing.TB, hash string, h Handlers) *lined {
	s := NewSetup(nil)
	p := &lined{average: s.SMA(s.Last(), 3), vwap: s.VWAP(), bars: s.Ticks(2)}
	p.highs = s.Highest(p.bars.High, 2)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	p.Program = &Program{Name: "p", Hash: hash, Setup: s, Handlers: h}
	return p
}

// like compares the lines with those of a program that saw everything.
func (p *lined) like(t *testing.T, when string, twin *lined) {
	t.Helper()
	for n, pair := range [][2]*Line{{p.average, twin.average}, {p.vwap, twin.vwap}, {p.highs, twin.highs}, {p.bars.Close, twin.bars.Close}} {
		if a, b := pair[0], pair[1]; !same(a.V, b.V) || a.Ready != b.Ready {
			t.Errorf("%s: line %d is %v, want %v", when, n, a.V, b.V)
		}
	}
	if p.bars.Count != twin.bars.Count {
		t.Errorf("%s: %d bars, want %d", when, p.bars.Count, twin.bars.Count)
	}
}

// swapRig is a rig with history, a program and a twin that is never swapped.
func swapRig(t *testing.T, p *lined) (*rig, *lined) {
	r, twin := newRig(t, nil), newLined(t, "twin", Handlers{})
	r.runner.cfg.History = 1000
	for n, x := range []*lined{p, twin} {
		if err := r.runner.Join(engine.StrategyID(n), x.Program, r.id, FlattenOnPanic); err != nil {
			t.Fatal(err)
		}
	}
	return r, twin
}

func (r *rig) swap(at engine.Time, p *lined, g Guard) {
	r.t.Helper()
	commands, err := r.runner.Swap(at, 0, p.Program, g)
	if err != nil {
		r.t.Fatal(err)
	}
	r.take(commands)
}

// snapshots sends n snapshots, each of them a quote and a trade.
func (r *rig) snapshots(n int) {
	for range n {
		r.volume += 3
		k := engine.Time(r.volume)
		r.snapshot(noon+k*second, 400, 404, engine.Price(400+k*k%11), r.volume)
	}
}

func TestSwapWarmsLines(t *testing.T) {
	old := newLined(t, "old", Handlers{})
	r, twin := swapRig(t, old)
	r.snapshots(21)
	p := newLined(t, "new", Handlers{})
	r.swap(noon+70*second, p, Guard{})
	p.like(t, "after the swap", twin)
	r.snapshots(5)
	p.like(t, "later", twin)
	if v := r.out[len(r.out)-1].(*engine.Version); v.Hash != "new" || v.Rollback != "" || v.At != noon+70*second {
		t.Errorf("%+v", v)
	}
	if commands, err := r.runner.Rollback(noon+80*second, 0, "on request"); err != nil || len(commands) != 1 {
		t.Fatalf("%v, %d commands", err, len(commands))
	}
	old.like(t, "rolled back", twin)
	r.snapshots(5)
	old.like(t, "and on", twin)
	if _, err := r.runner.Rollback(noon+90*second, 0, "again"); err == nil {
		t.Error("rolled back twice")
	}
}

// TestPanicUnderGuard: whichever handler of the new version fails, the former one
// is back with lines that have seen every event once, and orders stay.
func TestPanicUnderGuard(t *testing.T) {
	for _, name := range []string{"OnQuote", "OnTrade", "OnBar", "OnOrder", "OnTimer"} {
		var d, bad diary
		old := newLined(t, "old", faulty(&d, "", nil))
		r, twin := swapRig(t, old)
		r.start(noon)
		r.snapshots(7)
		count := 0
		p := newLined(t, "new", faulty(&bad, name, func(*Context) {
			if count++; count == 2 || name == "OnTimer" || name == "OnOrder" {
				panic("on purpose")
			}
		}))
		r.swap(noon+22*second, p, Guard{For: time.Hour})
		d.lines = nil
		r.snapshots(8)
		r.until(noon + minute)
		r.update(order(noon+minute, 1, engine.Working))
		r.snapshots(1)
		old.like(t, name, twin)
		if len(r.halts()) != 0 || len(r.intents()) != 0 || len(d.lines) == 0 || r.runner.instances[0].prog != old.Program {
			t.Errorf("%s: halts %q, %d intents, the old version heard %q", name, r.halts(), len(r.intents()), d.lines)
		}
		versions := 0
		for _, c := range r.out {
			if v, ok := c.(*engine.Version); ok && v.Rollback == "panic in "+name+": on purpose" && v.Hash == "old" {
				versions++
			}
		}
		if versions != 1 {
			t.Errorf("%s: rolled back %d times", name, versions)
		}
	}
}

// TestStopUnderGuardWhoseOnStopPanics: the former version is back and runs.
func TestStopUnderGuardWhoseOnStopPanics(t *testing.T) {
	heard := 0
	old := newLined(t, "old", Handlers{OnQuote: func(*Context, *Quote) { heard++ }})
	r, _ := swapRig(t, old)
	p := newLined(t, "new", Handlers{OnQuote: func(c *Context, _ *Quote) { c.Stop("x") }, OnStop: func(*Context) { panic("y") }})
	r.swap(noon, p, Guard{For: time.Hour})
	r.snapshots(3)
	if heard != 2 || len(r.halts()) != 0 || len(r.intents()) != 0 {
		t.Errorf("the old version heard %d quotes, halts %q", heard, r.halts())
	}
}

// TestGuardEnds: at its end a panic stops the strategy like any other.
func TestGuardEnds(t *testing.T) {
	for _, c := range []struct {
		at   engine.Time
		halt int
	}{{noon + 10*second - 1, 0}, {noon + 10*second, 1}} {
		r, _ := swapRig(t, newLined(t, "old", Handlers{}))
		r.swap(noon, newLined(t, "new", Handlers{OnQuote: func(*Context, *Quote) { panic("x") }}), Guard{For: 10 * time.Second})
		r.book(c.at, 4, 8)
		if h := r.halts(); len(h) != c.halt {
			t.Errorf("at %v: halts %q", c.at, h)
		}
	}
}

func TestDenialsUnderGuard(t *testing.T) {
	r, _ := swapRig(t, newLined(t, "old", Handlers{}))
	p := newLined(t, "new", Handlers{})
	r.swap(noon, p, Guard{For: time.Minute, Denials: 2})
	deny := func(at engine.Time) {
		u := order(at, 1, engine.Refused)
		u.Order.ID, u.Denial = 0, &engine.Denial{Code: "max_order"}
		r.update(u)
	}
	deny(noon)
	if r.runner.instances[0].prog != p.Program {
		t.Error("rolled back after one denial")
	}
	deny(noon)
	if r.runner.instances[0].prog == p.Program {
		t.Error("not rolled back after two denials")
	}
}

// TestSwapThatCannotBe leaves the old version in its place.
func TestSwapThatCannotBe(t *testing.T) {
	old := newLined(t, "old", Handlers{})
	r, twin := swapRig(t, old)
	r.snapshots(9)
	carries := newLined(t, "new", Handlers{})
	carries.Carry = func(from *Program) error {
		if from != old.Program {
			t.Error("carried over from another program")
		}
		return errors.New("State changed its type")
	}
	wide := NewSetup(nil)
	wide.Hours(25)
	for name, c := range map[string]struct {
		id  engine.StrategyID
		p   *Program
		err string
	}{
		"nobody":   {9, carries.Program, "no strategy number 9"},
		"state":    {0, carries.Program, "State changed its type"},
		"bad bars": {0, &Program{Setup: wide}, "25h"},
	} {
		if commands, err := r.runner.Swap(noon+minute, c.id, c.p, Guard{}); err == nil || !strings.Contains(err.Error(), c.err) || len(commands) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	r.snapshots(4)
	old.like(t, "after all that", twin)
	r.runner.instances[0].halted = true
	if _, err := r.runner.Swap(noon+minute, 0, newLined(t, "new", Handlers{}).Program, Guard{}); err == nil || !strings.Contains(err.Error(), "has stopped") {
		t.Errorf("swapped into a stopped strategy: %v", err)
	}
	if _, err := r.runner.Rollback(noon, 9, ""); err == nil {
		t.Error("rolled back nobody")
	}
}

// TestRollbackOverAGap: history that is too short makes no trade of the gap.
func TestRollbackOverAGap(t *testing.T) {
	old := newLined(t, "old", Handlers{})
	r, _ := swapRig(t, old)
	r.runner.cfg.History = 4
	r.snapshots(6)
	n := old.average.N
	r.swap(noon+20*second, newLined(t, "new", Handlers{}), Guard{})
	r.snapshots(20)
	if _, err := r.runner.Rollback(noon+90*second, 0, ""); err != nil {
		t.Fatal(err)
	}
	if got := old.average.N - n; got != 3 { // four events kept; the first of them only says where the count stands
		t.Errorf("%d trades, want 3", got)
	}
}

// TestBarsThatAreNotWholeAreNotSeen: history that begins within a bar makes none of it.
func TestBarsThatAreNotWholeAreNotSeen(t *testing.T) {
	for _, c := range []struct{ history, count int }{{40, 2}, {39, 1}} { // 20 trades a minute; one of the first minute is forgotten
		r := newRig(t, nil)
		r.runner.cfg.History = c.history
		r.join(NewSetup(nil), Handlers{})
		for n := range engine.Time(40) {
			r.trade(noon+n*3*second, 400+engine.Price(n/20)*3, 1)
		}
		s := NewSetup(nil)
		b := s.Minutes(1)
		p := &lined{Program: &Program{Setup: s}}
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
		r.swap(noon+2*minute-1, p, Guard{})
		ready := len(p.NotReady()) == 0
		r.until(noon + 2*minute)
		if b.Count != c.count || ready != (c.count == 2) || b.Open.Prev != 100 && c.count == 2 || b.Open.V != 100.75 {
			t.Errorf("history of %d: %d bars, ready %v, open %v", c.history, b.Count, ready, b.Open.V)
		}
	}
}
