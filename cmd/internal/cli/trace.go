package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"tollgate/engine"
	"tollgate/sim"
)

// traceTo writes a line for each decision: the time in UTC, then what happened.
func traceTo(w io.Writer) sim.Trace {
	return func(at engine.Time, line string) {
		fmt.Fprintf(w, "%s %s\n", at.UTC().Format("2006-01-02T15:04:05.999999999"), line)
	}
}

// create opens a file to write through a buffer, - meaning the stream given. The
// function it returns flushes and closes.
func create(path string, stream io.Writer) (io.Writer, func() error, error) {
	if path == "-" {
		return stream, func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, nil, usageError{err}
	}
	b := bufio.NewWriter(f)
	return b, func() error {
		if err := b.Flush(); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	}, nil
}
