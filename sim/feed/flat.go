package feed

import "encoding/binary"

// The messages of an Arrow stream carry their headers as FlatBuffers
// (https://flatbuffers.dev/internals). What a reader of recordings needs of that
// is little, and here every access is checked: whatever lies outside the buffer
// reads as absent.

// flat is a table in a FlatBuffer; the zero value is an absent one.
type flat struct {
	b   []byte
	pos int // of the table
}

func u32(b []byte, at int) (int, bool) {
	if at < 0 || at > len(b)-4 {
		return 0, false
	}
	return int(binary.LittleEndian.Uint32(b[at:])), true
}

// follow is the place that the offset stored at a position points to.
func follow(b []byte, at int) (int, bool) {
	off, ok := u32(b, at)
	if !ok || off == 0 || off > len(b)-at {
		return 0, false
	}
	return at + off, true
}

// flatRoot is the root table of a buffer.
func flatRoot(b []byte) flat {
	pos, ok := follow(b, 0)
	if !ok {
		return flat{}
	}
	return flat{b, pos}
}

// field is the place of the table's n-th field.
func (f flat) field(n int) (int, bool) {
	back, ok := u32(f.b, f.pos)
	if !ok {
		return 0, false
	}
	vt := f.pos - int(int32(back))
	slot := vt + 4 + 2*n
	if vt < 0 || vt > len(f.b)-4 || slot > len(f.b)-2 {
		return 0, false
	}
	if size := int(binary.LittleEndian.Uint16(f.b[vt:])); 4+2*n+2 > size {
		return 0, false
	}
	off := int(binary.LittleEndian.Uint16(f.b[slot:]))
	if off == 0 {
		return 0, false
	}
	return f.pos + off, true
}

// num is a number of the given width in bytes; absent = 0.
func (f flat) num(n, width int) int64 {
	at, ok := f.field(n)
	if !ok || at > len(f.b)-width {
		return 0
	}
	switch width {
	case 1:
		return int64(f.b[at])
	case 2:
		return int64(int16(binary.LittleEndian.Uint16(f.b[at:])))
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(f.b[at:])))
	}
	return int64(binary.LittleEndian.Uint64(f.b[at:]))
}

// table is a field that is a table itself.
func (f flat) table(n int) flat {
	at, ok := f.field(n)
	if !ok {
		return flat{}
	}
	if at, ok = follow(f.b, at); !ok {
		return flat{}
	}
	return flat{f.b, at}
}

// vector is a field that is a vector of n elements of the given width.
func (f flat) vector(n, width int) (start, count int) {
	at, ok := f.field(n)
	if !ok {
		return 0, 0
	}
	if at, ok = follow(f.b, at); !ok {
		return 0, 0
	}
	count, ok = u32(f.b, at)
	if !ok || count > (len(f.b)-at-4)/width {
		return 0, 0
	}
	return at + 4, count
}

// tables calls visit with each table of a vector of tables.
func (f flat) tables(n int, visit func(flat)) {
	start, count := f.vector(n, 4)
	for i := range count {
		if at, ok := follow(f.b, start+4*i); ok {
			visit(flat{f.b, at})
		}
	}
}

// text is a field that is a string.
func (f flat) text(n int) string {
	start, count := f.vector(n, 1)
	return string(f.b[start : start+count])
}

// pair is the i-th of a vector of structs of two 64-bit numbers.
func (f flat) pair(start, i int) (int64, int64) {
	at := start + 16*i
	return int64(binary.LittleEndian.Uint64(f.b[at:])), int64(binary.LittleEndian.Uint64(f.b[at+8:]))
}
