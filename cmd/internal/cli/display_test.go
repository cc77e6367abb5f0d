package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/engine/gateway"
)

// terminal is a window that keeps what is written to it.
type terminal struct {
	mu            sync.Mutex
	text          bytes.Buffer
	width, height int
	stuck         chan struct{} // while it is open, writing waits; nil = it does not
}

func (t *terminal) Write(b []byte) (int, error) {
	t.mu.Lock()
	stuck := t.stuck
	t.mu.Unlock()
	if stuck != nil {
		<-stuck
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

func (t *terminal) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

func (t *terminal) size() (int, int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.width == 0 {
		return 0, 0, errors.New("no size")
	}
	return t.width, t.height, nil
}

// pretended is a stack that runs as it is told to.
type pretended struct {
	run  func(ctx context.Context) error
	look func(ctx context.Context) (gateway.View, error)
}

func (p *pretended) Run(ctx context.Context) error { return p.run(ctx) }

func (p *pretended) Look(ctx context.Context) (gateway.View, error) {
	if p.look == nil {
		return gateway.View{Link: "ready", Addon: true}, nil
	}
	return p.look(ctx)
}

func onTerminal() (*display, *terminal) {
	t := &terminal{width: 80, height: 24}
	return &display{lines: t, screen: t, size: t.size}, t
}

// framed checks that the terminal was taken once and given back once, and returns what
// was written while it was taken, and after.
func framed(t *testing.T, text string) (screen, after string) {
	t.Helper()
	before, rest, ok := strings.Cut(text, enterScreen)
	screen, after, left := strings.Cut(rest, leaveScreen)
	if !ok || !left || before != "" || strings.Contains(after, "\x1b") || strings.Contains(screen, enterScreen) {
		t.Fatalf("the terminal was not left as it was: %q", text)
	}
	return screen, after
}

// TestDisplayKeepsLines: lines told while the screen stands are not torn into it; they
// follow it, in order.
func TestDisplayKeepsLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, term := onTerminal()
		err := d.run(context.Background(), &pretended{run: func(context.Context) error {
			d.tell(gateway.Note, "the first line")
			pass(time.Second)
			d.tell(gateway.Alarm, "the second line")
			return errors.New("as it ended")
		}})
		if err == nil || err.Error() != "as it ended" {
			t.Errorf("the run's own end is lost: %v", err)
		}
		screen, after := framed(t, term.String())
		if n := strings.Count(screen, "\x1b[1;1H"); n < 4 || n > 6 {
			t.Errorf("drawn %d times in a second", n)
		}
		if strings.Contains(screen, "\n") || strings.Contains(screen, "line") {
			t.Errorf("torn: %q", screen)
		}
		if after != "the first line\nALARM the second line\n" {
			t.Errorf("after it: %q", after)
		}
		d.tell(gateway.Note, "later")
		if !strings.HasSuffix(term.String(), "later\n") {
			t.Error("a line after the end is lost")
		}
	})
}

// TestDisplayApart: lines that go to a file are written there at once, and only there.
func TestDisplayApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, term := onTerminal()
		var file bytes.Buffer
		d.lines, d.apart = &file, true
		_ = d.run(context.Background(), &pretended{run: func(context.Context) error {
			d.tell(gateway.Note, "a line")
			if file.String() != "a line\n" {
				t.Errorf("the file holds %q", file.String())
			}
			return nil
		}})
		if _, after := framed(t, term.String()); after != "" || file.String() != "a line\n" {
			t.Errorf("after it %q, in the file %q", after, file.String())
		}
	})
}

// TestDisplayBound: of very many lines the newest are printed, and how many are not.
func TestDisplayBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, term := onTerminal()
		_ = d.run(context.Background(), &pretended{run: func(context.Context) error {
			for i := range keptLines + 3 {
				d.tell(gateway.Note, fmt.Sprint("n", i))
			}
			return nil
		}})
		_, after := framed(t, term.String())
		if lines := strings.Split(strings.TrimSpace(after), "\n"); len(lines) != keptLines+1 || !strings.HasPrefix(lines[0], "3 earlier lines") || lines[1] != "n3" {
			t.Errorf("%d lines, %q", len(lines), lines[:2])
		}
	})
}

// TestDisplayResized: the next picture has the new size; without a size there is none.
func TestDisplayResized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, term := onTerminal()
		resize := func(width, height int) string {
			term.mu.Lock()
			defer term.mu.Unlock()
			term.width, term.height = width, height
			text := term.text.String()
			term.text.Reset()
			return text
		}
		_ = d.run(context.Background(), &pretended{run: func(context.Context) error {
			pass(drawEvery / 2)
			for _, c := range []struct {
				width, height int
				last          string // the row of the last line of the picture before
			}{{60, 10, "\x1b[24;1H"}, {0, 0, "\x1b[10;1H"}, {80, 30, ""}, {80, 30, "\x1b[30;1H"}} {
				text := resize(c.width, c.height)
				if c.last == "" && text != "" || !strings.Contains(text, c.last) {
					t.Errorf("before %dx%d: %q", c.width, c.height, text)
				}
				pass(drawEvery)
			}
			return nil
		}})
	})
}

// TestDisplayLate: a gateway that does not answer is said not to, over what it said last.
func TestDisplayLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, term := onTerminal()
		answers := 1
		s := &pretended{
			run: func(context.Context) error { pass(4900 * time.Millisecond); return nil },
			look: func(ctx context.Context) (gateway.View, error) {
				if answers--; answers >= 0 {
					return gateway.View{Link: "ready", Addon: true, Accounts: []gateway.AccountView{{Name: "Sim101"}}}, nil
				}
				<-ctx.Done()
				return gateway.View{}, ctx.Err()
			},
		}
		_ = d.run(context.Background(), s)
		screen, _ := framed(t, term.String())
		pictures := strings.Split(screen, "\x1b[1;1H")
		if first := pictures[1]; strings.Contains(first, "NO ANSWER") {
			t.Errorf("too early: %q", first)
		}
		if last := pictures[len(pictures)-1]; !strings.Contains(last, "NO ANSWER") || !strings.Contains(last, "has not answered for 4.7s") || !strings.Contains(last, "Sim101") {
			t.Errorf("at the end: %q", last)
		}
	})
}

// TestDisplayStuck: nobody but the drawing waits for a terminal that takes nothing.
func TestDisplayStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, term := onTerminal()
		_ = d.run(context.Background(), &pretended{run: func(context.Context) error {
			pass(drawEvery / 2)
			term.mu.Lock()
			term.stuck = make(chan struct{})
			term.mu.Unlock()
			pass(drawEvery)
			began := time.Now()
			d.tell(gateway.Note, "a line")
			if time.Since(began) != 0 {
				t.Error("tell waited")
			}
			close(term.stuck)
			return nil
		}})
		if _, after := framed(t, term.String()); after != "a line\n" {
			t.Errorf("after it: %q", after)
		}
	})
}

// TestDisplayPanics: a panic of the run leaves the terminal as it was and goes on its
// way; one of the drawing ends the screen, and not the run.
func TestDisplayPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, term := onTerminal()
		func() {
			defer func() {
				if r := recover(); r != "on purpose" {
					t.Errorf("recovered %v", r)
				}
			}()
			_ = d.run(context.Background(), &pretended{run: func(context.Context) error {
				d.tell(gateway.Note, "before it")
				panic("on purpose")
			}})
		}()
		if _, after := framed(t, term.String()); after != "before it\n" {
			t.Errorf("after it: %q", after)
		}

		d, term = onTerminal()
		err := d.run(context.Background(), &pretended{
			run:  func(context.Context) error { pass(time.Second); d.tell(gateway.Note, "it goes on"); return nil },
			look: func(context.Context) (gateway.View, error) { panic("on purpose") },
		})
		if _, after := framed(t, term.String()); err != nil || after != "ALARM the screen failed, lines from here on: on purpose\nit goes on\n" {
			t.Errorf("%v, after it: %q", err, after)
		}

		d, term = onTerminal() // another goroutine's panic, as Options.Crash tells of it
		_ = d.run(context.Background(), &pretended{run: func(context.Context) error { d.end(); pass(time.Second); return nil }})
		framed(t, term.String())
	})
}

// TestDisplayNotATerminal: elsewhere than on a terminal, on a dumb one and when it is
// not wanted, there are lines.
func TestDisplayNotATerminal(t *testing.T) {
	var out, log bytes.Buffer
	root := newRoot(&out, &log)
	d := (&paperFlags{}).display(root, "paper")
	if d.screen != nil {
		t.Error("a buffer is taken for a terminal")
	}
	_ = d.run(context.Background(), &pretended{run: func(context.Context) error { d.tell(gateway.Alarm, "now"); return nil }})
	if log.String() != "ALARM now\n" || out.Len() != 0 {
		t.Errorf("%q %q", log.String(), out.String())
	}
}

// pass lets time pass, within synctest.
func pass(d time.Duration) { <-time.After(d) }
