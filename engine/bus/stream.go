package bus

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// numberSize is the length of the number in front of a numbered message.
const numberSize = 8

// ErrNotNumbered marks a message that no Stream made.
var ErrNotNumbered = errors.New("bus: the message is too short to be numbered")

// Publisher is the part of a Bus that a Stream needs.
type Publisher interface {
	Publish(subject string, data []byte) error
}

// Stream publishes numbered messages on one subject, so that a Follower notices
// when one is missing. There must be one Stream for a subject at a time. For one
// goroutine.
type Stream struct {
	bus     Publisher
	subject string
	last    uint64
	buffer  []byte
}

// NewStream returns a Stream whose first message has the number after+1. Whoever
// follows a subject across restarts of its publisher needs numbers that rise across
// them too: hand in what no earlier one has reached, such as the time of the start
// in nanoseconds.
func NewStream(b Publisher, subject string, after uint64) *Stream {
	return &Stream{bus: b, subject: subject, last: after}
}

// Publish sends the next message; the errors are those of Bus.Publish, with eight
// bytes less for the data. A message that could not be sent has used up its number:
// followers will see the gap.
func (s *Stream) Publish(data []byte) error {
	s.last++
	s.buffer = append(binary.BigEndian.AppendUint64(s.buffer[:0], s.last), data...)
	return s.bus.Publish(s.subject, s.buffer)
}

// Last is the number of the newest message.
func (s *Stream) Last() uint64 { return s.last }

// Gap is the error for a message that is not the next one. When Got is over Want,
// the messages Want to Got-1 are missing. When it is under, somebody else publishes
// on the subject, or its publisher began again.
type Gap struct {
	Want, Got uint64
}

// Error says which numbers are missing.
func (g *Gap) Error() string {
	if g.Got > g.Want {
		return fmt.Sprintf("bus: messages %d to %d are missing", g.Want, g.Got-1)
	}
	return fmt.Sprintf("bus: message %d came where %d was next: the publisher began again, or there are two", g.Got, g.Want)
}

// Follower checks the numbers of one subject's messages. For one goroutine.
type Follower struct {
	// Next is the number that must come next. 0 = any: what came before the first
	// message was never promised.
	Next uint64
}

// Take returns what a Stream was given and follows it. The error is a *Gap when it
// is not the next message, which is nevertheless returned and followed, or
// ErrNotNumbered. The data is part of the message.
func (f *Follower) Take(message []byte) ([]byte, error) {
	if len(message) < numberSize {
		return nil, ErrNotNumbered
	}
	want, got := f.Next, binary.BigEndian.Uint64(message)
	f.Next = got + 1
	if want != 0 && got != want {
		return message[numberSize:], &Gap{Want: want, Got: got}
	}
	return message[numberSize:], nil
}
