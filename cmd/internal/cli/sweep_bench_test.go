package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"tollgate/cmd/internal/native"
	"tollgate/strategies/script"
)

// BenchmarkSweep is a hundred compiled runs over 1.4 million real events, beside
// one run alone: "ratio" is the time of the sweep over the time its events take at
// the rate of the single run on all cores. The build is not in it.
func BenchmarkSweep(b *testing.B) {
	const strategy = "testdata/quotesweep"
	recording := filepath.Join(b.TempDir(), "aig.arrows")
	var out, log bytes.Buffer
	if Main([]string{"feed", "import", recorded(b, "aig_20131007_nyse_l1.csv.gz"), "--spec=AIG=0.01,1", "--out=" + recording}, &out, &log) != 0 {
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
	cache, err := native.Cache()
	if err != nil {
		b.Fatal(err)
	}
	binary, err := native.Build([]native.Wanted{{Script: checked, Copies: 1}}, cache, &log)
	if err != nil {
		b.Fatal(err, log.String())
	}
	for b.Loop() {
		rate := singleRate(b, binary, src.Hash, strategy, recording)
		var out bytes.Buffer
		args := []string{
			"sweep", strategy, "--spec=AIG=0.01,1", "--feed=" + recording, "--native", "--json",
			"--param=fast=300..1200/100", "--param=slow=1500..6000/500",
		}
		if Main(args, &out, &log) != 0 {
			b.Fatal(log.String())
		}
		var r struct {
			Events  float64 `json:"events"`
			Seconds float64 `json:"elapsed_seconds"`
			Runs    []json.RawMessage
		}
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			b.Fatal(err)
		}
		total := r.Events * float64(len(r.Runs))
		b.ReportMetric(total/r.Seconds, "events/s")
		b.ReportMetric(r.Seconds/(total/(rate*float64(runtime.NumCPU()))), "ratio")
	}
}

// singleRate is the median rate, in events a second, of five compiled backtests,
// one after the other.
func singleRate(b *testing.B, binary, hash, strategy, recording string) float64 {
	b.Helper()
	args := []string{"backtest", strategy, "--spec=AIG=0.01,1", "--feed=" + recording, "--json"}
	var rates []float64
	for range 5 {
		var out, log bytes.Buffer
		if status, err := native.Run(context.Background(), binary, hash, nil, args, &out, &log); err != nil || status != 0 {
			b.Fatal(status, err, log.String())
		}
		var r struct {
			Rate float64 `json:"events_per_second"`
		}
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			b.Fatal(err)
		}
		rates = append(rates, r.Rate)
	}
	slices.Sort(rates)
	return rates[2]
}
