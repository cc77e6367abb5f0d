//go:build unix

package stack

import (
	"context"
	"flag"
	"runtime"
	"testing"

	"github.com/coder/websocket"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

var (
	soakQuotes = flag.Int("stack.soak", 0, "quotes to run through the whole program, to see that its memory stays flat; 10000000 takes minutes")
	soakDrops  = flag.Int("stack.soak-drops", 100, "how often the link is lost meanwhile")
)

// churn is a link that is made anew at once, whenever it was lost: the schedule of a
// bridge.Link allows four attempts a minute.
type churn struct {
	events chan bridge.Event
	url    string
	link   chan *bridge.Link // the newest, to write to
	newest *bridge.Link      // as the gateway's goroutine knows it
}

func (c *churn) Events() <-chan bridge.Event { return c.events }

func (c *churn) Write(ctx context.Context, frame []byte) error {
	select {
	case c.newest = <-c.link:
	default:
	}
	if c.newest == nil {
		return bridge.ErrNotConnected
	}
	return c.newest.Write(ctx, frame)
}

func (c *churn) Reconnect(why string) {
	if c.newest != nil {
		c.newest.Reconnect(why)
	}
}

// run makes one link after the other.
func (c *churn) run(ctx context.Context) {
	for ctx.Err() == nil {
		l := bridge.NewLink(bridge.LinkConfig{
			URL: c.url, Token: func() (string, error) { return "only-for-this-test", nil }, Now: func() engine.Time { return wall{}.Now() },
		})
		one, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() { defer close(done); _ = l.Run(one) }()
		for e := range l.Events() {
			if e.Kind == bridge.Up {
				c.link <- l
			}
			select {
			case c.events <- e:
			case <-ctx.Done():
			}
			if e.Kind == bridge.Down {
				break
			}
		}
		stop()
		<-done
	}
}

// TestMemoryStaysFlat runs only when it is asked to: millions of quotes, orders among
// them, and a link that is lost again and again.
func TestMemoryStaysFlat(t *testing.T) {
	if *soakQuotes == 0 {
		t.Skip("takes minutes: run with -stack.soak 10000000 -v")
	}
	p := newCounterparty(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := &churn{events: make(chan bridge.Event, 1024), url: p.url + "/stream", link: make(chan *bridge.Link, 1)}
	l := newLoad(t, p, fifty()[:10], func(r *rig) {
		r.shell.Link = c
		r.link = bridge.NewLink(bridge.LinkConfig{
			URL: p.url + "/echo", Token: func() (string, error) { return "only-for-this-test", nil }, Now: func() engine.Time { return wall{}.Now() },
		})
	})
	ended := make(chan struct{})
	go func() { defer close(ended); c.run(ctx) }()
	defer func() { cancel(); <-ended }()
	l.start(t)
	l.meet("/stream")
	var first, last uint64
	round := max(1, *soakQuotes / *soakDrops / 500)
	for drops := range *soakDrops {
		for range round {
			l.send(10, 50)
		}
		_ = p.conn.Close(websocket.StatusGoingAway, "restart")
		<-l.read
		l.meet("/stream")
		if drops%10 == 9 || drops == 0 {
			last = heap()
			t.Logf("%9d quotes, %3d reconnects: heap %.1f MB, %d goroutines", l.quote, drops+1, float64(last)/1e6, runtime.NumGoroutine())
		}
		if drops == *soakDrops/5 { // what is remembered up to a bound has been filled
			first = heap()
		}
	}
	if last > first+first/4 {
		t.Errorf("the heap grew from %d to %d bytes", first, last)
	}
}

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
