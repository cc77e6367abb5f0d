package bus

import (
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"
)

// EventKind is what happened to the bus.
type EventKind uint8

// The kinds.
const (
	Lost EventKind = iota // the connection ended; it is being retried
	Back                  // it stands again; what was published meanwhile is missing
	Slow                  // a subscription drops messages; Err is a *SlowConsumer
)

var kindNames = [...]string{"lost", "back", "slow"}

func (k EventKind) String() string { return kindNames[k] }

// Event is something that happened to the bus.
type Event struct {
	Kind EventKind
	Err  error // why; may be nil
}

// SlowConsumer is the error for messages that a full queue could not take.
type SlowConsumer struct {
	Subject string
	Lost    uint64 // messages dropped; 0 = not known yet
}

// Error says what to do.
func (e *SlowConsumer) Error() string {
	if e.Lost == 0 {
		return fmt.Sprintf("bus: the queue of %s is full, messages are being dropped: its reader hangs or is too slow", e.Subject)
	}
	return fmt.Sprintf("bus: %d messages on %s were dropped: the reader hangs or is too slow, ask for the state anew", e.Lost, e.Subject)
}

// Events tells what happens to the bus. It is closed by Close. When nobody reads,
// the oldest are dropped.
func (b *Bus) Events() <-chan Event { return b.events.out }

// events is a queue that drops its oldest.
type events struct {
	mu     sync.Mutex
	out    chan Event
	closed bool
}

func (q *events) tell(e Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.closed {
		select {
		case q.out <- e:
			return
		default:
		}
		select {
		case <-q.out:
		default:
		}
	}
}

func (q *events) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	close(q.out)
}

// onError hears of what NATS drops by itself. Subscriptions count their own losses;
// only those of Serve are told here.
func (b *Bus) onError(_ *nats.Conn, s *nats.Subscription, err error) {
	if s == nil || !errors.Is(err, nats.ErrSlowConsumer) {
		return
	}
	if waiting, _, limitErr := s.PendingLimits(); limitErr == nil && waiting == MaxWaiting {
		b.events.tell(Event{Kind: Slow, Err: &SlowConsumer{Subject: s.Subject}})
	}
}
