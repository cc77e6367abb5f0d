package stack

import (
	"testing"

	"tollgate/engine/bus"
	"tollgate/engine/gateway"
)

// TestIntentsNeverWait: a gateway that does not read holds up no worker. What does
// not fit is dropped, what comes after it is not.
func TestIntentsNeverWait(t *testing.T) {
	s := &Stack{messages: make(chan gateway.Message, 2)}
	h := &house{stack: s, account: 3}
	b, err := bus.Open(bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.Handle(bus.Intents("A", bus.EveryWorker), h.carryIntent()); err != nil {
		t.Fatal(err)
	}
	out := bus.NewStream(b, bus.Intents("A", "local"), 0)
	want := func(text string) {
		t.Helper()
		if m := <-s.messages; string(m.Data) != text || m.Account != 3 || m.Lost != "" {
			t.Fatalf("%+v came, want %q", m, text)
		}
	}
	for _, text := range []string{"a", "b", "does not fit"} {
		if err := out.Publish([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	want("a")
	want("b")
	if err := out.Publish([]byte("c")); err != nil {
		t.Fatal(err)
	}
	want("c")
	if err := b.Publish(bus.Intents("A", "local"), []byte("short")); err != nil {
		t.Fatal(err)
	}
	if len(s.messages) > 0 {
		t.Fatal("a message that no worker made was handed on")
	}
}
