package bus

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"
)

// Request asks whoever serves the subject and waits for the answer until the
// context ends, or RequestTimeout when it has no deadline. The error is ErrNobody,
// ErrGone, ErrClosed, a *TooLarge or that of the context; after the last one nobody
// knows whether it was carried out.
func (b *Bus) Request(ctx context.Context, subject string, data []byte) ([]byte, error) {
	if len(data) > MaxMessage {
		return nil, &TooLarge{subject, len(data), MaxMessage}
	}
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, RequestTimeout)
		defer cancel()
	}
	m, err := b.conn.RequestWithContext(ctx, subject, data)
	if err != nil {
		if c := ctx.Err(); c != nil && errors.Is(err, c) {
			return nil, err
		}
		return nil, b.wrap(err, subject, len(data))
	}
	return m.Data, nil
}

// Serve answers requests on a subject, one after another in the order they came,
// from a goroutine of its own. An answer over MaxMessage is not sent. The function
// it returns ends the service; it does not wait for the answer being made.
func (b *Bus) Serve(subject string, answer func(request []byte) []byte) (stop func(), err error) {
	sub, err := b.subscribe(subject, MaxWaiting, func(m *nats.Msg) {
		// Who asked waits in vain when the answer cannot be sent, and is told by its context.
		_ = m.Respond(answer(m.Data))
	}, func() {})
	if err != nil {
		return nil, err
	}
	return func() { _ = sub.Unsubscribe() }, nil
}
