package worker

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/strategies"
	"tollgate/strategies/script"
)

// version is a script that counts quotes over its versions and says its own.
func version(name string) string {
	return fmt.Sprintf(`package counter

import "tollgate/strategies"

var N int

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	N++
	ctx.Logf("%s %%d", N)
	ctx.Buy(1)
}
`, name)
}

// faulty panics with its third quote.
const faulty = `package counter

import "tollgate/strategies"

var N int
var seen int

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	N++
	seen++
	if seen == 3 {
		panic("a fault")
	}
	ctx.Logf("faulty %d", N)
}
`

// candidate is a version ready to run on n instruments.
func (r *rig) candidate(text string, n int) *script.Candidate {
	r.t.Helper()
	c := checked(r.t, "s", text)
	p := &script.Candidate{Checked: c, Source: c.Source}
	for range n {
		program, err := c.Load(r.cfg.Options)
		if err != nil {
			r.t.Fatal(err)
		}
		p.Programs = append(p.Programs, program)
	}
	return p
}

// TestReloadIsNeverLate: with the feed full and a version ready, the version before
// hears at most one more event.
func TestReloadIsNeverLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, version("v0"), 1).start()
		r.quote(0, 4)
		r.expect("0: v0 1")
		for n := 1; n <= 20; n++ {
			resume := r.hold()
			r.w.scripts[0].reloader.Ready <- r.candidate(version(fmt.Sprint("v", n)), 1)
			synctest.Wait()
			for range 50 {
				r.quote(0, 4)
			}
			resume()
			got := strings.Split(r.heard(), "\n")
			before := slices.IndexFunc(got, func(s string) bool { return strings.HasPrefix(s, "0: version") })
			if before < 0 || before > 1 {
				t.Fatalf("version %d came after %d events:\n%s", n, before, strings.Join(got, "\n"))
			}
			if last := got[len(got)-1]; last != fmt.Sprintf("0: v%d %d", n, 1+50*n) {
				t.Fatalf("at last it said %q: an event or the state was lost", last)
			}
		}
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		r.same()
	})
}

// TestNewestCandidateCounts: of two that were not taken, the older is dropped.
func TestNewestCandidateCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, version("v0"), 1).start()
		resume := r.hold()
		for _, v := range []string{"v1", "v2"} {
			r.w.scripts[0].reloader.Ready <- r.candidate(version(v), 1)
			synctest.Wait()
		}
		resume()
		r.quote(0, 4)
		got := r.heard()
		if strings.Count(got, "reloaded") != 1 || !strings.HasSuffix(got, "0: v2 1") {
			t.Fatalf("it said\n%s", got)
		}
	})
}

// TestAllOrNone: when one instance cannot be swapped, the others go back.
func TestAllOrNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, `package s

import "tollgate/strategies"

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	if ctx.Instrument == "ES 02-24" {
		ctx.Stop("done")
	}
}
`, 2).start()
		r.quote(0, 4)
		r.quote(1, 4)
		r.heard()
		r.w.scripts[0].reloader.Ready <- r.candidate(version("v1"), 2)
		got := r.heard()
		if !strings.Contains(got, "0: version: \n0: version: another instance could not be swapped\n0: reload of s refused, the running version goes on") {
			t.Fatalf("it said\n%s", got)
		}
		r.quote(0, 8)
		r.expect()
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		r.same()
	})
}

// files puts a script into a file and makes the rig's script that one.
func (r *rig) files(text string) (write func(text string)) {
	path := filepath.Join(r.t.TempDir(), "s.go")
	write = func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	write(text)
	src, err := script.Read(path)
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := script.Check(src)
	if err != nil {
		r.t.Fatal(err)
	}
	r.cfg.Scripts[0].Checked, r.cfg.Scripts[0].Path = c, path
	return write
}

// TestReloadAtAWord: what a person is told.
func TestReloadAtAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, quiet, 2)
		write := r.files(version("v0"))
		r.start()
		r.quote(0, 4)
		r.expect("0: v0 1")
		reload := func(name, want string) {
			t.Helper()
			text, err := r.w.Reload(t.Context(), name)
			if err != nil {
				text = "error: " + err.Error()
			}
			if !strings.HasPrefix(text, want) {
				t.Fatalf("answer %q, want %q", text, want)
			}
		}
		reload("s", "s "+r.cfg.Scripts[0].Checked.Source.Hash[:12]+" runs already")
		write(version("v1"))
		reload("s", "reloaded: s ")
		r.heard()
		r.quote(0, 4)
		r.quote(1, 4)
		r.expect("0: v1 2", "1: v1 1")
		write("package counter\n\nfunc OnQuote() {}\n")
		reload("s", "error: reload of s refused, the running version goes on: ")
		reload("z", `error: there is no strategy "z" here; there is s`)
		r.heard()
		r.quote(0, 4)
		r.expect("0: v1 3")

		back := func(want string) {
			t.Helper()
			text, err := r.w.Rollback(t.Context(), "s", strings.Repeat("x", 2*maxReason))
			if err != nil {
				text = "error: " + err.Error()
			}
			if !strings.HasPrefix(text, want) {
				t.Fatalf("answer %q, want %q", text, want)
			}
		}
		back("rolled back: s runs the version before on 2 of 2")
		r.expect("0: version: "+strings.Repeat("x", maxReason), "1: version: "+strings.Repeat("x", maxReason))
		r.quote(0, 4)
		r.expect("0: v0 2")
		back("error: s on ES 01-24 has no earlier version")
		write(version("v1"))
		reload("s", "reloaded: s ")
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		r.same()
		for _, x := range r.records {
			if strings.Contains(string(x.payload), filepath.Dir(r.cfg.Scripts[0].Path)) {
				t.Fatalf("a record of kind %d holds the folder of the script", x.kind)
			}
		}
	})
}

// TestNewVersionWithAFault: within its guard it is taken back by itself, and may be
// tried again.
func TestNewVersionWithAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, version("v0"), 1)
		r.cfg.Takeback = strategies.Guard{For: time.Minute}
		r.start()
		for range 2 {
			r.w.scripts[0].reloader.Ready <- r.candidate(faulty, 1)
			r.settle()
			for range 4 {
				r.quote(0, 4)
			}
			got := r.heard()
			if !strings.Contains(got, "0: version: panic in OnQuote: ") || !strings.Contains(got, "a fault") || !strings.Contains(got, "\n0: v0 ") {
				t.Fatalf("it said\n%s", got)
			}
			if now := r.w.scripts[0].Checked.Source.Hash; now != r.cfg.Scripts[0].Checked.Source.Hash {
				t.Fatal("the worker believes the faulty version runs")
			}
		}
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		r.same()
	})
}

// TestShadowRun: a candidate is rehearsed before it is taken, one that fails there is
// refused, and one that is overtaken is not taken.
func TestShadowRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, version("v0"), 1)
		r.cfg.Shadow = time.Minute
		r.start()
		for range 5 {
			r.quote(0, 4)
		}
		r.heard()
		ready := r.w.scripts[0].reloader.Ready
		ready <- r.candidate(version("v1"), 1)
		got := r.heard()
		if !strings.Contains(got, "shadow run over the last 1m0s, in which nothing fills: intents before 5, now 5\nreloaded: s ") {
			t.Fatalf("it said\n%s", got)
		}
		ready <- r.candidate(faulty, 1)
		if got := r.heard(); !strings.Contains(got, "refused, the running version goes on: in the shadow run") {
			t.Fatalf("it said\n%s", got)
		}
		ready <- &script.Candidate{Err: os.ErrNotExist}
		if got := r.heard(); !strings.Contains(got, "refused, the running version goes on: file does not exist") {
			t.Fatalf("it said\n%s", got)
		}
		resume := r.hold()
		older, newer, again := r.candidate(version("v2"), 1), r.candidate(version("v3"), 1), r.candidate(version("v3"), 1)
		resume()
		var answers []string
		asked := func(text string, err error) { answers = append(answers, fmt.Sprint(text, err)) }
		err := r.w.do(t.Context(), func() {
			r.w.consider(offer{candidate: older, answer: asked})
			r.w.consider(offer{candidate: newer, answer: asked})
			r.w.consider(offer{candidate: again})
		})
		if err != nil {
			t.Fatal(err)
		}
		got = r.heard()
		if strings.Count(got, "is passed over") != 1 || strings.Count(got, "reloaded") != 1 {
			t.Fatalf("it said\n%s", got)
		}
		if len(answers) != 2 || answers[0] != answers[1] || !strings.Contains(answers[0], "reloaded: s "+newer.Source.Hash[:12]) {
			t.Fatalf("who asked heard %q", answers)
		}
		ready <- r.candidate(version("v3"), 1) // the watch, late, with what runs already
		if got := r.heard(); got != "" {
			t.Fatalf("it said\n%s", got)
		}
		r.quote(0, 4)
		r.expect("0: v3 6")
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		r.same()
	})
}

// TestWatchedFiles runs outside a bubble: the file system is waited for.
func TestWatchedFiles(t *testing.T) {
	r := newRig(t, quiet, 1)
	write := r.files(version("v0"))
	r.cfg.Scripts[0].Watch = true
	w, err := New(r.cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { r.ended <- w.Run(ctx) }()
	write(version("v1"))
	for deadline := time.Now().Add(20 * time.Second); ; {
		r.mu.Lock()
		got := strings.Join(r.said, "\n")
		r.mu.Unlock()
		if strings.Contains(got, "reloaded: s ") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it said\n%s", got)
		}
		<-time.After(time.Millisecond)
	}
	cancel()
	if err := <-r.ended; err != nil {
		t.Fatal(err)
	}
}
