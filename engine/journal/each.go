package journal

import (
	"errors"
	"io"
)

// Each hands every record of a journal to take, from number from on (0 = the first there
// is), and stops at the error take returns. An unfinished tail is the end.
func Each(dir string, from uint64, take func(Record) error) error {
	r, err := NewReader(dir, from)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := take(rec); err != nil {
			return err
		}
	}
}
