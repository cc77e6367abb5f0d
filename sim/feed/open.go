package feed

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"tollgate/engine"
)

// Extension is that of recordings.
const Extension = ".arrows"

// Open opens a file of market data in any form this package knows: a recording,
// CSV, a NinjaTrader export, a Databento file; each plain or compressed with gzip
// or zstd. The form is told from the content, never from the name.
func Open(path string, o Options) (Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	src, err := NewSource(f, path, o)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if b, ok := src.(interface{ onClose(func() error) }); ok {
		b.onClose(f.Close)
	}
	return src, nil
}

func (b *base) onClose(f func() error) {
	inner := b.close
	b.close = func() error {
		if inner == nil {
			return f()
		}
		return errors.Join(inner(), f())
	}
}

// maxWindow bounds the memory a zstd stream may ask for.
const maxWindow = 64 << 20

// NewSource reads market data from r; name stands for it in errors. The form is
// told from the first bytes. Closing the source does not close r.
func NewSource(r io.Reader, name string, o Options) (Source, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	magic, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, &TornError{File: name, Err: err}
		}
		return newPlain(bufio.NewReaderSize(z, 1<<16), name, o)
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return newZstd(in, name, o)
	}
	return newPlain(in, name, o)
}

// newZstd unpacks in the calling goroutine, with bounded memory.
func newZstd(in io.Reader, name string, o Options) (Source, error) {
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	src, err := newPlain(bufio.NewReaderSize(z, 1<<16), name, o)
	if err != nil {
		z.Close()
		return nil, err
	}
	if b, ok := src.(interface{ onClose(func() error) }); ok {
		b.onClose(func() error { z.Close(); return nil })
	}
	return src, nil
}

// newPlain tells the form of uncompressed data.
func newPlain(in *bufio.Reader, name string, o Options) (Source, error) {
	magic, err := in.Peek(16)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, &TornError{File: name, Err: err}
	}
	switch {
	case len(magic) >= 4 && binary.LittleEndian.Uint32(magic) == continuation:
		return newRecording(in, name, o)
	case bytes.HasPrefix(magic, []byte("DBN")):
		return newDBN(in, name, o)
	case looksNinja(magic):
		return newNinja(in, name, o)
	case len(magic) == 0:
		return nil, fmt.Errorf("%s: %w: the file is empty", name, ErrFormat)
	}
	return newCSV(in, name, o)
}

// Create makes a new file of the form its name asks for: .arrows, .csv or
// .csv.gz. A file that exists is not overwritten: the error is fs.ErrExist.
func Create(path string, u *engine.Universe) (Sink, error) {
	csv, zip := strings.HasSuffix(path, ".csv"), strings.HasSuffix(path, ".csv.gz")
	if !csv && !zip && !strings.HasSuffix(path, Extension) {
		return nil, fmt.Errorf("%s: the name must end in %s, .csv or .csv.gz", path, Extension)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	if !csv && !zip {
		return &fileSink{NewWriter(f, WriterConfig{Universe: u}), []io.Closer{f}}, nil
	}
	out, closers := io.Writer(f), []io.Closer{f}
	if zip {
		z := gzip.NewWriter(f)
		out, closers = z, []io.Closer{z, f}
	}
	w, err := NewCSVWriter(out, u)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &fileSink{w, closers}, nil
}

// fileSink closes what lies under a sink as well.
type fileSink struct {
	Sink
	under []io.Closer
}

// Flush implements Sink.
func (s *fileSink) Flush() error {
	err := s.Sink.Flush()
	for _, c := range s.under {
		if f, ok := c.(interface{ Flush() error }); ok {
			err = errors.Join(err, f.Flush())
		}
	}
	return err
}

// Close implements Sink.
func (s *fileSink) Close() error {
	all := []error{s.Sink.Close()}
	for _, c := range s.under {
		all = append(all, c.Close())
	}
	return errors.Join(all...)
}
