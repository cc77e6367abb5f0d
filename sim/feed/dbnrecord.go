package feed

import (
	"encoding/binary"
	"math"

	"tollgate/engine"
)

// Places of fields. Trades, tops and BBOs share their layout up to the level.
const (
	atPrice, atSize, atAction, atRecv        = 16, 24, 28, 32
	atBid, atAsk, atBidSize, atAskSize       = 48, 56, 64, 68
	atClose, atVolume                        = 40, 48
	actionTrade, actionFill, actionNone byte = 'T', 'F', 'N'
)

// fill reads a record's prices and sizes; the column is that of the error.
func (d *dbnSource) fill(rec []byte, q *engine.Quote, id *dbnID) (ok bool, col string, err error) {
	switch rec[1] {
	case rtypeTrade:
		if a := rec[atAction]; a != actionTrade {
			d.tally.Skipped++
			return false, "", nil
		}
		return d.trade(rec, q, id)
	case rtypeTop:
		return d.top(rec, q, id)
	case rtypeBBO1s, rtypeBBO1m:
		if q.Last, err = price(rec, atPrice, id.in); err != nil {
			return false, "price", err
		}
		col, err = d.book(rec, q, id)
		return true, col, err
	}
	return d.bar(rec, q, id)
}

func price(rec []byte, place int, in *instrument) (engine.Price, error) {
	n := int64(binary.LittleEndian.Uint64(rec[place:]))
	if n == undefPrice {
		return engine.NoPrice, nil
	}
	return in.Price(engine.Nano(n))
}

func (d *dbnSource) trade(rec []byte, q *engine.Quote, id *dbnID) (bool, string, error) {
	var err error
	q.Kind = engine.TradePrint
	q.LastSize = engine.Qty(binary.LittleEndian.Uint32(rec[atSize:]))
	if q.Last, err = price(rec, atPrice, id.in); err == nil && q.Last == engine.NoPrice {
		err = valueError("a trade without a price")
	}
	return err == nil, "price", err
}

// top reads a change of the best bid and offer, or a trade and the book it met.
func (d *dbnSource) top(rec []byte, q *engine.Quote, id *dbnID) (ok bool, col string, err error) {
	switch rec[atAction] {
	case actionTrade:
		if ok, col, err = d.trade(rec, q, id); err != nil {
			return ok, col, err
		}
		col, err = d.book(rec, q, id)
		return true, col, err
	case actionFill, actionNone:
		d.tally.Skipped++
		return false, "", nil
	}
	if col, err = d.book(rec, q, id); err != nil {
		return false, col, err
	}
	t := &id.top
	same := t.At != 0 && t.Bid == q.Bid && t.Ask == q.Ask && t.BidSize == q.BidSize && t.AskSize == q.AskSize
	id.top = *q
	if same {
		d.tally.Unchanged++
	}
	return !same, "", nil
}

// book reads the best bid and offer.
func (d *dbnSource) book(rec []byte, q *engine.Quote, id *dbnID) (col string, err error) {
	if q.Bid, err = price(rec, atBid, id.in); err != nil {
		return "bid_px", err
	}
	if q.Ask, err = price(rec, atAsk, id.in); err != nil {
		return "ask_px", err
	}
	if q.Bid != engine.NoPrice {
		q.BidSize = engine.Qty(binary.LittleEndian.Uint32(rec[atBidSize:]))
	}
	if q.Ask != engine.NoPrice {
		q.AskSize = engine.Qty(binary.LittleEndian.Uint32(rec[atAskSize:]))
	}
	return "", nil
}

// bar makes a trade of a bar: its close, its volume, at its end.
func (d *dbnSource) bar(rec []byte, q *engine.Quote, id *dbnID) (ok bool, col string, err error) {
	q.Kind = engine.TradePrint
	if q.Last, err = price(rec, atClose, id.in); err == nil && q.Last == engine.NoPrice {
		err = valueError("a bar without a close")
	}
	if err != nil {
		return false, "close", err
	}
	v := binary.LittleEndian.Uint64(rec[atVolume:])
	if v > math.MaxInt64 {
		return false, "volume", valueError("%d is too large", v)
	}
	q.LastSize = engine.Qty(v)
	return true, "", nil
}
