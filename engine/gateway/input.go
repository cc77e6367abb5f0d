package gateway

import (
	"encoding/binary"
	"errors"
	"fmt"

	"tollgate/engine"
)

// InputKind is what happened to a gateway.
type InputKind uint8

// The closed set of inputs. Their numbers are part of the journal's format.
const (
	Begin      InputKind = iota + 1 // a run begins; Data is the state it begins with, empty for none
	LinkUp                          // the connection stands
	LinkDown                        // the connection is gone; Text says why
	Frame                           // the broker said Data
	FromWorker                      // a worker sent Data, the binary form of an *engine.Intent or *engine.Resync
	WorkerLost                      // the worker of the account stopped answering; Text says since when
	Operator                        // a person gave the order Verb; Text is the reason
	Tick                            // time has come
	inputKinds
)

var inputNames = [inputKinds]string{"", "begin", "link-up", "link-down", "frame", "from-worker", "worker-lost", "operator", "tick"}

func (k InputKind) String() string {
	if k < inputKinds {
		return inputNames[k]
	}
	return fmt.Sprintf("input-%d", uint8(k))
}

// Verb is what a person can tell a gateway.
type Verb uint8

// The closed set of verbs.
const (
	NoVerb  Verb = iota
	Kill         // cancel and close everything, send nothing new until Resume
	Resume       // go on: after a kill, or after a position that nobody could explain
	Flatten      // cancel and close everything once, then go on
	StopNew      // no new entries
	CallOff      // cancel every order, keep positions
	verbs
)

var verbNames = [verbs]string{"", "kill", "resume", "flatten", "stop-entries", "cancel"}

func (v Verb) String() string { return verbNames[v] }

// ParseVerb reads the name of a verb.
func ParseVerb(s string) (Verb, error) {
	for v := Kill; v < verbs; v++ {
		if verbNames[v] == s {
			return v, nil
		}
	}
	return NoVerb, fmt.Errorf("%q is none of kill, resume, flatten, stop-entries and cancel", s)
}

// Input is one thing that happened to a gateway, stamped by its shell. Inputs are
// all that a Core ever learns, and what the journal keeps.
type Input struct {
	At      engine.Time
	Kind    InputKind
	Account int  // of FromWorker, WorkerLost and Operator; All = every account
	Verb    Verb // of Operator
	Data    []byte
	Text    string
}

// All stands for every account.
const All = -1

// ErrInput marks a record that is not an input.
var ErrInput = errors.New("not a valid record of a gateway")

// Append appends the input's form in the journal, without its kind, to b.
func (i *Input) Append(b []byte) []byte {
	b = binary.AppendVarint(b, int64(i.At))
	b = binary.AppendVarint(b, int64(i.Account))
	b = append(b, byte(i.Verb))
	b = binary.AppendUvarint(b, uint64(len(i.Text)))
	b = append(b, i.Text...)
	return append(b, i.Data...)
}

// ParseInput reads what Append wrote. Data points into b.
func ParseInput(kind InputKind, b []byte) (Input, error) {
	in := Input{Kind: kind}
	if kind == 0 || kind >= inputKinds {
		return in, fmt.Errorf("%w: unknown kind %d", ErrInput, kind)
	}
	at, n := binary.Varint(b)
	if n <= 0 {
		return in, fmt.Errorf("%w: the time is cut off", ErrInput)
	}
	b = b[n:]
	account, n := binary.Varint(b)
	if n <= 0 || account < All || account > 1<<16 || len(b) == n || Verb(b[n]) >= verbs {
		return in, fmt.Errorf("%w: the account or the verb is missing or out of range", ErrInput)
	}
	in.At, in.Account, in.Verb = engine.Time(at), int(account), Verb(b[n])
	b = b[n+1:]
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return in, fmt.Errorf("%w: the text is cut off", ErrInput)
	}
	in.Text, in.Data = string(b[n:n+int(size)]), b[n+int(size):]
	return in, nil
}
