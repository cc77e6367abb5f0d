package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tollgate/engine"
)

// sweepResult is what the tests read of a sweep's JSON.
type sweepResult struct {
	Tier     string     `json:"tier"`
	Kept     int        `json:"runs_from_before"`
	Best     *sweepLine `json:"best"`
	Runs     []sweepLine
	Warnings []string
	Deflated struct {
		Trials int
	} `json:"deflated_sharpe"`
	MonteCarlo []struct{ Method string } `json:"monte_carlo"`
	Walk       *struct {
		Windows []struct {
			TrainTo  int64 `json:"train_to_ns"`
			TestFrom int64 `json:"test_from_ns"`
			TestTo   int64 `json:"test_to_ns"`
			Params   map[string]string
			Out      sweepLine `json:"out_of_sample"`
		}
		Out  sweepLine           `json:"out_of_sample"`
		Days []map[string]string `json:"out_of_sample_sessions"`
	} `json:"walk_forward"`
}

type sweepLine struct {
	Params     map[string]string
	Score      *float64
	Net        string `json:"net_pnl"`
	Trips      int    `json:"round_trips"`
	Hash       string `json:"decisions_hash"`
	Sessions   int
	Neighbours int
	Error      string
}

// swept runs a sweep and returns what it printed as JSON, and that text without the
// lines that tell how the work was done.
func swept(t *testing.T, args ...string) (sweepResult, string) {
	t.Helper()
	var out, log bytes.Buffer
	if status := Main(append([]string{"sweep", "--json"}, args...), &out, &log); status != 0 {
		t.Fatalf("status %d: %s", status, log.String())
	}
	var r sweepResult
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err, out.String())
	}
	var kept []string
	for _, line := range strings.Split(out.String(), "\n") {
		if !strings.Contains(line, `"elapsed_seconds"`) && !strings.Contains(line, `"runs_from_before"`) && !strings.Contains(line, `"tier"`) {
			kept = append(kept, line)
		}
	}
	return r, strings.Join(kept, "\n")
}

var (
	crossDir  = filepath.Join(examplesDir, "cross")
	grid      = []string{crossDir, "--objective=net", "--param=fast=5..15/5", "--param=slow=20,40"}
	smallGrid = with(grid, "--to=2025-03-03T18:30:00Z")   // four hours of the sample
	walkGrid  = with(grid, "--from=2025-03-03T18:30:00Z") // its first session's end and its second
)

func with(args []string, more ...string) []string { return append(slices.Clone(args), more...) }

// TestSweepGrid: every combination runs once, the best comes first, and each run
// decides exactly what a backtest with its parameters decides.
func TestSweepGrid(t *testing.T) {
	dir := t.TempDir()
	args := with(smallGrid, "--out="+dir, "--fill=queue", "--latency=20ms", "--param=size=2")
	r, _ := swept(t, args...)
	if len(r.Runs) != 6 || r.Deflated.Trials != 6 || len(r.MonteCarlo) != 2 {
		t.Fatalf("%d runs, %d trials, %d resamplings", len(r.Runs), r.Deflated.Trials, len(r.MonteCarlo))
	}
	seen := map[string]bool{}
	for i, x := range r.Runs {
		seen[x.Params["fast"]+" "+x.Params["slow"]] = true
		if i > 0 && *x.Score > *r.Runs[i-1].Score {
			t.Errorf("run %d is better than the one before it", i)
		}
		b := backtestJSON(t, "backtest", crossDir, "--json", "--to=2025-03-03T18:30:00Z", "--fill=queue", "--latency=20ms", "--param=size=2",
			"--param=fast="+x.Params["fast"], "--param=slow="+x.Params["slow"])
		if b.Hash != x.Hash || b.Net != x.Net {
			t.Errorf("%v: the sweep decided %s and made %s, a backtest %s and %s", x.Params, x.Hash, x.Net, b.Hash, b.Net)
		}
	}
	if len(seen) != 6 || r.Best.Hash != r.Runs[0].Hash || r.Best.Neighbours != 3 && r.Best.Neighbours != 5 {
		t.Errorf("combinations %v, best %+v", seen, r.Best)
	}
	rows, err := os.ReadFile(filepath.Join(dir, "runs.csv"))
	if err != nil || strings.Count(string(rows), "\n") != 7 || !strings.HasPrefix(string(rows), "rank,fast,slow,score,net_pnl,") {
		t.Errorf("runs.csv: %v\n%s", err, rows)
	}
	page, err := os.ReadFile(filepath.Join(dir, "sweep.html"))
	if err != nil || !strings.Contains(string(page), `"axes":[{"name":"fast","values":["5","10","15"]}`) {
		t.Errorf("sweep.html: %v", err)
	}
}

// TestSweepResumes: a record that was torn in the middle of its last line is
// mended, only what is missing runs again, and the result is the same. A setting
// that changes the runs makes all of them new.
func TestSweepResumes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, runsFile)
	args := with(smallGrid, "--out="+dir)
	first, text := swept(t, args...)
	whole, err := os.ReadFile(path)
	if err != nil || bytes.Count(whole, []byte("\n")) != 6 || first.Kept != 0 {
		t.Fatalf("%v, %d from before:\n%s", err, first.Kept, whole)
	}
	tail := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for _, c := range []struct {
		name string
		text []byte
		kept int
	}{
		{"whole", whole, 6},
		{"without its last byte", whole[:len(whole)-1], 5},
		{"torn in the last line", whole[:tail+20], 5},
		{"a last line of nonsense", append(slices.Clone(whole[:tail]), "\x00\x00\x00\n"...), 5},
		{"empty", nil, 0},
	} {
		if err := os.WriteFile(path, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		r, again := swept(t, args...)
		if r.Kept != c.kept || again != text {
			t.Errorf("%s: %d from before, want %d; the same result: %v", c.name, r.Kept, c.kept, again == text)
		}
		if now, _ := os.ReadFile(path); bytes.Count(now, []byte("\n")) != 6 {
			t.Errorf("%s: the record has now\n%s", c.name, now)
		}
	}
	if r, _ := swept(t, with(args, "--latency=1s")...); r.Kept != 0 {
		t.Errorf("%d runs of another latency were taken over", r.Kept)
	}
	if r, _ := swept(t, with(args, "--objective=profit_factor")...); r.Kept != 6 {
		t.Errorf("another objective ran %d runs again", 6-r.Kept)
	}
	bad := append([]byte("{}\n"), whole...)
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	if Main(append([]string{"sweep"}, args...), &out, &log) != 1 || !strings.Contains(log.String(), "line 1 is no run of a sweep") {
		t.Errorf("a bad line in the middle: %s", log.String())
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(now, bad) {
		t.Error("a record that is not understood was changed")
	}
}

// TestSweepInterrupted: an interrupt in the middle leaves a record with which the
// sweep goes on, and until it has ended no other writes there.
func TestSweepInterrupted(t *testing.T) {
	dir := t.TempDir()
	f := sweepFlags{objective: "net", search: "grid", jobs: 2, top: 1, interpreted: true, test: "1d"}
	f.params, f.out, f.to = []string{"fast=5..15/5", "slow=20,40"}, dir, "2025-03-03T18:30:00Z"
	other := f
	s, err := newSweepRun(&f, crossDir, new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	inner := s.tier.run
	left := make(chan struct{}, 2)
	left <- struct{}{}
	left <- struct{}{}
	s.tier.run = func(ctx context.Context, tr *trial) (*outcome, error) {
		select {
		case <-left:
		default:
			cancel()
		}
		return inner(ctx, tr)
	}
	_, err = s.results(ctx)
	if _, err := newSweepRun(&other, crossDir, new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "another sweep is writing there") {
		t.Errorf("a second sweep in the folder: %v", err)
	}
	s.close()
	if err == nil || !strings.Contains(s.interrupted().Error(), runsFile) {
		t.Fatalf("%v, %v", err, s.interrupted())
	}
	r, _ := swept(t, with(smallGrid, "--out="+dir)...)
	if r.Kept < 1 || r.Kept > 3 || len(r.Runs) != 6 {
		t.Errorf("%d runs from before, %d in all", r.Kept, len(r.Runs))
	}
}

// TestSweepSameSeed: the same seed finds the same on any number of cores, and
// another seed looks elsewhere.
func TestSweepSameSeed(t *testing.T) {
	long(t)
	for _, search := range []string{"random", "model"} {
		args := []string{crossDir, "--objective=net", "--to=2025-03-03T16:30:00Z", "--param=fast=2..30", "--param=slow=10..80", "--search=" + search, "--trials=14"}
		one, a := swept(t, with(args, "--seed=3", "--jobs=1")...)
		_, b := swept(t, with(args, "--seed=3", "--jobs=3")...)
		_, c := swept(t, with(args, "--seed=4", "--jobs=1")...)
		if len(one.Runs) != 14 || a != b || a == c {
			t.Errorf("%s: %d runs, one core as three %v, seeds alike %v", search, len(one.Runs), a == b, a == c)
		}
	}
}

// TestSweepCompiled: the compiled tier finds what the interpreter finds.
func TestSweepCompiled(t *testing.T) {
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Skip("no go command to compile with")
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
	t.Setenv("XDG_CACHE_HOME", cacheDir)
	slow, a := swept(t, with(smallGrid, "--interpreted")...)
	fast, b := swept(t, with(smallGrid, "--native")...)
	if slow.Tier != "interpreted" || fast.Tier != "compiled" || a != b {
		t.Errorf("%s and %s: the same %v\n%s\n%s", slow.Tier, fast.Tier, a == b, a, b)
	}
	walk := with(walkGrid, "--train=1d")
	_, a = swept(t, with(walk, "--interpreted")...)
	_, b = swept(t, with(walk, "--native")...)
	if a != b {
		t.Errorf("a walk differs:\n%s\n%s", a, b)
	}
}

// TestSweepWalk: the test begins where the training ends, what it does is what a
// backtest of that session does, and warming up trades nothing.
func TestSweepWalk(t *testing.T) {
	r, _ := swept(t, with(walkGrid, "--train=1d", "--test=1d", "--warmup=0")...)
	if r.Walk == nil || len(r.Walk.Windows) != 1 || len(r.Walk.Days) != 1 {
		t.Fatalf("%+v", r.Walk)
	}
	w := r.Walk.Windows[0]
	if w.TrainTo > w.TestFrom {
		t.Errorf("training until %d, testing from %d", w.TrainTo, w.TestFrom)
	}
	args := []string{
		"backtest", crossDir, "--json", "--param=fast=" + w.Params["fast"], "--param=slow=" + w.Params["slow"],
		"--from=" + engine.Time(w.TestFrom).String(), "--to=" + engine.Time(w.TestTo).String(),
	}
	if b := backtestJSON(t, args...); b.Hash != w.Out.Hash || b.Net != w.Out.Net || r.Walk.Out.Net != b.Net {
		t.Errorf("the test decided %s and made %s, a backtest %s and %s", w.Out.Hash, w.Out.Net, b.Hash, b.Net)
	}
	warm, _ := swept(t, with(walkGrid, "--train=1d", "--test=1d", "--warmup=1d")...)
	if x := warm.Walk.Windows[0].Out; x.Sessions != 1 || x.Trips < w.Out.Trips || x.Hash == w.Out.Hash {
		t.Errorf("warmed up: %+v, cold: %+v", x, w.Out)
	}
	if warm.Walk.Days[0]["date"] != r.Walk.Days[0]["date"] {
		t.Error("another session was tested")
	}
}

// TestWarmUpDenies: in a warm-up every order is denied, and from its end on the gate
// decides.
func TestWarmUpDenies(t *testing.T) {
	asked := 0
	w := &warming{gateFunc(func() { asked++ }), 100}
	if _, d := w.Judge(nil, &engine.Request{At: 99}); d == nil || d.Code != warmingUp || asked != 0 {
		t.Errorf("just before the end: %v, the gate was asked %d times", d, asked)
	}
	if _, d := w.Judge(nil, &engine.Request{At: 100}); d != nil || asked != 1 {
		t.Errorf("at the end: %v, the gate was asked %d times", d, asked)
	}
}

type gateFunc func()

func (g gateFunc) Judge(*engine.Book, *engine.Request) (engine.Permit, *engine.Denial) {
	g()
	return engine.Permit{}, nil
}

// TestSweepConverts: any form of feed gives the same runs as a recording.
func TestSweepConverts(t *testing.T) {
	long(t)
	dir := t.TempDir()
	recording, text := filepath.Join(dir, "a.arrows"), filepath.Join(dir, "a.csv.gz")
	if err := os.WriteFile(recording, sample, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	if Main([]string{"feed", "import", recording, "--out=" + text}, &out, &log) != 0 {
		t.Fatal(log.String())
	}
	a, _ := swept(t, with(smallGrid, "--feed="+recording)...)
	b, _ := swept(t, with(smallGrid, "--feed="+text)...)
	for i := range a.Runs {
		if a.Runs[i].Hash != b.Runs[i].Hash {
			t.Errorf("%v: %s and %s", a.Runs[i].Params, a.Runs[i].Hash, b.Runs[i].Hash)
		}
	}
}

func TestSweepRefuses(t *testing.T) {
	cross := crossDir
	for _, c := range []struct{ args, want string }{
		{"--param=fast=1..30", "1 is outside the declared range 2 to 200"},
		{"--param=fats=2..30", `"fats" is not declared by this strategy; it has: fast, slow, size`},
		{"--param=fast=5", "nothing to search"},
		{"--param=fast=5..9 --param=fast=7", "--param fast=5..9 and --param fast=7: give fast once"},
		{"--param=fast=5..9 --param=fast=7..8", "give fast once"},
		{"--param=fast=5..9 --param=slow=40 --param=slow=41", "give slow once"},
		{"--param=fast=5..9 --search=model --trials=0", "--trials 0: give 1 to"},
		{"--param=fast=5..9 --test=1d", "--test belongs to walking forward: give --train too"},
		{"--param=fast=5..9 --anchored", "--anchored belongs to walking forward"},
		{"--param=fast=5..9 --warmup=0", "--warmup belongs to walking forward"},
		{"--param=fast=5..9 --shadow=1m", "--shadow belongs to tollgate backtest"},
		{"--param=fast=5..9 --param=slow=9999", "outside its range"},
		{"--param=fast=5..9 --objective=best", "there are: sharpe, sortino"},
		{"--param=fast=5..9 --search=guess", "use grid, random or model"},
		{"--param=fast=5..9 --trials=9", "belongs to --search random or model"},
		{"--param=fast=5..9 --search=random --trials=-1", "--trials -1"},
		{"--param=fast=5..9 --jobs=0", "--jobs 0"},
		{"--param=fast=5..9 --native --interpreted", "exclude each other"},
		{"--param=fast=5..9 --train=2d", "the feed has 2 sessions: training on 2 needs one more"},
		{"--param=fast=5..9 --train=0d", "--train 0d: give one session at least"},
		{"--param=fast=5..9 --train=1d", "training on one session gives one session's profit: use --objective net"},
		{"--param=fast=5..9 --trace=x", "--trace belongs to tollgate backtest"},
		{"--param=fast=2..200 --param=slow=3..400 --param=size=1..50", "the grid has 3960100 points, more than 100000"},
		{"--param=fast=5..9 --instrument=NQ", "--instrument"},
	} {
		var out, log bytes.Buffer
		if status := Main(append([]string{"sweep", cross}, strings.Fields(c.args)...), &out, &log); status != exitUsage || !strings.Contains(log.String(), c.want) {
			t.Errorf("%s: status %d, %s; want %q", c.args, status, log.String(), c.want)
		}
	}
}
