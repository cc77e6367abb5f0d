package report

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"tollgate/engine"
	"tollgate/sim"
)

func TestMoney(t *testing.T) {
	for _, c := range []struct{ in, plain, sign string }{
		{"0", "0.00", "0.00"},
		{"0.004", "0.00", "+0.00"},
		{"0.005", "0.01", "+0.01"},
		{"-0.004", "0.00", "0.00"},
		{"-0.005", "-0.01", "-0.01"},
		{"999.994", "999.99", "+999.99"},
		{"999.995", "1,000.00", "+1,000.00"},
		{"-1234567.891", "-1,234,567.89", "-1,234,567.89"},
		{"7.8125", "7.81", "+7.81"},
		{"92000000000.00000001", "92,000,000,000.00", "+92,000,000,000.00"},
	} {
		if got := money(dollars(c.in)); got != c.plain {
			t.Errorf("%s: %s, want %s", c.in, got, c.plain)
		}
		if got := signed(dollars(c.in)); got != c.sign {
			t.Errorf("%s: %s, want %s", c.in, got, c.sign)
		}
	}
}

// TestMoneyIsNear: what is printed is within half a cent of what is meant.
func TestMoneyIsNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := engine.Money(rapid.Int64().Draw(t, "m"))
		d := decimal.RequireFromString(strings.ReplaceAll(money(m), ",", ""))
		if d.Sub(m.Decimal()).Abs().GreaterThan(decimal.New(5, -3)) {
			t.Errorf("%s printed as %s", m, money(m))
		}
	})
}

func TestExact(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0.00", "-26655.675": "-26,655.675", "73344.325": "73,344.325", "1000": "1,000.00", "-0.00000001": "-0.00000001", "7.8125": "7.8125",
	} {
		if got := exact(dollars(in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, got := range []string{ratio(x, "why"), percent(x, "why"), amount(x, "why")} {
			if got != "why" {
				t.Errorf("%v printed as %s", x, got)
			}
		}
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0s"},
		{1500, "2µs"},
		{time.Second - 1, "1s"},
		{time.Second, "1s"},
		{59*time.Second + 994*time.Millisecond, "59.99s"},
		{time.Minute, "1m 00s"},
		{61 * time.Second, "1m 01s"},
		{time.Hour, "1h 00m"},
		{48*time.Hour - 1, "47h 59m"},
		{48 * time.Hour, "2d 00h"},
		{-time.Hour, "-1h 00m"},
	} {
		if got := span(c.d); got != c.want {
			t.Errorf("%d: %s, want %s", c.d, got, c.want)
		}
	}
}

func TestPrices(t *testing.T) {
	for _, c := range []struct {
		tick    engine.Nano
		p       engine.Price
		v       engine.VWAP
		price   string
		average string
	}{
		{250_000_000, 20481, engine.VWAP{Notional: 40963, Qty: 2}, "5120.25", "5120.3750"},
		{250_000_000, -1, engine.VWAP{Notional: -2, Qty: 2}, "-0.25", "-0.25"},
		{engine.NanoScale, 7, engine.VWAP{Notional: 22, Qty: 3}, "7", "7.33"},
		{3_906_250, 256, engine.VWAP{Notional: 513, Qty: 2}, "1.00000000", "1.0019531250"},
		{250_000_000, engine.NoPrice, engine.VWAP{}, "none", "none"},
	} {
		in, err := engine.NewInstrument(0, "X", engine.Spec{Tick: c.tick, PointValue: decimal.NewFromInt(100)})
		if err != nil {
			t.Fatal(err)
		}
		if got := price(&in, c.p); got != c.price {
			t.Errorf("%d ticks of %d: %s, want %s", c.p, c.tick, got, c.price)
		}
		if got := average(&in, c.v); got != c.average {
			t.Errorf("%v ticks of %d: %s, want %s", c.v, c.tick, got, c.average)
		}
	}
}

func TestPeriod(t *testing.T) {
	for _, c := range []struct {
		a, b engine.Time
		want string
	}{
		{monday, monday + second, "2024-03-04 14:30:00 to 14:30:01 UTC"},
		{monday, monday + 86400*second, "2024-03-04 14:30:00 to 2024-03-05 14:30:00 UTC"},
		{monday, monday + 366*86400*second, "2024-03-04 14:30:00 to 2025-03-05 14:30:00 UTC"},
		{monday, engine.NoTime, "none"},
	} {
		if got := period(c.a, c.b); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "s"), rapid.IntRange(1, 30).Draw(t, "n")
		lines := wrap(clean(s), n)
		for _, l := range lines {
			if width(l) > n {
				t.Errorf("%q is longer than %d", l, n)
			}
		}
		squeeze := func(x string) string { return strings.ReplaceAll(x, " ", "") }
		if squeeze(strings.Join(lines, "")) != squeeze(clean(s)) {
			t.Errorf("%q became %q", s, lines)
		}
	})
}

func TestPlot(t *testing.T) {
	points := func(list ...int64) (out []sim.EquityPoint) {
		for i, e := range list {
			out = append(out, sim.EquityPoint{At: monday + engine.Time(i)*3600*second, Equity: engine.Dollars(e)})
		}
		return out
	}
	for name, list := range map[string][]sim.EquityPoint{
		"none": nil, "one": points(1), "flat": points(5, 5, 5), "no time": {{At: monday}, {At: monday, Equity: 1}},
	} {
		if got := plot(list, 80, true); got != nil {
			t.Errorf("%s: %q", name, got)
		}
	}
	got := strings.Join(plot(points(0, 100, 50), 48, true), "\n")
	want := strings.TrimPrefix(`
100.00 |                    *******************
       |                    *                  *
       |                    *                  *
       |                    *                  *
       |                    *
       |                    *
  0.00 |********************
        2024-03-04 14:30        2024-03-04 16:30`, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestPlotFits: any curve is drawn inside its frame, from the lowest row to the highest.
func TestPlotFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []sim.EquityPoint
		at := monday
		for range rapid.IntRange(2, 40).Draw(t, "n") {
			at += engine.Time(rapid.Int64Range(0, 1e15).Draw(t, "step"))
			list = append(list, sim.EquityPoint{At: at, Equity: engine.Money(rapid.Int64Range(-1e15, 1e15).Draw(t, "equity"))})
		}
		limit, plain := rapid.IntRange(60, 120).Draw(t, "limit"), rapid.Bool().Draw(t, "ascii")
		for _, l := range plot(list, limit, plain) {
			if width(l) > limit {
				t.Errorf("%q is longer than %d", l, limit)
			}
		}
	})
}
