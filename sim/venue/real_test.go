package venue

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// Real recordings are not part of the project. They are looked for in the folder
// ../shared/feeds beside it.
func realFeed(t *testing.T, name string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "..", "shared", "feeds", name)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Skipf("the recording %s is not there: it is looked for in ../shared/feeds beside the project", name)
	}
	return path
}

// readReal reads up to most events, all as instrument 0.
func readReal(t *testing.T, name string, tick engine.Nano, most int) []engine.Quote {
	t.Helper()
	f, err := os.Open(realFeed(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows := csv.NewReader(z)
	rows.ReuseRecord = true
	if _, err := rows.Read(); err != nil {
		t.Fatal(err)
	}
	var out []engine.Quote
	for len(out) < most {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, realQuote(t, row, tick))
	}
	return out
}

func realQuote(t *testing.T, row []string, tick engine.Nano) engine.Quote {
	price := func(s string) engine.Price {
		if s == "" {
			return engine.NoPrice
		}
		n, err := engine.ParseNano(s)
		if err != nil || n%tick != 0 {
			t.Fatalf("%v: price %s", row, s)
		}
		return engine.Price(n / tick)
	}
	number := func(s string) int64 {
		if s == "" {
			return int64(engine.UnknownQty)
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatalf("%v: %v", row, err)
		}
		return n
	}
	q := bare(engine.Time(number(row[0])))
	q.Bid, q.Ask, q.Last = price(row[2]), price(row[4]), price(row[6])
	q.BidSize, q.AskSize, q.LastSize = engine.Qty(number(row[3])), engine.Qty(number(row[5])), engine.Qty(number(row[7]))
	if row[8] == "T" {
		q.Kind = engine.TradePrint
	}
	return q
}

// Random orders near the market of real recordings: the referee has no complaint
// in any model, and the stricter models fill less.
func TestRealRecordings(t *testing.T) {
	for _, c := range []struct {
		file string
		tick engine.Nano
		most int
	}{
		{"es_20231225_l1.csv.gz", 250_000_000, 1 << 30},
		{"es_20240701_mbp1.csv.gz", 250_000_000, 1 << 30},
		{"aig_20131007_nyse_l1.csv.gz", 10_000_000, 150_000},
		{"gc_20200102_trades.csv.gz", 100_000_000, 50_000},
	} {
		t.Run(c.file, func(t *testing.T) { playReal(t, readReal(t, c.file, c.tick, c.most)) })
	}
}

func playReal(t *testing.T, quotes []engine.Quote) {
	u := engine.NewUniverse()
	if _, err := u.Add("X", engine.Spec{Root: "X", Tick: 250_000_000, PointValue: decimal.NewFromInt(50), Fee: engine.Dollars(2)}); err != nil {
		t.Fatal(err)
	}
	var filled [models]map[engine.OrderID]engine.Qty
	var total [models]engine.Qty
	for m := range models {
		filled[m] = playModel(t, u, Config{Fill: m, StaleAfter: time.Minute}, quotes)
		for _, n := range filled[m] {
			total[m] += n
		}
	}
	for id, n := range filled[Conservative] {
		if n > filled[Queue][id] {
			t.Errorf("order %d: conservative %d, queue %d", id, n, filled[Queue][id])
		}
	}
	for id, n := range filled[Queue] {
		if n > filled[Touch][id] {
			t.Errorf("order %d: queue %d, touch %d", id, n, filled[Touch][id])
		}
	}
	t.Logf("%d events; contracts filled: conservative %d, queue %d, touch %d", len(quotes), total[0], total[1], total[2])
}

func playModel(t *testing.T, u *engine.Universe, c Config, quotes []engine.Quote) map[engine.OrderID]engine.Qty {
	v, rules := New(u, c), newReferee(u, c)
	filled := map[engine.OrderID]engine.Qty{}
	do := func(o *op) {
		reports := o.do(v)
		if err := rules.judge(o, reports); err != nil {
			t.Fatalf("%s: %s\n%s\n%v", c.Fill, o, show(reports), err)
		}
		for _, r := range reports {
			filled[r.Order] += r.Qty
		}
	}
	d := randDice{rand.New(rand.NewPCG(1, 2))}
	var top engine.Top
	id := engine.OrderID(0)
	for i := range quotes {
		top.Apply(&quotes[i])
		do(&op{kind: opQuote, at: quotes[i].At, quote: quotes[i]})
		if d.roll(40) == 0 {
			id++
			do(&op{kind: opPlace, at: top.At, id: id, terms: nearTerms(d, &top)})
		}
		if id > 0 && d.roll(60) == 0 {
			do(&op{kind: opCancel, at: top.At, id: id - engine.OrderID(d.roll(int(min(id, 20))))})
		}
	}
	return filled
}

// nearTerms is a random order within five ticks of the last trade.
func nearTerms(d dice, top *engine.Top) engine.Terms {
	mid := max(top.Last, 100) // a recording may begin with a book
	t := engine.Terms{
		Side: engine.Side(1 - 2*d.roll(2)), Type: engine.OrderType(d.roll(4)), TIF: engine.TimeInForce(d.roll(2)),
		Qty: engine.Qty(1 + d.roll(5)), Limit: engine.NoPrice, Stop: engine.NoPrice,
	}
	if d.roll(2) == 0 {
		t.Type = engine.Limit
	}
	if t.Type.HasLimit() {
		t.Limit = mid + engine.Price(d.roll(11)-5)
	}
	if t.Type.HasStop() {
		t.Stop = mid + engine.Price(d.roll(11)-5)
	}
	return t
}
