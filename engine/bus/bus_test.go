package bus

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// within bounds a test that waits for something that must happen.
const within = 20 * time.Second

func open(t testing.TB, o Options) *Bus {
	t.Helper()
	b, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// ways runs a test on a bus that nobody else is on, and on one with a port, whose
// messages go through the server.
func ways(t *testing.T, test func(t *testing.T, o Options)) {
	t.Run("local", func(t *testing.T) { test(t, Options{}) })
	t.Run("through the server", func(t *testing.T) {
		test(t, Options{Listen: "127.0.0.1:0", Token: func() string { return "only-for-this-test" }})
	})
}

func subscribe(t testing.TB, b *Bus, subject string, bound int) *Sub {
	t.Helper()
	s, err := b.Subscribe(subject, bound)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func publish(t testing.TB, b *Bus, subject string, n uint64) {
	t.Helper()
	if err := b.Publish(subject, binary.BigEndian.AppendUint64(nil, n)); err != nil {
		t.Fatal(err)
	}
}

func number(m Msg) uint64 { return binary.BigEndian.Uint64(m.Data) }

func next(t testing.TB, s *Sub) Msg {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	m, err := s.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func event(t testing.TB, b *Bus) Event {
	t.Helper()
	select {
	case e := <-b.Events():
		return e
	case <-time.After(within):
		t.Fatal("no event")
		return Event{}
	}
}

// await waits for something that another goroutine brings about.
func await(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !is(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// arrived waits until so many messages came to a subscription.
func arrived(t testing.TB, s *Sub, n uint64) {
	t.Helper()
	await(t, "messages", func() bool { return uint64(len(s.C))+s.Dropped() == n })
}

func TestOrderIsKept(t *testing.T) { ways(t, orderIsKept) }

func orderIsKept(t *testing.T, o Options) {
	b := open(t, o)
	all := subscribe(t, b, Intents("A", EveryWorker), 5000)
	one := subscribe(t, b, Intents("A", "w 1"), 5000)
	for n := range uint64(4000) {
		publish(t, b, Intents("A", []string{"w 1", "w.2"}[n%2]), n)
	}
	for n := range uint64(4000) {
		m := next(t, all)
		if number(m) != n {
			t.Fatalf("message %d of all is number %d", n, number(m))
		}
		if w, ok := WorkerOf(m.Subject); !ok || w != []string{"w 1", "w.2"}[n%2] {
			t.Fatalf("message %d is of worker %q", n, w)
		}
		if n%2 == 0 {
			if m := next(t, one); number(m) != n {
				t.Fatalf("message %d of one is number %d", n, number(m))
			}
		}
	}
}

func TestDataBelongsToTheReceiver(t *testing.T) { ways(t, dataBelongsToTheReceiver) }

func dataBelongsToTheReceiver(t *testing.T, o Options) {
	b := open(t, o)
	s := subscribe(t, b, "x", 2)
	data := []byte("first")
	for _, text := range []string{"first", "later"} {
		copy(data, text)
		if err := b.Publish("x", data); err != nil {
			t.Fatal(err)
		}
	}
	m := next(t, s)
	next(t, s)
	if string(m.Data) != "first" {
		t.Fatalf("the first message became %q", m.Data)
	}
}

// TestFullQueue: as many as the bound are kept; what comes on top is counted
// exactly and said before the next message.
func TestFullQueue(t *testing.T) { ways(t, fullQueue) }

func fullQueue(t *testing.T, o Options) {
	for _, c := range []struct {
		published uint64
		lost      uint64
	}{{2, 0}, {3, 0}, {4, 1}, {20, 17}} {
		b := open(t, o)
		s := subscribe(t, b, "x", 3)
		for n := range c.published {
			publish(t, b, "x", n)
		}
		arrived(t, s, c.published)
		for n := range min(c.published, 3) {
			if m := next(t, s); number(m) != n || m.Lost != 0 {
				t.Fatalf("of %d: message %d is %d after %d lost", c.published, n, number(m), m.Lost)
			}
		}
		publish(t, b, "x", 99)
		if c.lost > 0 {
			_, err := s.Next(t.Context())
			var slow *SlowConsumer
			if !errors.As(err, &slow) || *slow != (SlowConsumer{"x", c.lost}) {
				t.Fatalf("of %d: error %v, want %d lost", c.published, err, c.lost)
			}
			if e := event(t, b); e.Kind != Slow || !errors.As(e.Err, &slow) || slow.Subject != "x" {
				t.Fatalf("event %v %v", e.Kind, e.Err)
			}
		}
		if m := next(t, s); number(m) != 99 || m.Lost != c.lost {
			t.Fatalf("of %d: then %d after %d lost", c.published, number(m), m.Lost)
		}
		if len(b.Events()) > 0 {
			t.Fatalf("of %d: one run of losses, more than one event", c.published)
		}
		b.Close()
	}
}

func TestQueueBounds(t *testing.T) {
	b := open(t, Options{})
	for bound, ok := range map[int]bool{-1: false, 0: false, 1: true, MaxQueue: true, MaxQueue + 1: false} {
		if _, err := b.Subscribe("x", bound); (err == nil) != ok {
			t.Errorf("a queue of %d: %v", bound, err)
		}
	}
}

func TestMessageBounds(t *testing.T) { ways(t, messageBounds) }

func messageBounds(t *testing.T, o Options) {
	b := open(t, o)
	s := subscribe(t, b, "x", 1)
	if err := b.Publish("x", make([]byte, MaxMessage)); err != nil {
		t.Fatal(err)
	}
	if m := next(t, s); len(m.Data) != MaxMessage {
		t.Fatalf("%d bytes came", len(m.Data))
	}
	var large *TooLarge
	if err := b.Publish("x", make([]byte, MaxMessage+1)); !errors.As(err, &large) || large.Size != MaxMessage+1 || large.Max != MaxMessage {
		t.Fatalf("over the bound: %v", err)
	}
	if err := b.Publish("no such.subject", nil); err == nil {
		t.Fatal("a subject with a space was taken")
	}
}

func TestNextEndsWithItsContext(t *testing.T) {
	b := open(t, Options{})
	s := subscribe(t, b, "x", 1)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("stop")
	cancel(why)
	if _, err := s.Next(ctx); !errors.Is(err, why) {
		t.Fatal(err)
	}
}

func TestCloseOfASubscription(t *testing.T) { ways(t, closeOfASubscription) }

func closeOfASubscription(t *testing.T, o Options) {
	b := open(t, o)
	s := subscribe(t, b, "x", 4)
	publish(t, b, "x", 1)
	arrived(t, s, 1)
	s.Close()
	s.Close()
	publish(t, b, "x", 2)
	if m := next(t, s); number(m) != 1 {
		t.Fatalf("message %d", number(m))
	}
	if _, err := s.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

// TestClose: what was published before is in the queue, what is asked for after
// is refused.
func TestClose(t *testing.T) { ways(t, closed) }

func closed(t *testing.T, o Options) {
	b := open(t, o)
	s := subscribe(t, b, "x", 1000)
	for n := range uint64(1000) {
		publish(t, b, "x", n)
	}
	b.Close()
	b.Close()
	for n := range uint64(1000) {
		if m := next(t, s); number(m) != n {
			t.Fatalf("message %d is %d", n, number(m))
		}
	}
	if _, ok := <-s.C; ok {
		t.Fatal("the queue was not closed")
	}
	if _, ok := <-b.Events(); ok || b.Up() {
		t.Fatal("it is not closed")
	}
	_, subErr := b.Subscribe("x", 1)
	_, serveErr := b.Serve("x", func([]byte) []byte { return nil })
	_, askErr := b.Request(t.Context(), "x", nil)
	for i, err := range []error{b.Publish("x", nil), subErr, serveErr, askErr} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("call %d after Close: %v", i, err)
		}
	}
}

// TestCloseLeavesNoGoroutine looks for goroutines with NATS or this package on
// their stacks after many buses.
func TestCloseLeavesNoGoroutine(t *testing.T) {
	for range 5 {
		b := open(t, Options{Listen: "127.0.0.1:0", Token: func() string { return "only-for-this-test" }})
		other := open(t, Options{URL: "nats://" + b.Addr().String(), Token: func() string { return "only-for-this-test" }})
		subscribe(t, other, "x", 1)
		if _, err := b.Serve("y", func([]byte) []byte { return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := other.Request(t.Context(), "y", nil); err != nil {
			t.Fatal(err)
		}
		other.Close()
		b.Close()
	}
	ours := func() []string {
		stacks := make([]byte, 1<<20)
		var found []string
		for _, g := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if strings.Contains(g, "nats-io") {
				found = append(found, g)
			}
		}
		return found
	}
	// A goroutine that has finished its work may still be on its way out.
	for deadline := time.Now().Add(within); len(ours()) > 0; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("left behind:\n%s", strings.Join(ours(), "\n\n"))
		}
	}
}

// TestLossBeforeTheEnd: what was dropped after the last message that fitted in is
// said before the end.
func TestLossBeforeTheEnd(t *testing.T) { ways(t, lossBeforeTheEnd) }

func lossBeforeTheEnd(t *testing.T, o Options) {
	b := open(t, o)
	s := subscribe(t, b, "x", 1)
	for n := range uint64(5) {
		publish(t, b, "x", n)
	}
	b.Close()
	if m := next(t, s); number(m) != 0 {
		t.Fatalf("message %d", number(m))
	}
	_, err := s.Next(t.Context())
	var slow *SlowConsumer
	if !errors.As(err, &slow) || slow.Lost != 4 {
		t.Fatal(err)
	}
	if _, err := s.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

func TestNoPortUnlessConfigured(t *testing.T) {
	if b := open(t, Options{}); b.Addr() != nil {
		t.Fatalf("it listens at %v", b.Addr())
	}
	if b := open(t, Options{Listen: "127.0.0.1:0", Token: func() string { return "only-for-this-test" }}); b.Addr() == nil {
		t.Fatal("it does not listen")
	}
}

func TestOptionsThatCannotBeMeant(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	token := func() string { return "only-for-this-test" }
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{URL: "nats://127.0.0.1:1", Listen: "127.0.0.1:0", Token: token}, "both set"},
		{Options{Listen: "127.0.0.1:0"}, "needs a token"},
		{Options{Listen: "127.0.0.1:0", Token: func() string { return "" }}, "needs a token"},
		{Options{URL: "nats://a:only-for-this-test@127.0.0.1:1"}, "credentials"},
		{Options{Listen: "127.0.0.1", Token: token}, "not host:port"},
		{Options{Listen: "127.0.0.1:65536", Token: token}, "not a port"},
		{Options{Listen: "127.0.0.1:x", Token: token}, "not a port"},
		{Options{Listen: taken.Addr().String(), Token: token}, "already in use"},
		{Options{URL: "nats://127.0.0.1:1", Token: token}, "cannot reach nats://127.0.0.1:1"},
	} {
		b, err := Open(c.o)
		if err == nil {
			b.Close()
			t.Errorf("%s: opened", c.want)
		} else if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "only-for-this-test") {
			t.Errorf("error %q, want %q and no secret", err, c.want)
		}
	}
}
