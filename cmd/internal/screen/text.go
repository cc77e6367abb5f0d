package screen

import (
	"strings"
	"unicode"
)

// style is how a span is shown on a terminal that has colours.
type style uint8

const (
	plain style = iota
	strong
	faint
	good
	bad
	warning
	banner // the word for the mode, when all is well
	alarm  // and when it is not
)

// sgr are the codes of the styles (ECMA-48, "select graphic rendition").
var sgr = [...]string{"", "1", "2", "32", "31", "33", "1;7", "1;7;31"}

// span is a text in one style.
type span struct {
	text  string
	style style
}

// line is a row of the screen.
type line []span

func text(s string) line { return line{{s, plain}} }

func (l line) and(s string, st style) line { return append(l, span{s, st}) }

func spaces(n int) string { return strings.Repeat(" ", max(0, n)) }

func (l line) width() int {
	n := 0
	for _, s := range l {
		n += width(s.text)
	}
	return n
}

// cut shortens a line to a width; mark, one column wide, stands where something is missing.
func (l line) cut(columns int, mark string) line {
	if l.width() <= columns {
		return l
	}
	out, left := line{}, columns-1
	for _, s := range l {
		head := prefix(s.text, left)
		left -= width(head)
		out = append(out, span{head, s.style})
		if head != s.text {
			break
		}
	}
	if columns > 0 {
		out = append(out, span{mark, plain})
	}
	return out
}

// print is the line for a terminal.
func (l line) print(colour bool) string {
	var b strings.Builder
	for _, s := range l {
		if !colour || s.style == plain || s.text == "" {
			b.WriteString(s.text)
			continue
		}
		b.WriteString("\x1b[" + sgr[s.style] + "m" + s.text + "\x1b[0m")
	}
	return b.String()
}

// prefix is the longest beginning of a text that is not wider than n columns.
func prefix(s string, n int) string {
	for i, r := range s {
		if n -= columns(r); n < 0 {
			return s[:i]
		}
	}
	return s
}

func width(s string) int {
	n := 0
	for _, r := range s {
		n += columns(r)
	}
	return n
}

// columns is how many columns of a terminal a character takes.
func columns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// wide are the characters that take two columns (Unicode Standard Annex 11, the
// blocks of W and F).
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1},
		{Lo: 0x231a, Hi: 0x231b, Stride: 1},
		{Lo: 0x23e9, Hi: 0x23f3, Stride: 1},
		{Lo: 0x25fd, Hi: 0x25fe, Stride: 1},
		{Lo: 0x2614, Hi: 0x2615, Stride: 1},
		{Lo: 0x26a1, Hi: 0x26a1, Stride: 1},
		{Lo: 0x2705, Hi: 0x2705, Stride: 1},
		{Lo: 0x274c, Hi: 0x274e, Stride: 1},
		{Lo: 0x2753, Hi: 0x2757, Stride: 1},
		{Lo: 0x2795, Hi: 0x2797, Stride: 1},
		{Lo: 0x2b1b, Hi: 0x2b55, Stride: 1},
		{Lo: 0x2e80, Hi: 0x303e, Stride: 1},
		{Lo: 0x3041, Hi: 0xa4cf, Stride: 1},
		{Lo: 0xa960, Hi: 0xa97f, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1},
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1},
		{Lo: 0xfe10, Hi: 0xfe19, Stride: 1},
		{Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1},
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x16fe0, Hi: 0x18cff, Stride: 1},
		{Lo: 0x1b000, Hi: 0x1b2ff, Stride: 1},
		{Lo: 0x1f18e, Hi: 0x1f320, Stride: 1},
		{Lo: 0x1f32d, Hi: 0x1f64f, Stride: 1},
		{Lo: 0x1f680, Hi: 0x1f6ff, Stride: 1},
		{Lo: 0x1f7e0, Hi: 0x1f7f0, Stride: 1},
		{Lo: 0x1f90c, Hi: 0x1faff, Stride: 1},
		{Lo: 0x20000, Hi: 0x3fffd, Stride: 1},
	},
}

// clean takes out of a text what could move the cursor, and makes one line of it.
func clean(s string) string {
	if strings.ContainsFunc(s, breaks) {
		lines := strings.FieldsFunc(s, breaks)
		for i := range lines {
			lines[i] = strings.TrimSpace(lines[i])
		}
		s = strings.Join(lines, "; ")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Cc, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

func breaks(r rune) bool {
	return r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// ascii is a text for a terminal that shows nothing else.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
			return r
		case r == '·':
			return '|'
		case r == '…':
			return '~'
		}
		return '?'
	}, s)
}
