package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Recovery is what Open found.
type Recovery struct {
	First, Last uint64 // numbers of the first and last record there are; Last < First when there are none
	Segments    int    // files
	Ended       bool   // the last Writer was closed; a new journal counts as ended
	Cut         *Cut   // the unfinished tail that was removed; nil when there was none
}

// String says what was found, for people.
func (r Recovery) String() string {
	text := "empty"
	if r.Last >= r.First {
		text = fmt.Sprintf("records %d to %d in %d segments", r.First, r.Last, r.Segments)
	}
	if r.Cut != nil {
		return text + "; cut off: " + r.Cut.String()
	}
	return text
}

// Open opens the journal in a directory for appending, and makes the directory when
// it is new. It reads and checks all records; an unfinished tail is cut off and told in
// Recovery. What it found is on disk when it returns. Its errors: ErrOptions,
// *LockedError, *CorruptError, and those of the operating system.
func Open(dir string, o Options) (*Writer, Recovery, error) {
	o, err := o.normal()
	if err != nil {
		return nil, Recovery{}, err
	}
	if err := makeDir(dir, o.syncDir); err != nil {
		return nil, Recovery{}, err
	}
	unlock, err := lockDir(dir)
	if err != nil {
		return nil, Recovery{}, err
	}
	w := &Writer{dir: dir, o: o, unlock: unlock, secrets: spellings(o.Secrets), buf: make([]byte, 0, o.BufferBytes)}
	rec, err := w.recover()
	if err != nil {
		if w.f != nil {
			err = errors.Join(err, w.f.Close())
		}
		return nil, rec, errors.Join(err, unlock())
	}
	return w, rec, nil
}

func makeDir(dir string, syncDir func(string) error) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return syncDir(filepath.Dir(dir))
}

// recover reads the journal, cuts off a torn tail and stands at its end.
func (w *Writer) recover() (Recovery, error) {
	r, err := NewReader(w.dir, 0)
	if err != nil {
		return Recovery{}, err
	}
	defer r.Close()
	rec := Recovery{First: 1}
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return rec, err
		}
		if rec.Last == 0 {
			rec.First = record.Number
		}
		rec.Last = record.Number
	}
	rec.Cut = r.Torn()
	rec.Ended = rec.Cut == nil && (r.f == nil || r.mark)
	if err := w.cut(rec.Cut); err != nil {
		return rec, err
	}
	err = w.resume(r)
	rec.Segments = len(w.old) + 1
	if rec.Last == 0 { // there can be a newest segment without records, after retention
		rec.First = w.next
		rec.Last = w.next - 1
	}
	return rec, err
}

// cut removes a torn tail.
func (w *Writer) cut(c *Cut) error {
	if c == nil {
		return nil
	}
	if c.Offset == 0 {
		if err := os.Remove(c.File); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		return w.o.syncDir(w.dir)
	}
	if err := os.Truncate(c.File, c.Offset); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// resume makes the Writer stand where the Reader is.
func (w *Writer) resume(r *Reader) error {
	if r.f == nil {
		w.next = 1
		h := header{first: 1}
		if _, err := rand.Read(h.id[:]); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		return w.create(h)
	}
	if err := w.list(r.seg); err != nil {
		return err
	}
	f, err := os.OpenFile(r.seg.path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	w.f, w.path, w.id, w.first = w.wrap(f), r.seg.path, r.head.id, r.head.first
	w.seed, w.prev, w.size, w.next = r.seed, r.prev, r.off, r.next
	if _, err := f.Seek(r.off, io.SeekStart); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	// What a crash left may be in memory only; it is called synced from here on.
	w.dirty = true
	if err := w.commit(); err != nil {
		return err
	}
	return w.o.syncDir(w.dir)
}

// list remembers the segments before the newest.
func (w *Writer) list(newest segment) error {
	all, err := segments(w.dir)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s == newest {
			break
		}
		n, err := s.size()
		if err != nil {
			return err
		}
		w.old = append(w.old, kept{s, n})
	}
	return nil
}
