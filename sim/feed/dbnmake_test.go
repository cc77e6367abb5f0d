package feed

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"tollgate/engine"
)

// dbnMaker builds DBN files for the tests.
type dbnMaker struct{ bytes.Buffer }

func (d *dbnMaker) put(values ...any) *dbnMaker {
	for _, v := range values {
		if err := binary.Write(d, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	return d
}

func padded(s string, n int) []byte { return append([]byte(s), make([]byte, n-len(s))...) }

// dbnFile begins a file that maps instrument ids 1, 2, ... to symbols, from 2024 on.
func dbnFile(version int, symbols ...string) *dbnMaker {
	width := 71
	var m dbnMaker
	m.put(padded("GLBX.MDP3", 16), uint16(1), uint64(1704067200e9), uint64(0), uint64(0))
	if version == 1 {
		width = dbnSymbolV1
		m.put(uint64(0), byte(1), byte(0), byte(0), make([]byte, 47))
	} else {
		m.put(byte(1), byte(0), byte(0), uint16(width), make([]byte, 53))
	}
	m.put(uint32(0), uint32(len(symbols)))
	for _, s := range symbols {
		m.put(padded(s, width))
	}
	m.put(uint32(0), uint32(0), uint32(len(symbols)))
	for i, s := range symbols {
		m.put(padded(s, width), uint32(1), uint32(20240101), uint32(20250101), padded(strconv.Itoa(i+1), width))
	}
	var f dbnMaker
	f.put([]byte("DBN"), byte(version), uint32(m.Len()), m.Bytes())
	return &f
}

// head is a record's header; the length is in bytes.
func (d *dbnMaker) head(n int, rtype byte, id uint32, at engine.Time) *dbnMaker {
	return d.put(byte(n/4), rtype, uint16(1), id, uint64(at))
}

const nano = 1_000_000_000

// top is a record of the book or, with action T, a trade of size 5 at the ask.
func (d *dbnMaker) top(rtype, action byte, id uint32, event, recv engine.Time, bid, ask int64, bidSize, askSize uint32) *dbnMaker {
	d.head(lenTop, rtype, id, event)
	d.put(ask, uint32(5), action, byte('B'), byte(0x80), byte(0), uint64(recv), int32(0), uint32(0))
	return d.put(bid, ask, bidSize, askSize, uint32(1), uint32(1))
}

func (d *dbnMaker) bar(rtype byte, id uint32, event engine.Time, closing int64, volume uint64) *dbnMaker {
	d.head(lenBar, rtype, id, event)
	return d.put(closing, closing, closing, closing, volume)
}
