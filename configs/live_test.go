package configs

import (
	"strings"
	"testing"
)

func TestLiveBlockers(t *testing.T) {
	const head = "accounts: {A: {limits: {max_position: {ES: 1}, max_order: {ES: 1}, daily_loss: 5}}, B: }\n"
	for _, c := range []struct{ text, want string }{
		{head, "strategies: there is none to trade"},
		{head + "strategies: [{name: s, script: s, account: A, instruments: [ES 12-26]}]", ""},
		{head + "strategies: [{name: s, script: s, account: A, instruments: [ESZ26]}]", ""},
		{
			head + "strategies: [{name: s, script: s, account: A, instruments: [ES]}]",
			"strategy s: ES does not say which contract: write its month, as in ES 12-26",
		},
		{
			head + "strategies: [{name: s, script: s, account: A, instruments: [ES1!, ESZ6]}]",
			"strategy s: ES1! does not say which contract: write its month, as in ES 12-26\nstrategy s: ESZ6 does not say which contract: write its month, as in ES 12-26",
		},
		{
			head + "strategies: [{name: s, script: s, account: A, instruments: [NQ 12-26]}]",
			"accounts.A.limits.max_position: does not cover NQ 12-26, which strategy s trades\naccounts.A.limits.max_order: does not cover NQ 12-26, which strategy s trades",
		},
		{
			head + "strategies: [{name: s, script: s, account: B, instruments: [ES 12-26]}]",
			"accounts.B.limits.max_position: is missing; live trading needs it\naccounts.B.limits.max_order: is missing; live trading needs it\naccounts.B.limits.daily_loss: is missing; live trading needs it",
		},
		{
			head + "budget: {rate: 4}\nstrategies: [{name: s, script: s, account: A, instruments: [ES 12-26]}]",
			"budget: the broker allows rate 3 and burst 20, and closes the link on who asks for more",
		},
		{
			head + "budget: {burst: 21}\nstrategies: [{name: s, script: s, account: A, instruments: [ES 12-26]}]",
			"budget: the broker allows rate 3 and burst 20, and closes the link on who asks for more",
		},
		{
			strings.Replace(head, "daily_loss: 5", "daily_loss: 5, flat_by: 16:10 UTC", 1) + "strategies: [{name: s, script: s, account: A, instruments: [ES 12-26]}]",
			"accounts.A.limits.flat_by: this version does not enforce it: remove it and keep to it by hand, or do not trade live",
		},
		{"instruments: {AIG: {tick: 0.01, point_value: 1}}\n" + strings.ReplaceAll(head, "ES", "AIG") + "strategies: [{name: s, script: s, account: A, instruments: [AIG]}]", ""},
	} {
		if got := strings.Join(decode(t, c.text).LiveBlockers(), "\n"); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}
