package feed

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"tollgate/engine"
)

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
		return b.checkEmpty()
	}
	if err := r.resolveNames(); err != nil {
		return err
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

// checkEmpty tells a batch without rows from one whose number of rows was lost.
func (b *block) checkEmpty() error {
	for i := range arColumns {
		if rows, _, err := b.node(i); err != nil || rows != 0 {
			return damaged("column %d has %d rows in a block without rows", i+1, rows)
		}
	}
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

// takeNames takes the instruments of a dictionary. They are resolved when a batch
// uses them: what the file says of new ones comes with that batch, after the
// dictionary.
func (r *recording) takeNames(list []string, delta bool) error {
	if delta {
		list = append(r.list, list...)
	}
	if len(list) > 1<<15 {
		return damaged("more than %d instruments", 1<<15)
	}
	r.list, r.slots = list, nil
	return nil
}

func (r *recording) resolveNames() error {
	if r.slots != nil || r.list == nil {
		return nil
	}
	slots := make([]slot, 0, len(r.list))
	for _, name := range r.list {
		in, err := r.find([]byte(name), r.own[name])
		if err != nil {
			return err
		}
		slots = append(slots, slot{in: in})
	}
	r.slots = slots
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
