package bus

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// TestCovers holds the matching of a local bus against that of the server.
func TestCovers(t *testing.T) {
	for _, c := range []struct {
		pattern, subject string
		want             bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"a", "a.b", false},
		{"a.b", "a", false},
		{"a.b", "a.b", true},
		{"a.*", "a.b", true},
		{"a.*", "a", false},
		{"a.*", "a.b.c", false},
		{"*.b", "a.b", true},
		{"a.*.c", "a.b.c", true},
		{"a.*.c", "a.b.d", false},
		{"a.>", "a.b.c", true},
		{"a.>", "a", false},
		{">", "a.b", true},
		{Intents("A", EveryWorker), Intents("A", "w"), true},
		{Intents("A", EveryWorker), Intents("B", "w"), false},
		{Intents("A", EveryWorker), Beats("A", "w"), false},
		{Feed("A"), Feed("AA"), false},
	} {
		if got := covers(c.pattern, c.subject); got != c.want {
			t.Errorf("covers(%q, %q) is %t", c.pattern, c.subject, got)
		}
		if got := throughTheServer(t, c.pattern, c.subject); got != c.want {
			t.Errorf("for the server, %q covers %q: %t", c.pattern, c.subject, got)
		}
	}
}

// throughTheServer asks the server itself whether a subscription is sent a message.
func throughTheServer(t *testing.T, pattern, subject string) bool {
	b := open(t, Options{Listen: "127.0.0.1:0", Token: func() string { return "only-for-this-test" }})
	defer b.Close()
	s := subscribe(t, b, pattern, 1)
	publish(t, b, subject, 1)
	if err := b.conn.Flush(); err != nil {
		t.Fatal(err)
	}
	b.Close()
	_, got := <-s.C
	return got
}

// TestSubjectsThatCannotBePublishedOn: both ways refuse the same.
func TestSubjectsThatCannotBePublishedOn(t *testing.T) {
	b := open(t, Options{})
	for subject, ok := range map[string]bool{
		"a": true, "a.b": true, "a-b_c%20": true, "": false, ".": false, ".a": false, "a.": false, "a..b": false, "a b": false, "a\tb": false, "a\r\nb": false, "a.*": false, ">": false,
	} {
		if err := b.Publish(subject, nil); (err == nil) != ok {
			t.Errorf("Publish(%q): %v", subject, err)
		}
	}
}

// TestEverySubjectOfOursCanBePublishedOn, whatever accounts and workers are called.
func TestEverySubjectOfOursCanBePublishedOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		account, worker := rapid.String().Draw(t, "account"), rapid.String().Draw(t, "worker")
		if worker == EveryWorker {
			return
		}
		for _, s := range []string{Feed(account), Intents(account, worker), Beats(account, worker), News(account, worker)} {
			if !publishable(s) || !covers(s, s) {
				t.Fatalf("%q", s)
			}
		}
	})
}

// TestOneOrderForAll: whatever the order in which several goroutines publish,
// every subscription sees the same.
func TestOneOrderForAll(t *testing.T) { ways(t, oneOrderForAll) }

func oneOrderForAll(t *testing.T, o Options) {
	const publishers, each = 4, 500
	b := open(t, o)
	subs := []*Sub{subscribe(t, b, "x.y", publishers*each), subscribe(t, b, "x.*", publishers*each), subscribe(t, b, "x.*", publishers*each)}
	var handed []uint64
	if _, err := b.Handle("x.*", func(m Msg) { handed = append(handed, number(m)) }); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for p := range uint64(publishers) {
		all.Go(func() {
			for n := range uint64(each) {
				publish(t, b, "x.y", p<<32|n)
			}
		})
	}
	all.Wait()
	b.Close()
	var first []uint64
	for i, s := range subs {
		var got []uint64
		for m := range s.C {
			got = append(got, number(m))
		}
		if i == 0 {
			first = got
		}
		if len(got) != publishers*each || !slices.Equal(got, first) {
			t.Errorf("subscription %d sees another order, or %d messages", i, len(got))
		}
	}
	if !slices.Equal(handed, first) {
		t.Errorf("what is handed over has another order, or is %d messages", len(handed))
	}
}

// TestHandleEnds: after Close nothing is handed over.
func TestHandleEnds(t *testing.T) {
	b := open(t, Options{})
	var got []string
	s, err := b.Handle("x", func(m Msg) { got = append(got, string(m.Data)) })
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"a", "b"} {
		if err := b.Publish("x", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	s.Close()
	if err := b.Publish("x", []byte("c")); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(got, " "); text != "a b" {
		t.Fatalf("handed over: %s", text)
	}
	b.Close()
	if _, err := b.Handle("x", func(Msg) {}); err == nil {
		t.Fatal("a closed bus takes a subscription")
	}
}
