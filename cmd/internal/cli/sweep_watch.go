package cli

import (
	"fmt"
	"path"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"tollgate/cmd/internal/native"
)

// hangTicks is how many seconds in a row a compiled run may go without an event
// before it counts as hung. The guard of the interpreter is not in compiled code, so
// the process of such a run watches itself.
const hangTicks = 10

// trialWatch sees whether events are still consumed.
type trialWatch struct {
	events atomic.Int64
	last   int64
	quiet  int // ticks in a row without an event
}

// tick, once a second, reports whether the run hangs. It counts ticks and not time,
// so that a machine that slept takes no run for hung.
func (w *trialWatch) tick() bool {
	n := w.events.Load()
	if n != w.last {
		w.last, w.quiet = n, 0
		return false
	}
	w.quiet++
	return w.quiet >= hangTicks
}

// start calls hung, once, when the run hangs, until the function it returns is called.
func (w *trialWatch) start(hung func()) (stop func()) {
	ticker, done := time.NewTicker(time.Second), make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				if w.tick() {
					hung()
					return
				}
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
	}
}

// hung says where the strategy is that does not come back.
func hung() string {
	text := make([]byte, 1<<20)
	text = text[:runtime.Stack(text, true)]
	return placed(string(text), fmt.Sprintf("a handler did not come back within %d s", hangTicks))
}

// crashText is what a process that failed has to say, in one line: its error, or of a
// crash of the runtime the reason and the line of the script, without the stacks.
func crashText(log string) string {
	log = strings.TrimSpace(log)
	for _, mark := range []string{"fatal error: ", "panic: "} {
		if i := strings.Index("\n"+log, "\n"+mark); i >= 0 {
			reason, stacks, _ := strings.Cut(log[i:], "\n")
			return placed(stacks, reason)
		}
	}
	return strings.TrimPrefix(log, "tollgate: ")
}

// placed puts the line of the script before a reason, where stacks name one.
func placed(stacks, reason string) string {
	for line := range strings.Lines(stacks) {
		at, _, _ := strings.Cut(strings.TrimSpace(line), " +0x")
		if strings.HasPrefix(line, "\t") && strings.Contains(at, "/"+native.Folder+"/p") && !strings.HasPrefix(path.Base(at), "0_") {
			return path.Base(at) + ": " + reason
		}
	}
	return reason
}
