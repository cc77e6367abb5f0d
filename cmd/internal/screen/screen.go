package screen

import (
	"time"

	"tollgate/engine/gateway"
)

// Scene is what is to be drawn.
type Scene struct {
	Title string        // what runs: "paper 10x", "LIVE"
	File  string        // the configuration, as typed
	Live  bool          // real money: what is open stays open when the program ends
	View  *gateway.View // nil while nothing is known yet
	Late  time.Duration // for how long the gateway has not answered; 0 = it does
}

// Frame is the window.
type Frame struct {
	Width, Height int // columns and rows, at least 1
	Colour        bool
	ASCII         bool // the terminal shows no other characters
}

// Smallest and largest windows that are drawn for; other sizes are taken for these.
const (
	leastWidth = 8
	mostWidth  = 400
	mostHeight = 400
)

// Render draws a scene: at most as many lines as the frame is high, none wider than
// the frame, without line ends. The same scene and frame give the same lines.
func Render(s *Scene, f Frame) []string {
	room, height := min(max(f.Width, leastWidth), mostWidth), min(max(f.Height, 1), mostHeight)
	d := drawing{scene: s, view: s.View, room: room}
	if d.view == nil {
		d.view = &gateway.View{}
	}
	lines := d.draw(height)
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		for i := range l {
			l[i].text = clean(l[i].text)
			if f.ASCII {
				l[i].text = ascii(l[i].text)
			}
		}
		mark := "…"
		if f.ASCII {
			mark = "~"
		}
		out = append(out, l.cut(min(room, max(f.Width, 1)), mark).print(f.Colour))
	}
	return out
}

// drawing is a scene being drawn.
type drawing struct {
	scene *Scene
	view  *gateway.View
	room  int // columns
}

// draw lays the screen out: the head, what can be shortened, the foot.
func (d *drawing) draw(height int) []line {
	head := []line{d.title(), d.status()}
	troubles := d.troubles()
	most := max(1, height/6)
	if len(troubles) > most {
		troubles = append(troubles[:most-1:most-1], line{{"! " + plural(len(troubles)-most+1, "more alarm"), alarm}})
	}
	head = append(head, troubles...)
	for i := range d.view.Accounts {
		head = append(head, d.account(i)...)
	}
	if len(head) >= height {
		return head[:height]
	}
	var body []line
	if d.scene.View != nil {
		body = fit(d.sections(), height-len(head)-1, d.room)
	}
	out := append(head, body...)
	for len(out) < height-1 {
		out = append(out, line{})
	}
	return append(out[:height-1], d.foot())
}

// split sets one text to the left and one to the right edge; the right one wins.
func (d *drawing) split(left, right line) line {
	space := d.room - left.width() - right.width()
	if space < 1 {
		left = left.cut(max(0, d.room-right.width()-1), "…")
		space = max(1, d.room-left.width()-right.width())
	}
	out := append(line{}, left...)
	return append(out.and(spaces(space), plain), right...)
}

// beside splits the longest of the forms of two texts that fit beside each other. The
// right one is shortened first.
func (d *drawing) beside(left, right []line) line {
	for _, l := range left {
		for _, r := range right {
			if l.width()+gap+r.width() <= d.room {
				return d.split(l, r)
			}
		}
	}
	return d.split(left[len(left)-1], right[len(right)-1])
}

// first is the first of the forms of a text that fits, or the last.
func (d *drawing) first(forms ...line) line {
	for _, l := range forms {
		if l.width() <= d.room {
			return l
		}
	}
	return forms[len(forms)-1]
}
