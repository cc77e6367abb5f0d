package engine

import "fmt"

// Code names the reason of a denial. The strings are stable: people alert on them.
type Code string

// The reasons the Desk itself denies for. The gate's own codes are in package risk.
const (
	SequenceGap  Code = "sequence_gap"  // an earlier intent of the strategy was lost
	UnknownRef   Code = "unknown_order" // the strategy has no such order
	NotOpen      Code = "order_not_open"
	BadTerms     Code = "bad_terms" // quantity, price or type that no broker would take
	BadPrice     Code = "bad_price" // a price that is not on the tick grid, not a number or out of range
	OrderPending Code = "order_pending"
	Throttled    Code = "throttled"  // no tokens left for a request of this class
	Flattening   Code = "flattening" // the position is being closed; nothing new until that is done
	Overrun      Code = "overrun"    // a stop, target or closing order filled more than was left to close; no request was denied
	Outlived     Code = "outlived"   // an exit waited for a token until there was less left than it would close
	LinkIsDown   Code = "link_down"  // the broker cannot be asked for anything now
)

// Denial is the answer no, with the limit and the number that broke it.
type Denial struct {
	Code  Code
	Limit string // the limit, in the unit of the rule ("2", "500.00", "2s"); empty where there is none
	Value string // the number that would have broken it
	Text  string // for people: what was judged and what can be done
	Retry Time   // when asking again can help (throttled); NoTime = it cannot
}

// Error makes a Denial an error for callers that want one.
func (d *Denial) Error() string {
	if d.Limit == "" {
		return fmt.Sprintf("%s: %s", d.Code, d.Text)
	}
	return fmt.Sprintf("%s: %s (limit %s, would be %s)", d.Code, d.Text, d.Limit, d.Value)
}
