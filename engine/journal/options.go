package journal

import (
	"fmt"
	"io"
)

// Options are the settings of a Writer. The zero value is good.
type Options struct {
	// SegmentBytes is the size at which a segment ends; 0 means 64 MiB. At most 256 MiB.
	SegmentBytes int64
	// BufferBytes is how much Append keeps in memory before it writes to the file by
	// itself; 0 means 256 KiB. At most 64 MiB.
	BufferBytes int
	// Retain says when old segments are removed; the zero value keeps all.
	Retain Retain
	// Secrets are byte strings that must never be written, such as the bearer token,
	// of MinSecret bytes or more each: shorter ones would be found by accident.
	Secrets [][]byte
	// Wrap, when set, is given each segment file that is opened for writing and
	// returns the one to use in its place. It is for tests, to make disks fail.
	Wrap func(File) File

	syncDir func(dir string) error // for tests of this package; nil means the real one
}

// Retain bounds what is kept on disk. Segments beyond either bound are removed
// when a new one begins.
type Retain struct {
	Bytes    int64 // all segments together, when a new one begins; 0 means no bound
	Segments int   // their number, the one being written included; 0 means no bound
}

// File is a segment being written.
type File interface {
	io.Writer
	// Sync returns when everything written is on disk.
	Sync() error
	Close() error
}

const (
	defaultSegment = 64 << 20
	maxSegment     = 256 << 20
	defaultBuffer  = 256 << 10
	maxBuffer      = 64 << 20
)

// normal returns the options with their defaults, or an error that names the field.
func (o Options) normal() (Options, error) {
	if o.SegmentBytes == 0 {
		o.SegmentBytes = defaultSegment
	}
	if o.BufferBytes == 0 {
		o.BufferBytes = defaultBuffer
	}
	if o.syncDir == nil {
		o.syncDir = syncDir
	}
	switch {
	case o.SegmentBytes < 0 || o.SegmentBytes > maxSegment:
		return o, fmt.Errorf("%w: SegmentBytes is %d; use 1 to %d", ErrOptions, o.SegmentBytes, maxSegment)
	case o.BufferBytes < 0 || o.BufferBytes > maxBuffer:
		return o, fmt.Errorf("%w: BufferBytes is %d; use 1 to %d", ErrOptions, o.BufferBytes, maxBuffer)
	case o.Retain.Bytes < 0 || o.Retain.Segments < 0:
		return o, fmt.Errorf("%w: Retain is %+v; neither may be negative", ErrOptions, o.Retain)
	}
	o.BufferBytes = max(o.BufferBytes, frameSize)
	for i, s := range o.Secrets {
		if len(s) < MinSecret {
			return o, fmt.Errorf("%w: Secrets[%d] has %d bytes; %d are needed to tell it from other data", ErrOptions, i, len(s), MinSecret)
		}
	}
	return o, nil
}
