package screen

// column is a column of a table.
type column struct {
	head  string
	right bool // numbers stand under each other
	rank  int  // of the columns that do not fit, those of the highest rank go first; 0 stays
	most  int  // a wider cell is cut; 0 = none is
	tail  bool // text at the end of the line, which may be cut to the length of a word
}

// gap is between two columns.
const gap = 2

// indent is before every row of a section.
const indent = 2

// table sets rows in columns. The title of the section stands over the first column.
func table(title line, columns []column, rows [][]span, room int) section {
	widths := measure(columns, rows)
	widths[0] = max(widths[0], title.width()-indent)
	shown := choose(columns, widths, room-indent)
	s := section{title: setHead(title, columns, shown, widths)}
	for _, r := range rows {
		s.rows = append(s.rows, setRow(columns, r, shown, widths, room))
	}
	return s
}

func measure(columns []column, rows [][]span) []int {
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = width(c.head)
		for _, r := range rows {
			widths[i] = max(widths[i], width(r[i].text))
		}
		if c.most > 0 {
			widths[i] = min(widths[i], c.most)
		}
	}
	return widths
}

// choose says which columns fit. The last of those that stay may be cut.
func choose(columns []column, widths []int, room int) []bool {
	shown := make([]bool, len(columns))
	total := -gap
	for i, c := range columns {
		shown[i] = true
		total += needed(c, widths[i]) + gap
	}
	for total > room {
		drop := 0
		for i, c := range columns {
			if shown[i] && c.rank > columns[drop].rank {
				drop = i
			}
		}
		if drop == 0 {
			break
		}
		shown[drop] = false
		total -= needed(columns[drop], widths[drop]) + gap
	}
	return shown
}

// wordWidth is what is left of a tail at least.
const wordWidth = 12

func needed(c column, width int) int {
	if c.tail {
		return min(width, wordWidth)
	}
	return width
}

func setHead(title line, columns []column, shown []bool, widths []int) line {
	out := append(line{}, title...)
	out = out.and(spaces(widths[0]+indent-title.width()), plain)
	for i, c := range columns {
		if i > 0 && shown[i] {
			out = out.and(spaces(gap), plain)
			out = append(out, set(span{c.head, faint}, c.right, widths[i])...)
		}
	}
	return out
}

// setRow sets a row. A number that does not fit is left out: half of one would be
// another number.
func setRow(columns []column, cells []span, shown []bool, widths []int, room int) line {
	out, used := text(spaces(indent)), indent
	for i, c := range columns {
		if !shown[i] {
			continue
		}
		if i > 0 {
			out = out.and(spaces(gap), plain)
			used += gap
		}
		if used += widths[i]; used > room && c.right {
			return out.and("…", plain)
		}
		out = append(out, set(cells[i], c.right, widths[i])...)
	}
	return out
}

func set(s span, right bool, columns int) line {
	if width(s.text) > columns {
		l := line{s}.cut(columns, "…")
		return l.and(spaces(columns-l.width()), plain)
	}
	pad := span{spaces(columns - width(s.text)), plain}
	if right {
		return line{pad, s}
	}
	return line{s, pad}
}
