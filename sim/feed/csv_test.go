package feed

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"pgregory.net/rapid"

	"tollgate/engine"
)

const (
	rowA = "100,ES 12-26,5000,3,5000.25,4,,,Q\n"
	rowB = "200,ES 12-26,,,,,5000.25,2,T\n"
	rowC = "300,NQ 12-26,20000.25,0,,,,,Q\n"
)

func csv(rows ...string) []byte { return []byte(CSVHeader + "\n" + strings.Join(rows, "")) }

func TestCSVRows(t *testing.T) {
	o := options()
	src, err := from(csv(rowA, "\r\n", rowB, strings.TrimSuffix(rowC, "\n")), o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := all(src)
	if err != nil {
		t.Fatal(err)
	}
	no, un := engine.NoPrice, engine.UnknownQty
	sameEvents(t, got, []engine.Quote{
		{At: 100, Bid: 20000, BidSize: 3, Ask: 20001, AskSize: 4, Last: no, LastSize: un, Volume: un},
		{At: 200, Kind: engine.TradePrint, Bid: no, BidSize: un, Ask: no, AskSize: un, Last: 20001, LastSize: 2, Volume: un},
		{At: 300, Instrument: 1, Bid: 80001, BidSize: 0, Ask: no, AskSize: un, Last: no, LastSize: un, Volume: un},
	})
}

func TestCSVForgiven(t *testing.T) {
	for name, data := range map[string][]byte{
		"byte order mark": append([]byte("\xef\xbb\xbf"), csv(rowA, rowB)...),
		"crlf":            bytes.ReplaceAll(csv(rowA, rowB), []byte("\n"), []byte("\r\n")),
		"no final end":    bytes.TrimSuffix(csv(rowA, rowB), []byte("\n")),
		"same time":       csv(rowB, rowB),
	} {
		src, err := from(data, options())
		if err != nil {
			t.Fatal(name, err)
		}
		if list, err := all(src); err != nil || len(list) != 2 {
			t.Errorf("%s: %d events, %v", name, len(list), err)
		}
	}
}

func TestCSVBadRows(t *testing.T) {
	tests := []struct {
		row, want string
		is        error
	}{
		{"150,ES 12-26,5000.1,3,,,,,Q\n", "test: line 3: column bid: price is not a whole number of ticks: 5000.1 of ES 12-26, tick 0.25", engine.ErrOffTick},
		{"150,ES 12-26,x,3,,,,,Q\n", `line 3: column bid: not a decimal number: "x"`, engine.ErrBadNumber},
		{"150,ES 12-26,1e3,3,,,,,Q\n", "column bid", engine.ErrBadNumber},
		{"150,ES 12-26,99999999999,3,,,,,Q\n", "column bid", engine.ErrRange},
		{"150,ES 12-26,5000,-1,,,,,Q\n", "column bid_size: bad value: -1 is negative", ErrValue},
		{"150,ES 12-26,5000,1.5,,,,,Q\n", "column bid_size", ErrValue},
		{"150,ES 12-26,,,5000,9223372036854775808,,,Q\n", "column ask_size", ErrValue},
		{"150,ES 12-26,,,,,5000,,X\n", `column kind: bad value: kind "X", want Q or T`, ErrValue},
		{"150,ES 12-26,,,,,5000,,\n", "column kind", ErrValue},
		{"150,ES 12-26,,,,,,3,T\n", "column last: bad value: a trade without a price", ErrValue},
		{"150,ES 12-26,5000,1,,,,Q\n", "line 3: bad value: 8 fields, want 9", ErrValue},
		{"150,ES 12-26,5000,1,,,,,Q,\n", "10 fields, want 9", ErrValue},
		{"1.5,ES 12-26,5000,1,,,,,Q\n", "column ts_ns", ErrValue},
		{",ES 12-26,5000,1,,,,,Q\n", "column ts_ns", ErrValue},
		{"99,ES 12-26,5000,1,,,,,Q\n", "line 3: column ts_ns: time goes back: 1970-01-01T00:00:00.000000099Z, but line 2 has 1970-01-01T00:00:00.0000001Z", ErrTimeOrder},
		{strings.Repeat("9", maxLine+1) + "\n", "line 3: bad value: more than 4096 bytes", ErrValue},
		{strings.Repeat("9", 1<<19) + "\n", "more than 4096 bytes", ErrValue},
	}
	for _, tt := range tests {
		data := csv(rowA, tt.row, rowB)
		src, err := from(data, options())
		if err != nil {
			t.Fatal(err)
		}
		list, err := all(src)
		var re *RowError
		if !errors.As(err, &re) || !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.want) || len(list) != 1 {
			t.Errorf("%.40q: %d events, error %v, want %q", tt.row, len(list), err, tt.want)
		}
		var q engine.Quote
		if again := src.Next(&q); again == nil {
			t.Errorf("%.40q: reading goes on after an error", tt.row)
		}
		o := options()
		o.SkipBad = true
		src, _ = from(data, o)
		if list, err = all(src); err != nil || len(list) != 2 {
			t.Errorf("%.40q: skipping bad rows: %d events, %v", tt.row, len(list), err)
		}
		if tally := TallyOf(src); tally.Bad != 1 || tally.Rows != 3 || len(tally.Messages) != 1 || !strings.Contains(tally.Messages[0], tt.want) {
			t.Errorf("%.40q: tally %+v", tt.row, tally)
		}
	}
}

func TestCSVMessagesAreBounded(t *testing.T) {
	o := options()
	o.SkipBad = true
	src, _ := from(csv(strings.Repeat("x\n", 1000)), o)
	if _, err := all(src); err != nil {
		t.Fatal(err)
	}
	if tally := TallyOf(src); tally.Bad != 1000 || len(tally.Messages) != MaxMessages {
		t.Errorf("%d bad, %d messages", tally.Bad, len(tally.Messages))
	}
}

func TestCSVHeader(t *testing.T) {
	for _, data := range []string{"", "x", "ts_ns,instrument\n", strings.ToUpper(CSVHeader) + "\n" + rowA} {
		if _, err := from([]byte(data), options()); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", data, err)
		}
	}
	if list, err := mustOpenAll(t, []byte(CSVHeader), options()); err != nil || len(list) != 0 {
		t.Errorf("header alone: %d events, %v", len(list), err)
	}
}

func mustOpenAll(t *testing.T, data []byte, o Options) ([]engine.Quote, error) {
	t.Helper()
	src, err := from(data, o)
	if err != nil {
		t.Fatal(err)
	}
	return all(src)
}

// An instrument nobody knows is never skipped, unless a filter leaves it out.
func TestCSVUnknownInstrument(t *testing.T) {
	data := csv(rowA, "150,ZZ 12-26,1,1,,,,,Q\n", rowB)
	o := options()
	o.SkipBad = true
	list, err := mustOpenAll(t, data, o)
	if len(list) != 1 || !errors.Is(err, errUnknown) || !strings.Contains(err.Error(), "test: line 3: column instrument: ") {
		t.Errorf("%d events, %v", len(list), err)
	}
	o = options()
	o.Instruments = []string{"ES 12-26"}
	if list, err = mustOpenAll(t, data, o); err != nil || len(list) != 2 {
		t.Errorf("filtered: %d events, %v", len(list), err)
	}
	if o.Universe.Len() != 1 {
		t.Errorf("the universe has %d instruments", o.Universe.Len())
	}
	o = options()
	o.Instruments = []string{"ZZ 12-26"}
	if _, err = mustOpenAll(t, data, o); !errors.Is(err, errUnknown) {
		t.Errorf("asked for: %v", err)
	}
}

func TestWindowAndFilter(t *testing.T) {
	full := csv(rowA, rowB, rowC)
	o := options()
	list, _ := mustOpenAll(t, full, o)
	rec := record(t, o.Universe, list, WriterConfig{Batch: 1})
	tests := []struct {
		from, to engine.Time
		keep     []string
		want     []engine.Time
	}{
		{0, 0, nil, []engine.Time{100, 200, 300}},
		{100, 300, nil, []engine.Time{100, 200}},
		{101, 301, nil, []engine.Time{200, 300}},
		{301, 0, nil, nil},
		{0, 100, nil, nil},
		{0, 0, []string{"NQ 12-26"}, []engine.Time{300}},
		{0, 300, []string{"NQ 12-26"}, nil},
		{0, 0, []string{"NQ 12-26", "ES 12-26"}, []engine.Time{100, 200, 300}},
	}
	for i, tt := range tests {
		for form, data := range map[string][]byte{"csv": full, "recording": rec, "one batch": record(t, o.Universe, list, WriterConfig{})} {
			opt := options()
			opt.From, opt.To, opt.Instruments = tt.from, tt.to, tt.keep
			got, err := mustOpenAll(t, data, opt)
			if err != nil || len(got) != len(tt.want) {
				t.Errorf("%d %s: %d events, %v, want %v", i, form, len(got), err, tt.want)
				continue
			}
			for k := range got {
				if got[k].At != tt.want[k] {
					t.Errorf("%d %s: %v, want %v", i, form, got[k].At, tt.want)
				}
			}
		}
	}
}

func TestCSVTornGzip(t *testing.T) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(csv(strings.Repeat(rowA, 5000)))
	_ = z.Close()
	cut := out.Bytes()[:out.Len()-20]
	list, err := mustOpenAll(t, cut, options())
	var torn *TornError
	if !errors.Is(err, ErrTorn) || !errors.As(err, &torn) || torn.Offset != int64(len(CSVHeader)+1+len(list)*len(rowA)) {
		t.Errorf("%d events, %v", len(list), err)
	}
	o := options()
	o.SkipBad = true
	src, _ := from(cut, o)
	if again, err := all(src); err != nil || len(again) != len(list) || !TallyOf(src).Torn {
		t.Errorf("skipping: %d events, %v", len(again), err)
	}
}

func TestReadAfterClose(t *testing.T) {
	for _, data := range [][]byte{csv(rowA, rowB), record(t, engine.NewUniverse(), nil, WriterConfig{})} {
		src, err := from(data, options())
		if err != nil {
			t.Fatal(err)
		}
		if err := src.Close(); err != nil {
			t.Fatal(err)
		}
		var q engine.Quote
		if err := src.Next(&q); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("read after close: %v", err)
		}
	}
}

func TestCSVWriterRefuses(t *testing.T) {
	u := engine.NewUniverse()
	_, spec, _ := resolve("ES 12-26")
	good, _ := u.Add("ES 12-26", spec)
	bad, _ := u.Add("ES,12", spec)
	w, err := NewCSVWriter(io.Discard, u)
	if err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]engine.Quote{
		"a comma in a name":    {At: 5, Instrument: bad},
		"an unknown id":        {At: 5, Instrument: 9},
		"a trade without last": {At: 5, Instrument: good, Kind: engine.TradePrint, Last: engine.NoPrice},
		"a negative size":      {At: 5, Instrument: good, BidSize: -2},
		"a kind of its own":    {At: 5, Instrument: good, Kind: 7},
	} {
		if err := w.Write(&q); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if err := w.Write(&engine.Quote{At: 4, Instrument: good}); !errors.Is(err, ErrTimeOrder) {
		t.Errorf("time going back: %v", err)
	}
	if err := w.Write(&engine.Quote{At: 5, Instrument: good}); err != nil {
		t.Error(err)
	}
}

// Decimals are written without loss and without trailing zeros.
func TestAppendNano(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 1: "0.000000001", -1: "-0.000000001", 5000250000000: "5000.25", -37630000000: "-37.63",
		1000000000: "1", math.MaxInt64: "9223372036.854775807", math.MinInt64: "-9223372036.854775808",
	} {
		if got := string(appendNano(nil, n)); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-9e18, 9e18).Draw(t, "n")
		if back, err := engine.ParseNano(appendNano(nil, n)); err != nil || int64(back) != n {
			t.Fatalf("%d became %d, %v", n, back, err)
		}
	})
}
