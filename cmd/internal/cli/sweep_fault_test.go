package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// faulty panics for k=3, and for no other unless the text is changed.
const faulty = `package faulty

import "tollgate/strategies"

var k = strategies.Int("k", 1, 1, 9, "")
var n int

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	n++
	if n == 100 {
		ctx.Buy(1)
	}
	if n == 200 {
		ctx.Sell(1)
	}
	if n > 5000 && k == 3 {
		x := []int{}
		x[n] = 1
	}
}
`

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "faulty.go")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSweepStops: a run that a fault ended says so in the table, the page and the
// warnings, with the place and the parameters; one that only made no round trip does
// not; and a sweep of nothing but stopped runs fails with the reason.
func TestSweepStops(t *testing.T) {
	const reason = "panic in OnQuote:"
	for _, c := range []struct {
		name, params   string
		text           string
		status         int
		has, hasNot    string
		inError, count string
	}{
		{"one", "k=2..4", faulty, 0, "3 3 stopped", "no place", "", "1 of 3 runs were stopped: " + reason},
		{"none", "k=4..6", faulty, 0, "Best runs", "stopped", "", ""},
		{"all", "k=2..4", strings.ReplaceAll(faulty, " && k == 3", ""), 1, "", "too little happened", "3 of 3 runs were stopped: " + reason, ""},
		{"without a trip", "k=4..6", strings.ReplaceAll(faulty, "ctx.Sell", "ctx.Buy"), 0, "too little happened", "loses money", "", ""},
	} {
		dir := t.TempDir()
		var out, log bytes.Buffer
		status := Main([]string{"sweep", write(t, c.text), "--param", c.params, "--objective=net", "--to=2025-03-03T16:30:00Z", "--out", dir, "--interpreted"}, &out, &log)
		text := strings.Join(strings.Fields(out.String()), " ")
		if status != c.status || !strings.Contains(text, strings.Join(strings.Fields(c.has), " ")) || strings.Contains(out.String(), c.hasNot) {
			t.Errorf("%s: status %d\n%s%s", c.name, status, out.String(), log.String())
		}
		if !strings.Contains(text, c.count) || !strings.Contains(log.String(), c.inError) {
			t.Errorf("%s: no %q%q in\n%s%s", c.name, c.count, c.inError, out.String(), log.String())
		}
		if page, err := os.ReadFile(filepath.Join(dir, "sweep.html")); (err == nil) != (status == 0) || !strings.Contains(string(page), c.count) ||
			c.count+c.inError != "" && !strings.Contains(string(page)+log.String(), "faulty.go:18: ") {
			t.Errorf("%s: the page: %v", c.name, err)
		}
	}
}

// TestCrashText: of a crash of the runtime the reason and the script's line are left.
func TestCrashText(t *testing.T) {
	const stacks = "\n\ngoroutine 1 gp=0x1 m=0 [running]:\nruntime.throw()\n\t/go/src/runtime/panic.go:1 +0x1\n" +
		"tollgate/cmd/zz_native/p0_0.init.0()\n\t/src/cmd/zz_native/p0_0/0_begin.go:7 +0x2\n" +
		"tollgate/cmd/zz_native/p0_0.OnQuote()\n\t/src/cmd/zz_native/p0_0/sm.go:15 +0x8b fp=0x1\n\t/src/cmd/zz_native/p0_0/sm.go:99 +0x8b\n"
	for _, c := range []struct{ log, want string }{
		{"tollgate: no such file\n", "no such file"},
		{"fatal error: out of memory" + stacks, "sm.go:15: fatal error: out of memory"},
		{"a warning\npanic: oh" + stacks, "sm.go:15: panic: oh"},
		{"fatal error: all asleep\n\ngoroutine 1:\n\t/go/src/runtime/panic.go:1 +0x1\n", "fatal error: all asleep"},
		{"tollgate: panic: is a word in this\n", "panic: is a word in this"},
		{"", ""},
	} {
		if got := crashText(c.log); got != c.want {
			t.Errorf("%q: %q, want %q", c.log, got, c.want)
		}
	}
}

// TestTrialWatch: a run hangs when no event came for so many ticks in a row, and one
// event just before the last of them saves it.
func TestTrialWatch(t *testing.T) {
	w := new(trialWatch)
	quiet := func(n int) {
		for i := range n {
			if w.tick() {
				t.Fatalf("hung after %d quiet ticks", i+1)
			}
		}
	}
	quiet(hangTicks - 1)
	w.events.Add(1)
	quiet(hangTicks) // the first of them sees the event
	if !w.tick() {
		t.Error("not hung")
	}
}
