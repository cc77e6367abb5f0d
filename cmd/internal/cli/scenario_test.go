package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScenariosThatCannotRun: each is told with its name, and the others run all the same.
func TestScenariosThatCannotRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"s.go":       "package s\n\nimport \"tollgate/strategies\"\n\nfunc OnStop(ctx *strategies.Context) {}\n",
		"a.txtar":    "-- feed.csv --\nts_ns,instrument,bid,bid_size,ask,ask_size,last,last_size,kind\n1,ES 12-23,4000.1,1,4001,1,,,Q\n-- want --\n",
		"b.txtar":    "-- flags --\n--seed=x\n-- feed.csv --\n-- want --\n",
		"c.txtar":    "-- config.yaml --\nnope: 1\n-- feed.csv --\n-- want --\n",
		"good.txtar": "-- feed.csv --\nts_ns,instrument,bid,bid_size,ask,ask_size,last,last_size,kind\n1,ES 12-23,4000.25,1,4001,1,,,Q\n-- want --\n",
		"none.txtar": "nothing\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	status, out, log := run("test", dir)
	if status != exitFailed || !strings.Contains(log, "4 of 5 scenarios failed") {
		t.Errorf("status %d, %s", status, log)
	}
	for _, want := range []string{
		"FAIL  " + filepath.Join(dir, "a.txtar") + "\n      section feed.csv: line 2: column bid",
		"b.txtar\n      section flags: --seed x: give a whole number\n",
		"c.txtar\n      section config.yaml:1:1: nope: unknown key",
		"none.txtar\n      no section -- feed.csv --\n",
		"ok    " + filepath.Join(dir, "good.txtar"),
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "tollgate-scenario") {
		t.Errorf("it names a file that is gone:\n%s", out)
	}
}

// TestTestRefuses what is no folder of scenarios, and a strategy that no scenario can run.
func TestTestRefuses(t *testing.T) {
	empty := t.TempDir()
	broken := filepath.Dir(strategyOf(t, "func OnStart(ctx *strategies.Context) { x() }"))
	if err := os.WriteFile(filepath.Join(broken, "a.txtar"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, say := range map[string]string{
		filepath.Join(empty, "nosuch"):  "nosuch does not exist",
		empty:                           "there are no scenarios",
		examplesDir + "/cross/cross.go": "is a file; give the folder",
		broken:                          "undefined: x",
	} {
		if status, _, log := run("test", path); status != exitUsage || !strings.Contains(log, say) {
			t.Errorf("%s: status %d, %s", path, status, log)
		}
	}
}

// TestFlagsThatCannotBe are refused in words, naming the flag.
func TestFlagsThatCannotBe(t *testing.T) {
	for flag, say := range map[string]string{
		"--seed=x":      "--seed x: give a whole number; see tollgate backtest --help",
		"--speed=fast":  "--speed fast: give a number",
		"--speed=Inf":   "give 0 for as fast as possible, or a multiple of real time",
		"--speed=-1":    "give 0 for as fast as possible",
		"--json=maybe":  "--json maybe: give true or false",
		"--shadow=1m":   "--shadow goes with --watch",
		"--nosuch=true": "unknown flag: --nosuch",
	} {
		if status, out, log := run("backtest", examplesDir+"/cross", flag); status != exitUsage || out != "" || !strings.Contains(log, say) {
			t.Errorf("%s: status %d, %s", flag, status, log)
		}
	}
}
