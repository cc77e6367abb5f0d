package feed

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tollgate/engine"
)

// The header of a DBN file, versions 1 to 3 (https://databento.com/docs/standards-and-conventions/databento-binary-encoding):
// "DBN", u8 version, u32 length of the metadata; then
//
//	0  dataset, 16 bytes   16 schema u16   18 start u64   26 end u64   34 limit u64
//	version 1:  42 number of records u64   50 stype_in u8   51 stype_out u8   52 ts_out u8   53 47 reserved bytes
//	after it:   42 stype_in u8   43 stype_out u8   44 ts_out u8   45 length of symbols u16   47 53 reserved bytes
//	100 u32 length of a schema definition and as many bytes
//	then symbols, partial, not found: u32 count, symbols
//	then mappings: u32 count; each symbol, u32 count; each u32 first day, u32 day after the last, symbol
//
// Days are yyyymmdd. All numbers are little-endian, symbols padded with zeros.
const (
	dbnPrefix     = 8
	dbnFixed      = 100
	dbnSymbolV1   = 22
	dbnMaxVersion = 3
	dbnMaxMeta    = 64 << 20

	stypeInstrumentID = 0
)

// dbnMeta is what the reader needs of the metadata.
type dbnMeta struct {
	version  int
	start    engine.Time
	symbols  []string
	byID     map[uint32][]dbnName
	distinct map[string]bool // symbols that ids are mapped to
}

// dbnName says which symbol an instrument id stood for on some days.
type dbnName struct {
	from, to int // yyyymmdd, from <= day < to
	symbol   string
}

// dbnCursor reads fields one after another; the first that is missing sets bad.
type dbnCursor struct {
	b   []byte
	bad bool
}

func (c *dbnCursor) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.bad, c.b = true, nil
		return nil
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

func (c *dbnCursor) u32() int {
	if b := c.take(4); b != nil {
		return int(binary.LittleEndian.Uint32(b))
	}
	return 0
}

func (c *dbnCursor) symbol(n int) string {
	s, _, _ := strings.Cut(string(c.take(n)), "\x00")
	return s
}

// count reads a count of things of at least the given size.
func (c *dbnCursor) count(size int) int {
	n := c.u32()
	if n > len(c.b)/size {
		c.bad, c.b = true, nil
		return 0
	}
	return n
}

// readDBNMeta reads everything before the first record and returns its length.
func readDBNMeta(r io.Reader) (m dbnMeta, size int64, err error) {
	prefix := make([]byte, dbnPrefix)
	if _, err := io.ReadFull(r, prefix); err != nil {
		return m, 0, err
	}
	m.version = int(prefix[3])
	n := binary.LittleEndian.Uint32(prefix[4:])
	if m.version < 1 || m.version > dbnMaxVersion {
		return m, 0, formatError("DBN version %d, this program reads 1 to %d", m.version, dbnMaxVersion)
	}
	if n < dbnFixed || n > dbnMaxMeta {
		return m, 0, formatError("DBN metadata of %d bytes", n)
	}
	b, err := readBounded(r, nil, int(n))
	if err != nil {
		return m, 0, err
	}
	return m, dbnPrefix + int64(n), m.parse(b)
}

func (m *dbnMeta) parse(b []byte) error {
	m.start = engine.Time(binary.LittleEndian.Uint64(b[18:]))
	out, width := b[43], int(binary.LittleEndian.Uint16(b[45:]))
	if m.version == 1 {
		out, width = b[51], dbnSymbolV1
	}
	if width == 0 {
		return formatError("DBN metadata with symbols of no length")
	}
	c := dbnCursor{b: b[dbnFixed:]}
	c.take(c.u32())
	for range c.count(width) {
		m.symbols = append(m.symbols, c.symbol(width))
	}
	c.take(c.count(width) * width) // partial
	c.take(c.count(width) * width) // not found
	m.byID, m.distinct = map[uint32][]dbnName{}, map[string]bool{}
	for range c.count(width + 4) {
		m.mapping(&c, width, out == stypeInstrumentID)
	}
	if c.bad {
		return formatError("DBN metadata that ends early")
	}
	return nil
}

// mapping reads one symbol's intervals. One side of a mapping is an instrument
// id; which one depends on what was asked for.
func (m *dbnMeta) mapping(c *dbnCursor, width int, outIsID bool) {
	in := c.symbol(width)
	for range c.count(width + 8) {
		from, to := c.u32(), c.u32()
		out := c.symbol(width)
		symbol, number := in, out
		if !outIsID {
			symbol, number = out, in
		}
		if id, err := strconv.ParseUint(number, 10, 32); err == nil {
			m.byID[uint32(id)] = append(m.byID[uint32(id)], dbnName{from, to, symbol})
			m.distinct[symbol] = true
		}
	}
}

// name is the symbol of an instrument id on the day of at.
func (m *dbnMeta) name(id uint32, at engine.Time) (string, error) {
	y, mo, d := at.UTC().Date()
	day := y*10000 + int(mo)*100 + d
	for _, n := range m.byID[id] {
		if n.from <= day && day < n.to {
			return n.symbol, nil
		}
	}
	if len(m.symbols) == 1 && len(m.byID) == 0 {
		return m.symbols[0], nil
	}
	return "", fmt.Errorf("%w: the file does not say which symbol instrument id %d is on %08d", errNoSymbol, id, day)
}

var errNoSymbol = errors.New("no symbol")

// datedName turns a raw symbol of a futures exchange, "ESU4" or "ESU24", into the
// dated form "ES 09-24"; others are left alone. One digit of a year leaves the
// decade open: it is the first in which the contract was not over at start.
func datedName(symbol string, start engine.Time) string {
	root := strings.TrimRight(symbol, "0123456789")
	tail := symbol[len(root):]
	if len(root) < 2 || len(tail) < 1 || len(tail) > 2 {
		return symbol
	}
	month := strings.IndexByte(engine.MonthCodes, root[len(root)-1]) + 1
	if month == 0 || strings.ContainsAny(root, " .-:") {
		return symbol
	}
	year, _ := strconv.Atoi(tail)
	now := start.UTC()
	if len(tail) == 1 {
		year += now.Year() / 10 * 10
		if year < now.Year() || year == now.Year() && month < int(now.Month()) {
			year += 10
		}
	}
	return fmt.Sprintf("%s %02d-%02d", root[:len(root)-1], month, year%100)
}
