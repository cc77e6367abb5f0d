package engine

import (
	"strings"
	"testing"
)

// lives states the life of an order a second time, in words: for each state, what
// each report leads to, in the order of the report kinds. "-" makes no sense there.
// A fill is stated as one that leaves something.
var lives = map[OrderState]string{
	InFlight:      "working rejected part-filled - cancelled expired - - in-flight unknown",
	Working:       "working rejected part-filled working cancelled expired working working working unknown",
	PartFilled:    "part-filled rejected part-filled part-filled cancelled expired part-filled part-filled part-filled unknown",
	ChangePending: "change-pending rejected change-pending working cancelled expired change-pending working change-pending unknown",
	CancelPending: "cancel-pending rejected cancel-pending cancel-pending cancelled expired working cancel-pending cancel-pending unknown",
	Unknown:       "working rejected unknown unknown cancelled expired unknown unknown unknown unknown",
	Done:          "- - filled - - - filled filled - filled",
	Dead:          "- - cancelled - cancelled cancelled cancelled cancelled - cancelled",
	Refused:       "- rejected rejected - rejected - rejected rejected - rejected",
	Lapsed:        "- - expired - expired expired expired expired - expired",
}

func TestLifeOfAnOrder(t *testing.T) {
	for s := InFlight; s < orderStates; s++ {
		words := strings.Fields(lives[s])
		if len(words) != int(reportKinds) {
			t.Fatalf("%v: %d outcomes stated for %d reports", s, len(words), reportKinds)
		}
		for k := Accepted; k < reportKinds; k++ {
			next, ok := s.After(&Report{Kind: k, Qty: 1, Leaves: 1})
			got := strings.ReplaceAll(next.String(), " ", "-")
			if !ok {
				got = "-"
			}
			if got != words[k] {
				t.Errorf("%v, %v: %s, want %s", s, k, got, words[k])
			}
			if !ok && next != s {
				t.Errorf("%v, %v makes no sense and yet leads to %v", s, k, next)
			}
			if s.Terminal() && next != s {
				t.Errorf("%v is terminal, and %v leads to %v", s, k, next)
			}
		}
		next, ok := s.After(&Report{Kind: Filled, Qty: 1})
		if want := map[bool]OrderState{true: s, false: Done}[s.Terminal()]; !ok || next != want {
			t.Errorf("%v, last fill: %v, %v; want %v", s, next, ok, want)
		}
	}
}

func TestLeaves(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Order
		want Qty
	}{
		{"untouched", Order{Terms: Terms{Qty: 3}}, 3},
		{"part filled", Order{Terms: Terms{Qty: 3}, Filled: 1, State: PartFilled}, 2},
		{"unknown counts at full size", Order{Terms: Terms{Qty: 3}, State: Unknown}, 3},
		{"growing: the larger counts", Order{Terms: Terms{Qty: 3}, Filled: 1, State: ChangePending, pendingQty: 5}, 4},
		{"shrinking: the larger counts", Order{Terms: Terms{Qty: 3}, State: ChangePending, pendingQty: 1}, 3},
		{"overfilled is not negative", Order{Terms: Terms{Qty: 3}, Filled: 5, State: PartFilled}, 0},
		{"terminal", Order{Terms: Terms{Qty: 3}, State: Dead}, 0},
	} {
		if got := c.o.Leaves(); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestEveryNameIsThere(t *testing.T) {
	for k := Submit; k < intentKinds; k++ {
		if k.String() == "" {
			t.Errorf("intent %d has no name", k)
		}
	}
	for c := ClassFlatten; c < classes; c++ {
		if c.String() == "" {
			t.Errorf("class %d has no name", c)
		}
	}
	for k := PlaceOrder; k < requestKinds; k++ {
		if k.String() == "" {
			t.Errorf("request %d has no name", k)
		}
	}
}
