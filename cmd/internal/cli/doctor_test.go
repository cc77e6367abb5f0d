package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/native"
	"tollgate/engine"
	"tollgate/sim/bias"
	"tollgate/strategies"
	"tollgate/strategies/script"
)

// patient is a doctor as the command makes it, but without the compiled tier.
func patient(t *testing.T, strategy string, args ...string) (*doctor, *cobra.Command) {
	t.Helper()
	var f backtestFlags
	c := &cobra.Command{Use: "doctor"}
	c.SetOut(new(bytes.Buffer))
	c.SetErr(new(bytes.Buffer))
	f.register(c)
	if err := c.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	src, err := script.Read(strategy)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlan(src, &f)
	if err != nil {
		t.Fatal(err)
	}
	d := newDoctorFor(c, p)
	d.native = func(int) (*tierRun, error) { return nil, native.ErrNoGo }
	return d, c
}

func examined(t *testing.T, d *doctor) map[string]verdict {
	t.Helper()
	e, err := d.examine()
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]verdict{}
	for _, c := range e.Checks {
		by[c.Name] = c
	}
	return by
}

// recording writes a CSV feed: a quote for each row "ns instrument bid", with a
// tick between bid and ask.
func recording(t *testing.T, rows ...string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("ts_ns,instrument,bid,bid_size,ask,ask_size,last,last_size,kind\n")
	for _, row := range rows {
		fmt.Fprintln(&b, row)
	}
	path := filepath.Join(t.TempDir(), "feed.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func quoteRow(second int, instrument string, bid float64) string {
	return fmt.Sprintf("%d,%s,%v,10,%v,10,,,Q", 1_700_000_000_000_000_000+int64(second)*1e9, instrument, bid, bid+0.25)
}

// TestDoctorCatchesACheater: a compiled program that reads the very feed it is
// played, ahead of time. It gets as much of it as there is: a run cut short has
// no future beyond the cut, like life.
func TestDoctorCatchesACheater(t *testing.T) {
	long(t)
	for _, c := range []struct {
		ahead  int
		status string
	}{{0, statusOK}, {50, statusFail}} {
		t.Run(fmt.Sprintf("%d events ahead", c.ahead), func(t *testing.T) {
			d, command := patient(t, examplesDir+"/cross", "--to=2025-03-03T15:30:00Z")
			d.load = func(q *plan) (*strategies.Program, error) { return cheat(q, c.ahead) }
			v := examined(t, d)["lookahead"]
			if v.Status != c.status {
				t.Fatalf("%+v", v)
			}
			err := d.run(command)
			if c.status == statusOK {
				if err != nil {
					t.Errorf("it ends with %v", err)
				}
				return
			}
			if status(err, new(bytes.Buffer)) != exitFailed {
				t.Errorf("it ends with %v", err)
			}
			f := v.Findings[0]
			if f.AtNS == 0 || f.Instrument != "ES 03-25" || f.A.Run != wholeRun || f.A.Decision == f.B.Decision && f.A.AtNS == f.B.AtNS || v.Mend == "" {
				t.Errorf("the finding does not name the decision: %+v", f)
			}
			if out := command.OutOrStdout().(*bytes.Buffer).String(); !strings.Contains(out, "FAIL  lookahead") || !strings.Contains(out, "first difference") {
				t.Errorf("it prints\n%s", out)
			}
		})
	}
}

// cheat makes a program that trades the direction of the bid so many events ahead.
func cheat(q *plan, ahead int) (*strategies.Program, error) {
	peek := *q
	peek.universe = engine.NewUniverse()
	src, err := peek.open()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var bids []engine.Price
	var x engine.Quote
	for src.Next(&x) == nil {
		if x.Kind == engine.QuoteChange {
			bids = append(bids, x.Bid)
		}
	}
	n := -1
	s := strategies.NewSetup(nil)
	return &strategies.Program{Name: "cheat", Setup: s, Handlers: strategies.Handlers{
		OnQuote: func(ctx *strategies.Context, _ *strategies.Quote) {
			n++
			if n%500 > 0 || ctx.Working > 0 {
				return
			}
			if bids[min(n+ahead, len(bids)-1)] > bids[max(n-50, 0)] {
				ctx.Target(1)
			} else {
				ctx.Target(-1)
			}
		},
	}}, s.Seal()
}

func TestDoctorTellsWarmUpFromPathDependence(t *testing.T) {
	long(t)
	for _, c := range []struct{ strategy, status, says string }{
		{examplesDir + "/cross", statusOK, "all decisions agree within"},
		{"testdata/doctor/counter", statusWarn, "do not come to decide the same"},
	} {
		d, _ := patient(t, c.strategy, "--to=2025-03-03T20:00:00Z")
		v := examined(t, d)["warm-up"]
		if v.Status != c.status || !strings.Contains(v.Summary, c.says) || len(v.Notes) != lateStarts {
			t.Errorf("%s: %+v", c.strategy, v)
		}
		if len(v.Findings) != 1 || v.Findings[0].AtNS == 0 {
			t.Errorf("%s: the first difference is not told", c.strategy)
		}
	}
}

// TestDoctorShufflesAcrossInstruments: two instruments spend one budget of calls;
// what matters is who comes first. Alone, or at different times, nobody does.
func TestDoctorShufflesAcrossInstruments(t *testing.T) {
	rows := func(apart int, names ...string) (list []string) {
		for i := range 40 {
			for k, name := range names {
				list = append(list, quoteRow(100*i+apart*k, name, 4000))
			}
		}
		return list
	}
	for _, c := range []struct {
		name, status string
		rows         []string
		n            int // orders of each
	}{
		{"at one time", statusWarn, rows(0, "ES 12-23", "NQ 12-23", "MES 12-23"), 10},
		{"at different times", statusSkip, rows(30, "ES 12-23", "NQ 12-23", "MES 12-23"), 10},
		{"one alone", statusSkip, rows(0, "ES 12-23"), 10},
		{"within the budget", statusOK, rows(0, "ES 12-23", "NQ 12-23", "MES 12-23"), 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{"--feed=" + recording(t, c.rows...), fmt.Sprintf("--param=n=%d", c.n)}
			found := false
			for seed := range 4 { // an order drawn may be the one recorded
				d, _ := patient(t, "testdata/doctor/greedy", append(args, fmt.Sprintf("--seed=%d", 1+seed*shuffles))...)
				v := examined(t, d)["order"]
				found = found || v.Status == c.status
				if c.status != statusWarn && v.Status != c.status {
					t.Errorf("%+v", v)
				}
				if v.Status == statusWarn && (len(v.Findings) != 1 || v.Findings[0].A.Decision == "" && v.Findings[0].B.Decision == "") {
					t.Errorf("the finding names nothing: %+v", v)
				}
			}
			if !found {
				t.Errorf("never %s", c.status)
			}
		})
	}
}

// TestDoctorTurnsOneInstrumentRound: trades and quotes of one moment, where there are any.
func TestDoctorTurnsOneInstrumentRound(t *testing.T) {
	tradeRow := func(second int) string {
		return fmt.Sprintf("%d,ES 12-23,,,,,4000,1,T", 1_700_000_000_000_000_000+int64(second)*1e9)
	}
	rows := []string{quoteRow(0, "ES 12-23", 4000), quoteRow(5, "ES 12-23", 4001), tradeRow(5), quoteRow(9, "ES 12-23", 4001)}
	const quotes, trades = "var n int\nfunc OnTrade(ctx *strategies.Context, x *strategies.Trade) { n = 1 }\nfunc OnQuote(ctx *strategies.Context, q *strategies.Quote) { ctx.Target(n) }", "func OnTrade(ctx *strategies.Context, x *strategies.Trade) { ctx.Target(1) }"
	for _, c := range []struct {
		name, handler, status, says string
		rows                        []string
	}{
		{"it matters", quotes, statusWarn, "turned round (1 moment), decisions differ from 2023-11-14 22:13:25 on", rows},
		{"it does not", trades, statusOK, "(1 moment) changes no decision", rows},
		{"a trade before the quote", quotes, statusWarn, "turned round (1 moment), decisions differ", []string{rows[0], tradeRow(5), rows[1], rows[3]}},
		{"apart", quotes, statusSkip, "no instrument has a quote and a trade at one time", []string{rows[0], rows[1], tradeRow(6), rows[3]}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _ := patient(t, strategyOf(t, c.handler), "--latency=0", "--feed="+recording(t, c.rows...))
			v := examined(t, d)["order"]
			if v.Status != c.status || !strings.Contains(v.Summary, c.says) || (len(v.Findings) == 1) != (c.status == statusWarn) {
				t.Errorf("%+v", v)
			}
		})
	}
}

// TestDoctorComparesTiers, with the examples' own binary.
func TestDoctorComparesTiers(t *testing.T) {
	binary, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(examplesDir, name)
			const to = "--to=2025-03-03T17:30:00Z"
			d, _ := patient(t, dir, to)
			d.native = func(int) (*tierRun, error) {
				var out bytes.Buffer
				if _, err := native.Run(context.Background(), binary, d.plan.src.Hash, nil, []string{"doctor", "--decisions", to, dir}, &out, os.Stderr); err != nil {
					return nil, err
				}
				return readTier(out.Bytes())
			}
			if d.base, err = d.try(d.usual(), true); err != nil {
				t.Fatal(err)
			}
			_, report := d.tiers()
			if v := report(); v.Status != statusOK {
				t.Errorf("%+v", v)
			}
		})
	}
}

func TestDoctorTellsTiersApart(t *testing.T) {
	d, _ := patient(t, examplesDir+"/cross")
	var err error
	if d.base, err = d.try(d.usual(), true); err != nil {
		t.Fatal(err)
	}
	same := func() *tierRun {
		return &tierRun{Hash: d.base.result.Hash, Events: d.base.result.Events, log: &bias.Log{Decisions: slices.Clone(d.base.log.Decisions)}}
	}
	other := same()
	other.log.Decisions[7].Terms = "BUY 9 ES 03-25 MARKET"
	hash := same()
	hash.Hash++
	for _, c := range []struct {
		name, status string
		run          *tierRun
		err          error
	}{
		{"the same", statusOK, same(), nil},
		{"one decision", statusFail, other, nil},
		{"the hash alone", statusFail, hash, nil},
		{"no Go", statusSkip, nil, native.ErrNoGo},
		{"no source", statusSkip, nil, errors.New("the compiled tier needs the source of tollgate")},
		{"not compilable", statusFail, nil, fmt.Errorf("compiling the strategy failed: %w", &exec.ExitError{})},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.native = func(copies int) (*tierRun, error) {
				if copies != 1 {
					t.Errorf("%d copies for one instrument", copies)
				}
				return c.run, c.err
			}
			_, report := d.tiers()
			v := report()
			if v.Status != c.status {
				t.Errorf("%+v", v)
			}
			if c.name == "one decision" && (v.Findings[0].Alike != 7 || !strings.Contains(v.Findings[0].B.Decision, "BUY 9")) {
				t.Errorf("%+v", v.Findings)
			}
		})
	}
}

func TestDoctorFlagsChangesOfSign(t *testing.T) {
	line := func(dollars int64, gone string) senseLine {
		return senseLine{Net: engine.Dollars(dollars), Fills: 2, gone: gone}
	}
	for _, c := range []struct {
		name, status, says string
		lines              []senseLine
	}{
		{"survives", statusOK, "survives", []senseLine{line(5, ""), line(1, "x")}},
		{"gone", statusWarn, "the profit of 5.00 is gone at double fees: -1.00", []senseLine{line(5, ""), line(-1, "at double fees")}},
		{"gone to nothing", statusWarn, "is gone at double fees: 0.00", []senseLine{line(5, ""), line(0, "at double fees")}},
		{"only under touch", statusWarn, "there is a profit only under the fill model touch: 3.00", []senseLine{line(-5, ""), line(-1, "x"), line(3, "under the fill model touch")}},
		{"never", statusOK, "a loss under every", []senseLine{line(-5, ""), line(-1, "x")}},
		{"never, and once nothing", statusOK, "no profit under any fill model, latency and fee that was tried; a loss in 1 of 2 runs", []senseLine{line(-5, ""), line(0, "x")}},
		{"once a loss, else nothing", statusOK, "no profit under any fill model, latency and fee that was tried; a loss in 1 of 3 runs", []senseLine{line(0, ""), line(0, "x"), line(-1, "x")}},
		{"nothing filled", statusSkip, "nothing was filled", []senseLine{{}, {}}},
	} {
		if v := judgeSensitivity(c.lines); v.Status != c.status || !strings.Contains(v.Summary, c.says) {
			t.Errorf("%s: %s, %s", c.name, v.Status, v.Summary)
		}
	}
}

// TestDoctorVariesOneThingAtATime: fees are exactly linear where they change no
// decision, and latency 0 is a run of its own.
func TestDoctorVariesOneThingAtATime(t *testing.T) {
	d, _ := patient(t, examplesDir+"/cross", "--to=2025-03-03T18:00:00Z")
	lines := examined(t, d)["sensitivity"].Table
	by := map[string]senseLine{}
	for _, l := range lines {
		by[l.Name] = l
	}
	base, free, double := lines[0], by["fees x0"], by["fees x2"]
	if base.Fills == 0 || free.Net-base.Net != d.base.result.Fees || base.Net-double.Net != d.base.result.Fees {
		t.Errorf("net %s, %s without fees, %s at double; fees are %s", base.Net, free.Net, double.Net, d.base.result.Fees)
	}
	for _, name := range []string{"fill model queue", "fill model touch", "latency 0s", "latency 200ms", "latency 500ms"} {
		if by[name].Fills == 0 {
			t.Errorf("no line %q with fills", name)
		}
	}
	d, _ = patient(t, examplesDir+"/cross", "--latency=0", "--fill=touch", "--to=2025-03-03T15:30:00Z")
	var got []string
	for _, l := range examined(t, d)["sensitivity"].Table[1:] {
		got = append(got, l.Name)
	}
	want := []string{"fill model conservative", "fill model queue", "latency 100ms", "latency 200ms", "latency 500ms", "fees x0", "fees x2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestDoctorLooksAtTheData(t *testing.T) {
	steady := func(n int) (rows []string) {
		for i := range n {
			rows = append(rows, quoteRow(i, "ES 12-23", 4000))
		}
		return rows
	}
	crossed := fmt.Sprintf("%d,ES 12-23,4001,10,4000,10,,,Q", int64(1_700_000_200_000_000_000))
	outside := fmt.Sprintf("%d,ES 12-23,,,,,4005,1,T", int64(1_700_000_200_000_000_000))
	late := quoteRow(200+3600, "ES 12-23", 4000)
	for _, c := range []struct {
		name, says string
		rows       []string
	}{
		{"crossed", "1 crossed and 0 locked of 101 quotes", append(steady(100), crossed)},
		{"outside", "1 of 1 trades outside", append(steady(100), outside)},
		{"silent", "ES 12-23 is silent for 1h 01m", append(steady(100), late)},
		{"few round trips", "0 round trips: below 30", steady(100)},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _ := patient(t, examplesDir+"/cross", "--feed="+recording(t, c.rows...))
			v := examined(t, d)["data"]
			all := append([]string{v.Summary}, v.Notes...)
			hit := func(what string) bool {
				return slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, what) })
			}
			if v.Status != statusWarn || !hit(c.says) {
				t.Errorf("%s %q", v.Status, all)
			}
			for _, other := range []string{"crossed and", "trades outside", "is silent"} {
				if hit(other) != strings.Contains(c.says, other) {
					t.Errorf("%q in %q", other, all)
				}
			}
		})
	}
}

// TestDoctorIsReproducible: the same words twice, though runs go side by side.
func TestDoctorIsReproducible(t *testing.T) {
	long(t)
	t.Setenv("PATH", "") // no Go
	args := []string{"doctor", examplesDir + "/quoter", "--instrument=ES 03-25", "--to=2025-03-03T16:00:00Z"}
	var texts []string
	for range 2 {
		var out, log bytes.Buffer
		if status := Main(args, &out, &log); status != exitOK {
			t.Fatalf("status %d\n%s%s", status, out.String(), log.String())
		}
		texts = append(texts, out.String())
	}
	if texts[0] != texts[1] {
		t.Errorf("%s\n%s", texts[0], texts[1])
	}
	if !strings.Contains(texts[0], "skip  tiers        not compared: it takes the go command") {
		t.Errorf("without Go it says\n%s", texts[0])
	}
}

func TestDoctorJSON(t *testing.T) {
	t.Setenv("PATH", "")
	var out, log bytes.Buffer
	if status := Main([]string{"doctor", "testdata/doctor/counter", "--json", "--to=2025-03-03T17:00:00Z"}, &out, &log); status != exitOK {
		t.Fatalf("status %d\n%s", status, log.String())
	}
	var e struct {
		Strategy    string
		Status      string
		Events      int64
		Decisions   int64
		Hash        string `json:"decisions_hash"`
		Feeds       []string
		Instruments []string
		Checks      []struct {
			Name, Status, Summary string
			Notes                 []string
			Findings              []struct {
				What, Instrument string
				AtNS             int64 `json:"at_ns"`
				A, B             struct{ Run, Decision string }
			}
			Table []struct {
				Scenario string
				Net      string `json:"net_pnl"`
				Fills    *int
			}
		}
	}
	decoder := json.NewDecoder(&out)
	if err := decoder.Decode(&e); err != nil || decoder.More() {
		t.Fatalf("not one JSON object: %v", err)
	}
	if e.Strategy != "counter" || e.Status != statusWarn || e.Events < 10_000 || e.Decisions == 0 || len(e.Hash) != 16 ||
		!slices.Equal(e.Feeds, []string{sampleName}) || !slices.Equal(e.Instruments, []string{"ES 03-25"}) {
		t.Errorf("%+v", e)
	}
	var got []string
	for _, c := range e.Checks {
		got = append(got, c.Name)
		if c.Summary == "" || c.Notes == nil || c.Findings == nil {
			t.Errorf("%+v", c)
		}
		if c.Name == "sensitivity" && (len(c.Table) != 8 || c.Table[0].Net == "" || c.Table[0].Fills == nil) {
			t.Errorf("%+v", c.Table)
		}
	}
	if want := []string{"lookahead", "warm-up", "order", "tiers", "sensitivity", "data"}; !slices.Equal(got, want) {
		t.Errorf("checks %v", got)
	}
}

func TestDoctorRefuses(t *testing.T) {
	empty := recording(t)
	broken := recording(t, quoteRow(1, "ES 12-23", 4000), quoteRow(2, "ES 12-23", 4000.1))
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{nil, exitUsage, "takes one STRATEGY"},
		{[]string{"nowhere"}, exitUsage, "no such file"},
		{[]string{examplesDir + "/cross", "--out=x"}, exitUsage, "does not take --out"},
		{[]string{examplesDir + "/cross", "--native"}, exitUsage, "does not take --native"},
		{[]string{examplesDir + "/cross", "--param=fast=900"}, exitUsage, "outside its range"},
		{[]string{examplesDir + "/cross", "--feed=nowhere.csv"}, exitUsage, "nowhere.csv"},
		{[]string{examplesDir + "/cross", "--feed=" + empty}, exitFailed, "no events"},
		{[]string{examplesDir + "/cross", "--feed=" + broken}, exitFailed, "line 3"},
	} {
		var out, log bytes.Buffer
		if status := Main(append([]string{"doctor"}, c.args...), &out, &log); status != c.status || !strings.Contains(log.String(), c.says) {
			t.Errorf("%v: status %d, %s", c.args, status, log.String())
		}
	}
}

// TestDoctorReadsNoHalfAnswer: what a compiled strategy prints may be cut off.
func TestDoctorReadsNoHalfAnswer(t *testing.T) {
	const decision, end = `{"At":5,"Instrument":"ES","Kind":"flatten"}`, `{"hash":7,"events":2,"dropped":3}`
	r, err := readTier([]byte(decision + "\n" + end + "\n"))
	if err != nil || r.Hash != 7 || r.Events != 2 || r.log.Dropped != 3 || len(r.log.Decisions) != 1 || r.log.Decisions[0].At != 5 {
		t.Errorf("%+v, %v", r, err)
	}
	for _, text := range []string{"", "\n", decision[:9], decision, decision + "\n" + end[:9], decision[:9] + "\n" + end} {
		if _, err := readTier([]byte(text)); err == nil {
			t.Errorf("%q is taken for an answer", text)
		}
	}
}

// TestDoctorOnRealRecordings: no example looks ahead, and the quotes and trades of one
// moment are tried in the other order too.
func TestDoctorOnRealRecordings(t *testing.T) {
	long(t)
	session := recorded(t, "es_20231225_l1.csv.gz")
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			d, _ := patient(t, filepath.Join(examplesDir, name), "--feed="+session)
			checks := examined(t, d)
			want := statusOK
			if len(d.base.log.Decisions) == 0 {
				want = statusSkip
			}
			if v := checks["lookahead"]; v.Status != want {
				t.Errorf("%+v", v)
			}
			if v := checks["order"]; (v.Status == statusSkip) != (want == statusSkip) || v.Status == statusFail {
				t.Errorf("%+v", v)
			}
			if v := checks["data"]; v.Status != statusWarn || !strings.Contains(v.Summary, "82 of 2973 trades") {
				t.Errorf("%+v", v)
			}
		})
	}
}

func TestFolded(t *testing.T) {
	long := strings.Repeat("word ", 60)
	for _, line := range strings.Split(indent+folded(long, indent), "\n") {
		if len(line) > textWidth {
			t.Errorf("%d characters: %s", len(line), line)
		}
	}
	if strings.Join(strings.Fields(folded(long, indent)), " ") != strings.TrimSpace(long) {
		t.Error("words are lost")
	}
	if folded("", indent) != "" || folded("one", indent) != "one" {
		t.Error("short texts are changed")
	}
}
