package bridge

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// scanner walks JSON that is known to be valid, so it checks nothing: it finds
// where values begin and end, and allocates nothing.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\t' || s.b[s.i] == '\r') {
		s.i++
	}
}

// at steps over c and says whether it was there.
func (s *scanner) at(c byte) bool {
	s.space()
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

// object hands every member over as it is written, key and value; false when the
// value is no object.
func (s *scanner) object(each func(key, value []byte)) bool {
	if !s.at('{') {
		return false
	}
	for !s.at('}') {
		from := s.i
		s.at(',')
		key := s.value()
		s.at(':')
		value := s.value()
		if s.i == from || s.i >= len(s.b) {
			return false // only what is not valid has no way on
		}
		each(key, value)
	}
	return true
}

// array hands every item over; false when the value is no array.
func (s *scanner) array(each func(value []byte)) bool {
	if !s.at('[') {
		return false
	}
	for !s.at(']') {
		from := s.i
		s.at(',')
		value := s.value()
		if s.i == from || s.i >= len(s.b) {
			return false
		}
		each(value)
	}
	return true
}

// value steps over a value and returns it.
func (s *scanner) value() []byte {
	s.space()
	from := s.i
	if s.i < len(s.b) {
		switch s.b[s.i] {
		case '"':
			s.text()
		case '{', '[':
			s.nested()
		default:
			s.plain()
		}
	}
	return s.b[from:s.i]
}

// nested steps over an object or an array.
func (s *scanner) nested() {
	for depth := 0; s.i < len(s.b); {
		switch s.b[s.i] {
		case '"':
			s.text()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if s.i++; depth == 0 {
			return
		}
	}
}

// plain steps over a number or a word.
func (s *scanner) plain() {
	for ; s.i < len(s.b); s.i++ {
		switch s.b[s.i] {
		case ',', ':', '}', ']', ' ', '\n', '\t', '\r':
			return
		}
	}
}

// text steps over a string.
func (s *scanner) text() {
	for s.i++; s.i < len(s.b); s.i++ {
		switch s.b[s.i] {
		case '\\':
			s.i++
		case '"':
			s.i++
			return
		}
	}
}

// textOf is a value as text: a string without its quotes, anything else as it is written.
func textOf(value []byte) string {
	if len(value) < 2 || value[0] != '"' {
		return string(value)
	}
	for _, c := range value {
		if c == '\\' || c >= 0x80 || c < ' ' { // escapes and broken UTF-8 go the long way
			var s string
			if json.Unmarshal(value, &s) != nil {
				return ""
			}
			return s
		}
	}
	return string(value[1 : len(value)-1])
}

// absent reports whether a member says nothing: null is the broker's way to leave a
// member out, and must not become the text "null", which two orders could share.
func absent(value []byte) bool { return string(value) == "null" }

// bare takes the quotes off a number that is written as a string. Empty = absent.
func bare(value []byte) []byte {
	if len(value) >= 2 && value[0] == '"' {
		value = value[1 : len(value)-1]
	}
	if absent(value) {
		return nil
	}
	return value
}

// priceOf reads a price; absent, null and 0 leave it as it is: the broker says 0
// for what it does not know. A market that trades at exactly 0 is seen as silent.
func priceOf(in *engine.Instrument, value []byte, to *engine.Price) error {
	value = bare(value)
	if len(value) == 0 {
		return nil
	}
	n, err := engine.ParseNano(value)
	if err != nil {
		if n, err = nanoOf(value); err != nil {
			return fmt.Errorf("a price of %s: %w", in.Key, err)
		}
	}
	if n == 0 {
		return nil
	}
	p, err := in.Price(n)
	if err != nil {
		return err
	}
	*to = p
	return nil
}

// nanoOf reads a number with an exponent or with more digits than a price has: a
// double prints its noise.
func nanoOf(value []byte) (engine.Nano, error) {
	d, err := decimalOf(value)
	if err != nil {
		return 0, err
	}
	return engine.ParseNano(d.Round(9).String())
}

// maxDigits bounds the text of a number, and maxExponent its size: a decimal of
// 1e999999999 would take gigabytes to print.
const (
	maxDigits   = 64
	maxExponent = 30
)

// decimalOf reads a number exactly; absent is 0.
func decimalOf(value []byte) (decimal.Decimal, error) {
	value = bare(value)
	if len(value) == 0 {
		return decimal.Zero, nil
	}
	if len(value) > maxDigits {
		return decimal.Zero, fmt.Errorf("%w: a number of %d characters", engine.ErrBadNumber, len(value))
	}
	d, err := decimal.NewFromString(string(value))
	if err != nil {
		return decimal.Zero, fmt.Errorf("%w: %q", engine.ErrBadNumber, value)
	}
	if d.Exponent() > maxExponent || d.Exponent() < -3*maxExponent {
		return decimal.Zero, fmt.Errorf("%w: %q", engine.ErrRange, value)
	}
	return d, nil
}

// moneyOf reads an amount, rounded to cents: amounts are doubles with their noise.
func moneyOf(value []byte) engine.Money {
	d, err := decimalOf(value)
	if err != nil {
		return 0
	}
	m, err := engine.MoneyOf(d.Round(2))
	if err != nil {
		return 0
	}
	return m
}

// wholeOf reads a whole number; absent is 0.
func wholeOf(value []byte) (int64, error) {
	value = bare(value)
	var n int64
	for _, c := range value {
		if c < '0' || c > '9' || n > 1<<53 {
			d, err := decimalOf(value)
			if err != nil || !d.IsInteger() || d.Abs().GreaterThan(decimal.New(1, 15)) {
				return 0, fmt.Errorf("%w: %q is not a whole number", engine.ErrBadNumber, value)
			}
			return d.IntPart(), nil
		}
		n = n*10 + int64(c-'0')
	}
	return n, nil
}
