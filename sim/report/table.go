package report

import "strings"

// cell is one field of a table.
type cell struct {
	text string
	tone tone
}

// table is columns of text: the first to the left, the others to the right.
type table struct {
	head []string
	rows [][]cell
	more int // rows left out
}

const gap = "  "

// maxFirst bounds the first column, which holds names of any length.
const maxFirst = 28

// widths are those of the columns; the first gives way to keep lines within limit.
func (t *table) widths(limit int) []int {
	w := make([]int, len(t.head))
	total := 0
	for i, h := range t.head {
		w[i] = width(h)
		for _, r := range t.rows {
			w[i] = max(w[i], width(r[i].text))
		}
		if i > 0 {
			total += w[i] + len(gap)
		}
	}
	w[0] = max(min(w[0], maxFirst, limit-total), 8)
	return w
}

// lines prints the table, every line at most limit characters where names allow.
func (t *table) lines(limit int, paint func(string, tone) string) []string {
	w := t.widths(limit)
	out := []string{t.line(w, func(i int) cell { return cell{text: t.head[i]} }, paint)}
	for _, r := range t.rows {
		out = append(out, t.line(w, func(i int) cell { return r[i] }, paint))
	}
	if t.more > 0 {
		out = append(out, "... "+count(t.more)+" more, see --out")
	}
	return out
}

func (t *table) line(w []int, at func(int) cell, paint func(string, tone) string) string {
	var b strings.Builder
	for i := range w {
		c := at(i)
		if i == 0 {
			b.WriteString(padRight(fit(c.text, w[0]), w[0]))
			continue
		}
		b.WriteString(gap + strings.Repeat(" ", max(w[i]-width(c.text), 0)) + paint(c.text, c.tone))
	}
	return strings.TrimRight(b.String(), " ")
}
