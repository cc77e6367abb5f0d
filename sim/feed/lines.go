package feed

import (
	"bytes"
	"errors"
	"io"
)

// maxLine bounds a line of text; a longer one is a bad row.
const maxLine = 1 << 12

// lines cuts a stream of text into lines without copying them.
type lines struct {
	r      io.Reader
	buf    []byte
	lo, hi int   // unread part of buf
	offset int64 // of buf[lo] in the stream
	n      int64 // number of the line returned last, from 1
	err    error // what the reader said at last
}

var errLongLine = errors.New("the line is too long")

func newLines(r io.Reader) *lines { return &lines{r: r, buf: make([]byte, 1<<17)} }

// next returns a line without its end (LF or CRLF), valid until the next call.
// The last line may lack its end. errLongLine leaves the line behind; other
// errors are final, io.EOF the good one.
func (l *lines) next() ([]byte, error) {
	for {
		if i := bytes.IndexByte(l.buf[l.lo:l.hi], '\n'); i >= 0 {
			return l.cut(i, i+1)
		}
		if l.hi-l.lo > maxLine {
			return l.skip()
		}
		if l.err != nil {
			if l.lo == l.hi || l.err != io.EOF {
				return nil, l.err
			}
			return l.cut(l.hi-l.lo, l.hi-l.lo)
		}
		l.fill()
	}
}

// cut returns n bytes and steps over the given number.
func (l *lines) cut(n, step int) ([]byte, error) {
	line := l.buf[l.lo : l.lo+n]
	l.lo += step
	l.offset += int64(step)
	l.n++
	if n > maxLine {
		return nil, errLongLine
	}
	if n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, nil
}

// skip drops the rest of a line that is too long.
func (l *lines) skip() ([]byte, error) {
	for {
		i := bytes.IndexByte(l.buf[l.lo:l.hi], '\n')
		if i >= 0 || l.err != nil {
			step := i + 1
			if i < 0 {
				step = l.hi - l.lo
			}
			l.lo += step
			l.offset += int64(step)
			l.n++
			return nil, errLongLine
		}
		l.offset += int64(l.hi - l.lo)
		l.lo = l.hi
		l.fill()
	}
}

// fill reads more behind the unread part.
func (l *lines) fill() {
	if l.lo > 0 {
		l.hi = copy(l.buf, l.buf[l.lo:l.hi])
		l.lo = 0
	}
	for range 100 {
		n, err := l.r.Read(l.buf[l.hi:])
		l.hi += n
		l.err = err
		if n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}
