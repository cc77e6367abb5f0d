package indicator

import (
	"fmt"
	"math"
)

const (
	// MaxLength is the longest window, in updates, that any indicator accepts.
	MaxLength = 10_000

	// MaxInput is the largest magnitude of an input that is not ignored. It is far
	// above any price, volume or running volume, and keeps every square finite.
	MaxInput = 1e15

	// MaxMultiplier is the widest band, in deviations or true ranges.
	MaxMultiplier = 1000.0
)

// Line is one streaming number: an output of an indicator, and the possible
// input of another.
type Line struct {
	V     float64 // newest value; NaN unless Ready, and finite when Ready
	Prev  float64 // V one update earlier; NaN when that update was not Ready
	Ready bool    // V is valid
	N     int     // updates counted; ignored inputs do not count
}

// Scalar is an indicator fed with numbers.
type Scalar interface{ Update(x float64) }

// OnBar is an indicator fed with closed bars.
type OnBar interface{ Update(b *Bar) }

// noLine is a line before its first update.
func noLine() Line { return Line{V: math.NaN(), Prev: math.NaN()} }

// set records one update. A value that is not finite (a division by zero in a
// formula) is never shown: the line is then not Ready.
func (l *Line) set(v float64, ready bool) {
	l.Prev = l.V
	l.V, l.Ready = v, ready
	if !ready || math.IsNaN(v) || math.IsInf(v, 0) {
		l.V, l.Ready = math.NaN(), false
	}
	l.N++
}

// usable reports whether an input counts.
func usable(x float64) bool { return x >= -MaxInput && x <= MaxInput }

// ParamError is a constructor's refusal of an argument.
type ParamError struct {
	Indicator string // name of the type
	Param     string // name of the constructor's parameter
	Value     string // what was given
	Allowed   string // the allowed range
}

// Error names the indicator, the argument, its value and the allowed range.
func (e *ParamError) Error() string {
	return fmt.Sprintf("indicator: %s: %s is %s, allowed is %s", e.Indicator, e.Param, e.Value, e.Allowed)
}

// checkLength accepts minimum to MaxLength.
func checkLength(indicator, param string, value, minimum int) error {
	if value >= minimum && value <= MaxLength {
		return nil
	}
	return &ParamError{indicator, param, fmt.Sprint(value), fmt.Sprintf("%d to %d", minimum, MaxLength)}
}

// checkMultiplier accepts finite numbers above zero, up to MaxMultiplier.
func checkMultiplier(indicator, param string, value float64) error {
	if value > 0 && value <= MaxMultiplier {
		return nil
	}
	return &ParamError{indicator, param, fmt.Sprint(value), fmt.Sprintf("more than 0, up to %v", MaxMultiplier)}
}

// firstError returns the first error that is not nil.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
