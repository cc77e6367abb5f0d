package configs

import (
	"strings"

	"tollgate/engine"
)

const (
	maxStrategyName = 64
	maxInstruments  = 1000 // of one strategy
	maxParamText    = 4096 // bytes of a parameter's value
)

func (d *decoder) strategies(n *node) {
	if !d.is(n, list) {
		return
	}
	seen := map[string]int{}
	for _, item := range n.items {
		s := d.strategy(item)
		if first, twice := seen[s.Name]; twice && s.Name != "" {
			d.fail(item, "the name %s is taken by the strategy in line %d: names are unique", s.Name, first)
		}
		seen[s.Name] = item.line
		d.config.Strategies = append(d.config.Strategies, s)
	}
}

func (d *decoder) strategy(n *node) Strategy {
	s := Strategy{OnPanic: "flatten", Params: map[string]string{}}
	var account *node
	ok := d.object(n,
		entry{"name", true, func(n *node) { s.Name = d.name(n) }},
		entry{"script", true, func(n *node) { s.Script = d.path(n) }},
		entry{"account", false, func(n *node) { account = n }},
		entry{"instruments", true, func(n *node) { s.Instruments = d.traded(n) }},
		entry{"params", false, func(n *node) { d.params(n, s.Params) }},
		entry{"on_panic", false, func(n *node) { s.OnPanic = d.choice(n, s.OnPanic, "flatten", "leave") }},
	)
	if ok {
		s.Account = d.accountOf(n, account)
	}
	return s
}

// name reads a strategy's name, which becomes part of file names and subjects.
func (d *decoder) name(n *node) string {
	s, ok := d.text(n)
	if !ok {
		return ""
	}
	bad := strings.IndexFunc(s, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_')
	})
	if bad >= 0 || len(s) > maxStrategyName {
		d.fail(n, "%s: a name has 1 to %d letters, digits, - and _", echo(s), maxStrategyName)
	}
	return s
}

// accountOf finds the account a strategy trades. Accounts are decoded before.
func (d *decoder) accountOf(strategy, n *node) string {
	accounts := d.config.Accounts
	if n == nil {
		if len(accounts) > 1 {
			d.fail(strategy, "key account is missing: there is more than one account (%s)", d.accountNames())
		}
		return accounts[0].Name
	}
	name, ok := d.text(n)
	if !ok {
		return ""
	}
	if _, ok := d.config.Account(name); !ok && !d.broken {
		d.fail(n, "there is no account %s under accounts; there is: %s", echo(name), d.accountNames())
	}
	return name
}

func (d *decoder) accountNames() string {
	var names []string
	for _, a := range d.config.Accounts {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// traded reads the instruments of a strategy, as written but for spaces and case.
func (d *decoder) traded(n *node) []string {
	if !d.is(n, list) {
		return nil
	}
	if len(n.items) == 0 || len(n.items) > maxInstruments {
		d.fail(n, "takes 1 to %d instruments, not %d", maxInstruments, len(n.items))
		return nil
	}
	var names []string
	seen := map[engine.Name]bool{}
	for _, item := range n.items {
		s, ok := d.text(item)
		if !ok {
			continue
		}
		name, err := engine.ParseName(s, d.config.Instruments.Spec)
		if err != nil {
			d.fail(item, "%v", err)
			continue
		}
		same := name
		same.Form = engine.FormRoot
		if seen[same] {
			d.fail(item, "%s is listed twice", name)
		}
		seen[same] = true
		names = append(names, name.String())
	}
	return names
}

func (d *decoder) params(n *node, to map[string]string) {
	d.each(n, func(f *field) {
		if f.key == "" || strings.ContainsAny(f.key, "= \t\n") {
			d.fail(f.at(), "a parameter's name is a word without spaces and =")
			return
		}
		if !d.is(f.value, scalar) {
			return
		}
		if len(f.value.text) > maxParamText {
			d.fail(f.value, "has %d bytes: a parameter has at most %d", len(f.value.text), maxParamText)
			return
		}
		to[f.key] = f.value.text
	})
}
