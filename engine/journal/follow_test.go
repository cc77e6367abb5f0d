package journal

import (
	"errors"
	"io"
	"os"
	"slices"
	"testing"
)

// TestFollow: a Reader at the end goes on when more is flushed, over segments.
func TestFollow(t *testing.T) {
	for _, segment := range []int64{1, 200, 1 << 20} {
		dir := t.TempDir()
		r, err := NewReader(dir, 0)
		must(t, err)
		defer r.Close()
		if _, err := r.Next(); err != io.EOF || r.Torn() != nil {
			t.Fatalf("an empty directory: %v, %v", err, r.Torn())
		}
		w, _ := open(t, dir, light(Options{SegmentBytes: segment}))
		for i, e := range some(50) {
			appendAll(t, w, e)
			must(t, w.Flush())
			if i%5 == 4 {
				must(t, w.Close())
				w, _ = open(t, dir, light(Options{SegmentBytes: segment}))
			}
			rec, err := r.Next()
			if err != nil || rec.Number != uint64(i+1) || string(rec.Payload) != e.payload {
				t.Fatalf("record %d: %+v, %v", i+1, rec, err)
			}
			if rec, err := r.Next(); err != io.EOF || r.Torn() != nil {
				t.Fatalf("after record %d: %+v, %v, %v", i+1, rec, err, r.Torn())
			}
		}
		must(t, w.Close())
	}
}

// TestFollowEveryByte: a Reader that looks after every byte that reaches the file sees
// each record as soon as it is whole, and never part of one.
func TestFollowEveryByte(t *testing.T) {
	dir, want := sample(t)
	work := t.TempDir()
	r, err := NewReader(work, 0)
	must(t, err)
	defer r.Close()
	seen := 0
	for _, s := range spans(t, dir) {
		content, err := os.ReadFile(s.path)
		must(t, err)
		path := work + s.path[len(dir):]
		if s.from == 0 {
			must(t, os.WriteFile(path, nil, 0o600))
		}
		for n := s.from; n < s.to; n++ {
			must(t, extend(path, content[n:n+1]))
			rec, err := r.Next()
			if n == s.to-1 && s.number > 0 {
				if err != nil || rec.Number != s.number || string(rec.Payload) != want[seen].payload {
					t.Fatalf("%s at %d: %+v, %v", path, n, rec, err)
				}
				seen++
				continue
			}
			if err != io.EOF || (r.Torn() == nil) != (n == s.to-1) {
				t.Fatalf("%s at %d: %+v, %v, torn %v", path, n, rec, err, r.Torn())
			}
		}
	}
	if seen != len(want) {
		t.Fatalf("saw %d of %d records", seen, len(want))
	}
}

// TestFollowOverRepair: a Reader that stands before a torn tail goes on when a Writer has
// cut it and written others in its place.
func TestFollowOverRepair(t *testing.T) {
	for _, segment := range []int64{1, 200, 1 << 20} {
		followOverRepair(t, segment)
	}
}

func followOverRepair(t *testing.T, segment int64) {
	dir := t.TempDir()
	w, _ := open(t, dir, Options{})
	appendAll(t, w, some(2)...)
	must(t, w.Sync())
	crash(t, w)
	must(t, extend(paths(t, dir)[0], make([]byte, 100)))
	r, err := NewReader(dir, 0)
	must(t, err)
	defer r.Close()
	if got, err := drain(t, r, 0); err != nil || len(got) != 2 || r.Torn() == nil || r.Torn().Bytes != 100 {
		t.Fatalf("%q, %v, torn %v", got, err, r.Torn())
	}
	w, rec := open(t, dir, light(Options{SegmentBytes: segment}))
	if rec.Cut == nil || rec.Cut.Bytes != 100 {
		t.Fatalf("%+v", rec)
	}
	more := some(20)
	appendAll(t, w, more...)
	must(t, w.Close())
	got, err := drain(t, r, 3)
	if err != nil || !slices.Equal(got, more) || r.Torn() != nil {
		t.Fatalf("segment %d: %q, %v, torn %v", segment, got, err, r.Torn())
	}
}

// TestFollowIntoDamage: a segment whose header was unfinished when a Reader looked, and
// still is when there is another one after it, was not being created.
func TestFollowIntoDamage(t *testing.T) {
	dir, _ := sample(t)
	names := paths(t, dir)
	hidden := names[2] + ".later"
	must(t, os.Truncate(names[1], 10))
	must(t, os.Rename(names[2], hidden))
	for _, p := range names[3:] {
		must(t, os.Remove(p))
	}
	r, err := NewReader(dir, 0)
	must(t, err)
	defer r.Close()
	if _, err := drain(t, r, 1); err != nil || r.Torn() == nil || r.Torn().File != names[1] {
		t.Fatalf("%v, torn %v", err, r.Torn())
	}
	must(t, os.Rename(hidden, names[2]))
	_, err = r.Next()
	damaged(t, err, span{path: names[1]}, 10)
	_, again := r.Next()
	if again != err {
		t.Errorf("the second time: %v", again)
	}
}

// TestListingWithAGap: a directory listed while segments are begun can show the third
// without the second; that is not damage.
func TestListingWithAGap(t *testing.T) {
	dir, want := sample(t)
	r, err := NewReader(dir, 0)
	must(t, err)
	defer r.Close()
	_, err = r.Next()
	must(t, err)
	list, err := segments(dir)
	must(t, err)
	r.list = append(list[:1:1], list[2:]...)
	if rest, err := drain(t, r, 2); err != nil || !slices.Equal(rest, want[1:]) {
		t.Errorf("%d records, %v", len(rest), err)
	}
}

// TestReadWhileWriting races a Reader against a Writer that rotates and removes nothing.
func TestReadWhileWriting(t *testing.T) {
	dir := t.TempDir()
	want := some(3000)
	w, _ := open(t, dir, light(Options{SegmentBytes: 5000, BufferBytes: 300}))
	done := make(chan error, 1)
	go func() {
		for i, e := range want {
			_, err := w.Append(e.kind, []byte(e.payload))
			if err == nil && i%50 == 0 {
				err = w.Sync()
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- w.Close()
	}()
	r, err := NewReader(dir, 0)
	must(t, err)
	defer r.Close()
	var got []entry
	closed := false
	for len(got) < len(want) {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			if closed {
				break
			}
			select {
			case err := <-done:
				must(t, err)
				closed = true
			default:
			}
			continue
		}
		must(t, err)
		got = append(got, entry{rec.Kind, string(rec.Payload)})
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%d of %d records", len(got), len(want))
	}
	if !closed {
		must(t, <-done)
	}
}

func TestRetention(t *testing.T) {
	// A segment holds one record here, so segments are records.
	for _, c := range []struct {
		name  string
		keep  Retain
		pin   uint64
		first uint64 // after 20 records
	}{
		{"all", Retain{}, 0, 1},
		{"five segments", Retain{Segments: 5}, 0, 16},
		{"one segment", Retain{Segments: 1}, 0, 20},
		{"bytes for three", Retain{Bytes: 2*(headerSize+frameSize+10) + headerSize}, 0, 18},
		{"bytes less by one", Retain{Bytes: 2*(headerSize+frameSize+10) + headerSize - 1}, 0, 19},
		{"both", Retain{Segments: 5, Bytes: 2*(headerSize+frameSize+10) + headerSize}, 0, 18},
		{"pinned", Retain{Segments: 5}, 7, 7},
		{"pinned at the bound", Retain{Segments: 5}, 16, 16},
		{"pinned beyond it", Retain{Segments: 5}, 17, 16},
		{"pinned at the first", Retain{Segments: 1}, 1, 1},
		{"pinned in the future", Retain{Segments: 1}, 99, 20},
	} {
		dir := t.TempDir()
		w, _ := open(t, dir, light(Options{SegmentBytes: 1, Retain: c.keep}))
		w.Pin(c.pin)
		for range 20 {
			appendAll(t, w, entry{1, "0123456789"})
		}
		must(t, w.Close())
		got, _, err := read(t, dir, 0)
		if err != nil || len(got) != int(21-c.first) {
			t.Errorf("%s: %d records are left, %v, want %d", c.name, len(got), err, 21-c.first)
		}
		w, rec := open(t, dir, light(Options{SegmentBytes: 1, Retain: Retain{Segments: 2}}))
		if rec.First != c.first || rec.Last != 20 || rec.Segments != int(21-c.first) {
			t.Errorf("%s: %+v, want from %d", c.name, rec, c.first)
		}
		appendAll(t, w, entry{1, "the next segment removes what older runs left"})
		must(t, w.Close())
		if n := len(paths(t, dir)); n != 2 {
			t.Errorf("%s: %d segments are left after a restart", c.name, n)
		}
	}
}

// TestOvertaken: a Reader whose next segment retention removed is told so.
func TestOvertaken(t *testing.T) {
	dir := t.TempDir()
	w, _ := open(t, dir, light(Options{SegmentBytes: 1, Retain: Retain{Segments: 2}}))
	appendAll(t, w, some(1)...)
	must(t, w.Flush())
	r, err := NewReader(dir, 0)
	must(t, err)
	defer r.Close()
	if got, err := drain(t, r, 1); err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	appendAll(t, w, some(9)...)
	must(t, w.Close())
	var removed *RemovedError
	if _, err := r.Next(); !errors.As(err, &removed) || removed.Asked != 2 || removed.First != 9 {
		t.Errorf("%v", err)
	}
	if _, err := r.Next(); !errors.As(err, &removed) {
		t.Errorf("the second time: %v", err)
	}
}

// TestNewestWithoutRecords: after a crash just behind a rotation that removed all else, the
// numbers go on.
func TestNewestWithoutRecords(t *testing.T) {
	dir := t.TempDir()
	w, _ := open(t, dir, Options{SegmentBytes: 1, Retain: Retain{Segments: 1}, BufferBytes: 1 << 10})
	appendAll(t, w, some(3)...)
	crash(t, w) // the third is in the buffer of a segment that has only its header
	w, rec := open(t, dir, Options{})
	if rec.First != 3 || rec.Last != 2 || w.Last() != 2 || rec.String() != "empty" {
		t.Errorf("%+v, last %d", rec, w.Last())
	}
	must(t, w.Close())
}

func TestVerify(t *testing.T) {
	dir, want := sample(t)
	rep, err := Verify(dir)
	var bytes int64
	for _, p := range paths(t, dir) {
		info, err := os.Stat(p)
		must(t, err)
		bytes += info.Size()
	}
	n := uint64(len(want))
	if err != nil || rep != (Report{Segments: len(paths(t, dir)), Records: n, First: 1, Last: n, Bytes: bytes, Ended: true}) {
		t.Errorf("%+v, %v", rep, err)
	}
	names := paths(t, dir)
	must(t, extend(names[len(names)-1], []byte("half a record")))
	rep, err = Verify(dir)
	if err != nil || rep.Torn == nil || rep.Torn.Bytes != 13 || rep.Ended || rep.Records != n || rep.Damage != nil {
		t.Errorf("with a torn tail: %+v, %v", rep, err)
	}
	if _, err := Verify(t.TempDir()); err == nil {
		t.Error("an empty directory is a journal")
	}
	if _, err := Verify(dir + "/none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}
