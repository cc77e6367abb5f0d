package configs

import (
	"fmt"

	"tollgate/engine"
	"tollgate/risk"
)

// LiveBlockers says, one sentence each, why this configuration must not trade
// live although it is valid: no strategy; an account that is traded without
// max_position, max_order or daily_loss; an instrument those do not cover; a limit
// that this version does not enforce; an instrument without its month, since the
// broker's roll rule is not known; a budget above the broker's. Empty = none.
func (c *Config) LiveBlockers() []string {
	var out []string
	if len(c.Strategies) == 0 {
		out = append(out, "strategies: there is none to trade")
	}
	for i := range c.Accounts {
		if a := &c.Accounts[i]; c.traded(a.Name) {
			out = append(out, a.missing()...)
		}
	}
	for _, name := range c.Unenforced() {
		out = append(out, name+": this version does not enforce it: remove it and keep to it by hand, or do not trade live")
	}
	for i := range c.Strategies {
		out = append(out, c.uncovered(&c.Strategies[i])...)
	}
	if b, most := c.Budget, risk.DefaultBudget; b.Rate > most.Rate || b.Burst > most.Burst {
		out = append(out, fmt.Sprintf("budget: the broker allows rate %d and burst %d, and closes the link on who asks for more", most.Rate, most.Burst))
	}
	return out
}

// traded reports whether a strategy trades the account.
func (c *Config) traded(account string) bool {
	for _, s := range c.Strategies {
		if s.Account == account {
			return true
		}
	}
	return false
}

// missing lists the limits without which an account is not traded live.
func (a *Account) missing() []string {
	var out []string
	for _, x := range []struct {
		key string
		set bool
	}{
		{"max_position", len(a.MaxPosition) > 0},
		{"max_order", len(a.MaxOrder) > 0},
		{"daily_loss", a.DailyLoss > 0},
	} {
		if !x.set {
			out = append(out, fmt.Sprintf("%s.limits.%s: is missing; live trading needs it", join("accounts", a.Name), x.key))
		}
	}
	return out
}

// uncovered lists what keeps the instruments of a strategy from trading live.
func (c *Config) uncovered(s *Strategy) []string {
	var out []string
	a, ok := c.Account(s.Account)
	if !ok {
		return out
	}
	for _, text := range s.Instruments {
		n, err := engine.ParseName(text, c.Instruments.Spec)
		if err != nil {
			out = append(out, fmt.Sprintf("strategy %s: %v", s.Name, err))
			continue
		}
		spec, _ := c.Instruments.Spec(n.Root)
		key := n.Root
		if n.Dated() {
			key = engine.ContractKey(n.Root, n.Month, n.Year)
		} else if spec.Months != "" || n.Month != 0 {
			out = append(out, fmt.Sprintf("strategy %s: %s does not say which contract: write its month, as in %s 12-26", s.Name, text, n.Root))
			continue
		}
		out = append(out, a.lacks(s.Name, key, n.Root)...)
	}
	return out
}

// lacks lists the needed limits that an account has, but not for this instrument.
func (a *Account) lacks(strategy, key, root string) []string {
	var out []string
	for _, x := range []struct {
		name   string
		limits risk.ByInstrument
	}{{"max_position", a.MaxPosition}, {"max_order", a.MaxOrder}} {
		_, byKey := x.limits[key]
		_, byRoot := x.limits[root]
		if len(x.limits) > 0 && !byKey && !byRoot {
			out = append(out, fmt.Sprintf("%s.limits.%s: does not cover %s, which strategy %s trades", join("accounts", a.Name), x.name, key, strategy))
		}
	}
	return out
}
