package journal

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// Writer appends records to a journal. It belongs to one goroutine. Make it with Open.
type Writer struct {
	dir     string
	o       Options
	secrets [][]byte
	unlock  func() error

	stop   error // the first failure; nothing is written after it
	closed bool

	f      File
	path   string
	id     [16]byte
	first  uint64 // number of the segment's first record
	seed   uint32 // CRC of the segment's header
	prev   uint32 // CRC of the last frame, or of the header
	size   int64  // of the segment, with what is in buf
	buf    []byte // frames not yet written to f
	next   uint64 // number of the next record
	synced uint64 // number of the last record known to be on disk
	dirty  bool   // f was written to since it was synced

	old []kept // the segments before this one
	pin uint64
}

// Append adds a record and returns its number. The payload is copied. The record is
// on disk after the next Sync, and may be before. Its errors: ErrKind, ErrTooLarge and
// ErrSecret refuse this record only; ErrStopped and ErrClosed are for good.
func (w *Writer) Append(kind byte, payload []byte) (number uint64, err error) {
	if err := w.usable(); err != nil {
		return 0, err
	}
	if err := w.acceptable(kind, payload); err != nil {
		return 0, err
	}
	n := frameSize + len(payload)
	if w.next > w.first && w.size+int64(n) > w.o.SegmentBytes {
		if err := w.rotate(); err != nil {
			return 0, w.fail(err)
		}
	}
	if err := w.add(kind, w.next, payload); err != nil {
		return 0, w.fail(err)
	}
	w.next++
	return w.next - 1, nil
}

// Sync returns when everything appended is on disk. When that is so already it does
// nothing. Its errors are ErrStopped and ErrClosed.
func (w *Writer) Sync() error {
	if err := w.usable(); err != nil {
		return err
	}
	if err := w.commit(); err != nil {
		return w.fail(err)
	}
	return nil
}

// Flush hands everything appended to the operating system, without waiting for the
// disk: Readers see it, and it survives a crash of the program but not of the machine.
func (w *Writer) Flush() error {
	if err := w.usable(); err != nil {
		return err
	}
	if err := w.flush(); err != nil {
		return w.fail(err)
	}
	return nil
}

// Pin says that records from number on are needed: retention keeps them until a
// later Pin. 0, the state after Open, pins nothing.
func (w *Writer) Pin(number uint64) { w.pin = number }

// Last is the number of the last record appended, 0 when there is none.
func (w *Writer) Last() uint64 { return w.next - 1 }

// Synced is the number of the last record known to be on disk, 0 when there is none.
func (w *Writer) Synced() uint64 { return w.synced }

// Run is the id of the run, chosen at random when the directory was new.
func (w *Writer) Run() [16]byte { return w.id }

// Close syncs, writes the end mark and releases the directory. A stopped Writer
// writes nothing more, and Close returns why it stopped. A second Close does nothing.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	if w.stop == nil {
		if err := w.end(); err != nil {
			w.fail(err)
		}
	}
	err := w.stop
	w.closed = true
	if w.f != nil {
		err = errors.Join(err, w.f.Close())
	}
	return errors.Join(err, w.unlock())
}

// end writes the end mark after everything else is on disk.
func (w *Writer) end() error {
	if err := w.commit(); err != nil {
		return err
	}
	if err := w.add(endMark, w.next-1, nil); err != nil {
		return err
	}
	return w.commit()
}

func (w *Writer) usable() error {
	if w.stop != nil {
		return w.stop
	}
	if w.closed {
		return ErrClosed
	}
	return nil
}

func (w *Writer) acceptable(kind byte, payload []byte) error {
	if kind == endMark {
		return fmt.Errorf("%w, not 0", ErrKind)
	}
	if len(payload) > MaxPayload {
		return fmt.Errorf("%w: %d bytes of kind %d; the most is %d", ErrTooLarge, len(payload), kind, MaxPayload)
	}
	return guard(w.secrets, kind, payload)
}

// fail stops the Writer.
func (w *Writer) fail(cause error) error {
	w.stop = fmt.Errorf("%w after record %d, nothing more may be sent: %w", ErrStopped, w.synced, cause)
	return w.stop
}

// add puts a frame into the buffer, or what does not fit there into the file.
func (w *Writer) add(kind byte, number uint64, payload []byte) error {
	n := frameSize + len(payload)
	if n > cap(w.buf)-len(w.buf) {
		if err := w.flush(); err != nil {
			return err
		}
	}
	start := len(w.buf)
	w.buf = w.buf[:start+frameSize]
	head := w.buf[start:]
	f := frame{length: len(payload), kind: kind, number: number, synced: w.synced}
	f.put(head)
	w.prev = crc32.Update(crc32.Update(w.seed, castagnoli, head[4:]), castagnoli, payload)
	order.PutUint32(head, w.prev)
	w.size += int64(n)
	if n <= cap(w.buf)-start {
		w.buf = append(w.buf, payload...)
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	return w.write(payload)
}

func (w *Writer) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	err := w.write(w.buf)
	w.buf = w.buf[:0]
	return err
}

func (w *Writer) write(b []byte) error {
	w.dirty = true
	n, err := w.f.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", w.path, err)
	}
	return nil
}

// commit brings everything to the disk.
func (w *Writer) commit() error {
	if err := w.flush(); err != nil {
		return err
	}
	if w.dirty {
		if err := w.f.Sync(); err != nil {
			return fmt.Errorf("sync %s: %w", w.path, err)
		}
	}
	w.dirty = false
	w.synced = w.next - 1
	return nil
}
