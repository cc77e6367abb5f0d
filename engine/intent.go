package engine

// IntentKind is what a strategy wants done.
type IntentKind uint8

// The closed set of intents.
const (
	Submit    IntentKind = iota // a new order, optionally with a bracket
	Amend                       // change quantity or prices of order Ref
	Withdraw                    // cancel order Ref
	CancelAll                   // cancel every order of the strategy on the instrument
	Flatten                     // cancel every order of the strategy on the instrument, then close its position at market
	intentKinds
)

var intentNames = [intentKinds]string{"submit", "amend", "withdraw", "cancel-all", "flatten"}

func (k IntentKind) String() string { return intentNames[k] }

// Ref is a strategy's own number for one of its orders, rising per strategy
// instance. The Desk maps it to an OrderID. The children of a bracket follow their
// entry: the stop is the entry's Ref + 1, the target + 2.
type Ref uint64

// Offsets of a bracket's children from the Ref of their entry.
const (
	StopRef   Ref = 1
	TargetRef Ref = 2
)

// Intent is what a strategy wants. It is not an order: the Desk and the gate
// decide. Intents of one strategy are numbered without gaps; a repeat is dropped
// and a gap is denied, so a lost or doubled message can never become an order.
type Intent struct {
	At       Time
	Strategy StrategyID
	Seq      uint64 // 1, 2, 3 ... per strategy instance
	Kind     IntentKind
	Ref      Ref   // of the order submitted, amended or withdrawn
	Terms    Terms // Submit: the order; Amend: Qty, Limit and Stop wanted; else Instrument only
	StopLoss Price // Submit: stop of the bracket; NoPrice = none
	Target   Price // Submit: limit of the bracket; NoPrice = none
	Cause    Time  // the market event the strategy was looking at
}

// HasBracket reports whether fills of the order are to be protected.
func (i *Intent) HasBracket() bool { return i.StopLoss != NoPrice || i.Target != NoPrice }
