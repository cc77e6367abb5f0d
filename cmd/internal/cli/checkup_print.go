package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// print writes the lines for people, or the object for programs.
func (k *checkup) print(w io.Writer) error {
	if k.flags.asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			OK     bool        `json:"ok"` // nothing is FAIL
			Checks []checkLine `json:"checks"`
		}{!k.failed(), k.found})
	}
	var b strings.Builder
	fails, warns := 0, 0
	for i := range k.found {
		l := &k.found[i]
		fmt.Fprintf(&b, "%-4s  %-13s  %s\n", l.State, l.Name, l.sentence())
		switch l.State {
		case checkFail:
			fails++
		case checkWarn:
			warns++
		}
	}
	fmt.Fprintf(&b, "\n%s: %s, %s, %s; no order was sent\n", k.flags.config, countOf(len(k.found), "check"), countOf(fails, "failure"), countOf(warns, "warning"))
	_, err := io.WriteString(w, b.String())
	return err
}

// sentence is what was seen and what to do about it.
func (l *checkLine) sentence() string {
	if l.Advice == "" {
		return l.Seen
	}
	return l.Seen + " -> " + l.Advice
}
