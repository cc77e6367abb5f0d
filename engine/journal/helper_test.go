package journal

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// entry is a record as a test remembers it.
type entry struct {
	kind    byte
	payload string
}

func open(t testing.TB, dir string, o Options) (*Writer, Recovery) {
	t.Helper()
	w, rec, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return w, rec
}

func appendAll(t testing.TB, w *Writer, entries ...entry) {
	t.Helper()
	for _, e := range entries {
		if _, err := w.Append(e.kind, []byte(e.payload)); err != nil {
			t.Fatal(err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// some are n different records of different lengths.
func some(n int) []entry {
	list := make([]entry, n)
	for i := range list {
		list[i] = entry{byte(1 + i%7), fmt.Sprintf("record %d %0*d", i+1, i%11, 0)}
	}
	return list
}

// read returns all records from a number on, and the error that ended it, io.EOF
// being none. It checks that they are numbered without gaps.
func read(t testing.TB, dir string, from uint64) ([]entry, *Cut, error) {
	t.Helper()
	r, err := NewReader(dir, from)
	must(t, err)
	defer r.Close()
	list, err := drain(t, r, from)
	return list, r.Torn(), err
}

func drain(t testing.TB, r *Reader, from uint64) ([]entry, error) {
	t.Helper()
	var list []entry
	for number := from; ; number++ {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		if number == 0 {
			number = rec.Number
		}
		if rec.Number != number {
			t.Fatalf("record %d follows record %d", rec.Number, number-1)
		}
		list = append(list, entry{rec.Kind, string(rec.Payload)})
	}
}

// crash leaves a Writer as the end of its process does: what was flushed is in the
// files, the lock is free.
func crash(t testing.TB, w *Writer) {
	t.Helper()
	if w.f != nil {
		must(t, w.f.Close())
	}
	must(t, w.unlock())
	w.closed = true
}

func paths(t testing.TB, dir string) []string {
	t.Helper()
	list, err := segments(dir)
	must(t, err)
	var names []string
	for _, s := range list {
		names = append(names, s.path)
	}
	return names
}

// copyDir is a copy of a journal without its lock.
func copyDir(t testing.TB, dir string) string {
	t.Helper()
	to := t.TempDir()
	for _, p := range paths(t, dir) {
		b, err := os.ReadFile(p)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(to, filepath.Base(p)), b, 0o600))
	}
	return to
}

// sealHeader makes a changed header whole.
func sealHeader(b []byte) { order.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli)) }

// light are options of a journal that trusts the operating system with its data: a
// test that opens thousands of journals would wait for the disk all day.
func light(o Options) Options {
	d := new(disk)
	o.Wrap, o.syncDir = d.wrap, d.syncDir
	return o
}

// sealFrame makes the first frame of a changed segment whole, if its length allows.
func sealFrame(b []byte) {
	_, seed, why := decodeHeader(b)
	b = b[headerSize:]
	if why != "" || len(b) < frameSize || parseFrame(b).length > len(b)-frameSize {
		return
	}
	order.PutUint32(b, crc32.Update(seed, castagnoli, b[4:frameSize+parseFrame(b).length]))
}
