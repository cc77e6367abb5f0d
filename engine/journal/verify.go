package journal

import (
	"errors"
	"fmt"
	"io"
)

// Report is what Verify found.
type Report struct {
	Segments    int
	Records     uint64 // whole ones, before the first damage
	First, Last uint64 // numbers of the first and last of them; 0 when there are none
	Bytes       int64  // of all segments, damaged or not
	Ended       bool   // the last Writer was closed
	Torn        *Cut   // an unfinished tail, which Open would cut: not damage
	Damage      *CorruptError
}

// Verify reads a whole journal and says what it holds, without changing anything. It
// may be used while a Writer appends; a record being written then looks like a torn
// tail. Damage is in the report; the errors are those of the operating system, and
// that there is no journal.
func Verify(dir string) (Report, error) {
	var rep Report
	list, err := segments(dir)
	if err != nil {
		return rep, err
	}
	if len(list) == 0 {
		return rep, fmt.Errorf("journal: %s holds no segments, files such as %s", dir, segmentPath("", 1))
	}
	rep.Segments = len(list)
	for _, s := range list {
		n, err := s.size()
		if err != nil {
			return rep, err
		}
		rep.Bytes += n
	}
	r, err := NewReader(dir, 0)
	if err != nil {
		return rep, err
	}
	defer r.Close()
	err = rep.read(r)
	rep.Torn = r.Torn()
	rep.Ended = rep.Torn == nil && r.mark
	if errors.As(err, &rep.Damage) {
		rep.Ended = false
		return rep, nil
	}
	return rep, err
}

func (rep *Report) read(r *Reader) error {
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if rep.Records == 0 {
			rep.First = record.Number
		}
		rep.Records++
		rep.Last = record.Number
	}
}
