package feed

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"tollgate/engine"
)

// What Create makes, Open reads, whatever the name.
func TestCreateOpen(t *testing.T) {
	_, list, u := some(t, 50, 0)
	for _, name := range []string{"a.csv", "a.csv.gz", "a.arrows"} {
		path := filepath.Join(t.TempDir(), name)
		sink, err := Create(path, u)
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			if err := sink.Write(&list[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := sink.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := sink.Close(); err != nil {
			t.Fatal(err)
		}
		o := options()
		sameEvents(t, mustAll(t, path, o), list)
		if _, err := Create(path, u); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: overwriting: %v", name, err)
		}
	}
	if _, err := Create(filepath.Join(t.TempDir(), "a.parquet"), u); err == nil {
		t.Error("a.parquet was created")
	}
	if _, err := Open(filepath.Join(t.TempDir(), "nothing.csv"), options()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// Compression is told from the content, for every form.
func TestOpenZstd(t *testing.T) {
	data, list, _ := some(t, 50, 7)
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.csv")
	packed := enc.EncodeAll(data, nil)
	if err := os.WriteFile(path, packed, 0o600); err != nil {
		t.Fatal(err)
	}
	sameEvents(t, mustAll(t, path, options()), list)
	src, err := from(packed[:len(packed)-9], options())
	if err == nil {
		_, err = all(src)
	}
	if !errors.Is(err, ErrTorn) {
		t.Errorf("torn: %v", err)
	}
}

func TestOptionsNeedUniverse(t *testing.T) {
	for _, data := range [][]byte{csv(), record(t, engine.NewUniverse(), nil, WriterConfig{}), dbnFile(1).Bytes(), []byte("20240102 093000;1;1;1;1;1")} {
		if _, err := from(data, Options{}); err == nil {
			t.Errorf("%.10q: opened without a universe", data)
		}
	}
}

func TestInfo(t *testing.T) {
	o := options()
	src, err := from(csv(
		"100,ES 12-26,5000,3,5000.25,4,,,Q\n",
		"101,ES 12-26,,,,,5000.5,2,T\n", // above the ask
		"102,ES 12-26,,,,,5000.25,,T\n", // at it, without a size
		"103,ES 12-26,5001,3,5000.25,4,,,Q\n",
		"109,ES 12-26,5001,3,5001,4,,,Q\n",
		"110,ES 12-26,,,5001,0,,,Q\n",
		"111,ES 12-26,,,,,4990,5,T\n", // nobody bids: not outside
		"112,NQ 12-26,,,,,4990,5,T\n",
	), o)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Info(src, o.Universe)
	if err != nil {
		t.Fatal(err)
	}
	want := InstrumentStats{
		Key: "ES 12-26", Quotes: 4, Trades: 3, First: 100, Last: 111, Crossed: 1, Locked: 1, OneSided: 1, Hollow: 1,
		Outside: 1, Unsized: 1, Volume: 7, Low: 4990 * 4, High: 20002, LongestGap: 6 * time.Nanosecond, GapAt: 103,
	}
	if len(s.Instruments) != 2 || s.Instruments[0] != want {
		t.Errorf("\n got %+v\nwant %+v", s.Instruments, want)
	}
	if s.Events != 8 || s.First != 100 || s.Last != 112 || s.Tally.Rows != 8 {
		t.Errorf("%+v", s)
	}
	empty, err := Info(&listed{}, o.Universe)
	if err != nil || empty.First != engine.NoTime || empty.Events != 0 {
		t.Errorf("nothing: %+v, %v", empty, err)
	}
	broken := errors.New("broken")
	part, err := Info(&listed{list: []engine.Quote{{At: 7}}, err: broken}, o.Universe)
	if !errors.Is(err, broken) || part.Events != 1 {
		t.Errorf("broken: %+v, %v", part, err)
	}
}

func TestCut(t *testing.T) {
	_, list, u := some(t, 20, 0) // at 1000 to 1019
	nq, _ := u.Lookup("NQ 12-26")
	for _, tt := range []struct {
		from, to engine.Time
		keep     []engine.InstrumentID
		want     []engine.Quote
	}{
		{0, 0, nil, list},
		{1000, 1020, nil, list},
		{1001, 1019, nil, list[1:19]},
		{1020, 0, nil, nil},
		{0, 1000, nil, nil},
		{0, 1007, []engine.InstrumentID{nq}, []engine.Quote{list[5]}},
	} {
		var out bytes.Buffer
		w := NewWriter(&out, WriterConfig{Universe: u})
		n, err := Cut(w, &listed{list: list}, tt.from, tt.to, tt.keep...)
		if err != nil || n != int64(len(tt.want)) {
			t.Errorf("%+v: %d events, %v", tt, n, err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		sameEvents(t, reread(t, out.Bytes(), options(), u), tt.want)
	}
	broken := errors.New("broken")
	if _, err := Cut(&checked{}, &listed{err: broken}, 0, 0); !errors.Is(err, broken) {
		t.Errorf("broken source: %v", err)
	}
	w := NewWriter(failing{broken}, WriterConfig{Universe: u, Batch: 1})
	if _, err := Copy(w, &listed{list: list}); !errors.Is(err, broken) {
		t.Errorf("broken sink: %v", err)
	}
}
