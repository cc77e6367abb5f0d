package feed

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"tollgate/engine"
)

// Records of a DBN file begin with u8 length in 32-bit words, u8 rtype, u16
// publisher, u32 instrument id, u64 ts_event. A record may be longer than its
// kind needs (a live stream appends the time of sending), never shorter.
const (
	dbnHeader  = 16
	dbnMaxLen  = 255 * 4
	undefPrice = math.MaxInt64
	undefTime  = math.MaxUint64
)

// Record types, and how long their records are at least.
const (
	rtypeTrade  = 0x00 // schema trades
	rtypeTop    = 0x01 // schemas mbp-1 and tbbo
	rtypeBar1s  = 0x20
	rtypeBar1m  = 0x21
	rtypeBar1h  = 0x22
	rtypeBar1d  = 0x23
	rtypeNaming = 0x16 // says which symbol an id is, in live streams
	rtypeBBO1s  = 0xC3
	rtypeBBO1m  = 0xC4

	lenTrade = 48
	lenTop   = 80
	lenBar   = 56
)

// dbnSource reads Databento files.
type dbnSource struct {
	base
	r      *bufio.Reader
	meta   dbnMeta
	offset int64
	row    int64
	ids    map[uint32]*dbnID
	buf    [dbnMaxLen]byte
}

// dbnID is what an instrument id stands for at the moment.
type dbnID struct {
	in    *instrument
	until engine.Time // when it has to be looked up again
	live  bool        // named by a record, which overrides the metadata
	top   engine.Quote
}

func newDBN(in *bufio.Reader, file string, o Options) (Source, error) {
	b, err := newBase(file, "record", o)
	if err != nil {
		return nil, err
	}
	d := &dbnSource{base: b, r: in, ids: map[uint32]*dbnID{}}
	d.meta, d.offset, err = readDBNMeta(in)
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &TornError{File: file, Err: err}
	case err != nil:
		return nil, fmt.Errorf("%s: %w", file, err)
	case o.Name != "" && max(len(d.meta.symbols), len(d.meta.distinct)) > 1:
		return nil, fmt.Errorf("%s: the file holds several symbols, so they cannot all be %s", file, o.Name)
	}
	return d, nil
}

// Next implements Source.
func (d *dbnSource) Next(q *engine.Quote) error {
	if d.err != nil {
		return d.err
	}
	for {
		rec, err := d.record()
		if err != nil {
			return err
		}
		d.tally.Rows++
		d.row++
		ok, bad, err := d.decode(rec, q)
		switch {
		case err != nil:
			return d.end(d.rowError(d.row, "", err))
		case bad != nil:
			if err := d.bad(bad); err != nil {
				return err
			}
			continue
		case !ok:
			continue
		}
		if bad := d.order(q.At, d.row, ""); bad != nil {
			if d.o.Clock == EventTime {
				bad.Err = fmt.Errorf("%w (by the exchange's clock; by the receiving one records are in order)", bad.Err)
			}
			if err := d.bad(bad); err != nil {
				return err
			}
			continue
		}
		switch d.window(q.At) {
		case inside:
			return nil
		case beyond:
			return d.end(io.EOF)
		}
	}
}

// record reads the bytes of one record. Its error is final.
func (d *dbnSource) record() ([]byte, error) {
	first, err := d.r.ReadByte()
	if err == io.EOF {
		return nil, d.end(err)
	}
	if err != nil {
		return nil, d.torn(d.offset, err)
	}
	n := int(first) * 4
	if n < dbnHeader {
		return nil, d.end(d.rowError(d.row+1, "", formatError("a record of %d bytes at byte %d", n, d.offset)))
	}
	d.buf[0] = first
	if _, err := io.ReadFull(d.r, d.buf[1:n]); err != nil {
		return nil, d.torn(d.offset, err)
	}
	d.offset += int64(n)
	return d.buf[:n], nil
}

// decode makes an event of a record. ok = false without an error leaves it out;
// bad is a record to skip; the plain error is final.
func (d *dbnSource) decode(rec []byte, q *engine.Quote) (ok bool, bad *RowError, err error) {
	rtype := rec[1]
	var need int
	switch rtype {
	case rtypeTrade:
		need = lenTrade
	case rtypeTop, rtypeBBO1s, rtypeBBO1m:
		need = lenTop
	case rtypeBar1s, rtypeBar1m, rtypeBar1h, rtypeBar1d:
		need = lenBar
	default:
		d.tally.Skipped++
		if rtype == rtypeNaming {
			err = d.naming(rec)
		}
		return false, nil, err
	}
	if len(rec) < need {
		return false, d.rowError(d.row, "", valueError("%d bytes, a record of type %#02x has %d", len(rec), rtype, need)), nil
	}
	at, lasts, verr := d.time(rec)
	if verr != nil {
		return false, d.rowError(d.row, "ts_event", verr), nil
	}
	id, err := d.id(binary.LittleEndian.Uint32(rec[4:]), at.Add(-lasts))
	if errors.Is(err, errNoSymbol) {
		return false, d.rowError(d.row, "instrument_id", err), nil
	}
	if err != nil || id.in.drop {
		return false, nil, err
	}
	*q = engine.Quote{
		At: at, Instrument: id.in.ID, Bid: engine.NoPrice, Ask: engine.NoPrice, Last: engine.NoPrice,
		BidSize: engine.UnknownQty, AskSize: engine.UnknownQty, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
	ok, col, verr := d.fill(rec, q, id)
	if verr != nil {
		return false, d.rowError(d.row, col, verr), nil
	}
	return ok, nil, nil
}

// span is how long a bar lasts.
func span(rtype byte) time.Duration {
	switch rtype {
	case rtypeBar1s:
		return time.Second
	case rtypeBar1m:
		return time.Minute
	case rtypeBar1h:
		return time.Hour
	}
	return 24 * time.Hour
}

// time is the time of the event: of a bar its end, with how long it lasted; of a
// sampled book the end of its interval, which is in ts_recv; otherwise what the
// clock says.
func (d *dbnSource) time(rec []byte) (at engine.Time, lasts time.Duration, err error) {
	place := 8
	switch rec[1] {
	case rtypeBBO1s, rtypeBBO1m:
		place = atRecv
	case rtypeTrade, rtypeTop:
		if d.o.Clock == ReceiveTime {
			place = atRecv
		}
	default:
		lasts = span(rec[1])
	}
	t := binary.LittleEndian.Uint64(rec[place:])
	if t == undefTime || t > math.MaxInt64-uint64(lasts) {
		return 0, 0, valueError("the time is undefined")
	}
	return engine.Time(t).Add(lasts), lasts, nil
}

// id finds the instrument of an id at a time.
func (d *dbnSource) id(number uint32, at engine.Time) (*dbnID, error) {
	id := d.ids[number]
	if id != nil && (id.live || at < id.until) {
		return id, nil
	}
	name := d.o.Name
	if name == "" {
		symbol, err := d.meta.name(number, at)
		if err != nil {
			return nil, err
		}
		name = datedName(symbol, at)
	}
	return d.assign(number, name, at)
}

// assign makes an id stand for a name until the end of the day of at.
func (d *dbnSource) assign(number uint32, name string, at engine.Time) (*dbnID, error) {
	in, err := d.find([]byte(name), nil)
	if err != nil {
		return nil, err
	}
	day := engine.Time(24 * time.Hour)
	id := d.ids[number]
	if id == nil || id.in != in {
		id = &dbnID{in: in}
		d.ids[number] = id
	}
	id.until = at - at%day + day
	return id, nil
}

// naming reads a record that says which symbol an id is: two symbols of 22 bytes
// in version 1, each of 71 with a byte before it later. The second is the raw one.
func (d *dbnSource) naming(rec []byte) error {
	from, n := dbnHeader+dbnSymbolV1, dbnSymbolV1
	if d.meta.version > 1 {
		from, n = dbnHeader+1+71+1, 71
	}
	t := binary.LittleEndian.Uint64(rec[8:])
	if len(rec) < from+n || d.o.Name != "" || t > math.MaxInt64 {
		return nil
	}
	c := dbnCursor{b: rec[from : from+n]}
	id, err := d.assign(binary.LittleEndian.Uint32(rec[4:]), datedName(c.symbol(n), engine.Time(t)), engine.Time(t))
	if err == nil {
		id.live = true
	}
	return err
}
