package report

import (
	"bytes"
	"encoding/json"
	"html/template"
	"regexp"
	"strings"
	"testing"

	"tollgate/engine"
	"tollgate/sim"
)

func htmlOf(t testing.TB, run *Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, run); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func escaped(s string) string { return template.HTMLEscapeString(s) }

// loads are the ways in which a page asks the network for something.
var loads = regexp.MustCompile(`(?i)(\bsrc\s*=|\bsrcset\s*=|<link\b[^>]*href\s*=\s*"[^"]*|url\(|@import|\bfetch\(|\bimport\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|<iframe|<object|<embed|<base\b|<form\b)`)

// requests are the ways in which a script asks the network.
var requests = regexp.MustCompile(`(?i)\bfetch\(|\bimport\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|serviceWorker`)

func TestPageLoadsNothing(t *testing.T) {
	page := htmlOf(t, sample(t, 1, 2))
	// The library could show an image that it is handed, and reads its own page's
	// address for the link in its logo; it has no way to ask for anything else.
	if hits := requests.FindAllString(chartScript, -1); hits != nil {
		t.Errorf("the library asks the network: %q", hits)
	}
	for _, hit := range loads.FindAllString(strings.ReplaceAll(page, chartScript, ""), -1) {
		if hit == `<link rel="icon" href="data:,` {
			continue
		}
		t.Errorf("the page loads something: %q", hit)
	}
	if !strings.Contains(page, `content="default-src 'none';`) {
		t.Error("no content security policy")
	}
	// Addresses may be shown and clicked: the notice's, and names that are no requests.
	for _, a := range regexp.MustCompile(`https?://[^"'\s<>`+"`"+`\\]*`).FindAllString(page, -1) {
		ok := strings.HasPrefix(a, "https://www.tradingview.com/") || a == "http://www.w3.org/2000/svg" ||
			a == "https://www.apache.org/licenses/LICENSE-2.0"
		if !ok {
			t.Errorf("address %s in the page", a)
		}
	}
}

func TestTheCheckForLoadsWorks(t *testing.T) {
	for _, bad := range []string{`<script src="x">`, `<link rel=stylesheet href="x">`, `background:url(x)`, `fetch("x")`, `import("x")`} {
		if !loads.MatchString(bad) {
			t.Errorf("%s would not be found", bad)
		}
	}
}

func TestPageShowsTheAttribution(t *testing.T) {
	page := htmlOf(t, empty())
	for _, want := range []string{"TradingView Lightweight Charts", "Copyright (c) 2026 TradingView, Inc.", `href="https://www.tradingview.com/"`, "attributionLogo: true"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(strings.ToLower(chartScript), "</script") || !strings.HasPrefix(chartScript, "/*!\n * @license\n * TradingView Lightweight Charts") {
		t.Error("the charting library is not fit to be embedded, or has lost its licence")
	}
}

// TestPageEscapesTexts: whatever the texts are, the page has the scripts and
// elements it was written with and no other.
func TestPageEscapesTexts(t *testing.T) {
	page := htmlOf(t, hostile(t))
	page = strings.ReplaceAll(page, chartScript, "")
	if n, want := strings.Count(strings.ToLower(page), "<script"), 4; n != want {
		t.Errorf("%d script elements, want %d", n, want)
	}
	if n, want := strings.Count(strings.ToLower(page), "</script"), 4; n != want {
		t.Errorf("%d ends of scripts, want %d", n, want)
	}
	if strings.Contains(page, "<img") {
		t.Error("an element came in with a text")
	}
	if !strings.Contains(page, escaped("</script><script>alert(1)</script>")) {
		t.Error("the text itself is not shown")
	}
}

var embedded = regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`)

func dataOf(t testing.TB, run *Run) *chartData {
	t.Helper()
	m := embedded.FindStringSubmatch(htmlOf(t, run))
	if m == nil {
		t.Fatal("the page has no data")
	}
	d := new(chartData)
	if err := json.Unmarshal([]byte(m[1]), d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestChartData: times rise, every candle, mark and line stands on the common
// axis, and candles hold their open and close.
func TestChartData(t *testing.T) {
	for name, run := range map[string]*Run{"tiny": tiny(t), "two": sample(t, 3, 2), "hostile": hostile(t), "huge": huge(t, 20_000)} {
		d := dataOf(t, run)
		axis := map[int64]bool{}
		for i, p := range d.Equity {
			if i > 0 && p[0] <= d.Equity[i-1][0] {
				t.Fatalf("%s: time %v after %v", name, p[0], d.Equity[i-1][0])
			}
			if p[2] > 0 {
				t.Errorf("%s: a drawdown above zero: %v", name, p)
			}
			axis[int64(p[0])] = true
		}
		for _, c := range d.Charts {
			checkChart(t, name, &c, axis)
		}
	}
}

func checkChart(t *testing.T, name string, c *priceData, axis map[int64]bool) {
	t.Helper()
	for i, k := range c.Candles {
		if i > 0 && k[0] <= c.Candles[i-1][0] || !axis[k[0]] {
			t.Errorf("%s: candle %v is not on the axis in order", name, k)
		}
		if k[2] < max(k[1], k[4]) || k[3] > min(k[1], k[4]) {
			t.Errorf("%s: candle %v", name, k)
		}
	}
	for i, m := range c.Marks {
		if !axis[m.Time] || m.Qty <= 0 || i > 0 && m.Time < c.Marks[i-1].Time {
			t.Errorf("%s: mark %+v", name, m)
		}
	}
	for _, x := range c.Trips {
		if !axis[int64(x[0])] || !axis[int64(x[2])] {
			t.Errorf("%s: line %v", name, x)
		}
	}
}

func TestMarks(t *testing.T) {
	d := dataOf(t, tiny(t))
	m := d.Charts[0].Marks
	want := []mark{
		{Side: 1, Qty: 2, Price: 5120},
		{Side: -1, Exit: true, Gain: 1, Qty: 2, Price: 5122},
		{Side: -1, Qty: 1, Price: 5121.5},
		{Side: 1, Exit: true, Gain: -1, Qty: 1, Price: 5122.25},
		{Side: 1, Qty: 1, Price: 5121},
	}
	for i := range want {
		want[i].Time = m[i].Time
		if m[i] != want[i] {
			t.Errorf("mark %d: %+v, want %+v", i, m[i], want[i])
		}
	}
	if at := m[0].Time; at != seconds(monday)+60 {
		t.Errorf("the first mark is at %d", at)
	}
}

// TestAxis: a time is shown in its interval, or in the one before when its own is empty.
func TestAxis(t *testing.T) {
	x := &axis{width: 10 * second, grid: []engine.Time{-10 * second, 0, 30 * second}}
	for _, c := range []struct {
		at   engine.Time
		want int64
	}{{0, 0}, {10*second - 1, 0}, {10 * second, 0}, {30*second - 1, 0}, {30 * second, 30}, {99 * second, 30}, {-1, -10}, {-99 * second, -10}} {
		if got := x.at(c.at); got != c.want {
			t.Errorf("%d is shown at %d, want %d", c.at, got, c.want)
		}
	}
	if got := (&axis{width: second}).at(1500 * second / 1000); got != 1 {
		t.Errorf("without an axis: %d", got)
	}
}

func TestPageIsBounded(t *testing.T) {
	run := huge(t, maxTradeRows+5)
	page := htmlOf(t, run)
	if n := strings.Count(page, "data-key="); n != maxTradeRows {
		t.Errorf("%d rows of round trips, want %d", n, maxTradeRows)
	}
	if !strings.Contains(page, "5 more: all round trips are in trips.csv, all fills in fills.csv.") {
		t.Error("nothing says that there are more")
	}
	if n := strings.Count(htmlOf(t, huge(t, maxTradeRows)), "more: all round trips"); n != 0 {
		t.Error("there are no more, but it says so")
	}
	run.Result.Logs = make([]sim.Note, maxPageLogs+7)
	if !strings.Contains(htmlOf(t, run), "... 7 more") {
		t.Error("nothing says that there are more log lines")
	}
}

func TestHistogram(t *testing.T) {
	trips := func(nets ...string) (list []engine.RoundTrip) {
		for _, n := range nets {
			list = append(list, engine.RoundTrip{PnL: dollars(n)})
		}
		return list
	}
	for _, c := range []struct {
		nets                      []string
		bins                      int
		low, high, step, firstTop string
	}{
		{[]string{"5"}, 1, "5.00", "5.01", "0.01", "1"},
		{[]string{"0", "0"}, 1, "0.00", "0.01", "0.01", "2"},
		{[]string{"-30", "30"}, 7, "-30.00", "40.00", "10.00", "1"},
		{[]string{"-31", "29"}, 7, "-40.00", "30.00", "10.00", "1"},
		{[]string{"-1000000", "1000000"}, 5, "-1,000,000.00", "1,500,000.00", "500,000.00", "1"},
	} {
		h := histogramOf(trips(c.nets...))
		n := 0
		for _, b := range h.Bins {
			n += b.Count
		}
		if n != len(c.nets) || len(h.Bins) != c.bins || h.Low != c.low || h.High != c.high || h.Step != c.step || h.Top != c.firstTop {
			t.Errorf("%v: %d trips in %d bins from %s to %s, step %s, top %s", c.nets, n, len(h.Bins), h.Low, h.High, h.Step, h.Top)
		}
	}
	if len(histogramOf(nil).Bins) != 0 {
		t.Error("bins of nothing")
	}
}

func TestNiceStep(t *testing.T) {
	cent := engine.Money(engine.MoneyScale / 100)
	for _, c := range []struct{ m, want engine.Money }{
		{0, cent}, {cent, cent}, {cent + 1, 2 * cent}, {3 * cent, 5 * cent}, {5*cent + 1, 10 * cent}, {11 * cent, 20 * cent}, {201 * cent, 500 * cent},
	} {
		if got := niceStep(c.m); got != c.want {
			t.Errorf("step for %s is %s, want %s", c.m, got, c.want)
		}
	}
}
