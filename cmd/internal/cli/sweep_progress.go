package cli

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"tollgate/sim/tune"
)

// sweepProgress tells how far a sweep is: on a terminal a bar that is drawn anew,
// elsewhere a line every ten seconds.
type sweepProgress struct {
	to               io.Writer
	terminal         bool
	objective        string
	mu               sync.Mutex
	total, ran, kept int
	best             float64
	started, told    time.Time
	shown            bool
}

func newSweepProgress(to io.Writer, o *tune.Objective, total int) *sweepProgress {
	now := time.Now()
	return &sweepProgress{
		to: to, terminal: isTerminal(to), objective: o.Name, total: total, best: math.NaN(), started: now, told: now,
	}
}

// finished counts a run that was made, skipped one that was kept from before.
func (p *sweepProgress) finished(score float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ran++
	if !(p.best >= score) && score == score {
		p.best = score
	}
	p.tell(time.Now())
}

func (p *sweepProgress) skipped() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept++
}

func (p *sweepProgress) tell(now time.Time) {
	every := lineEvery
	if p.terminal {
		every = terminalEvery
	}
	if now.Sub(p.told) < every {
		return
	}
	p.told = now
	if p.terminal {
		fmt.Fprint(p.to, "\r\x1b[K"+narrow(bar(p.ran+p.kept, p.total), p.line(now.Sub(p.started)), p.columns()))
		p.shown = true
		return
	}
	fmt.Fprintln(p.to, p.line(now.Sub(p.started)))
}

// line is "40 of 100 runs, best sharpe 1.32, 35s left". The time left goes by the
// runs made in this sweep, not by those found in the record.
func (p *sweepProgress) line(spent time.Duration) string {
	text := fmt.Sprintf("%d of %d runs", p.ran+p.kept, p.total)
	if p.kept > 0 {
		text += fmt.Sprintf(" (%d from before)", p.kept)
	}
	if p.best == p.best {
		text += fmt.Sprintf(", best %s %.4g", p.objective, p.best)
	}
	if p.ran > 0 {
		left := time.Duration(float64(spent) / float64(p.ran) * float64(max(p.total-p.ran-p.kept, 0)))
		text += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	return text
}

// columns is how wide the terminal is; 80 where it does not say.
func (p *sweepProgress) columns() int {
	if f, ok := p.to.(*os.File); ok {
		if n, _, err := windowSize(f); err == nil {
			return n
		}
	}
	return 80
}

// narrow fits bar and text into a row of a terminal: a longer one would wrap, and could
// not be drawn anew. The bar goes first, then the end of the text; the last column
// stays free, because some terminals wrap on it.
func narrow(bar, text string, columns int) string {
	if whole := bar + " " + text; len(whole) < columns {
		return whole
	}
	return text[:min(len(text), max(columns-1, 0))]
}

// barWidth is the length of the bar in characters.
const barWidth = 24

func bar(done, total int) string {
	n := min(barWidth*done/max(total, 1), barWidth)
	return "[" + strings.Repeat("#", n) + strings.Repeat(".", barWidth-n) + "]"
}

// done clears the bar.
func (p *sweepProgress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}
