package script

import (
	"fmt"
	"sort"
	"strings"
)

// Severities of a Finding.
const (
	Error   = "error"   // the script is refused
	Warning = "warning" // the script runs, but probably not as meant
	Note    = "note"    // the script runs; this is good to know
)

// Finding is one thing that is wrong with a script, and where.
type Finding struct {
	File       string `json:"file"`
	Line       int    `json:"line"`   // from 1
	Column     int    `json:"column"` // in bytes, from 1
	SourceLine string `json:"source_line"`
	Code       string `json:"code"` // "syntax", "type", or the code of a Rule
	Message    string `json:"message"`
	Instead    string `json:"instead,omitempty"` // what to write
	Severity   string `json:"severity"`
}

// longestLine is how many bytes of source are shown below a finding: a longer line is not
// read by anybody, and the caret would be lost in it.
const longestLine = 240

// String shows the finding as a compiler would: place and message, the source
// line, a caret under the column, and what to write instead.
func (f Finding) String() string {
	var b strings.Builder
	severity := ""
	if f.Severity == Warning || f.Severity == Note {
		severity = f.Severity + ": "
	}
	fmt.Fprintf(&b, "%s:%d:%d: %s%s", f.File, f.Line, f.Column, severity, f.Message)
	if f.SourceLine != "" && len(f.SourceLine) <= longestLine {
		fmt.Fprintf(&b, "\n\t%s\n\t%s^", f.SourceLine, indent(f.SourceLine, f.Column))
	}
	if f.Instead != "" {
		fmt.Fprintf(&b, "\n\tinstead: %s", f.Instead)
	}
	return b.String()
}

// indent is the white space in front of the caret; tabs stay tabs, so that it
// lines up whatever their width.
func indent(line string, column int) string {
	var b strings.Builder
	for i, r := range line {
		if i >= column-1 {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Findings is every finding of a script, in the order of the source.
type Findings []Finding

// Error shows all findings, one below the other.
func (fs Findings) Error() string {
	var lines []string
	for _, f := range fs {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

// Errors are the findings that refuse the script.
func (fs Findings) Errors() Findings { return fs.only(Error) }

// Warnings are the findings that do not, and that its writer should see with every run.
func (fs Findings) Warnings() Findings { return fs.only(Warning) }

// Notes are the findings for its writer alone.
func (fs Findings) Notes() Findings { return fs.only(Note) }

func (fs Findings) only(severity string) Findings {
	var out Findings
	for _, f := range fs {
		if f.Severity == severity {
			out = append(out, f)
		}
	}
	return out
}

// sorted orders findings by place and drops repeats: two passes may find the
// same thing at the same place.
func (fs Findings) sorted() Findings {
	sort.SliceStable(fs, func(i, j int) bool {
		a, b := fs[i], fs[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	var out Findings
	for i, f := range fs {
		if i > 0 && f == fs[i-1] {
			continue
		}
		out = append(out, f)
	}
	return out
}
