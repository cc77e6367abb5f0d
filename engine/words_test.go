package engine

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestParseNano(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Nano
		err  error
	}{
		{"4780.25", 4780_250000000, nil},
		{"-37.63", -37_630000000, nil},
		{"+5", 5_000000000, nil},
		{"5.", 5_000000000, nil},
		{".5", 500000000, nil},
		{"0.000000001", 1, nil},
		{"0.0000000010000", 1, nil},
		{"0.0000000001", 0, ErrRange},
		{"9223372036.854775807", math.MaxInt64, nil},
		{"-9223372036.854775807", -math.MaxInt64, nil},
		{"9223372036.854775808", 0, ErrRange},
		{"9223372037", 0, ErrRange},
		{"99999999999999999999999", 0, ErrRange},
		{"", 0, ErrBadNumber},
		{"-", 0, ErrBadNumber},
		{".", 0, ErrBadNumber},
		{"1.2.3", 0, ErrBadNumber},
		{"1e3", 0, ErrBadNumber},
		{"1,5", 0, ErrBadNumber},
		{" 1", 0, ErrBadNumber},
		{"NaN", 0, ErrBadNumber},
		{"--1", 0, ErrBadNumber},
	} {
		got, err := ParseNano(c.in)
		if !errors.Is(err, c.err) || got != c.want {
			t.Errorf("ParseNano(%q) = %d, %v; want %d, %v", c.in, got, err, c.want, c.err)
		}
		if b, err2 := ParseNano([]byte(c.in)); b != got || (err == nil) != (err2 == nil) {
			t.Errorf("ParseNano of the bytes %q = %d, %v", c.in, b, err2)
		}
	}
}

func TestParseNanoIsTheInverseOfPrinting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Nano(rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "n"))
		s := decimal.New(int64(n), -9).String()
		if got, err := ParseNano(s); err != nil || got != n {
			t.Fatalf("ParseNano(%q) = %d, %v; want %d", s, got, err, n)
		}
	})
}

// FuzzParseNano compares with decimal's reader wherever ParseNano accepts.
func FuzzParseNano(f *testing.F) {
	for _, s := range []string{"0", "-0.25", "4780.25", "9223372036.854775807", "1.0000000000", "x", "", "-.", "+.5", "1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNano(s)
		if err != nil {
			if !errors.Is(err, ErrBadNumber) && !errors.Is(err, ErrRange) {
				t.Fatalf("%q: error of no kind: %v", s, err)
			}
			return
		}
		if d, err := decimal.NewFromString(s); err != nil || !d.Equal(decimal.New(int64(n), -9)) {
			t.Fatalf("%q read as %d, decimal says %v, %v", s, n, d, err)
		}
	})
}

var ticks = []struct{ tick, point string }{
	{"0.25", "50"},
	{"0.25", "5"},
	{"0.1", "100"},
	{"0.01", "1000"},
	{"0.005", "5000"},
	{"0.03125", "1000"},
	{"0.0078125", "1000"},
	{"0.00390625", "2000"},
	{"0.0000005", "12500000"},
	{"0.00005", "125000"},
	{"5", "5"},
	{"1", "5"},
	{"0.0001", "10000"},
}

func testInstrument(t testing.TB, tick, point string) *Instrument {
	t.Helper()
	n, err := ParseNano(tick)
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewInstrument(0, "X", Spec{Root: "X", Tick: n, PointValue: decimal.RequireFromString(point)})
	if err != nil {
		t.Fatal(err)
	}
	return &in
}

func TestPricesGoThroughEveryTickSizeUnharmed(t *testing.T) {
	for _, c := range ticks {
		in := testInstrument(t, c.tick, c.point)
		if want := decimal.RequireFromString(c.tick).Mul(decimal.RequireFromString(c.point)); !in.TickValue.Decimal().Equal(want) {
			t.Errorf("tick %s x point %s: tick value %s, want %s", c.tick, c.point, in.TickValue, want)
		}
		rapid.Check(t, func(t *rapid.T) {
			p := Price(rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "ticks"))
			d := in.Decimal(p)
			n, err := ParseNano(d.String())
			if err != nil {
				t.Fatal(err)
			}
			if back, err := in.Price(n); err != nil || back != p {
				t.Fatalf("tick %s: %d ticks print as %s and read as %d, %v", c.tick, p, d, back, err)
			}
			if want, _ := d.Float64(); in.Float(p) != want {
				t.Fatalf("tick %s: Float(%d) = %v, nearest to %s is %v", c.tick, p, in.Float(p), d, want)
			}
			if in.Tick > 1 {
				for _, off := range []Nano{n + 1, n - 1} {
					if got, err := in.Price(off); !errors.Is(err, ErrOffTick) || got != NoPrice {
						t.Fatalf("tick %s: %d nanos taken as %d, %v", c.tick, off, got, err)
					}
				}
			}
		})
	}
}

func TestDecimalOfAbsurdPrices(t *testing.T) {
	in := testInstrument(t, "5", "5")
	if got := in.Decimal(math.MaxInt64).String(); got != "46116860184273879035" {
		t.Errorf("Decimal = %s", got)
	}
}

func TestNewInstrumentRefuses(t *testing.T) {
	for _, c := range []struct {
		tick  Nano
		point string
	}{
		{0, "1"}, {-1, "1"}, {1, "0"}, {1, "-1"}, {1, "1" /* 1e-9 is finer than Money */}, {math.MaxInt64, "1000000"},
	} {
		if in, err := NewInstrument(0, "X", Spec{Tick: c.tick, PointValue: decimal.RequireFromString(c.point)}); err == nil {
			t.Errorf("tick %d, point %s: made %+v", c.tick, c.point, in)
		}
	}
}

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		in, out string
		err     error
	}{
		{"100", "100.00", nil},
		{"-2.15", "-2.15", nil},
		{"7.8125", "7.8125", nil},
		{"0.00000001", "0.00000001", nil},
		{"0.000000001", "", ErrRange},
		{"92233720368.54775807", "92233720368.54775807", nil},
		{"92233720368.54775808", "", ErrRange},
		{"1 000", "", ErrBadNumber},
	} {
		m, err := ParseMoney(c.in)
		if !errors.Is(err, c.err) || err == nil && m.String() != c.out {
			t.Errorf("ParseMoney(%q) = %s, %v; want %s, %v", c.in, m, err, c.out, c.err)
		}
		if d, derr := decimal.NewFromString(c.in); derr == nil {
			if n, err := MoneyOf(d); !errors.Is(err, c.err) || n != m {
				t.Errorf("MoneyOf(%s) = %s, %v; want %s, %v", d, n, err, m, c.err)
			}
		}
	}
	if Dollars(3) != 3*MoneyScale || Dollars(3).Float() != 3 {
		t.Error("three dollars are not three dollars")
	}
}

func TestUniverse(t *testing.T) {
	u := NewUniverse()
	s := Spec{Root: "X", Tick: NanoScale / 4, PointValue: decimal.NewFromInt(50)}
	a, err := u.Add("X 12-26", s)
	if b, err2 := u.Add("X 12-26", s); err != nil || err2 != nil || a != b || u.Len() != 1 {
		t.Fatalf("the same key twice: %d, %v and %d, %v", a, err, b, err2)
	}
	if _, err := u.Add("bad", Spec{}); err == nil || u.Len() != 1 {
		t.Error("an instrument without a tick was added")
	}
	if id, ok := u.Lookup("X 12-26"); !ok || id != a {
		t.Error("not found by its key")
	}
	for i := u.Len(); i < 1<<16; i++ {
		if _, err := u.Add(fmt.Sprint(i), s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := u.Add("one too many", s); err == nil {
		t.Error("more instruments than an InstrumentID can name")
	}
}
