package strategies

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Param is a declared parameter, as people see it.
type Param struct {
	Name, Type, Doc    string
	Default, Low, High string // as text; Low and High are empty where the type has no range
	Options            []string
	Value              string // in force in this instance
}

// Setup collects what a strategy declares while its package variables are
// initialised: parameters, bars, indicators. One instance has one Setup; it is
// not safe for concurrent use.
//
// A declaration never fails in front of the script. Mistakes are collected and
// told by Err, all of them at once, before anything runs.
type Setup struct {
	Params []Param
	graph  graph
	given  map[string]string
	used   map[string]bool
	errs   []error
	sealed bool
}

// NewSetup returns an empty Setup that gives parameters the values in given
// (name to text) instead of their defaults.
func NewSetup(given map[string]string) *Setup {
	return &Setup{given: given, used: map[string]bool{}, graph: newGraph()}
}

// Seal ends the declarations and returns every mistake made in them: a
// parameter value of the wrong type or out of range, a parameter that does not
// exist, an impossible indicator length, a declaration made too late.
func (s *Setup) Seal() error {
	s.sealed = true
	var unknown []string
	for name := range s.given { // map order: sorted below
		if !s.used[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		s.fail("parameter %q is not declared by this strategy; it has: %s", name, s.names())
	}
	return errors.Join(s.errs...)
}

// Mistakes are those made so far.
func (s *Setup) Mistakes() []error { return s.errs }

func (s *Setup) names() string {
	if len(s.Params) == 0 {
		return "none"
	}
	var names []string
	for _, p := range s.Params {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func (s *Setup) fail(format string, args ...any) {
	s.errs = append(s.errs, fmt.Errorf(format, args...))
}

// late records a declaration made after initialisation, where it could never be
// kept up to date.
func (s *Setup) late(what string) {
	if s.sealed {
		s.errs = append(s.errs, fmt.Errorf("%s: declare it as a package variable, not inside a function", what))
		panic(what + " must be declared as a package variable, not inside a function")
	}
}

// param registers a parameter and returns the text of its value.
func (s *Setup) param(p Param) string {
	s.late("parameter " + p.Name)
	if s.used[p.Name] {
		s.fail("parameter %q is declared twice", p.Name)
	}
	if p.Name == "" || strings.ContainsAny(p.Name, "= \t\n") {
		s.fail("parameter name %q: use a word without spaces or =", p.Name)
	}
	s.used[p.Name] = true
	p.Value = p.Default
	if v, ok := s.given[p.Name]; ok {
		p.Value = v
	}
	s.Params = append(s.Params, p)
	return p.Value
}

// ranged parses a parameter's value and holds it to its range. The default is
// what the script gets when the value is refused: the run does not start anyway.
func ranged[T int | float64 | time.Duration](s *Setup, kind, name, doc string, def, low, high T, parse func(string) (T, error)) T {
	text := s.param(Param{
		Name: name, Type: kind, Doc: doc,
		Default: fmt.Sprint(def), Low: fmt.Sprint(low), High: fmt.Sprint(high),
	})
	wrong := len(s.errs)
	switch {
	case low > high:
		s.fail("parameter %q: its lowest value, %v, is above its highest, %v", name, low, high)
	case !(low <= def && def <= high): // also when one of them is not a number
		s.fail("parameter %q: default %v is not inside its range %v to %v", name, def, low, high)
	}
	if len(s.errs) > wrong {
		return def
	}
	v, err := parse(text)
	if err != nil {
		s.fail("parameter %q: %q is not %s", name, text, article(kind))
		return def
	}
	if v < low || v > high || v != v {
		s.fail("parameter %q: %s is outside its range %v to %v", name, text, low, high)
		return def
	}
	s.Params[len(s.Params)-1].Value = fmt.Sprint(v)
	return v
}

func article(kind string) string {
	if kind == "int" {
		return "a whole number"
	}
	if kind == "float" {
		return "a number"
	}
	return "a duration such as 90s or 5m"
}

// Int is the instance form of the function Int.
func (s *Setup) Int(name string, def, low, high int, doc string) int {
	return ranged(s, "int", name, doc, def, low, high, strconv.Atoi)
}

// Float is the instance form of the function Float.
func (s *Setup) Float(name string, def, low, high float64, doc string) float64 {
	return ranged(s, "float", name, doc, def, low, high, func(t string) (float64, error) { return strconv.ParseFloat(t, 64) })
}

// Duration is the instance form of the function Duration.
func (s *Setup) Duration(name string, def, low, high time.Duration, doc string) time.Duration {
	return ranged(s, "duration", name, doc, def, low, high, time.ParseDuration)
}

// Bool is the instance form of the function Bool.
func (s *Setup) Bool(name string, def bool, doc string) bool {
	text := s.param(Param{Name: name, Type: "bool", Doc: doc, Default: strconv.FormatBool(def)})
	v, err := strconv.ParseBool(text)
	if err != nil {
		s.fail("parameter %q: %q is not true or false", name, text)
		return def
	}
	s.Params[len(s.Params)-1].Value = strconv.FormatBool(v)
	return v
}

// Choice is the instance form of the function Choice.
func (s *Setup) Choice(name, def, doc string, options ...string) string {
	v := s.param(Param{Name: name, Type: "choice", Doc: doc, Default: def, Options: options})
	if !slices.Contains(options, def) {
		s.fail("parameter %q: default %q is not one of its options: %s", name, def, strings.Join(options, ", "))
		return def
	}
	if !slices.Contains(options, v) {
		s.fail("parameter %q: %q is not one of: %s", name, v, strings.Join(options, ", "))
		return def
	}
	return v
}

// TimeOfDay is the instance form of the function TimeOfDay.
func (s *Setup) TimeOfDay(name, def, doc string) int {
	text := s.param(Param{Name: name, Type: "time", Doc: doc, Default: def})
	v, err := ParseTimeOfDay(text)
	if err != nil {
		s.fail("parameter %q: %v", name, err)
	}
	return v
}

// ParseTimeOfDay reads "15:04" or "15:04:05" as seconds since midnight.
func ParseTimeOfDay(text string) (int, error) {
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil && t.Nanosecond() == 0 { // time.Parse takes fractions unasked
			return t.Hour()*3600 + t.Minute()*60 + t.Second(), nil
		}
	}
	return 0, fmt.Errorf("%q is not a time of day such as 09:30 or 15:59:30", text)
}
