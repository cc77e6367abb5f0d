package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"tollgate/engine"
	"tollgate/sim"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/name, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test -run %s -update writes it anew. Got:\n%s", path, t.Name(), got)
	}
}

func text(t testing.TB, run *Run, o TerminalOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := Terminal(&b, run, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTerminal(t *testing.T) {
	golden(t, "tiny.txt", []byte(text(t, tiny(t), TerminalOptions{})))
	golden(t, "empty.txt", []byte(text(t, empty(), TerminalOptions{ASCII: true})))
	golden(t, "color.txt", []byte(text(t, tiny(t), TerminalOptions{Color: true, Width: 100})))
}

var colored = regexp.MustCompile("\x1b\\[[0-9]+m")

// TestTerminalFits: every line of every run fits, in characters, and without
// colour there is no escape; plain ASCII is that.
func TestTerminalFits(t *testing.T) {
	for name, run := range map[string]*Run{
		"tiny": tiny(t), "empty": empty(), "hostile": hostile(t), "huge": huge(t, 3000), "sample": sample(t, 2, 2),
	} {
		for _, width := range []int{0, 1, 60, 80, 100, 120, 500} {
			limit := map[int]int{0: 80, 1: 60, 500: 120}[width]
			if limit == 0 {
				limit = width
			}
			for _, o := range []TerminalOptions{{Width: width}, {Width: width, ASCII: true}, {Width: width, Color: true}} {
				checkLines(t, name, text(t, run, o), o, limit)
			}
		}
	}
}

func checkLines(t *testing.T, name, out string, o TerminalOptions, limit int) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%s %+v: not UTF-8", name, o)
	}
	if o.Color {
		out = colored.ReplaceAllString(out, "")
	}
	for _, line := range strings.Split(out, "\n") {
		if n := utf8.RuneCountInString(line); n > limit {
			t.Errorf("%s %+v: %d characters in %q", name, o, n, line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("%s %+v: blanks at the end of %q", name, o, line)
		}
		for _, c := range line {
			if c < ' ' || c == 0x7f || o.ASCII && c > '~' {
				t.Errorf("%s %+v: character %q in %q", name, o, c, line)
			}
		}
	}
}

func TestColorOnlyOnProfitAndWarnings(t *testing.T) {
	run := tiny(t)
	with, without := text(t, run, TerminalOptions{Color: true}), text(t, run, TerminalOptions{})
	if colored.ReplaceAllString(with, "") != without {
		t.Error("colour changes more than colour")
	}
	for _, want := range []string{green + "+159.95" + reset, green + "+12.50" + reset, yellow + "! Only 2 round trips"} {
		if !strings.Contains(with, want) {
			t.Errorf("no %q", want)
		}
	}
	run.Result.End.Equity = run.Result.Start.Equity - 1
	if !strings.Contains(text(t, run, TerminalOptions{Color: true}), red+"-0.00000001"+reset) {
		t.Error("a loss is not red")
	}
}

func TestTablesAreShortened(t *testing.T) {
	for _, c := range []struct {
		sessions int
		want     string
	}{{maxRows, ""}, {maxRows + 1, "... 1 more, see --out"}, {maxRows + 1500, "... 1,500 more, see --out"}} {
		run := tiny(t)
		run.Result.Sessions = nil
		for i := range c.sessions {
			run.Result.Sessions = append(run.Result.Sessions, sim.Session{Date: 20240101 + i%28})
		}
		out := text(t, run, TerminalOptions{})
		if c.want == "" && strings.Contains(out, "see --out") || !strings.Contains(out, c.want) {
			t.Errorf("%d sessions: want %q in\n%s", c.sessions, c.want, out)
		}
	}
}

func TestSeveralStrategiesHaveATable(t *testing.T) {
	run := tiny(t)
	if strings.Contains(text(t, run, TerminalOptions{}), "\nStrategy ") {
		t.Error("a table of one strategy")
	}
	run.Result.Members = []engine.Member{{Name: "first"}, {Name: "second"}}
	run.Result.Fills[1].Strategy = 1
	out := text(t, run, TerminalOptions{})
	for _, want := range []string{"\nStrategy ", "\nfirst ", "\nsecond "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// broken fails after some bytes.
type broken struct{ left int }

var errBroken = errors.New("pipe broke")

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func TestWriteErrorsAreReturned(t *testing.T) {
	run := huge(t, 400)
	for name, write := range map[string]func(*broken) error{
		"terminal": func(w *broken) error { return Terminal(w, run, TerminalOptions{}) },
		"html":     func(w *broken) error { return HTML(w, run) },
		"fills":    func(w *broken) error { return FillsCSV(w, run) },
		"trips":    func(w *broken) error { return TripsCSV(w, run) },
		"log":      func(w *broken) error { return LogText(w, hostile(t)) },
	} {
		if err := write(&broken{left: 10}); !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Run)
		want   string
		gone   bool
	}{
		{"caller first", func(r *Run) {}, "The profit exists only with --fill touch.", false},
		{"29 trips", func(r *Run) { r.Result.Trips = make([]engine.RoundTrip, 29) }, "Only 29 round trips", false},
		{"30 trips", func(r *Run) { r.Result.Trips = make([]engine.RoundTrip, 30) }, "round trips: below", true},
		{"no trips", func(r *Run) { r.Result.Trips = nil }, "round trips: below", true},
		{"outside", func(r *Run) {}, "2 of 300 trades printed outside", false},
		{"inside", func(r *Run) { r.Result.Outside = 0 }, "outside", true},
		{"hollow", func(r *Run) { r.Result.Hollow = 9 }, "9 of 600 quotes show a price with a size of 0", false},
		{"not hollow", func(r *Run) {}, "size of 0", true},
		{"throttled", func(r *Run) { r.Result.Throttled = 1200 }, "1,200 intents were refused for want of request budget", false},
		{"not throttled", func(r *Run) { r.Result.Throttled = 0 }, "budget", true},
		{"open order", func(r *Run) {}, "1 order is still open", false},
		{"no open order", func(r *Run) { r.Result.Orders = nil }, "still open at the end of the recording", true},
		{"all denied", func(r *Run) { r.Result.Orders = nil }, "all orders were denied", false},
		{"idle", func(r *Run) { r.Result.Orders, r.Result.Denials = nil, nil }, "asked for no orders", false},
		{"no events", func(r *Run) { r.Result.Events = 0 }, "no market events", false},
		{"limits", func(r *Run) { r.AbsentLimits = []string{"a", "b"} }, "Not enforced, because not set: a, b.", false},
		{"all limits", func(r *Run) { r.AbsentLimits = nil }, "Not enforced", true},
		{"ignored", func(r *Run) { r.Result.Ignored = 1 }, "1 report made no sense to the desk and was ignored", false},
		{
			"halted", func(r *Run) { r.Result.Halts = []sim.Note{{At: monday, Text: "panic in OnQuote: boom"}} },
			"tiny stopped at 2024-03-04 14:30:00 UTC: panic in OnQuote: boom", false,
		},
		{"many halted", func(r *Run) { r.Result.Halts = make([]sim.Note, 7) }, "2 more strategy instances stopped", false},
		{"19 sessions", func(r *Run) { r.Result.Sessions = sessions(19) }, "Sharpe and Sortino come from 19 sessions: below 20", false},
		{"20 sessions", func(r *Run) { r.Result.Sessions = sessions(20) }, "come from", true},
		{"1 session", func(r *Run) { r.Result.Sessions = sessions(1) }, "come from", true},
		{"logs", func(r *Run) { r.Result.LogsDropped = 3 }, "3 log lines", false},
	} {
		run := tiny(t)
		c.change(run)
		if got := strings.Join(summarise(run).warnings(), "\n"); strings.Contains(got, c.want) == c.gone {
			t.Errorf("%s: %q in the warnings is %v:\n%s", c.name, c.want, !c.gone, got)
		}
	}
}

// sessions are n sessions that earn differently.
func sessions(n int) []sim.Session {
	list := make([]sim.Session, n)
	for i := range list {
		list[i] = sim.Session{Date: 20240301 + i, Start: 0, End: engine.Dollars(int64(i))}
	}
	return list
}
