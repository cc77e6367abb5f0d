package configs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/engine"
)

// reporter collects problems.
type reporter struct {
	file     string
	problems Problems
}

// fail records a problem at a node.
func (r *reporter) fail(n *node, format string, args ...any) {
	r.problems = append(r.problems, &Problem{File: r.file, Line: n.line, Column: n.col, Path: n.path, Text: fmt.Sprintf(format, args...)})
}

// entry is a key that an object may have, and who reads its value.
type entry struct {
	key      string
	required bool
	read     func(*node)
}

// object reads a dict of known keys. It reports whether there was one.
func (r *reporter) object(n *node, entries ...entry) bool {
	if !r.is(n, dict) {
		return false
	}
	for _, f := range n.fields {
		i := slices.IndexFunc(entries, func(e entry) bool { return e.key == f.key })
		if i < 0 {
			r.unknownKey(&f, entries)
			continue
		}
		entries[i].read(f.value)
	}
	for _, e := range entries {
		if e.required && !slices.ContainsFunc(n.fields, func(f field) bool { return f.key == e.key }) {
			r.fail(n, "key %s is missing", e.key)
		}
	}
	return true
}

// unknownKey reports a key nobody reads, what was perhaps meant, what is allowed.
func (r *reporter) unknownKey(f *field, entries []entry) {
	names := make([]string, len(entries))
	best, distance := "", 3
	for i, e := range entries {
		names[i] = e.key
		if d := editDistance(strings.ToLower(f.key), e.key); d < distance {
			best, distance = e.key, d
		}
	}
	hint := ""
	if best != "" {
		hint = "; did you mean " + best + "?"
	}
	r.fail(f.at(), "unknown key%s; allowed here: %s", hint, strings.Join(names, ", "))
}

// editDistance is Levenshtein's: insertions, removals and replacements of bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

var kindNames = [...]string{absent: "nothing", scalar: "a single value", list: "a list", dict: "keys with values"}

// is reports whether n is of kind k, and complains when it is not.
func (r *reporter) is(n *node, k kind) bool {
	if n.kind == k {
		return true
	}
	if n.kind == absent {
		r.fail(n, "has no value: it takes %s; remove the key to leave it out", kindNames[k])
	} else if n.kind != refused {
		r.fail(n, "takes %s, not %s", kindNames[k], kindNames[n.kind])
	}
	return false
}

// each calls read for every key of a dict with any keys.
func (r *reporter) each(n *node, read func(*field)) {
	if r.is(n, dict) {
		for i := range n.fields {
			read(&n.fields[i])
		}
	}
}

// text reads a non-empty value.
func (r *reporter) text(n *node) (string, bool) {
	if !r.is(n, scalar) {
		return "", false
	}
	if strings.TrimSpace(n.text) == "" {
		r.fail(n, "is empty")
		return "", false
	}
	return n.text, true
}

// choice reads one of the options; it returns def when there is none.
func (r *reporter) choice(n *node, def string, options ...string) string {
	s, ok := r.text(n)
	if ok && slices.Contains(options, s) {
		return s
	}
	if ok {
		r.fail(n, "%s is not known: use %s", echo(s), strings.Join(options, " or "))
	}
	return def
}

// integer reads a whole number of a unit between low and high.
func (r *reporter) integer(n *node, low, high int64, unit string) (int64, bool) {
	s, ok := r.text(n)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		r.fail(n, "%s is not a whole number of %s", echo(s), unit)
		return 0, false
	}
	if v < low || v > high {
		r.fail(n, "%s is out of range: %d to %d %s", s, low, high, unit)
		return 0, false
	}
	return v, true
}

// positive reads a whole number of a unit that limits something: 0 is refused,
// because in the gate it would mean no limit and to a reader it means nothing allowed.
func (r *reporter) positive(n *node, high int64, unit string) (int64, bool) {
	if n.kind == scalar && strings.Trim(n.text, "0") == "" && n.text != "" {
		r.fail(n, "0 is no limit: give 1 to %d %s, or remove the key to have no limit", high, unit)
		return 0, false
	}
	return r.integer(n, 1, high, unit)
}

// maxMoney bounds an amount, in account currency: many of them still add up inside
// engine.Money.
const maxMoney = 100_000_000

// money reads an exact amount of account currency, not below zero.
func (r *reporter) money(n *node, zero bool) (engine.Money, bool) {
	s, ok := r.text(n)
	if !ok {
		return 0, false
	}
	m, err := engine.ParseMoney(s)
	switch {
	case err != nil:
		r.fail(n, "%s is not an amount: write account currency as a plain decimal, such as 500 or 499.50, at most %d and with at most 8 decimals", echo(s), maxMoney)
	case m < 0:
		r.fail(n, "%s is below zero: write it as a positive amount", echo(s))
	case m == 0 && !zero:
		r.fail(n, "must be above 0; remove the key to leave it out")
	case m > engine.Dollars(maxMoney):
		r.fail(n, "%s is too large: at most %d", echo(s), maxMoney)
	default:
		return m, true
	}
	return 0, false
}

// duration reads a length of time with its unit, "250ms"; 0 needs none.
func (r *reporter) duration(n *node, low, high time.Duration) (time.Duration, bool) {
	s, ok := r.text(n)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		r.fail(n, "%s is not a length of time: write a number with its unit (ns, us, ms, s, m, h), such as 250ms or 1m30s", echo(s))
		return 0, false
	}
	if d < low || d > high {
		r.fail(n, "%s is out of range: %s to %s", s, low, high)
		return 0, false
	}
	return d, true
}

// number reads a plain decimal that is not money, for instance a speed.
func (r *reporter) number(n *node, low, high float64, unit string) (float64, bool) {
	s, ok := r.text(n)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= low && v <= high) {
		r.fail(n, "%s is not a number from %g to %g %s", echo(s), low, high, unit)
		return 0, false
	}
	return v, true
}
