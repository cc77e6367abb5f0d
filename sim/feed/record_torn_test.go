package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"pgregory.net/rapid"

	"tollgate/engine"
)

// some is a recording of n events of two instruments, in batches of the given size.
func some(t testing.TB, n, batch int) ([]byte, []engine.Quote, *engine.Universe) {
	o := options()
	var rows strings.Builder
	for i := range n {
		fmt.Fprintf(&rows, "%d,%s,%d,5,%d.25,6,,,Q\n", 1000+i, []string{"ES 12-26", "NQ 12-26"}[i%2*(i/4%2)], 5000+i, 5000+i)
	}
	src, err := from(csv(rows.String()), o)
	if err != nil {
		t.Fatal(err)
	}
	list, err := all(src)
	if err != nil {
		t.Fatal(err)
	}
	return record(t, o.Universe, list, WriterConfig{Batch: batch}), list, o.Universe
}

// A recording cut anywhere yields every batch that is whole, and says that it is
// cut; never more, never other events.
func TestTornRecording(t *testing.T) {
	data, list, _ := some(t, 30, 6)
	most := 0
	for cut := range len(data) {
		src, err := from(data[:cut], options())
		if err != nil {
			if !errors.Is(err, ErrTorn) && cut >= 4 {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			continue
		}
		got, err := all(src)
		if len(got)%6 != 0 || len(got) < most || !slices.Equal(got, list[:len(got)]) {
			t.Fatalf("cut at %d: %d events after %d", cut, len(got), most)
		}
		most = len(got)
		tally := TallyOf(src)
		switch {
		case errors.Is(err, ErrTorn) && tally.Torn && strings.Contains(err.Error(), "is good, the rest is incomplete"):
		case err == nil && tally.Unclosed && !tally.Torn:
		default:
			t.Fatalf("cut at %d: %v, %+v", cut, err, tally)
		}
		o := options()
		o.SkipBad = true
		src, _ = from(data[:cut], o)
		if again, err := all(src); err != nil || len(again) != len(got) || TallyOf(src).Torn != tally.Torn {
			t.Fatalf("cut at %d, skipping: %d events, %v", cut, len(again), err)
		}
	}
	if most != 30 {
		t.Errorf("%d events at most", most)
	}
}

// A flipped bit is an error or harmless; it never makes other events silently
// in the compressed columns, whose frames carry checksums.
func TestDamagedRecording(t *testing.T) {
	data, list, _ := some(t, 30, 6)
	for i := range len(data) {
		bad := slices.Clone(data)
		bad[i] ^= 1 << (i % 8)
		src, err := from(bad, options())
		if err != nil {
			continue
		}
		got, err := all(src)
		if err == nil && len(got) == len(list) {
			continue
		}
		if err == nil && !TallyOf(src).Unclosed {
			t.Fatalf("byte %d: %d events and no error", i, len(got))
		}
	}
}

func TestRecordingRefused(t *testing.T) {
	data, list, u := some(t, 4, 2)
	appended := append(slices.Clone(data), data...)
	if _, err := mustOpenAll(t, appended, options()); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "cannot be joined by appending") {
		t.Errorf("appended: %v", err)
	}
	other := bytes.ReplaceAll(data, []byte(keyVersion), []byte("somebodys.forma"))
	if _, err := from(other, options()); !errors.Is(err, ErrFormat) {
		t.Errorf("another's Arrow stream: %v", err)
	}
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(arrow.NewSchema(arFields[:3], nil)))
	_ = w.Close()
	if _, err := from(out.Bytes(), options()); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), keyVersion) {
		t.Errorf("an Arrow stream: %v", err)
	}
	o := options()
	o.Resolve = func(name string) (string, engine.Spec, error) {
		key, spec, err := resolve(name)
		spec.Tick *= 2
		return key, spec, err
	}
	if _, err := mustOpenAll(t, data, o); err == nil || !strings.Contains(err.Error(), "test: row 1: column ask: bad value: 5000.25 is no price of ES 12-26, tick 0.5") {
		t.Errorf("another tick: %v", err)
	}
	o.SkipBad, o.Universe = true, engine.NewUniverse()
	if got, err := mustOpenAll(t, data, o); err != nil || len(got) != 0 {
		t.Errorf("another tick, skipping: %d events, %v", len(got), err)
	}
	_, _ = list, u
}

// A recording describes its instruments, so that nobody else has to; also those
// that appeared after its first batch.
func TestRecordingDescribesItself(t *testing.T) {
	data, list, u := some(t, 12, 2)
	for _, resolve := range []Resolve{nil, func(string) (string, engine.Spec, error) { return "", engine.Spec{}, errUnknown }} {
		o := Options{Universe: engine.NewUniverse(), Resolve: resolve}
		sameEvents(t, reread(t, data, o, u), list)
		for id := range u.Len() {
			got, want := o.Universe.Get(engine.InstrumentID(id)), u.Get(engine.InstrumentID(id))
			if got.Key != want.Key || got.Root != want.Root || got.Tick != want.Tick || got.TickValue != want.TickValue {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
	}
}

// What was flushed is readable although the writer goes on.
func TestFlushedIsReadable(t *testing.T) {
	_, list, u := some(t, 10, 0)
	var out bytes.Buffer
	w := NewWriter(&out, WriterConfig{Universe: u})
	for i := range list {
		if err := errors.Join(w.Write(&list[i]), w.Flush()); err != nil {
			t.Fatal(err)
		}
		src, err := from(out.Bytes(), options())
		if err != nil {
			t.Fatal(err)
		}
		got, err := all(src)
		if err != nil || !slices.Equal(got, list[:i+1]) || !TallyOf(src).Unclosed {
			t.Fatalf("after %d: %d events, %v", i+1, len(got), err)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	_, _, u := some(t, 2, 0)
	w := NewWriter(io.Discard, WriterConfig{Universe: u})
	huge := engine.Quote{At: 1, Bid: 1 << 60, Ask: engine.NoPrice, Last: engine.NoPrice}
	if err := w.Write(&huge); !errors.Is(err, ErrValue) {
		t.Errorf("a price float64 cannot hold: %v", err)
	}
	if err := w.Write(&engine.Quote{At: 0}); !errors.Is(err, ErrTimeOrder) {
		t.Errorf("time going back: %v", err)
	}
	if err := w.Write(&engine.Quote{At: 1}); err != nil {
		t.Errorf("after refusals: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := w.Write(&engine.Quote{At: 2}); err == nil {
		t.Error("written after close")
	}
	full := errors.New("disk full")
	w = NewWriter(failing{full}, WriterConfig{Universe: u, Batch: 1})
	if err := w.Write(&engine.Quote{At: 1}); !errors.Is(err, full) {
		t.Errorf("failing disk: %v", err)
	}
	if err := w.Close(); !errors.Is(err, full) {
		t.Errorf("failing disk, close: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// toTicks inverts Float exactly and refuses whatever is no price.
func TestToTicks(t *testing.T) {
	u := universe(t)
	for id := range u.Len() {
		in := u.Get(engine.InstrumentID(id))
		for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, math.SmallestNonzeroFloat64, in.TickFloat() / 2, math.Nextafter(in.TickFloat(), 1)} {
			if p := toTicks(f, in); p != engine.InvalidPrice {
				t.Errorf("%s: %v is %d ticks", in.Key, f, p)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		in := u.Get(engine.InstrumentID(rapid.IntRange(0, u.Len()-1).Draw(t, "in")))
		p := engine.Price(rapid.Int64Range(-1e6, 1e6).Draw(t, "p"))
		if got := toTicks(in.Float(p), in); got != p {
			t.Fatalf("%d became %d", p, got)
		}
		if got := toTicks(math.Nextafter(in.Float(p), math.Inf(1)), in); got != engine.InvalidPrice {
			t.Fatalf("next to %d is %d", p, got)
		}
	})
}
