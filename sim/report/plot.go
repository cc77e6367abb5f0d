package report

import (
	"math"
	"strings"

	"tollgate/engine"
	"tollgate/sim"
)

// canvas is a grid of dots. In Braille a character holds 2 by 4 of them, in plain
// ASCII one.
type canvas struct {
	w, h  int // in dots
	dots  []bool
	ascii bool
}

// newCanvas makes a canvas of so many characters.
func newCanvas(columns, rows int, ascii bool) *canvas {
	c := &canvas{w: columns, h: rows, ascii: ascii}
	if !ascii {
		c.w, c.h = 2*columns, 4*rows
	}
	c.dots = make([]bool, c.w*c.h)
	return c
}

func (c *canvas) set(x, y int) { c.dots[y*c.w+x] = true }

// curve draws levels (0 = bottom row), one for each column of dots, joined.
func (c *canvas) curve(levels []int) {
	for x, y := range levels {
		from := y
		if x > 0 {
			from = levels[x-1]
		}
		c.set(x, c.h-1-y)
		for i := min(from, y) + 1; i < max(from, y); i++ {
			c.set(x, c.h-1-i)
		}
	}
}

// brailleBits are the bits of the dots of a Braille character (Unicode block
// U+2800), by row and column.
var brailleBits = [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

func (c *canvas) lines() []string {
	var out []string
	if c.ascii {
		for y := range c.h {
			out = append(out, c.asciiLine(y))
		}
		return out
	}
	for y := 0; y < c.h; y += 4 {
		out = append(out, c.brailleLine(y))
	}
	return out
}

func (c *canvas) asciiLine(y int) string {
	var b strings.Builder
	for x := range c.w {
		if c.dots[y*c.w+x] {
			b.WriteByte('*')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func (c *canvas) brailleLine(top int) string {
	var b strings.Builder
	for x := 0; x < c.w; x += 2 {
		r := rune(0x2800)
		for dy, bits := range brailleBits {
			for dx, bit := range bits {
				if c.dots[(top+dy)*c.w+x+dx] {
					r |= bit
				}
			}
		}
		if r == 0x2800 {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

// sampled is the equity at n moments, evenly spread from the first point to the last.
func sampled(points []sim.EquityPoint, n int) []engine.Money {
	out := make([]engine.Money, n)
	first, last := points[0].At, points[len(points)-1].At
	i := 0
	for x := range out {
		at := last
		if x < n-1 {
			at = first + engine.Time(float64(last-first)*float64(x)/float64(n-1))
		}
		for i+1 < len(points) && points[i+1].At <= at {
			i++
		}
		out[x] = points[i].Equity
	}
	return out
}

// levels scales amounts from low to high, low < high, to rows 0 to rows-1.
func levels(list []engine.Money, low, high engine.Money, rows int) []int {
	out := make([]int, len(list))
	for i, m := range list {
		share := (m.Float() - low.Float()) / (high.Float() - low.Float())
		out[i] = min(max(int(math.Round(share*float64(rows-1))), 0), rows-1)
	}
	return out
}

const plotRows = 7

// plot draws the equity curve with its axes, at most limit characters wide. An
// account that never moved has none.
func plot(points []sim.EquityPoint, limit int, ascii bool) []string {
	if len(points) < 2 || points[0].At >= points[len(points)-1].At {
		return nil
	}
	low, high := points[0].Equity, points[0].Equity
	for _, p := range points {
		low, high = min(low, p.Equity), max(high, p.Equity)
	}
	if low == high {
		return nil
	}
	margin := max(width(money(low)), width(money(high)))
	columns := limit - margin - 2
	if columns < 20 {
		return nil
	}
	c := newCanvas(columns, plotRows, ascii)
	c.curve(levels(sampled(points, c.w), low, high, c.h))
	return framed(c.lines(), points, low, high, margin, columns)
}

// framed puts the amounts at the left and the times below.
func framed(rows []string, points []sim.EquityPoint, low, high engine.Money, margin, columns int) []string {
	var out []string
	for i, line := range rows {
		label := ""
		switch {
		case i == 0:
			label = money(high)
		case i == len(rows)-1:
			label = money(low)
		}
		out = append(out, strings.TrimRight(padLeft(label, margin)+" |"+line, " "))
	}
	from, to := axisTimes(points[0].At, points[len(points)-1].At)
	return append(out, strings.Repeat(" ", margin+2)+from+padLeft(to, columns-width(from)))
}

// axisTimes prints the ends of the time axis as short as is clear.
func axisTimes(a, b engine.Time) (string, string) {
	layout := "2006-01-02 15:04"
	if b.Sub(a) > 10*24*hour {
		layout = "2006-01-02"
	}
	return a.UTC().Format(layout), b.UTC().Format(layout)
}
