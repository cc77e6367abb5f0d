package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Record is one record as it was appended.
type Record struct {
	Number  uint64
	Kind    byte
	Payload []byte // valid until the next call of Next
}

// Reader reads the records of a journal in order, over all segments, also while a
// Writer appends. It belongs to one goroutine.
type Reader struct {
	dir  string
	from uint64
	err  error // damage ends reading for good
	torn *Cut
	list []segment // the directory when it was last looked at; nil to look again

	f    *os.File // nil until a segment was entered
	seg  segment
	head header
	seed uint32 // CRC of the segment's header
	prev uint32 // CRC of the last frame taken, or of the header
	next uint64 // the number the next record must have
	off  int64  // where the next frame begins in the file
	mark bool   // the last frame was an end mark

	buf  []byte // buf[r:w] are the file's bytes from off on
	r, w int
}

const readAhead = 64 << 10

// NewReader reads a journal from record number from on; 0 means the first there is.
// A directory without segments is an empty journal. The Reader must be closed.
func NewReader(dir string, from uint64) (*Reader, error) {
	if _, err := segments(dir); err != nil {
		return nil, err
	}
	return &Reader{dir: dir, from: from, buf: make([]byte, readAhead)}, nil
}

// Next returns the next record. Its errors:
//
//   - io.EOF: nothing more is there yet. Torn tells whether an unfinished tail follows.
//     Next may be called again and goes on when more was written.
//   - *CorruptError: damage that no crash explains. It is returned from then on.
//   - *RemovedError: retention has removed what was to be read.
//   - others, from the operating system.
func (r *Reader) Next() (Record, error) {
	for r.err == nil {
		if r.f != nil {
			b, err := r.peek()
			if err != nil {
				return Record{}, err
			}
			if f, why := wholeFrame(b, r.seed); why == "" {
				if wanted := r.take(f); wanted {
					return Record{Number: f.number, Kind: f.kind, Payload: b[frameSize : frameSize+f.length]}, nil
				}
				continue
			}
		}
		if err := r.turn(); err != nil {
			r.list = nil
			return Record{}, err
		}
	}
	return Record{}, r.err
}

// Torn is the unfinished tail after the last record, when the last Next returned
// io.EOF because of one; nil otherwise. While a Writer appends that can be a
// record it is just writing; otherwise a crash left it and Open will cut it.
func (r *Reader) Torn() *Cut { return r.torn }

// Close releases the file.
func (r *Reader) Close() error {
	if r.f == nil {
		return nil
	}
	return r.f.Close()
}

// take goes past a whole frame and reports whether it is a record that was asked for.
func (r *Reader) take(f frame) bool {
	expected := r.next
	if f.kind == endMark {
		expected--
	}
	if f.number != expected {
		r.damage(fmt.Sprintf("record %d stands where %d belongs", f.number, expected))
		return false
	}
	n := frameSize + f.length
	r.r += n
	r.off += int64(n)
	r.prev, r.mark, r.torn = f.crc, f.kind == endMark, nil
	if r.mark {
		return false
	}
	r.next++
	return f.number >= r.from
}

func (r *Reader) damage(why string) error {
	r.err = &CorruptError{File: r.seg.path, Offset: r.off, Why: why}
	return r.err
}

// peek returns the bytes of the next frame, or what there is of them.
func (r *Reader) peek() ([]byte, error) {
	if err := r.fill(frameSize); err != nil {
		return nil, err
	}
	if r.w-r.r < frameSize {
		return r.buf[r.r:r.w], nil
	}
	if f := parseFrame(r.buf[r.r:]); f.length <= MaxPayload {
		if err := r.fill(frameSize + f.length); err != nil {
			return nil, err
		}
	}
	return r.buf[r.r:r.w], nil
}

// fill reads until buf holds n bytes or the file ends.
func (r *Reader) fill(n int) error {
	if r.w-r.r >= n {
		return nil
	}
	r.w = copy(r.buf, r.buf[r.r:r.w])
	r.r = 0
	if n > len(r.buf) {
		r.buf = append(make([]byte, 0, n+readAhead), r.buf[:r.w]...)[:n+readAhead]
	}
	for r.w < n {
		k, err := r.f.ReadAt(r.buf[r.w:], r.off+int64(r.w))
		r.w += k
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	return nil
}

// turn is called where no whole frame follows. It returns nil when reading can go
// on, in this segment because it grew or in the next one.
func (r *Reader) turn() error {
	following, err := r.following()
	if err != nil {
		return err
	}
	if r.f == nil {
		return r.begin(r.list)
	}
	// A segment is complete before the next one exists, so what is read again
	// after looking for the next one is the whole of it.
	r.r, r.w = 0, 0
	b, err := r.peek()
	if err != nil {
		return err
	}
	_, why := wholeFrame(b, r.seed)
	switch {
	case why == "":
		return nil
	case len(b) > 0 && len(following) > 0:
		return r.damage(why)
	case len(b) > 0:
		return r.tail(why)
	case len(following) == 0:
		r.torn = nil
		return io.EOF
	}
	return r.follow(following)
}

// following lists the segments after this one. The directory is looked at again only
// when none is known, so that a long journal is not listed once for each segment.
func (r *Reader) following() ([]segment, error) {
	after := func() []segment {
		i := 0
		for i < len(r.list) && r.list[i].first <= r.seg.first {
			i++
		}
		return r.list[i:]
	}
	if list := after(); len(list) > 0 {
		return list, nil
	}
	var err error
	r.list, err = segments(r.dir)
	return after(), err
}

// tail decides whether the bytes that follow are torn or damaged.
func (r *Reader) tail(why string) error {
	rest, err := io.ReadAll(io.NewSectionReader(r.f, r.off, maxSegment+frameSize+MaxPayload))
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	proven := len(rest) > 0 && proves(rest[1:], r.seed, r.next)
	// A Writer may have finished the frame, or cut it and written others, while this
	// was read; then it is whole by now.
	r.r, r.w = 0, 0
	b, err := r.peek()
	if err != nil {
		return err
	}
	if _, still := wholeFrame(b, r.seed); still == "" {
		return nil
	}
	if proven {
		return r.damage(why)
	}
	r.torn = &Cut{File: r.seg.path, Offset: r.off, Bytes: int64(len(rest)), Why: why}
	return io.EOF
}

// begin enters the segment that holds the first record wanted.
func (r *Reader) begin(list []segment) error {
	if len(list) == 0 {
		return io.EOF
	}
	if r.from != 0 && r.from < list[0].first {
		return &RemovedError{Dir: r.dir, Asked: r.from, First: list[0].first}
	}
	i := 0
	for i+1 < len(list) && list[i+1].first <= r.from {
		i++
	}
	// A lone segment that was cut off while it was created has no record before it.
	fresh := i == len(list)-1 && (i > 0 || list[i].first == 1)
	err := r.enter(list[i], fresh)
	if errors.Is(err, io.EOF) && i > 0 {
		return r.enter(list[i-1], false)
	}
	return err
}

// follow enters the next segment.
func (r *Reader) follow(following []segment) error {
	next := following[0]
	if next.first == r.next {
		return r.enter(next, len(following) == 1)
	}
	if next.first < r.next || r.next == r.seg.first {
		return r.damage(fmt.Sprintf("it ends before record %d, but the segment after it begins with record %d", r.next, next.first))
	}
	// A listing taken while segments are begun can show a later one without an earlier.
	if exists(segmentPath(r.dir, r.next)) {
		r.list = nil
		return nil
	}
	if !exists(r.seg.path) {
		return &RemovedError{Dir: r.dir, Asked: r.next, First: next.first}
	}
	r.err = &CorruptError{
		File: segmentPath(r.dir, r.next),
		Gone: true,
		Why:  fmt.Sprintf("it held the records from %d on, and the next file begins with record %d", r.next, next.first),
	}
	return r.err
}

// enter opens a segment and checks that it belongs here. A fresh segment without a
// whole header is being created, or its creation was cut off: that is io.EOF.
func (r *Reader) enter(s segment, fresh bool) error {
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		r.list = nil
		return nil // removed since it was listed: look again
	}
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	b := make([]byte, headerSize+1)
	n, err := f.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		f.Close()
		return fmt.Errorf("journal: %w", err)
	}
	h, seed, why := decodeHeader(b[:n])
	if fresh && n <= headerSize && !headerWhole(b[:n]) {
		r.torn = &Cut{File: s.path, Bytes: int64(n), Why: why}
		f.Close()
		return io.EOF
	}
	if why == "" {
		why = r.belongs(s, &h)
	}
	if why != "" {
		f.Close()
		r.err = &CorruptError{File: s.path, Why: why}
		return r.err
	}
	if r.f != nil {
		r.f.Close()
	}
	r.f, r.seg, r.head, r.seed, r.prev = f, s, h, seed, seed
	r.next, r.off, r.r, r.w, r.mark, r.torn = h.first, headerSize, 0, 0, false, nil
	return nil
}

// belongs says why a segment is not the one that continues what was read.
func (r *Reader) belongs(s segment, h *header) string {
	switch {
	case h.first != s.first:
		return fmt.Sprintf("its name says it begins with record %d, its header with record %d", s.first, h.first)
	case r.f == nil && h.first == 1 && h.chain != 0:
		return "its header continues another segment, but it begins with record 1"
	case r.f != nil && h.id != r.head.id:
		return fmt.Sprintf("it belongs to run %x, the segment before it to run %x", h.id, r.head.id)
	case r.f != nil && h.chain != r.prev:
		return "it does not continue the segment before it, which is incomplete or another one"
	}
	return ""
}
