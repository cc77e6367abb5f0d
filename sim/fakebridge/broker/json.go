package broker

import (
	"strconv"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// Object is a JSON object whose members keep their order, so that one history
// makes one stream of bytes.
type Object []Member

// Member is one member of an Object. Value is a string, bool, int, int64,
// engine.Qty, Number, Object, []Object, []string or nil.
type Member struct {
	Key   string
	Value any
}

// Number is the text of a JSON number, so that decimals reach the wire exactly.
type Number string

// obj makes an Object of keys and values in turn.
func obj(kv ...any) Object {
	o := make(Object, 0, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		o = append(o, Member{kv[i].(string), kv[i+1]})
	}
	return o
}

// get returns the value of a member, nil when there is none.
func (o Object) get(key string) any {
	for _, m := range o {
		if m.Key == key {
			return m.Value
		}
	}
	return nil
}

// MarshalJSON implements the interface of encoding/json.
func (o Object) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

// AppendJSON appends the object's text.
func (o Object) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, m.Key)
		b = append(b, ':')
		b = appendValue(b, m.Value)
	}
	return append(b, '}')
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendText(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case engine.Qty:
		return strconv.AppendInt(b, int64(v), 10)
	case Number:
		return append(b, v...)
	case Object:
		return v.AppendJSON(b)
	case []Object:
		return appendList(b, v, func(b []byte, o Object) []byte { return o.AppendJSON(b) })
	case []string:
		return appendList(b, v, appendText)
	}
	return append(b, "null"...)
}

func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, v)
	}
	return append(b, ']')
}

const hexDigits = "0123456789abcdef"

// appendText appends a JSON string. What is not UTF-8 becomes U+FFFD, as in
// encoding/json.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = utf8.AppendRune(b, c)
		}
		i += n
	}
	return append(b, '"')
}

// number is an exact decimal, with at least one decimal place as the vendor's
// prices have ("25080.0").
func number(d decimal.Decimal) Number {
	if d.IsInteger() {
		return Number(d.StringFixed(1))
	}
	return Number(d.String())
}

// price is a price of an instrument; what is absent is 0.0, as on the vendor's objects.
func price(in *engine.Instrument, p engine.Price) Number {
	if !p.Known() {
		return "0.0"
	}
	return number(in.Decimal(p))
}
