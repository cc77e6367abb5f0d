package bus

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
)

func secret(text string) func() string { return func() string { return text } }

// TestOtherProcess: the same words over a port.
func TestOtherProcess(t *testing.T) {
	home := open(t, Options{Listen: "127.0.0.1:0", Token: secret("only-for-this-test")})
	away := open(t, Options{URL: "nats://" + home.Addr().String(), Token: secret("only-for-this-test"), Name: "worker 7"})
	at, back := subscribe(t, away, "x", 10), subscribe(t, home, "y", 10)
	for n := range uint64(10) {
		publish(t, home, "x", n)
		publish(t, away, "y", number(next(t, at)))
		if m := next(t, back); number(m) != n {
			t.Fatalf("%d came back for %d", number(m), n)
		}
	}
}

func TestWrongToken(t *testing.T) {
	home := open(t, Options{Listen: "127.0.0.1:0", Token: secret("only-for-this-test")})
	for _, token := range []func() string{nil, secret(""), secret("another")} {
		b, err := Open(Options{URL: "nats://" + home.Addr().String(), Token: token})
		if err == nil {
			b.Close()
			t.Fatal("it was let in")
		}
		if !strings.Contains(err.Error(), "refused the token") || strings.Contains(err.Error(), "another") {
			t.Errorf("error %q", err)
		}
	}
}

// TestLostAndBack: while the server is away publishing fails at once; when it is
// back the same subscription hears what is said from then on, and nothing of before.
func TestLostAndBack(t *testing.T) {
	token := secret("only-for-this-test")
	home := open(t, Options{Listen: "127.0.0.1:0", Token: token})
	address := home.Addr().String()
	away := open(t, Options{URL: "nats://" + address, Token: token})
	s := subscribe(t, away, "x", 10)
	publish(t, away, "x", 1)
	if m := next(t, s); number(m) != 1 {
		t.Fatal(m)
	}

	home.Close()
	if e := event(t, away); e.Kind != Lost || away.Up() {
		t.Fatalf("event %v, up %v", e.Kind, away.Up())
	}
	if err := away.Publish("x", []byte("12345678")); !errors.Is(err, ErrGone) {
		t.Fatalf("publishing while lost: %v", err)
	}
	if _, err := away.Request(t.Context(), "x", nil); !errors.Is(err, ErrGone) {
		t.Fatalf("asking while lost: %v", err)
	}
	late, err := away.Subscribe("x", 10)
	if err != nil {
		t.Fatalf("subscribing while lost: %v", err)
	}

	open(t, Options{Listen: address, Token: token})
	if e := event(t, away); e.Kind != Back || !away.Up() {
		t.Fatalf("event %v, up %v", e.Kind, away.Up())
	}
	publish(t, away, "x", 2)
	for _, s := range []*Sub{s, late} {
		if m := next(t, s); number(m) != 2 {
			t.Fatalf("message %d", number(m))
		}
	}
}

// TestCloseWhileLost: there is nothing to drain, and nothing to wait for.
func TestCloseWhileLost(t *testing.T) {
	token := secret("only-for-this-test")
	home := open(t, Options{Listen: "127.0.0.1:0", Token: token})
	away := open(t, Options{URL: "nats://" + home.Addr().String(), Token: token})
	s := subscribe(t, away, "x", 1)
	home.Close()
	event(t, away)
	away.Close()
	if _, ok := <-s.C; ok {
		t.Fatal("the queue was not closed")
	}
}

func TestRequests(t *testing.T) {
	b := open(t, Options{})
	subject := GatewayControl("Sim 101")
	if _, err := b.Request(t.Context(), subject, nil); !errors.Is(err, ErrNobody) {
		t.Fatal(err)
	}
	stop, err := b.Serve(subject, func(request []byte) []byte { return append([]byte("done: "), request...) })
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.Request(t.Context(), subject, []byte("kill"))
	if err != nil || string(answer) != "done: kill" {
		t.Fatalf("%q, %v", answer, err)
	}
	var large *TooLarge
	if _, err := b.Request(t.Context(), subject, make([]byte, MaxMessage+1)); !errors.As(err, &large) {
		t.Fatal(err)
	}
	stop()
	if _, err := b.Request(t.Context(), subject, nil); !errors.Is(err, ErrNobody) {
		t.Fatal(err)
	}
}

// TestServiceThatHangs: who asks is told by the context, the bus goes on, and of
// those who wait at most MaxWaiting are served when it wakes.
func TestServiceThatHangs(t *testing.T) {
	b := open(t, Options{})
	wake, asleep := make(chan struct{}), make(chan struct{}, 1)
	var mu sync.Mutex
	served := 0
	_, err := b.Serve("x", func([]byte) []byte {
		select {
		case asleep <- struct{}{}:
		default:
		}
		<-wake
		mu.Lock()
		defer mu.Unlock()
		served++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	ask := func() {
		waiting.Go(func() {
			if _, err := b.Request(ctx, "x", nil); !errors.Is(err, context.Canceled) {
				t.Errorf("asked: %v", err)
			}
		})
	}
	ask()
	<-asleep
	for range MaxWaiting + 10 {
		if err := b.conn.PublishRequest("x", "nobody", nil); err != nil { // a request that needs no answer
			t.Fatal(err)
		}
	}
	if err := b.conn.Flush(); err != nil { // the server has sent all of them back by then
		t.Fatal(err)
	}
	if e := event(t, b); e.Kind != Slow {
		t.Fatalf("event %v", e.Kind)
	}
	cancel()
	waiting.Wait()
	close(wake)
	b.Close()
	mu.Lock()
	defer mu.Unlock()
	if served != MaxWaiting && served != MaxWaiting+1 { // with the one it slept in
		t.Fatalf("%d were served", served)
	}
}

// TestLostInsideTheProcess: a connection through memory can be lost too, when the
// process was stopped for a while, and comes back by itself.
func TestLostInsideTheProcess(t *testing.T) {
	b := open(t, Options{})
	s := subscribe(t, b, "x", 10)
	if err := b.conn.ForceReconnect(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []EventKind{Lost, Back} {
		if e := event(t, b); e.Kind != want {
			t.Fatalf("event %v, want %v", e.Kind, want)
		}
	}
	publish(t, b, "x", 7)
	if m := next(t, s); number(m) != 7 {
		t.Fatalf("message %d", number(m))
	}
}
