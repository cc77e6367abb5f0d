package journal

import (
	"errors"
	"fmt"
	"os"
)

// kept is a segment that is complete and still there.
type kept struct {
	segment
	bytes int64
}

// rotate ends the segment and begins the next one.
func (w *Writer) rotate() error {
	if err := w.commit(); err != nil {
		return err
	}
	f := w.f
	w.f = nil
	if err := f.Close(); err != nil {
		return fmt.Errorf("close %s: %w", w.path, err)
	}
	w.old = append(w.old, kept{segment{path: w.path, first: w.first}, w.size})
	if err := w.create(header{id: w.id, first: w.next, chain: w.prev}); err != nil {
		return err
	}
	return w.retain()
}

// create begins a segment. Its header is on disk before any frame is written, which is
// how a reader knows a creation that was cut off.
func (w *Writer) create(h header) error {
	path := segmentPath(w.dir, h.first)
	disk, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("begin a segment: %w", err)
	}
	b, crc := h.encode()
	w.f, w.path, w.id, w.first = w.wrap(disk), path, h.id, h.first
	w.seed, w.prev, w.size = crc, crc, headerSize
	if err := w.write(b); err != nil {
		return err
	}
	if err := w.f.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	w.dirty = false
	return w.o.syncDir(w.dir)
}

func (w *Writer) wrap(f *os.File) File {
	if w.o.Wrap == nil {
		return diskFile{f}
	}
	return w.o.Wrap(diskFile{f})
}

// retain removes the oldest segments beyond the bounds, as far as the pin allows. One
// that cannot be removed is left for the next time: the record is complete with it.
func (w *Writer) retain() error {
	total := w.size
	for _, k := range w.old {
		total += k.bytes
	}
	for len(w.old) > 0 && w.beyond(total) && w.unpinned() {
		if err := os.Remove(w.old[0].path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil
		}
		// Each removal is made to last before the next, so that a crash cannot
		// bring back a segment and not the one after it.
		if err := w.o.syncDir(w.dir); err != nil {
			return err
		}
		total -= w.old[0].bytes
		w.old = w.old[1:]
	}
	return nil
}

func (w *Writer) beyond(total int64) bool {
	r := w.o.Retain
	return r.Bytes > 0 && total > r.Bytes || r.Segments > 0 && len(w.old)+1 > r.Segments
}

// unpinned reports whether the oldest segment ends before the pin.
func (w *Writer) unpinned() bool {
	after := w.first
	if len(w.old) > 1 {
		after = w.old[1].first
	}
	return w.pin == 0 || after <= w.pin
}
