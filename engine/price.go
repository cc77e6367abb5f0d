package engine

import (
	"errors"
	"fmt"
	"math"
)

// Price is a number of ticks of its instrument. A price has no meaning without
// the instrument it belongs to; negative prices are legal.
type Price int64

// NoPrice marks an absent price: no bid, no trade yet, no limit on the order.
const NoPrice Price = math.MinInt64

// InvalidPrice marks a price that somebody asked for and that cannot be: not on
// the tick grid, not a number, out of range. The Desk denies whatever carries it.
const InvalidPrice Price = math.MinInt64 + 1

// Known reports whether p is a price at all.
func (p Price) Known() bool { return p != NoPrice && p != InvalidPrice }

// Qty is a number of contracts (or shares), signed where it is a position.
type Qty int64

// UnknownQty marks a size that the feed did not give. Zero is a real zero.
const UnknownQty Qty = -1

// Abs returns the magnitude of q.
func (q Qty) Abs() Qty {
	if q < 0 {
		return -q
	}
	return q
}

// Nano is a price in units of 1e-9, the exact bridge between decimal text and
// ticks: every tick size in the instrument table, 1/256 and 0.0000005 included,
// is a whole number of nanos.
type Nano int64

// NanoScale is the number of Nano in one.
const NanoScale = 1_000_000_000

// Errors of price conversion, for errors.Is.
var (
	ErrOffTick   = errors.New("price is not a whole number of ticks")
	ErrBadNumber = errors.New("not a decimal number")
	ErrRange     = errors.New("number is out of range")
)

// ParseNano reads a plain decimal ("4780.25", "-37.63", "5") exactly. More than
// nine decimals are accepted only when the rest are zeros. It takes no
// exponents: market data does not have them.
func ParseNano[S ~string | ~[]byte](s S) (Nano, error) {
	n, err := parseFixed(s, 9)
	return Nano(n), err
}

// parseFixed reads a decimal as an integer scaled by 10^digits.
func parseFixed[S ~string | ~[]byte](s S, digits int) (int64, error) {
	i, neg := 0, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		i++
	}
	var v int64
	seen, frac := false, -1
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && frac < 0 {
			frac = 0
			continue
		}
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%w: %q", ErrBadNumber, string(s))
		}
		seen = true
		if frac >= digits {
			if c != '0' {
				return 0, fmt.Errorf("%w: %q has more than %d decimals", ErrRange, string(s), digits)
			}
			continue
		}
		if v > (math.MaxInt64-9)/10 && v > (math.MaxInt64-int64(c-'0'))/10 {
			return 0, fmt.Errorf("%w: %q", ErrRange, string(s))
		}
		v = v*10 + int64(c-'0')
		if frac >= 0 {
			frac++
		}
	}
	if !seen {
		return 0, fmt.Errorf("%w: %q", ErrBadNumber, string(s))
	}
	for frac = max(frac, 0); frac < digits; frac++ {
		if v > math.MaxInt64/10 {
			return 0, fmt.Errorf("%w: %q", ErrRange, string(s))
		}
		v *= 10
	}
	if neg {
		v = -v
	}
	return v, nil
}
