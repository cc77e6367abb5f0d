package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/screen"
	"tollgate/cmd/internal/stack"
	"tollgate/engine/gateway"
)

const noScreenHelp = "tell line by line what happens, on a terminal too"

// Bounds of a display.
const (
	drawEvery   = 250 * time.Millisecond // the screen is drawn so often, and the gateway looked at
	lateAfter   = 2 * time.Second        // a gateway that has not answered for so long is said not to
	keptLines   = 2000                   // lines kept for the end of the screen; older ones are only in the journal
	enterScreen = "\x1b[?1049h\x1b[?25l" // the other screen of the terminal, without a cursor
	leaveScreen = "\x1b[0m\x1b[?25h\x1b[?1049l"
)

// display shows people what a stack does while it runs: on a terminal as a screen that
// is drawn anew, elsewhere line by line. While there is a screen, lines for the same
// terminal are kept and printed after it.
//
// Drawing has a goroutine of its own. Nobody waits for the terminal but it: tell only
// ever appends to a list while the screen stands.
type display struct {
	lines  io.Writer
	screen io.Writer                             // the terminal; nil = line by line
	size   func() (width, height int, err error) // of the terminal
	apart  bool                                  // lines go elsewhere than to the terminal, so they need not wait
	colour bool
	ascii  bool
	scene  screen.Scene

	terminal sync.Mutex // held while the terminal is written to
	mu       sync.Mutex // held for a moment only
	on       bool       // the screen stands
	kept     []string
	dropped  int
}

// display makes the display of a run.
func (f *paperFlags) display(c *cobra.Command, title string) *display {
	d := &display{lines: &inTurn{w: c.ErrOrStderr()}, scene: screen.Scene{Title: title, File: f.config}}
	if t := os.Getenv("TERM"); f.noScreen || t == "" || t == "dumb" {
		return d
	}
	places := []any{c.ErrOrStderr()}
	if !f.asJSON {
		places = append(places, c.OutOrStdout())
	}
	for i, w := range places {
		file, ok := w.(*os.File)
		if !ok || !isTerminal(file) {
			continue
		}
		size := func() (int, int, error) { return windowSize(file) }
		if _, _, err := size(); err != nil {
			continue
		}
		d.screen, d.size, d.apart, d.colour, d.ascii = file, size, i > 0, colour(file), !unicode()
		break
	}
	return d
}

// inTurn is a writer for several goroutines: a line is not cut by another.
type inTurn struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *inTurn) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// tell tells people something.
func (d *display) tell(kind gateway.OutputKind, text string) {
	if kind == gateway.Alarm {
		text = "ALARM " + text
	}
	d.mu.Lock()
	wait := d.on && !d.apart
	if wait {
		if len(d.kept) == keptLines {
			d.kept = append(d.kept[:0], d.kept[1:]...)
			d.dropped++
		}
		d.kept = append(d.kept, text)
	}
	d.mu.Unlock()
	if !wait {
		fmt.Fprintln(d.lines, text)
	}
}

// looker is a running stack.
type looker interface {
	Run(ctx context.Context) error
	Look(ctx context.Context) (gateway.View, error)
}

var _ looker = (*stack.Stack)(nil)

// run runs a stack under its display. However it ends, the terminal is left as it was.
func (d *display) run(ctx context.Context, s looker) error {
	if d.screen == nil {
		return s.Run(ctx)
	}
	d.begin()
	defer d.end()
	drawing, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.draw(drawing, s)
	}()
	defer func() {
		stop()
		<-done
	}()
	return s.Run(ctx)
}

// begin takes the terminal.
func (d *display) begin() {
	d.mu.Lock()
	d.on = true
	d.mu.Unlock()
	say := func(text string) { d.tell(gateway.Note, text) }
	guardSays.Store(&say)
	_, _ = io.WriteString(d.screen, enterScreen)
}

// end gives the terminal back and prints the lines that waited. It may be called
// more than once, and by any goroutine.
func (d *display) end() {
	d.terminal.Lock()
	defer d.terminal.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.on {
		return
	}
	d.on = false
	guardSays.Store(nil)
	_, _ = io.WriteString(d.screen, leaveScreen)
	if d.dropped > 0 {
		fmt.Fprintf(d.lines, "%d earlier lines are left out; see tollgate journal show\n", d.dropped)
	}
	for _, l := range d.kept {
		fmt.Fprintln(d.lines, l)
	}
	d.kept, d.dropped = nil, 0
}

// draw draws the screen until the context ends. What it meets ends the screen, and
// never the trading.
func (d *display) draw(ctx context.Context, s looker) {
	defer func() {
		if r := recover(); r != nil {
			d.end()
			d.tell(gateway.Alarm, fmt.Sprintf("the screen failed, lines from here on: %v", r))
		}
	}()
	t := time.NewTicker(drawEvery)
	defer t.Stop()
	answered := time.Now()
	for {
		if d.look(ctx, s) {
			answered = time.Now()
		}
		d.scene.Late = 0
		if late := time.Since(answered); late >= lateAfter {
			d.scene.Late = late
		}
		if ctx.Err() != nil || !d.paint() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// look asks the gateway for a new picture; without an answer the last one stays.
func (d *display) look(ctx context.Context, s looker) bool {
	one, cancel := context.WithTimeout(ctx, drawEvery)
	defer cancel()
	v, err := s.Look(one)
	if err != nil {
		return false
	}
	d.scene.View = &v
	return true
}

// paint writes a picture in one piece. False = the screen has ended.
func (d *display) paint() bool {
	width, height, err := d.size()
	if err != nil {
		return true // it may come back
	}
	lines := screen.Render(&d.scene, screen.Frame{Width: width, Height: height, Colour: d.colour, ASCII: d.ascii})
	var b strings.Builder
	for i, l := range lines {
		// Erased before it is written: behind a full line the cursor stands on its last character.
		fmt.Fprintf(&b, "\x1b[%d;1H\x1b[2K%s", i+1, l)
	}
	b.WriteString("\x1b[J")
	return d.write(b.String())
}

// write writes to the terminal as long as the screen stands.
func (d *display) write(s string) bool {
	d.terminal.Lock()
	defer d.terminal.Unlock()
	d.mu.Lock()
	on := d.on
	d.mu.Unlock()
	if on {
		_, _ = io.WriteString(d.screen, s)
	}
	return on
}
