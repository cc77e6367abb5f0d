package bridge

import (
	"context"
	"errors"
)

// ErrTakenOver is the error for a session that another program of the user took and
// that is not to be taken back.
var ErrTakenOver = errors.New("another program of the same user took the session: the broker serves one connection of a user, the newest")

// Subscriber is a Link that can only listen: it writes subscriptions and nothing
// else, because it has no method that writes anything else. It connects, waits and
// connects again as every Link does.
//
// Safe for concurrent use, Run aside, which is called once.
type Subscriber struct{ link *Link }

// NewSubscriber returns a Subscriber that Run starts. It takes no session back:
// Retake does not count.
func NewSubscriber(c LinkConfig) *Subscriber {
	c.Retake = 0
	return &Subscriber{NewLink(c)}
}

// Events is what happens, as in Link. After a Down of class TakenOver nothing more
// comes until the context of Run ends.
func (s *Subscriber) Events() <-chan Event { return s.link.Events() }

// Run is that of Link.
func (s *Subscriber) Run(ctx context.Context) error { return s.link.Run(ctx) }

// Subscribe asks for the quotes of instruments, MaxInstruments in a frame. The broker
// forgets them with the connection, so it is called after every Up. It takes about
// twenty such frames a minute. The errors are those of Link.Write.
func (s *Subscriber) Subscribe(ctx context.Context, names []string) error {
	for len(names) > 0 {
		n := min(len(names), MaxInstruments)
		if err := s.link.Write(ctx, AppendSubscribe(nil, names[:n])); err != nil {
			return err
		}
		names = names[n:]
	}
	return nil
}
