package feed

import (
	"bufio"
	"io"
)

func newDBN(in *bufio.Reader, file string, o Options) (Source, error) { return nil, io.EOF }
func newNinja(in io.Reader, file string, o Options) (Source, error)   { return nil, io.EOF }
func looksNinja(b []byte) bool                                        { return false }
