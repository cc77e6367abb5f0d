package feed

import (
	"errors"
	"io"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// listed is a source of given events, ended by an error.
type listed struct {
	list   []engine.Quote
	err    error
	closed int
}

func (l *listed) Next(q *engine.Quote) error {
	if len(l.list) == 0 {
		if l.err != nil {
			return l.err
		}
		return io.EOF
	}
	*q, l.list = l.list[0], l.list[1:]
	return nil
}

func (l *listed) Close() error { l.closed++; return nil }

// Merging is a stable sort by time of the sources one after the other.
func TestMergeProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sources []Source
		var want []engine.Quote
		for i := range rapid.IntRange(0, 6).Draw(t, "sources") {
			at := rapid.SliceOfN(rapid.Int64Range(0, 9), 0, 12).Draw(t, "times")
			slices.Sort(at)
			var list []engine.Quote
			for k, v := range at {
				list = append(list, engine.Quote{At: engine.Time(v), Instrument: engine.InstrumentID(i), Last: engine.Price(k)})
			}
			sources = append(sources, &listed{list: list})
			want = append(want, list...)
		}
		slices.SortStableFunc(want, func(a, b engine.Quote) int { return int(a.At - b.At) })
		m := Merge(sources...)
		got, err := all(m)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v\n got %v\nwant %v", err, got, want)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		for _, s := range sources {
			if s.(*listed).closed != 1 {
				t.Fatal("a source was not closed once")
			}
		}
	})
}

func TestMergeOfOneIsIt(t *testing.T) {
	one := &listed{}
	if Merge(one) != Source(one) {
		t.Error("merging one source wraps it")
	}
}

// An error ends the whole, after the events before it.
func TestMergeError(t *testing.T) {
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		list []engine.Quote
		want int
	}{"at once": {nil, 0}, "later": {[]engine.Quote{{At: 5}}, 2}} {
		m := Merge(&listed{list: []engine.Quote{{At: 1}, {At: 9}}}, &listed{list: tt.list, err: broken})
		got, err := all(m)
		if !errors.Is(err, broken) || len(got) != tt.want {
			t.Errorf("%s: %d events, %v", name, len(got), err)
		}
	}
}

func TestMergedTally(t *testing.T) {
	o := options()
	o.SkipBad = true
	a, _ := from(csv(rowA, "x\n"), o)
	b, _ := from(csv("y\n", "z\n", rowB), o)
	m := Merge(a, b)
	if _, err := all(m); err != nil {
		t.Fatal(err)
	}
	if tally := TallyOf(m); tally.Bad != 3 || tally.Rows != 5 || len(tally.Messages) != 3 {
		t.Errorf("%+v", tally)
	}
	if tally := TallyOf(&listed{}); tally.Rows != 0 {
		t.Errorf("a stranger's tally: %+v", tally)
	}
}
