package feed

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tollgate/engine"
)

func ninjaOptions(t testing.TB, zone string) Options {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Skipf("no time zones on this machine: %v", err)
	}
	o := options()
	o.Name, o.Zone = "ES 12-26", loc
	return o
}

func TestNinjaRows(t *testing.T) {
	o := ninjaOptions(t, "America/Chicago")
	tests := []struct {
		row  string
		want engine.Quote
		at   string
	}{
		{
			"20240102 093000 0040000;4780.25;4780.25;4780.5;3\n",
			engine.Quote{Kind: engine.TradePrint, Last: 19121, LastSize: 3, Bid: 19121, Ask: 19122, BidSize: -1, AskSize: -1, Volume: -1},
			"2024-01-02T15:30:00.004Z",
		},
		{
			"20240702 093000 9999999;4780.25;;4780.5;0\r\n",
			engine.Quote{Kind: engine.TradePrint, Last: 19121, LastSize: 0, Bid: engine.NoPrice, Ask: 19122, BidSize: -1, AskSize: -1, Volume: -1},
			"2024-07-02T14:30:00.9999999Z",
		},
		{
			"20240102 093100;4780.25;4781;4779.5;4780.75;1834",
			engine.Quote{Kind: engine.TradePrint, Last: 19123, LastSize: 1834, Bid: engine.NoPrice, Ask: engine.NoPrice, BidSize: -1, AskSize: -1, Volume: -1},
			"2024-01-02T15:31:00Z",
		},
	}
	for _, tt := range tests {
		list, err := mustOpenAll(t, []byte(tt.row), o)
		if err != nil || len(list) != 1 {
			t.Errorf("%q: %d events, %v", tt.row, len(list), err)
			continue
		}
		if at := list[0].At.String(); at != tt.at {
			t.Errorf("%q: at %s, want %s", tt.row, at, tt.at)
		}
		tt.want.At = list[0].At
		sameEvents(t, list, []engine.Quote{tt.want})
	}
}

func TestNinjaBad(t *testing.T) {
	o := ninjaOptions(t, "America/New_York")
	const first = "20240102 093000;1;2;0.5;1;5\n"
	for row, want := range map[string]string{
		"20240102 093001;1;2;0.5;1":                   "line 2: bad value: 5 fields, want 6",
		"20240102 093001;1;2;0.5;1;5;6":               "7 fields",
		"20240102 093001;1;2;0.5;1;-5":                "column volume",
		"20240102 093001;1;2;0.5;;5":                  "column close",
		"20240102 093001;1;2;0.5;2.25;5":              "column high: bad value: the high is below the close",
		"20240102 093001;0.25;2;0.5;2;5":              "column low: bad value: the low is above the open",
		"20240102 093001;1;2;0.5;1.1;5":               "column close: price is not a whole number of ticks",
		"20240102 093001 0000000;1;2;0.5;1;5":         "column time",
		"20240230 093001;1;2;0.5;1;5":                 "column time",
		"20241302 093001;1;2;0.5;1;5":                 "column time",
		"20240102 240000;1;2;0.5;1;5":                 "column time",
		"20240102 236000;1;2;0.5;1;5":                 "column time",
		"20240102-093001;1;2;0.5;1;5":                 "column time",
		"20240102 092959;1;2;0.5;1;5":                 "time goes back: 2024-01-02T14:29:59Z, but line 1 has 2024-01-02T14:30:00Z",
		"20240310 023000;1;2;0.5;1;5":                 "column time: bad value: the clocks of America/New_York skipped this time",
		"19690102 093001;1;2;0.5;1;5":                 "column time",
		strings.Repeat("0", 5000):                     "more than 4096 bytes",
		"20240102 093001;1;2;0.5;1;5\n20240102;1;1;1": "line 3: bad value: 4 fields",
	} {
		list, err := mustOpenAll(t, []byte(first+row+"\n"), o)
		var re *RowError
		if !errors.As(err, &re) || !strings.Contains(err.Error(), want) || len(list) == 0 {
			t.Errorf("%.40q: %d events, %v, want %q", row, len(list), err, want)
		}
		skip := o
		skip.SkipBad = true
		src, _ := from([]byte(first+row+"\n"+"20250102 093000;1;2;0.5;1;5\n"), skip)
		if list, err := all(src); err != nil || len(list) < 2 || TallyOf(src).Bad != 1 {
			t.Errorf("%.40q: skipping: %d events, %v", row, len(list), err)
		}
	}
}

// The clock that is set back shows an hour twice: time goes on through it.
func TestNinjaClockSetBack(t *testing.T) {
	tests := []struct{ zone, rows, want string }{
		{"America/New_York", "20241103 005959,20241103 010000,20241103 013000,20241103 010000,20241103 013000,20241103 020000", "04:59:59 05:00:00 05:30:00 06:00:00 06:30:00 07:00:00"},
		{"America/New_York", "20240310 015959,20240310 030000,20240310 030001", "06:59:59 07:00:00 07:00:01"},
		{"Europe/Berlin", "20241027 015959,20241027 020000,20241027 025959,20241027 020000,20241027 030000", "23:59:59 00:00:00 00:59:59 01:00:00 02:00:00"},
		{"Australia/Lord_Howe", "20240407 012959,20240407 013000,20240407 015959,20240407 013000,20240407 020000", "14:29:59 14:30:00 14:59:59 15:00:00 15:30:00"},
		{"Asia/Kolkata", "20241103 013000,20241103 053000", "20:00:00 00:00:00"},
		{"UTC", "20241103 013000,20241103 023000", "01:30:00 02:30:00"},
	}
	for _, tt := range tests {
		o := ninjaOptions(t, tt.zone)
		var rows, got []string
		for _, at := range strings.Split(tt.rows, ",") {
			rows = append(rows, at+";1;1;1;1;1\n")
		}
		list, err := mustOpenAll(t, []byte(strings.Join(rows, "")), o)
		if err != nil {
			t.Errorf("%s: %v", tt.zone, err)
		}
		for _, q := range list {
			got = append(got, q.At.UTC().Format("15:04:05"))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: %s, want %s", tt.zone, s, tt.want)
		}
	}
}

// Every reading that the standard library makes of an instant is read back.
func TestNinjaAgainstTime(t *testing.T) {
	for _, zone := range []string{"America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Tokyo"} {
		o := ninjaOptions(t, zone)
		l := local{zone: o.Zone, day: noDay}
		last := engine.NoTime
		for at := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2025; at = at.Add(10 * time.Minute) {
			w := at.In(o.Zone)
			sec, ok := civil(w.Year(), int(w.Month()), w.Day(), w.Hour(), w.Minute(), w.Second())
			got, err := l.utc(sec, 0, last)
			if !ok || err != nil || got != engine.TimeOf(at) {
				t.Fatalf("%s: %v became %v, %v", zone, at, got, err)
			}
			last = got
		}
	}
}

func TestNinjaNeeds(t *testing.T) {
	data := []byte("20240102 093100;1;1;1;1;1\n")
	o := options()
	o.Zone = time.UTC
	if _, err := from(data, o); err == nil || !strings.Contains(err.Error(), "does not name its instrument") {
		t.Error(err)
	}
	o.Name, o.Zone = "ES 12-26", nil
	if _, err := from(data, o); err == nil || !strings.Contains(err.Error(), "time zone") {
		t.Error(err)
	}
	o.Name, o.Zone = "ZZ 12-26", time.UTC
	if _, err := from(data, o); !errors.Is(err, errUnknown) {
		t.Error(err)
	}
	o.Name, o.Instruments = "ES 12-26", []string{"NQ 12-26"}
	if list, err := mustOpenAll(t, data, o); err != nil || len(list) != 0 {
		t.Errorf("filtered: %d events, %v", len(list), err)
	}
}
