//go:build unix

package stack

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"tollgate/engine/gateway"
)

// average follows the market and acts on a quote in a thousand.
const average = `package bench

import "tollgate/strategies"

var (
	bars = strategies.Minutes(1)
	calm = strategies.EMA(bars.Close, 20)
	n    int
	high float64
)

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	n++
	if q.Last > high && ctx.Position == 0 {
		high = q.Last
	}
	if n%1000 == 0 {
		ctx.Target(1 - ctx.Position)
	}
}
`

// fifty are instruments of ten roots.
func fifty() (names []string) {
	for _, month := range []string{"12-26", "03-27", "06-27", "09-27", "12-27"} {
		for _, root := range []string{"ES", "NQ", "YM", "RTY", "MES", "MNQ", "MYM", "M2K", "ZN", "ZB"} {
			names = append(names, root+" "+month)
		}
	}
	return names
}

func loadConfig(names []string) string {
	return strings.ReplaceAll(latencyConfig, `"ES 12-26"`, `"`+strings.Join(names, `", "`)+`"`)
}

// load is a stack under many quotes, with the counterparty on the other side.
type load struct {
	*rig
	b     testing.TB
	p     *counterparty
	names []string
	quote int
	goal  atomic.Uint64 // quotes to wait for
	there chan struct{}
	ready chan struct{} // the gateway has compared everything
	read  chan struct{} // closed when nobody reads the connection
}

func newLoad(b testing.TB, p *counterparty, names []string, link func(r *rig)) *load {
	l := &load{b: b, p: p, names: names, there: make(chan struct{}, 1), ready: make(chan struct{}, 16)}
	l.rig = openRig(b, p.url+"/stream", average, loadConfig(names), nil)
	if link != nil {
		link(l.rig)
	}
	l.shell.Watch = func(kind gateway.InputKind, _ time.Duration) {
		if kind == gateway.Frame && l.core.Stats().Quotes == l.goal.Load() {
			select {
			case l.there <- struct{}{}:
			default:
			}
		}
	}
	return l
}

// meet takes the next connection and answers on it until it ends.
func (l *load) meet(path string) {
	l.p.conn = l.p.accept(path)
	l.read = make(chan struct{})
	go func() {
		defer close(l.read)
		for compared := false; ; {
			_, data, err := l.p.conn.Read(context.Background())
			if err != nil {
				return
			}
			if l.p.answer(data) == "GetAllPositions" && !compared {
				compared = true
				l.ready <- struct{}{}
			}
		}
	}()
	l.wait(l.ready, "the comparison at connecting")
}

func (l *load) wait(c <-chan struct{}, what string) {
	select {
	case <-c:
	case <-time.After(silence):
		l.b.Fatalf("waited in vain for %s", what)
	}
}

// send writes frames with so many quotes each, and waits until the gateway has
// stepped them all, and the worker all but a few.
func (l *load) send(frames, each int) {
	l.goal.Add(uint64(frames * each))
	for range frames {
		write(l.b, l.p.conn, l.frame(each))
	}
	l.wait(l.there, "the gateway to take every quote")
	for feed := l.houses[0].events.C; len(feed) > cap(feed)/4; {
		runtime.Gosched()
	}
}

func (l *load) frame(each int) []byte {
	return marketFrame(l.names, &l.quote, each)
}

// marketFrame is the next frame of a market: so many quotes, in turn.
func marketFrame(names []string, quote *int, each int) []byte {
	data := []byte(`{"type":"marketData","quotes":[`)
	for i := range each {
		if i > 0 {
			data = append(data, ',')
		}
		name := names[*quote%len(names)]
		bid := 6800 + *quote/len(names)%8
		data = fmt.Appendf(data, `{"instrument":%q,"last":%d.00,"bid":%d.00,"ask":%d.00,"volume":%d}`, name, bid, bid, bid+1, 265_113+*quote)
		*quote++
	}
	return append(data, "]}"...)
}

// used is the processor time of the whole process so far.
func used(b testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFiftyInstruments: processor time for a quote from its frame to the end of
// an interpreted script's handler, the other side of the wire included, and what that
// comes to for fifty instruments at twenty quotes a second each.
func BenchmarkFiftyInstruments(b *testing.B) {
	for _, each := range []int{1, 50} {
		b.Run(fmt.Sprintf("%d-in-a-frame", each), func(b *testing.B) {
			p := newCounterparty(b)
			l := newLoad(b, p, fifty(), nil)
			l.start(b)
			l.meet("/stream")
			l.send(1000/each, each)
			runtime.GC()
			began, n := used(b), 0
			for b.Loop() {
				l.send(1000/each, each)
				n += 1000
			}
			took := used(b) - began
			b.ReportMetric(float64(took.Nanoseconds())/float64(n), "cpu-ns/quote")
			b.ReportMetric(float64(took.Nanoseconds())/float64(n)*1000/1e9*100, "%core-at-1000/s")
			b.ReportMetric(0, "ns/op")
			_ = p.conn.Close(websocket.StatusGoingAway, "the end")
		})
	}
}
