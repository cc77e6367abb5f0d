package engine

// ReportKind is what became of an order or of a request about it.
type ReportKind uint8

// What a venue can say. Lost is said by the shell when a request got no reply.
const (
	Accepted       ReportKind = iota // the order is at the venue
	Rejected                         // the order was refused and is dead
	Filled                           // an execution of Qty at Price; Leaves is what remains
	Changed                          // a change took effect: Leaves, Limit and Stop are the new ones
	Cancelled                        // the order is dead by request, or because its OCO sibling filled
	Expired                          // the order died with its session
	CancelRejected                   // the cancel was refused; the order is as it was
	ChangeRejected                   // the change was refused; the order is as it was
	Triggered                        // a stop became a live order
	Lost                             // no reply: the truth is not known

	reportKinds
)

var reportNames = [reportKinds]string{
	"accepted", "rejected", "filled", "changed", "cancelled", "expired",
	"cancel-rejected", "change-rejected", "triggered", "lost",
}

func (k ReportKind) String() string { return reportNames[k] }

// Report is an event about one order.
type Report struct {
	At     Time
	Order  OrderID
	Kind   ReportKind
	Maker  bool  // Filled: the order was resting, it did not take from the book
	Qty    Qty   // Filled: contracts of this execution
	Leaves Qty   // contracts still open after this report
	Price  Price // Filled: ticks
	Limit  Price // Changed: the limit now in force
	Stop   Price // Changed: the stop now in force
	Fee    Money // Filled: what this execution costs, >= 0
	Reason string
}
