package journal

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sample writes a journal of several segments, with syncs, restarts and a clean end.
func sample(t testing.TB) (dir string, want []entry) {
	t.Helper()
	dir = t.TempDir()
	want = some(30)
	o := light(Options{SegmentBytes: 300, BufferBytes: 100})
	w, _ := open(t, dir, o)
	for i, e := range want {
		appendAll(t, w, e)
		if i%4 == 3 {
			must(t, w.Sync())
		}
		if i%11 == 10 {
			must(t, w.Close())
			w, _ = open(t, dir, o)
		}
	}
	must(t, w.Close())
	return dir, want
}

// span is a frame, or a header, in a segment file.
type span struct {
	path     string
	from, to int64
	number   uint64 // 0 for headers and end marks
}

// spans takes a journal apart without a Reader.
func spans(t testing.TB, dir string) []span {
	t.Helper()
	var list []span
	for _, p := range paths(t, dir) {
		b, err := os.ReadFile(p)
		must(t, err)
		_, seed, why := decodeHeader(b)
		if why != "" {
			t.Fatal(p, why)
		}
		list = append(list, span{p, 0, headerSize, 0})
		for off := headerSize; off < len(b); {
			f, why := wholeFrame(b[off:], seed)
			if why != "" {
				t.Fatal(p, off, why)
			}
			s := span{p, int64(off), int64(off + frameSize + f.length), f.number}
			if f.kind == endMark {
				s.number = 0
			}
			list = append(list, s)
			off = int(s.to)
		}
	}
	return list
}

// TestKilledAtEveryByte: whatever length the files have after a kill, the records
// that are whole are there, nothing else is, and writing goes on.
func TestKilledAtEveryByte(t *testing.T) {
	dir, want := sample(t)
	all := spans(t, dir)
	work := t.TempDir()
	whole := 0
	for _, s := range all {
		content, err := os.ReadFile(s.path)
		must(t, err)
		path := filepath.Join(work, filepath.Base(s.path))
		for n := s.from; n <= s.to; n++ {
			if n == s.to && s.number > 0 {
				whole++
			}
			must(t, os.WriteFile(path, content[:n], 0o600))
			before, _, err := read(t, work, 0)
			if err != nil || !slices.Equal(before, want[:whole]) {
				t.Fatalf("%s cut to %d: the reader finds %d records, %v, want %d", s.path, n, len(before), err, whole)
			}
			torn := n != s.to && (n != s.from || s.from == 0)
			reopen(t, work, path, want[:whole], torn, n)
			for _, p := range paths(t, work) {
				if p > path { // a segment that the reopened writer began
					must(t, os.Remove(p))
				}
			}
		}
		must(t, os.WriteFile(path, content[:s.to], 0o600))
	}
	if whole != len(want) {
		t.Fatalf("%d records were seen, want %d", whole, len(want))
	}
}

// reopen opens a journal after a kill, checks what is there, writes on and checks again.
func reopen(t *testing.T, dir, path string, want []entry, torn bool, n int64) {
	t.Helper()
	w, rec := open(t, dir, light(Options{SegmentBytes: 300, BufferBytes: 100}))
	if rec.Last != uint64(len(want)) || (rec.Cut != nil) != torn {
		t.Fatalf("%s cut to %d: %+v, want %d records, torn %v", path, n, rec, len(want), torn)
	}
	if torn && (rec.Cut.File != path || rec.Cut.Offset+rec.Cut.Bytes != n || !strings.Contains(rec.String(), path)) {
		t.Fatalf("%s cut to %d: %s", path, n, rec)
	}
	appendAll(t, w, entry{9, "after"})
	must(t, w.Close())
	got, left, err := read(t, dir, 0)
	if err != nil || left != nil || !slices.Equal(got, append(slices.Clone(want), entry{9, "after"})) {
		t.Fatalf("%s cut to %d: after writing on %d records, %v, %v", path, n, len(got), left, err)
	}
}

// TestFlippedBytes: in a journal that was closed, every byte that changes is damage,
// named by file and by the offset of the frame it is in.
func TestFlippedBytes(t *testing.T) {
	dir, want := sample(t)
	all := spans(t, dir)
	for i, s := range all[:len(all)-1] {
		content, err := os.ReadFile(s.path)
		must(t, err)
		before := 0
		for _, e := range all[:i] {
			if e.number > 0 {
				before++
			}
		}
		for n := s.from; n < s.to; n++ {
			for _, mask := range []byte{1, 0xff} {
				content[n] ^= mask
				must(t, os.WriteFile(s.path, content, 0o600))
				content[n] ^= mask
				got, _, err := read(t, dir, 0)
				damaged(t, err, s, n)
				if !slices.Equal(got, want[:before]) {
					t.Fatalf("byte %d of %s: %d records before the damage, want %d", n, s.path, len(got), before)
				}
			}
			_, _, err := Open(dir, light(Options{}))
			damaged(t, err, s, n)
			if n%5 > 0 && n > s.from {
				continue
			}
			rep, err := Verify(dir)
			must(t, err)
			damaged(t, rep.Damage, s, n)
		}
		must(t, os.WriteFile(s.path, content, 0o600))
	}
	got, _, err := read(t, dir, 0)
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("the test did not restore the journal: %v", err)
	}
}

func damaged(t *testing.T, err error, s span, n int64) {
	t.Helper()
	var c *CorruptError
	if !errors.As(err, &c) || c == nil {
		t.Fatalf("byte %d of %s was changed: %v", n, s.path, err)
	}
	if c.File != s.path || c.Offset != s.from {
		t.Fatalf("byte %d of %s was changed: %v, want offset %d", n, s.path, err, s.from)
	}
	if text := c.Error(); !strings.Contains(text, s.path) || !strings.Contains(text, fmt.Sprintf("offset %d:", s.from)) {
		t.Fatalf("the message does not name file and offset: %s", text)
	}
}

// TestFlippedTail: the end mark has nothing after it, so it is torn, and nothing is lost.
func TestFlippedTail(t *testing.T) {
	dir, want := sample(t)
	all := spans(t, dir)
	last := all[len(all)-1]
	content, err := os.ReadFile(last.path)
	must(t, err)
	content[last.from+3] ^= 1
	must(t, os.WriteFile(last.path, content, 0o600))
	w, rec := open(t, dir, Options{})
	if rec.Cut == nil || rec.Cut.Offset != last.from || rec.Last != uint64(len(want)) || rec.Ended {
		t.Errorf("%+v", rec)
	}
	must(t, w.Close())
}

// TestProof: a damaged record is torn as long as nothing after it says that it was
// on disk, whatever else is whole; from then on it is corruption.
func TestProof(t *testing.T) {
	for _, proven := range []bool{false, true} {
		dir := t.TempDir()
		w, _ := open(t, dir, Options{})
		want := some(9)
		appendAll(t, w, want[:3]...)
		must(t, w.Sync())
		appendAll(t, w, want[3:8]...)
		if proven {
			must(t, w.Sync())
		}
		appendAll(t, w, want[8])
		must(t, w.Flush())
		crash(t, w)
		s := spans(t, dir)[1+4] // record 5
		b, err := os.ReadFile(s.path)
		must(t, err)
		clear(b[s.from:s.to])
		must(t, os.WriteFile(s.path, b, 0o600))
		w, rec, err := Open(dir, Options{})
		if proven {
			damaged(t, err, s, s.from)
			continue
		}
		if err != nil || rec.Last != 4 || rec.Cut == nil || rec.Cut.Offset != s.from || rec.Cut.Bytes != int64(len(b))-s.from {
			t.Fatalf("unproven: %+v, %v", rec, err)
		}
		must(t, w.Close())
		got, _, err := read(t, dir, 0)
		if err != nil || !slices.Equal(got, want[:4]) {
			t.Fatalf("unproven: %q, %v", got, err)
		}
	}
}

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
		{"a middle one is missing", "belongs here", 1, func(d string) { must(t, os.Remove(filepath.Join(d, filepath.Base(names[1])))) }},
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
		if !errors.As(err, &corrupt) || filepath.Base(corrupt.File) != filepath.Base(names[c.file]) || !strings.Contains(corrupt.Why, c.why) {
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
