package cli

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"tollgate/engine/journal"
)

// describeRecord says in words what a record holds. Who gives records their kinds sets
// it; while it is nil, or where it returns "", the payload itself is shown.
var describeRecord func(kind byte, payload []byte) string

// showFlags choose the records of journal show and their form.
type showFlags struct {
	from  uint64
	kinds []uint
	json  bool
}

func newJournalShow() *cobra.Command {
	var f showFlags
	c := &cobra.Command{
		Use:   "show DIR",
		Short: "Print records",
		Long: `Show prints one record a line: its number, its kind, the length of its payload in
bytes, and what it holds, shortened. With --json it is one object a line, in full:
number, kind, length, and text (or hex, when the payload is no text).`,
		Example: `  tollgate journal show run --from 100
  tollgate journal show run --kind 2 --json`,
		Args: exactly(1, "one DIR"),
		RunE: func(c *cobra.Command, args []string) error {
			parts := journalParts(args[0])
			for _, dir := range parts {
				if len(parts) > 1 && !f.json {
					fmt.Fprintf(c.OutOrStdout(), "%s\n", dir)
				}
				if err := f.run(c, dir); err != nil {
					return err
				}
			}
			return nil
		},
	}
	fs := c.Flags()
	fs.Uint64Var(&f.from, "from", 0, "number of the first record; 0 is the first there is")
	fs.UintSliceVar(&f.kinds, "kind", nil, "only records of this kind, 1 to 255; repeatable")
	fs.BoolVar(&f.json, "json", false, "print JSON, one object a line")
	return c
}

func (f *showFlags) run(c *cobra.Command, dir string) error {
	for _, k := range f.kinds {
		if k < 1 || k > 255 {
			return usage("--kind %d: kinds are 1 to 255", k)
		}
	}
	r, err := journal.NewReader(dir, f.from)
	if err != nil {
		return usageError{err}
	}
	defer r.Close()
	out := bufio.NewWriter(c.OutOrStdout())
	n, err := f.print(out, r)
	err = errors.Join(err, out.Flush())
	if n == 0 && err == nil {
		fmt.Fprintf(c.ErrOrStderr(), "%s holds no such records\n", dir)
	}
	if torn := r.Torn(); err == nil && torn != nil {
		fmt.Fprintf(c.ErrOrStderr(), "%s\n", torn)
	}
	return err
}

// print writes the records chosen and returns their number.
func (f *showFlags) print(out io.Writer, r *journal.Reader) (n int, err error) {
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if len(f.kinds) > 0 && !slices.Contains(f.kinds, uint(rec.Kind)) {
			continue
		}
		line := recordLine
		if f.json {
			line = recordJSON
		}
		if _, err := fmt.Fprintln(out, line(&rec)); err != nil {
			return n, err
		}
		n++
	}
}

// shownRunes and shownBytes are how much of a payload a line shows.
const (
	shownRunes = 100
	shownBytes = 32
)

func recordLine(rec *journal.Record) string {
	text, isText := recordText(rec)
	switch {
	case !isText:
		text = hex.EncodeToString(rec.Payload[:min(len(rec.Payload), shownBytes)])
		if len(rec.Payload) > shownBytes {
			text += "..."
		}
	case len([]rune(text)) > shownRunes:
		text = string([]rune(text)[:shownRunes]) + "..."
	}
	return fmt.Sprintf("%8d  kind %-3d  %6d bytes  %s", rec.Number, rec.Kind, len(rec.Payload), oneLine(text))
}

// oneLine spells what would break the line, or drive the terminal.
func oneLine(text string) string {
	quoted := strconv.Quote(text)
	if len(quoted) == len(text)+2 {
		return text
	}
	for _, r := range text {
		if !strconv.IsPrint(r) {
			return quoted
		}
	}
	return text
}

// recordText is a record in words, if there are any.
func recordText(rec *journal.Record) (string, bool) {
	if describeRecord != nil {
		if s := describeRecord(rec.Kind, rec.Payload); s != "" {
			return s, true
		}
	}
	for _, b := range rec.Payload {
		if b < ' ' && b != '\n' && b != '\t' && b != '\r' {
			return "", false
		}
	}
	return string(rec.Payload), utf8.Valid(rec.Payload)
}

func recordJSON(rec *journal.Record) string {
	line := struct {
		Number uint64  `json:"number"`
		Kind   byte    `json:"kind"`
		Length int     `json:"length"`
		Text   *string `json:"text,omitempty"`
		Hex    string  `json:"hex,omitempty"`
	}{Number: rec.Number, Kind: rec.Kind, Length: len(rec.Payload)}
	if text, is := recordText(rec); is {
		line.Text = &text
	} else {
		line.Hex = hex.EncodeToString(rec.Payload)
	}
	b, err := json.Marshal(line)
	if err != nil { // numbers and strings always can
		return err.Error()
	}
	return string(b)
}
