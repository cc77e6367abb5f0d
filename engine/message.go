package engine

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The binary form of events, for the bus and the journal: one byte that names the
// type, then the fields in the order of their declaration, whole numbers as zigzag
// varints, texts as length and bytes. It is a format of one version of the program:
// whoever keeps messages keeps the version with them.

// ErrMessage marks bytes that are not the message they claim to be.
var ErrMessage = errors.New("not a valid message")

// maxText bounds a text in a message, in bytes; a longer one is cut when written.
const maxText = 1 << 16

// message types; their numbers are part of the format.
const (
	tagQuote byte = iota + 1
	tagIntent
	tagReport
	tagUpdate
	tagPnL
	tagTimer
	tagLink
	tagPhase
	tagMode
	tagAdoption
	tagResync
	tagSnapshot
	tagLog
	tagHalt
	tagVersion
	tagRecall
	tagFunds
	tagUnsent
)

// AppendEvent appends the binary form of an event to b.
func AppendEvent(b []byte, e Event) []byte {
	p := pack{b: b, writing: true}
	tag, layout := layoutOf(e)
	p.b = append(p.b, tag)
	layout(&p)
	return p.b
}

// AppendNews appends the binary form of what a Runner tells people: *Log, *Halt or
// *Version. Anything else appends nothing.
func AppendNews(b []byte, c Command) []byte {
	p := pack{b: b, writing: true}
	switch c := c.(type) {
	case *Log:
		p.b = append(p.b, tagLog)
		c.pack(&p)
	case *Halt:
		p.b = append(p.b, tagHalt)
		c.pack(&p)
	case *Version:
		p.b = append(p.b, tagVersion)
		c.pack(&p)
	}
	return p.b
}

// ParseEvent reads what AppendEvent wrote. The error is ErrMessage, also for bytes
// left over. The event does not point into b.
func ParseEvent(b []byte) (Event, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrMessage)
	}
	e := newEvent(b[0])
	if e == nil {
		return nil, fmt.Errorf("%w: unknown type %d", ErrMessage, b[0])
	}
	_, layout := layoutOf(e)
	return e, read(b[1:], layout)
}

// ParseNews reads what AppendNews wrote; the error is ErrMessage.
func ParseNews(b []byte) (Command, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrMessage)
	}
	switch b[0] {
	case tagLog:
		c := &Log{}
		return c, read(b[1:], c.pack)
	case tagHalt:
		c := &Halt{}
		return c, read(b[1:], c.pack)
	case tagVersion:
		c := &Version{}
		return c, read(b[1:], c.pack)
	}
	return nil, fmt.Errorf("%w: unknown type %d", ErrMessage, b[0])
}

func read(b []byte, layout func(*pack)) error {
	p := pack{b: b}
	layout(&p)
	if p.err == nil && len(p.b) > 0 {
		p.err = fmt.Errorf("%w: %d bytes are left over", ErrMessage, len(p.b))
	}
	return p.err
}

func newEvent(tag byte) Event {
	switch tag {
	case tagQuote:
		return &Quote{}
	case tagIntent:
		return &Intent{}
	case tagReport:
		return &Report{}
	case tagUpdate:
		return &Update{}
	case tagPnL:
		return &PnL{}
	case tagTimer:
		return &TimerFired{}
	case tagLink:
		return &LinkChange{}
	case tagPhase:
		return &Phase{}
	case tagMode:
		return &ModeChange{}
	case tagAdoption:
		return &Adoption{}
	case tagFunds:
		return &Funds{}
	case tagRecall:
		return &Recall{}
	case tagResync:
		return &Resync{}
	case tagSnapshot:
		return &Snapshot{}
	case tagUnsent:
		return &Unsent{}
	}
	return nil
}

func layoutOf(e Event) (byte, func(*pack)) {
	switch e := e.(type) {
	case *Quote:
		return tagQuote, e.pack
	case *Intent:
		return tagIntent, e.pack
	case *Report:
		return tagReport, e.pack
	case *Update:
		return tagUpdate, e.pack
	case *PnL:
		return tagPnL, e.pack
	case *TimerFired:
		return tagTimer, e.pack
	case *LinkChange:
		return tagLink, e.pack
	case *Phase:
		return tagPhase, e.pack
	case *ModeChange:
		return tagMode, e.pack
	case *Adoption:
		return tagAdoption, e.pack
	case *Funds:
		return tagFunds, e.pack
	case *Recall:
		return tagRecall, e.pack
	case *Resync:
		return tagResync, e.pack
	case *Snapshot:
		return tagSnapshot, e.pack
	case *Unsent:
		return tagUnsent, e.pack
	}
	panic(fmt.Sprintf("engine: event %T has no binary form", e))
}

// pack carries values to bytes or back: every layout is written once and serves
// both ways, so the two cannot disagree. After an error it does nothing.
type pack struct {
	b       []byte
	writing bool
	err     error
}

type number interface {
	~int | ~int8 | ~int64 | ~uint8 | ~uint16 | ~uint64
}

// num carries a whole number.
func num[T number](p *pack, v *T) {
	if p.writing {
		p.b = binary.AppendVarint(p.b, int64(*v))
		return
	}
	if p.err != nil {
		return
	}
	n, size := binary.Varint(p.b)
	if size <= 0 || int64(T(n)) != n {
		p.err = fmt.Errorf("%w: a number is cut off or out of range", ErrMessage)
		return
	}
	*v, p.b = T(n), p.b[size:]
}

// limited carries a number of a closed set, 0 to below bound.
func limited[T ~uint8](p *pack, v *T, bound T) {
	num(p, v)
	if !p.writing && p.err == nil && *v >= bound {
		p.err = fmt.Errorf("%w: %d is none of %d values", ErrMessage, *v, bound)
		*v = 0
	}
}

func (p *pack) flag(v *bool) {
	var n uint8
	if *v {
		n = 1
	}
	limited(p, &n, 2)
	*v = n == 1
}

// text carries a string of any kind.
func text[T ~string](p *pack, v *T) {
	s := *v
	if p.writing && len(s) > maxText {
		s = s[:maxText]
	}
	n := len(s)
	num(p, &n)
	if p.writing {
		p.b = append(p.b, s...)
		return
	}
	if p.err == nil && (n < 0 || n > len(p.b)) {
		p.err = fmt.Errorf("%w: a text of %d bytes in %d", ErrMessage, n, len(p.b))
	}
	if p.err == nil {
		*v, p.b = T(p.b[:n]), p.b[n:]
	}
}

// list carries a slice; a nil one comes back as nil.
func list[T any](p *pack, v *[]T, each func(*pack, *T)) {
	n := len(*v)
	num(p, &n)
	if !p.writing {
		if p.err == nil && (n < 0 || n > len(p.b)) { // an element takes a byte at least
			p.err = fmt.Errorf("%w: a list of %d in %d bytes", ErrMessage, n, len(p.b))
		}
		if p.err != nil || n == 0 {
			return
		}
		*v = make([]T, n)
	}
	for i := range *v {
		each(p, &(*v)[i])
	}
}
