package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// MaxPayload is the largest payload of a record, in bytes.
const MaxPayload = 4 << 20

const (
	headerSize = 64
	frameSize  = 24 // of a frame without its payload
	version    = 1
	magic      = "TGJOURNL"
	endMark    = 0 // kind of the frame that Close writes
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	order      = binary.LittleEndian
)

// header is the beginning of a segment.
type header struct {
	id    [16]byte
	first uint64
	chain uint32 // CRC of the last frame before this segment
}

// encode returns the header's bytes and its CRC, from which those of the frames continue.
func (h *header) encode() ([]byte, uint32) {
	b := make([]byte, headerSize)
	copy(b, magic)
	order.PutUint32(b[8:], version)
	copy(b[16:], h.id[:])
	order.PutUint64(b[32:], h.first)
	order.PutUint32(b[40:], h.chain)
	crc := crc32.Checksum(b[:60], castagnoli)
	order.PutUint32(b[60:], crc)
	return b, crc
}

// decodeHeader returns the header and its CRC, or why b is none.
func decodeHeader(b []byte) (h header, crc uint32, why string) {
	if len(b) < headerSize {
		return h, 0, fmt.Sprintf("the header is unfinished: %d of %d bytes", len(b), headerSize)
	}
	crc = order.Uint32(b[60:])
	if string(b[:8]) != magic {
		return h, 0, "no segment of a journal: it does not begin with " + magic
	}
	if crc != crc32.Checksum(b[:60], castagnoli) {
		return h, 0, "the header fails its checksum"
	}
	if v := order.Uint32(b[8:]); v != version {
		return h, 0, fmt.Sprintf("format version %d, but this program reads version %d", v, version)
	}
	copy(h.id[:], b[16:])
	h.first = order.Uint64(b[32:])
	h.chain = order.Uint32(b[40:])
	return h, crc, ""
}

// headerWhole reports whether b begins with a header that was completely written, be
// it one this program can read or not.
func headerWhole(b []byte) bool {
	return len(b) >= headerSize && order.Uint32(b[60:]) == crc32.Checksum(b[:60], castagnoli)
}

// frame is the fixed part of a frame.
type frame struct {
	crc    uint32
	length int
	kind   byte
	number uint64
	synced uint64
}

// put writes the frame's fixed part without its CRC.
func (f *frame) put(b []byte) {
	order.PutUint32(b[4:], uint32(f.length)|uint32(f.kind)<<24)
	order.PutUint64(b[8:], f.number)
	order.PutUint64(b[16:], f.synced)
}

// parseFrame reads the fixed part of a frame; b has at least frameSize bytes.
func parseFrame(b []byte) frame {
	w := order.Uint32(b[4:])
	return frame{
		crc: order.Uint32(b), length: int(w & (1<<24 - 1)), kind: byte(w >> 24),
		number: order.Uint64(b[8:]), synced: order.Uint64(b[16:]),
	}
}

// wholeFrame returns the frame at the beginning of b, or why there is none.
func wholeFrame(b []byte, seed uint32) (f frame, why string) {
	if len(b) < frameSize {
		return f, fmt.Sprintf("an unfinished record: %d of %d bytes of its head", len(b), frameSize)
	}
	f = parseFrame(b)
	if f.length > MaxPayload {
		return f, fmt.Sprintf("a record of %d bytes, more than the %d there can be", f.length, MaxPayload)
	}
	if f.length > len(b)-frameSize {
		return f, fmt.Sprintf("an unfinished record: %d of %d bytes", len(b)-frameSize, f.length)
	}
	if f.crc != crc32.Update(seed, castagnoli, b[4:frameSize+f.length]) {
		return f, "a record fails its checksum"
	}
	return f, ""
}

// proofEffort bounds how often proves looks at a byte, on average.
const proofEffort = 16

// proves reports whether b holds, at any offset, a whole frame that says record n
// was on disk before it was written. Payloads made to look like frames in so many
// places that checking them would take forever count as proof: nothing is cut then.
func proves(b []byte, seed uint32, n uint64) bool {
	// A frame takes frameSize bytes or more, which bounds the numbers there can be.
	limit := n + uint64(len(b)/frameSize) + 1
	effort := proofEffort * len(b)
	for ; len(b) >= frameSize; b = b[1:] {
		f := parseFrame(b)
		if f.synced < n || f.number < f.synced || f.number > limit || f.length > len(b)-frameSize {
			continue
		}
		effort -= frameSize + f.length
		if _, why := wholeFrame(b, seed); why == "" || effort < 0 {
			return true
		}
	}
	return false
}
