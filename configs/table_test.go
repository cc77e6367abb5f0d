package configs

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"tollgate/engine"
)

// facts are tick size, point value and the value of one tick in US dollars, from
// the exchanges' contract specifications, written down apart from the table.
const facts = `ES 0.25 50 12.50; MES 0.25 5 1.25; NQ 0.25 20 5; MNQ 0.25 2 0.50; YM 1 5 5; MYM 1 0.5 0.50
RTY 0.1 50 5; M2K 0.1 5 0.50; EMD 0.1 100 10; NKD 5 5 25; CL 0.01 1000 10; MCL 0.01 100 1
QM 0.025 500 12.50; NG 0.001 10000 10; RB 0.0001 42000 4.20; HO 0.0001 42000 4.20; GC 0.1 100 10
MGC 0.1 10 1; SI 0.005 5000 25; SIL 0.005 1000 5; HG 0.0005 25000 12.50; PL 0.1 50 5; PA 0.5 100 50
ZB 0.03125 1000 31.25; UB 0.03125 1000 31.25; ZN 0.015625 1000 15.625; TN 0.015625 1000 15.625
ZF 0.0078125 1000 7.8125; ZT 0.00390625 2000 7.8125; ZC 0.25 50 12.50; ZS 0.25 50 12.50; ZW 0.25 50 12.50
ZM 0.1 100 10; ZL 0.01 600 6; 6E 0.00005 125000 6.25; 6B 0.0001 62500 6.25; 6J 0.0000005 12500000 6.25
6A 0.00005 100000 5; 6C 0.00005 100000 5; 6S 0.00005 125000 6.25; 6N 0.00005 100000 5
M6E 0.0001 12500 1.25; M6B 0.0001 6250 0.625; M6A 0.0001 10000 1; BTC 5 5 25; MBT 5 0.1 0.50
ETH 0.5 50 25; MET 0.5 0.1 0.05; LE 0.025 400 10; HE 0.025 400 10; GF 0.025 500 12.50`

func TestBuiltinFacts(t *testing.T) {
	table := Builtin()
	lines := strings.FieldsFunc(facts, func(r rune) bool { return r == ';' || r == '\n' })
	if len(lines) != len(table.Roots()) {
		t.Errorf("the table has %d roots, the facts %d", len(table.Roots()), len(lines))
	}
	for _, line := range lines {
		f := strings.Fields(line)
		s, ok := table.Spec(f[0])
		if !ok {
			t.Errorf("%s is not in the table", f[0])
			continue
		}
		in, err := engine.NewInstrument(0, f[0]+" 12-26", s)
		if err != nil {
			t.Error(err)
			continue
		}
		if s.Root != f[0] || !in.TickDecimal().Equal(decimal.RequireFromString(f[1])) || !s.PointValue.Equal(decimal.RequireFromString(f[2])) {
			t.Errorf("%s: tick %s, point value %s, want %s", s.Root, in.TickDecimal(), s.PointValue, line)
		}
		if !in.TickValue.Decimal().Equal(decimal.RequireFromString(f[3])) {
			t.Errorf("%s: one tick is %s, want %s", f[0], in.TickValue, f[3])
		}
		if s.Fee <= 0 || s.Fee > engine.Dollars(10) || s.Months == "" || s.Calendar == nil {
			t.Errorf("%s is incomplete: %+v", f[0], s)
		}
	}
}

func TestBuiltinSessions(t *testing.T) {
	at := func(s string) engine.Time {
		u, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return engine.TimeOf(u)
	}
	for _, c := range []struct {
		root, at string
		open     bool
		date     int
	}{
		{"ES", "2026-01-04T22:59:59Z", false, 20260105}, // Sunday, before 18:00 New York
		{"ES", "2026-01-04T23:00:00Z", true, 20260105},
		{"ES", "2026-01-05T21:59:59Z", true, 20260105},
		{"ES", "2026-01-05T22:00:00Z", false, 20260106}, // the hour from 17:00
		{"CL", "2026-01-09T22:00:00Z", false, 20260112}, // Friday's close
		{"6E", "2026-07-06T21:00:00Z", false, 20260707}, // the same hour under daylight time
		{"ZB", "2026-07-06T22:00:00Z", true, 20260707},
		{"MBT", "2026-01-04T23:00:00Z", true, 20260105},
		{"ZC", "2026-01-05T00:59:59Z", false, 20260105}, // 19:00 Chicago
		{"ZC", "2026-01-05T01:00:00Z", true, 20260105},
		{"ZC", "2026-01-05T14:00:00Z", true, 20260105}, // the morning break counts as open
		{"ZC", "2026-01-05T19:20:00Z", false, 20260106},
		{"LE", "2026-01-05T14:29:59Z", false, 20260105}, // 08:30 Chicago
		{"LE", "2026-01-05T14:30:00Z", true, 20260105},
		{"LE", "2026-01-05T19:05:00Z", false, 20260106},
	} {
		s, _ := Builtin().Spec(c.root)
		session := s.Calendar.At(at(c.at))
		if session.Contains(at(c.at)) != c.open || session.Date != c.date {
			t.Errorf("%s at %s: open %v, date %d", c.root, c.at, session.Contains(at(c.at)), session.Date)
		}
	}
}

// The front month holds a contract that still trades: recordings of known
// contracts, and the last trading days that the exchanges published.
func TestBuiltinFront(t *testing.T) {
	for _, c := range []struct {
		name string
		day  time.Time
		want string
	}{
		{"ES", time.Date(2023, 12, 26, 12, 0, 0, 0, time.UTC), "ES 03-24"},
		{"ES", time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC), "ES 09-24"},
		{"ES", time.Date(2019, 12, 16, 12, 0, 0, 0, time.UTC), "ES 03-20"},
		{"6E", time.Date(2019, 12, 16, 12, 0, 0, 0, time.UTC), "6E 03-20"},
		{"ZN", time.Date(2019, 12, 16, 12, 0, 0, 0, time.UTC), "ZN 03-20"},
		{"GC", time.Date(2019, 12, 16, 12, 0, 0, 0, time.UTC), "GC 02-20"},
		{"CL", time.Date(2019, 12, 16, 12, 0, 0, 0, time.UTC), "CL 01-20"},
		{"CL", time.Date(2019, 12, 19, 12, 0, 0, 0, time.UTC), "CL 02-20"},
		{"GC", time.Date(2013, 10, 8, 12, 0, 0, 0, time.UTC), "GC 12-13"},
		{"M2K1!", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), "M2K 09-26"},
	} {
		key, _, err := Builtin().Resolve(c.name, engine.TimeOf(c.day))
		if err != nil || key != c.want {
			t.Errorf("%s on %s = %q, %v, want %s", c.name, c.day.Format(time.DateOnly), key, err, c.want)
		}
	}
}

func TestResolve(t *testing.T) {
	table := Builtin()
	for _, name := range []string{"ES 12-26", "es dec26", " ESZ26 "} {
		key, spec, err := table.Resolve(name, engine.NoTime)
		if key != "ES 12-26" || spec.Root != "ES" || err != nil {
			t.Errorf("%q = %q, %+v, %v", name, key, spec, err)
		}
	}
	if _, _, err := table.Resolve("ESZ6", engine.NoTime); !errors.Is(err, engine.ErrBadName) {
		t.Errorf("a year of one digit without a time: %v", err)
	}
	var unknown *engine.UnknownInstrument
	if _, _, err := table.Resolve("AIG", engine.NoTime); !errors.As(err, &unknown) || unknown.Root != "AIG" {
		t.Errorf("AIG: %v", err)
	}
	if err := table.AddSpec("aig=0.01,1"); err != nil {
		t.Fatal(err)
	}
	key, spec, err := table.Resolve("aig", engine.NoTime)
	if key != "AIG" || err != nil || spec.Calendar != nil || spec.Months != "" || spec.Fee != 0 || spec.Tick != 10_000_000 {
		t.Errorf("AIG = %q, %+v, %v", key, spec, err)
	}
	if _, ok := Builtin().Spec("AIG"); ok {
		t.Error("a change of one table changed another")
	}
	// A stock whose name looks like a contract is what the table says it is.
	if err := table.AddSpec("ESH6=0.01,1"); err != nil {
		t.Fatal(err)
	}
	if key, _, err := table.Resolve("ESH6", 0); key != "ESH6" || err != nil {
		t.Errorf("ESH6 = %q, %v", key, err)
	}
}

func TestOverride(t *testing.T) {
	table := Builtin()
	before, _ := table.Spec("ES")
	for _, bad := range []func(*engine.Spec){
		func(s *engine.Spec) { s.Tick = 0 },
		func(s *engine.Spec) { s.PointValue = decimal.Zero },
		func(s *engine.Spec) { s.Months = "A" },
		func(s *engine.Spec) { s.Months = "HH" },
		func(s *engine.Spec) { s.RollDays = maxRollDays + 1 },
		func(s *engine.Spec) { s.RollDays = minRollDays - 1 },
		func(s *engine.Spec) { s.Fee = -1 },
	} {
		err := table.Override("ES", bad)
		after, _ := table.Spec("ES")
		if err == nil || !strings.HasPrefix(err.Error(), "instrument ES: ") || !reflect.DeepEqual(before, after) {
			t.Errorf("error %v, after it %+v", err, after)
		}
	}
	if err := table.Override("A B", func(*engine.Spec) {}); err == nil {
		t.Error("a root with a space was taken")
	}
	if err := table.Override(" es ", func(s *engine.Spec) { s.Root = "X"; s.Fee = 1; s.RollDays = maxRollDays }); err != nil {
		t.Error(err)
	}
	if s, _ := table.Spec("ES"); s.Root != "ES" || s.Fee != 1 || s.Tick != before.Tick || s.Calendar != before.Calendar {
		t.Errorf("ES is now %+v", s)
	}
	if err := table.AddSpec("ES=0.5,100"); err != nil {
		t.Error(err)
	}
	if s, _ := table.Spec("ES"); s.Tick != 500_000_000 || s.Months != "HMUZ" || s.Calendar != before.Calendar || s.Fee != 1 {
		t.Errorf("--spec of a known root changes tick and point value only: %+v", s)
	}
}

func TestParseSpec(t *testing.T) {
	for _, c := range []struct {
		in, root, point string
		tick            engine.Nano
	}{
		{"AIG=0.01,1", "AIG", "1", 10_000_000},
		{" aig = 0.01 , 1 ", "AIG", "1", 10_000_000},
		{"ZB=1/32,1000", "ZB", "1000", 31_250_000},
		{"ZT=1/256,2000", "ZT", "2000", 3_906_250},
		{"6J=0.0000005,12500000", "6J", "12500000", 500},
		{"X=0.000000001,10", "X", "10", 1},
		{"BTC-USD=0.01,1", "BTC-USD", "1", 10_000_000},
		{"X=1000000,0.00000001", "X", "0.00000001", 1_000_000 * engine.NanoScale},
	} {
		s, err := ParseSpec(c.in)
		if err != nil || s.Root != c.root || s.Tick != c.tick || !s.PointValue.Equal(decimal.RequireFromString(c.point)) || s.Calendar != nil || s.Months != "" || s.Fee != 0 {
			t.Errorf("ParseSpec(%q) = %+v, %v", c.in, s, err)
		}
	}
	const form = "it takes NAME=TICK,POINTVALUE, as in AIG=0.01,1 or ZB=1/32,1000"
	for _, c := range []struct{ in, want string }{
		{"", form},
		{"AIG", form},
		{"AIG=1", form},
		{"AIG:0.01,1", form},
		{"=0.01,1", "the name must have 1 to 32 characters"},
		{strings.Repeat("A", 33) + "=0.01,1", "the name must have 1 to 32 characters"},
		{"ES 12-26=0.25,50", "the name has a space in it: describe the root, as in XYZ, not a contract such as XYZ 12-26"},
		{"ES1!=0.25,50", "the name may have letters, digits and . _ - / & $ ^ only"},
		{"X=,1", `tick "": it takes a decimal or a fraction, such as 0.25 or 1/32, with at most 9 decimals`},
		{"X=0.0000000001,1", `tick "0.0000000001": it takes a decimal or a fraction, such as 0.25 or 1/32, with at most 9 decimals`},
		{"X=1e-2,1", `tick "1e-2": it takes a decimal or a fraction, such as 0.25 or 1/32, with at most 9 decimals`},
		{"X=0,1", `tick "0" is out of range: above 0, at most 1000000`},
		{"X=-1,1", `tick "-1" is out of range: above 0, at most 1000000`},
		{"X=1000000.1,1", `tick "1000000.1" is out of range: above 0, at most 1000000`},
		{"X=1/0,1", `tick "1/0": a fraction is two whole numbers, such as 1/32`},
		{"X=0.5/2,1", `tick "0.5/2": a fraction is two whole numbers, such as 1/32`},
		{"X=1/3,1", `tick "1/3": the fraction has more than 9 decimals`},
		{"X=1,", `point value "": it takes a plain amount, such as 50 or 0.5, with at most 8 decimals`},
		{"X=1,1,1", `point value "1,1": it takes a plain amount, such as 50 or 0.5, with at most 8 decimals`},
		{"X=1,0", `point value "0" is out of range: above 0, at most 1000000000`},
		{"X=1,1000000000.01", `point value "1000000000.01" is out of range: above 0, at most 1000000000`},
		{"X=0.000000001,1", "instrument X: value of one tick: number is out of range: 0.000000001 has more than 8 decimals"},
		{"X=1000000,1000000000", "instrument X: value of one tick: number is out of range: 1000000000000000"},
	} {
		_, err := ParseSpec(c.in)
		if want := "--spec " + echo(c.in) + ": " + c.want; err == nil || err.Error() != want {
			t.Errorf("ParseSpec(%q)\n got %v\nwant %s", c.in, err, want)
		}
	}
}

// A tick written as a fraction is exact or refused: tick times denominator is the
// numerator.
func TestTickFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		over := rapid.Int64Range(1, 1000).Draw(t, "over")
		under := rapid.Int64Range(1, 1<<20).Draw(t, "under")
		text := decimal.NewFromInt(over).String() + "/" + decimal.NewFromInt(under).String()
		n, err := parseTick(text)
		exact := over*engine.NanoScale%under == 0
		if (err == nil) != exact || (exact && int64(n)*under != over*engine.NanoScale) {
			t.Fatalf("%s = %d, %v", text, n, err)
		}
	})
}

func FuzzParseSpec(f *testing.F) {
	for _, s := range []string{"AIG=0.01,1", "ZB=1/32,1000", "=,", "X=1/0,1", "X=9999999999999,1", "X=1,1e9", "\xff=1,1", "ſ=1,1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSpec(text)
		if err != nil {
			return
		}
		table := Builtin()
		if err := table.AddSpec(text); err != nil {
			t.Fatalf("parsed but not added: %v", err)
		}
		key, got, err := table.Resolve(s.Root, engine.TimeOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
		if err != nil || got.Root != s.Root || !strings.HasPrefix(key, s.Root) {
			t.Fatalf("%q resolves to %q, %+v, %v", s.Root, key, got, err)
		}
	})
}
