package feed

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
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
