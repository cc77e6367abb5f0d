package engine

// OrderState is where an order is in its life.
type OrderState uint8

// The states. Unknown is one of them: a request got no reply, and until the
// truth is learned the order counts at full size.
const (
	InFlight      OrderState = iota // sent, nothing heard
	Working                         // resting at the venue
	PartFilled                      // resting, partly filled
	ChangePending                   // a change is under way
	CancelPending                   // a cancel is under way
	Unknown                         // a request got no reply
	Done                            // filled completely
	Dead                            // cancelled, with or without fills
	Refused                         // rejected by the broker
	Lapsed                          // expired with its session
	orderStates

	illegal OrderState = 255
)

var stateNames = [orderStates]string{
	"in flight", "working", "part filled", "change pending", "cancel pending", "unknown",
	"filled", "cancelled", "rejected", "expired",
}

func (s OrderState) String() string { return stateNames[s] }

// Terminal reports whether the order can no longer fill, as far as anyone knows.
func (s OrderState) Terminal() bool { return s >= Done }

// transitions is the life of an order: state before, report, state after. A
// Filled report is looked up twice: column Filled is a partial fill; a fill that
// leaves nothing ends in Done from any state.
//
// A fill that arrives for a terminal order is booked (money moved, whatever the
// state said) and the state stays: cancels lose races.
var transitions = [orderStates][reportKinds]OrderState{
	//              Accepted       Rejected Filled         Changed        Cancelled Expired CancelRejected ChangeRejected Triggered      Lost
	InFlight:      {Working, Refused, PartFilled, illegal, Dead, Lapsed, illegal, illegal, InFlight, Unknown},
	Working:       {Working, Refused, PartFilled, Working, Dead, Lapsed, Working, Working, Working, Unknown},
	PartFilled:    {PartFilled, Refused, PartFilled, PartFilled, Dead, Lapsed, PartFilled, PartFilled, PartFilled, Unknown},
	ChangePending: {ChangePending, Refused, ChangePending, Working, Dead, Lapsed, ChangePending, Working, ChangePending, Unknown},
	CancelPending: {CancelPending, Refused, CancelPending, CancelPending, Dead, Lapsed, Working, CancelPending, CancelPending, Unknown},
	Unknown:       {Working, Refused, Unknown, Unknown, Dead, Lapsed, Unknown, Unknown, Unknown, Unknown},
	Done:          {illegal, illegal, Done, illegal, illegal, illegal, Done, Done, illegal, Done},
	Dead:          {illegal, illegal, Dead, illegal, Dead, Dead, Dead, Dead, illegal, Dead},
	Refused:       {illegal, Refused, Refused, illegal, Refused, illegal, Refused, Refused, illegal, Refused},
	Lapsed:        {illegal, illegal, Lapsed, illegal, Lapsed, Lapsed, Lapsed, Lapsed, illegal, Lapsed},
}

// After is the state after a report, and false when the report makes no sense in
// this state and must be ignored and recorded.
func (s OrderState) After(r *Report) (OrderState, bool) {
	next := transitions[s][r.Kind]
	if next == illegal {
		return s, false
	}
	if r.Kind == Filled && r.Leaves == 0 && !s.Terminal() {
		next = Done
	}
	return next, true
}

// Order is what the Desk decided to send, and what has become of it.
type Order struct {
	ID       OrderID
	Ref      Ref // the strategy's number (see Ref for a bracket's children); 0 for closing orders of the Desk
	Parent   OrderID
	Strategy StrategyID
	Class    Class
	Terms    Terms // as last confirmed by the venue (Qty, Limit, Stop follow changes)
	State    OrderState
	Filled   Qty   // contracts
	Notional int64 // sum of fill price x quantity, in ticks
	Fees     Money
	Sent     Time
	Ended    Time // NoTime while open
	Reason   string

	recalled   bool // its end was asked for while it was unknown whether it exists
	balks      int  // changes refused in a row; for the children of a bracket
	wanted     Qty  // a bracket's child or closing order: what it is to be once the venue can be asked; counts in Worst
	overtaken  bool // an exit whose position a child or somebody else closed first: what it fills beyond the position is closed
	pendingQty Qty  // ChangePending: the quantity asked for; the larger of both counts
}

// Leaves is what can still fill: 0 once terminal, never below 0.
func (o *Order) Leaves() Qty {
	if o.State.Terminal() {
		return 0
	}
	return max(0, max(o.Terms.Qty, o.pendingQty)-o.Filled)
}

// atWorst is what can still fill, what a bracket will yet ask for included.
func (o *Order) atWorst() Qty {
	if o.State.Terminal() {
		return 0
	}
	return max(o.Leaves(), o.wanted-o.Filled)
}

func (o *Order) fold(h *Hash) {
	h.Word(uint64(o.ID))
	h.Word(uint64(o.Ref))
	h.Word(uint64(o.Parent))
	h.Word(uint64(o.State)<<8 | uint64(o.Class))
	o.Terms.fold(h)
	h.Word(uint64(o.Filled))
	h.Word(uint64(o.Notional))
	h.Word(uint64(o.Fees))
	h.Word(uint64(o.Sent))
	h.Word(uint64(o.Ended))
	h.Text(o.Reason)
}
