package venue

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// The tables of this package are scripts in testdata, one file per subject:
//
//	== name of a case; model=queue trigger=bidask stale=10s   (settings are optional)
//	Q 99 5 100 5             a quote: bid, size, ask, size; - = not stated
//	T 100 3                  a trade: price, size; then, if given, the book it met
//	S 99 100 100 3 7001      a snapshot: bid, ask, last, last size, cumulative volume
//	place 1 buy limit 5 99 gtc oco=1
//	place 2 sell stoplimit 5 98 97         stop, then limit
//	change 1 4 98 -          quantity, limit, stop
//	cancel 1
//	advance
//	withdraw                 the quotes of every instrument
//	at 10s                   moves the clock, counted from 2024-01-02 12:00 UTC
//	2 T 100 3                an instrument's number before the event or after the order's number (place 1:2 ...)
//
// What follows => on a line is every report of that call but Accepted, in order.
// Instrument 0 has no calendar, fee 2 a contract; instrument 1 trades 18:00 to
// 17:00 UTC, Monday to Friday.

var noon = time.Date(2024, 1, 2, 12, 0, 0, 0, time.UTC) // a Tuesday

func testUniverse() *engine.Universe {
	u := engine.NewUniverse()
	week := [7]bool{false, true, true, true, true, true, false}
	specs := []engine.Spec{
		{Root: "A", Tick: engine.NanoScale, PointValue: decimal.NewFromInt(10), Fee: engine.Dollars(2)},
		{
			Root: "B", Tick: engine.NanoScale, PointValue: decimal.NewFromInt(10),
			Calendar: &engine.Calendar{Zone: time.UTC, Open: 18 * time.Hour, Close: 17 * time.Hour, Days: week},
		},
	}
	for _, s := range specs {
		if _, err := u.Add(s.Root, s); err != nil {
			panic(err) // the tests' own constants
		}
	}
	return u
}

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		runFile(t, file, string(text))
	}
}

func runFile(t *testing.T, file, text string) {
	var s *script
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		where := fmt.Sprintf("%s:%d", file, i+1)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "=="):
			s = newScript(t, where, line)
		default:
			s.run(t, where, line)
		}
	}
}

type script struct {
	v    *Venue
	now  engine.Time
	name string
}

func newScript(t *testing.T, where, line string) *script {
	name, settings, _ := strings.Cut(strings.TrimPrefix(line, "=="), ";")
	var c Config
	for _, f := range strings.Fields(settings) {
		key, value, _ := strings.Cut(f, "=")
		var err error
		switch key {
		case "model":
			c.Fill, err = ParseModel(value)
		case "trigger":
			c.Trigger, err = ParseTrigger(value)
		case "stale":
			c.StaleAfter, err = time.ParseDuration(value)
		default:
			err = fmt.Errorf("setting %q is not known", key)
		}
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
	}
	return &script{v: New(testUniverse(), c), now: engine.TimeOf(noon), name: strings.TrimSpace(name)}
}

func (s *script) run(t *testing.T, where, line string) {
	t.Helper()
	do, want, _ := strings.Cut(line, "=>")
	var got []string
	for _, r := range s.call(t, where, strings.Fields(do)) {
		if r.Kind != engine.Accepted {
			got = append(got, render(&r))
		}
	}
	if g, w := strings.Join(got, "; "), strings.TrimSpace(want); g != w {
		t.Errorf("%s (%s): %s\n got %s\nwant %s", where, s.name, strings.TrimSpace(do), g, w)
	}
}

func render(r *engine.Report) string {
	switch r.Kind {
	case engine.Filled:
		role := "taker"
		if r.Maker {
			role = "maker"
		}
		return fmt.Sprintf("%d filled %d@%d %s", r.Order, r.Qty, r.Price, role)
	case engine.Changed:
		return fmt.Sprintf("%d changed leaves %d", r.Order, r.Leaves)
	case engine.Expired:
		return fmt.Sprintf("%d expired %s", r.Order, r.At.UTC().Format("2 15:04"))
	}
	return fmt.Sprintf("%d %s", r.Order, r.Kind)
}

func (s *script) call(t *testing.T, where string, f []string) []engine.Report {
	t.Helper()
	arg := func(i int) int64 {
		if i >= len(f) || f[i] == "-" {
			return int64(engine.NoPrice)
		}
		n, err := strconv.ParseInt(f[i], 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		return n
	}
	price := func(i int) engine.Price { return engine.Price(arg(i)) }
	size := func(i int) engine.Qty { return max(engine.Qty(arg(i)), engine.UnknownQty) }
	q := engine.Quote{
		At: s.now, Bid: engine.NoPrice, Ask: engine.NoPrice, Last: engine.NoPrice,
		BidSize: engine.UnknownQty, AskSize: engine.UnknownQty, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
	if n, err := strconv.Atoi(f[0]); err == nil {
		q.Instrument, f = engine.InstrumentID(n), f[1:]
	}
	switch f[0] {
	case "Q":
		q.Bid, q.BidSize, q.Ask, q.AskSize = price(1), size(2), price(3), size(4)
		return s.v.Quote(&q)
	case "T":
		q.Kind, q.Last, q.LastSize = engine.TradePrint, price(1), size(2)
		q.Bid, q.BidSize, q.Ask, q.AskSize = price(3), size(4), price(5), size(6)
		return s.v.Quote(&q)
	case "S":
		q.Bid, q.Ask, q.Last, q.LastSize, q.Volume = price(1), price(2), price(3), size(4), size(5)
		return s.v.Quote(&q)
	case "change":
		return s.v.Change(s.now, engine.OrderID(arg(1)), engine.Qty(arg(2)), price(3), price(4))
	case "cancel":
		return s.v.Cancel(s.now, engine.OrderID(arg(1)))
	case "advance":
		return s.v.Advance(s.now)
	case "withdraw":
		s.v.Withdraw()
		return nil
	case "at":
		d, err := time.ParseDuration(f[1])
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		s.now = engine.TimeOf(noon).Add(d)
		return nil
	case "place":
		return s.place(t, where, f[1:])
	}
	t.Fatalf("%s: %q is not known", where, f[0])
	return nil
}

func (s *script) place(t *testing.T, where string, f []string) []engine.Report {
	t.Helper()
	num := func(text string) int64 {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		return n
	}
	terms := engine.Terms{Side: engine.Buy, Limit: engine.NoPrice, Stop: engine.NoPrice}
	id, instrument, _ := strings.Cut(f[0], ":")
	if instrument != "" {
		terms.Instrument = engine.InstrumentID(num(instrument))
	}
	if f[1] == "sell" {
		terms.Side = engine.Sell
	}
	types := map[string]engine.OrderType{"market": engine.Market, "limit": engine.Limit, "stop": engine.StopMarket, "stoplimit": engine.StopLimit}
	terms.Type = types[f[2]]
	terms.Qty = engine.Qty(num(f[3]))
	rest := f[4:]
	for _, p := range []struct {
		has bool
		to  *engine.Price
	}{{terms.Type.HasStop(), &terms.Stop}, {terms.Type.HasLimit(), &terms.Limit}} {
		if p.has {
			*p.to, rest = engine.Price(num(rest[0])), rest[1:]
		}
	}
	for _, word := range rest {
		if oco, ok := strings.CutPrefix(word, "oco="); ok {
			terms.OCO = engine.OCO(num(oco))
		} else if word == "gtc" {
			terms.TIF = engine.GTC
		} else {
			t.Fatalf("%s: %q is not known", where, word)
		}
	}
	return s.v.Place(s.now, engine.OrderID(num(id)), terms)
}
