package configs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a configuration.
type Problem struct {
	File         string // as it was given
	Line, Column int    // of the key or value, from 1; 0 = the mistake is not in the file's text
	Path         string // of the key, as in accounts.Sim101.limits.max_order.ES; empty = the file as a whole
	Text         string // what is wrong, what is allowed, what to do
}

// Error is "FILE:LINE:COLUMN: PATH: TEXT", without the parts that are absent.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Problems is every mistake found in one file, in the order of the file. As an
// error it is one line for each.
type Problems []*Problem

// Error joins the problems, one to a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, q := range p {
		lines[i] = q.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the single problems to errors.As.
func (p Problems) Unwrap() []error {
	list := make([]error, len(p))
	for i, q := range p {
		list[i] = q
	}
	return list
}

// sorted puts the problems in the order of the file; those at one place stay in
// the order they were found.
func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return p
}
