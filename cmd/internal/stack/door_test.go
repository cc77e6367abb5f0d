package stack

import (
	"testing"

	"tollgate/engine/gateway"
)

// TestResumeSaysWhatWaits: a person who says go on hears what still keeps the account
// from trading, and nothing of accounts that were not meant.
func TestResumeSaysWhatWaits(t *testing.T) {
	v := gateway.View{Link: "ready", Accounts: []gateway.AccountView{{Name: "A", Mode: "active"}, {Name: "B", Mode: gateway.ModeAbsent, Reason: "the broker has no account B"}}}
	held := v
	held.Link, held.LinkReason = "down", "another program has it; tollgate takeover takes it back"
	for _, c := range []struct {
		view    gateway.View
		account int
		want    string
	}{
		{v, 0, ""},
		{v, 1, ", but B is not traded: the broker has no account B"},
		{v, gateway.All, ", but B is not traded: the broker has no account B"},
		{held, 0, ", but nothing is traded while the link is down: another program has it; tollgate takeover takes it back"},
	} {
		if got := waitsFor(c.view, c.account); got != c.want {
			t.Errorf("link %s, account %d: %q, want %q", c.view.Link, c.account, got, c.want)
		}
	}
}
