package cli

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"testing"

	"tollgate/configs"
	"tollgate/engine"
	"tollgate/sim/feed"
)

var update = flag.Bool("update", false, "make the bundled sample anew")

// TestSample: the bundled sample is what the generator makes, event for event (the
// bytes depend on the version of the compressor), so nothing but synthetic data is
// in it; and it is small.
func TestSample(t *testing.T) {
	u := engine.NewUniverse()
	key, spec, err := resolver(configs.Builtin())(feed.SampleKey)
	if err != nil {
		t.Fatal(err)
	}
	id, err := u.Add(key, spec)
	if err != nil {
		t.Fatal(err)
	}
	var made bytes.Buffer
	if err := feed.WriteSample(&made, u, id); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("sample.arrows", made.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, want := digest(t, sample), digest(t, made.Bytes()); got != want {
		t.Errorf("sample.arrows holds %s, the generator makes %s; run go test ./cmd/internal/cli -run TestSample -update", got, want)
	}
	if len(sample) > 2_000_000 {
		t.Errorf("the sample has %d bytes, more than 2 MB", len(sample))
	}
}

// digest folds every event of a recording.
func digest(t *testing.T, recording []byte) string {
	t.Helper()
	src, err := feed.NewSource(bytes.NewReader(recording), "sample", feed.Options{
		Universe: engine.NewUniverse(), Resolve: resolver(configs.Builtin()),
	})
	if err != nil {
		t.Fatal(err)
	}
	h, n := engine.NewHash(), 0
	var q engine.Quote
	for ; ; n++ {
		if err := src.Next(&q); err == io.EOF {
			return fmt.Sprintf("%d events %s", n, h)
		} else if err != nil {
			t.Fatal(err)
		}
		(&engine.Publish{Quote: &q}).Fold(&h)
	}
}
