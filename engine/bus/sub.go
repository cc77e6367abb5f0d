package bus

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/nats-io/nats.go"
)

// What may wait to be put into a queue. Putting never blocks, so this is used only
// while the whole process stands still.
const (
	arriving      = 1 << 16
	arrivingBytes = 64 << 20
)

// Msg is one message.
type Msg struct {
	Subject string
	Data    []byte // the receiver's own
	Lost    uint64 // messages dropped just before this one, because the queue was full
}

// Sub is a subscription with a queue.
type Sub struct {
	// C is the queue. It is closed when the subscription or the bus is. Nil for a
	// subscription of Handle.
	C <-chan Msg

	bus  *Bus
	sub  *nats.Subscription // nil when the bus is local
	out  chan Msg
	hand func(Msg) // of Handle, in place of the queue
	held *Msg      // what Next has read but not yet returned

	subject string
	total   atomic.Uint64 // messages dropped so far

	// These belong to the goroutine that NATS delivers from, or to whoever holds the
	// lock of a local bus, and to the reader once the queue is closed.
	lost    uint64 // since the last message that fitted in
	dropped int    // by NATS before they reached us, as last seen
}

// Subscribe queues the messages of a subject, at most bound of them. The subject may
// end in a wildcard of the functions of this package.
func (b *Bus) Subscribe(subject string, bound int) (*Sub, error) {
	if bound < 1 || bound > MaxQueue {
		return nil, fmt.Errorf("bus: %s: a queue of %d messages: choose 1 to %d", subject, bound, MaxQueue)
	}
	s := &Sub{bus: b, out: make(chan Msg, bound), subject: subject}
	s.C = s.out
	return s, s.begin(arriving)
}

// Handle hands each message of a subject to a function as it comes, in the order
// published and one at a time, without a queue and a goroutine between. The function
// is called by whoever publishes, or where NATS delivers: it must not wait and must
// not publish. Dropped stays 0.
func (b *Bus) Handle(subject string, take func(Msg)) (*Sub, error) {
	s := &Sub{bus: b, hand: take, subject: subject}
	return s, s.begin(arriving)
}

// begin makes messages come; at most before of them wait in front of the queue.
func (s *Sub) begin(before int) (err error) {
	if s.bus.local != nil {
		return s.bus.local.add(s)
	}
	s.sub, err = s.bus.subscribe(s.subject, before, s.take, s.finish)
	return err
}

// finish closes the queue.
func (s *Sub) finish() {
	if s.out != nil {
		close(s.out)
	}
}

// subscribe registers with NATS. When the subscription has ended and no more
// messages come, done is called. At most before messages wait for take.
func (b *Bus) subscribe(subject string, before int, take nats.MsgHandler, done func()) (*nats.Subscription, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, fmt.Errorf("bus: %s: %w", subject, ErrClosed)
	}
	sub, err := b.conn.Subscribe(subject, take)
	if err != nil {
		return nil, b.wrap(err, subject, 0)
	}
	b.subs.Add(1)
	sub.SetClosedHandler(func(string) {
		done()
		b.subs.Done()
	})
	if err := b.settle(sub, before); err != nil {
		_ = sub.Unsubscribe() // it fails only when the subscription has ended already
		return nil, b.wrap(err, subject, 0)
	}
	return sub, nil
}

// settle bounds a subscription and waits until the server knows of it, before
// anybody is told that it stands. While the bus is lost that cannot be had: it is
// made known at reconnecting.
func (b *Bus) settle(sub *nats.Subscription, before int) error {
	if err := sub.SetPendingLimits(before, arrivingBytes); err != nil {
		return err
	}
	if !b.conn.IsConnected() {
		return nil
	}
	if err := b.conn.FlushTimeout(connectTimeout); err != nil && b.conn.IsConnected() {
		return err
	}
	return nil
}

// take delivers what NATS hands over. A loss of NATS itself is told with the oldest
// message that waits, a little before its place.
func (s *Sub) take(m *nats.Msg) {
	if dropped, err := m.Sub.Dropped(); err == nil && dropped > s.dropped {
		s.lose(uint64(dropped - s.dropped))
		s.dropped = dropped
	}
	s.deliver(m.Subject, m.Data)
}

// deliver queues a message or counts it. It never waits, so a slow reader holds up
// nobody else.
func (s *Sub) deliver(subject string, data []byte) {
	m := Msg{Subject: subject, Data: data, Lost: s.lost}
	if s.hand != nil {
		s.lost = 0
		s.hand(m)
		return
	}
	select {
	case s.out <- m:
		s.lost = 0
	default:
		s.lose(1)
	}
}

func (s *Sub) lose(n uint64) {
	if s.lost == 0 {
		s.bus.events.tell(Event{Kind: Slow, Err: &SlowConsumer{Subject: s.subject}})
	}
	s.lost += n
	s.total.Add(n)
}

// Dropped counts the messages that did not fit into the queue, so far. Safe for
// concurrent use.
func (s *Sub) Dropped() uint64 { return s.total.Load() }

// Next waits for a message. The error is a *SlowConsumer when messages were dropped
// before the next one, which the next call then returns, or before the end;
// ErrClosed when there are no more; or that of the context. For one goroutine.
func (s *Sub) Next(ctx context.Context) (Msg, error) {
	if m := s.held; m != nil {
		s.held = nil
		return *m, nil
	}
	select {
	case m, ok := <-s.C:
		if !ok {
			return Msg{}, s.ended()
		}
		if m.Lost > 0 {
			s.held = &m
			return Msg{}, &SlowConsumer{Subject: s.subject, Lost: m.Lost}
		}
		return m, nil
	case <-ctx.Done():
		return Msg{}, context.Cause(ctx)
	}
}

func (s *Sub) ended() error {
	if lost := s.lost; lost > 0 {
		s.lost = 0
		return &SlowConsumer{Subject: s.subject, Lost: lost}
	}
	return fmt.Errorf("bus: %s: %w", s.subject, ErrClosed)
}

// Close ends the subscription; what is queued can still be read. It may be called
// again.
func (s *Sub) Close() {
	if s.bus.local != nil {
		s.bus.local.remove(s)
		return
	}
	// The only error is that it has ended already.
	_ = s.sub.Unsubscribe()
}
