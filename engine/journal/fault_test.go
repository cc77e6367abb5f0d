package journal

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

// disk fails the operation numbered at, counted over all files, and remembers for
// each file how much of it is certain to be on disk.
type disk struct {
	at     int // 0: never
	ops    int
	mode   string
	synced map[string]int64
	dirs   [][]string // the segments at each sync of the directory
}

type faultyFile struct {
	File
	d    *disk
	name string
	size int64
}

var errDisk = errors.New("the disk does not answer")

func (d *disk) wrap(f File) File {
	name := f.(diskFile).Name()
	info, err := os.Stat(name)
	if err != nil {
		panic(err)
	}
	return &faultyFile{f, d, name, info.Size()}
}

func (d *disk) fails() bool {
	d.ops++
	return d.ops == d.at
}

func (f *faultyFile) Write(b []byte) (int, error) {
	keep, err := len(b), error(nil)
	if f.d.fails() {
		switch f.d.mode {
		case "error":
			keep, err = 0, errDisk
		case "full":
			keep, err = len(b)/2, syscall.ENOSPC
		case "short":
			keep = len(b) - 1
		}
	}
	n, werr := f.File.Write(b[:keep])
	f.size += int64(n)
	return n, errors.Join(err, werr)
}

func (f *faultyFile) Sync() error {
	if f.d.fails() {
		return errDisk
	}
	if f.d.synced != nil {
		f.d.synced[f.name] = f.size
	}
	return nil
}

// syncDir is an operation like the others.
func (d *disk) syncDir(dir string) error {
	if d.fails() {
		return errDisk
	}
	list, err := segments(dir)
	var names []string
	for _, s := range list {
		names = append(names, s.path)
	}
	if d.synced != nil {
		d.dirs = append(d.dirs, names)
	}
	return err
}

// TestEveryOperationFails: after a failure, whichever it is, everything is refused with
// the cause, and a restart finds all that was synced.
func TestEveryOperationFails(t *testing.T) {
	modes := map[string]error{"error": errDisk, "full": syscall.ENOSPC, "short": nil}
	for mode, cause := range modes {
		for at := 1; ; at++ {
			dir := t.TempDir()
			d := &disk{at: at, mode: mode}
			want, synced, err := abuse(t, dir, d)
			if d.ops < at {
				if at < 20 {
					t.Fatalf("%s: only %d operations were tried", mode, at)
				}
				break
			}
			if err == nil {
				t.Fatalf("%s at operation %d: nobody was told", mode, at)
			}
			if cause != nil && !errors.Is(err, cause) && !errors.Is(err, errDisk) {
				t.Fatalf("%s at operation %d: %v does not wrap the cause", mode, at, err)
			}
			w, rec := open(t, dir, light(Options{SegmentBytes: 300}))
			must(t, w.Close())
			got, _, err := read(t, dir, 0)
			if err != nil || len(got) < synced || len(got) > len(want) || !slices.Equal(got, want[:len(got)]) {
				t.Fatalf("%s at operation %d: %d records after the restart (%s), %v; %d were synced", mode, at, len(got), rec, err, synced)
			}
		}
	}
}

// abuse writes until the disk fails and returns what it tried to append, how many
// records were synced and the error.
func abuse(t *testing.T, dir string, d *disk) (tried []entry, synced int, err error) {
	w, _, err := Open(dir, Options{SegmentBytes: 300, BufferBytes: 64, Wrap: d.wrap, syncDir: d.syncDir})
	if err != nil {
		return nil, 0, err
	}
	for i, e := range some(25) {
		tried = append(tried, e)
		if _, err = w.Append(e.kind, []byte(e.payload)); err != nil {
			break
		}
		if i%3 == 2 {
			if err = w.Sync(); err != nil {
				break
			}
			synced = i + 1
		}
	}
	if err == nil {
		return tried, synced, w.Close()
	}
	stopped(t, w, err, d)
	return tried, synced, err
}

// stopped checks that a Writer that failed writes nothing more.
func stopped(t *testing.T, w *Writer, first error, d *disk) {
	t.Helper()
	ops := d.ops
	_, again := w.Append(1, []byte("more"))
	for _, err := range []error{first, again, w.Sync(), w.Flush(), w.Close()} {
		if !errors.Is(err, ErrStopped) || !strings.Contains(err.Error(), first.Error()) {
			t.Fatalf("after %v: %v", first, err)
		}
	}
	if d.ops != ops {
		t.Fatalf("after %v the disk was touched %d times more", first, d.ops-ops)
	}
	must(t, w.Close())
}

// TestRotationFails: a segment that cannot be begun stops the Writer.
func TestRotationFails(t *testing.T) {
	dir := t.TempDir()
	w, _ := open(t, dir, Options{SegmentBytes: 1})
	appendAll(t, w, entry{1, "a"})
	must(t, os.Mkdir(segmentPath(dir, 2), 0o700))
	_, err := w.Append(1, []byte("b"))
	if !errors.Is(err, ErrStopped) || !errors.Is(err, os.ErrExist) {
		t.Fatalf("%v", err)
	}
	if err := w.Close(); !errors.Is(err, ErrStopped) {
		t.Errorf("Close: %v", err)
	}
	must(t, os.Remove(segmentPath(dir, 2)))
	w, rec := open(t, dir, Options{})
	if rec.Last != 1 || w.Last() != 1 {
		t.Errorf("%+v", rec)
	}
	must(t, w.Close())
}

// machine is a journal beside a list, with crashes of program and machine.
type machine struct {
	dir    string
	w      *Writer
	d      *disk
	o      Options
	want   []entry // all that should be there
	synced int     // so many of them for certain
}

// TestAgainstAList: whatever happens in whatever order, the journal is a list of which
// a crash may lose the end that was not synced, and nothing else.
func TestAgainstAList(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp("", "journal")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		m := &machine{dir: dir, d: &disk{synced: map[string]int64{}}}
		m.o = Options{
			SegmentBytes: rapid.Int64Range(100, 2000).Draw(rt, "segment"),
			BufferBytes:  rapid.IntRange(1, 200).Draw(rt, "buffer"),
			Wrap:         m.d.wrap,
			syncDir:      m.d.syncDir,
		}
		m.open(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"append": m.append, "sync": m.sync, "restart": m.restart, "kill": m.kill, "power": m.power, "": m.check,
		})
		if err := m.w.Close(); err != nil {
			rt.Fatal(err)
		}
		m.verify(rt, len(m.want))
	})
}

func (m *machine) open(rt *rapid.T) Recovery {
	w, rec, err := Open(m.dir, m.o)
	if err != nil {
		rt.Fatal(err)
	}
	m.w = w
	return rec
}

func (m *machine) append(rt *rapid.T) {
	for range rapid.IntRange(1, 8).Draw(rt, "n") {
		e := entry{rapid.Byte().Draw(rt, "kind") | 1, strings.Repeat(rapid.SampledFrom([]string{"\x00", "\x01\x00\x00", "abc"}).Draw(rt, "payload"), rapid.IntRange(0, 50).Draw(rt, "times"))}
		n, err := m.w.Append(e.kind, []byte(e.payload))
		m.want = append(m.want, e)
		if err != nil || n != uint64(len(m.want)) {
			rt.Fatal(n, err)
		}
	}
	m.synced = int(m.w.Synced()) // rotation syncs
}

func (m *machine) sync(rt *rapid.T) {
	if err := m.w.Sync(); err != nil {
		rt.Fatal(err)
	}
	m.synced = len(m.want)
}

func (m *machine) restart(rt *rapid.T) {
	if err := m.w.Close(); err != nil {
		rt.Fatal(err)
	}
	rec := m.open(rt)
	if !rec.Ended || rec.Cut != nil {
		rt.Fatalf("after Close: %+v", rec)
	}
	m.recovered(rt, len(m.want), rec)
}

// end lets go of the files as the end of a process does.
func (m *machine) end(rt *rapid.T) {
	if err := errors.Join(m.w.f.Close(), m.w.unlock()); err != nil {
		rt.Fatal(err)
	}
}

// kill ends the program: what was flushed stays, perhaps with half a write after it.
func (m *machine) kill(rt *rapid.T) {
	half := slices.Clone(m.w.buf)
	path := m.w.path
	m.end(rt)
	if err := extend(path, half[:rapid.IntRange(0, len(half)).Draw(rt, "half")]); err != nil {
		rt.Fatal(err)
	}
	m.recovered(rt, m.synced, m.open(rt))
}

// power ends the machine: of what was not synced any blocks can be missing or zero.
func (m *machine) power(rt *rapid.T) {
	if err := m.w.flush(); err != nil {
		rt.Fatal(err)
	}
	path := m.w.path
	m.end(rt)
	b, err := os.ReadFile(path)
	if err != nil {
		rt.Fatal(err)
	}
	loose := b[m.d.synced[path]:]
	for at, block := 0, rapid.IntRange(1, 200).Draw(rt, "block"); at < len(loose); at += block {
		if rapid.Bool().Draw(rt, "lost") {
			clear(loose[at:min(at+block, len(loose))])
		}
	}
	b = b[:len(b)-rapid.IntRange(0, len(loose)).Draw(rt, "short")]
	if err := os.WriteFile(path, b, 0o600); err != nil {
		rt.Fatal(err)
	}
	m.recovered(rt, m.synced, m.open(rt))
}

// recovered checks what a restart found against what had to survive.
func (m *machine) recovered(rt *rapid.T, least int, rec Recovery) {
	n := int(rec.Last)
	if n < least || n > len(m.want) {
		rt.Fatalf("%d records survived; %d were synced, %d appended: %s", n, least, len(m.want), rec)
	}
	m.want, m.synced = m.want[:n], n
	m.verify(rt, n)
}

func (m *machine) check(rt *rapid.T) {
	if err := m.w.Flush(); err != nil {
		rt.Fatal(err)
	}
	if err := m.same(max(1, len(m.want)-10), len(m.want)); err != nil {
		rt.Fatal(err)
	}
}

// verify reads everything, and from somewhere in the middle.
func (m *machine) verify(rt *rapid.T, n int) {
	if err := m.same(1, n); err != nil {
		rt.Fatal(err)
	}
	rep, err := Verify(m.dir)
	if err != nil || rep.Damage != nil || rep.Records != uint64(n) {
		rt.Fatalf("Verify: %+v, %v; want %d records", rep, err, n)
	}
}

func (m *machine) same(from, n int) error {
	r, err := NewReader(m.dir, uint64(from))
	if err != nil {
		return err
	}
	defer r.Close()
	for i := from; i <= n; i++ {
		rec, err := r.Next()
		if err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
		if got := (entry{rec.Kind, string(rec.Payload)}); rec.Number != uint64(i) || got != m.want[i-1] {
			return fmt.Errorf("record %d is %d, %q, want %q", i, rec.Number, got, m.want[i-1])
		}
	}
	if rec, err := r.Next(); err == nil {
		return fmt.Errorf("record %d should not be there", rec.Number)
	}
	return nil
}

func extend(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Close())
}
