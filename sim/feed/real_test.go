package feed

import (
	"bytes"
	"testing"

	"tollgate/engine"
)

// TestRealFiles checks the counts that are known of the recorded files.
func TestRealFiles(t *testing.T) {
	tests := []struct {
		file                            string
		quotes, trades                  int64
		crossed, locked, outside, empty int64 // -1 = not known; empty: trades of size 0
		instruments                     int
	}{
		{"es_20231225_l1.csv.gz", 25423, 2973, -1, -1, 82, -1, 1},
		{"es_20240701_mbp1.csv.gz", 2167, 120, -1, -1, -1, -1, 1},
		{"cme10_20191216_trades.csv.gz", 0, 1422238, 0, 0, 0, -1, 10},
		{"gc_20200102_trades.csv.gz", 0, 105796, 0, 0, 0, -1, 9},
		{"aig_20131007_nyse_l1.csv.gz", 1381223, 24898, 3613, 42988, -1, -1, 1},
		{"lean_minute_201310.csv.gz", 33841, 15781, 83, 458, -1, 122, 5},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			o := options()
			src, err := Open(realFile(t, tt.file), o)
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			s, err := Info(src, o.Universe)
			if err != nil {
				t.Fatal(err)
			}
			var got InstrumentStats
			for _, in := range s.Instruments {
				got.Quotes += in.Quotes
				got.Trades += in.Trades
				got.Crossed += in.Crossed
				got.Locked += in.Locked
				got.Outside += in.Outside
			}
			check := func(what string, got, want int64) {
				if want >= 0 && got != want {
					t.Errorf("%s: %d, want %d", what, got, want)
				}
			}
			check("quotes", got.Quotes, tt.quotes)
			check("trades", got.Trades, tt.trades)
			check("crossed", got.Crossed, tt.crossed)
			check("locked", got.Locked, tt.locked)
			check("outside", got.Outside, tt.outside)
			check("instruments", int64(len(s.Instruments)), int64(tt.instruments))
			if tt.empty >= 0 {
				var empty int64
				for _, q := range mustAll(t, realFile(t, tt.file), options()) {
					if q.Kind == engine.TradePrint && q.LastSize == 0 {
						empty++
					}
				}
				check("trades of size 0", empty, tt.empty)
			}
			check("rows", s.Tally.Rows, tt.quotes+tt.trades)
			check("events", s.Events, tt.quotes+tt.trades)
			check("bad", s.Tally.Bad, 0)
		})
	}
}

// TestRealRoundTrip takes recorded files from CSV to a recording and back.
func TestRealRoundTrip(t *testing.T) {
	for _, file := range []string{"es_20231225_l1.csv.gz", "lean_minute_201310.csv.gz", "gc_20200102_trades.csv.gz", "aig_20131007_nyse_l1.csv.gz"} {
		t.Run(file, func(t *testing.T) {
			o := options()
			want := mustAll(t, realFile(t, file), o)
			src, err := from(record(t, o.Universe, want, WriterConfig{}), o)
			if err != nil {
				t.Fatal(err)
			}
			var csv bytes.Buffer
			w, err := NewCSVWriter(&csv, o.Universe)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := Copy(w, src); err != nil || n != int64(len(want)) {
				t.Fatalf("%d events, %v", n, err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			back, err := from(csv.Bytes(), o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := all(back)
			if err != nil {
				t.Fatal(err)
			}
			sameEvents(t, got, want)
		})
	}
}
