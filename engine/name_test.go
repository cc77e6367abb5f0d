package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var nameSpecs = map[string]Spec{
	"ES":  {Root: "ES", Months: "HMUZ", RollDays: -9},
	"6E":  {Root: "6E", Months: "HMUZ", RollDays: -9},
	"M2K": {Root: "M2K", Months: "HMUZ", RollDays: -9},
	"M6E": {Root: "M6E", Months: "HMUZ"},
	"CL":  {Root: "CL", Months: MonthCodes, RollDays: 14},
	"GC":  {Root: "GC", Months: "GJMQZ", RollDays: 4},
	"AIG": {Root: "AIG"},
	"BH6": {Root: "BH6"},
	"BH":  {Root: "BH", Months: "HMUZ"},
	"XYZ": {Root: "XYZ"},
}

func knownName(root string) (Spec, bool) {
	s, ok := nameSpecs[root]
	return s, ok
}

func day(y int, m time.Month, d int) Time { return TimeOf(time.Date(y, m, d, 12, 0, 0, 0, time.UTC)) }

func keyOf(s string, at Time) (string, error) {
	n, err := ParseName(s, knownName)
	if err != nil {
		return "", err
	}
	return n.Key(nameSpecs[n.Root], at)
}

func TestParseName(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Name
	}{
		{"ES 12-26", Name{"ES", 12, 2026, FormDated}},
		{"  es   12-26 ", Name{"ES", 12, 2026, FormDated}},
		{"ES 03-70", Name{"ES", 3, 1970, FormDated}},
		{"ES 03-69", Name{"ES", 3, 2069, FormDated}},
		{"ES DEC26", Name{"ES", 12, 2026, FormDisplay}},
		{"mnq jun26", Name{}},
		{"ES", Name{"ES", 0, 0, FormRoot}},
		{"es1!", Name{"ES", 0, 0, FormContinuous}},
		{"ESZ26", Name{"ES", 12, 2026, FormCode}},
		{"ESZ6", Name{"ES", 12, 6, FormShort}},
		{"ESZ0", Name{"ES", 12, 0, FormShort}},
		{"6E", Name{"6E", 0, 0, FormRoot}},
		{"6EH26", Name{"6E", 3, 2026, FormCode}},
		{"6eh6", Name{"6E", 3, 6, FormShort}},
		{"6E1!", Name{"6E", 0, 0, FormContinuous}},
		{"M2K", Name{"M2K", 0, 0, FormRoot}},
		{"M2KZ6", Name{"M2K", 12, 6, FormShort}},
		{"M2KZ26", Name{"M2K", 12, 2026, FormCode}},
		{"M6EM6", Name{"M6E", 6, 6, FormShort}},
		{"BH6", Name{"BH6", 0, 0, FormRoot}},    // the table has it, so it is not BH March 2026
		{"BHH6", Name{"BH", 3, 6, FormShort}},   // and this is
		{"BH6H6", Name{"BH6", 3, 6, FormShort}}, // taken at its word
		{"AIG", Name{"AIG", 0, 0, FormRoot}},
		{"XYZ 01-27", Name{"XYZ", 1, 2027, FormDated}},
	} {
		got, err := ParseName(c.in, knownName)
		if c.want == (Name{}) {
			if err == nil {
				t.Errorf("ParseName(%q) = %+v, want an error", c.in, got)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("ParseName(%q) = %+v, %v, want %+v", c.in, got, err, c.want)
		}
	}
}

func TestParseNameErrors(t *testing.T) {
	const describe = "describe it with --spec XYQ=TICK,POINTVALUE (or under instruments: in the configuration)"
	for _, c := range []struct{ in, want string }{
		{"XYQ", `unknown instrument "XYQ": ` + describe},
		{"xyq 12-26", `unknown instrument "xyq 12-26": ` + describe},
		{"XYQ1!", `unknown instrument "XYQ1!": ` + describe},
		{"xyqZ6", `unknown instrument "xyqZ6": ` + describe + "; if XYQZ6 is not a contract of XYQ but a whole name, describe XYQZ6"},
		{"", "not the name of an instrument: it is empty"},
		{" \t ", "not the name of an instrument: it is empty"},
		{"ES 13-26", `not the name of an instrument: "ES 13-26": after the space it takes a month and a year, as in ES 12-26 or ES DEC26`},
		{"ES 00-26", `not the name of an instrument: "ES 00-26": after the space it takes a month and a year, as in ES 12-26 or ES DEC26`},
		{"ES 12-2026", `not the name of an instrument: "ES 12-2026": after the space it takes a month and a year, as in ES 12-26 or ES DEC26`},
		{"ES 1X-26", `not the name of an instrument: "ES 1X-26": after the space it takes a month and a year, as in ES 12-26 or ES DEC26`},
		{"ES DEZ26", `not the name of an instrument: "ES DEZ26": after the space it takes a month and a year, as in ES 12-26 or ES DEC26`},
		{"ES DECXX", `not the name of an instrument: "ES DECXX": after the space it takes a month and a year, as in ES 12-26 or ES DEC26`},
		{"ES 12-26 X", `not the name of an instrument: "ES 12-26 X": after the space it takes a month and a year, as in ES 12-26 or ES DEC26`},
		{"ES2!", `not the name of an instrument: "ES2!": of the continuous names only ROOT1!, the front month, is supported`},
		{"AIG1!", `not the name of an instrument: "AIG1!": AIG has no cycle of contract months and so no front month`},
		{"EſZ6", `not the name of an instrument: "EſZ6" has characters that no name has`},
		{strings.Repeat("A", 65), "not the name of an instrument: longer than 64 bytes"},
	} {
		_, err := ParseName(c.in, knownName)
		if err == nil || err.Error() != c.want {
			t.Errorf("ParseName(%q)\n got %v\nwant %s", c.in, err, c.want)
			continue
		}
		var unknown *UnknownInstrument
		if !errors.Is(err, ErrBadName) && !errors.As(err, &unknown) {
			t.Errorf("ParseName(%q): error %T is of no promised kind", c.in, err)
		}
	}
}

func TestNameKey(t *testing.T) {
	for _, c := range []struct {
		in   string
		at   Time
		want string // empty = an error
	}{
		{"ES 12-26", NoTime, "ES 12-26"},
		{"ES DEC26", NoTime, "ES 12-26"},
		{"ESZ26", NoTime, "ES 12-26"},
		{"ESZ6", NoTime, ""},
		{"ES", NoTime, ""},
		{"ES1!", NoTime, ""},
		{"AIG", NoTime, "AIG"},
		{"BH6", NoTime, "BH6"},
		{"ESZ6", day(2026, 12, 31), "ES 12-26"}, // still its month
		{"ESZ6", day(2027, 1, 1), "ES 12-36"},   // a contract does not trade after its month
		{"ESH6", day(2026, 4, 1), "ES 03-36"},
		{"ESH6", day(2017, 4, 1), "ES 03-26"},
		{"ESH6", day(2016, 3, 31), "ES 03-16"},
		{"ESH0", day(2019, 12, 16), "ES 03-20"},
		{"ESF0", day(1970, 1, 1), "ES 01-70"},
		{"ESZ9", day(2061, 1, 1), "ES 12-69"},
		{"ESZ0", day(2061, 1, 1), ""}, // 2070 would read as 1970
		{"ES", day(2069, 12, 20), ""},
	} {
		got, err := keyOf(c.in, c.at)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("key of %q at %s = %q, %v, want %q", c.in, c.at, got, err, c.want)
		}
		if err != nil && !errors.Is(err, ErrBadName) {
			t.Errorf("key of %q at %s: %v is not ErrBadName", c.in, c.at, err)
		}
	}
}

func TestFront(t *testing.T) {
	ny := time.FixedZone("EST", -5*3600)
	session := &Calendar{Zone: ny, Open: 18 * time.Hour, Close: 17 * time.Hour, Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true}}
	withSession := func(s Spec) Spec { s.Calendar = session; return s }
	utc := func(s string) Time {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return TimeOf(at)
	}
	for _, c := range []struct {
		spec Spec
		at   string
		want string
	}{
		{nameSpecs["ES"], "2026-12-09T23:59:59Z", "ES 12-26"},
		{nameSpecs["ES"], "2026-12-10T00:00:00Z", "ES 03-27"},
		{nameSpecs["ES"], "2023-12-26T00:00:00Z", "ES 03-24"},
		{nameSpecs["CL"], "2019-12-16T00:00:00Z", "CL 01-20"},
		{nameSpecs["CL"], "2019-12-17T23:59:59Z", "CL 01-20"},
		{nameSpecs["CL"], "2019-12-18T00:00:00Z", "CL 02-20"},
		{nameSpecs["GC"], "2019-11-26T00:00:00Z", "GC 12-19"},
		{nameSpecs["GC"], "2019-11-27T00:00:00Z", "GC 02-20"},
		// The trade date decides, not the day in UTC: 18:00 New York on the 9th opens
		// the 10th, and the break before it already belongs to it.
		{withSession(nameSpecs["ES"]), "2026-12-09T21:59:59Z", "ES 12-26"},
		{withSession(nameSpecs["ES"]), "2026-12-09T22:00:00Z", "ES 03-27"},
		{withSession(nameSpecs["ES"]), "2026-12-09T23:00:00Z", "ES 03-27"},
	} {
		month, year, ok := Front(c.spec, utc(c.at))
		if got := ContractKey(c.spec.Root, month, year); got != c.want || !ok {
			t.Errorf("front of %s at %s = %s, %v, want %s", c.spec.Root, c.at, got, ok, c.want)
		}
	}
	for _, s := range []Spec{{}, {Months: "abc"}} {
		if _, _, ok := Front(s, 0); ok {
			t.Errorf("Front found a month in the cycle %q", s.Months)
		}
	}
	if _, _, ok := Front(Spec{Months: "H", Calendar: &Calendar{Zone: ny}}, 0); !ok {
		t.Error("Front needs no calendar that opens")
	}
}

// Front against a dumb twin that goes through the days one by one.
func TestFrontTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		codes := rapid.SliceOfNDistinct(rapid.SampledFrom([]byte(MonthCodes)), 1, 12, rapid.ID).Draw(t, "months")
		s := Spec{Months: string(codes), RollDays: rapid.IntRange(-31, 62).Draw(t, "roll")}
		at := day(2026, 1, 1).Add(time.Duration(rapid.IntRange(0, 800).Draw(t, "day")) * 24 * time.Hour)
		month, year, ok := Front(s, at)
		if !ok {
			t.Fatal("no front month")
		}
		want := time.Date(2025, 10, 1, 0, 0, 0, 0, time.UTC)
		for ; ; want = want.AddDate(0, 1, 0) {
			listed := strings.IndexByte(s.Months, MonthCodes[want.Month()-1]) >= 0
			rolled := !at.UTC().Truncate(24 * time.Hour).Before(want.AddDate(0, 0, -s.RollDays))
			if listed && !rolled {
				break
			}
		}
		if month != int(want.Month()) || year != want.Year() {
			t.Fatalf("front of %q roll %d at %s = %d/%d, twin %s", s.Months, s.RollDays, at, month, year, want.Format("1/2006"))
		}
	})
}

// Every form of one contract gives one key, whatever the case and the spaces, and
// a key is the name of itself.
func TestNameForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		root := rapid.SampledFrom([]string{"ES", "6E", "M2K", "M6E", "CL", "GC", "BH", "XYZ"}).Draw(t, "root")
		month := rapid.IntRange(1, 12).Draw(t, "month")
		year := rapid.IntRange(1970, 2069).Draw(t, "year")
		at := day(year, time.Month(month), 1)
		at = at.Add(-time.Duration(rapid.IntRange(0, 365*9).Draw(t, "days before")) * 24 * time.Hour)
		want := ContractKey(root, month, year)
		code := MonthCodes[month-1]
		for _, in := range []string{
			want,
			fmt.Sprintf("%s%c%02d", root, code, year%100),
			fmt.Sprintf("%s%c%d", root, code, year%10),
			fmt.Sprintf("%s %s%02d", root, time.Month(month).String()[:3], year%100),
		} {
			for _, s := range []string{in, strings.ToLower(in), "  " + in + "\t", strings.ReplaceAll(in, " ", "   ")} {
				got, err := keyOf(s, at)
				if err != nil || got != want {
					t.Fatalf("key of %q at %s = %q, %v, want %q", s, at, got, err, want)
				}
			}
		}
	})
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"ES 12-26", "ES", "ES1!", "ESZ26", "ESZ6", "ES DEC26", "6EH6", "M2KZ6", "AIG", "BH6", "ES 13-26", "1!", "Z6", " ", "ES\x00"} {
		f.Add(s, int64(1_700_000_000_000_000_000))
	}
	f.Fuzz(func(t *testing.T, s string, at int64) {
		n, err := ParseName(s, knownName)
		if err != nil {
			return
		}
		again, err := ParseName(n.String(), knownName)
		if err != nil || again != n {
			t.Fatalf("%q is %+v, which writes as %q, which is %+v, %v", s, n, n.String(), again, err)
		}
		key, err := n.Key(nameSpecs[n.Root], Time(at))
		if err != nil {
			return
		}
		back, err := keyOf(key, NoTime)
		if err != nil || back != key {
			t.Fatalf("key %q of %q reads back as %q, %v", key, s, back, err)
		}
	})
}
