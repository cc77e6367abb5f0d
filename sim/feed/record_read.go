package feed

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"math/bits"

	"github.com/klauspost/compress/zstd"

	"tollgate/engine"
)

// Bounds of what a reader of recordings believes. They are far above what Writer
// makes, so that files rewritten by other tools can be read.
const (
	maxMeta  = 16 << 20  // bytes of a message's header
	maxBody  = 256 << 20 // bytes of a message's body
	maxRows  = 1 << 20   // rows of a batch
	chunk    = 512       // rows converted at a time: the columns of a chunk fit in the first-level cache
	unitRow  = "row"
	slackLen = 64 // padding a buffer may carry
)

// Message kinds of the Arrow format.
const (
	msgSchema     = 1
	msgDictionary = 2
	msgBatch      = 3
)

// recording reads the project's own form. It decodes a batch column by column
// into buffers it keeps, converts a chunk of rows at a time, and allocates
// nothing per row.
type recording struct {
	base
	stream stream
	zstd   *zstd.Decoder
	own    map[string]*ownSpec
	nameID int64 // dictionary ids
	kindID int64
	list   []string // the instrument dictionary
	slots  []slot   // of list, resolved; nil = not yet
	kinds  []engine.QuoteKind
	cols   [arColumns]column
	rows   int   // of the batch
	pos    int   // rows of the batch already converted
	before int64 // rows before the batch
	n, i   int   // rows of the chunk, and how many of them were yielded
	at     [chunk]engine.Time
	slotOf [chunk]*slot
	kind   [chunk]engine.QuoteKind
	price  [3][chunk]engine.Price // bid, ask, last
	size   [4][chunk]engine.Qty   // of bid, ask, last; volume
	leave  [chunk]bool            // rows to leave out
}

// slot is an entry of the instrument dictionary.
type slot struct {
	in *instrument
	// The price converted last, per column: prices repeat. The zero value says
	// that 0.0 is tick 0, which is true.
	bits  [3]uint64
	price [3]engine.Price
}

// column is a decoded column of a batch.
type column struct {
	values []byte
	valid  []byte // bitmap; nil = see nulls
	nulls  int    // 0 or the number of rows when valid is nil
	// Buffers kept from batch to batch.
	keepValues, keepValid []byte
}

func newRecording(in *bufio.Reader, file string, o Options) (Source, error) {
	b, err := newBase(file, unitRow, o)
	if err != nil {
		return nil, err
	}
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(8*maxRows+slackLen), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, err
	}
	r := &recording{base: b, stream: stream{r: in}, zstd: z, own: map[string]*ownSpec{}}
	r.close = func() error { z.Close(); return nil }
	if err := r.open(); err != nil {
		z.Close()
		return nil, err
	}
	return r, nil
}

// Next implements Source.
func (r *recording) Next(q *engine.Quote) error {
	for {
		for r.i < r.n {
			i := r.i
			r.i++
			if r.leave[i] {
				continue
			}
			q.At, q.Instrument, q.Kind = r.at[i], r.slotOf[i].in.ID, r.kind[i]
			q.Bid, q.Ask, q.Last = r.price[0][i], r.price[1][i], r.price[2][i]
			q.BidSize, q.AskSize, q.LastSize, q.Volume = r.size[0][i], r.size[1][i], r.size[2][i], r.size[3][i]
			return nil
		}
		if r.err != nil {
			return r.err
		}
		if r.pos == r.rows {
			if err := r.batch(); err != nil {
				return r.end(err)
			}
		}
		r.convert()
	}
}

// Close implements Source.
func (r *recording) Close() error {
	r.i, r.n = 0, 0
	return r.base.Close()
}

// convert fills the chunk with the next rows of the batch. An error ends the
// chunk before its row and is yielded after it.
func (r *recording) convert() {
	r.n, r.i = min(chunk, r.rows-r.pos), 0
	clear(r.leave[:r.n])
	r.times()
	r.keys()
	r.prices(0, arBid)
	r.prices(1, arAsk)
	r.prices(2, arLast)
	for k, col := range [...]int{arBidSize, arAskSize, arLastSize, arVolume} {
		r.sizes(k, col)
	}
	r.trades()
	r.pos += r.n
	r.tally.Rows += int64(r.n)
}

// cutAt ends the chunk before row i of it, for good.
func (r *recording) cutAt(i int, err error) {
	r.n = i
	r.err = err
}

// refuse deals with a row that cannot be used.
func (r *recording) refuse(i, col int, err error) {
	if r.leave[i] {
		return
	}
	e := r.rowError(r.row(i), arFields[col].Name, err)
	if !r.o.SkipBad {
		r.cutAt(i, e)
		return
	}
	r.leave[i] = true
	_ = r.bad(e) // only counts: SkipBad is set
}

// row is the number of a row of the chunk in the file.
func (r *recording) row(i int) int64 { return r.before + int64(r.pos+i) + 1 }

func (r *recording) times() {
	values := r.cols[arTime].values[8*r.pos:]
	for i := 0; i < r.n; i++ {
		at := engine.Time(binary.LittleEndian.Uint64(values[8*i:]))
		r.at[i] = at
		if at < r.last {
			r.refuse(i, arTime, r.order(at, r.row(i), "").Err)
			continue
		}
		r.last, r.lastRow = at, r.row(i)
		switch r.window(at) {
		case beyond:
			r.cutAt(i, io.EOF)
		case before:
			r.leave[i] = true
		}
	}
}

// keys looks up instrument and kind.
func (r *recording) keys() {
	names, kinds := r.cols[arName].values[2*r.pos:], r.cols[arKind].values[r.pos:]
	for i := 0; i < r.n; i++ {
		s, k := int(binary.LittleEndian.Uint16(names[2*i:])), int(kinds[i])
		if s >= len(r.slots) {
			r.slotOf[i] = &noSlot
			r.refuse(i, arName, valueError("index %d in a dictionary of %d", s, len(r.slots)))
			continue
		}
		r.slotOf[i] = &r.slots[s]
		if r.slots[s].in.drop {
			r.leave[i] = true
		}
		if k >= len(r.kinds) {
			r.refuse(i, arKind, valueError("index %d in a dictionary of %d", k, len(r.kinds)))
			continue
		}
		r.kind[i] = r.kinds[k]
	}
}

// noSlot stands in rows that are left out because they name no instrument.
var noSlot = slot{in: &instrument{drop: true}}

// prices converts one column of prices of the chunk.
func (r *recording) prices(k, col int) {
	c, out := &r.cols[col], &r.price[k]
	if c.nulls == r.rows {
		for i := 0; i < r.n; i++ {
			out[i] = engine.NoPrice
		}
		return
	}
	values := c.values[8*r.pos:]
	for i := 0; i < r.n; i++ {
		if !c.known(r.pos + i) {
			out[i] = engine.NoPrice
			continue
		}
		b, s := binary.LittleEndian.Uint64(values[8*i:]), r.slotOf[i]
		if b != s.bits[k] {
			if s.in.drop {
				continue
			}
			f := math.Float64frombits(b)
			p := toTicks(f, &s.in.Instrument)
			if p == engine.InvalidPrice {
				r.refuse(i, col, valueError("%v is no price of %s, tick %s", f, s.in.Key, s.in.TickDecimal()))
				continue
			}
			s.bits[k], s.price[k] = b, p
		}
		out[i] = s.price[k]
	}
}

// sizes converts one column of sizes of the chunk.
func (r *recording) sizes(k, col int) {
	c, out := &r.cols[col], &r.size[k]
	if c.nulls == r.rows {
		for i := 0; i < r.n; i++ {
			out[i] = engine.UnknownQty
		}
		return
	}
	values := c.values[8*r.pos:]
	for i := 0; i < r.n; i++ {
		if !c.known(r.pos + i) {
			out[i] = engine.UnknownQty
			continue
		}
		out[i] = engine.Qty(binary.LittleEndian.Uint64(values[8*i:]))
		if out[i] < 0 {
			r.refuse(i, col, valueError("%d is negative", out[i]))
		}
	}
}

// trades refuses trades without a price.
func (r *recording) trades() {
	if r.cols[arLast].nulls == 0 {
		return
	}
	for i := 0; i < r.n; i++ {
		if r.kind[i] == engine.TradePrint && r.price[2][i] == engine.NoPrice {
			r.refuse(i, arLast, valueError("a trade without a price"))
		}
	}
}

// known reports whether a row of the column has a value.
func (c *column) known(i int) bool {
	if c.valid == nil {
		return c.nulls == 0
	}
	return c.valid[i>>3]&(1<<(i&7)) != 0
}

// countNulls counts the zeros among the first n bits.
func countNulls(valid []byte, n int) int {
	set := 0
	for i := 0; i < n/8; i++ {
		set += bits.OnesCount8(valid[i])
	}
	if n%8 != 0 {
		set += bits.OnesCount8(valid[n/8] & (1<<(n%8) - 1))
	}
	return n - set
}
