package tune

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"tollgate/strategies"
)

// Bounds of a space.
const (
	MaxValues = 10_000  // values of one axis
	MaxGrid   = 100_000 // points of an exhaustive search
)

// Axis is one parameter and the values to try, as text that the strategy's own
// declaration accepts.
type Axis struct {
	Name    string
	Values  []string // distinct, at least one
	Ordered bool     // neighbouring values are alike: numbers, durations, times of day
}

// Space is a grid: every combination of the values of its axes.
type Space []Axis

// Point is a place in a Space: for each axis the index of a value.
type Point []int

// NewSpace checks that the names are distinct and no axis is empty.
func NewSpace(axes ...Axis) (Space, error) {
	seen := map[string]bool{}
	for _, a := range axes {
		if seen[a.Name] {
			return nil, fmt.Errorf("parameter %q is given twice", a.Name)
		}
		seen[a.Name] = true
		if len(a.Values) == 0 {
			return nil, fmt.Errorf("parameter %q has no values", a.Name)
		}
	}
	if len(axes) == 0 {
		return nil, errors.New("nothing to search: give at least one parameter a range, such as fast=5..30/5")
	}
	return axes, nil
}

// Size is the number of points; math.MaxInt when there are more.
func (s Space) Size() int {
	n := 1
	for _, a := range s {
		if n > math.MaxInt/len(a.Values) {
			return math.MaxInt
		}
		n *= len(a.Values)
	}
	return n
}

// At is point i of the grid, 0 <= i < Size, the last axis fastest.
func (s Space) At(i int) Point {
	p := make(Point, len(s))
	for k := len(s) - 1; k >= 0; k-- {
		p[k] = i % len(s[k].Values)
		i /= len(s[k].Values)
	}
	return p
}

// Params are the values of a point by name.
func (s Space) Params(p Point) map[string]string {
	m := make(map[string]string, len(s))
	for k, a := range s {
		m[a.Name] = a.Values[p[k]]
	}
	return m
}

// Text is a point for people: "fast=5 slow=20".
func (s Space) Text(p Point) string {
	parts := make([]string, len(s))
	for k, a := range s {
		parts[k] = a.Name + "=" + a.Values[p[k]]
	}
	return strings.Join(parts, " ")
}

// key is the identity of a point within a space.
func (p Point) key() string {
	var b strings.Builder
	for _, i := range p {
		b.WriteString(strconv.Itoa(i))
		b.WriteByte(',')
	}
	return b.String()
}

// IsRange reports whether the text of a parameter asks for more than one value:
// a range or a list.
func IsRange(text string) bool {
	return strings.Contains(text, "..") || strings.ContainsAny(text, ",*")
}

// ParseAxis reads what to try of a declared parameter:
//
//	5..30/5     from 5 to 30 in steps of 5; the last is the last not above 30
//	5..30       in steps of 1; whole numbers only
//	0.1..0.5/0.1, 30s..5m/30s, 09:30..11:00/30m
//	a,b,c       these values, of any type
//	*           all options of a choice, or true and false
//
// Every value must be one that the declaration accepts.
func ParseAxis(declared []strategies.Param, name, text string) (Axis, error) {
	p, err := find(declared, name)
	if err != nil {
		return Axis{}, err
	}
	values, err := valuesOf(p, text)
	if err != nil {
		return Axis{}, fmt.Errorf("--param %s=%s: %w", name, text, err)
	}
	return Axis{Name: name, Values: values, Ordered: p.Type != "choice" && p.Type != "bool"}, nil
}

func find(declared []strategies.Param, name string) (*strategies.Param, error) {
	var names []string
	for i := range declared {
		if declared[i].Name == name {
			return &declared[i], nil
		}
		names = append(names, declared[i].Name)
	}
	if len(names) == 0 {
		names = []string{"none"}
	}
	return nil, fmt.Errorf("parameter %q is not declared by this strategy; it has: %s", name, strings.Join(names, ", "))
}

func valuesOf(p *strategies.Param, text string) ([]string, error) {
	switch {
	case text == "*":
		return allOf(p)
	case strings.Contains(text, ".."):
		return rangeOf(p, text)
	}
	var list []string
	seen := map[string]bool{}
	for _, v := range strings.Split(text, ",") {
		n, err := accept(p, strings.TrimSpace(v))
		if err != nil {
			return nil, err
		}
		if seen[n] {
			return nil, fmt.Errorf("%s is listed twice", v)
		}
		seen[n] = true
		list = append(list, n)
	}
	return bounded(list)
}

func allOf(p *strategies.Param) ([]string, error) {
	switch p.Type {
	case "bool":
		return []string{"false", "true"}, nil
	case "choice":
		return p.Options, nil
	}
	return nil, fmt.Errorf("* stands for all options of a choice or for true and false, and %s is of type %s: write LOW..HIGH/STEP", p.Name, p.Type)
}

func bounded(list []string) ([]string, error) {
	if len(list) > MaxValues {
		return nil, fmt.Errorf("%d values are more than %d: take a larger step", len(list), MaxValues)
	}
	return list, nil
}
