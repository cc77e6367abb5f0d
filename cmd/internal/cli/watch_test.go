package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/strategies/script"
)

const edited = `package edited

import "tollgate/strategies"

var (
	size  = strategies.Int("size", 1, 1, 10, "contracts to hold")
	bars  = strategies.Minutes(1)
	fast  = strategies.EMA(bars.Close, 2)
	slow  = strategies.EMA(bars.Close, 4)
	cross = strategies.Cross(fast, slow)

	Seen int
	S    struct{ N int }
)

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	Seen++
	S.N++
}

func OnBar(ctx *strategies.Context, b *strategies.Bar) {
	if cross.Up {
		ctx.Target(size)
	}
	if cross.Down {
		ctx.Target(-size)
	}
}

func OnStop(ctx *strategies.Context) {
	ctx.Logf("seen %d", Seen)
}
`

// edit is one change of the files, and what must be said of it.
type edit struct {
	name string
	old  string // what is replaced by new in the last good text
	new  string
	file func(dir string) error // instead
	say  []string
}

// edits are what people do to a file in an afternoon. A refused one leaves the
// version before running; each is written from the last good text.
var edits = []edit{
	{name: "good", old: "Seen++", new: "Seen++ // counted", say: []string{"reloaded: edited"}},
	{name: "syntax error", old: "S.N++", new: "S.N++ +", say: []string{"refused", "edited.go:18:8:"}},
	{name: "mended", old: "Seen++", new: "Seen++ // mended", say: []string{"reloaded"}},
	{name: "type error", old: "ctx.Target(size)", new: `ctx.Target("size")`, say: []string{"refused", "edited.go:23:14:", "cannot use"}},
	{name: "refused import", old: `import "tollgate/strategies"`, new: "import (\n\t\"os\"\n\t\"tollgate/strategies\"\n)\n\nvar _ = os.Args", say: []string{"refused", "os"}},
	{name: "other default", old: `"size", 1,`, new: `"size", 2,`, say: []string{"reloaded"}},
	{name: "panic on first event", old: "Seen++", new: "Seen++\n\tvar m map[string]int\n\tm[\"x\"] = 1", say: []string{"reloaded"}},
	{name: "good after the panic", old: "Seen++", new: "Seen++ // again", say: []string{"reloaded"}},
	{name: "infinite loop", old: "S.N++", new: "for S.N >= 0 {\n\t\tS.N = 1\n\t}", say: []string{"reloaded"}},
	{name: "good after the loop", old: "Seen++", new: "Seen++ // and again", say: []string{"reloaded"}},
	{name: "state struct with a new field", old: "struct{ N int }", new: "struct{ N, M int }", say: []string{"reloaded"}},
	{name: "state of another type", old: "struct{ N int }", new: "struct{ N float64 }", say: []string{"reloaded", "started anew", "S"}},
	{name: "new parameter", old: "bars  =", new: "more  = strategies.Float(\"more\", 1, 0, 2, \"unused\")\n\tuse   = more\n\tbars  =", say: []string{"reloaded"}},
	{name: "impossible default", old: `"size", 1, 1, 10`, new: `"size", 11, 1, 10`, say: []string{"refused", "size"}},
	{name: "impossible length", old: "bars.Close, 4", new: "bars.Close, 0", say: []string{"refused", "EMA"}},
	{name: "renamed file", file: func(dir string) error {
		if err := os.Remove(filepath.Join(dir, "edited.go")); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, "renamed.go"), []byte(edited), 0o600)
	}, say: []string{"reloaded"}},
	{name: "no file", file: func(dir string) error { return os.Remove(filepath.Join(dir, "renamed.go")) }, say: []string{"refused", "no Go file"}},
	{name: "written by renaming", file: func(dir string) error {
		tmp := filepath.Join(dir, ".edited.go.swp")
		if err := os.WriteFile(tmp, []byte(edited), 0o600); err != nil {
			return err
		}
		return os.Rename(tmp, filepath.Join(dir, "edited.go"))
	}, say: []string{"reloaded"}},
	{name: "wrong signature", old: "OnBar(ctx *strategies.Context, b *strategies.Bar)", new: "OnBar(ctx *strategies.Context)", say: []string{"refused", "OnBar"}},
	{name: "goroutine", old: "ctx.Target(size)", new: "go ctx.Target(size)", say: []string{"refused", "edited.go:23"}},
	{name: "last", old: "Seen++", new: "Seen++ // the last", say: []string{"reloaded"}},
}

// TestEditedTwentyTimes replays a session and edits the strategy's real files on
// the way: the run never stops, nothing is orphaned, and every edit has the outcome
// it should.
func TestEditedTwentyTimes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "edited")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "edited.go")
	if err := os.WriteFile(file, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	f := backtestFlags{path: dir, watch: true, feeds: []string{recorded(t, "es_20231225_l1.csv.gz")}}
	src, err := script.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlan(src, &f)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	s := &stage{plan: p, out: &said, reloader: script.NewReloader(dir, src.Hash, script.Options{Guard: guard()})}
	next, events := 0, 0
	told := ""
	var trace bytes.Buffer
	w := p.world(p.fill, play{trace: traceTo(&trace), stage: s})
	w.SetBefore(func(w *sim.World, at engine.Time) {
		if events++; events%1200 == 0 && next < len(edits) {
			e := &edits[next]
			next++
			e.apply(t, dir)
			told += said.String()
			said.Reset()
			s.reloader.Look()
			s.before(w, at)
			for _, want := range e.say {
				if !strings.Contains(said.String(), want) {
					t.Errorf("%s: said %q, want %q", e.name, said.String(), want)
				}
			}
			return
		}
		s.before(w, at)
	})
	source, err := p.open()
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	r, err := w.Run(source)
	if err != nil {
		t.Fatal(err)
	}
	if next != len(edits) || r.Events != 28_396 || len(r.Halts) != 0 || r.Ignored != 0 {
		t.Errorf("%d of %d edits, %d events, halts %v, %d reports ignored", next, len(edits), r.Events, r.Halts, r.Ignored)
	}
	if n := strings.Count(told, "taken back: edited on ES 03-24 runs "); n != 2 || !strings.Contains(told, "edited.go:19: ") {
		t.Errorf("told of %d rollbacks:\n%s", n, told)
	}
	rollbacks := strings.Count(trace.String(), " rollback to ")
	if rollbacks != 2 || !strings.Contains(trace.String(), "panic in OnQuote") || !strings.Contains(trace.String(), "longer than") {
		t.Errorf("%d rollbacks, want one for the panic and one for the loop", rollbacks)
	}
	held(t, r)
	// Every quote was counted, over all versions, but the two at which a version
	// failed; and so was the trade before the first book.
	if want := fmt.Sprintf("seen %d", r.Quotes+1-2); len(r.Logs) != 1 || r.Logs[0].Text != want {
		t.Errorf("log %v, want %q", r.Logs, want)
	}
}

// apply makes the edit.
func (e *edit) apply(t *testing.T, dir string) {
	t.Helper()
	if e.file != nil {
		if err := e.file(dir); err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
		return
	}
	text := strings.Replace(edited, e.old, e.new, 1)
	if text == edited {
		t.Fatalf("%s: the edit changes nothing", e.name)
	}
	if err := os.WriteFile(filepath.Join(dir, "edited.go"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// held checks that position and orders stayed with the strategy: its fills add up
// to what it holds, and nothing but the last state is open.
func held(t *testing.T, r *sim.Result) {
	t.Helper()
	var position engine.Qty
	for _, f := range r.Fills {
		position += f.Qty * engine.Qty(f.Side)
		if f.Position != position {
			t.Fatalf("after a fill the strategy holds %d, its fills add up to %d", f.Position, position)
		}
	}
	if len(r.Fills) < 4 {
		t.Errorf("only %d fills: the session shows too little", len(r.Fills))
	}
	for _, o := range r.Orders {
		if !o.State.Terminal() {
			t.Errorf("order %d was left %s", o.ID, o.State)
		}
	}
}

var manyReloads = flag.Int("cli.reloads", 2000, "number of reloads after which memory must be where it was")

// TestThousandsOfReloads: memory and goroutines stay where they are.
func TestThousandsOfReloads(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "edited.go")
	write := func(n int) {
		if err := os.WriteFile(file, []byte(fmt.Sprintf("%s\n// version %d\n", edited, n)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(0)
	f := backtestFlags{path: dir, watch: true}
	src, err := script.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlan(src, &f)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{plan: p, out: new(bytes.Buffer), reloader: script.NewReloader(dir, src.Hash, script.Options{Guard: guard()})}
	n, reloads := 0, *manyReloads
	every := min(100, 270_000/reloads) // market events between two
	var heap, heapAfter uint64
	var routines int
	w := p.world(p.fill, play{stage: &stage{}})
	w.SetBefore(func(w *sim.World, at engine.Time) {
		if n++; n%every != 0 || n/every > reloads {
			return
		}
		write(n)
		s.reloader.Look()
		s.before(w, at)
		switch n / every {
		case reloads / 4:
			heap, routines = live(), runtime.NumGoroutine()
		case reloads:
			heapAfter = live()
			if now := runtime.NumGoroutine(); now > routines+2 {
				t.Errorf("%d goroutines, %d after a quarter of the reloads", now, routines)
			}
		}
	})
	source, err := p.open()
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	r, err := w.Run(source)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Versions) != reloads || len(r.Halts) != 0 {
		t.Errorf("%d versions ran, want %d; halts %v", len(r.Versions), reloads, r.Halts)
	}
	if heapAfter > heap+heap/2+8<<20 {
		t.Errorf("the heap grew from %d to %d bytes", heap, heapAfter)
	}
}

// live is what is left after collecting.
func live() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestWatchSeesWhatEditorsDo: real files, the real watcher, no timing: the test
// waits for what must come.
func TestWatchSeesWhatEditorsDo(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "edited.go")
	if err := os.WriteFile(file, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := script.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := script.NewReloader(dir, src.Hash, script.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	started := make(chan struct{})
	go func() {
		close(started)
		ended <- r.Run(ctx)
	}()
	<-started
	for n, how := range []func(text string) error{
		func(text string) error { return os.WriteFile(file, []byte(text), 0o600) },
		func(text string) error {
			if err := os.WriteFile(file+"~", []byte(text), 0o600); err != nil {
				return err
			}
			return os.Rename(file+"~", file)
		},
		func(text string) error {
			if err := os.Remove(file); err != nil {
				return err
			}
			return os.WriteFile(file, []byte(text), 0o600)
		},
	} {
		want := fmt.Sprintf("%s\n// by way %d\n", edited, n)
		for c := (*script.Candidate)(nil); c == nil || c.Source == nil || c.Source.Files[0].Text != want; {
			// Written again and again until seen: the first write may come before the watch stands.
			if err := how(want); err != nil {
				t.Fatal(err)
			}
			c = <-r.Ready
			if c.Err == nil && c.Source.Files[0].Text == want {
				break
			}
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
