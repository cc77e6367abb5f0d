package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLeavingBracketsInterpretedAndCompiled: a strategy that leaves, turns and adds
// while its brackets work decides the same in both tiers, at latencies at which stops
// and targets outrun their cancels.
func TestLeavingBracketsInterpretedAndCompiled(t *testing.T) {
	long(t)
	const strategy = "testdata/leaver"
	binary, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	overruns := 0
	for _, latency := range []string{"0", "100ms", "3s"} {
		path := filepath.Join(t.TempDir(), "trace")
		args := []string{"backtest", strategy, "--json", "--latency=" + latency, "--trace=" + path}
		here := backtestJSON(t, args...)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		trace, there := runCompiled(t, binary, strategy, nil, args, path)
		here.Tier, there.Tier = "", ""
		if here != there || here.Fills == 0 {
			t.Errorf("latency %s: interpreted %+v\ncompiled    %+v", latency, here, there)
		}
		if diff := difference(string(text), trace); diff != "" {
			t.Errorf("latency %s: compiled it decides differently (want = interpreted):\n%s", latency, diff)
		}
		n := strings.Count(trace, "overrun")
		if latency == "0" && n > 0 {
			t.Errorf("without latency %d orders outran their cancels", n)
		}
		overruns += n
	}
	if overruns == 0 {
		t.Error("nothing outran its cancel: the latencies test nothing")
	}
}
