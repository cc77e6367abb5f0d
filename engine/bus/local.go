package bus

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
)

// local are the subscriptions of a bus that nobody else is on: its server has no
// port. What is published goes straight to them, since the server would only carry
// it back, at the price of waking five goroutines.
type local struct {
	mu     sync.Mutex // held while a message is handed out: every subscription sees the same order
	subs   []*Sub
	closed bool
}

// publish hands a message to every subscription that covers its subject.
func (l *local) publish(subject string, data []byte) error {
	if !publishable(subject) {
		return fmt.Errorf("bus: %s: %w", subject, nats.ErrBadSubject)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return fmt.Errorf("bus: %s: %w", subject, ErrClosed)
	}
	for _, s := range l.subs {
		if covers(s.subject, subject) {
			s.deliver(subject, bytes.Clone(data))
		}
	}
	return nil
}

func (l *local) add(s *Sub) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return fmt.Errorf("bus: %s: %w", s.subject, ErrClosed)
	}
	l.subs = append(l.subs, s)
	return nil
}

// remove ends a subscription, once.
func (l *local) remove(s *Sub) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.subs, s); i >= 0 {
		l.subs = slices.Delete(l.subs, i, i+1)
		s.finish()
	}
}

// close ends every subscription, and takes no more messages.
func (l *local) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, s := range l.subs {
		s.finish()
	}
	l.subs = nil
}

// publishable refuses what NATS has a meaning for, or none.
func publishable(subject string) bool {
	if subject == "" || strings.ContainsAny(subject, " \t\r\n*>") {
		return false
	}
	return subject[0] != '.' && subject[len(subject)-1] != '.' && !strings.Contains(subject, "..")
}

// covers reports whether a subscription's subject, wildcards included, covers one
// that is published on.
func covers(pattern, subject string) bool {
	for {
		p, rest, more := strings.Cut(pattern, ".")
		s, left, has := strings.Cut(subject, ".")
		switch {
		case p == ">":
			return true
		case p != "*" && p != s, more != has:
			return false
		case !more:
			return true
		}
		pattern, subject = rest, left
	}
}
