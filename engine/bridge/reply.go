package bridge

import (
	"regexp"
	"strings"
)

// Reply is the broker's answer to a call.
type Reply struct {
	ID      string
	Failure *Failure // nil = it was done
	Data    []byte   // the body, without what is wrapped around it; valid as long as the frame
}

// FailureClass says what a failure means to whoever called.
type FailureClass uint8

// The classes of failure.
const (
	Refused            FailureClass = iota // the call was understood and not done
	Throttled                              // over the limit of calls; it was not done
	AddonOff                               // NinjaTrader is not connected; nobody knows what became of it
	UnknownAPI                             // this version of the add-on has no such function
	NotFoundOrTerminal                     // there is no such order, or it is over
	Duplicate                              // an order with this id exists
	NoPosition                             // there is nothing to close
	NoAnswer                               // somebody on the way did not answer in time; nobody knows what became of it
)

var classNames = [...]string{"refused", "throttled", "add-on off", "unknown function", "no such order", "duplicate id", "no position", "no answer"}

func (c FailureClass) String() string { return classNames[c] }

// Failure is a no of the broker.
type Failure struct {
	Class FailureClass
	Text  string
}

// Error is the broker's text.
func (f *Failure) Error() string { return f.Text }

// newReply takes the body of an answer apart. It failed when it has an error, or
// says success: false. Three forms of yes are known: the members side by side with
// success, in data beside success, and without it.
func newReply(id string, data []byte) Reply {
	r := Reply{ID: id, Data: data}
	var fault, success, inner, detail []byte
	s := scanner{b: data}
	if !s.object(func(key, value []byte) {
		switch string(key) {
		case `"error"`:
			fault = value
		case `"success"`:
			success = value
		case `"data"`:
			inner = value
		case `"detail"`:
			detail = value
		}
	}) {
		return r // a bare list
	}
	if fault != nil && string(fault) != "null" || string(success) == "false" {
		text := textOf(fault)
		if detail != nil {
			text = strings.TrimPrefix(text+": "+textOf(detail), ": ")
		}
		if text == "" || fault == nil {
			text = strings.TrimSpace("the broker says that it failed " + text)
		}
		r.Failure = &Failure{classOf(text), text}
		return r
	}
	if inner != nil && success != nil {
		r.Data = inner
	}
	return r
}

// classOf reads the meaning of an error's text. The vendor promises one of them to
// be stable; the others are as its pages show them.
func classOf(text string) FailureClass {
	low := strings.ToLower(text)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if !strings.Contains(low, p) {
				return false
			}
		}
		return true
	}
	switch {
	case has("rate limit"), has("rate_limit"):
		return Throttled
	case has("add-on not connected"), has("addon not connected"), has("addon_disconnected"):
		return AddonOff
	case has("timeout"), has("timed out"), has("time-out"), has("did not respond"), has("no response"):
		return NoAnswer
	case has("unknown api command"):
		return UnknownAPI
	case has("not found or already terminal"), noOrder.MatchString(low):
		return NotFoundOrTerminal
	case has("no position"):
		return NoPosition
	case has("already exists"), has("duplicate"), has("already used"), has("must be unique"):
		return Duplicate
	}
	return Refused
}

// noOrder matches a text, in lower case, that says that there is no such order: as a
// sentence or as a machine's code, perhaps behind a code and a colon. That something
// else was not found, while an order was looked for, must not end the order.
var noOrder = regexp.MustCompile(`(?:^|: )order[ _](?:(?:linked[ _]to|with|id)[ _])*(?:(?:'[^']*'|"[^"]*"|[a-z-]*[0-9][0-9a-z-]*)[ _])?not[ _]found`)
