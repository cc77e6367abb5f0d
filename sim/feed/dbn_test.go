package feed

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/engine"
)

// TestDBNAgainstCSV decodes a real file and compares it with its CSV form.
func TestDBNAgainstCSV(t *testing.T) {
	o := options()
	want := mustAll(t, realFile(t, "es_20240701_mbp1.csv.gz"), o)
	src, err := Open(realFile(t, "dbn/futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"), o)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	got, err := all(src)
	if err != nil {
		t.Fatal(err)
	}
	sameEvents(t, got, want)
	tally := TallyOf(src)
	if tally.Rows != 2288 || tally.Unchanged != 1 || tally.Skipped != 0 {
		t.Errorf("tally %+v, want 2288 records of which one changes nothing", tally)
	}
	var trades []engine.Quote
	for _, q := range got {
		if q.Kind == engine.TradePrint {
			q.Bid, q.Ask, q.BidSize, q.AskSize = engine.NoPrice, engine.NoPrice, engine.UnknownQty, engine.UnknownQty
			trades = append(trades, q)
		}
	}
	sameEvents(t, mustAll(t, realFile(t, "dbn/futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"), o), trades)
	var volume engine.Qty
	for _, q := range trades {
		volume += q.LastSize
	}
	if len(trades) != 120 || volume != 253 {
		t.Errorf("%d trades of %d contracts, want 120 of 253", len(trades), volume)
	}
}

func TestDBNRealSchemas(t *testing.T) {
	for file, want := range map[string]int{
		"futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst": 60,
		"test_data.bbo-1s.dbn.zst":                                   4,
		"test_data.mbp-1.dbn.zst":                                    2,
		"test_data.ohlcv-1m.dbn.zst":                                 2,
		"test_data.tbbo.dbn.zst":                                     2,
		"test_data.trades.dbn.zst":                                   2,
	} {
		t.Run(file, func(t *testing.T) {
			o := options()
			list := mustAll(t, realFile(t, "dbn/"+file), o)
			if len(list) != want {
				t.Errorf("%d events, want %d", len(list), want)
			}
		})
	}
}

const dbnStart = engine.Time(1704067200e9) // 2024-01-01

func TestDBNActions(t *testing.T) {
	no, un := engine.NoPrice, engine.UnknownQty
	for version := 1; version <= 3; version++ {
		f := dbnFile(version, "ESH4")
		f.top(rtypeTop, 'A', 1, dbnStart, dbnStart+9, 5000*nano, 5001*nano, 3, 4)             // a quote
		f.top(rtypeTop, 'C', 1, dbnStart+1, 0, 5000*nano, 5001*nano, 3, 4)                    // says nothing new
		f.top(rtypeTop, 'T', 1, dbnStart+1, 0, 5000*nano, 5001*nano, 3, 4)                    // a trade
		f.top(rtypeTop, 'F', 1, dbnStart+1, 0, 5000*nano, 5001*nano, 3, 4)                    // its other side
		f.top(rtypeTop, 'N', 1, dbnStart+1, 0, 5000*nano, 5001*nano, 3, 4)                    // nothing
		f.top(rtypeTop, 'R', 1, dbnStart+2, 0, undefPrice, undefPrice, 0, 0)                  // the book is cleared
		f.top(rtypeTop, 'M', 1, dbnStart+3, 0, undefPrice, 5001*nano, 0, 0)                   // one side, of size 0
		f.head(24, 0x17, 1, dbnStart+3).put(uint64(0))                                        // a record of another kind
		f.head(lenTop+8, rtypeTop, 1, dbnStart+4).put(bytes.Repeat([]byte{0}, 64), uint64(7)) // longer than needed
		o := options()
		src, err := from(f.Bytes(), o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := all(src)
		if err != nil {
			t.Fatal(err)
		}
		sameEvents(t, got, []engine.Quote{
			{At: dbnStart, Bid: 20000, BidSize: 3, Ask: 20004, AskSize: 4, Last: no, LastSize: un, Volume: un},
			{At: dbnStart + 1, Kind: engine.TradePrint, Bid: 20000, BidSize: 3, Ask: 20004, AskSize: 4, Last: 20004, LastSize: 5, Volume: un},
			{At: dbnStart + 2, Bid: no, BidSize: un, Ask: no, AskSize: un, Last: no, LastSize: un, Volume: un},
			{At: dbnStart + 3, Bid: no, BidSize: un, Ask: 20004, AskSize: 0, Last: no, LastSize: un, Volume: un},
			{At: dbnStart + 4, Last: no, LastSize: un, Volume: un},
		})
		if key := o.Universe.Get(0).Key; key != "ES 03-24" {
			t.Errorf("instrument %s", key)
		}
		if tally := TallyOf(src); tally.Rows != 9 || tally.Unchanged != 1 || tally.Skipped != 3 {
			t.Errorf("%+v", tally)
		}
	}
}

func TestDBNTimes(t *testing.T) {
	f := dbnFile(3, "ESH4", "NQH4")
	f.top(rtypeBBO1s, 0, 1, undefTime>>1, dbnStart+10, 5000*nano, 5001*nano, 3, 4)
	f.bar(rtypeBar1s, 2, dbnStart, 100*nano, 7)
	f.bar(rtypeBar1m, 2, dbnStart, 100*nano, 7)
	f.bar(rtypeBar1h, 2, dbnStart, 100*nano, 7)
	f.bar(rtypeBar1d, 2, dbnStart+365*24*3600e9, 100*nano, 7) // the last day of the mapping ends it
	got, err := mustOpenAll(t, f.Bytes(), options())
	if err != nil {
		t.Fatal(err)
	}
	var at []engine.Time
	for _, q := range got {
		at = append(at, q.At-dbnStart)
	}
	if want := []engine.Time{10, 1e9, 60e9, 3600e9, 366 * 24 * 3600e9}; !slices.Equal(at, want) {
		t.Errorf("%v, want %v", at, want)
	}
	if got[0].Kind != engine.QuoteChange || got[0].Last != 20004 || got[0].LastSize != engine.UnknownQty {
		t.Errorf("a sampled book: %+v", got[0])
	}
}

// The exchange's clock may go back between records; the receiving one does not.
func TestDBNClock(t *testing.T) {
	f := dbnFile(3, "ESH4")
	f.top(rtypeTop, 'A', 1, dbnStart+5, dbnStart+10, 5000*nano, 5001*nano, 3, 4)
	f.top(rtypeTop, 'A', 1, dbnStart+4, dbnStart+11, 5000*nano, 5001*nano, 3, 5)
	if list, err := mustOpenAll(t, f.Bytes(), options()); !errors.Is(err, ErrTimeOrder) || len(list) != 1 || !strings.Contains(err.Error(), "test: record 2: ") {
		t.Errorf("%d events, %v", len(list), err)
	}
	o := options()
	o.Clock = ReceiveTime
	if list, err := mustOpenAll(t, f.Bytes(), o); err != nil || len(list) != 2 || list[1].At != dbnStart+11 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestDBNBad(t *testing.T) {
	good := func() *dbnMaker {
		return dbnFile(3, "ESH4").top(rtypeTop, 'A', 1, dbnStart, 0, 5000*nano, 5001*nano, 3, 4)
	}
	for want, f := range map[string]*dbnMaker{
		"record 2: column bid_px: price is not a whole number of ticks": good().top(rtypeTop, 'A', 1, dbnStart, 0, 5000*nano+1, 5001*nano, 3, 4),
		"record 2: column price: bad value: a trade without a price":    good().top(rtypeTop, 'T', 1, dbnStart, 0, 5000*nano, undefPrice, 3, 4),
		"column close: bad value: a bar without a close":                good().bar(rtypeBar1m, 1, dbnStart, undefPrice, 1),
		"column volume":                                     good().bar(rtypeBar1m, 1, dbnStart, nano, 1<<63),
		"column ts_event: bad value: the time":              good().bar(rtypeBar1m, 1, -1, nano, 1),
		"instrument id 9 is on 20240101":                    good().top(rtypeTop, 'A', 9, dbnStart, 0, 5000*nano, 5001*nano, 3, 4),
		"instrument id 1 is on 20250101":                    good().top(rtypeTop, 'A', 1, dbnStart+366*24*3600e9, 0, 5000*nano, 5001*nano, 3, 4),
		"bad value: 16 bytes, a record of type 0x01 has 80": good().head(16, rtypeTop, 1, dbnStart),
	} {
		list, err := mustOpenAll(t, f.Bytes(), options())
		if err == nil || !strings.Contains(err.Error(), want) || len(list) != 1 {
			t.Errorf("%d events, %v, want %q", len(list), err, want)
		}
		o := options()
		o.SkipBad = true
		src, _ := from(f.Bytes(), o)
		if list, err := all(src); err != nil || len(list) != 1 || TallyOf(src).Bad != 1 {
			t.Errorf("%s: skipping: %d events, %v", want, len(list), err)
		}
	}
	if _, err := mustOpenAll(t, good().put(byte(3), byte(0), uint16(0)).Bytes(), options()); !errors.Is(err, ErrFormat) {
		t.Errorf("a record of 12 bytes: %v", err)
	}
	if _, err := from(dbnFile(4, "ESH4").Bytes(), options()); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "DBN version 4, this program reads 1 to 3") {
		t.Errorf("version 4: %v", err)
	}
}

func TestDBNTorn(t *testing.T) {
	f := dbnFile(3, "ESH4")
	start := f.Len()
	data := f.top(rtypeTop, 'A', 1, dbnStart, 0, 5000*nano, 5001*nano, 3, 4).top(rtypeTop, 'A', 1, dbnStart, 0, 5000*nano, 5001*nano, 3, 5).Bytes()
	for cut := 3; cut < len(data); cut++ {
		src, err := from(data[:cut], options())
		if cut < start {
			if !errors.Is(err, ErrTorn) {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			continue
		}
		list, err := all(src)
		records := (cut - start) / lenTop
		if whole := (cut-start)%lenTop == 0; len(list) != records || whole != (err == nil) {
			t.Fatalf("cut at %d: %d events, %v", cut, len(list), err)
		}
		var torn *TornError
		if err != nil && (!errors.As(err, &torn) || torn.Offset != int64(start+records*lenTop)) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
}

func TestDBNNames(t *testing.T) {
	one := dbnFile(3, "ES.c.0").top(rtypeTop, 'A', 1, dbnStart, 0, 5000*nano, 5001*nano, 3, 4).Bytes()
	if _, err := mustOpenAll(t, one, options()); !errors.Is(err, errUnknown) {
		t.Errorf("a continuous symbol: %v", err)
	}
	o := options()
	o.Name = "ES 03-24"
	if list, err := mustOpenAll(t, one, o); err != nil || len(list) != 1 {
		t.Errorf("named: %d events, %v", len(list), err)
	}
	if _, err := from(dbnFile(3, "ESH4", "NQH4").Bytes(), o); err == nil || !strings.Contains(err.Error(), "several symbols") {
		t.Errorf("two symbols, one name: %v", err)
	}
	// A live stream names its ids by records.
	for version, n := range map[int]int{1: 22, 3: 71} {
		f := dbnFile(version)
		f.head(map[int]int{1: 80, 3: 176}[version], rtypeNaming, 7, dbnStart)
		for range 2 {
			if version > 1 {
				f.put(byte(1))
			}
			f.put(padded("NQM4", n))
		}
		f.put(make([]byte, map[int]int{1: 20, 3: 16}[version]))
		f.top(rtypeTop, 'A', 7, dbnStart, 0, 5000*nano, 5001*nano, 3, 4)
		o := options()
		if list, err := mustOpenAll(t, f.Bytes(), o); err != nil || len(list) != 1 || o.Universe.Get(0).Key != "NQ 06-24" {
			t.Errorf("version %d, live: %d events, %v", version, len(list), err)
		}
	}
}

func TestDatedName(t *testing.T) {
	at := engine.TimeOf(time.Date(2028, 7, 15, 0, 0, 0, 0, time.UTC))
	for symbol, want := range map[string]string{
		"ESU8": "ES 09-28", "ESN8": "ES 07-28", "ESM8": "ES 06-38", "ESH9": "ES 03-29", "ESZ7": "ES 12-37",
		"ESU24": "ES 09-24", "6EU8": "6E 09-28", "AIG": "AIG", "ESU8-ESZ8": "ESU8-ESZ8", "ES.c.0": "ES.c.0",
		"U8": "U8", "ESA8": "ESA8", "ESU123": "ESU123", "": "", "8": "8",
	} {
		if got := datedName(symbol, at); got != want {
			t.Errorf("%s: %s, want %s", symbol, got, want)
		}
	}
}
