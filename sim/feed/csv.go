package feed

import (
	"bytes"
	"io"
	"math"

	"tollgate/engine"
)

// CSVHeader is the first line of market data in CSV.
const CSVHeader = "ts_ns,instrument,bid,bid_size,ask,ask_size,last,last_size,kind"

// The columns of a CSV row.
const (
	colTime = iota
	colName
	colBid
	colBidSize
	colAsk
	colAskSize
	colLast
	colLastSize
	colKind
	csvColumns
)

var csvNames = [csvColumns]string{"ts_ns", "instrument", "bid", "bid_size", "ask", "ask_size", "last", "last_size", "kind"}

// csvSource reads the CSV form.
type csvSource struct {
	base
	lines *lines
	field [csvColumns][]byte
}

func newCSV(r io.Reader, file string, o Options) (Source, error) {
	b, err := newBase(file, "line", o)
	if err != nil {
		return nil, err
	}
	c := &csvSource{base: b, lines: newLines(r)}
	line, err := c.lines.next()
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	if err != nil || string(line) != CSVHeader {
		return nil, c.rowError(1, "", formatError("the first line must be %q", CSVHeader))
	}
	return c, nil
}

// Next implements Source.
func (c *csvSource) Next(q *engine.Quote) error {
	if c.err != nil {
		return c.err
	}
	for {
		line, err := c.lines.next()
		if err != nil && err != errLongLine {
			return c.ended(err)
		}
		if err == nil && len(line) == 0 {
			continue
		}
		c.tally.Rows++
		p := before
		var bad *RowError
		if err != nil {
			bad = c.rowError(c.lines.n, "", valueError("more than %d bytes", maxLine))
		} else {
			p, bad, err = c.row(line, q)
		}
		switch {
		case bad != nil:
			if err := c.bad(bad); err != nil {
				return err
			}
		case err != nil:
			return c.end(c.rowError(c.lines.n, csvNames[colName], err))
		case p == inside:
			return nil
		case p == beyond:
			return c.end(io.EOF)
		}
	}
}

// ended handles the end of the text: a broken stream is a torn file.
func (c *csvSource) ended(err error) error {
	if err == io.EOF {
		return c.end(err)
	}
	return c.torn(c.lines.offset, err)
}

// row reads one line. An unusable row is a RowError; the plain error is that of
// an instrument nobody knows.
func (c *csvSource) row(line []byte, q *engine.Quote) (place, *RowError, error) {
	row := c.lines.n
	if n := c.split(line); n != csvColumns {
		return before, c.rowError(row, "", valueError("%d fields, want %d", n, csvColumns)), nil
	}
	at, ok := parseInt(c.field[colTime])
	if !ok {
		return before, c.rowError(row, csvNames[colTime], valueError("%q is no whole number of nanoseconds", c.field[colTime])), nil
	}
	q.At = engine.Time(at)
	p := c.window(q.At)
	if p != inside {
		return p, c.order(q.At, row, csvNames[colTime]), nil
	}
	in, err := c.find(c.field[colName], nil)
	if err != nil {
		return before, nil, err
	}
	if in.drop {
		return before, c.order(q.At, row, csvNames[colTime]), nil
	}
	if col, err := c.values(in, q); err != nil {
		return before, c.rowError(row, csvNames[col], err), nil
	}
	return inside, c.order(q.At, row, csvNames[colTime]), nil
}

// values reads all but time and name; the column is that of the error.
func (c *csvSource) values(in *instrument, q *engine.Quote) (col int, err error) {
	q.Instrument = in.ID
	q.Volume = engine.UnknownQty
	if q.Bid, err = parsePrice(c.field[colBid], in); err != nil {
		return colBid, err
	}
	if q.BidSize, err = parseQty(c.field[colBidSize]); err != nil {
		return colBidSize, err
	}
	if q.Ask, err = parsePrice(c.field[colAsk], in); err != nil {
		return colAsk, err
	}
	if q.AskSize, err = parseQty(c.field[colAskSize]); err != nil {
		return colAskSize, err
	}
	if q.Last, err = parsePrice(c.field[colLast], in); err != nil {
		return colLast, err
	}
	if q.LastSize, err = parseQty(c.field[colLastSize]); err != nil {
		return colLastSize, err
	}
	if q.Kind, err = parseKind(c.field[colKind]); err != nil {
		return colKind, err
	}
	if q.Kind == engine.TradePrint && q.Last == engine.NoPrice {
		return colLast, valueError("a trade without a price")
	}
	return 0, nil
}

// split cuts a line at its commas and returns how many fields it has.
func (c *csvSource) split(line []byte) int {
	n, start := 0, 0
	for i := range line {
		if line[i] != ',' {
			continue
		}
		if n < csvColumns {
			c.field[n] = line[start:i]
		}
		n++
		start = i + 1
	}
	if n < csvColumns {
		c.field[n] = line[start:]
	}
	return n + 1
}

// parseInt reads a plain decimal integer that fits in 63 bits.
func parseInt(s []byte) (int64, bool) {
	neg := len(s) > 0 && s[0] == '-'
	if neg {
		s = s[1:]
	}
	if len(s) == 0 {
		return 0, false
	}
	var v int64
	for _, ch := range s {
		d := int64(ch) - '0'
		if d < 0 || d > 9 || v > (math.MaxInt64-d)/10 {
			return 0, false
		}
		v = v*10 + d
	}
	if neg {
		v = -v
	}
	return v, true
}

// parsePrice reads a decimal on the instrument's grid; empty is NoPrice.
func parsePrice(s []byte, in *instrument) (engine.Price, error) {
	if len(s) == 0 {
		return engine.NoPrice, nil
	}
	n, err := engine.ParseNano(s)
	if err != nil {
		return engine.NoPrice, err
	}
	return in.Price(n)
}

// parseQty reads a size; empty is UnknownQty, zero a real zero.
func parseQty(s []byte) (engine.Qty, error) {
	if len(s) == 0 {
		return engine.UnknownQty, nil
	}
	v, ok := parseInt(s)
	if !ok {
		return 0, valueError("%q is no whole number", s)
	}
	if v < 0 {
		return 0, valueError("%s is negative", s)
	}
	return engine.Qty(v), nil
}

func parseKind(s []byte) (engine.QuoteKind, error) {
	if len(s) == 1 {
		switch s[0] {
		case 'Q':
			return engine.QuoteChange, nil
		case 'T':
			return engine.TradePrint, nil
		}
	}
	return 0, valueError("kind %q, want Q or T", s)
}
