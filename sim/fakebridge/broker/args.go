package broker

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// Args are the arguments of a call: strings, booleans, and numbers as anything
// with a String method that gives their decimal text (json.Number has it). Other
// values count as their absence. Text stands for a number or a boolean where one
// is wanted, because a query string has nothing else.
type Args map[string]any

// text returns a string argument, "" when it is absent.
func (a Args) text(key string) string {
	switch v := a[key].(type) {
	case string:
		return strings.TrimSpace(v)
	case fmt.Stringer:
		return v.String()
	}
	return ""
}

// has reports whether the argument was given and is not null.
func (a Args) has(key string) bool { return a[key] != nil }

// number returns a numeric argument.
func (a Args) number(key string) (d decimal.Decimal, given bool, err error) {
	text := a.text(key)
	if text == "" {
		return decimal.Decimal{}, false, nil
	}
	// An exponent of many digits would make decimal arithmetic without bound.
	if len(text) > 40 {
		return decimal.Decimal{}, false, fmt.Errorf("%s is too long for a number", key)
	}
	d, err = decimal.NewFromString(text)
	if err != nil || d.Exponent() > 20 || d.Exponent() < -20 {
		return decimal.Decimal{}, false, fmt.Errorf("%s is not a number", key)
	}
	return d, true, nil
}

// whole returns an integer argument.
func (a Args) whole(key string) (n int64, given bool, err error) {
	d, given, err := a.number(key)
	if err != nil || !given {
		return 0, given, err
	}
	if !d.IsInteger() || d.Abs().GreaterThan(decimal.NewFromInt(1_000_000_000)) {
		return 0, false, fmt.Errorf("%s is not a whole number in range", key)
	}
	return d.IntPart(), true, nil
}

// flag returns a boolean argument.
func (a Args) flag(key string, otherwise bool) bool {
	switch v := a[key].(type) {
	case bool:
		return v
	case string:
		return strings.EqualFold(v, "true")
	}
	return otherwise
}

// price returns a price argument in ticks, engine.NoPrice when it is absent. What
// is off the grid is rounded when round is set, and an error otherwise.
func (a Args) price(key string, in *engine.Instrument, round bool) (engine.Price, error) {
	d, given, err := a.number(key)
	if err != nil || !given {
		return engine.NoPrice, err
	}
	ticks := d.Div(in.TickDecimal())
	if round {
		ticks = ticks.Round(0)
	}
	if !ticks.IsInteger() || !in.TickDecimal().Mul(ticks).Equal(d) && !round {
		return engine.NoPrice, fmt.Errorf("%s %s is not a multiple of the tick size %s", key, d, in.TickDecimal())
	}
	if ticks.Abs().GreaterThan(decimal.NewFromInt(1 << 52)) {
		return engine.NoPrice, fmt.Errorf("%s is out of range", key)
	}
	return engine.Price(ticks.IntPart()), nil
}
