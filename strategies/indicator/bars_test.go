package indicator

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"tollgate/engine"
)

// at is a time of day, on Tuesday 2 January 2024 UTC, as "15:04:05.999999999".
func at(clock string) engine.Time {
	t, err := time.Parse("2006-01-02 15:04:05.999999999", "2024-01-02 "+clock)
	if err != nil {
		panic(err)
	}
	return engine.TimeOf(t)
}

// dayCalendar has a session from open to close on every weekday, in UTC; when close
// is not after open, the session begins the day before.
func dayCalendar(open, close time.Duration) *engine.Calendar {
	return &engine.Calendar{
		Zone: time.UTC, Open: open, Close: close,
		Days: [7]bool{false, true, true, true, true, true, false},
	}
}

// brief prints a bar: times of day, open/high/low/close, volume, trades.
func brief(b Bar) string {
	clock := func(t engine.Time) string { return t.UTC().Format("15:04:05.999999999") }
	return fmt.Sprintf("%s-%s %v/%v/%v/%v v%v n%d", clock(b.Start), clock(b.End), b.Open, b.High, b.Low, b.Close, b.Volume, b.Trades)
}

// event is a trade, or with size < 0 an Advance.
type event struct {
	clock       string
	price, size float64
}

const advance = -1

// play runs events and prints what each closed.
func play(bars Bars, events []event) []string {
	var out []string
	for _, e := range events {
		if e.size == advance {
			bars.Advance(at(e.clock))
		} else {
			bars.Add(at(e.clock), e.price, e.size)
		}
		for _, b := range bars.Closed() {
			out = append(out, brief(b))
		}
	}
	return out
}

// barCase is a stream, the bars that it closes, as brief prints them, and how many of
// its trades are dropped.
type barCase struct {
	name    string
	bars    Bars
	events  []event
	want    []string
	dropped int
}

var regular = dayCalendar(9*time.Hour+30*time.Minute, 16*time.Hour)

func TestTimeBars(t *testing.T) {
	minute := func() Bars { return must(NewTimeBars(time.Minute, nil)) }
	checkBars(t, []barCase{
		{"an interval holds its start and not its end", minute(), []event{
			{"10:00:00", 5, 1}, {"10:00:30", 7, 2}, {"10:00:45", 4, 3}, {"10:00:59.999999999", 6, 4}, {"10:01:00", 9, 5},
		}, []string{"10:00:00-10:01:00 5/7/4/6 v10 n4"}, 0},
		{"advance closes at the end, not before", minute(), []event{
			{"10:00:30", 7, 2},
			{"10:00:59.999999999", 0, advance},
			{"10:00:59.999999999", 8, 1},
			{"10:01:00", 0, advance},
			{"10:01:00", 0, advance},
			{"10:02:00", 0, advance},
		}, []string{"10:00:00-10:01:00 7/8/7/8 v3 n2"}, 0},
		{"no bar for an empty interval", minute(), []event{
			{"10:00:30", 7, 2}, {"10:05:10", 8, 1}, {"10:09:00", 0, advance},
		}, []string{"10:00:00-10:01:00 7/7/7/7 v2 n1", "10:05:00-10:06:00 8/8/8/8 v1 n1"}, 0},
		{"a trade at the time of the advance counts, an earlier one does not", minute(), []event{
			{"10:01:00", 0, advance}, {"10:00:59.999999999", 5, 1}, {"10:01:00", 6, 1}, {"10:00:59", 7, 1}, {"10:02:00", 0, advance},
		}, []string{"10:01:00-10:02:00 6/6/6/6 v1 n1"}, 2},
		{"unusable trades", minute(), []event{
			{"10:00:00", nan, 1},
			{"10:00:00", math.Inf(1), 1},
			{"10:00:00", 1, nan},
			{"10:00:00", 1, -2},
			{"10:00:00", 2e15, 1},
			{"10:00:01", 3, 0},
			{"10:01:00", 0, advance},
		}, []string{"10:00:00-10:01:00 3/3/3/3 v0 n1"}, 5},
		{"cut to the session", must(NewTimeBars(time.Hour, regular)), []event{
			{"09:29:59", 1, 1},
			{"09:30:00", 2, 1},
			{"09:59:00", 3, 1},
			{"10:00:00", 4, 1},
			{"15:59:59.999999999", 5, 1},
			{"16:00:00", 6, 1},
			{"17:00:00", 7, 1},
		}, []string{
			"09:30:00-10:00:00 2/3/2/3 v2 n2", "10:00:00-11:00:00 4/4/4/4 v1 n1", "15:00:00-16:00:00 5/5/5/5 v1 n1",
		}, 3},
		{"a duration that does not divide the hour counts from the open", must(NewTimeBars(45*time.Minute, regular)), []event{
			{"09:30:00", 2, 1}, {"10:14:59", 3, 1}, {"10:15:00", 4, 1}, {"15:50:00", 5, 1}, {"16:00:00", 0, advance},
		}, []string{
			"09:30:00-10:15:00 2/3/2/3 v2 n2", "10:15:00-11:00:00 4/4/4/4 v1 n1", "15:30:00-16:00:00 5/5/5/5 v1 n1",
		}, 0},
		{"24 hours are a session", must(NewTimeBars(24*time.Hour, regular)), []event{
			{"09:30:00", 2, 1}, {"15:59:00", 3, 1}, {"16:00:00", 0, advance},
		}, []string{"09:30:00-16:00:00 2/3/2/3 v2 n2"}, 0},
	})
}

func TestTradeBars(t *testing.T) {
	checkBars(t, []barCase{
		{"trades with one time in successive tick bars", must(NewTickBars(2, nil)), []event{
			{"10:00:00", 1, 1}, {"10:00:00", 2, 1}, {"10:00:00", 3, 1}, {"10:00:05", 4, 1}, {"10:00:06", 5, 1},
		}, []string{
			"10:00:00-10:00:00.000000001 1/2/1/2 v2 n2", "10:00:00-10:00:05.000000001 3/4/3/4 v2 n2",
		}, 0},
		{"a tick bar ends with its session", must(NewTickBars(3, regular)), []event{
			{"15:59:59", 1, 1}, {"16:00:00", 0, advance},
		}, []string{"15:59:59-15:59:59.000000001 1/1/1/1 v1 n1"}, 0},
		{"tick bars of one trade", must(NewTickBars(1, nil)), []event{
			{"10:00:00", 1, 1}, {"10:00:01", 2, 0},
		}, []string{"10:00:00-10:00:00.000000001 1/1/1/1 v1 n1", "10:00:01-10:00:01.000000001 2/2/2/2 v0 n1"}, 0},
		{"a volume bar holds its last trade whole", must(NewVolumeBars(10, nil)), []event{
			{"10:00:00", 1, 4}, {"10:00:01", 2, 5}, {"10:00:02", 3, 0}, {"10:00:03", 4, 1}, // exactly 10
			{"10:00:04", 5, 9}, {"10:00:05", 6, 25}, // 34, and one bar
			{"10:00:06", 7, 9},
		}, []string{
			"10:00:00-10:00:03.000000001 1/4/1/4 v10 n4", "10:00:04-10:00:05.000000001 5/6/5/6 v34 n2",
		}, 0},
		{"a range bar is as high as asked for, or as the jump", must(NewRangeBars(0.3, nil)), []event{
			{"10:00:00", 100, 1}, {"10:00:01", 100.2, 1}, {"10:00:02", 99.9, 1}, // 100.2-99.9 is 0.29999... in float64
			{"10:00:03", 99.9, 1}, {"10:00:04", 105, 1}, // a jump of 17 ranges
			{"10:00:05", 105.1, 1}, {"10:00:06", 105.3, 1},
		}, []string{
			"10:00:00-10:00:02.000000001 100/100.2/99.9/99.9 v3 n3", "10:00:03-10:00:04.000000001 99.9/105/99.9/105 v2 n2",
		}, 0},
	})
}

func checkBars(t *testing.T, cases []barCase) {
	t.Helper()
	for _, c := range cases {
		if got := play(c.bars, c.events); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
		if c.bars.Dropped() != c.dropped {
			t.Errorf("%s: %d dropped, want %d", c.name, c.bars.Dropped(), c.dropped)
		}
	}
}

// TestOneCallClosesTwo: a trade of the next session ends the old bar and fills one.
func TestOneCallClosesTwo(t *testing.T) {
	b := must(NewVolumeBars(10, nil))
	b.Add(at("23:59:59"), 1, 5)
	if n := b.Add(at("23:59:59")+1e9, 2, 10); n != 2 {
		t.Fatalf("closed %d, want 2", n)
	}
	got := b.Closed()
	if got[0].Session != 20240102 || got[1].Session != 20240103 || got[0].Close != 1 || got[1].Close != 2 {
		t.Errorf("closed %+v", got)
	}
	if n := b.Advance(at("12:00:00")); n != 0 || len(b.Closed()) != 0 {
		t.Errorf("advance into the past closed %d, %d shown", n, len(b.Closed()))
	}
}

func TestNextClose(t *testing.T) {
	timed, ticks := must(NewTimeBars(time.Hour, regular)), must(NewTickBars(5, regular))
	for _, b := range []Bars{timed, ticks} {
		if b.NextClose() != engine.NoTime {
			t.Errorf("%T without a bar closes at %v", b, b.NextClose())
		}
		b.Add(at("15:10:00"), 1, 1)
		if want := at("16:00:00"); b.NextClose() != want {
			t.Errorf("%T closes at %v, want %v", b, b.NextClose(), want)
		}
		if b.Advance(at("16:00:00")) != 1 || b.NextClose() != engine.NoTime {
			t.Errorf("%T after its close: %v", b, b.NextClose())
		}
	}
	b := must(NewTimeBars(time.Minute, nil))
	b.Add(at("10:00:59"), 1, 1)
	if want := at("10:01:00"); b.NextClose() != want {
		t.Errorf("closes at %v, want %v", b.NextClose(), want)
	}
}

// TestOvernightSession: the trade date is the day of the close, and a daily bar runs
// over midnight.
func TestOvernightSession(t *testing.T) {
	b := must(NewTimeBars(24*time.Hour, dayCalendar(18*time.Hour, 17*time.Hour)))
	b.Add(at("17:00:00"), 1, 1) // the break
	b.Add(at("18:00:00"), 2, 1)
	b.Add(at("18:00:00").Add(22*time.Hour), 3, 1)
	if n := b.Advance(at("17:00:00").Add(24 * time.Hour)); n != 1 || b.Dropped() != 1 {
		t.Fatalf("closed %d, dropped %d", n, b.Dropped())
	}
	got := b.Closed()[0]
	if got.Session != 20240103 || got.Start != at("18:00:00") || got.End != at("17:00:00").Add(24*time.Hour) || got.Trades != 2 {
		t.Errorf("bar is %+v", got)
	}
}

// TestStrangeTimes: no time whatsoever panics or makes a bar that lies.
func TestStrangeTimes(t *testing.T) {
	for _, when := range []engine.Time{engine.NoTime, engine.NoTime + 1, -1, 0, 1, -86400e9 - 1, 1<<63 - 1} {
		for _, calendar := range []*engine.Calendar{nil, {Zone: time.UTC}, dayCalendar(0, 0)} {
			b := must(NewTimeBars(7*time.Minute, calendar))
			c := must(NewTimeBars(time.Minute, calendar))
			b.Add(when, 1, 1)
			c.Add(when, 1, 1)
			b.Advance(1<<63 - 1)
			c.Advance(1<<63 - 1)
			for _, bar := range append(slices.Clone(b.Closed()), c.Closed()...) {
				if bar.Start > when || when >= bar.End {
					t.Errorf("the bar of %v is %+v", when, bar)
				}
			}
		}
	}
	if (&TimeBars{}).Add(5, 1, 1)+(&TickBars{}).Add(5, 1, 1)+(&VolumeBars{}).Add(5, 1, 1)+(&RangeBars{}).Add(5, 1, 1) != 0 {
		t.Error("the zero value closes bars")
	}
}

func TestBuilderBounds(t *testing.T) {
	for d, ok := range map[time.Duration]bool{
		MinBarDuration: true, MaxBarDuration: true, 0: false, -time.Second: false, MinBarDuration - 1: false, MaxBarDuration + 1: false,
	} {
		if _, err := NewTimeBars(d, nil); (err == nil) != ok {
			t.Errorf("duration %v: %v", d, err)
		} else if !ok {
			wantParamError(t, err, "TimeBars", "d")
		}
	}
	for _, n := range []int{0, -1, MaxBarTrades + 1} {
		_, err := NewTickBars(n, nil)
		wantParamError(t, err, "TickBars", "trades")
	}
	for _, x := range []float64{0, -1, nan, math.Inf(1), 2e15} {
		_, err := NewVolumeBars(x, nil)
		wantParamError(t, err, "VolumeBars", "contracts")
		_, err = NewRangeBars(x, nil)
		wantParamError(t, err, "RangeBars", "height")
	}
	noZone := &engine.Calendar{}
	_, err := NewTimeBars(time.Minute, noZone)
	wantParamError(t, err, "TimeBars", "calendar")
	_, err = NewTickBars(1, noZone)
	wantParamError(t, err, "TickBars", "calendar")
	_, err = NewVolumeBars(1, noZone)
	wantParamError(t, err, "VolumeBars", "calendar")
	_, err = NewRangeBars(1, noZone)
	wantParamError(t, err, "RangeBars", "calendar")
}

func TestBarsDoNotAllocate(t *testing.T) {
	for _, b := range builders(must(NewTimeBars(time.Minute, nil))) {
		now := at("00:00:00")
		if n := testing.AllocsPerRun(2000, func() {
			now += 20e9
			b.Add(now, float64(now/20e9%7), 3)
			b.Advance(now + 1)
			_ = b.Closed()
		}); n != 0 {
			t.Errorf("%T allocates %v times a trade", b, n)
		}
	}
}

func builders(timed Bars) []Bars {
	return []Bars{timed, must(NewTickBars(3, nil)), must(NewVolumeBars(10, nil)), must(NewRangeBars(2, nil))}
}
