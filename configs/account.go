package configs

import (
	"maps"
	"strings"
	"time"
	"unicode"

	"tollgate/engine"
	"tollgate/risk"
)

// Bounds of limits: beyond them a number is a slip of the finger.
const (
	maxContracts = 1_000_000
	maxBand      = 1_000_000 // ticks
	maxOrders    = 10_000
	maxName      = 128 // characters of an account's name
)

// Limits are the limits that the gate enforces.
func (a *Account) Limits() risk.Limits {
	return risk.Limits{
		MaxPosition: maps.Clone(a.MaxPosition),
		MaxOrder:    maps.Clone(a.MaxOrder),
		MaxWorking:  a.MaxWorking,
		PriceBand:   maps.Clone(a.PriceBand),
		StaleAfter:  a.StaleQuote,
		DailyLoss:   a.DailyLoss,
	}
}

// Unenforced names the limits that are configured and that this version of the
// gate does not enforce, as in "accounts.Sim101.limits.drawdown". A backtest warns
// of them; live trading must refuse to start.
func (c *Config) Unenforced() []string {
	var names []string
	for _, a := range c.Accounts {
		limits := join("accounts", a.Name) + ".limits."
		if a.Drawdown != nil {
			names = append(names, limits+"drawdown")
		}
		if a.FlatBy != nil {
			names = append(names, limits+"flat_by")
		}
	}
	return names
}

func (d *decoder) accounts(n *node) {
	var list []Account
	d.each(n, func(f *field) {
		a := Account{Name: f.key}
		if !validAccount(f.key) {
			d.fail(f.at(), "an account's name has 1 to %d printable characters and no space at either end", maxName)
		}
		if f.value.kind != absent { // an account without limits may be written as "Sim101:"
			d.object(f.value, entry{"limits", false, func(n *node) { d.limits(n, &a) }})
		}
		list = append(list, a)
	})
	if len(list) > 0 {
		d.config.Accounts = list
		return
	}
	d.broken = true
	if n.kind == dict {
		d.fail(n, "is empty: name at least one account, or remove the key")
	}
}

func validAccount(s string) bool {
	if s == "" || len([]rune(s)) > maxName || strings.TrimSpace(s) != s {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) < 0
}

func (d *decoder) limits(n *node, a *Account) {
	if n.kind == absent {
		d.fail(n, "has no value: give limits, or remove the key to have none")
		return
	}
	d.object(n,
		entry{"max_position", false, func(n *node) { a.MaxPosition = d.byInstrument(n, maxContracts, "contracts") }},
		entry{"max_order", false, func(n *node) { a.MaxOrder = d.byInstrument(n, maxContracts, "contracts") }},
		entry{"max_working_orders", false, func(n *node) {
			v, _ := d.positive(n, maxOrders, "orders")
			a.MaxWorking = int(v)
		}},
		entry{"daily_loss", false, func(n *node) { a.DailyLoss, _ = d.money(n, false) }},
		entry{"drawdown", false, func(n *node) { a.Drawdown = d.drawdown(n) }},
		entry{"flat_by", false, func(n *node) { a.FlatBy = d.flatBy(n) }},
		entry{"price_band", false, func(n *node) { a.PriceBand = d.byInstrument(n, maxBand, "ticks") }},
		entry{"stale_quote", false, func(n *node) { a.StaleQuote, _ = d.duration(n, time.Millisecond, 24*time.Hour) }},
	)
}

// byInstrument reads a limit by root or by dated name. Names that mean another
// contract at another time are refused: a limit must not move on by itself.
func (d *decoder) byInstrument(n *node, high int64, unit string) risk.ByInstrument {
	if n.kind == scalar {
		d.fail(n, "takes %s by instrument, such as {ES: %s}", unit, cut(n.text))
		return nil
	}
	limits := risk.ByInstrument{}
	d.each(n, func(f *field) {
		v, ok := d.positive(f.value, high, unit)
		key, valid := d.limitKey(f)
		if _, twice := limits[key]; twice && valid {
			d.fail(f.at(), "%s has a limit already", key)
		}
		if ok && valid {
			limits[key] = v
		}
	})
	if n.kind == dict && len(n.fields) == 0 {
		d.fail(n, "is empty: name an instrument, or remove the key to have no limit")
	}
	return limits
}

func cut(s string) string { return strings.Trim(echo(s), `"`) }

func (d *decoder) limitKey(f *field) (string, bool) {
	name, err := engine.ParseName(f.key, d.config.Instruments.Spec)
	if err != nil {
		d.fail(f.at(), "%v", err)
		return "", false
	}
	if name.Form == engine.FormRoot {
		return name.Root, true
	}
	if !name.Dated() {
		d.fail(f.at(), "%s means different contracts at different times: write the root, %s, or a name with its month, as in %s 12-26", name, name.Root, name.Root)
		return "", false
	}
	return engine.ContractKey(name.Root, name.Month, name.Year), true
}

func (d *decoder) drawdown(n *node) *Drawdown {
	out := &Drawdown{Basis: "unrealized"}
	d.object(n,
		entry{"mode", true, func(n *node) { out.Mode = d.choice(n, "", "trailing", "static") }},
		entry{"amount", true, func(n *node) { out.Amount, _ = d.money(n, false) }},
		entry{"basis", false, func(n *node) { out.Basis = d.choice(n, out.Basis, "unrealized", "closed") }},
	)
	return out
}

func (d *decoder) flatBy(n *node) *FlatBy {
	s, ok := d.text(n)
	if !ok {
		return nil
	}
	clock, zone, _ := strings.Cut(s, " ")
	since, ok := parseClock(clock)
	loc, known := parseZone(strings.TrimSpace(zone))
	switch {
	case !ok:
		d.fail(n, "%s: takes a time of day and a zone, as in \"16:10 America/New_York\"", echo(s))
	case !known:
		d.fail(n, "%s: %s is not a time zone: write its IANA name, as in \"16:10 America/New_York\"", echo(s), echo(zone))
	default:
		return &FlatBy{since, loc}
	}
	return nil
}
