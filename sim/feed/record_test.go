package feed

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"pgregory.net/rapid"

	"tollgate/engine"
)

// universe holds the instruments that drawn events use.
func universe(t rapid.TB) *engine.Universe {
	u := engine.NewUniverse()
	for _, key := range []string{"ES 12-26", "6J 03-20", "ZF 03-20", "AIG", "6E 03-20"} {
		key, spec, err := resolve(key)
		if err == nil {
			_, err = u.Add(key, spec)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// events draws a valid sequence of events.
func events(t *rapid.T, u *engine.Universe) []engine.Quote {
	price := rapid.OneOf(rapid.Just(engine.NoPrice), rapid.Map(rapid.Int64Range(-4e5, 4e5), func(v int64) engine.Price { return engine.Price(v) }))
	size := rapid.Map(rapid.OneOf(rapid.Int64Range(-1, 3), rapid.Int64Range(-1, math.MaxInt64)), func(v int64) engine.Qty { return engine.Qty(v) })
	at := engine.Time(rapid.Int64Range(-1e15, 2e18).Draw(t, "start"))
	list := make([]engine.Quote, rapid.IntRange(0, 60).Draw(t, "n"))
	for i := range list {
		at += engine.Time(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 1e12)).Draw(t, "gap"))
		q := engine.Quote{
			At: at, Instrument: engine.InstrumentID(rapid.IntRange(0, u.Len()-1).Draw(t, "instrument")),
			Bid: price.Draw(t, "bid"), Ask: price.Draw(t, "ask"), Last: price.Draw(t, "last"),
			BidSize: size.Draw(t, "bidSize"), AskSize: size.Draw(t, "askSize"),
			LastSize: size.Draw(t, "lastSize"), Volume: size.Draw(t, "volume"),
		}
		if q.Last != engine.NoPrice && rapid.Bool().Draw(t, "trade") {
			q.Kind = engine.TradePrint
		}
		list[i] = q
	}
	return list
}

// write is record for any kind of test, with a flush now and then.
func write(t rapid.TB, u *engine.Universe, list []engine.Quote, c WriterConfig, flush map[int]bool) []byte {
	var out bytes.Buffer
	c.Universe = u
	w := NewWriter(&out, c)
	for i := range list {
		if err := w.Write(&list[i]); err != nil {
			t.Fatal(err)
		}
		if flush[i] {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// reread reads events and gives their instruments the numbers they have in u.
func reread(t rapid.TB, data []byte, o Options, u *engine.Universe) []engine.Quote {
	src, err := from(data, o)
	if err != nil {
		t.Fatal(err)
	}
	list, err := all(src)
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		list[i].Instrument, _ = u.Lookup(o.Universe.Get(list[i].Instrument).Key)
	}
	return list
}

// Whatever is written is read back, in both forms.
func TestRoundTripProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := universe(t)
		list := events(t, u)
		c := WriterConfig{Batch: rapid.IntRange(1, 20).Draw(t, "batch"), Plain: rapid.Bool().Draw(t, "plain")}
		flush := map[int]bool{}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, 60), 0, 4).Draw(t, "flush") {
			flush[i] = true
		}
		if got := reread(t, write(t, u, list, c, flush), options(), u); !slices.Equal(got, list) {
			t.Fatalf("recording:\n got %v\nwant %v", got, list)
		}
		var out bytes.Buffer
		w, err := NewCSVWriter(&out, u)
		for i := range list {
			err = errors.Join(err, w.Write(&list[i]))
			list[i].Volume = engine.UnknownQty
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		if got := reread(t, out.Bytes(), options(), u); !slices.Equal(got, list) {
			t.Fatalf("csv:\n got %v\nwant %v", got, list)
		}
	})
}

// The Arrow library's own reader sees real prices, names, kinds and nulls.
func TestRecordingIsArrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := universe(t)
		list := events(t, u)
		data := write(t, u, list, WriterConfig{Batch: rapid.IntRange(1, 20).Draw(t, "batch")}, nil)
		r, err := ipc.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Release()
		i := 0
		for r.Next() {
			rec := r.RecordBatch()
			for row := range int(rec.NumRows()) {
				compareArrow(t, rec, row, &list[i], u.Get(list[i].Instrument))
				i++
			}
		}
		if r.Err() != nil || i != len(list) {
			t.Fatalf("%d rows, %v, want %d", i, r.Err(), len(list))
		}
	})
}

func compareArrow(t *rapid.T, rec arrow.RecordBatch, row int, q *engine.Quote, in *engine.Instrument) {
	text := func(col int) string {
		d := rec.Column(col).(*array.Dictionary)
		return d.Dictionary().(*array.String).Value(d.GetValueIndex(row))
	}
	if at := rec.Column(arTime).(*array.Timestamp).Value(row); engine.Time(at) != q.At || text(arName) != in.Key || text(arKind) != q.Kind.String() {
		t.Fatalf("row %d: %v %s %s, want %+v", row, at, text(arName), text(arKind), q)
	}
	for col, p := range map[int]engine.Price{arBid: q.Bid, arAsk: q.Ask, arLast: q.Last} {
		c := rec.Column(col).(*array.Float64)
		if c.IsNull(row) != (p == engine.NoPrice) || c.IsValid(row) && fmt.Sprint(c.Value(row)) != fmt.Sprint(in.Decimal(p).InexactFloat64()) {
			t.Fatalf("row %d: %s is %s, want %d ticks", row, arFields[col].Name, c.ValueStr(row), p)
		}
	}
	for col, n := range map[int]engine.Qty{arBidSize: q.BidSize, arAskSize: q.AskSize, arLastSize: q.LastSize, arVolume: q.Volume} {
		c := rec.Column(col).(*array.Int64)
		if c.IsNull(row) != (n == engine.UnknownQty) || c.IsValid(row) && engine.Qty(c.Value(row)) != n {
			t.Fatalf("row %d: %s is %s, want %d", row, arFields[col].Name, c.ValueStr(row), n)
		}
	}
}
