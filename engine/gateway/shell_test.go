package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// deck is everything around a shell, and the order in which it was used.
type deck struct {
	mu      sync.Mutex
	log     []string
	failing string // what fails from now on: "append", "sync" or "write"
	sent    chan []byte
	events  chan bridge.Event
	workers chan Message
	told    []string
}

var errDisk = errors.New("no space left")

func (d *deck) did(what string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, what)
	if word, _, _ := strings.Cut(what, " "); word == d.failing {
		return errDisk
	}
	return nil
}

func (d *deck) fail(what string) {
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failing = what
}

func (d *deck) history() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.log...)
}

func (d *deck) Append(kind byte, payload []byte) (uint64, error) {
	if kind == KindSent {
		return 1, d.did("append sent " + string(payload))
	}
	return 1, d.did(fmt.Sprintf("append %d", kind))
}

func (d *deck) Sync() error                 { return d.did("sync") }
func (d *deck) Events() <-chan bridge.Event { return d.events }
func (d *deck) Reconnect(why string)        { _ = d.did("reconnect " + why) }

func (d *deck) Write(_ context.Context, frame []byte) error {
	if err := d.did("write " + string(frame)); err != nil {
		return err
	}
	d.sent <- append([]byte(nil), frame...)
	return nil
}

// bubbleClock is the time of the bubble.
type bubbleClock struct{}

func (bubbleClock) Now() engine.Time { return engine.Time(time.Now().UnixNano()) }

func (bubbleClock) Until(t engine.Time) time.Duration { return t.Sub(bubbleClock{}.Now()) }

// show runs a shell on a deck; the test ends it.
type show struct {
	*deck
	t     *testing.T
	shell *Shell
	done  chan error
	stop  context.CancelFunc
}

func putOn(t *testing.T) *show {
	d := &deck{sent: make(chan []byte, 1000), events: make(chan bridge.Event), workers: make(chan Message)}
	x := &show{deck: d, t: t, done: make(chan error, 1)}
	x.shell = NewShell(ShellConfig{
		Core: newCore(newUniverse(t), 4), Clock: bubbleClock{}, Link: d, Journal: d, Workers: d.workers,
		Publish: func(int, []byte) error { return d.did("publish") },
		Tell: func(k OutputKind, text string) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.told = append(d.told, k.String()+" "+text)
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	x.stop = cancel
	go func() { x.done <- x.shell.Run(ctx, "tgtest", nil) }()
	t.Cleanup(cancel)
	return x
}

// connect answers questions until entries may pass.
func (x *show) connect() {
	x.t.Helper()
	x.events <- bridge.Event{Kind: bridge.Up}
	for range 20 {
		synctest.Wait()
		ready := false
		if err := x.shell.Ask(x.t.Context(), func(c *Core) { ready = c.Ready() && len(c.pending) == 0 }); err != nil {
			x.t.Fatal(err)
		}
		if ready {
			x.quote()
			return
		}
		x.answer(<-x.sent)
	}
	x.t.Fatal("it does not trade")
}

func (x *show) answer(frame []byte) {
	var c call
	if err := json.Unmarshal(frame, &c); err != nil {
		x.t.Fatal(err)
	}
	body := map[string]string{"GetAllOrders": `{"orders":[]}`, "GetAllPositions": `{"positions":[]}`, "GetAccountSummary": summaryOf("Sim101")}[c.API]
	if body != "" {
		x.events <- bridge.Event{Kind: bridge.Message, Data: []byte(`{"id":"` + c.ID + `","data":` + body + `}`)}
	}
}

func (x *show) quote() {
	x.events <- bridge.Event{Kind: bridge.Message, Data: []byte(`{"type":"marketData","quotes":[{"instrument":"ES 03-24","last":4750,"bid":4750,"ask":4750.25}]}`)}
}

func (x *show) buy(seq uint64) {
	x.workers <- Message{Data: engine.AppendEvent(nil, &engine.Intent{
		Kind: engine.Submit, Seq: seq, Ref: engine.Ref(seq), StopLoss: engine.NoPrice, Target: engine.NoPrice,
		Terms: engine.Terms{Side: engine.Buy, Type: engine.Limit, Qty: 1, Limit: 18_900, Stop: engine.NoPrice},
	})}
}

// placed reports whether an order was written to the wire.
func (x *show) placed() bool {
	for _, s := range x.history() {
		if strings.HasPrefix(s, "write ") && strings.Contains(s, "PlaceOrder") {
			return true
		}
	}
	return false
}

// end is what Run returned.
func (x *show) end() error {
	x.t.Helper()
	select {
	case err := <-x.done:
		return err
	case <-time.After(time.Hour):
		x.t.Fatal("the shell goes on")
		return nil
	}
}

// TestSyncBeforeTheWire: the intent and the frame are in the journal, and on the
// disk, before the frame is on the wire.
func TestSyncBeforeTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := putOn(t)
		x.connect()
		from := len(x.history())
		x.buy(1)
		synctest.Wait()
		var steps []string
		for _, s := range x.history()[from:] {
			switch {
			case strings.HasPrefix(s, "append sent") && strings.Contains(s, "PlaceOrder"):
				steps = append(steps, "sent")
			case s == fmt.Sprintf("append %d", FromWorker):
				steps = append(steps, "intent")
			case s == "sync":
				steps = append(steps, "sync")
			case strings.HasPrefix(s, "write") && strings.Contains(s, "PlaceOrder"):
				steps = append(steps, "write")
			}
		}
		if got := strings.Join(steps, " "); !strings.HasSuffix(got, "intent sent sync write") {
			t.Errorf("%s in\n%s", got, strings.Join(x.history()[from:], "\n"))
		}
	})
}

// TestQuestionsAreNotSynced: they cannot move money, and a sync is dear.
func TestQuestionsAreNotSynced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := putOn(t)
		synctest.Wait()
		from := len(x.history())
		x.events <- bridge.Event{Kind: bridge.Up}
		synctest.Wait()
		wrote := false
		for _, s := range x.history()[from:] {
			wrote = wrote || strings.HasPrefix(s, "write")
			if s == "sync" {
				t.Error("a question was synced")
			}
		}
		if !wrote {
			t.Error("nothing was asked")
		}
	})
}

// TestFailingJournal: trading stops, and nothing leaves unrecorded.
func TestFailingJournal(t *testing.T) {
	for _, what := range []string{"append", "sync"} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := putOn(t)
				x.connect()
				x.fail(what)
				x.buy(1)
				if err := x.end(); !errors.Is(err, ErrJournal) || !errors.Is(err, errDisk) {
					t.Errorf("%v", err)
				}
				if x.placed() {
					t.Error("an order left unrecorded")
				}
			})
		})
	}
}

// TestFailingJournalWithoutOrders: the disk is found out about within a second, too,
// when nothing is traded.
func TestFailingJournalWithoutOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := putOn(t)
		x.fail("sync")
		began := time.Now()
		if err := x.end(); !errors.Is(err, ErrJournal) || time.Since(began) > syncEvery {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// TestFailingWrite: the link says itself that it is gone; the order is in doubt then.
func TestFailingWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := putOn(t)
		x.connect()
		x.fail("write")
		x.buy(1)
		synctest.Wait()
		x.events <- bridge.Event{Kind: bridge.Down, Text: "cut"}
		var state engine.OrderState
		if err := x.shell.Ask(t.Context(), func(c *Core) { o, _ := c.Desk(0).Order(1); state = o.State }); err != nil || state != engine.Unknown {
			t.Errorf("%v, %v", state, err)
		}
		x.stop()
		if err := x.end(); err != nil {
			t.Error(err)
		}
		if h := x.history(); h[len(h)-1] != "sync" || h[len(h)-2] != fmt.Sprintf("append %d", KindMark) {
			t.Errorf("the record ends with %v", h[len(h)-2:])
		}
	})
}

func TestShellAsksAndOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := putOn(t)
		x.connect()
		if err := x.shell.Order(t.Context(), All, Kill, "enough"); err != nil {
			t.Fatal(err)
		}
		var mode engine.Mode
		if err := x.shell.Ask(t.Context(), func(c *Core) { mode = c.Desk(0).Book().Mode() }); err != nil || mode != engine.Killed {
			t.Errorf("%v, %v", mode, err)
		}
		x.stop()
		if err := x.end(); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := x.shell.Ask(ctx, func(*Core) {}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a shell that ended answers: %v", err)
		}
		if err := x.shell.Order(ctx, All, Kill, "enough"); err == nil {
			t.Error("an order to a shell that ended")
		}
	})
}

// TestOrderThatCannotBeRecorded: the person is told, and the run ends.
func TestOrderThatCannotBeRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := putOn(t)
		x.connect()
		x.fail("append")
		if err := x.shell.Order(t.Context(), All, Kill, "enough"); !errors.Is(err, ErrJournal) {
			t.Errorf("the person hears %v", err)
		}
		if err := x.end(); !errors.Is(err, ErrJournal) {
			t.Errorf("the run: %v", err)
		}
	})
}

// TestTheEndOfTheLink ends the run: with its error, or because nothing comes any more.
func TestTheEndOfTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := putOn(t)
		x.events <- bridge.Event{Kind: bridge.Down, Class: bridge.Unauthorized, Text: "no", Fatal: bridge.ErrUnauthorized}
		if err := x.end(); !errors.Is(err, bridge.ErrUnauthorized) {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		x := putOn(t)
		close(x.events)
		if err := x.end(); err == nil {
			t.Error("it ends as if it was asked to")
		}
	})
}

// TestWorkersThatEnd do not end the run.
func TestWorkersThatEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := putOn(t)
		x.connect()
		x.workers <- Message{Account: 0, Lost: "since noon"}
		close(x.workers)
		synctest.Wait()
		if err := x.shell.Ask(t.Context(), func(*Core) {}); err != nil {
			t.Error(err)
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		if !strings.Contains(strings.Join(x.told, "\n"), "since noon") {
			t.Errorf("%v", x.told)
		}
	})
}
