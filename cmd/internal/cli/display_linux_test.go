package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// pseudoTerminal opens a window of a size: what is written to its inner end can be read
// at its outer end.
func pseudoTerminal(t *testing.T, width, height uint16) (outer, inner *os.File) {
	t.Helper()
	outer, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("this machine opens no pseudo terminals: %v", err)
	}
	t.Cleanup(func() { _ = outer.Close() })
	var number, locked uint32
	size := [4]uint16{height, width}
	for request, arg := range map[uintptr]unsafe.Pointer{
		syscall.TIOCGPTN: unsafe.Pointer(&number), syscall.TIOCSPTLCK: unsafe.Pointer(&locked), syscall.TIOCSWINSZ: unsafe.Pointer(&size),
	} {
		if _, _, code := syscall.Syscall(syscall.SYS_IOCTL, outer.Fd(), request, uintptr(arg)); code != 0 {
			t.Fatal(code)
		}
	}
	inner, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("this machine opens no pseudo terminals: %v", err)
	}
	return outer, inner
}

// TestPaperOnATerminal: the live stack runs under a screen of the size of the window; the
// lines come after it, and the result where it always comes. With --no-screen, on a dumb
// terminal and with NO_COLOR, it does as it is told.
func TestPaperOnATerminal(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	for _, c := range []struct {
		name, term, noColour string
		args                 []string
		screen, colour       bool
	}{
		{"screen", "xterm", "", []string{"--speed", "1000"}, true, true},
		{"no colour", "xterm", "1", []string{"--speed", "1000"}, true, false},
		{"dumb", "dumb", "", []string{"--speed", "1000"}, false, false},
		{"not wanted", "xterm", "", []string{"--speed", "1000", "--no-screen"}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("TERM", c.term)
			t.Setenv("NO_COLOR", c.noColour)
			outer, inner := pseudoTerminal(t, 90, 25)
			shown := make(chan string)
			go func() {
				text, _ := io.ReadAll(outer) // it ends with an error when the inner end is closed
				shown <- strings.ReplaceAll(string(text), "\r\n", "\n")
			}()
			var result bytes.Buffer
			args := append([]string{"paper", "--config", paperConfig(t, "cross"), "--no-watch"}, c.args...)
			status := Main(args, &result, inner)
			_ = inner.Close()
			text := <-shown
			if status != exitOK || !strings.Contains(result.String(), "belief       equals the truth") || strings.Contains(result.String(), "\x1b") {
				t.Fatalf("status %d\n%s\n%s", status, result.String(), text)
			}
			lines := text
			if c.screen {
				screen, after := framed(t, text)
				if lines = after; !strings.Contains(screen, "\x1b[25;1H\x1b[2K") || strings.Contains(screen, "\x1b[26;1H") || !strings.Contains(screen, "POSITIONS") || strings.Contains(screen, "\n") {
					t.Errorf("the screen is not that of a window of 90 x 25: %q", screen)
				}
				if coloured := strings.Contains(screen, "\x1b[1m"); coloured != c.colour {
					t.Errorf("in colour: %v", coloured)
				}
			}
			if !strings.Contains(lines, "connected to the broker\norders and positions agree with the broker: trading\n") || strings.Contains(lines, "\x1b") {
				t.Errorf("the lines are %q", lines)
			}
		})
	}
}
