package feed

import (
	"fmt"
	"io"
	"slices"

	"tollgate/engine"
)

// base is what all readers share: order of time, window, bad rows, instruments.
type base struct {
	o     Options
	file  string
	unit  string
	close func() error

	tally    Tally
	err      error       // once set, the answer to every Next
	last     engine.Time // of the last good row, yielded or not
	lastRow  int64
	names    map[string]*instrument
	lastName *instrument
}

// instrument is a name of a file, resolved.
type instrument struct {
	engine.Instrument
	name string // as the file spells it
	drop bool   // the filter leaves it out
}

func newBase(file, unit string, o Options) (base, error) {
	if o.Universe == nil {
		return base{}, fmt.Errorf("%s: options without a universe", file)
	}
	if o.Resolve == nil {
		o.Resolve = func(name string) (string, engine.Spec, error) {
			return "", engine.Spec{}, fmt.Errorf("instrument %q is not described", name)
		}
	}
	return base{o: o, file: file, unit: unit, last: engine.NoTime, names: map[string]*instrument{}}, nil
}

func (b *base) tallied() Tally {
	t := b.tally
	t.Messages = slices.Clone(t.Messages)
	return t
}

// Close implements Source.
func (b *base) Close() error {
	f := b.close
	b.close = nil
	if b.err == nil {
		b.err = fmt.Errorf("%s: read after close", b.file)
	}
	if f == nil {
		return nil
	}
	return f()
}

// end makes err the answer of this and all further calls.
func (b *base) end(err error) error {
	b.err = err
	return err
}

// rowError wraps the reason why the current row cannot be used.
func (b *base) rowError(row int64, column string, err error) *RowError {
	return &RowError{File: b.file, Unit: b.unit, Row: row, Column: column, Err: err}
}

// bad disposes of an unusable row: nil when it is to be skipped.
func (b *base) bad(e *RowError) error {
	if !b.o.SkipBad {
		return b.end(e)
	}
	b.tally.Bad++
	if len(b.tally.Messages) < MaxMessages {
		b.tally.Messages = append(b.tally.Messages, e.Error())
	}
	return nil
}

// torn disposes of a file that ends in the middle.
func (b *base) torn(offset int64, err error) error {
	b.tally.Torn = true
	if b.o.SkipBad {
		return b.end(io.EOF)
	}
	return b.end(&TornError{File: b.file, Offset: offset, Err: err})
}

// place says where a time lies.
type place uint8

const (
	inside place = iota
	before       // earlier than From: leave it out
	beyond       // at To or later: stop
)

// window places a time in [From, To).
func (b *base) window(at engine.Time) place {
	if b.o.To != 0 && at >= b.o.To {
		return beyond
	}
	if b.o.From != 0 && at < b.o.From {
		return before
	}
	return inside
}

// order checks that time does not go back and remembers it.
func (b *base) order(at engine.Time, row int64, column string) *RowError {
	if at < b.last {
		return b.rowError(row, column, fmt.Errorf("%w: %s, but %s %d has %s", ErrTimeOrder, at, b.unit, b.lastRow, b.last))
	}
	b.last, b.lastRow = at, row
	return nil
}

// find resolves a name, once. spec, when given, is what the file itself says of
// it, for names that Resolve does not know. The errors are not for skipping: a
// file of unknown instruments has no good rows.
func (b *base) find(name []byte, own *ownSpec) (*instrument, error) {
	if l := b.lastName; l != nil && l.name == string(name) {
		return l, nil
	}
	in, ok := b.names[string(name)]
	if !ok {
		var err error
		if in, err = b.resolve(string(name), own); err != nil {
			return nil, err
		}
		b.names[in.name] = in
	}
	b.lastName = in
	return in, nil
}

// ownSpec is a file's own description of an instrument.
type ownSpec struct {
	key  string
	spec engine.Spec
}

func (b *base) resolve(name string, own *ownSpec) (*instrument, error) {
	key, spec, err := b.o.Resolve(name)
	if err != nil && own != nil {
		key, spec, err = own.key, own.spec, nil
	}
	if err != nil {
		if len(b.o.Instruments) > 0 && !slices.Contains(b.o.Instruments, name) {
			return &instrument{name: name, drop: true}, nil
		}
		return nil, err
	}
	if len(b.o.Instruments) > 0 && !slices.Contains(b.o.Instruments, key) {
		return &instrument{name: name, drop: true}, nil
	}
	id, err := b.o.Universe.Add(key, spec)
	if err != nil {
		return nil, err
	}
	return &instrument{Instrument: *b.o.Universe.Get(id), name: name}, nil
}
