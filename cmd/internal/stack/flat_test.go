package stack

import (
	"strings"
	"testing"

	"tollgate/engine/gateway"
)

// TestOutcome: what a person is told of a kill and of a flattening, and whether it is
// done.
func TestOutcome(t *testing.T) {
	long := []gateway.PositionView{{Strategy: "cross", Instrument: "ES 03-25", Qty: 1}}
	byHand := []gateway.PositionView{{Strategy: "manual", Instrument: "ES 03-25", Qty: -4}}
	order := []gateway.OrderView{{Strategy: "cross", Instrument: "ES 03-25"}}
	for name, c := range map[string]struct {
		of   func(*gateway.AccountView) (string, bool)
		a    gateway.AccountView
		link string
		ok   bool
		says string
	}{
		"killed and confirmed":      {killed, gateway.AccountView{}, "ready", true, "the broker confirms it"},
		"killed, not confirmed":     {killed, gateway.AccountView{Unverified: true}, "ready", false, "has not confirmed"},
		"killed without a link":     {killed, gateway.AccountView{Unverified: true}, "down", false, "what it holds is not known"},
		"killed, something held":    {killed, gateway.AccountView{Positions: byHand}, "ready", false, "-4 ES 03-25 of manual"},
		"killed, something open":    {killed, gateway.AccountView{Orders: order}, "ready", false, "1 open order"},
		"flattening":                {flattened, gateway.AccountView{Flattening: true, Positions: long}, "ready", false, "+1 ES 03-25 of cross"},
		"flattened":                 {flattened, gateway.AccountView{}, "ready", true, "is closed"},
		"flattened, traded since":   {flattened, gateway.AccountView{Positions: long, Orders: order}, "ready", true, "traded since, or it could not be closed: 1 open order, +1 ES 03-25 of cross"},
		"flattened, held by hand":   {flattened, gateway.AccountView{Positions: byHand}, "ready", true, "left alone: -4 ES 03-25 of manual"},
		"flattening without a link": {flattened, gateway.AccountView{Flattening: true}, "down", false, "what it holds is not known"},
	} {
		v := gateway.View{Link: c.link, Addon: true, Accounts: []gateway.AccountView{c.a}}
		text, ok := outcome(&v, gateway.All, c.of)
		if ok != c.ok || !strings.Contains(text, c.says) {
			t.Errorf("%s: %v, %q", name, ok, text)
		}
	}
}
