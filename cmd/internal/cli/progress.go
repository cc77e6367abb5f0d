package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"tollgate/engine"
)

// progress tells how far a run is: on a terminal one line that is written anew,
// elsewhere a line every ten seconds, so that logs stay readable.
type progress struct {
	to       io.Writer
	terminal bool
	started  time.Time
	told     time.Time
	shown    bool
}

const (
	terminalEvery = 200 * time.Millisecond
	lineEvery     = 10 * time.Second
)

func newProgress(to io.Writer) *progress {
	now := time.Now()
	return &progress{to: to, terminal: isTerminal(to), started: now, told: now}
}

func (p *progress) at(events int64, t engine.Time) {
	now := time.Now()
	every := lineEvery
	if p.terminal {
		every = terminalEvery
	}
	if now.Sub(p.told) < every {
		return
	}
	p.told = now
	line := fmt.Sprintf("%.1f million events, %s, %.1f million a second",
		float64(events)/1e6, t.UTC().Format("2006-01-02 15:04"), float64(events)/1e6/now.Sub(p.started).Seconds())
	if p.terminal {
		fmt.Fprintf(p.to, "\r\x1b[K%s", line)
		p.shown = true
		return
	}
	fmt.Fprintln(p.to, line)
}

// done clears the line.
func (p *progress) done() {
	if p.shown {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// colour reports whether to colour what goes to w: a terminal, and NO_COLOR
// (https://no-color.org) not set.
func colour(w any) bool { return isTerminal(w) && os.Getenv("NO_COLOR") == "" }

// unicode reports whether the locale takes more than ASCII, by the variables that
// decide, in their order; without any it is assumed.
func unicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToUpper(os.Getenv(name)); v != "" {
			return strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
		}
	}
	return true
}
