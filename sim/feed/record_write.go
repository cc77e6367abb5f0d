package feed

import (
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"tollgate/engine"
)

// WriterConfig says how to write a recording.
type WriterConfig struct {
	Universe *engine.Universe
	// Batch is how many events are compressed and written together, 1 to 65536;
	// 0 = 65536. Up to so many are lost in a crash, unless Flush is called.
	Batch int
	// Plain leaves the columns uncompressed.
	Plain bool
}

// Writer writes a recording: see the package documentation for the form. Not
// safe for concurrent use.
type Writer struct {
	u     *engine.Universe
	out   *ipc.Writer
	w     io.Writer
	plain bool
	batch int
	guard guard
	err   error

	rows   int
	schema *arrow.Schema
	ts     []int64
	name   []int16
	kind   []int8
	cols   [arColumns]nullable // from arBid on

	slots []int16 // by InstrumentID: 1 + index into the dictionary
	keys  []string
	fresh []description // not yet in the file
	dict  arrow.ArrayData
	kinds arrow.ArrayData
	grown bool // keys has more than dict
}

// nullable is a column of 64-bit values with a validity bitmap.
type nullable struct {
	floats []float64
	ints   []int64
	valid  []byte
	nulls  int
}

// NewWriter returns a writer; nothing is written before the first Flush, full
// batch or Close. It writes to w in large pieces.
func NewWriter(w io.Writer, c WriterConfig) *Writer {
	n := c.Batch
	if n <= 0 || n > batchRows {
		n = batchRows
	}
	out := &Writer{
		u: c.Universe, w: w, plain: c.Plain, batch: n, guard: guard{u: c.Universe, last: engine.NoTime},
		ts: make([]int64, n), name: make([]int16, n), kind: make([]int8, n),
		kinds: stringData(kindNames),
	}
	for i := arBid; i < arColumns; i++ {
		out.cols[i].valid = make([]byte, (n+7)/8)
		if arFields[i].Type.ID() == arrow.FLOAT64 {
			out.cols[i].floats = make([]float64, n)
		} else {
			out.cols[i].ints = make([]int64, n)
		}
	}
	return out
}

// Write appends one event. It fails on time that goes back and on a price that
// float64 does not hold exactly. After an error of the underlying writer every
// call fails; after any other the event is left out.
func (w *Writer) Write(q *engine.Quote) error {
	if w.err != nil {
		return w.err
	}
	if err := w.guard.check(q); err != nil {
		return err
	}
	in := w.u.Get(q.Instrument)
	for _, p := range [...]engine.Price{q.Bid, q.Ask, q.Last} {
		if p != engine.NoPrice && toTicks(in.Float(p), in) != p {
			return fmt.Errorf("event %d: %w: price of %d ticks of %s is too large to record", w.guard.rows, ErrValue, p, in.Key)
		}
	}
	slot, err := w.slot(in)
	if err != nil {
		return err
	}
	r := w.rows
	w.ts[r], w.name[r], w.kind[r] = int64(q.At), slot, int8(q.Kind)
	w.price(arBid, in, q.Bid)
	w.price(arAsk, in, q.Ask)
	w.price(arLast, in, q.Last)
	w.size(arBidSize, q.BidSize)
	w.size(arAskSize, q.AskSize)
	w.size(arLastSize, q.LastSize)
	w.size(arVolume, q.Volume)
	w.rows++
	if w.rows == w.batch {
		return w.Flush()
	}
	return nil
}

// toTicks is the inverse of Instrument.Float: the price whose float64 is f, or
// InvalidPrice when there is none.
func toTicks(f float64, in *engine.Instrument) engine.Price {
	t := math.RoundToEven(f / in.TickFloat())
	if !(t > -1<<53 && t < 1<<53) { // so that no conversion is undefined, NaN included
		return engine.InvalidPrice
	}
	p := engine.Price(t)
	if hi := math.MaxInt64 / int64(in.Tick); int64(p) > hi || int64(p) < -hi || in.Float(p) != f {
		return engine.InvalidPrice
	}
	return p
}

func (w *Writer) price(col int, in *engine.Instrument, p engine.Price) {
	c := &w.cols[col]
	if p == engine.NoPrice {
		c.floats[w.rows] = 0
		c.nulls++
		return
	}
	c.floats[w.rows] = in.Float(p)
	c.valid[w.rows>>3] |= 1 << (w.rows & 7)
}

func (w *Writer) size(col int, n engine.Qty) {
	c := &w.cols[col]
	if n == engine.UnknownQty {
		c.ints[w.rows] = 0
		c.nulls++
		return
	}
	c.ints[w.rows] = int64(n)
	c.valid[w.rows>>3] |= 1 << (w.rows & 7)
}

// slot is the dictionary index of an instrument.
func (w *Writer) slot(in *engine.Instrument) (int16, error) {
	for len(w.slots) <= int(in.ID) {
		w.slots = append(w.slots, 0)
	}
	if s := w.slots[in.ID]; s > 0 {
		return s - 1, nil
	}
	if len(w.keys) == math.MaxInt16 {
		return 0, fmt.Errorf("instrument %s: more than %d instruments in one recording", in.Key, math.MaxInt16)
	}
	d := describe(in)
	if _, err := d.own(); err != nil {
		return 0, fmt.Errorf("%w: cannot be recorded", err)
	}
	w.keys = append(w.keys, in.Key)
	w.fresh = append(w.fresh, d)
	w.grown = true
	w.slots[in.ID] = int16(len(w.keys))
	return w.slots[in.ID] - 1, nil
}

// Flush writes the events so far as a batch of their own, complete and readable
// even if nothing follows. Frequent flushing makes a recording larger and slower
// to read: once a second is harmless, once an event is not.
func (w *Writer) Flush() error {
	if w.err != nil || w.rows == 0 {
		return w.err
	}
	if w.out == nil {
		w.err = w.begin()
	}
	if w.err == nil {
		w.err = w.flush()
	}
	return w.err
}

// begin writes the schema, with the instruments known by now.
func (w *Writer) begin() error {
	list, err := w.takeFresh()
	if err != nil {
		return err
	}
	meta := arrow.NewMetadata([]string{keyVersion, keyInstruments}, []string{FormatVersion, list})
	w.schema = arrow.NewSchema(arFields, &meta)
	opts := []ipc.Option{ipc.WithSchema(w.schema)}
	if !w.plain {
		opts = append(opts, ipc.WithZstd())
	}
	w.out = ipc.NewWriter(w.w, opts...)
	return nil
}

func (w *Writer) takeFresh() (string, error) {
	if w.fresh == nil {
		w.fresh = []description{}
	}
	text, err := json.Marshal(w.fresh)
	w.fresh = nil
	return string(text), err
}

func (w *Writer) flush() error {
	if w.grown {
		w.dict, w.grown = stringData(w.keys), false
	}
	var meta arrow.Metadata
	if len(w.fresh) > 0 {
		list, err := w.takeFresh()
		if err != nil {
			return err
		}
		meta = arrow.NewMetadata([]string{keyInstruments}, []string{list})
	}
	cols := make([]arrow.Array, arColumns)
	for i := range cols {
		cols[i] = array.MakeFromData(w.column(i))
	}
	rec := array.NewRecordBatchWithMetadata(w.schema, cols, int64(w.rows), meta)
	if err := w.out.Write(rec); err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	w.rows = 0
	for i := arBid; i < arColumns; i++ {
		clear(w.cols[i].valid)
		w.cols[i].nulls = 0
	}
	return nil
}

// column wraps the rows of one column for Arrow, without copying.
func (w *Writer) column(i int) arrow.ArrayData {
	n := w.rows
	dict := func(t *arrow.DictionaryType, values []byte, d arrow.ArrayData) arrow.ArrayData {
		return array.NewDataWithDictionary(t, n, []*memory.Buffer{nil, memory.NewBufferBytes(values)}, 0, 0, d.(*array.Data))
	}
	switch i {
	case arTime:
		return array.NewData(arFields[i].Type, n, []*memory.Buffer{nil, memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(w.ts[:n]))}, nil, 0, 0)
	case arName:
		return dict(nameType, arrow.Int16Traits.CastToBytes(w.name[:n]), w.dict)
	case arKind:
		return dict(kindType, arrow.Int8Traits.CastToBytes(w.kind[:n]), w.kinds)
	}
	c := &w.cols[i]
	values := arrow.Int64Traits.CastToBytes(c.ints)
	if c.floats != nil {
		values = arrow.Float64Traits.CastToBytes(c.floats)
	}
	var valid *memory.Buffer
	if c.nulls > 0 {
		valid = memory.NewBufferBytes(c.valid[:(n+7)/8])
	}
	return array.NewData(arFields[i].Type, n, []*memory.Buffer{valid, memory.NewBufferBytes(values[:8*n])}, nil, c.nulls, 0)
}

// stringData is an Arrow array of strings.
func stringData(list []string) arrow.ArrayData {
	offsets, bytes := []int32{0}, []byte{}
	for _, s := range list {
		bytes = append(bytes, s...)
		offsets = append(offsets, int32(len(bytes)))
	}
	buffers := []*memory.Buffer{nil, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(offsets)), memory.NewBufferBytes(bytes)}
	return array.NewData(arrow.BinaryTypes.String, len(list), buffers, nil, 0, 0)
}

// Close writes what is left and the end of the recording. It does not close the
// underlying writer.
func (w *Writer) Close() error {
	if err := w.Flush(); err != nil {
		return err
	}
	if w.out == nil {
		if w.err = w.begin(); w.err != nil {
			return w.err
		}
	}
	err := w.out.Close()
	if w.err = err; err == nil {
		w.err = fmt.Errorf("recording: write after close")
	}
	return err
}
