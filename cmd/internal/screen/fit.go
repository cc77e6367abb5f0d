package screen

import (
	"fmt"
	"slices"
	"strings"
)

// section is a part of the screen that can be shortened.
type section struct {
	name  string
	title line
	rows  []line
	least int  // rows it should have before others get more
	log   bool // the rest is of no interest: no "more"
}

// fit lays sections out in a number of rows of so many columns. Every section first gets its least, in
// order of importance, then the others what is left.
func fit(sections []section, rows, room int) []line {
	shown, used := floors(sections, rows)
	kept := len(shown)
	left := rows - used
	if kept < len(sections) {
		left-- // for the line that says so
	}
	for i := range kept {
		more := max(0, min(len(sections[i].rows)-shown[i], left))
		shown[i] += more
		left -= more
	}
	airy := kept == len(sections) && air(sections, shown, left)
	var out []line
	for i := range kept {
		if airy {
			out = append(out, line{})
		}
		out = append(out, sections[i].draw(shown[i], room)...)
	}
	if kept < len(sections) && len(out) < rows {
		var names []string
		for _, s := range sections[kept:] {
			names = append(names, s.name)
		}
		out = append(out, line{{"… " + strings.Join(names, ", ") + ": in a higher window", faint}})
	}
	return out
}

// airRows is how many rows the log at the end must keep when empty lines are set
// between sections.
const airRows = 8

// air makes room for an empty line before each section, from what is left over and from
// the log at the end, if all the others are shown in full.
func air(sections []section, shown []int, left int) bool {
	last := len(sections) - 1
	for i := range last {
		if shown[i] < len(sections[i].rows) {
			return false
		}
	}
	need := len(sections) - left
	if need > 0 && (!sections[last].log || shown[last]-need < airRows) {
		return false
	}
	shown[last] -= max(0, need)
	return true
}

// floors gives every section its least, less of it from below where there is not the
// room, and leaves out those that cannot even have their title and a row.
func floors(sections []section, rows int) (shown []int, used int) {
	for i := range sections {
		n := min(len(sections[i].rows), sections[i].least)
		shown = append(shown, n)
		used += 1 + n
	}
	for used > rows && shrink(shown) {
		used--
	}
	if used > rows {
		rows-- // for the line that says what is missing
	}
	for used > rows && len(shown) > 0 {
		last := len(shown) - 1
		used -= 1 + shown[last]
		shown = shown[:last]
	}
	return shown, used
}

// shrink takes a row from the lowest section that has more than one.
func shrink(shown []int) bool {
	for i := len(shown) - 1; i >= 0; i-- {
		if shown[i] > 1 {
			shown[i]--
			return true
		}
	}
	return false
}

func more(n int) line { return line{{fmt.Sprintf("  … %d more", n), faint}} }

// draw is the section with n rows in lines of so many columns.
func (s *section) draw(n, room int) []line {
	out := []line{s.title}
	switch {
	case n >= len(s.rows):
		return append(out, s.rows...)
	case s.log:
		return append(out, s.rows[:n]...)
	case n == 0:
		return out
	case n == 1: // a row that only says how many there are would say nothing
		rest := more(len(s.rows) - 1)
		return []line{slices.Concat(s.title.cut(max(0, room-rest.width()), " "), rest), s.rows[0]}
	}
	out = append(out, s.rows[:n-1]...)
	return append(out, more(len(s.rows)-n+1))
}
