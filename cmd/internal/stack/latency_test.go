package stack

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/engine/journal"
	"tollgate/strategies/script"
)

// everyQuote wants an order on every quote and never holds more than one contract.
const everyQuote = `package bench

import "tollgate/strategies"

var n int

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	n++
	if n%2 == 1 {
		ctx.Buy(1)
	} else {
		ctx.Sell(1)
	}
}
`

const latencyConfig = `accounts:
  Sim101:
    limits:
      max_position: {ES: 100}
      max_order: {ES: 10}
      stale_quote: 5s
strategies:
  - name: every
    script: %s
    account: Sim101
    instruments: ["ES 12-26"]
budget: {rate: 1000, burst: 1000, reserve: 6}
data_dir: %s
`

// wall is the machine's clock.
type wall struct{}

func (wall) Now() engine.Time                  { return engine.Time(time.Now().UnixNano()) }
func (wall) Until(t engine.Time) time.Duration { return time.Duration(t - wall{}.Now()) }

// unsynced is a disk that never waits.
type unsynced struct{ journal.File }

func (unsynced) Sync() error { return nil }

// rig is a stack to be run against a counterparty.
type rig struct {
	*Stack
	dir string
}

// openRig puts a stack together; the configuration is given the files of script and data.
func openRig(b testing.TB, url, script, config string, wrap func(journal.File) journal.File) *rig {
	r := &rig{dir: b.TempDir()}
	source := filepath.Join(r.dir, "bench.go")
	if err := os.WriteFile(source, []byte(script), 0o600); err != nil {
		b.Fatal(err)
	}
	text := fmt.Appendf(nil, config, source, filepath.Join(r.dir, "data"))
	c, err := configs.Decode(filepath.Join(r.dir, "bench.yaml"), text)
	if err != nil {
		b.Fatal(err)
	}
	// Far more calls than any broker takes: the way is measured, not the budget.
	c.Budget.Rate, c.Budget.Burst = 1e6, 1e6
	guard := newGuard(b)
	r.Stack, err = Open(Options{
		Guard: guard, Config: c, Text: text, Clock: wall{}, AnyHour: true, URL: url, Token: func() (string, error) { return "only-for-this-test", nil },
		Tell: func(kind gateway.OutputKind, line string) {
			if kind == gateway.Alarm || strings.Contains(line, "denied") {
				b.Log(line)
			}
		}, wrapJournal: wrap,
	})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func newGuard(b testing.TB) *script.Guard {
	g := script.NewGuard(nil)
	b.Cleanup(g.Close)
	return g
}

// start runs the stack until the end of the test.
func (r *rig) start(b testing.TB) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
		if err := r.Close(); err != nil {
			b.Error(err)
		}
	})
}

// startEcho runs the least a client can be: it answers a frame with another, in its
// read loop.
func startEcho(b *testing.B, p *counterparty, answer []byte) *websocket.Conn {
	c, _, err := websocket.Dial(context.Background(), p.url+"/echo", &websocket.DialOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if _, _, err := c.Read(context.Background()); err != nil {
				return
			}
			if err := c.Write(context.Background(), websocket.MessageText, answer); err != nil {
				return
			}
		}
	}()
	b.Cleanup(func() { _ = c.CloseNow(); <-done })
	return p.accept("/echo")
}

// quoteFrame is a frame with one quote.
func quoteFrame(n int) []byte {
	bid := 6800 + 0.25*float64(n%8)
	return fmt.Appendf(nil, `{"type":"marketData","quotes":[{"instrument":"ES 12-26","last":%.2f,"bid":%.2f,"ask":%.2f,"volume":%d}]}`,
		bid, bid, bid+0.25, 265_113+n)
}

// sampleOrder is as long as the frame the gateway answers with.
const sampleOrder = `{"action":"rpc","id":"c10007","api":"PlaceOrder","args":{"account":"Sim101","instrument":"ES 12-26","action":"BUY","quantity":1,"orderType":"MARKET","timeInForce":"DAY","orderId":"tg0011223344-0-5001"}}`

// BenchmarkQuoteToOrder: from a quote's frame written by the broker to the order's
// frame read by it, through link, gateway, journal, bus, worker and interpreted
// script, over loopback; in turn with a client that answers in its read loop.
func BenchmarkQuoteToOrder(b *testing.B) {
	b.Run("synced", func(b *testing.B) { quoteToOrder(b, nil) })
	b.Run("unsynced", func(b *testing.B) {
		quoteToOrder(b, func(f journal.File) journal.File { return unsynced{f} })
	})
}

func quoteToOrder(b *testing.B, wrap func(journal.File) journal.File) {
	p := newCounterparty(b)
	openRig(b, p.url+"/stream", everyQuote, latencyConfig, wrap).start(b)
	p.conn = p.accept("/stream")
	p.until("GetAllPositions") // then everything has been compared
	echo := startEcho(b, p, []byte(sampleOrder))
	var whole, bare []time.Duration
	for n := 0; b.Loop(); n++ {
		frame := quoteFrame(n)
		start := time.Now()
		write(b, echo, frame)
		_, end := read(b, echo)
		bare = append(bare, end.Sub(start))

		start = time.Now()
		write(b, p.conn, frame)
		whole = append(whole, p.until("PlaceOrder").Sub(start))
		p.until("GetOrder")
	}
	b.ReportMetric(0, "ns/op")
	slices.Sort(whole)
	slices.Sort(bare)
	for _, x := range []struct {
		name  string
		share float64
	}{{"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}} {
		at := func(list []time.Duration) float64 { return float64(list[int(x.share*float64(len(list)))]) / 1e3 }
		b.ReportMetric(at(whole), x.name+"-us")
		b.ReportMetric(at(bare), x.name+"-echo-us")
		b.ReportMetric(at(whole)/at(bare), x.name+"-ratio")
	}
}
