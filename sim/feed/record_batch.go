package feed

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"tollgate/engine"
)

// errDamaged marks a message that is whole but makes no sense.
var errDamaged = errors.New("damaged")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errDamaged, fmt.Sprintf(format, args...))
}

// message is one message of an Arrow stream. It is valid until the next one.
type message struct {
	kind   int
	header flat
	meta   []byte
	body   []byte
	custom map[string]string
}

// stream cuts an Arrow stream into messages.
type stream struct {
	r          *bufio.Reader
	start, off int64 // of the message read last; of what comes after it
	meta, body []byte
}

// errUnclosed is a stream that ends between messages without saying so.
var errUnclosed = errors.New("no end mark")

// next reads a message. io.EOF is the proper end, errUnclosed a missing one,
// errDamaged a message that cannot be; any other error is a torn tail.
func (s *stream) next() (message, error) {
	s.start = s.off
	var prefix [8]byte
	n, err := io.ReadFull(s.r, prefix[:])
	if n == 0 && err == io.EOF {
		return message{}, errUnclosed
	}
	if err != nil {
		return message{}, err
	}
	if binary.LittleEndian.Uint32(prefix[:]) != continuation {
		return message{}, damaged("no message begins at byte %d", s.start)
	}
	size := int(binary.LittleEndian.Uint32(prefix[4:]))
	if size == 0 {
		return message{}, s.atEnd()
	}
	if size > maxMeta {
		return message{}, damaged("the message at byte %d has a header of %d bytes", s.start, size)
	}
	if s.meta, err = readBounded(s.r, s.meta, size); err != nil {
		return message{}, err
	}
	return s.parse(size)
}

// atEnd checks that nothing follows the end mark.
func (s *stream) atEnd() error {
	if _, err := s.r.Peek(1); err != io.EOF {
		return damaged("there is more after the end mark at byte %d; recordings cannot be joined by appending files", s.start)
	}
	return io.EOF
}

func (s *stream) parse(size int) (message, error) {
	root := flatRoot(s.meta)
	body := root.num(3, 8)
	if body < 0 || body > maxBody {
		return message{}, damaged("the message at byte %d has a body of %d bytes", s.start, body)
	}
	var err error
	if s.body, err = readBounded(s.r, s.body, int(body)); err != nil {
		return message{}, err
	}
	s.off += 8 + int64(size) + body
	m := message{kind: int(root.num(1, 1)), header: root.table(2), meta: s.meta, body: s.body}
	root.tables(4, func(kv flat) {
		if m.custom == nil {
			m.custom = map[string]string{}
		}
		m.custom[kv.text(0)] = kv.text(1)
	})
	return m, nil
}

// readBounded reads n bytes into buf, which grows no faster than data arrives,
// whatever n claims.
func readBounded(r io.Reader, buf []byte, n int) ([]byte, error) {
	buf = buf[:0]
	for len(buf) < n {
		step := min(n-len(buf), max(cap(buf)-len(buf), 1<<20))
		buf = slices.Grow(buf, step)
		got, err := io.ReadFull(r, buf[len(buf):len(buf)+step])
		buf = buf[:len(buf)+got]
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// batch reads up to the next batch that has rows to convert. The error is final.
func (r *recording) batch() error {
	for {
		r.before += int64(r.rows)
		r.rows, r.pos = 0, 0
		m, err := r.stream.next()
		if err != nil {
			return r.over(err)
		}
		if list := m.custom[keyInstruments]; list != "" {
			if err := r.describe(list); err != nil {
				return err
			}
		}
		switch m.kind {
		case msgDictionary:
			err = r.dictionary(m)
		case msgBatch:
			err = r.load(m)
		default:
			err = damaged("a message of kind %d", m.kind)
		}
		if err != nil {
			if err = r.damage(err, m); err != nil {
				return err
			}
			continue
		}
		if r.rows > 0 {
			return nil
		}
	}
}

// over tells the ways a stream can end apart.
func (r *recording) over(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.Is(err, errUnclosed):
		r.tally.Unclosed = true
		return io.EOF
	case errors.Is(err, errDamaged):
		return &RowError{File: r.file, Unit: "after row", Row: r.before, Err: fmt.Errorf("%w: %w", ErrFormat, err)}
	}
	return r.torn(r.stream.start, err)
}

// damage disposes of a message that makes no sense. The stream goes on after it,
// so with SkipBad only its rows are lost; an instrument nobody knows is final.
func (r *recording) damage(err error, m message) error {
	if !errors.Is(err, errDamaged) {
		return r.rowError(r.before+1, arFields[arName].Name, err)
	}
	r.rows, r.pos = 0, 0
	return r.bad(&RowError{File: r.file, Unit: "after row", Row: r.before, Err: fmt.Errorf("%w: the block at byte %d: %w", ErrFormat, r.stream.start, err)})
}

// block is a record batch's description of its buffers.
type block struct {
	m          message
	rows       int
	nodes, n   int // place and number of the columns' nodes
	bufs, nbuf int // place and number of the buffers
	head       flat
	packed     bool
}

func newBlock(m message, head flat) (block, error) {
	b := block{m: m, head: head}
	rows := head.num(0, 8)
	if rows < 0 || rows > maxRows {
		return b, damaged("%d rows, at most %d in one block", rows, maxRows)
	}
	b.rows = int(rows)
	b.nodes, b.n = head.vector(1, 16)
	b.bufs, b.nbuf = head.vector(2, 16)
	if c := head.table(3); c.b != nil {
		b.packed = true
		if codec := c.num(0, 1); codec != 1 {
			return b, damaged("compressed, but not with zstd")
		}
	}
	return b, nil
}

// node is the length and number of nulls of the i-th column.
func (b *block) node(i int) (rows, nulls int64, err error) {
	if i >= b.n {
		return 0, 0, damaged("column %d is missing", i+1)
	}
	rows, nulls = b.head.pair(b.nodes, i)
	if nulls < 0 || nulls > rows {
		return 0, 0, damaged("column %d has %d nulls in %d rows", i+1, nulls, rows)
	}
	return rows, nulls, nil
}

// raw is the i-th buffer as it is stored.
func (b *block) raw(i int) ([]byte, error) {
	if i >= b.nbuf {
		return nil, damaged("buffer %d is missing", i)
	}
	off, n := b.head.pair(b.bufs, i)
	if off < 0 || n < 0 || off > int64(len(b.m.body)) || n > int64(len(b.m.body))-off {
		return nil, damaged("buffer %d lies outside its block", i)
	}
	return b.m.body[off : off+n], nil
}

// buffer is the i-th buffer with at least want bytes, unpacked into keep when
// need be.
func (r *recording) buffer(b *block, i, want int, keep *[]byte) ([]byte, error) {
	raw, err := b.raw(i)
	if err != nil {
		return nil, err
	}
	if b.packed && len(raw) > 0 {
		if len(raw) < 8 {
			return nil, damaged("buffer %d has %d bytes", i, len(raw))
		}
		size := int64(binary.LittleEndian.Uint64(raw))
		raw = raw[8:]
		if size != -1 {
			if size < int64(want) || size > int64(want)+slackLen {
				return nil, damaged("buffer %d unpacks to %d bytes, want %d", i, size, want)
			}
			*keep = slices.Grow((*keep)[:0], int(size))
			if raw, err = r.zstd.DecodeAll(raw, (*keep)[:0]); err != nil {
				return nil, damaged("buffer %d: %v", i, err)
			}
			*keep = raw
		}
	}
	if len(raw) < want {
		return nil, damaged("buffer %d has %d bytes, want %d", i, len(raw), want)
	}
	return raw, nil
}

// load decodes a record batch into the columns.
func (r *recording) load(m message) error {
	b, err := newBlock(m, m.header)
	if err != nil {
		return err
	}
	if b.rows == 0 {
		return nil
	}
	if r.slots == nil || r.kinds == nil {
		return damaged("rows before the dictionaries")
	}
	for i := range arColumns {
		if err := r.column(&b, i); err != nil {
			return err
		}
		if i == arTime && r.skippable(b.rows) {
			r.before += int64(b.rows)
			r.tally.Rows += int64(b.rows)
			return nil
		}
	}
	r.rows = b.rows
	return nil
}

// skippable reports whether all rows are before From, and in order: then the
// other columns need not be unpacked.
func (r *recording) skippable(rows int) bool {
	values := r.cols[arTime].values
	at := func(i int) engine.Time { return engine.Time(binary.LittleEndian.Uint64(values[8*i:])) }
	if r.o.From == 0 || at(rows-1) >= r.o.From {
		return false
	}
	last := r.last
	for i := range rows {
		if at(i) < last {
			return false
		}
		last = at(i)
	}
	r.last, r.lastRow = last, r.before+int64(rows)
	return true
}

// column decodes the i-th column: a bitmap of which rows have a value, unless all
// have, and the values.
func (r *recording) column(b *block, i int) error {
	rows, nulls, err := b.node(i)
	if err != nil {
		return err
	}
	if rows != int64(b.rows) || nulls > 0 && !arFields[i].Nullable {
		return damaged("column %s has %d rows and %d nulls in a block of %d", arFields[i].Name, rows, nulls, b.rows)
	}
	c := &r.cols[i]
	c.nulls, c.valid = int(nulls), nil
	if c.nulls == b.rows {
		return nil // nothing but nulls: the values mean nothing
	}
	if c.nulls > 0 {
		if c.valid, err = r.buffer(b, 2*i, (b.rows+7)/8, &c.keepValid); err != nil {
			return err
		}
		if got := countNulls(c.valid, b.rows); got != c.nulls {
			return damaged("column %s says %d nulls and has %d", arFields[i].Name, c.nulls, got)
		}
	}
	c.values, err = r.buffer(b, 2*i+1, arWidth[i]*b.rows, &c.keepValues)
	return err
}

// dictionary takes a new dictionary, whole: a longer one replaces the one before.
func (r *recording) dictionary(m message) error {
	id, delta := m.header.num(0, 8), m.header.num(2, 1) != 0
	list, err := r.strings(m)
	if err != nil {
		return err
	}
	switch id {
	case r.nameID:
		return r.takeNames(list, delta)
	case r.kindID:
		return r.takeKinds(list, delta)
	}
	return damaged("a dictionary of no column")
}

// strings decodes the values of a dictionary.
func (r *recording) strings(m message) ([]string, error) {
	b, err := newBlock(m, m.header.table(1))
	if err != nil {
		return nil, err
	}
	rows, nulls, err := b.node(0)
	if err != nil {
		return nil, err
	}
	if rows != int64(b.rows) || nulls != 0 || rows > 1<<15 {
		return nil, damaged("a dictionary of %d names and %d nulls", rows, nulls)
	}
	if b.rows == 0 {
		return nil, nil
	}
	var keep, text []byte
	offsets, err := r.buffer(&b, 1, 4*(b.rows+1), &keep)
	if err != nil {
		return nil, err
	}
	end := binary.LittleEndian.Uint32(offsets[4*b.rows:])
	if end > maxMeta/2 {
		return nil, damaged("a dictionary of %d bytes", end)
	}
	data, err := r.buffer(&b, 2, int(end), &text)
	if err != nil {
		return nil, err
	}
	list, lo := make([]string, b.rows), binary.LittleEndian.Uint32(offsets)
	for i := range list {
		hi := binary.LittleEndian.Uint32(offsets[4*i+4:])
		if hi < lo || hi > end {
			return nil, damaged("the offsets of a dictionary")
		}
		list[i], lo = string(data[lo:hi]), hi
	}
	return list, nil
}

// takeNames resolves the instruments of a dictionary.
func (r *recording) takeNames(list []string, delta bool) error {
	if !delta {
		r.slots = make([]slot, 0, len(list))
	}
	for _, name := range list {
		in, err := r.find([]byte(name), r.own[name])
		if err != nil {
			return err
		}
		r.slots = append(r.slots, slot{in: in})
	}
	if len(r.slots) > 1<<15 {
		return damaged("more than %d instruments", 1<<15)
	}
	return nil
}

func (r *recording) takeKinds(list []string, delta bool) error {
	if !delta {
		r.kinds = make([]engine.QuoteKind, 0, len(list))
	}
	for _, name := range list {
		k, err := parseKind([]byte(name))
		if err != nil {
			return damaged("%v", err)
		}
		r.kinds = append(r.kinds, k)
	}
	if len(r.kinds) > 1<<7 {
		return damaged("more than %d kinds", 1<<7)
	}
	return nil
}
