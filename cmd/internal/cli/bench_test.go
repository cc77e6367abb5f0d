package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"testing"

	"tollgate/cmd/internal/native"
	"tollgate/strategies/script"
)

// BenchmarkBacktest is a whole backtest, reading the recording included, of an EMA
// cross with a position check on every quote over 1.4 million real events: interpreted
// as scripts are, with every handler called plainly, and compiled.
func BenchmarkBacktest(b *testing.B) {
	const strategy = "testdata/quotecross"
	recording := filepath.Join(b.TempDir(), "aig.arrows")
	var out, log bytes.Buffer
	args := []string{"feed", "import", recorded(b, "aig_20131007_nyse_l1.csv.gz"), "--spec=AIG=0.01,1", "--out=" + recording}
	if status := Main(args, &out, &log); status != 0 {
		b.Fatal(log.String())
	}
	src, err := script.Read(strategy)
	if err != nil {
		b.Fatal(err)
	}
	checked, err := script.Check(src)
	if err != nil {
		b.Fatal(err)
	}
	binary, err := native.Build([]native.Wanted{{Script: checked, Copies: 1}}, cacheDir, &log)
	if err != nil {
		b.Fatal(err, log.String())
	}
	args = []string{"backtest", strategy, "--spec=AIG=0.01,1", "--feed=" + recording, "--json"}
	b.Run("interpreted", func(b *testing.B) {
		measure(b, func(out *bytes.Buffer) int { return Main(args, out, &log) })
	})
	b.Run("plain", func(b *testing.B) {
		measure(b, func(out *bytes.Buffer) int { return Main(append(args[:len(args):len(args)], "--plain"), out, &log) })
	})
	b.Run("compiled", func(b *testing.B) {
		measure(b, func(out *bytes.Buffer) int {
			status, err := native.Run(context.Background(), binary, src.Hash, nil, args, out, &log)
			if err != nil {
				b.Fatal(err)
			}
			return status
		})
	})
}

// measure reports the rate of events, from the report's own clock.
func measure(b *testing.B, run func(*bytes.Buffer) int) {
	var events, seconds float64
	for b.Loop() {
		var out bytes.Buffer
		if status := run(&out); status != 0 {
			b.Fatal("status", status)
		}
		var r struct {
			Events  float64 `json:"events"`
			Seconds float64 `json:"elapsed_seconds"`
		}
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			b.Fatal(err)
		}
		events += r.Events
		seconds += r.Seconds
	}
	b.ReportMetric(events/seconds, "events/s")
}
