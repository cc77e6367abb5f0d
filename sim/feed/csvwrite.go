package feed

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tollgate/engine"
)

// CSVWriter writes market data in CSV. Volume, which the form has no column for,
// is left out. Not safe for concurrent use.
type CSVWriter struct {
	w     *bufio.Writer
	u     *engine.Universe
	line  []byte
	named []bool // by InstrumentID: the name fits in a CSV field
	guard guard
}

// guard refuses events that no reader would take back.
type guard struct {
	u    *engine.Universe
	last engine.Time
	rows int64
}

func (g *guard) check(q *engine.Quote) error {
	g.rows++
	if int(q.Instrument) >= g.u.Len() {
		return fmt.Errorf("event %d: instrument %d is not in the universe", g.rows, q.Instrument)
	}
	if q.At < g.last {
		return fmt.Errorf("event %d: %w: %s, but the event before has %s", g.rows, ErrTimeOrder, q.At, g.last)
	}
	g.last = q.At
	if q.Kind > engine.TradePrint {
		return fmt.Errorf("event %d: %w: kind %d", g.rows, ErrValue, q.Kind)
	}
	if q.Kind == engine.TradePrint && q.Last == engine.NoPrice {
		return fmt.Errorf("event %d: %w: a trade without a price", g.rows, ErrValue)
	}
	if min(q.BidSize, q.AskSize, q.LastSize, q.Volume) < engine.UnknownQty {
		return fmt.Errorf("event %d: %w: a negative size", g.rows, ErrValue)
	}
	return nil
}

// NewCSVWriter writes the header and returns a writer for the instruments of u.
func NewCSVWriter(w io.Writer, u *engine.Universe) (*CSVWriter, error) {
	c := &CSVWriter{w: bufio.NewWriterSize(w, 1<<16), u: u, guard: guard{u: u, last: engine.NoTime}}
	_, err := c.w.WriteString(CSVHeader + "\n")
	return c, err
}

// Write appends one event. It fails on what the form cannot hold: time that goes
// back, a name with a comma, a quote or a line end in it.
func (c *CSVWriter) Write(q *engine.Quote) error {
	if err := c.guard.check(q); err != nil {
		return err
	}
	in := c.u.Get(q.Instrument)
	if err := c.checkName(in); err != nil {
		return err
	}
	b := strconv.AppendInt(c.line[:0], int64(q.At), 10)
	b = append(append(append(b, ','), in.Key...), ',')
	b = appendSide(b, in, q.Bid, q.BidSize)
	b = appendSide(b, in, q.Ask, q.AskSize)
	b = appendSide(b, in, q.Last, q.LastSize)
	b = append(append(b, q.Kind.String()...), '\n')
	c.line = b
	_, err := c.w.Write(b)
	return err
}

// Flush hands everything written so far to the underlying writer.
func (c *CSVWriter) Flush() error { return c.w.Flush() }

// Close flushes. It does not close the underlying writer.
func (c *CSVWriter) Close() error { return c.w.Flush() }

func (c *CSVWriter) checkName(in *engine.Instrument) error {
	for len(c.named) <= int(in.ID) {
		c.named = append(c.named, false)
	}
	if c.named[in.ID] {
		return nil
	}
	if in.Key == "" || strings.ContainsAny(in.Key, ",\"\r\n") {
		return fmt.Errorf("%w: instrument name %q does not fit in a CSV field", ErrValue, in.Key)
	}
	c.named[in.ID] = true
	return nil
}

// appendSide appends "price,size,", each empty when unknown.
func appendSide(b []byte, in *engine.Instrument, p engine.Price, n engine.Qty) []byte {
	if p != engine.NoPrice {
		b = appendNano(b, int64(p)*int64(in.Tick))
	}
	b = append(b, ',')
	if n != engine.UnknownQty {
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return append(b, ',')
}

// appendNano appends n*1e-9 as a plain decimal without trailing zeros.
func appendNano(b []byte, n int64) []byte {
	u := uint64(n)
	if n < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, u/engine.NanoScale, 10)
	frac := u % engine.NanoScale
	if frac == 0 {
		return b
	}
	b = append(b, '.')
	for div := uint64(engine.NanoScale / 10); frac > 0; div /= 10 {
		b = append(b, byte('0'+frac/div))
		frac %= div
	}
	return b
}
