package feed

import (
	"errors"
	"io"

	"tollgate/engine"
)

// Merge puts sources into one order of time. At the same time the source that was
// given first comes first, and within a source the order stays. The sources must
// share a Universe. Closing the result closes them all. Merging one source
// returns that source.
func Merge(sources ...Source) Source {
	if len(sources) == 1 {
		return sources[0]
	}
	return &merged{sources: sources}
}

// merged is a binary heap of the next events, smallest first.
type merged struct {
	sources []Source
	heap    []head
	started bool
	err     error
}

// head is the next event of a source.
type head struct {
	q     engine.Quote
	src   Source
	index int // order of the sources as given
}

func (h *head) less(o *head) bool {
	return h.q.At < o.q.At || h.q.At == o.q.At && h.index < o.index
}

// Next implements Source. An error of one source ends the whole.
func (m *merged) Next(q *engine.Quote) error {
	if m.err == nil && !m.started {
		m.err = m.start()
	}
	if m.err != nil {
		return m.err
	}
	if len(m.heap) == 0 {
		m.err = io.EOF
		return m.err
	}
	top := &m.heap[0]
	*q = top.q
	switch err := top.src.Next(&top.q); {
	case err == nil:
		m.down(0)
	case errors.Is(err, io.EOF):
		last := len(m.heap) - 1
		m.heap[0] = m.heap[last]
		m.heap = m.heap[:last]
		m.down(0)
	default:
		m.err = err // after the event that was already read
	}
	return nil
}

func (m *merged) start() error {
	m.started = true
	for i, s := range m.sources {
		h := head{src: s, index: i}
		err := s.Next(&h.q)
		if errors.Is(err, io.EOF) {
			continue
		}
		if err != nil {
			return err
		}
		m.heap = append(m.heap, h)
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.down(i)
	}
	return nil
}

// down restores the heap below i.
func (m *merged) down(i int) {
	for {
		least, n := i, len(m.heap)
		for c := 2*i + 1; c <= 2*i+2 && c < n; c++ {
			if m.heap[c].less(&m.heap[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}

// Close implements Source.
func (m *merged) Close() error {
	var all []error
	for _, s := range m.sources {
		all = append(all, s.Close())
	}
	if m.err == nil {
		m.err = errors.New("merged feed: read after close")
	}
	return errors.Join(all...)
}

func (m *merged) tallied() Tally {
	var t Tally
	for _, s := range m.sources {
		t.add(TallyOf(s))
	}
	return t
}
