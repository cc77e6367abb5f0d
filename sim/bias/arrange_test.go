package bias_test

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/sim/bias"
)

func drain(t interface{ Fatal(...any) }, src sim.Source) []engine.Quote {
	var list []engine.Quote
	var q engine.Quote
	for {
		switch err := src.Next(&q); {
		case errors.Is(err, io.EOF):
			return list
		case err != nil:
			t.Fatal(err)
		}
		list = append(list, q)
	}
}

// groups draws events of which many share a time.
func groups(t *rapid.T) []engine.Quote {
	var list []engine.Quote
	at := engine.Time(0)
	for i := range rapid.IntRange(0, 60).Draw(t, "events") {
		at += engine.Time(rapid.IntRange(0, 1).Draw(t, "later"))
		id := engine.InstrumentID(rapid.IntRange(0, 2).Draw(t, "instrument"))
		if rapid.Bool().Draw(t, "trade") {
			list = append(list, trade(at, id, engine.Price(i)))
		} else {
			list = append(list, book(at, id, engine.Price(i)))
		}
	}
	return list
}

func only(list []engine.Quote, id engine.InstrumentID) []engine.Quote {
	return slices.DeleteFunc(slices.Clone(list), func(q engine.Quote) bool { return q.Instrument != id })
}

// TestShuffleKeepsWhatIsMeaningful: every event once, times in order, each
// instrument in its own order, and the same again from the same seed.
func TestShuffleKeepsWhatIsMeaningful(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := groups(t)
		seed := rapid.Uint64().Draw(t, "seed")
		got := drain(t, bias.Shuffle(&sim.Tape{Quotes: list}, seed))
		for id := range engine.InstrumentID(3) {
			if !slices.Equal(only(got, id), only(list, id)) {
				t.Fatalf("instrument %d has other events or another order", id)
			}
		}
		if len(got) != len(list) || !slices.IsSortedFunc(got, func(a, b engine.Quote) int { return int(a.At - b.At) }) {
			t.Fatal("events are lost or times go back")
		}
		if again := drain(t, bias.Shuffle(&sim.Tape{Quotes: list}, seed)); !slices.Equal(got, again) {
			t.Fatal("the same seed gives another order")
		}
	})
}

func TestShuffleShuffles(t *testing.T) {
	var list []engine.Quote
	for i := range 30 {
		list = append(list, book(second, engine.InstrumentID(i%3), engine.Price(i)))
	}
	a, b := drain(t, bias.Shuffle(&sim.Tape{Quotes: list}, 1)), drain(t, bias.Shuffle(&sim.Tape{Quotes: list}, 2))
	if slices.Equal(a, list) || slices.Equal(a, b) {
		t.Error("nothing moved")
	}
}

func TestTurn(t *testing.T) {
	list := []engine.Quote{
		book(1, 0, 10), trade(1, 0, 11), book(1, 1, 20), book(1, 0, 12), trade(1, 1, 21), trade(1, 0, 13),
		book(2, 0, 14), trade(3, 0, 15), trade(4, 0, 16), book(4, 1, 22), book(4, 0, 17), trade(4, 0, 18),
	}
	want := []engine.Quote{
		trade(1, 0, 11), trade(1, 0, 13), trade(1, 1, 21), book(1, 0, 10), book(1, 1, 20), book(1, 0, 12),
		book(2, 0, 14), trade(3, 0, 15), book(4, 0, 17), book(4, 1, 22), trade(4, 0, 16), trade(4, 0, 18),
	}
	if got := drain(t, bias.Turn(&sim.Tape{Quotes: list})); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

// broken fails in the middle of a group.
type broken struct{ sim.Tape }

var errBroken = errors.New("broken")

func (b *broken) Next(q *engine.Quote) error {
	if err := b.Tape.Next(q); err != nil {
		return errBroken
	}
	return nil
}

func TestArrangedHandsOnWhatCameBeforeAnError(t *testing.T) {
	src := bias.Shuffle(&broken{sim.Tape{Quotes: []engine.Quote{book(1, 0, 1), book(2, 0, 2), book(2, 1, 3)}}}, 1)
	var q engine.Quote
	for i := range 3 {
		if err := src.Next(&q); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
	}
	for range 2 {
		if err := src.Next(&q); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
	}
}

func TestSurvey(t *testing.T) {
	s := bias.NewSurvey(universe(t))
	if s.Fraction(1, 2) != engine.NoTime || len(s.Silences()) != 0 {
		t.Error("an empty survey knows something")
	}
	minute := engine.Time(time.Minute)
	for i := range engine.Time(1000) {
		q := book(i*second, 0, 100)
		s.Add(&q)
		if i == 500 {
			for _, q := range []engine.Quote{trade(i*second, 0, 100), book(i*second, 1, 100), trade(i*second, 1, 100), book(i*second, 0, 100), trade(i*second, 0, 100)} {
				s.Add(&q)
			}
		}
	}
	q := book(1000*second+10*minute, 0, 100)
	s.Add(&q)
	if s.Ties != 1 || s.Mixed != 1 {
		t.Errorf("%d ties, %d mixed, want 1 and 1: they are moments, not events", s.Ties, s.Mixed)
	}
	if got := s.Fraction(1, 2); got < 495*second || got > 505*second {
		t.Errorf("half way is at %v", got)
	}
	if got := s.Fraction(1, 1); got != q.At {
		t.Errorf("the end is at %v", got)
	}
	list := s.Silences()
	if len(list) != 1 || list[0].Length != 10*time.Minute+time.Second || list[0].From != 999*second {
		t.Errorf("silences %+v", list)
	}
}

// TestSurveyHearsNoSilenceBetweenSessions: a nil calendar's session is a UTC day.
func TestSurveyHearsNoSilenceBetweenSessions(t *testing.T) {
	s := bias.NewSurvey(universe(t))
	day := engine.Time(24 * time.Hour)
	for _, at := range []engine.Time{day - 2*second, day - second, day + 5*3600*second, day + 5*3600*second + second} {
		q := book(at, 0, 100)
		s.Add(&q)
	}
	if list := s.Silences(); len(list) != 1 || list[0].Length != time.Second {
		t.Errorf("silences %+v", list)
	}
}

func TestSurveyIsBounded(t *testing.T) {
	s := bias.NewSurvey(universe(t))
	const n = 100_000
	for i := range engine.Time(n) {
		q := book(i, 0, 100)
		s.Add(&q)
	}
	for k := range 11 {
		want := float64(n) * float64(k) / 10
		if got := float64(s.Fraction(k, 10)); got < want-0.01*n || got > want+0.01*n {
			t.Errorf("%d tenths of the way is at %v", k, got)
		}
	}
}
