package tune

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/strategies"
)

// scale reads and prints the values of a numeric type as exact decimals: numbers
// as they are, durations in nanoseconds, times of day in seconds.
type scale struct {
	parse, step func(string) (decimal.Decimal, error)
	print       func(decimal.Decimal) string
}

var scales = map[string]scale{
	"int":      {whole, whole, decimal.Decimal.String},
	"float":    {number, number, decimal.Decimal.String},
	"duration": {duration, duration, func(d decimal.Decimal) string { return time.Duration(d.IntPart()).String() }},
	"time":     {clock, seconds, printClock},
}

func whole(text string) (decimal.Decimal, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("%q is not a whole number", text)
	}
	return decimal.NewFromInt(int64(n)), nil
}

// maxDigits bounds a number's text: exponents such as 1e999999999 would take all
// memory to print.
const maxDigits = 40

func number(text string) (decimal.Decimal, error) {
	d, err := decimal.NewFromString(text)
	if err != nil || len(text) > maxDigits || d.Exponent() > maxDigits || d.Exponent() < -maxDigits {
		return decimal.Decimal{}, fmt.Errorf("%q is not a number", text)
	}
	return d, nil
}

func duration(text string) (decimal.Decimal, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("%q is not a duration such as 90s or 5m", text)
	}
	return decimal.NewFromInt(int64(d)), nil
}

func clock(text string) (decimal.Decimal, error) {
	n, err := strategies.ParseTimeOfDay(text)
	return decimal.NewFromInt(int64(n)), err
}

// seconds is the step between times of day.
func seconds(text string) (decimal.Decimal, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d%time.Second != 0 {
		return decimal.Decimal{}, fmt.Errorf("the step %q is not a duration in whole seconds such as 30m", text)
	}
	return decimal.NewFromInt(int64(d / time.Second)), nil
}

func printClock(d decimal.Decimal) string {
	n := d.IntPart()
	if n%60 == 0 {
		return fmt.Sprintf("%02d:%02d", n/3600, n/60%60)
	}
	return fmt.Sprintf("%02d:%02d:%02d", n/3600, n/60%60, n%60)
}

// accept holds a single value to the declaration and returns it in canonical form.
func accept(p *strategies.Param, text string) (string, error) {
	switch p.Type {
	case "choice":
		if !slices.Contains(p.Options, text) {
			return "", fmt.Errorf("%q is not one of: %s", text, strings.Join(p.Options, ", "))
		}
		return text, nil
	case "bool":
		b, err := strconv.ParseBool(text)
		if err != nil {
			return "", fmt.Errorf("%q is not true or false", text)
		}
		return strconv.FormatBool(b), nil
	}
	s, ok := scales[p.Type]
	if !ok {
		return "", fmt.Errorf("parameters of type %s cannot be searched", p.Type)
	}
	d, err := s.parse(text)
	if err != nil {
		return "", err
	}
	return s.print(d), inside(p, &s, d)
}

// inside holds a value to the declared range.
func inside(p *strategies.Param, s *scale, d decimal.Decimal) error {
	if p.Low == "" {
		return nil
	}
	low, err := s.parse(p.Low)
	high, err2 := s.parse(p.High)
	if err := errors.Join(err, err2); err != nil {
		return fmt.Errorf("the declared range %s to %s is none: %w", p.Low, p.High, err)
	}
	if d.LessThan(low) || d.GreaterThan(high) {
		return fmt.Errorf("%s is outside the declared range %s to %s", s.print(d), p.Low, p.High)
	}
	return nil
}

// rangeOf reads LOW..HIGH or LOW..HIGH/STEP.
func rangeOf(p *strategies.Param, text string) ([]string, error) {
	s, ok := scales[p.Type]
	if !ok {
		return nil, fmt.Errorf("%s is of type %s and has no range: list the values, as in a,b, or write *", p.Name, p.Type)
	}
	span, stepText, stepped := strings.Cut(text, "/")
	lowText, highText, _ := strings.Cut(span, "..")
	if !stepped {
		if p.Type != "int" {
			return nil, errors.New("say the step: LOW..HIGH/STEP")
		}
		stepText = "1"
	}
	low, err := s.parse(strings.TrimSpace(lowText))
	if err != nil {
		return nil, err
	}
	high, err := s.parse(strings.TrimSpace(highText))
	if err != nil {
		return nil, err
	}
	step, err := s.step(strings.TrimSpace(stepText))
	if err != nil {
		return nil, err
	}
	return steps(p, &s, low, high, step)
}

// steps counts from low to high.
func steps(p *strategies.Param, s *scale, low, high, step decimal.Decimal) ([]string, error) {
	switch {
	case !step.IsPositive():
		return nil, errors.New("the step must be above zero")
	case low.GreaterThan(high):
		return nil, fmt.Errorf("%s is above %s: write LOW..HIGH", s.print(low), s.print(high))
	}
	if err := errors.Join(inside(p, s, low), inside(p, s, high)); err != nil {
		return nil, err
	}
	if n := high.Sub(low).Div(step).Floor(); n.GreaterThanOrEqual(decimal.NewFromInt(MaxValues)) {
		return nil, fmt.Errorf("%s values are more than %d: take a larger step", n.Add(decimal.NewFromInt(1)), MaxValues)
	}
	var list []string
	for v := low; !v.GreaterThan(high); v = v.Add(step) {
		list = append(list, s.print(v))
	}
	return list, nil
}
