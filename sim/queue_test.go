package sim

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// TestQueueAgainstASortedList: messages come out by time, and in the order they
// were sent where times are equal.
func TestQueueAgainstASortedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		var slow []message
		for n := range uint64(rapid.IntRange(1, 200).Draw(t, "steps")) {
			at := engine.Time(rapid.Int64Range(-3, 3).Draw(t, "at"))
			if rapid.IntRange(0, 2).Draw(t, "what") > 0 {
				q.push(message{at: at, request: engine.Request{Order: engine.OrderID(n)}})
				after := slices.IndexFunc(slow, func(m message) bool { return m.at > at })
				if after < 0 {
					after = len(slow)
				}
				slow = slices.Insert(slow, after, message{at: at, request: engine.Request{Order: engine.OrderID(n)}})
				continue
			}
			for len(slow) > 0 && slow[0].at <= at {
				if !q.due(at) {
					t.Fatalf("nothing due by %d, want the message of %d", at, slow[0].at)
				}
				if m := q.pop(); m.at != slow[0].at || m.request != slow[0].request {
					t.Fatalf("%+v comes before %+v", m, slow[0])
				}
				slow = slow[1:]
			}
			if q.due(at) {
				t.Fatalf("a message of %d is due by %d", q.heap[0].at, at)
			}
		}
	})
}

// TestQueueForgets: what was taken out is not held on to.
func TestQueueForgets(t *testing.T) {
	var q queue
	for range 10 {
		q.push(message{event: &engine.TimerFired{}})
	}
	for range 10 {
		q.pop()
	}
	for n, m := range q.heap[:10] {
		if m.event != nil {
			t.Errorf("place %d still holds its event", n)
		}
	}
}
