package screen

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"tollgate/engine"
	"tollgate/engine/gateway"
)

var update = flag.Bool("update", false, "write the golden screens anew")

const golden = "testdata/screens.txtar"

// TestScreens holds every scene at three sizes against what a person has looked at.
// Spaces at the end of lines do not count.
func TestScreens(t *testing.T) {
	archive, err := txtar.ParseFile(golden)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range archiveFiles(archive) {
		want[f.Name] = string(f.Data)
	}
	out := &txtar.Archive{Comment: []byte("Screens as TestScreens draws them; go test -update writes them anew.\n\n")}
	for _, s := range scenes {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {60, 20}, {80, 12}} {
			name := fmt.Sprintf("%s %dx%d", s.name, size[0], size[1])
			got := page(Render(s.make(), Frame{Width: size[0], Height: size[1]}))
			out.Files = append(out.Files, txtar.File{Name: name, Data: []byte(got)})
			if !*update && got != want[name] {
				t.Errorf("%s is\n%s\nwant\n%s", name, got, want[name])
			}
		}
	}
	if *update {
		if err := os.WriteFile(golden, txtar.Format(out), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func archiveFiles(a *txtar.Archive) []txtar.File {
	if a == nil {
		return nil
	}
	return a.Files
}

func page(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight(l, " ") + "\n")
	}
	return b.String()
}

// codes are the only control sequences a screen may hold.
var codes = regexp.MustCompile("\x1b\\[(0|1|2|31|32|33|1;7|1;7;31)m")

// TestRenderFits: whatever is drawn at whatever size, no line is wider than the window,
// there are not more lines than rows, colours add nothing but colour codes, nothing can
// move the cursor, and the same scene is drawn the same.
func TestRenderFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		f := Frame{Width: rapid.IntRange(-1, 130).Draw(t, "width"), Height: rapid.IntRange(-1, 60).Draw(t, "height"), ASCII: rapid.Bool().Draw(t, "ascii")}
		lines := Render(s, f)
		if len(lines) > max(f.Height, 1) {
			t.Fatalf("%d lines in %d rows", len(lines), f.Height)
		}
		for _, l := range lines {
			if n := width(l); n > max(f.Width, 1) {
				t.Fatalf("%q takes %d columns of %d", l, n, f.Width)
			}
			for _, r := range l {
				if r < ' ' || r >= 0x7f && (f.ASCII || r < 0xa0) || !utf8.ValidString(l) {
					t.Fatalf("%q holds %U", l, r)
				}
			}
		}
		if again := Render(s, f); !slices.Equal(lines, again) {
			t.Fatalf("%q, and then %q", lines, again)
		}
		f.Colour = true
		for i, l := range Render(s, f) {
			if l = codes.ReplaceAllString(l, ""); l != lines[i] {
				t.Fatalf("in colour it is %q, else %q", l, lines[i])
			}
		}
	})
}

// anyScene draws a scene with sections of any length and texts of any kind.
func anyScene(t *rapid.T) *Scene {
	s := scenes[rapid.IntRange(0, len(scenes)-1).Draw(t, "scene")].make()
	v := s.View
	if v == nil {
		return s
	}
	words := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "cross", "\x1b[H", "日本語", strings.Repeat("long ", 60)}))
	v.Events = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) gateway.EventView {
		kind := rapid.SampledFrom([]string{gateway.EventAlarm, gateway.EventNote, gateway.EventFill}).Draw(t, "kind")
		return gateway.EventView{Time: engine.Time(rapid.Int64().Draw(t, "at")), Kind: kind, Text: words.Draw(t, "text")}
	}), 0, 40).Draw(t, "events")
	a := &v.Accounts[0]
	a.Name, a.Reason = words.Draw(t, "account"), words.Draw(t, "reason")
	a.SessionPnL, a.Equity = words.Draw(t, "session"), fmt.Sprint(rapid.Int64().Draw(t, "equity"))
	for range rapid.IntRange(0, 30).Draw(t, "orders") {
		a.Orders = append(a.Orders, gateway.OrderView{ID: "x", Strategy: words.Draw(t, "strategy"), State: "working", Side: "BUY", Type: "LIMIT"})
	}
	for range rapid.IntRange(0, 30).Draw(t, "quotes") {
		v.Quotes = append(v.Quotes, gateway.QuoteView{Instrument: words.Draw(t, "instrument"), Time: engine.Time(rapid.Int64().Draw(t, "at"))})
	}
	return s
}

// TestImportanceFirst: as the window gets lower, what is left out comes from below; the
// mode, the alarm and the first position go last.
func TestImportanceFirst(t *testing.T) {
	sections := []string{"ACCOUNT", "POSITIONS", "ORDERS", "QUOTES", "STRATEGIES", "DENIALS", "EVENTS"}
	for height := 40; height > 0; height-- {
		text := page(Render(busy(), Frame{Width: 80, Height: height}))
		if height >= 2 && !strings.Contains(text, " TRADING ") {
			t.Errorf("%d rows: no mode\n%s", height, text)
		}
		missing := ""
		for _, s := range sections {
			shown := strings.Contains(text, "\n"+s)
			if !shown && missing == "" {
				missing = s
			}
			if shown && missing != "" {
				t.Errorf("%d rows: %s is there and %s is not\n%s", height, s, missing, text)
			}
			if !shown && height >= 20 {
				t.Errorf("%d rows: no %s\n%s", height, s, text)
			}
		}
		if height > 5 && height < 18 && !strings.Contains(text, "more") && !strings.Contains(text, "higher window") {
			t.Errorf("%d rows do not say that something is missing\n%s", height, text)
		}
	}
}

// TestMoreIsCounted: rows shown and rows said to be missing are all there are.
func TestMoreIsCounted(t *testing.T) {
	for rows := 1; rows < 12; rows++ {
		for n := 0; n < 15; n++ {
			s := section{name: "x", title: text("X"), least: 1}
			for i := range n {
				s.rows = append(s.rows, text(fmt.Sprintf("row %d", i)))
			}
			out, seen, told := fit([]section{s}, rows, 80), 0, 0
			for _, l := range out {
				for _, x := range l {
					if strings.HasPrefix(x.text, "row") {
						seen++
					}
					_, _ = fmt.Sscanf(x.text, "  … %d more", &told)
				}
			}
			if len(out) > rows || rows > 1 && seen+told != n {
				t.Errorf("%d rows for %d: %v", rows, n, out)
			}
		}
	}
}

func TestFigures(t *testing.T) {
	for in, want := range map[string]string{
		"0.00": "0.00", "-0.004": "0.00", "0.005": "0.01", "999.99": "999.99", "1000": "1,000.00", "-1234567.891": "-1,234,567.89",
		"-100": "-100.00", "92233720368.54775807": "92,233,720,368.55", "nonsense": "0.00",
	} {
		if got := money(amount(in)); got != want {
			t.Errorf("money %s is %s, want %s", in, got, want)
		}
	}
	for _, c := range []struct {
		part, limit string
		want        int
	}{{"0", "500", 0}, {"4.99", "500", 0}, {"5", "500", 1}, {"499.99", "500", 99}, {"500", "500", 100}, {"501", "500", 100}, {"6000", "500", 999}, {"5", "0", 0}, {"-5", "500", 0}, {"1", "0.00000001", 999}} {
		if got := percent(amount(c.part), amount(c.limit)); got != c.want {
			t.Errorf("%s of %s is %d%%, want %d", c.part, c.limit, got, c.want)
		}
	}
	for ms, want := range map[int64]string{-1: "0.0s", 0: "0.0s", 9_999: "9.9s", 10_000: "10s", 119_999: "119s", 120_000: "2m", 7_199_999: "119m", 7_200_000: "2h", 172_800_000: "2d"} {
		if got := age(engine.Time(ms * 1e6).Sub(0)); got != want {
			t.Errorf("%d ms is %s, want %s", ms, got, want)
		}
	}
}

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "é": 1, "e\u0301": 1, "日本": 4, "👍": 2, "한": 2, "…": 1, "·": 1} {
		if got := width(s); got != want {
			t.Errorf("%q takes %d columns, want %d", s, got, want)
		}
	}
	for _, c := range []struct {
		columns int
		want    string
	}{{0, ""}, {1, "…"}, {2, "a…"}, {3, "a…"}, {4, "a日…"}, {5, "a日b…"}, {6, "a日b本"}} {
		if got := (line{{"a日", plain}, {"b本", strong}}).cut(c.columns, "…").print(false); got != c.want {
			t.Errorf("cut to %d: %q, want %q", c.columns, got, c.want)
		}
	}
}
