package bridge

import (
	"time"

	"tollgate/engine"
)

// MaxFrame bounds a frame, in bytes, either way. The list of all orders of a busy day, a
// kilobyte for each of every account, must fit into it, and it into a journal's record.
const MaxFrame = 3 << 20

// EventKind is what happened to the link.
type EventKind uint8

// The kinds of event.
const (
	Up      EventKind = iota // the connection stands
	Down                     // it is gone, or could not be made
	Message                  // the broker sent a frame
)

// Class says why a connection ended or was refused.
type Class uint8

// The classes; each has its own patience.
const (
	Normal       Class = iota // anything that passes by itself
	TakenOver                 // another program of the user took the session
	Abuse                     // the broker closed it for a violation of its rules
	Unauthorized              // the key or the plan is refused
	TooMany                   // too many attempts
)

// Event is one thing that happened to the link.
type Event struct {
	Kind  EventKind
	At    engine.Time
	Data  []byte    // Message: the frame; it belongs to the receiver
	Class Class     // Down
	Code  int       // Down: the close code, or the HTTP status of a refusal; 0 = neither
	Text  string    // Down: what happened, for people
	Fatal error     // Down: not nil = the link has ended for good
	Date  time.Time // Up: when the broker answered, by its own clock and in whole seconds; zero = it does not say
}
