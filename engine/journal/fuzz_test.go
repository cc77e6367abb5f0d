package journal

import (
	"errors"
	"os"
	"slices"
	"testing"
)

// FuzzReader: whatever is in the files, reading ends with records and nil, a torn
// tail or damage that is named; Open agrees, and what it repaired reads the same.
func FuzzReader(f *testing.F) {
	dir, _ := sample(f)
	var seeds [][]byte
	for _, p := range paths(f, dir)[:2] {
		b, err := os.ReadFile(p)
		must(f, err)
		seeds = append(seeds, b)
	}
	f.Add(seeds[0], seeds[1])
	f.Add(seeds[0], []byte{})
	f.Add(seeds[0][:len(seeds[0])-5], seeds[1][:70])
	f.Add([]byte{}, []byte{})
	f.Add(make([]byte, 200), seeds[1])
	f.Add(slices.Concat(seeds[0], make([]byte, 100)), []byte("x"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		dir := t.TempDir()
		// Headers with good checksums let the fuzzer reach what is behind them.
		for i, content := range [][]byte{a, b} {
			content = slices.Clone(content)
			if i == 1 && len(content) == 0 {
				continue
			}
			if len(content) > headerSize {
				sealHeader(content)
				sealFrame(content)
			}
			must(t, os.WriteFile(segmentPath(dir, uint64(1+5*i)), content, 0o600))
		}
		got, torn, err := read(t, dir, 0)
		var corrupt *CorruptError
		if err != nil && !errors.As(err, &corrupt) {
			t.Fatalf("neither clean, torn nor damaged: %v", err)
		}
		w, rec, oerr := Open(dir, light(Options{}))
		if (err == nil) != (oerr == nil) || err != nil && err.Error() != oerr.Error() {
			t.Fatalf("the reader says %v, Open %v", err, oerr)
		}
		if oerr != nil {
			return
		}
		if (torn == nil) != (rec.Cut == nil) || rec.Last+1-rec.First != uint64(len(got)) {
			t.Fatalf("torn %v and %d records, but Open %+v", torn, len(got), rec)
		}
		must(t, w.Close())
		again, left, err := read(t, dir, 0)
		if err != nil || left != nil || !slices.Equal(got, again) {
			t.Fatalf("after the repair: %d records, %v, %v; before %d", len(again), left, err, len(got))
		}
	})
}
