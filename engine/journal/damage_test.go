package journal

import (
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSegmentsMissingOrForeign: what no crash does to whole files is noticed.
func TestSegmentsMissingOrForeign(t *testing.T) {
	dir, want := sample(t)
	other, _ := sample(t)
	names := paths(t, dir)
	if len(names) < 4 {
		t.Fatalf("only %d segments", len(names))
	}
	foreign := func(d string, from, to int) {
		b, err := os.ReadFile(filepath.Join(other, filepath.Base(names[from])))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(d, filepath.Base(names[to])), b, 0o600))
	}
	for _, c := range []struct {
		name, why string
		file      int
		change    func(d string)
	}{
		{"a middle one is missing", "is not there: it held the records from", 1, func(d string) { must(t, os.Remove(filepath.Join(d, filepath.Base(names[1])))) }},
		{"one of another run", "belongs to run", 1, func(d string) { foreign(d, 1, 1) }},
		{"another one's name", "its name says", 2, func(d string) {
			must(t, os.Rename(filepath.Join(d, filepath.Base(names[1])), filepath.Join(d, filepath.Base(names[2]))))
			b, err := os.ReadFile(names[1])
			must(t, err)
			must(t, os.WriteFile(filepath.Join(d, filepath.Base(names[1])), b, 0o600))
		}},
		{"after a longer one", "does not continue", 1, func(d string) { addMark(t, filepath.Join(d, filepath.Base(names[0])), 6) }},
		{"an end mark with a wrong number", "record 5 stands where 6 belongs", 0, func(d string) { addMark(t, filepath.Join(d, filepath.Base(names[0])), 5) }},
		{"a stray one", "but the segment after it begins with record 2", 0, func(d string) {
			must(t, os.WriteFile(segmentPath(d, 2), nil, 0o600))
		}},
		{"an empty file in the middle", "unfinished", 1, func(d string) { must(t, os.Truncate(filepath.Join(d, filepath.Base(names[1])), 0)) }},
	} {
		d := copyDir(t, dir)
		c.change(d)
		_, _, err := read(t, d, 0)
		var corrupt *CorruptError
		if !errors.As(err, &corrupt) || filepath.Base(corrupt.File) != filepath.Base(names[c.file]) || !strings.Contains(corrupt.Error(), c.why) {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, _, err := Open(d, Options{}); !errors.As(err, &corrupt) {
			t.Errorf("%s: Open: %v", c.name, err)
		}
	}
	d := copyDir(t, dir) // without its first segment it is what retention leaves
	must(t, os.Remove(filepath.Join(d, filepath.Base(names[0]))))
	got, _, err := read(t, d, 0)
	if err != nil || !slices.Equal(got, want[len(want)-len(got):]) || len(got) == 0 {
		t.Errorf("without the first segment: %d records, %v", len(got), err)
	}
	var removed *RemovedError
	if _, _, err := read(t, d, 1); !errors.As(err, &removed) || removed.Asked != 1 || removed.First != uint64(len(want)-len(got)+1) {
		t.Errorf("asking for what is gone: %v", err)
	}
}

// addMark ends a segment with a whole end mark that no Writer wrote.
func addMark(t *testing.T, path string, number uint64) {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	_, seed, _ := decodeHeader(content)
	b := make([]byte, frameSize)
	f := frame{kind: endMark, number: number, synced: number}
	f.put(b)
	order.PutUint32(b, crc32.Update(seed, castagnoli, b[4:]))
	must(t, extend(path, b))
}

// TestLoneTornHeader: a first segment cut off while created begins anew; any other
// lone one has lost what came before it.
func TestLoneTornHeader(t *testing.T) {
	for _, c := range []struct {
		first   uint64
		n       int
		corrupt bool
	}{{1, 0, false}, {1, 63, false}, {1, 64, false}, {1, 65, true}, {2, 0, true}, {2, 64, true}} {
		dir := t.TempDir()
		must(t, os.WriteFile(segmentPath(dir, c.first), make([]byte, c.n), 0o600))
		w, rec, err := Open(dir, Options{})
		var corrupt *CorruptError
		if errors.As(err, &corrupt) != c.corrupt || err != nil && !c.corrupt {
			t.Errorf("%d bytes of segment %d: %v", c.n, c.first, err)
		}
		if err == nil {
			if rec.Cut == nil || rec.Cut.Bytes != int64(c.n) || w.Last() != 0 {
				t.Errorf("%d bytes of segment %d: %+v", c.n, c.first, rec)
			}
			must(t, w.Close())
		}
	}
}

func TestFirstSegmentContinuesNothing(t *testing.T) {
	dir := t.TempDir()
	b, _ := (&header{first: 1, chain: 7}).encode()
	must(t, os.WriteFile(segmentPath(dir, 1), b, 0o600))
	_, _, err := Open(dir, Options{})
	var corrupt *CorruptError
	if !errors.As(err, &corrupt) || !strings.Contains(corrupt.Why, "begins with record 1") {
		t.Errorf("%v", err)
	}
}

func TestVersion(t *testing.T) {
	dir := t.TempDir()
	b, _ := (&header{first: 1}).encode()
	order.PutUint32(b[8:], 2)
	sealHeader(b)
	must(t, os.WriteFile(segmentPath(dir, 1), b, 0o600))
	_, _, err := Open(dir, Options{})
	var corrupt *CorruptError
	if !errors.As(err, &corrupt) || !strings.Contains(corrupt.Why, "version 2") {
		t.Errorf("a later version: %v", err)
	}
}
