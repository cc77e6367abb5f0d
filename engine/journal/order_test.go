package journal

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
)

// TestOrderOfTheDisk: whatever is appended, a segment is on disk before the next one
// exists, and the directory is synced after each change of it, one change at a time.
func TestOrderOfTheDisk(t *testing.T) {
	dir := t.TempDir()
	d := &disk{synced: map[string]int64{}}
	o := Options{SegmentBytes: 300, Wrap: d.wrap, syncDir: d.syncDir}
	w, _ := open(t, dir, o)
	settled(t, w, d, "a new journal")
	for i, e := range some(40) {
		appendAll(t, w, e)
		settled(t, w, d, fmt.Sprintf("record %d", i+1))
	}
	if len(d.dirs) < 5 {
		t.Fatalf("only %d segments were begun", len(d.dirs))
	}
	crash(t, w)
	must(t, os.WriteFile(segmentPath(dir, w.Last()+1), []byte("cut off while created"), 0o600))
	// What was in the buffer is lost, so the name above does not continue the journal.
	var corrupt *CorruptError
	if _, _, err := Open(dir, o); !errors.As(err, &corrupt) || corrupt.File != w.path || corrupt.Offset != headerSize {
		t.Fatalf("a segment that does not continue the journal: %v", err)
	}
	must(t, os.Remove(segmentPath(dir, w.Last()+1)))
	begun := d.dirs
	d.dirs = nil // as after a crash, when nobody knows whether it was synced
	w, rec := open(t, dir, o)
	settled(t, w, d, "a restart")
	must(t, w.Sync())
	crash(t, w)
	must(t, os.WriteFile(segmentPath(dir, rec.Last+1), []byte("cut off while created"), 0o600))
	o.Retain = Retain{Segments: 1}
	w, rec = open(t, dir, o)
	if rec.Cut == nil {
		t.Fatalf("%+v", rec)
	}
	settled(t, w, d, "a repair")
	appendAll(t, w, some(10)...)
	settled(t, w, d, "retention")
	if n := len(paths(t, dir)); n != 1 {
		t.Errorf("%d segments are left", n)
	}
	for _, dirs := range [][][]string{begun, d.dirs} {
		for i := 1; i < len(dirs); i++ {
			if changed(dirs[i-1], dirs[i]) > 1 && len(dirs[i-1]) > 0 {
				t.Errorf("between two syncs the directory went from %v to %v", dirs[i-1], dirs[i])
			}
		}
	}
	must(t, w.Close())
}

// settled checks that all but the newest segment, and the directory, are on disk.
func settled(t *testing.T, w *Writer, d *disk, after string) {
	t.Helper()
	now := paths(t, w.dir)
	if len(d.dirs) == 0 || !slices.Equal(d.dirs[len(d.dirs)-1], now) {
		t.Fatalf("after %s the directory is not synced: %v", after, now)
	}
	for _, p := range now[:len(now)-1] {
		info, err := os.Stat(p)
		must(t, err)
		if d.synced[p] != info.Size() {
			t.Fatalf("after %s %s has %d bytes, of which %d are synced", after, p, info.Size(), d.synced[p])
		}
	}
}

// changed counts the segments in which two listings differ.
func changed(a, b []string) int {
	n := 0
	for _, x := range a {
		if !slices.Contains(b, x) {
			n++
		}
	}
	for _, x := range b {
		if !slices.Contains(a, x) {
			n++
		}
	}
	return n
}
