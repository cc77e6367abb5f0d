package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes a text harmless for a terminal: one line, without control
// characters, so that a strategy's name cannot move the cursor or change colours.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "?")
	return strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case !unicode.IsPrint(c):
			return '?'
		}
		return c
	}, s)), " ")
}

// ascii replaces what a plain terminal cannot show.
func ascii(s string) string {
	return strings.Map(func(c rune) rune {
		if c > '~' {
			return '?'
		}
		return c
	}, s)
}

func width(s string) int { return utf8.RuneCountInString(s) }

// fit shortens s to n characters.
func fit(s string, n int) string {
	if width(s) <= n {
		return s
	}
	return string([]rune(s)[:max(n-2, 0)]) + ".."
}

func padRight(s string, n int) string { return s + strings.Repeat(" ", max(n-width(s), 0)) }

func padLeft(s string, n int) string { return strings.Repeat(" ", max(n-width(s), 0)) + s }

// wrap breaks a text into lines of at most n characters, inside a word only where
// the word is longer than a line.
func wrap(s string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		for width(word) > n {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			r := []rune(word)
			lines, word = append(lines, string(r[:n])), string(r[n:])
		}
		switch {
		case line == "":
			line = word
		case width(line)+1+width(word) > n:
			lines, line = append(lines, line), word
		case word != "":
			line += " " + word
		}
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}
