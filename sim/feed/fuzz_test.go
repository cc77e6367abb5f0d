package feed

import (
	"errors"
	"testing"
	"time"

	"tollgate/engine"
)

// readAnything reads bytes that can be anything: it must not panic, and what it
// yields must keep the promises of a source.
func readAnything(t *testing.T, data []byte) {
	for _, skip := range []bool{false, true} {
		o := options()
		o.SkipBad, o.Name, o.Zone = skip, "ES 12-26", time.UTC
		src, err := from(data, o)
		if err != nil {
			continue
		}
		last := engine.NoTime
		var q engine.Quote
		for range 1 << 16 {
			if err = src.Next(&q); err != nil {
				break
			}
			if q.At < last || int(q.Instrument) >= o.Universe.Len() {
				t.Fatalf("%+v after %v", q, last)
			}
			if min(q.BidSize, q.AskSize, q.LastSize, q.Volume) < engine.UnknownQty {
				t.Fatalf("negative size: %+v", q)
			}
			if q.Kind > engine.TradePrint || q.Kind == engine.TradePrint && q.Last == engine.NoPrice {
				t.Fatalf("no trade: %+v", q)
			}
			last = q.At
		}
		if skip && errors.Is(err, ErrTorn) {
			t.Fatal("torn although bad rows are skipped")
		}
		_ = src.Close()
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{rowA + rowB + rowC, "x\n" + rowA, "1,,,,,,,,Q", "99999999999999999999,ES,1,1,1,1,1,1,T\n", "\n\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, rows []byte) { readAnything(t, csv(string(rows))) })
}

func FuzzNinja(f *testing.F) {
	for _, s := range []string{
		"20240102 093000 0040000;4780.25;4780.25;4780.5;3\n20240102 093000 0040001;4780.25;;4780.5;3\n",
		"20240102 093100;4780.25;4781;4779.5;4780.75;1834\n20240102 093100;;;;;\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if looksNinja(data) {
			readAnything(t, data)
		}
	})
}

func FuzzDBN(f *testing.F) {
	for version := 1; version <= 3; version++ {
		d := dbnFile(version, "ESH4")
		d.top(rtypeTop, 'A', 1, dbnStart, 0, 5000*nano, 5001*nano, 3, 4)
		d.top(rtypeTop, 'T', 1, dbnStart, 0, 5000*nano, 5001*nano, 3, 4)
		d.bar(rtypeBar1m, 1, dbnStart, nano, 1)
		d.head(176, rtypeNaming, 7, dbnStart).put(padded("ESH4", 160))
		f.Add(d.Bytes()[3:])
	}
	f.Fuzz(func(t *testing.T, data []byte) { readAnything(t, append([]byte("DBN"), data...)) })
}

func FuzzRecording(f *testing.F) {
	data, _, u := some(f, 8, 3)
	f.Add(data[4:])
	_, list, _ := some(f, 8, 3)
	plain := record(f, u, list, WriterConfig{Plain: true, Batch: 5})
	f.Add(plain[4:])
	f.Add(plain[4 : len(plain)-8])
	f.Fuzz(func(t *testing.T, data []byte) {
		readAnything(t, append([]byte{0xff, 0xff, 0xff, 0xff}, data...))
	})
}
