package feed

import (
	"testing"

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
