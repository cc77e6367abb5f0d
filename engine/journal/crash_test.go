package journal

import (
	"bytes"
	"errors"
	"fmt"
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
	want = some(18)
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
			if n%5 > 0 && n > s.from {
				continue
			}
			_, _, err := Open(dir, light(Options{}))
			damaged(t, err, s, n)
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

// TestProofIsBounded: a payload full of what looks like frames does not take its
// length squared to search, and is not cut.
func TestProofIsBounded(t *testing.T) {
	fake := make([]byte, frameSize)
	f := frame{length: MaxPayload / 2, kind: 1, number: 9, synced: 9}
	f.put(fake)
	tail := bytes.Repeat(fake, MaxPayload/frameSize)
	if !proves(tail, 1, 9) {
		t.Error("the search of a hostile tail found nothing and was not given up")
	}
	if proves(tail, 1, 10) {
		t.Error("frames that say another record was on disk are taken for proof")
	}
	if proves(tail[:2*frameSize], 1, 9) {
		t.Error("a tail that is easily searched is taken for proof")
	}
}
