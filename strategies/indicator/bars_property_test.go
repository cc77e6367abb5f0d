package indicator

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// deal is a trade of a drawn stream.
type deal struct {
	t           engine.Time
	price, size float64
	session     engine.Session
}

// kind is one builder under test with the twin of its rule: whether the trades of a
// bar fill it.
type kind struct {
	bars Bars
	full func(bar []deal) bool
	d    time.Duration // of time bars, else 0
}

func drawKind(t *rapid.T, c *engine.Calendar) kind {
	n := rapid.IntRange(1, 12).Draw(t, "size of bars")
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return kind{bars: must(NewTickBars(n, c)), full: func(b []deal) bool { return len(b) == n }}
	case 1:
		return kind{bars: must(NewVolumeBars(float64(n), c)), full: func(b []deal) bool { return volume(b) >= float64(n) }}
	case 2:
		return kind{bars: must(NewRangeBars(float64(n), c)), full: func(b []deal) bool {
			top, bottom := extremes(b)
			return top-bottom >= float64(n)
		}}
	default:
		d := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 7 * time.Minute, time.Hour, 5 * time.Hour, 24 * time.Hour}).Draw(t, "duration")
		return kind{bars: must(NewTimeBars(d, c)), full: func([]deal) bool { return false }, d: d}
	}
}

func volume(b []deal) float64 {
	sum := 0.0
	for _, p := range b {
		sum += p.size
	}
	return sum
}

func extremes(b []deal) (top, bottom float64) {
	top, bottom = b[0].price, b[0].price
	for _, p := range b {
		top, bottom = max(top, p.price), min(bottom, p.price)
	}
	return top, bottom
}

var calendars = []*engine.Calendar{
	nil,
	dayCalendar(9*time.Hour+30*time.Minute, 16*time.Hour),
	dayCalendar(18*time.Hour, 17*time.Hour),
	dayCalendar(17*time.Hour, 17*time.Hour), // without a break
}

// TestBarsPartitionTheStream checks every builder on drawn streams: the closed bars
// are consecutive, complete and correct summaries of the accepted trades; each is
// within one session and its own times; each is as full as its rule says, and is not
// seen too early.
func TestBarsPartitionTheStream(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := calendars[rapid.IntRange(0, len(calendars)-1).Draw(t, "calendar")]
		k := drawKind(t, c)
		now := at("15:50:00") // near the end of a session
		var open []deal       // accepted and not yet in a closed bar
		dropped := 0
		for range rapid.IntRange(1, 120).Draw(t, "events") {
			now += engine.Time(rapid.SampledFrom([]time.Duration{
				0, 1, time.Second, 59 * time.Second, time.Minute, 11 * time.Minute, 3 * time.Hour, 30 * time.Hour,
			}).Draw(t, "pause"))
			if rapid.IntRange(0, 4).Draw(t, "advance") == 0 {
				k.bars.Advance(now)
				open = checkClosed(t, k, open, now)
				continue
			}
			p := deal{now, float64(rapid.IntRange(0, 15).Draw(t, "price")), float64(rapid.IntRange(0, 6).Draw(t, "size")), c.At(now)}
			if rapid.IntRange(0, 9).Draw(t, "late") == 0 {
				k.bars.Advance(now)
				open = checkClosed(t, k, open, now)
				p.t--
			}
			if p.t == now && p.session.Contains(now) {
				open = append(open, p)
			} else {
				dropped++
			}
			k.bars.Add(p.t, p.price, p.size)
			open = checkClosed(t, k, open, now)
		}
		if k.bars.Dropped() != dropped {
			t.Fatalf("%d dropped, want %d", k.bars.Dropped(), dropped)
		}
	})
}

// checkClosed checks the bars of the newest call against the trades that were open
// and returns those that still are.
func checkClosed(t *rapid.T, k kind, open []deal, now engine.Time) []deal {
	for _, b := range k.bars.Closed() {
		if b.Trades < 1 || b.Trades > len(open) {
			t.Fatalf("%+v closed with %d trades open", b, len(open))
		}
		checkBar(t, b, open[:b.Trades])
		checkFull(t, k, b, open, now)
		open = open[b.Trades:]
	}
	checkOpen(t, k, open, now)
	return open
}

func checkBar(t *rapid.T, b Bar, in []deal) {
	top, bottom := extremes(in)
	want := Bar{in[0].price, top, bottom, in[len(in)-1].price, volume(in), b.Start, b.End, len(in), in[0].session.Date}
	if b != want {
		t.Fatalf("bar %+v, want %+v", b, want)
	}
	for _, p := range in {
		if p.t < b.Start || p.t >= b.End || p.session.Date != b.Session {
			t.Fatalf("trade %+v in bar %+v", p, b)
		}
	}
	if s := in[0].session; b.Start < s.Open || b.End > s.Close {
		t.Fatalf("bar %+v beyond its session %+v", b, s)
	}
}

// checkFull: the trades of a bar fill it, without its last one they do not; or time
// or the session ended it.
func checkFull(t *rapid.T, k kind, b Bar, open []deal, now engine.Time) {
	in := open[:b.Trades]
	if len(in) > 1 && k.full(in[:len(in)-1]) {
		t.Fatalf("bar %+v was full before its last trade", b)
	}
	if !k.full(in) && now < ending(k, in[0]) {
		t.Fatalf("bar %+v seen at %v, not full", b, now)
	}
	if k.d != 0 && (b.End != ending(k, in[0]) || b.End-b.Start > engine.Time(k.d)) {
		t.Fatalf("bar %+v, want the end %v", b, ending(k, in[0]))
	}
}

// checkOpen: what is not closed is not full and not over.
func checkOpen(t *rapid.T, k kind, open []deal, now engine.Time) {
	if len(open) == 0 {
		return
	}
	end := ending(k, open[0])
	if k.full(open) || end <= now {
		t.Fatalf("not closed at %v: %+v", now, open)
	}
	if got := k.bars.NextClose(); got != end {
		t.Fatalf("next close is %v, want %v", got, end)
	}
}

// ending is when the bar that begins with a trade ends at the latest: found by
// stepping through the session.
func ending(k kind, p deal) engine.Time {
	if k.d == 0 {
		return p.session.Close
	}
	end := p.session.Open
	if time.Hour%k.d == 0 {
		end = engine.TimeOf(p.session.Open.UTC().Truncate(time.Hour))
	}
	skip := (p.t - end) / engine.Time(k.d)
	for end += skip * engine.Time(k.d); end <= p.t; {
		end = end.Add(k.d)
	}
	return min(end, p.session.Close)
}
