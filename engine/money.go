package engine

import (
	"fmt"
	"math"

	"github.com/shopspring/decimal"
)

// Money is an amount of account currency in units of 1e-8. The scale holds the
// tick value of every listed contract exactly (ZF: 7.8125) and reaches 92 billion.
// Arithmetic on Money is plain integer arithmetic; decimals exist only at the
// doors (configuration, wire, reports).
type Money int64

// MoneyScale is the number of Money units in one unit of account currency.
const MoneyScale = 100_000_000

// MoneyOf converts a decimal, refusing what Money cannot hold exactly.
func MoneyOf(d decimal.Decimal) (Money, error) {
	s := d.Shift(8)
	if !s.IsInteger() {
		return 0, fmt.Errorf("%w: %s has more than 8 decimals", ErrRange, d)
	}
	if s.Abs().GreaterThan(decimal.NewFromInt(math.MaxInt64)) {
		return 0, fmt.Errorf("%w: %s", ErrRange, d)
	}
	return Money(s.IntPart()), nil
}

// ParseMoney reads a plain decimal amount exactly.
func ParseMoney(s string) (Money, error) {
	n, err := parseFixed(s, 8)
	return Money(n), err
}

// Dollars is n whole units of account currency.
func Dollars(n int64) Money { return Money(n * MoneyScale) }

// Decimal converts for a door, exactly.
func (m Money) Decimal() decimal.Decimal { return decimal.New(int64(m), -8) }

// Float converts for statistics and scripts, where rounding is harmless.
func (m Money) Float() float64 { return float64(m) / MoneyScale }

// String prints the exact amount with at least two decimals.
func (m Money) String() string {
	d := m.Decimal()
	if d.Equal(d.Truncate(2)) {
		return d.StringFixed(2)
	}
	return d.String()
}
