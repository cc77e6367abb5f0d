package strategies

import "slices"

// State is what the version before held in its exported package variables, for
// Migrate to read when their shape has changed. A path is the name of a variable, or
// of a field in one: "Levels", "S.Count". What is not there, or of another kind,
// reads as zero.
type State struct {
	read   func(path string) any
	missed []string
}

// NewState makes a State of a function that finds a value; nil = there is none. It
// belongs to the loader of scripts.
func NewState(read func(path string) any) *State { return &State{read: read} }

// Missed names the paths that were asked for and read as zero, because there is nothing
// or something of another kind.
func (s *State) Missed() []string { return s.missed }

// miss notes a path once.
func (s *State) miss(path string) {
	if !slices.Contains(s.missed, path) {
		s.missed = append(s.missed, path)
	}
}

// Has reports whether there is a value.
func (s *State) Has(path string) bool { return s.read(path) != nil }

// Float is a number.
func (s *State) Float(path string) float64 {
	switch v := s.read(path).(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	}
	s.miss(path)
	return 0
}

// Int is a whole number; a fraction is cut off.
func (s *State) Int(path string) int {
	switch v := s.read(path).(type) {
	case int64:
		return int(v)
	case float64:
		return int(v)
	}
	s.miss(path)
	return 0
}

// Bool is a truth value.
func (s *State) Bool(path string) bool {
	return valueAt[bool](s, path)
}

// Text is a text.
func (s *State) Text(path string) string {
	return valueAt[string](s, path)
}

// Floats are the numbers of a slice or an array. It is a copy.
func (s *State) Floats(path string) []float64 {
	return valueAt[[]float64](s, path)
}

// valueAt is the value at a path when it is of type T.
func valueAt[T any](s *State, path string) T {
	v, ok := s.read(path).(T)
	if !ok {
		s.miss(path)
	}
	return v
}
