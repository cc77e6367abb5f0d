package engine

import "fmt"

// Class is the purpose of a request to the broker, from most to least urgent.
// The budget keeps a reserve for the first three.
type Class uint8

// The classes, in order of precedence.
const (
	ClassFlatten Class = iota // close a position
	ClassProtect              // stop or target of a position
	ClassCancel
	ClassExit  // reduces a position
	ClassEntry // may open or grow one
	ClassQuery
	classes
)

var classNames = [classes]string{"flatten", "protect", "cancel", "exit", "entry", "query"}

func (c Class) String() string { return classNames[c] }

// Permit is the gate's yes to one exact request. Its fields are out of reach:
// the only way to one is Grant, which only package risk may call (a test of the
// tree enforces that), and it covers nothing but the request it was made for.
type Permit struct {
	digest  Hash
	granted bool
}

// Grant makes the permit for a request. It belongs to the gate.
func Grant(r *Request) Permit { return Permit{digest: r.digest(), granted: true} }

// Covers reports whether the permit was granted for exactly this request. The
// zero Permit covers nothing.
func (p Permit) Covers(r *Request) bool { return p.granted && p.digest == r.digest() }

// RequestKind is what the broker is asked to do.
type RequestKind uint8

// The closed set of requests that change something at the broker.
const (
	PlaceOrder RequestKind = iota
	ChangeOrder
	CancelOrder
	CancelOrders // every order of an instrument, or of the account; Order is 0
	requestKinds
)

var requestNames = [requestKinds]string{"place", "change", "cancel", "cancel all"}

func (k RequestKind) String() string { return requestNames[k] }

// Request is one thing the Desk would ask of the broker. It is judged by the
// gate and leaves the Desk only inside a Send.
type Request struct {
	At    Time
	Kind  RequestKind
	Order OrderID
	Class Class
	Terms Terms // place: all; change: Qty, Limit and Stop wanted, the rest as placed; cancel: as placed; cancel many: Instrument only

	until Time // waiting for a token longer than this is being throttled; 0 = it waits as long as it takes
}

// AllInstruments stands for every instrument of an account, in the Terms of a
// CancelOrders.
const AllInstruments InstrumentID = 1<<16 - 1

func (r *Request) digest() Hash {
	h := NewHash()
	r.fold(&h)
	return h
}

func (r *Request) fold(h *Hash) {
	h.Word(uint64(r.At))
	h.Word(uint64(r.Kind)<<8 | uint64(r.Class))
	h.Word(uint64(r.Order))
	r.Terms.fold(h)
}

// Send is the command that reaches the broker. It cannot exist without a permit
// for its very request.
type Send struct {
	request Request
	permit  Permit
}

// NewSend joins a request with its permit, or fails when the permit is not for it.
func NewSend(r Request, p Permit) (*Send, error) {
	if !p.Covers(&r) {
		return nil, fmt.Errorf("request to %s order %d has no permit", r.Kind, r.Order)
	}
	return &Send{r, p}, nil
}

// Request returns the request. It fails when the permit does not cover it, which
// is the run-time check at every wire: a zero or altered Send sends nothing.
func (s *Send) Request() (Request, error) {
	if !s.permit.Covers(&s.request) {
		return Request{}, fmt.Errorf("request to %s order %d has no permit", s.request.Kind, s.request.Order)
	}
	return s.request, nil
}
