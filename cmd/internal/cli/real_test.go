package cli

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"
)

// recorded returns the path of a real recording. They may not be handed on, so
// they are no part of the project.
func recorded(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("../../../../shared/feeds", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no recording %s in ../shared/feeds beside the project", name)
	}
	return path
}

// TestExamplesOnRealRecordings: every example runs on a session with quotes and
// trades, and one runs on each other kind of feed.
func TestExamplesOnRealRecordings(t *testing.T) {
	long(t)
	session := recorded(t, "es_20231225_l1.csv.gz")
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			if r := backtestJSON(t, "backtest", filepath.Join(examplesDir, name), "--feed="+session, "--json"); r.Events != 28_396 {
				t.Errorf("%d events, the recording has 28396", r.Events)
			}
		})
	}
	for _, c := range []struct {
		feed, example string
		events        int64
		more          []string
	}{
		{"es_20240701_mbp1.csv.gz", "quoter", 2_287, nil},
		{"gc_20200102_trades.csv.gz", "cross", 105_796, nil},
		{"lean_minute_201310.csv.gz", "bollinger", 49_622, nil},
		{"cme10_20191216_trades.csv.gz", "vwap", 1_422_238, nil},
		{"aig_20131007_nyse_l1.csv.gz", "cross", 1_406_121, []string{"--spec=AIG=0.01,1"}},
	} {
		t.Run(c.feed, func(t *testing.T) {
			args := append([]string{"backtest", filepath.Join(examplesDir, c.example), "--json", "--feed=" + recorded(t, c.feed)}, c.more...)
			if r := backtestJSON(t, args...); r.Events != c.events {
				t.Errorf("%d events, the recording has %d", r.Events, c.events)
			}
		})
	}
}

// TestSameCommandSameBytes: result.json of two runs differs in the timings alone,
// and a seed that nothing uses changes nothing else.
func TestSameCommandSameBytes(t *testing.T) {
	long(t)
	run := func(seed string) []byte {
		dir := t.TempDir()
		backtestJSON(t, "backtest", filepath.Join(examplesDir, "vwap"), "--json", "--out="+dir, "--seed="+seed)
		text, err := os.ReadFile(filepath.Join(dir, "result.json"))
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		delete(m, "elapsed_seconds")
		delete(m, "events_per_second")
		delete(m, "seed")
		text, err = json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	first := run("1")
	if second := run("1"); string(first) != string(second) {
		t.Errorf("two runs differ:\n%s\n%s", first, second)
	}
	if other := run("2"); string(first) != string(other) {
		t.Errorf("the seed changed something:\n%s\n%s", first, other)
	}
}

// TestHandCalculation: market orders without latency fill at the minute's recorded
// bid or ask, and cash and fees agree with a calculation that knows nothing of
// tollgate: csv rows, decimals, a counter.
func TestHandCalculation(t *testing.T) {
	path := recorded(t, "lean_minute_201310.csv.gz")
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, []byte("fees: {ES: 2.15, GC: 2.42}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := backtestJSON(t, "backtest", "testdata/clockwork", "--json", "--feed="+path, "--latency=0", "--config="+config, "--out="+dir)
	want := byHand(t, path)
	if r.Fills != int64(len(want.fills)) || r.Fees != want.fees.StringFixed(2) {
		t.Errorf("fills %d fees %s, by hand %d and %s", r.Fills, r.Fees, len(want.fills), want.fees.StringFixed(2))
	}
	got := fillsOf(t, filepath.Join(dir, "fills.csv"))
	for i := range min(len(got), len(want.fills)) {
		if got[i] != want.fills[i] {
			t.Fatalf("fill %d: %s, by hand %s", i, got[i], want.fills[i])
		}
	}
	if r.Net != want.net.StringFixed(2) {
		t.Errorf("net %s, by hand %s", r.Net, want.net.StringFixed(2))
	}
}

type handMade struct {
	fills     []string
	fees, net decimal.Decimal
}

// byHand trades the clockwork on the rows of the file.
func byHand(t *testing.T, path string) handMade {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows := csv.NewReader(z)
	if _, err := rows.Read(); err != nil {
		t.Fatal(err)
	}
	point := map[string]decimal.Decimal{"ES": decimal.NewFromInt(50), "GC": decimal.NewFromInt(100)}
	fee := map[string]decimal.Decimal{"ES": decimal.RequireFromString("2.15"), "GC": decimal.RequireFromString("2.42")}
	count, held := map[string]int{}, map[string]int64{}
	last := map[string][2]string{}
	var h handMade
	for {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if row[8] != "Q" {
			continue
		}
		ns, _ := strconv.ParseInt(row[0], 10, 64)
		name, bid, ask := row[1], row[2], row[4]
		root := name[:2]
		last[name] = [2]string{bid, ask}
		second := (ns/1e9 - 4*3600) % 86400 // New York is four hours behind UTC in October
		if second < 10*3600 || second >= 16*3600 || !decimal.RequireFromString(bid).LessThan(decimal.RequireFromString(ask)) {
			continue
		}
		count[name]++
		n := count[name]
		side, price, sign := "", "", int64(0)
		switch {
		case n%50 == 0:
			side, price, sign = "BUY", ask, 1
		case n%50 == 25 && n > 50:
			side, price, sign = "SELL", bid, -1
		default:
			continue
		}
		held[name] += sign
		h.fills = append(h.fills, fmt.Sprintf("%d %s %s 1 %s", ns, name, side, price))
		h.fees = h.fees.Add(fee[root])
		h.net = h.net.Sub(decimal.RequireFromString(price).Mul(point[root]).Mul(decimal.NewFromInt(sign))).Sub(fee[root])
	}
	for name, n := range held { // what is still held is worth the price it could be closed at
		price := last[name][0]
		if n < 0 {
			price = last[name][1]
		}
		h.net = h.net.Add(decimal.RequireFromString(price).Mul(point[name[:2]]).Mul(decimal.NewFromInt(n)))
	}
	return h
}

func fillsOf(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, r := range rows[1:] { // ts_ns,strategy,account,instrument,side,qty,price,...
		price, err := decimal.NewFromString(r[6])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%s %s %s %s %s", r[0], r[3], r[4], r[5], price))
	}
	return list
}
