package cli

import (
	"fmt"
	"os"
	"strings"

	"tollgate/cmd/internal/stack"
	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/strategies/script"
)

// configuration tells what live would refuse. What cannot be read at all has been
// refused before this.
func (k *checkup) configuration() {
	bad := 0
	for _, b := range k.config.LiveBlockers() {
		if strings.HasPrefix(b, "budget:") {
			continue // told with the figures of the budget
		}
		bad++
		k.fail("configuration", "change it there: tollgate live does not start before", "%s: %s", k.flags.config, b)
	}
	setup, err := stack.NewSetup(k.config, k.text, engine.TimeOf(k.clock()), 1)
	if err == nil {
		k.universe, err = setup.Universe(k.config)
	}
	if err != nil {
		bad++
		k.fail("configuration", "name the contract with its month, as in ES 12-26, or describe it under instruments", "%s: %v", k.flags.config, err)
	}
	if bad == 0 {
		k.ok("configuration", "%s: %s, %s, %s", k.flags.config, countOf(len(k.config.Accounts), "account"),
			countOf(len(k.config.Strategies), "strategy instance"), countOf(k.universe.Len(), "instrument"))
	}
}

// limits tells which limits are absent though live starts without them.
func (k *checkup) limits() {
	for i := range k.config.Accounts {
		a := &k.config.Accounts[i]
		settable, byHand := absentLimits(a)
		if len(settable) > 0 {
			k.warn("limits", fmt.Sprintf("set what your rules ask for under accounts.%s.limits", a.Name), "%s: not set: %s", a.Name, strings.Join(settable, ", "))
		}
		if len(byHand) > 0 {
			k.warn("limits", "keep to such a rule by hand: this version does not enforce one", "%s: not set: %s", a.Name, strings.Join(byHand, ", "))
		}
		if len(settable)+len(byHand) == 0 {
			k.ok("limits", "%s: all are set", a.Name)
		}
	}
}

// absentLimits are the limits that live does not ask for and that are not set: those
// that the gate would enforce, and those that it would not.
func absentLimits(a *configs.Account) (settable, byHand []string) {
	probe := configs.Config{Accounts: []configs.Account{{Name: a.Name, Drawdown: &configs.Drawdown{}, FlatBy: &configs.FlatBy{}}}}
	unenforced := strings.Join(probe.Unenforced(), " ") + " "
	for _, x := range []struct {
		key string
		set bool
	}{
		{"drawdown", a.Drawdown != nil},
		{"flat_by", a.FlatBy != nil},
		{"max_working_orders", a.MaxWorking > 0},
		{"price_band", len(a.PriceBand) > 0},
		{"stale_quote", a.StaleQuote > 0},
	} {
		switch {
		case x.set:
		case strings.Contains(unenforced, ".limits."+x.key+" "):
			byHand = append(byHand, x.key)
		default:
			settable = append(settable, x.key)
		}
	}
	return settable, byHand
}

// strategies loads every script as live would.
func (k *checkup) strategies() {
	for i := range k.config.Strategies {
		s := &k.config.Strategies[i]
		checked, err := loadStrategy(s)
		if err != nil {
			k.fail("strategy", fmt.Sprintf("mend it, then see tollgate check %s; parameters are under strategies in %s", s.Script, k.flags.config), "%s: %v", s.Name, err)
			continue
		}
		on := strings.Join(s.Instruments, ", ") + " of " + s.Account
		if n := len(checked.Warnings); n > 0 {
			k.warn("strategy", "read them: tollgate check "+s.Script, "%s on %s loads, with %s", s.Name, on, countOf(n, "warning"))
			continue
		}
		k.ok("strategy", "%s on %s: the script passes the check, its parameters are valid", s.Name, on)
	}
}

func loadStrategy(s *configs.Strategy) (*script.Checked, error) {
	src, err := script.Read(s.Script)
	if err != nil {
		return nil, err
	}
	checked, err := script.Check(src)
	if err != nil {
		return nil, err
	}
	_, err = checked.Load(script.Options{Params: s.Params, Guard: guard()})
	return checked, err
}

// key finds out whether there is a key that can be sent. Nothing about it is told,
// not even how long it is.
func (k *checkup) key() bool {
	token, err := k.token()
	if err == nil {
		err = bridge.CheckToken(token)
	}
	if err != nil {
		k.fail("key", "take it from My Account at CrossTrade, and put it there alone and without quotes", "%s", strings.TrimPrefix(err.Error(), bridge.ErrUnauthorized.Error()+": "))
		return false
	}
	b := k.config.Broker
	switch {
	case k.flags.url != "" && k.flags.tokenEnv == "":
		k.ok("key", "none is sent: the bridge at %s takes any", k.url)
	case k.flags.url != "":
		k.ok("key", "found in the variable %s", k.flags.tokenEnv)
	case b.TokenFile == "":
		k.ok("key", "found in the variable %s", b.TokenEnv)
	default:
		k.keyFile(b.TokenFile)
	}
	return true
}

// keyFile tells when others can read the file of the key.
func (k *checkup) keyFile(path string) {
	info, err := os.Stat(path)
	if err != nil {
		k.warn("key", "see to it that the file stays where it is", "found in %s, which is gone since: %v", path, err)
		return
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && posixModes {
		k.warn("key", "chmod 600 "+path+"; if strangers use this machine, make a new key", "found in %s, which others can reach (mode %04o)", path, mode)
		return
	}
	k.ok("key", "found in %s, which only you can read", path)
}
