package engine

import "fmt"

// Hash is a rolling 64-bit digest of decisions. It folds whole words with the
// multiply-xorshift step of MurmurHash3's finaliser (Austin Appleby, public
// domain), chained, so order matters and every bit of every word does. It finds
// differences between runs; it is no defence against someone who wants a collision.
type Hash uint64

// NewHash is the digest of nothing.
func NewHash() Hash { return 0x9e3779b97f4a7c15 }

// Word folds one word.
func (h *Hash) Word(w uint64) {
	x := (uint64(*h) ^ w) * 0xff51afd7ed558ccd
	x ^= x >> 33
	*h = Hash(x*0xc4ceb9fe1a85ec53 + 0x2545f4914f6cdd1d)
}

// Text folds a string, its length included.
func (h *Hash) Text(s string) {
	h.Word(uint64(len(s)))
	for len(s) >= 8 {
		h.Word(uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)
		s = s[8:]
	}
	var w uint64
	for i := range len(s) {
		w |= uint64(s[i]) << (8 * i)
	}
	h.Word(w)
}

// Flag folds a truth value.
func (h *Hash) Flag(b bool) {
	if b {
		h.Word(1)
	} else {
		h.Word(0)
	}
}

// String prints 16 hexadecimal digits.
func (h Hash) String() string { return fmt.Sprintf("%016x", uint64(h)) }
