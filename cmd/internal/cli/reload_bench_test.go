package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tollgate/strategies/script"
)

// BenchmarkReload is the time from a file saved to its version ready to be swapped
// in, the watcher's wait for quiet included; the swap itself takes place before the
// next market event.
func BenchmarkReload(b *testing.B) {
	file := filepath.Join(b.TempDir(), "edited.go")
	if err := os.WriteFile(file, []byte(edited), 0o600); err != nil {
		b.Fatal(err)
	}
	r := script.NewReloader(file, "", script.Options{Guard: guard()})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	<-r.Ready // what is there at the start
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		saved := time.Now()
		if err := os.WriteFile(file, []byte(fmt.Sprintf("%s\n// version %d\n", edited, n)), 0o600); err != nil {
			b.Fatal(err)
		}
		if c := <-r.Ready; c.Err != nil {
			b.Fatal(c.Err)
		}
		took = append(took, time.Since(saved))
	}
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
